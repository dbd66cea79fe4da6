// The slow walk that takes what is dead, paced so that it costs at most 1 % of the writer's time.
#pragma once

#include <functional>
#include <thread>

#include "grantd/base/time.h"
#include "grantd/store/store.h"

namespace grantd::server {

class Sweeper {
 public:
  Sweeper(store::Store& store, std::function<Time()> now);
  ~Sweeper();  // stops and joins
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  void run(const std::stop_token& stop);
  store::Store& store_;
  std::function<Time()> now_;
  std::jthread thread_;
};

}  // namespace grantd::server
