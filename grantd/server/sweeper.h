// The slow walk that takes what is dead, at the pace of sweep_pace.h.
#pragma once

#include <functional>
#include <thread>

#include "grantd/base/time.h"
#include "grantd/core/policy.h"
#include "grantd/store/store.h"

namespace grantd::server {

// How long rows without use can still yield something: a session until the rules call it idle; an
// offline grant also until the last access token that it may have given has expired.
store::IdleLimits idle_limits(const core::Policy& policy);

class Sweeper {
 public:
  Sweeper(store::Store& store, store::IdleLimits idle, std::function<Time()> now);
  ~Sweeper();  // stops and joins
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  void run(const std::stop_token& stop);
  store::Store& store_;
  store::IdleLimits idle_;
  std::function<Time()> now_;
  std::jthread thread_;
};

}  // namespace grantd::server
