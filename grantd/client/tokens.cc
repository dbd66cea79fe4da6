#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/client/flow.h"
#include "grantd/client/flow_error.h"

namespace grantd::client {
namespace {

constexpr std::int64_t kLifetimeMax = std::int64_t{100} * 365 * 24 * 3600;  // seconds
constexpr std::string_view kFrom = "the token endpoint";

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

Result<Tokens, FlowError> read_tokens(const Response& response) {
  if (response.status != 200) return fail(read_error(response, kFrom));
  const auto document = TRY(read_object(response, kFrom));
  auto access_token = TRY(read_token(document, "access_token"));
  if (!access_token) return fail(malformed("access_token", "none"));
  // RFC 6749 §7.1: a token of a type that the client does not understand must not be used.
  const auto* type = document.find_string("token_type");
  if (!type || lower_ascii(*type) != "bearer") {
    return fail(malformed("token_type \"Bearer\"", type ? quoted(*type) : "none"));
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

Result<Unit, FlowError> read_revocation(const Response& response) {
  if (response.status == 200) return Unit{};
  return fail(read_error(response, "the revocation endpoint"));
}

}  // namespace grantd::client
