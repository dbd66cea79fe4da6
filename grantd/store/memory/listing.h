// A page of a list, from the tables in memory.
#pragma once

#include "grantd/store/memory/tables.h"
#include "grantd/store/store.h"

namespace grantd::store {

Page list_page(const MemoryTables& tables, const Query& query);

}  // namespace grantd::store
