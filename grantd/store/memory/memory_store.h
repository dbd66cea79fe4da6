// The store that forgets when it goes: for tests, the simulator and programs that embed the core.
// The same promises as every other store, but durability.
#pragma once

#include <memory>

#include "grantd/store/store.h"

namespace grantd::store {

// Empty but for its Meta. Safe from any thread; every call completes before it returns.
std::unique_ptr<Store> make_memory_store(oauth::Issuer issuer, core::Epoch epoch);

}  // namespace grantd::store
