// A store that fails on purpose: wraps another and answers calls with the faults that it is told,
// by a script or by a seed. For the simulator and for tests of the driver.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "grantd/store/store.h"

namespace grantd::store {

enum class Fault {
  none,
  unavailable,      // nothing is written; StoreError unavailable
  broken,           // nothing is written; StoreError broken
  unknown_written,  // written, then StoreError outcome_unknown
  unknown_absent,   // not written, and StoreError outcome_unknown
  lost,             // a commit only: not written, and `lost` although no guard failed
};
enum class StoreCall { gather, commit, sweep, list, due_notices, configuration };

// Asked once a call, in their order, under a lock.
using ChooseFault = std::move_only_function<Fault(StoreCall)>;

// The faults in this order, a call each; none after the last.
ChooseFault scripted_faults(std::vector<Fault> faults);
// About `per_thousand` of the calls fail, each fault as likely as the others. The same seed gives
// the same faults to the same sequence of calls.
ChooseFault seeded_faults(std::uint64_t seed, int per_thousand);

std::unique_ptr<Store> make_faulty_store(std::unique_ptr<Store> inner, ChooseFault choose);

}  // namespace grantd::store
