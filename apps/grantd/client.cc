// grantd client: the apps that may ask for tokens.
#include <fmt/format.h>

#include "apps/grantd/client_invite.h"
#include "apps/grantd/client_keys.h"
#include "apps/grantd/client_openid.h"
#include "apps/grantd/client_settings.h"
#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/random.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

constexpr std::string_view kClientId = "CLIENT_ID";

// The record, and the secret where one was made: shown this one time.
void print_with_secret(const Call& call, const core::Client& client, const NewSecret& secret) {
  Json record = store::redacted(client);
  if (!secret.shown.empty()) record.set("client_secret", secret.shown.reveal_text());
  print_record(call, record);
  if (!secret.shown.empty())
    note("Keep client_secret now: it is stored as a hash, not shown again.");
}

void note_missing_scope(const core::Client& client) {
  if (!client.scope.empty()) return;
  note(
      "note: the client has no scope yet; without one it cannot ask for a token. `grantd client "
      "update --scope` gives it some.");
}

core::Client committed(core::Client client) {
  ++client.version;  // as the store raised it
  return client;
}

Outcome<> run_create(const Call& call) {
  OpenStore store = TRY(open_store(call));
  core::Client client;
  client.id = TRY(new_client_id(call));
  client.incarnation = core::Incarnation(random_bytes<8>());
  client.created = store.now();
  client.name = client.id.str();
  client.grant_types = {core::GrantType::authorization_code};
  TRY(apply_settings(call, client));
  TRY(apply_openid(call, store.config(), client));
  TRY(apply_keys(call, client));
  NewSecret secret;
  if (client.has_secret()) {
    secret = TRY(make_secret(call, store));
    client.secrets = {secret.stored};
  } else if (call.has("--secret-file")) {
    return usage("--secret-file: a client that is public, or signs (private_key_jwt), has no "
                 "secret; leave it away, or --public or --auth");
  }
  TRY(check_client(call, client, TRY(all_resources(store))));
  if (TRY(store.try_commit({core::PutClient{client, 0}}))) {
    return failed(fmt::format("there is a client \"{}\" already; `grantd client update` changes it",
                              client.id.str()));
  }
  print_with_secret(call, committed(client), secret);
  note_missing_scope(client);
  return Unit();
}

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  Json::Array rows;
  TRY(store.each<core::Client>({.table = store::Query::Table::clients},
                               [&](const core::Client& client) -> Outcome<> {
                                 rows.push_back(store::redacted(client));
                                 return Unit();
                               }));
  print_rows(call, rows,
             {{"CLIENT_ID", "client_id"},
              {"NAME", "client_name"},
              {"PROVES WITH", "token_endpoint_auth_method"},
              {"GRANTS", "grant_types"},
              {"SCOPE", "scope"},
              {"DISABLED", "disabled"}},
             "There are no clients; `grantd client create --help` shows how to make one.");
  return Unit();
}

Outcome<> run_show(const Call& call) {
  OpenStore store = TRY(open_store(call));
  print_record(call, store::redacted(TRY(find_client(store, call.get(kClientId)))));
  return Unit();
}

// Reads the client anew, changes it and writes it, until no one else was faster.
template <class Change>
Outcome<core::Client> change_client(const Call& call, OpenStore& store, Change change) {
  core::Client client;
  TRY(store.change([&]() -> Outcome<core::Changes> {
    client = TRY(find_client(store, call.get(kClientId)));
    TRY(change(client));
    return core::Changes{core::PutClient{client, client.version}};
  }));
  return committed(std::move(client));
}

Outcome<> run_update(const Call& call) {
  OpenStore store = TRY(open_store(call));
  const auto resources = TRY(all_resources(store));
  const core::Client client =
      TRY(change_client(call, store, [&](core::Client& changed) -> Outcome<> {
        TRY(apply_settings(call, changed));
        TRY(apply_changes(call, changed));
        TRY(apply_openid(call, store.config(), changed));
        TRY(apply_keys(call, changed));
        return check_client(call, changed, resources);
      }));
  print_record(call, store::redacted(client));
  note_missing_scope(client);
  return Unit();
}

Outcome<> run_rotate_secret(const Call& call) {
  OpenStore store = TRY(open_store(call));
  const Duration overlap = parse_duration(call.get("--overlap", "24h"));
  if (overlap < Duration::zero() || overlap > std::chrono::hours(24 * 90)) {
    return usage(
        fmt::format("--overlap: expected a length of time from \"0s\" to \"90d\", found "
                    "\"{}\"",
                    call.get("--overlap")));
  }
  TRY(find_client(store, call.get(kClientId)));  // before anybody is asked for a secret
  const NewSecret secret = TRY(make_secret(call, store));
  const core::Client client =
      TRY(change_client(call, store, [&](core::Client& changed) -> Outcome<> {
        if (!changed.has_secret()) {
          return failed(fmt::format("\"{}\" proves itself by {}: it has no secret",
                                    changed.id.str(), core::to_text(changed.auth_method)));
        }
        rotate_secret(changed, secret.stored, overlap, store.now());
        return Unit();
      }));
  print_with_secret(call, client, secret);
  return Unit();
}

Outcome<> run_revoke_tokens(const Call& call) {
  OpenStore store = TRY(open_store(call));
  // DESIGN §1.2, 7: whatever names an older value of the counter is dead.
  const core::Client client =
      TRY(change_client(call, store, [](core::Client& changed) -> Outcome<> {
        ++changed.counter;
        return Unit();
      }));
  print_done(
      call, store::redacted(client),
      fmt::format("All grants of \"{}\" have ended. Access tokens that are JWTs work at APIs "
                  "that do not ask until they expire.",
                  client.id.str()));
  return Unit();
}

Outcome<> run_delete(const Call& call) {
  OpenStore store = TRY(open_store(call));
  const core::Client client = TRY(find_client(store, call.get(kClientId)));
  TRY(confirm(call, fmt::format("Delete the client \"{}\" ({}) and end all its grants?",
                                client.id.str(), client.name)));
  TRY(store.commit({core::DeleteClient{client.id}}));
  print_done(call, Json::object({{"client_id", client.id.str()}, {"deleted", true}}),
             fmt::format("\"{}\" is deleted.", client.id.str()));
  return Unit();
}

std::vector<Option> with(std::vector<Option> rows, const std::vector<Option>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

const Argument kClientArgument = {kClientId, "The client's id."};
const Option kSecretFile = {
    "--secret-file", "FILE",
    "Take the secret from a file (-: standard input) instead of making one; "
    "stored as Argon2id."};

Command create_row() {
  return {
      .path = "client create",
      .summary = "register an app",
      .detail =
          "A confidential client gets a secret of 256 bits, shown once and stored as a "
          "hash. PKCE is required unless a confidential client says otherwise.",
      .options =
          with(with(with({{"--id", "ID", "Its client_id; else one is drawn."}},
                         settings_options()),
                    with(openid_options(), key_options())),
               {{"--public", "",
                 "A public client: an app in a browser or on a device, that can keep no "
                 "secret."},
                kSecretFile}),
      .examples = {{"a web application with a server",
                    "grantd client create --id shop --name \"The Shop\" --redirect-uri "
                    "https://shop.example/callback --grant authorization_code --grant "
                    "refresh_token --scope \"notes:read offline_access\""},
                   {"an app on a device (RFC 8252: any port on loopback)",
                    "grantd client create --id desk --public --redirect-uri "
                    "http://127.0.0.1/callback --scope notes:read"},
                   {"a service without people",
                    "grantd client create --id nightly --grant client_credentials --scope "
                    "notes:read"},
                   {"an app that people sign in to (OpenID Connect)",
                    "grantd client create --id forum --redirect-uri https://forum.example/callback "
                    "--scope \"openid profile email\" --subject-type pairwise"},
                   {"an app that signs instead of keeping a secret",
                    "grantd client create --id bank --auth private_key_jwt --jwks-uri "
                    "https://bank.example/jwks.json --redirect-uri https://bank.example/callback "
                    "--scope openid"},
                   {"with a secret that exists already",
                    "grantd client create --id abc123 --auth client_secret_post --pkce optional "
                    "--redirect-uri https://myapp.com/callback --scope read --secret-file -"}},
      .takes_json = true,
      .run = run_create};
}

Command update_row() {
  return {.path = "client update",
          .summary = "change an app's registration",
          .detail = "What is not named stays. Grants keep only scopes that the client still has.",
          .arguments = {kClientArgument},
          .options = with(with(settings_options(), with(openid_options(), key_options())),
                          change_options()),
          .examples = {{"one more redirect URI",
                        "grantd client update shop --add-redirect-uri "
                        "https://shop.example/callback2"},
                       {"shut it out for now", "grantd client update shop --disable"}},
          .takes_json = true,
          .run = run_update};
}

Command rotate_row() {
  return {.path = "client rotate-secret",
          .summary = "give an app a new secret beside the old one",
          .detail =
              "Both work for the overlap; then only the new one does. With --overlap 0s the "
              "old one is dead at once.",
          .arguments = {kClientArgument},
          .options = {{"--overlap", "DURATION", "How long the old one still works. Default 24h."},
                      kSecretFile},
          .examples = {{"a week to change over", "grantd client rotate-secret shop --overlap 7d"}},
          .takes_json = true,
          .run = run_rotate_secret};
}

}  // namespace

std::vector<Command> client_commands() {
  return {create_row(),
          {.path = "client list", .summary = "list the apps", .takes_json = true, .run = run_list},
          {.path = "client show",
           .summary = "show an app's registration",
           .detail = "Never a secret nor its hash.",
           .arguments = {kClientArgument},
           .takes_json = true,
           .run = run_show},
          update_row(),
          rotate_row(),
          invite_row(),
          {.path = "client revoke-tokens",
           .summary = "end everything that an app was given",
           .detail = "Its codes, refresh tokens and grants are dead at once; it may ask anew.",
           .arguments = {kClientArgument},
           .takes_json = true,
           .run = run_revoke_tokens},
          {.path = "client delete",
           .summary = "delete an app and end everything that it was given",
           .arguments = {kClientArgument},
           .takes_json = true,
           .asks = true,
           .run = run_delete}};
}

}  // namespace grantd::app
