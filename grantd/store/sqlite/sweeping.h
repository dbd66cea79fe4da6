// The slow walk that takes what is dead.
#pragma once

#include <cstdint>

#include "grantd/store/sqlite/database.h"
#include "grantd/store/sqlite/mirror.h"
#include "grantd/store/store.h"

namespace grantd::store::sqlite {

class Sweeping {
 public:
  // Looks at no more than `bite.rows_max` rows and for about `bite.time_max`, from where the last
  // call stopped, in one transaction. A failed call changes nothing, here or there.
  SqlResult<Swept> run(Database& database, Mirror* mirror, const Bite& bite);

 private:
  struct Place {
    std::size_t table = 0;
    std::int64_t after = 0;
  };
  Place place_;
};

}  // namespace grantd::store::sqlite
