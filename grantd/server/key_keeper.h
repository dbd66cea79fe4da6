// Keys change by schedule: a look a minute, on a thread of its own. Others may change them at the
// same time (the command line, a second server): who comes later loses the guard and looks again.
#pragma once

#include <functional>
#include <thread>

#include "grantd/base/time.h"
#include "grantd/server/key_plan.h"
#include "grantd/store/store.h"

namespace grantd::server {

// One look: does what is due, durably, with a line of the log each. The answer: whether anything
// was. On a thread that may wait; the error is for the operator.
Result<bool, std::string> keep_keys(store::Store& store, const MasterKey& master,
                                    const KeyPlan& plan, Due due, Time now);

class KeyKeeper {
 public:
  // `store` outlives this.
  KeyKeeper(store::Store& store, MasterKey master, KeyPlan plan, std::function<Time()> now);
  ~KeyKeeper();  // stops and joins
  KeyKeeper(const KeyKeeper&) = delete;
  KeyKeeper& operator=(const KeyKeeper&) = delete;

 private:
  void run(const std::stop_token& stop);
  store::Store& store_;
  MasterKey master_;
  KeyPlan plan_;
  std::function<Time()> now_;
  std::jthread thread_;
};

}  // namespace grantd::server
