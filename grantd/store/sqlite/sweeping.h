// The slow walk that takes what is dead.
#pragma once

#include <cstdint>

#include "grantd/store/sqlite/database.h"

namespace grantd::store::sqlite {

class Sweeping {
 public:
  // Looks at no more than `rows_max` rows, from where the last call stopped, in one transaction of
  // about 20 ms at most. Gives how many rows went. A failed call changes nothing, here or there.
  SqlResult<int> run(Database& database, Time now, int rows_max);

 private:
  struct Place {
    std::size_t table = 0;
    std::int64_t after = 0;
  };
  Place place_;
};

}  // namespace grantd::store::sqlite
