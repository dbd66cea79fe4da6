#include "grantd/http/io_loop.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

namespace grantd::http {
namespace {

class Never final : public Ready {
 public:
  void on_ready(Interest) override { ADD_FAILURE() << "told of what is closed"; }
};

TEST(Watch, of_a_closed_one_nothing_comes) {
  IoLoop loop;
  Watch watch(loop, eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  watch.close();
  watch.wait(Interest::read, std::make_shared<Never>());
  watch.wait_in_turn(Interest::write, std::make_shared<Never>());
  loop.post([&] { loop.post([&] { loop.stop(); }); });
  loop.run();
}

}  // namespace
}  // namespace grantd::http
