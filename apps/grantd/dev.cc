#include "apps/grantd/dev.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "apps/grantd/console.h"
#include "apps/grantd/demo_api.h"
#include "apps/grantd/demo_app.h"
#include "apps/grantd/dev_first_start.h"
#include "apps/grantd/dev_text.h"
#include "apps/grantd/stop_signals.h"
#include "apps/lesson/page.h"
#include "grantd/base/encoding.h"
#include "grantd/base/log.h"
#include "grantd/server/server.h"

namespace grantd::app {
namespace {

constexpr std::uint16_t kPort = 9090;
constexpr int kPortMax = 65535 - 9;  // the ports that follow, and the one of the by-hand flow

Outcome<std::uint16_t> port_of(const std::string& text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size() && port > 0 && port <= kPortMax) {
    return static_cast<std::uint16_t>(port);
  }
  return usage(fmt::format("--port: expected a number from 1 to {}, found \"{}\"", kPortMax,
                           printable(text)));
}

// Without --data each port has its own directory, for a store keeps the issuer it was made for.
// Without --port a directory that is there already says it.
Outcome<DevPlace> place_of(const Call& call) {
  DevPlace place;
  place.port = kPort;
  if (call.has("--port")) place.port = TRY(port_of(call.get("--port")));
  const std::string own = place.port == kPort ? "" : fmt::format("-{}", place.port);
  place.directory = call.get("--data", "./grantd-dev" + own);
  if (!call.has("--port") && std::filesystem::exists(place.config_file())) {
    const int port = TRY(read_dev_config(place)).port;
    if (port > 0 && port <= kPortMax) place.port = static_cast<std::uint16_t>(port);
  }
  return place;
}

Outcome<> start_log(const Call& call, const server::Config& config) {
  using log::Level;
  Level least = config.log_level;
  const std::string chosen = call.get("--log");
  if (chosen == "debug") least = Level::debug;
  if (chosen == "info") least = Level::info;
  if (chosen == "warning") least = Level::warning;
  if (chosen == "error") least = Level::error;
  try {
    log::start(config.log_format, least, config.log_file);
    return Unit();
  } catch (const std::runtime_error& error) {  // as base/log.h says: the file cannot be opened
    return fail(Failure{kConfiguration, error.what()});
  }
}

struct Running {
  std::unique_ptr<lesson::Page> lesson;  // the first: the server hands requests to it
  std::unique_ptr<server::Server> server;
  std::unique_ptr<DemoApi> api;
  std::unique_ptr<DemoApp> app;
};

// An error is one of listening, so it names address and port.
Result<Running, std::string> start_all(const DevPlace& place, server::Config config) {
  server::PagesOptions look;
  look.brand = config.brand;
  look.directory = config.pages_directory;
  look.developer = true;
  std::shared_ptr<const server::Pages> pages = TRY(server::Pages::load(look));
  Running out;
  out.lesson = lesson::Page::open({});
  out.server = TRY(server::Server::open(
      {.config = std::move(config),
       .developer = true,
       .overview = overview_of(place),
       .beside = {{"/learn", [&lesson = *out.lesson](http::Request request, http::Respond respond) {
                     lesson.handle(std::move(request), std::move(respond));
                   }}}}));
  TRY(out.server->start());
  out.api = TRY(DemoApi::start(
      {.port = place.api_port(), .audience = place.api(), .issuer = place.issuer()}));
  out.app = TRY(DemoApp::start({.port = place.app_port(),
                                .uri = place.app(),
                                .api = place.api(),
                                .issuer = place.issuer(),
                                .lesson = place.lesson(),
                                .secret_file = place.secret_file("demo-web"),
                                .pages = std::move(pages)}));
  return out;
}

std::string not_started(const DevPlace& place, const std::string& error) {
  if (error.find("listening on") == std::string::npos) return error;
  return fmt::format(
      "{}\n`grantd dev` needs the ports {} to {}; is another one running? Stop it, or choose "
      "others: "
      "--port P takes P to P+3",
      error, place.port, place.management_port());
}

Outcome<> run(const Call& call, const DevPlace& place) {
  const auto begun = std::chrono::steady_clock::now();
  server::Config config = TRY(prepare_dev(place));
  StopSignals signals;
  TRY(start_log(call, config));
  auto running = start_all(place, std::move(config));
  if (!running) {
    log::stop();
    return failed(not_started(place, running.error()));
  }
  print(welcome_text(place, std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::steady_clock::now() - begun)));
  Outcome<> printed = finish_output();
  if (printed) signals.wait();
  running->app->stop();
  running->api->stop();
  running->lesson->stop();
  running->server->stop();
  log::stop();
  if (printed) print("\nStopped.\n");
  return printed;
}

Outcome<> run_dev(const Call& call) {
  return run(call, TRY(place_of(call)));
}

}  // namespace

std::vector<Command> dev_commands() {
  return {
      {.path = "dev",
       .summary = "run a server to try things with, with a demo app, a demo API and the lesson",
       .detail = "On this computer only, with people and clients whose passwords everybody knows. "
                 "The first start makes a directory with everything; later ones keep what is "
                 "there. At /learn it has the lesson, played in a browser. Until Ctrl-C.",
       .options = {{"--data", "DIR",
                    "Where everything lies. Else ./grantd-dev, or ./grantd-dev-P with --port P."},
                   {"--port", "P",
                    "The server's port; demo app, demo API and readiness take the next three. Else "
                    "9090, or what DIR was made for."},
                   one_of({"debug", "info", "warning", "error"},
                          {"--log", "LEVEL",
                           "The least that is logged. Else what DIR/grantd.toml says."})},
       .examples = {{"the first thing to try", "grantd dev"},
                    {"a second one beside it", "grantd dev --port 9190"}},
       .takes_config = false,
       .run = run_dev}};
}

}  // namespace grantd::app
