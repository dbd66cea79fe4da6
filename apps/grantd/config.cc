// grantd config: the configuration file.
#include <fmt/format.h>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "grantd/http/server.h"
#include "grantd/server/outbound.h"

namespace grantd::app {
namespace {

// What the server would refuse to start with, beyond the values themselves.
Outcome<> check_files(const server::Config& config) {
  TRY(open_master_key(config));
  if (!config.tls_certificate_file.empty()) {
    const auto pair = http::check_tls({config.tls_certificate_file, config.tls_key_file});
    if (!pair) return fail(Failure{kConfiguration, pair.error()});
  }
  if (auto outbound = server::check_outbound(config); !outbound) {
    return fail(Failure{kConfiguration, std::move(outbound.error())});
  }
  const auto pages =
      server::Pages::load({.brand = config.brand, .directory = config.pages_directory});
  if (!pages) return fail(Failure{kConfiguration, pages.error()});
  return Unit();
}

Outcome<> run_check(const Call& call) {
  const server::Config config = TRY(read_config(call));
  TRY(check_files(config));
  print_done(call, Json::object({{"file", config.file}, {"valid", true}}),
             fmt::format("{}: as it should be", config.file));
  return Unit();
}

Outcome<> run_show(const Call& call) {
  const server::Config config = TRY(read_config(call));
  print(call.json() ? server::show_config_json(config).dump_pretty() : server::show_config(config));
  return Unit();
}

Outcome<> run_manual(const Call&) {
  print(server::config_manual());
  return Unit();
}

}  // namespace

std::vector<Command> config_commands() {
  return {{.path = "config check",
           .summary = "say what is wrong with the configuration, all at once",
           .detail = "Values, the master key's file, certificate and key, outbound.ca_file, pages "
                     "of your own. Exit code 78 where something is wrong.",
           .takes_json = true,
           .run = run_check},
          {.path = "config show",
           .summary = "print every value in force and where it comes from",
           .takes_json = true,
           .run = run_show},
          {.path = "config manual",
           .summary = "explain every setting, as Markdown",
           .takes_config = false,
           .run = run_manual}};
}

}  // namespace grantd::app
