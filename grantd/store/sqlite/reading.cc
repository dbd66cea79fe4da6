#include "grantd/store/sqlite/reading.h"

#include "grantd/store/sqlite/gather.h"
#include "grantd/store/sqlite/rows.h"
#include "grantd/store/sqlite/schema.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {

Reading::Lease::~Lease() {
  if (!database_) return;
  const std::lock_guard lock(reading_.mutex_);
  reading_.idle_.push_back(std::move(database_));
}

SqlResult<Reading::Lease> Reading::lease() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  auto database = TRY(Database::open(options_));
  TRY(database->pragma("query_only=ON"));
  return Lease(*this, std::move(database));
}

SqlResult<core::Found> Reading::gather(const core::Wanted& wanted) {
  if (mirror_) {
    Gather gather(*this, wanted, mirror_);
    SqlResult<core::Found> found = gather.run();
    if (!gather.configuration_moved()) return found;
  }
  return Gather(*this, wanted, nullptr).run();
}

SqlResult<std::uint64_t> Reading::configuration() {
  const core::Wanted nothing;
  return TRY(gather(nothing)).configuration;
}

SqlResult<Page> Reading::list(const Query& query) {
  Lease database = TRY(lease());
  return read_page(*database, query);
}

SqlResult<std::vector<core::SessionClient>> Reading::due_notices(Time now, int rows_max) {
  Lease database = TRY(lease());
  std::vector<core::SessionClient> due;
  Cursor row = TRY((*database).select(kDueNotices, to_sql(now), std::int64_t{rows_max}));
  while (TRY(row.next())) due.push_back(TRY(read_session_client(row)));
  return due;
}

SqlResult<core::Meta> Reading::meta() {
  Lease database = TRY(lease());
  return read_meta(*database);
}

}  // namespace grantd::store::sqlite
