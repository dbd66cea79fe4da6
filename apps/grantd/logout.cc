// grantd logout, grantd profiles: the end of a login, and which there are.
#include <fmt/format.h>

#include "apps/grantd/console.h"
#include "apps/grantd/login.h"
#include "apps/grantd/profile.h"
#include "apps/grantd/token_words.h"
#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

Outcome<> run_logout(const Call& call) {
  const Profile profile = TRY(known_profile(call));
  client::Client client = TRY(open_client(profile));
  const auto goodbye = client.logout();
  if (!goodbye) return fail(Failure{kFailed, goodbye.error().message()});
  if (call.json()) {
    Json out = Json::object({{"profile", profile.name}, {"revoked", goodbye->revoked}});
    if (goodbye->why_not) out.set("why_not", goodbye->why_not->message());
    if (!goodbye->end_session_url.empty()) out.set("end_session_url", goodbye->end_session_url);
    print(out.dump_pretty());
  } else {
    print(goodbye->revoked
              ? "The tokens are forgotten here and revoked at the server.\n"
              : fmt::format("The tokens are forgotten here. The server could not be told ({}): "
                            "what is out still counts until it ends.\n",
                            goodbye->why_not->message()));
    if (!goodbye->end_session_url.empty()) {
      print(fmt::format("\nYour browser is still signed in at {}. To end that too, open there:\n\n"
                        "  {}\n",
                        printable(profile.issuer), goodbye->end_session_url));
    }
  }
  return goodbye->revoked ? Outcome<>(Unit()) : fail(Failure{kFailed, "not revoked"});
}

Outcome<> run_profiles(const Call& call) {
  Json::Array rows;
  for (const std::string& name : TRY(profile_names())) {
    const auto profile = TRY(read_profile(name));
    if (!profile) continue;
    Json row = profile->to_json();
    auto client = open_client(*profile);
    const auto session =
        client ? client->session() : Result<client::Session, client::FlowError>(
                                         fail(client::FlowError{.found = client.error().text}));
    row.set("login", !session                          ? "none"
                     : session->tokens.refresh_token   ? "until logout"
                     : session->expires_at
                         ? "ends " + from_now(*session->expires_at, system_now())
                         : "yes");
    rows.push_back(std::move(row));
  }
  print_rows(call, rows,
             {{"PROFILE", "profile"}, {"CLIENT", "client_id"}, {"ISSUER", "issuer"},
              {"LOGIN", "login"}},
             "There are none; `grantd login` makes one.");
  return Unit();
}

}  // namespace

Command logout_command() {
  return {.path = "logout",
          .summary = "revoke the tokens of a login and forget them",
          .detail = "The browser's own sign-in at the server stays: the address that ends it is "
                    "printed. Exit code 1 where the server could not be told.",
          .options = {profile_option()},
          .takes_config = false,
          .takes_json = true,
          .run = run_logout};
}

Command profiles_command() {
  return {.path = "profiles",
          .summary = "list the logins on this computer",
          .takes_config = false,
          .takes_json = true,
          .run = run_profiles};
}

}  // namespace grantd::app
