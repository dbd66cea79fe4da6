#include "apps/grantd/client_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/client_keys.h"
#include "apps/grantd/console.h"
#include "apps/grantd/scopes.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/server/passwords.h"

namespace grantd::app {
namespace {

using core::AuthMethod;
using core::GrantType;

constexpr std::string_view kLogoutUri = "--post-logout-redirect-uri";

Outcome<core::RedirectUri> parse_redirect_uri(std::string_view option, const std::string& text) {
  auto uri = core::RedirectUri::parse(text);
  if (uri) return std::move(*uri);
  return usage(fmt::format("{} {}: {}", option, printable(text), uri.error()));
}

Outcome<> add_uris(const Call& call, std::string_view option,
                   std::vector<core::RedirectUri>& uris) {
  for (const std::string& text : call.all(option)) {
    auto uri = TRY(parse_redirect_uri(option, text));
    if (std::ranges::find(uris, uri) == uris.end()) uris.push_back(std::move(uri));
  }
  return Unit();
}

Outcome<> apply_redirect_uris(const Call& call, core::Client& client) {
  if (call.has("--redirect-uri")) client.redirect_uris.clear();
  TRY(add_uris(call, "--redirect-uri", client.redirect_uris));
  TRY(add_uris(call, "--add-redirect-uri", client.redirect_uris));
  if (call.has(kLogoutUri)) client.post_logout_redirect_uris.clear();
  return add_uris(call, kLogoutUri, client.post_logout_redirect_uris);
}

Outcome<> apply_name(const Call& call, core::Client& client) {
  if (!call.has("--name")) return Unit();
  const std::string name = call.get("--name");
  if (name.empty() || name.size() > 200 || printable(name) != name) {
    return usage(fmt::format("--name: expected 1 to 200 bytes of text on one line, found \"{}\"",
                             printable(name)));
  }
  client.name = name;
  return Unit();
}

Outcome<> apply_home(const Call& call, core::Client& client) {
  if (!call.has("--home-uri")) return Unit();
  client.home_uri = call.get("--home-uri");
  if (client.home_uri.empty()) return Unit();
  const auto uri = core::RedirectUri::parse(client.home_uri);
  if (uri && (uri->scheme() == "https" || (uri->is_http() && uri->is_loopback()))) return Unit();
  return usage(
      fmt::format("--home-uri: expected an https URL, found \"{}\"", printable(client.home_uri)));
}

std::vector<GrantType> parse_grants(const std::vector<std::string>& names) {
  std::vector<GrantType> out;
  for (const std::string& name : names) {
    const auto type = core::parse_grant_type(name);  // one of the option's choices
    if (type && std::ranges::find(out, *type) == out.end()) out.push_back(*type);
  }
  return out;
}

// RFC 9700 §2.6 (checklist RU-36): a code must not travel in the clear.
Outcome<> check_redirect_uris(const Call& call, const core::Client& client) {
  for (const auto* uris : {&client.redirect_uris, &client.post_logout_redirect_uris}) {
    for (const core::RedirectUri& uri : *uris) {
      if (!uri.is_http() || uri.is_loopback() || call.has("--allow-insecure-redirect")) continue;
      return failed(
          fmt::format("redirect URI {}: http is for loopback only, since what is sent there would "
                      "travel in the clear; write https (--allow-insecure-redirect for "
                      "development)",
                      uri.str()));
    }
  }
  if (client.may(GrantType::authorization_code) && client.redirect_uris.empty()) {
    return failed(
        "a client with the grant authorization_code needs a --redirect-uri: where "
        "browsers are sent back to");
  }
  return Unit();
}

Outcome<> check_grants(const core::Client& client) {
  // RFC 6749 §4.4: confidential clients only.
  if (client.is_public() && client.may(GrantType::client_credentials)) {
    return failed(
        "the grant client_credentials is for confidential clients (RFC 6749 §4.4): give "
        "the client an --auth method, or leave the grant away");
  }
  if (client.may(GrantType::refresh_token) && !client.may(GrantType::authorization_code)) {
    return failed(
        "the grant refresh_token comes with authorization_code: add --grant "
        "authorization_code");
  }
  if (client.scope.has(oauth::kOfflineAccess) && !client.may(GrantType::refresh_token)) {
    return failed(
        "the scope offline_access needs --grant refresh_token: it is what a refresh token "
        "is for");
  }
  // RFC 7636, RFC 9700 §2.1.1: for public clients PKCE is what binds the code to the app.
  if (client.is_public() && client.pkce == core::PkcePolicy::optional) {
    return failed(
        "--pkce optional is for confidential clients: without a secret, PKCE alone ties "
        "the code to the app");
  }
  return Unit();
}

}  // namespace

std::vector<Option> settings_options() {
  return {
      {"--name", "TEXT", "What people read on the consent page. Default: the id."},
      repeated(
          {"--redirect-uri", "URI", "Where browsers are sent back to, compared byte for byte."}),
      repeated({"--post-logout-redirect-uri", "URI",
                "Where a logout that the app asks for may lead back to."}),
      one_of({"client_secret_basic", "client_secret_post", "private_key_jwt"},
             {"--auth", "METHOD",
              "How a confidential client proves itself. Default client_secret_basic."}),
      repeated(one_of({"authorization_code", "refresh_token", "client_credentials"},
                      {"--grant", "TYPE", "What it may ask with. Default authorization_code."})),
      repeated({"--scope", "SCOPE", "The most it may ask for, several parted by blanks."}),
      repeated({"--default-scope", "SCOPE", "What a request without scope asks for."}),
      one_of({"required", "optional"},
             {"--pkce", "POLICY", "optional: a confidential client may go without PKCE."}),
      one_of({"ask", "implied"},
             {"--consent", "POLICY", "implied: your own app, people are not asked."}),
      {"--verified", "", "You vouch for who makes it; the consent page says so."},
      {"--home-uri", "URI", "Where \"back to the app\" leads."},
      {"--allow-insecure-redirect", "",
       "Accept http redirect URIs beyond loopback. For development only."},
  };
}

std::vector<Option> change_options() {
  return {
      repeated({"--add-redirect-uri", "URI", "One more; --redirect-uri replaces all."}),
      repeated({"--remove-redirect-uri", "URI", "One less."}),
      {"--not-verified", "", "You vouch for it no longer."},
      {"--disable", "", "It can do nothing, and its grants end for good."},
      {"--enable", "", "It may ask again. What ended stays ended."},
  };
}

Outcome<core::ClientId> new_client_id(const Call& call) {
  // Hex, so that an id never begins with '-' and is read out without doubt.
  if (!call.has("--id")) return core::ClientId(hex_encode(random_bytes<10>()));
  const auto id = oauth::parse_client_id(call.get("--id"));
  // RFC 9700 §4.15: an API must never take a client for a person by its `sub` (checklist TK-20).
  if (id && oauth::parse_id<core::SubjectId>(id->view())) {
    return usage(
        fmt::format("--id: expected a name that no person's identifier can be, found \"{}\", which "
                    "has the form of one (22 base64url characters): choose another",
                    id->str()));
  }
  if (id) return *id;
  return usage(
      fmt::format("--id: expected 1 to 255 printable ASCII characters without blanks, found "
                  "\"{}\"",
                  printable(call.get("--id"))));
}

Outcome<> apply_settings(const Call& call, core::Client& client) {
  TRY(apply_name(call, client));
  TRY(apply_home(call, client));
  TRY(apply_redirect_uris(call, client));
  if (call.has("--public") && call.has("--auth")) {
    return usage("--public and --auth exclude each other: a public client has no secret");
  }
  if (call.has("--public")) client.auth_method = AuthMethod::none;
  if (call.has("--auth")) {
    if (client.is_public()) {
      return failed("this client is public; make another one for an app that keeps a secret");
    }
    client.auth_method = *core::parse_auth_method(call.get("--auth"));
    if (!client.has_secret()) client.secrets.clear();
  }
  if (call.has("--grant")) client.grant_types = parse_grants(call.all("--grant"));
  if (call.has("--scope")) client.scope = TRY(parse_scope_option(call, "--scope"));
  if (call.has("--default-scope")) {
    client.default_scope = TRY(parse_scope_option(call, "--default-scope"));
  }
  if (call.has("--pkce")) client.pkce = *core::parse_pkce_policy(call.get("--pkce"));
  if (call.has("--consent")) client.consent = *core::parse_consent_policy(call.get("--consent"));
  if (call.has("--verified")) client.verified = true;
  return Unit();
}

Outcome<> apply_changes(const Call& call, core::Client& client) {
  for (const std::string& text : call.all("--remove-redirect-uri")) {
    const auto gone = std::erase_if(
        client.redirect_uris, [&](const core::RedirectUri& uri) { return uri.str() == text; });
    if (gone == 0) {
      return failed(
          fmt::format("--remove-redirect-uri {}: the client has no such redirect URI; "
                      "`grantd client show {}` lists them",
                      printable(text), client.id.str()));
    }
  }
  if (call.has("--not-verified")) client.verified = false;
  if (call.has("--disable") && call.has("--enable")) {
    return usage("--disable and --enable exclude each other");
  }
  if (call.has("--disable") && !client.disabled) {
    client.disabled = true;
    ++client.counter;  // DESIGN §1.2, 7: what was given so far never comes back to life
  }
  if (call.has("--enable")) client.disabled = false;
  return Unit();
}

Outcome<> check_client(const Call& call, const core::Client& client,
                       const std::vector<core::Resource>& resources) {
  TRY(check_redirect_uris(call, client));
  TRY(check_grants(client));
  TRY(check_keys(client));
  TRY(check_scopes_known(client.scope, resources));
  if (!client.scope.includes(client.default_scope)) {
    return failed(fmt::format("--default-scope: \"{}\" is not among the client's scopes \"{}\"",
                              client.default_scope.without(client.scope).to_text(),
                              client.scope.to_text()));
  }
  return Unit();
}

Outcome<NewSecret> make_secret(const Call& call, const OpenStore& store) {
  NewSecret out;
  out.stored.created = store.now();
  if (!call.has("--secret-file")) {
    // 256 bits cannot be guessed: a plain hash is enough (DESIGN, "Client authentication").
    const std::string text = "gcs_" + base64url_encode(random_bytes<32>());
    out.shown = Secret(std::string_view(text));
    out.stored.sha256 = sha256(text);
    return out;
  }
  const Secret imported = TRY(read_secret(call.get("--secret-file"), server::kPasswordBytesMax));
  // RFC 6749 A.2: client-secret = *VSCHAR, the printable characters of ASCII.
  if (!is_ascii_printable(imported.reveal_text())) {
    return failed(
        "the secret holds characters that RFC 6749 (A.2) does not allow: expected "
        "printable ASCII");
  }
  constexpr std::size_t kGuessable = 16;
  if (imported.size() < kGuessable) {
    note(
        "warning: this secret is short enough to be guessed; `grantd client rotate-secret` makes a "
        "strong one.");
  }
  const server::Config& config = store.config();
  out.stored.argon2id = server::hash_password(
      imported, {.memory_kib = config.argon2_memory_kib, .iterations = config.argon2_iterations});
  return out;
}

void rotate_secret(core::Client& client, const core::ClientSecret& secret, Duration overlap,
                   Time now) {
  auto& secrets = client.secrets;
  std::erase_if(secrets,
                [&](const core::ClientSecret& old) { return old.expires && *old.expires <= now; });
  std::ranges::sort(secrets, {}, &core::ClientSecret::created);
  if (secrets.size() > 1) secrets.erase(secrets.begin(), secrets.end() - 1);
  if (overlap == Duration::zero()) secrets.clear();
  for (core::ClientSecret& old : secrets) {
    old.expires = old.expires ? std::min(*old.expires, now + overlap) : now + overlap;
  }
  secrets.push_back(secret);
}

}  // namespace grantd::app
