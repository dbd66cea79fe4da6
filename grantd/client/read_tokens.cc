#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/client/flow.h"
#include "grantd/client/flow_error.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::client {
namespace {

constexpr std::size_t kBodyBytesMax = 1024 * 1024;
constexpr std::int64_t kLifetimeMax = std::int64_t{100} * 365 * 24 * 3600;  // seconds
constexpr std::string_view kWellKnown = "/.well-known/oauth-authorization-server";

bool is_json(std::string_view content_type) {
  return lower_ascii(trim(content_type.substr(0, content_type.find(';')))) == "application/json";
}

// The body of any answer of the token endpoint: an object, sent as JSON.
Result<Json, FlowError> read_object(int status, std::string_view content_type,
                                    std::string_view body) {
  const auto answer = "status " + std::to_string(status);
  if (!is_json(content_type)) {
    return fail(malformed("application/json from the token endpoint",
                          answer + ", content type \"" + shown(content_type) + "\""));
  }
  auto document = Json::parse(body, kBodyBytesMax);
  if (!document) return fail(malformed("JSON", answer + ", " + shown(document.error())));
  if (!document->as_object()) return fail(malformed("a JSON object", answer + ", another value"));
  return *std::move(document);
}

FlowError unavailable(int status) {
  return {.problem = FlowProblem::unavailable,
          .expected = "an answer of the token endpoint",
          .found = "status " + std::to_string(status),
          .remedy = "try again in a moment, as Retry-After says where it is sent"};
}

// RFC 6749 §5.2, and what stands in its place.
FlowError read_error(int status, std::string_view content_type, std::string_view body) {
  // CL-04: a redirect would carry code and secret to a place that nobody checked.
  if (status >= 300 && status < 400) {
    return malformed("an answer from the token endpoint itself",
                     "a redirect (status " + std::to_string(status) + "), which is not followed");
  }
  const auto document = read_object(status, content_type, body);
  const auto* code = document ? document->find_string("error") : nullptr;
  if (status == 429 || status >= 500) {
    auto error = unavailable(status);
    if (code) error.code = shown(*code);
    return error;
  }
  if (!document) return document.error();
  if (!code) return malformed("access_token or error", "status " + std::to_string(status));
  const auto* description = document->find_string("error_description");
  return refused(*code, description ? *description : std::string());
}

// A member that is text of visible ASCII where it is there (RFC 6749 A.12, A.17).
Result<std::optional<std::string>, FlowError> read_token(const Json& document,
                                                         std::string_view name) {
  const auto* member = document.find(name);
  if (!member) return std::nullopt;
  const auto* text = member->as_string();
  const bool sound = text && !text->empty() &&
                     std::ranges::all_of(*text, [](char c) { return c >= 0x21 && c <= 0x7e; });
  if (!sound) return fail(malformed(std::string(name) + " of visible ASCII", "another value"));
  return *text;
}

Result<std::optional<std::chrono::seconds>, FlowError> read_lifetime(const Json& document) {
  const auto* member = document.find("expires_in");
  if (!member) return std::nullopt;
  const auto* value = member->as_int();
  if (!value || *value < 0 || *value > kLifetimeMax) {
    return fail(malformed("expires_in as a whole number of seconds", "another value"));
  }
  return std::chrono::seconds(*value);
}

Result<std::optional<oauth::ScopeSet>, FlowError> read_scope(const Json& document) {
  const auto* member = document.find("scope");
  if (!member) return std::nullopt;
  const auto* text = member->as_string();
  auto scope = text ? oauth::ScopeSet::parse(*text) : std::nullopt;
  if (!scope) return fail(malformed("scope as words parted by single blanks", "another value"));
  return scope;
}

}  // namespace

Result<Tokens, FlowError> read_tokens(int status, std::string_view content_type,
                                      std::string_view body) {
  if (status != 200) return fail(read_error(status, content_type, body));
  const auto document = TRY(read_object(status, content_type, body));
  auto access_token = TRY(read_token(document, "access_token"));
  if (!access_token) return fail(malformed("access_token", "none"));
  // RFC 6749 §7.1: a token of a type that the client does not understand must not be used.
  const auto* type = document.find_string("token_type");
  if (!type || lower_ascii(*type) != "bearer") {
    return fail(malformed("token_type \"Bearer\"", type ? "\"" + shown(*type) + "\"" : "none"));
  }
  Tokens tokens;
  tokens.access_token = Secret(std::string_view(*access_token));
  tokens.token_type = "Bearer";
  tokens.expires_in = TRY(read_lifetime(document));
  if (auto refresh = TRY(read_token(document, "refresh_token"))) {
    tokens.refresh_token = Secret(std::string_view(*refresh));
  }
  tokens.scope = TRY(read_scope(document));
  tokens.id_token = TRY(read_token(document, "id_token"));
  return tokens;
}

std::string metadata_url(const oauth::Issuer& issuer) {
  const auto uri = oauth::parse_absolute_uri(issuer.view());
  if (!uri) return {};
  // RFC 8414 §3.1: a "/" that ends the issuer goes first.
  auto path = uri->path_query;
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto origin = issuer.view().substr(0, issuer.view().size() - uri->path_query.size());
  return std::string(origin).append(kWellKnown).append(path);
}

Result<Settings, FlowError> with_metadata(Settings settings, std::string_view document) {
  const auto metadata = Json::parse(document, kBodyBytesMax);
  if (!metadata) return fail(malformed("the server's metadata as JSON", shown(metadata.error())));
  const auto text = [&](std::string_view name) {
    const auto* value = metadata->find_string(name);
    return value ? *value : std::string();
  };
  // RFC 8414 §3.3: identical, or the document must not be used.
  if (text("issuer") != settings.issuer.view()) {
    return fail(
        FlowError{.problem = FlowProblem::foreign,
                  .expected = "metadata of issuer \"" + shown(settings.issuer.view()) + "\"",
                  .found = "issuer \"" + shown(text("issuer")) + "\"",
                  .remedy = "set issuer to exactly what the server calls itself"});
  }
  settings.authorization_endpoint = text("authorization_endpoint");
  settings.token_endpoint = text("token_endpoint");
  TRY(check_endpoint("token_endpoint", settings.token_endpoint));
  if (!settings.redirect_uri.str().empty()) {
    TRY(check_endpoint("authorization_endpoint", settings.authorization_endpoint));
  }
  const auto methods = metadata->find_strings("code_challenge_methods_supported");
  if (methods && std::ranges::find(*methods, "S256") == methods->end()) {
    return fail(malformed("S256 among code_challenge_methods_supported", "other methods only"));
  }
  const auto* iss = metadata->find_bool("authorization_response_iss_parameter_supported");
  settings.iss_expected = iss && *iss;
  return settings;
}

}  // namespace grantd::client
