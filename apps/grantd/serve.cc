#include "apps/grantd/serve.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <stdexcept>

#include "apps/grantd/open_store.h"
#include "apps/grantd/version.h"
#include "grantd/base/log.h"
#include "grantd/server/outbound.h"
#include "grantd/server/server.h"

namespace grantd::app {
namespace {

// Signals come to the thread that waits for them; every other thread inherits the mask.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

// Checklist C6, OP-07: what is in memory never lands in a core file, and no other process of this
// user may look at it. A core file that is piped to a program (core(5)) heeds no limit.
void forbid_core_files() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

// glibc would give memory back to the kernel and ask for it again many times a second: two system
// calls, page faults and the walk over all free blocks that comes before.
void keep_freed_memory() {
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);  // what a password's hash takes is still given back
}

void reload(server::Server& server) {
  const auto reloaded = server.reload();
  if (reloaded) return log::info("tls_reloaded");
  log::error("tls_not_reloaded", {{"reason", std::string_view(reloaded.error())}});
}

void wait_for_end(server::Server& server, const sigset_t& signals) {
  for (int signal = 0; signal != SIGTERM && signal != SIGINT;) {
    if (sigwait(&signals, &signal) == 0 && signal == SIGHUP) reload(server);
  }
}

Outcome<> start_log(const server::Config& config) {
  try {
    log::start(config.log_format, config.log_level, config.log_file);
    return Unit();
  } catch (const std::runtime_error& error) {  // as base/log.h says: the file cannot be opened
    return fail(Failure{kConfiguration, error.what()});
  }
}

}  // namespace

Outcome<> run_serve(const Call& call) {
  server::Config config = TRY(read_config(call));
  // A file that is not what it should be is a matter of configuration: exit code 78.
  TRY(open_master_key(config));
  if (auto outbound = server::check_outbound(config); !outbound) {
    return fail(Failure{kConfiguration, std::move(outbound.error())});
  }
  forbid_core_files();
  keep_freed_memory();
  const sigset_t signals = block_signals();
  TRY(start_log(config));
  const std::string issuer = config.issuer;
  auto server = server::Server::open({.config = std::move(config)});
  if (server) {
    const auto started = (*server)->start();
    if (!started) {
      log::stop();
      return failed(started.error());
    }
    log::info("server_started", {{"version", std::string_view(kVersion)},
                                 {"issuer", std::string_view(issuer)},
                                 {"port", std::int64_t{(*server)->port()}},
                                 {"management_port", std::int64_t{(*server)->management_port()}}});
    wait_for_end(**server, signals);
    log::info("server_stopping");
    (*server)->stop();
    server->reset();  // what it has to say at its end is logged too
  }
  log::stop();
  if (!server) return failed(server.error());
  return Unit();
}

}  // namespace grantd::app
