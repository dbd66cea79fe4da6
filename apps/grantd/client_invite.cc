#include "apps/grantd/client_invite.h"

#include <fmt/format.h>

#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/random.h"
#include "grantd/core/sealed/payloads.h"

namespace grantd::app {
namespace {

// Kept below the life of the keys that seal it (server/key_plan).
constexpr Duration kMost = std::chrono::hours(24 * 90);
constexpr Duration kLeast = std::chrono::minutes(1);

Outcome<Duration> read_lifetime(const Call& call) {
  const Duration lifetime = parse_duration(call.get("--expires", "24h"));
  if (lifetime >= kLeast && lifetime <= kMost) return lifetime;
  return usage(fmt::format("--expires: expected a length of time from \"1m\" to \"90d\", found "
                           "\"{}\"",
                           call.get("--expires")));
}

Outcome<> run_invite(const Call& call) {
  const Duration lifetime = TRY(read_lifetime(call));
  OpenStore store = TRY(open_store(call));
  const server::Config& config = store.config();
  if (config.registration_mode != "token") {
    return failed(fmt::format("registration.mode in {} is \"{}\", where nobody asks for an initial "
                              "access token: set it to \"token\" and start the server anew",
                              config.file, config.registration_mode));
  }
  const server::MasterKey master = TRY(open_master_key(config));
  const core::Found found = TRY(store.gather({}));
  const auto rows = TRY(store.all<core::Key>({.table = store::Query::Table::keys}));
  const auto keys =
      server::open_keys(rows, master, oauth::Issuer(config.issuer), found.configuration);
  if (!keys) return fail(Failure{kConfiguration, keys.error()});

  core::InvitationPayload invitation;
  invitation.id = random_bytes<16>();
  invitation.epoch = found.epoch;
  invitation.expires = store.now() + lifetime;
  const std::string token =
      core::seal(core::SealKind::invitation, core::encode(invitation), *(*keys)->ring,
                 random_bytes<core::kSealNonceBytes>());
  print_record(call, Json::object({{"initial_access_token", token},
                                   {"expires", to_rfc3339(invitation.expires)}}));
  note("It registers one app, once; hand it over by a way that you trust.");
  return Unit();
}

}  // namespace

Command invite_row() {
  return {.path = "client invite",
          .summary = "make an initial access token, with which one app may register itself",
          .detail =
              "For registration.mode \"token\". The app sends it as a Bearer token to /register. "
              "Nothing is stored until it is used.",
          .options = {{"--expires", "DURATION", "How long it may be used. Default 24h."}},
          .examples = {{"a week for a partner", "grantd client invite --expires 7d"}},
          .takes_json = true,
          .run = run_invite};
}

}  // namespace grantd::app
