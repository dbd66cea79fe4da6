// The reading side: gather, list and meta, in place on the caller's thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "grantd/core/found.h"
#include "grantd/core/wanted.h"
#include "grantd/store/sqlite/database.h"
#include "grantd/store/sqlite/mirror.h"
#include "grantd/store/sqlite/record_cache.h"

namespace grantd::store::sqlite {

class Reading {
 public:
  // `mirror`: what was read before; null: every look asks the file. Outlives this.
  Reading(Database::Options options, Mirror* mirror)
      : options_(std::move(options)), mirror_(mirror) {}

  SqlResult<core::Found> gather(const core::Wanted& wanted);
  SqlResult<Page> list(const Query& query);
  SqlResult<std::vector<core::SessionClient>> due_notices(Time now, int rows_max);
  SqlResult<core::Meta> meta();
  SqlResult<std::uint64_t> configuration();

 private:
  friend class Gather;

  // A connection for one call. There are as many as threads ever read at once.
  class Lease {
   public:
    Lease(Reading& reading, std::unique_ptr<Database> database)
        : reading_(reading), database_(std::move(database)) {}
    Lease(Lease&&) = default;
    ~Lease();
    Database& operator*() { return *database_; }

   private:
    Reading& reading_;
    std::unique_ptr<Database> database_;
  };
  SqlResult<Lease> lease();

  const Database::Options options_;
  Mirror* const mirror_;
  RecordCache cache_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

// One page, by one connection.
SqlResult<Page> read_page(Database& database, const Query& query);

}  // namespace grantd::store::sqlite
