// One look: from the mirror what it has, the rest from the file, there in one snapshot.
#pragma once

#include <memory>
#include <optional>

#include "grantd/core/found.h"
#include "grantd/core/wanted.h"
#include "grantd/store/sqlite/mirror.h"
#include "grantd/store/sqlite/reading.h"

namespace grantd::store::sqlite {

class Gather {
 public:
  Gather(Reading& reading, const core::Wanted& wanted, Mirror* mirror);

  SqlResult<core::Found> run();
  // Between mirror and file the configuration moved, so that clients of two versions may have been
  // found: look anew, in the file alone.
  bool configuration_moved() const { return configuration_moved_; }

 private:
  using ClientPtr = std::shared_ptr<const core::Client>;

  SqlResult<Unit> look_up_versions();
  SqlResult<Unit> look_up_resources();
  SqlResult<Unit> look_up_person();
  SqlResult<Unit> look_up_token();
  SqlResult<Unit> look_up_account();
  SqlResult<Unit> look_up_session_clients();
  SqlResult<Unit> look_up_marks();

  SqlResult<ClientPtr> client(const core::ClientId& id);
  SqlResult<core::Kept<core::User>> user(const core::SubjectId& id);
  SqlResult<core::Kept<core::User>> user_by_login(const std::string& login);
  SqlResult<core::Kept<core::Session>> session(const core::SessionId& id);
  SqlResult<core::Kept<core::Consent>> consent(const core::SubjectId& person,
                                               const core::ClientId& client);
  SqlResult<core::Kept<core::Grant>> grant(const core::GrantId& id);
  SqlResult<bool> is_revoked(const core::TokenId& id);
  SqlResult<bool> read_revoked(const core::TokenId& id);

  // The first row, kept where it may be.
  template <class Record, class... Keys>
  SqlResult<core::Kept<Record>> read_one(const char* sql, SqlResult<Record> (*read)(const Cursor&),
                                         const Keys&... keys);
  // The file's connection, in a snapshot that lasts as long as this.
  SqlResult<Database*> file();

  Reading& reading_;
  const core::Wanted& wanted_;
  Mirror* mirror_;
  Mirror::Look seen_;
  core::Found found_;
  bool configuration_moved_ = false;

  std::optional<Reading::Lease> lease_;
  std::optional<Cursor> snapshot_;  // while its row is held, SQLite keeps the read transaction
};

}  // namespace grantd::store::sqlite
