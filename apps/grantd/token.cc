// grantd token: a fresh access token, for scripts.
#include <fmt/format.h>

#include "apps/grantd/console.h"
#include "apps/grantd/login.h"
#include "apps/grantd/profile.h"

namespace grantd::app {
namespace {

Outcome<> run(const Call& call) {
  const Profile profile = TRY(known_profile(call));
  client::Client client = TRY(open_client(profile));
  const auto token = client.access_token();
  if (!token) return fail(failure_of(token.error(), profile));
  if (!call.json()) {
    print(fmt::format("{}\n", token->reveal_text()));
    return Unit();
  }
  const auto session = client.session();
  if (!session) return fail(failure_of(session.error(), profile));
  Json out = Json::object({{"access_token", token->reveal_text()}, {"token_type", "Bearer"}});
  if (session->expires_at) out.set("expires_at", to_rfc3339(*session->expires_at));
  out.set("scope", session->scope.to_text());
  print(out.dump_pretty());
  return Unit();
}

}  // namespace

Command token_command() {
  return {.path = "token",
          .summary = "print an access token that has some time left, for scripts",
          .detail = "Refreshed where due; of several that ask at once, one refreshes. Where the "
                    "login is over, exit code 1 and a message that says so.",
          .options = {profile_option()},
          .examples = {{"with curl",
                        "curl -H \"Authorization: Bearer $(grantd token)\" "
                        "https://api.example.com/notes"}},
          .takes_config = false,
          .takes_json = true,
          .run = run};
}

}  // namespace grantd::app
