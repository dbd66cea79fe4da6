// grantd learn --browser (learn.h).
#include <fmt/format.h>

#include "apps/grantd/console.h"
#include "apps/grantd/learn.h"
#include "apps/grantd/stop_signals.h"
#include "apps/lesson/page.h"
#include "grantd/client/client.h"
#include "grantd/http/server.h"

namespace grantd::app {

Outcome<> learn_in_browser() {
  StopSignals signals;
  const auto page = lesson::Page::open({.alone = true});
  auto server = http::Server::start({}, [&](http::Request request, http::Respond respond) {
    page->handle(std::move(request), std::move(respond));
  });
  if (!server) return failed("the lesson's page cannot be served: " + server.error());
  const std::string url = fmt::format("http://127.0.0.1:{}/learn", (*server)->port());
  const bool opened = client::open_browser(url);
  print(opened ? "Your browser opens the lesson. Where it does not, open this address there:\n"
               : "Open this address in a browser on this computer:\n");
  print(fmt::format("\n  {}\n\nCtrl-C stops it.\n", url));
  Outcome<> printed = finish_output();
  if (printed) signals.wait();
  page->stop();
  (*server)->stop(std::chrono::milliseconds(1000));
  return printed;
}

}  // namespace grantd::app
