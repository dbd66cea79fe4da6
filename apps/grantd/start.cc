// grantd init, serve, version.
#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/init.h"
#include "apps/grantd/serve.h"
#include "apps/grantd/version.h"

namespace grantd::app {
namespace {

Outcome<> run_version(const Call& call) {
  print_record(call, version_record());
  return Unit();
}

}  // namespace

std::vector<Command> start_commands() {
  return {
      {.path = "init",
       .summary = "write a first configuration, the master key and the store",
       .detail = "Nothing that is there already is overwritten. There is no default user, no "
                 "default secret and no default client. Without --issuer: the key and the store "
                 "of a configuration that is there.",
       .options = {{"--issuer", "URL",
                    "The address of this server as apps and browsers know it; it cannot change "
                    "later."},
                   repeated({"--set", "NAME=VALUE",
                             "Any other setting, as `grantd config manual` names it."})},
       .examples = {{"behind a proxy on this machine",
                     "grantd init --issuer https://auth.example.com --set "
                     "listen.trusted_proxies=127.0.0.1"},
                    {"installed, with TLS of its own",
                     "grantd init --config /etc/grantd/grantd.toml --issuer "
                     "https://auth.example.com --set store.data_directory=/var/lib/grantd --set "
                     "listen.address=0.0.0.0 --set listen.port=443 --set "
                     "listen.tls_certificate_file=tls.crt --set listen.tls_key_file=tls.key"},
                    {"for a configuration of your own", "grantd init --config auth.toml"}},
       .takes_json = true,
       .run = run_init},
      {.path = "serve",
       .summary = "run the server",
       .detail = "Until SIGTERM or SIGINT: requests under way are finished. On SIGHUP the TLS "
                 "certificate and key are read again. Everything else that changes in the store "
                 "is noticed by itself.",
       .examples = {{"with the configuration in the working directory", "grantd serve"}},
       .run = run_serve},
      {.path = "version",
       .summary = "print version, compiler and libraries",
       .takes_config = false,
       .takes_json = true,
       .run = run_version}};
}

}  // namespace grantd::app
