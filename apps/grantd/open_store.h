// The configuration, the master key and the store, opened beside a running server.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apps/grantd/command.h"
#include "grantd/base/loop.h"
#include "grantd/server/config.h"
#include "grantd/server/keys.h"
#include "grantd/store/store.h"

namespace grantd::app {

// --config, $GRANTD_CONFIG, ./grantd.toml, /etc/grantd/grantd.toml: the first that is there.
std::string config_file(const Call& call);
Outcome<server::Config> read_config(const Call& call);  // failures: exit code 78
std::string database_file(const server::Config& config);

// The store's verbs for a thread that waits.
class OpenStore {
 public:
  OpenStore(server::Config config, std::unique_ptr<store::Store> store)
      : config_(std::move(config)), store_(std::move(store)) {}
  ~OpenStore();
  OpenStore(OpenStore&&) = default;

  const server::Config& config() const { return config_; }
  // Now, or the latest commit where the clock is behind it: time never runs backwards.
  Time now() const;

  Outcome<core::Found> gather(const core::Wanted& wanted);
  // The row that stood in the way, where another writer was faster or a guard fails.
  Outcome<std::optional<store::Lost>> try_commit(core::Changes changes);
  Outcome<> commit(core::Changes changes);  // the same, where being lost is a failure
  // Walks over all rows that the query names, a page at a time.
  template <class Record, class Each>
  Outcome<> each(store::Query query, Each each) {
    do {
      store::Page page = TRY(list(query));
      for (const store::Row& row : page.rows) TRY(each(std::get<Record>(row)));
      query.after = page.next;
    } while (!query.after.empty());
    return Unit();
  }
  template <class Record>
  Outcome<std::vector<Record>> all(store::Query query) {
    std::vector<Record> out;
    TRY(each<Record>(std::move(query), [&](const Record& record) -> Outcome<> {
      out.push_back(record);
      return Unit();
    }));
    return out;
  }
  // Looks, makes changes from what it saw, commits; where another writer was faster, looks again,
  // three times in all. `make`: () → Outcome<core::Changes>.
  template <class Make>
  Outcome<> change(Make make) {
    constexpr int kTries = 3;
    std::optional<store::Lost> lost;
    for (int i = 0; i < kTries; ++i) {
      lost = TRY(try_commit(TRY(make())));
      if (!lost) return Unit();
    }
    return was_lost(*lost);
  }

 private:
  Outcome<store::Page> list(const store::Query& query);
  static Outcome<> was_lost(const store::Lost& lost);

  std::unique_ptr<BlockingLoop> loop_ = std::make_unique<BlockingLoop>();
  server::Config config_;
  std::unique_ptr<store::Store> store_;
};

Outcome<OpenStore> open_store(const Call& call);
Outcome<server::MasterKey> open_master_key(const server::Config& config);

// Rows by the names that people use. A failure says how to see what there is.
Outcome<core::Client> find_client(OpenStore& store, const std::string& id);
Outcome<core::User> find_user(OpenStore& store, const std::string& login_or_sub);
Outcome<std::vector<core::Resource>> all_resources(OpenStore& store);

}  // namespace grantd::app
