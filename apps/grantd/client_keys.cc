#include "apps/grantd/client_keys.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "grantd/base/encoding.h"
#include "grantd/jose/jwks.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::app {
namespace {

constexpr std::string_view kAny = "any";

// https, or http on this computer; a request_uri may have a fragment (OpenID Connect Core §6.2).
Outcome<std::string> read_url(std::string_view option, std::string_view text) {
  const auto uri = oauth::parse_absolute_uri(text.substr(0, text.find('#')));
  if (uri && oauth::is_protected(*uri)) return std::string(text);
  return usage(fmt::format("{}: expected an https URL, found \"{}\"{}", option, printable(text),
                           uri ? "" : fmt::format(" ({})", uri.error())));
}

// A JWK set, public keys only: what cannot be used is an error here, not a surprise later.
Outcome<std::string> read_key_set(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return failed(fmt::format("--jwks-file: cannot read {}", name));
  const auto keys = jose::KeySet::parse(text.str());
  if (!keys) {
    return failed(fmt::format("--jwks-file {}: expected a JWK set (RFC 7517 §5): {}", name,
                              keys.error().reason));
  }
  if (!keys->skipped().empty() || keys->keys().empty()) {
    return failed(fmt::format("--jwks-file {}: expected public signing keys, found {}", name,
                              keys->skipped().empty() ? "none" : keys->skipped().front()));
  }
  return keys->to_json().dump();
}

std::optional<jose::Algorithm> algorithm_of(const Call& call, std::string_view option) {
  if (call.get(option) == kAny) return {};
  return jose::algorithm_named(call.get(option));  // one of its choices
}

}  // namespace

std::vector<Option> key_options() {
  return {
      {"--jwks-file", "FILE", "Its public keys as a JWK set, for what it signs."},
      {"--jwks-uri", "URI", "Where its public keys lie, read again when it uses a new one."},
      one_of({"any", "ES256", "RS256", "PS256", "EdDSA"},
             {"--assertion-alg", "ALG", "What its assertions are signed with. Default any."}),
      one_of({"issuer_or_endpoint", "issuer"},
             {"--assertion-audience", "POLICY",
              "What they name as audience. Default issuer_or_endpoint."}),
      one_of({"any", "ES256", "RS256", "PS256", "EdDSA"},
             {"--request-object-alg", "ALG",
              "What its request objects are signed with. Default any."}),
      one_of({"yes", "no"}, {"--require-request-object", "YES_NO",
                             "yes: every authorization request of its is a signed object."}),
      repeated({"--request-uri", "URI", "Where a request object may lie; replaces all."}),
  };
}

Outcome<> apply_keys(const Call& call, core::Client& client) {
  if (call.has("--jwks-file") && call.has("--jwks-uri")) {
    return usage("--jwks-file and --jwks-uri exclude each other (RFC 7591 §2)");
  }
  if (call.has("--jwks-file")) {
    client.jwks = TRY(read_key_set(call.get("--jwks-file")));
    client.jwks_uri.clear();
  }
  if (call.has("--jwks-uri")) {
    client.jwks_uri = TRY(read_url("--jwks-uri", call.get("--jwks-uri")));
    client.jwks.clear();
  }
  if (call.has("--assertion-alg")) {
    client.assertion_algorithm = algorithm_of(call, "--assertion-alg");
  }
  if (call.has("--assertion-audience")) {
    client.assertion_audience = *core::parse_assertion_audience(call.get("--assertion-audience"));
  }
  if (call.has("--request-object-alg")) {
    client.request_object_algorithm = algorithm_of(call, "--request-object-alg");
  }
  if (call.has("--require-request-object")) {
    client.require_request_object = call.get("--require-request-object") == "yes";
  }
  if (call.has("--request-uri")) client.request_uris.clear();
  for (const std::string& text : call.all("--request-uri")) {
    client.request_uris.push_back(TRY(read_url("--request-uri", text)));
  }
  return Unit();
}

Outcome<> check_keys(const core::Client& client) {
  const bool keys = !client.jwks.empty() || !client.jwks_uri.empty();
  if (keys) return Unit();
  if (client.auth_method == core::AuthMethod::private_key_jwt) {
    return failed("--auth private_key_jwt needs the client's public keys: --jwks-file or "
                  "--jwks-uri");
  }
  if (client.require_request_object || !client.request_uris.empty()) {
    return failed("request objects are signed: name the client's public keys with --jwks-file or "
                  "--jwks-uri");
  }
  return Unit();
}

}  // namespace grantd::app
