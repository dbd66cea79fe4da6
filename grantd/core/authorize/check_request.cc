#include "grantd/core/authorize/check_request.h"

#include <algorithm>
#include <charconv>

#include "grantd/base/encoding.h"
#include "grantd/core/oidc/id_token.h"
#include "grantd/core/repair.h"
#include "grantd/core/resource_indicators.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRule = "authorize/check_request";
constexpr std::size_t kNonceMax = 512;
constexpr std::int64_t kMaxAgeMax = 100'000'000;  // seconds: three years

using oauth::ErrorCode;

Refusal refuse_here(ErrorCode code, std::string_view description, std::string_view citation) {
  return refuse(code, description, citation).in(kRule);
}

Result<Unit, Refusal> check_form(const AuthorizeRequest& request) {
  // RFC 6749 §3.1: parameters are not included more than once.
  if (const auto name = request.repeated()) {
    return fail(refuse_here(ErrorCode::invalid_request, "a parameter is repeated",
                            "RFC 6749 §3.1")
                    .because(printable(*name) + " is sent more than once")
                    .repair("send " + printable(*name) + " once"));
  }
  if (request.has("registration")) {
    return fail(refuse_here(ErrorCode::registration_not_supported,
                            "registration is not supported", "OpenID Connect Core §7.2.1")
                    .because("the request has a registration")
                    .repair("leave registration out; register the app with this server"));
  }
  return Unit{};
}

Result<Unit, Refusal> check_response(const AuthorizeRequest& request, const ReturnAddress& to,
                                     const Client& client) {
  // RFC 6749 §3.1.1: response_type is required.
  const std::string_view response_type = request.get("response_type");
  if (response_type.empty()) {
    return fail(refuse_here(ErrorCode::invalid_request, "response_type is missing",
                            "RFC 6749 §3.1.1")
                    .because("response_type is missing")
                    .expected("code", "")
                    .repair("send response_type=code"));
  }
  // OAuth 2.1 §4.1, RFC 9700 §2.1.2: the code flow alone; no token in a URL, ever.
  if (response_type != "code") {
    return fail(refuse_here(ErrorCode::unsupported_response_type, "response_type is not supported",
                            "RFC 6749 §4.1.2.1, RFC 9700 §2.1.2")
                    .because("this server answers with codes only")
                    .expected("code", printable(response_type))
                    .repair("send response_type=code, and fetch the tokens from /token"));
  }
  // RFC 6749 §4.1.2.1: the client must be authorized to ask for a code this way.
  if (!client.may(GrantType::authorization_code)) {
    return fail(refuse_here(ErrorCode::unauthorized_client,
                            "this client may not use the authorization code grant",
                            "RFC 6749 §4.1.2.1")
                    .because("the client's grant types lack authorization_code")
                    .repair(add_grant_type(client, GrantType::authorization_code)));
  }
  // OAuth 2.0 Multiple Response Type Encoding Practices §2.1: query is the code flow's default.
  const std::string_view mode = request.get("response_mode");
  if (!mode.empty() && mode != "query" && mode != "form_post") {
    return fail(refuse_here(ErrorCode::invalid_request, "response_mode is not supported",
                            "OAuth 2.0 Multiple Response Types §2.1")
                    .because("answers go by query or by a form's post")
                    .expected("query or form_post", printable(mode))
                    .repair("leave response_mode out: query is the default"));
  }
  // OAuth 2.0 Form Post Response Mode §2: the answer is an HTTP POST. An app behind a scheme of its
  // own (RFC 8252 §7.1) is handed a URI and never a request's body: there is nothing to post to.
  if (mode == "form_post" && to.uri().is_private_use()) {
    return fail(refuse_here(ErrorCode::invalid_request,
                            "response_mode form_post needs an http or https redirect_uri",
                            "OAuth 2.0 Form Post Response Mode §2")
                    .because("the redirect URI has a private-use scheme, which takes no POST")
                    .expected("query", "form_post")
                    .repair("leave response_mode out, or use an https redirect_uri"));
  }
  return Unit{};
}

Result<std::optional<oauth::CodeChallenge>, Refusal> check_challenge(
    const AuthorizeRequest& request, const Client& client) {
  const std::string_view text = request.get("code_challenge");
  const std::string_view method = request.get("code_challenge_method");
  if (text.empty()) {
    // RFC 7636 §4.3: a method without a challenge is a slip that must not pass for "no PKCE".
    if (!method.empty()) {
      return fail(refuse_here(ErrorCode::invalid_request, "code_challenge is missing",
                              "RFC 7636 §4.3")
                      .because("code_challenge_method is there and code_challenge is not")
                      .repair("send code_challenge=BASE64URL(SHA256(code_verifier)) too"));
    }
    // RFC 9700 §2.1.1, OAuth 2.1 §7.5.1: required; only a confidential client expressly marked
    // may go without.
    if (client.is_public() || client.pkce == PkcePolicy::required) {
      return fail(refuse_here(ErrorCode::invalid_request, "code_challenge is required",
                              "RFC 7636 §4.4.1, RFC 9700 §2.1.1")
                      .because("the request has no code_challenge and this client must send one")
                      .repair("send code_challenge=BASE64URL(SHA256(code_verifier)) and "
                              "code_challenge_method=S256"));
    }
    return std::optional<oauth::CodeChallenge>();
  }
  // RFC 7636 §4.3: a missing method means `plain`, which is not offered (RFC 9700 §2.1.1).
  if (method != "S256") {
    return fail(refuse_here(ErrorCode::invalid_request,
                            "code_challenge_method must be S256", "RFC 7636 §4.4.1")
                    .because("transform algorithm not supported")
                    .expected("S256", method.empty() ? "nothing, which means plain"
                                                     : printable(method))
                    .repair("send code_challenge_method=S256, and as code_challenge "
                            "BASE64URL(SHA256(code_verifier))"));
  }
  // RFC 7636 §4.2: 43 characters of base64url.
  std::optional<oauth::CodeChallenge> challenge = oauth::CodeChallenge::parse(text);
  if (!challenge) {
    return fail(refuse_here(ErrorCode::invalid_request, "code_challenge is malformed",
                            "RFC 7636 §4.2")
                    .because("a S256 challenge is 43 base64url characters without padding; found " +
                             std::to_string(text.size()) + " characters")
                    .repair("send BASE64URL(SHA256(code_verifier)): base64url without \"=\", of "
                            "the 32 bytes of the hash and not of its hex text"));
  }
  return challenge;
}

// Scopes that the client may not ask for; only what there is can be allowed to it.
Refusal refuse_beyond(const ScopeSet& beyond, const ScopeSet& asked, const Client& client,
                      const Resources& resources) {
  Refusal refusal = refuse_here(ErrorCode::invalid_scope, "scope is not allowed to this client",
                                "RFC 6749 §4.1.2.1")
                        .because("the client may not ask for: " + beyond.to_text())
                        .expected(client.scope.to_text(), asked.to_text())
                        .repair("leave out of scope: " + beyond.to_text());
  const bool defined = std::ranges::all_of(beyond.tokens(), [&](std::string_view token) {
    return token == oauth::kOfflineAccess || oauth::is_identity_scope(token) ||
           std::ranges::any_of(resources,
                               [&](const Resource& each) { return each.find(token) != nullptr; });
  });
  if (!defined) return std::move(refusal).repair("no API defines it: see grantd resource list");
  return std::move(refusal)
      .repair("or, where the app may have that, allow it:")
      .repair(update_client(client, {"--scope", client.scope.united(asked).to_text()}));
}

Result<ScopeSet, Refusal> check_scope(const AuthorizeRequest& request, const Client& client,
                                      const Resources& resources) {
  // RFC 6749 §3.3: left out, the client's registered default stands in, else it is refused.
  if (!request.has("scope")) {
    if (!client.default_scope.empty()) return client.default_scope;
    return fail(refuse_here(ErrorCode::invalid_scope, "scope is missing", "RFC 6749 §3.3")
                    .because("the request has no scope and the client has no default")
                    .repair("send scope, or give the client a default:")
                    .repair(update_client(client, {"--default-scope", "SCOPE"})));
  }
  std::optional<ScopeSet> scope = ScopeSet::parse(request.get("scope"));
  if (!scope || scope->empty()) {
    return fail(refuse_here(ErrorCode::invalid_scope, "scope is malformed", "RFC 6749 §3.3")
                    .because("scope tokens are printable ASCII parted by single blanks")
                    .expected("", printable(request.get("scope")))
                    .repair("part the scopes by one blank each, sent as + or %20, not by commas"));
  }
  // RFC 6749 §3.3, §4.1.2.1: not more than the client was given.
  if (!client.scope.includes(*scope)) {
    return fail(refuse_beyond(scope->without(client.scope), *scope, client, resources));
  }
  return *std::move(scope);
}

// OpenID Connect Core §5.5: claims asked for one by one. Those of a scope that the client may not
// ask for are left out, as unknown ones are.
Result<Unit, Refusal> check_claims(const AuthorizeRequest& request, const Client& client,
                                   CheckedRequest& checked) {
  checked.asks = checked.scope;
  const std::string_view text = request.get("claims");
  // Without openid it is no OpenID request, and there is neither userinfo nor an ID token.
  if (text.empty() || !checked.scope.has(oauth::kOpenid)) return Unit{};
  Result<ClaimsParameter, std::string> claims = read_claims_parameter(text);
  if (!claims) {
    return fail(refuse_here(ErrorCode::invalid_request, "claims is malformed",
                            "OpenID Connect Core §5.5")
                    .because(claims.error())
                    .repair("send a JSON object with userinfo or id_token, percent-encoded"));
  }
  // Core §5.5.1.1: an essential acr that cannot be met is a failed authentication, and it is known
  // before anybody is asked. Voluntary ones (acr_values, too) are never an error.
  const bool reachable = std::ranges::any_of(claims->acr, [](const std::string& value) {
    return std::ranges::find(kAcrValues, value) != std::end(kAcrValues);
  });
  if (claims->acr_is_essential && !reachable) {
    return fail(refuse_here(ErrorCode::unmet_authentication_requirements,
                            "no authentication of this server meets the essential acr",
                            "OpenID Connect Core §5.5.1.1")
                    .because("claims asks for an acr, as essential, that no login here reaches")
                    .expected(std::string(kAcrPassword), printable(claims->acr.front()))
                    .repair("ask for the acr as voluntary, or for one of acr_values_supported"));
  }
  checked.subject = claims->subject;
  checked.claims = *std::move(claims);
  checked.claims.request = checked.claims.request.within(client.scope);
  checked.asks = checked.asks.united(checked.claims.request.scopes());
  return Unit{};
}

Result<std::optional<Duration>, Refusal> check_max_age(const AuthorizeRequest& request,
                                                       const Client& client) {
  const std::string_view text = request.get("max_age");
  // OpenID Connect Dynamic Client Registration §2: the client's own default.
  if (text.empty()) return client.default_max_age;
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  // OpenID Connect Core §3.1.2.1: seconds, not negative.
  if (!whole || value < 0 || value > kMaxAgeMax || text.front() == '-') {
    return fail(refuse_here(ErrorCode::invalid_request, "max_age is malformed",
                            "OpenID Connect Core §3.1.2.1")
                    .because("max_age is a number of seconds from 0 to 100000000")
                    .expected("0 to 100000000", printable(text))
                    .repair("send max_age as whole seconds, or leave it out"));
  }
  return std::optional<Duration>(std::chrono::seconds(value));
}

Result<Unit, Refusal> check_prompt(const AuthorizeRequest& request, CheckedRequest& checked) {
  if (!request.has("prompt")) return Unit{};
  for (const std::string_view word : split(request.get("prompt"), ' ')) {
    if (word == "none") {
      checked.prompt_none = true;
    } else if (word == "login" || word == "select_account") {
      checked.prompt_login = true;
    } else if (word == "consent") {
      checked.prompt_consent = true;
    } else if (!word.empty()) {
      return fail(refuse_here(ErrorCode::invalid_request, "prompt is not supported",
                              "OpenID Connect Core §3.1.2.1")
                      .because("an unknown word in prompt")
                      .expected("none, login, consent, select_account", printable(word))
                      .repair("send only words of prompt_values_supported, parted by blanks"));
    }
  }
  // OpenID Connect Core §3.1.2.1: none with any other value is an error.
  if (checked.prompt_none && (checked.prompt_login || checked.prompt_consent)) {
    return fail(refuse_here(ErrorCode::invalid_request, "prompt=none stands alone",
                            "OpenID Connect Core §3.1.2.1")
                    .because("none is combined with another prompt")
                    .expected("none", printable(request.get("prompt")))
                    .repair("send prompt=none alone, or leave none out"));
  }
  return Unit{};
}

}  // namespace

Result<CheckedRequest, Refusal> check_request(const AuthorizeRequest& request,
                                              const ReturnAddress& to, const Client& client,
                                              const Resources& resources, const Policy& policy) {
  CheckedRequest checked;
  TRY(check_form(request));
  TRY(check_response(request, to, client));
  checked.challenge = TRY(check_challenge(request, client));
  checked.scope = TRY(check_scope(request, client, resources));

  const std::vector<std::string> named = request.all("resource");
  // RFC 6749 §3.3, RFC 8707 §2.1: of the default, what the named resources know.
  if (!request.has("scope")) checked.scope = scope_within(checked.scope, named, resources);
  TRY(check_defined(checked.scope, resources));
  checked.resources = TRY(check_resources(checked.scope, named, resources, policy));
  // OpenID Connect Core §5.4: what these scopes open is userinfo, and that asks for openid.
  const bool openid = checked.scope.has(oauth::kOpenid);
  if (const ScopeSet identity = openid ? ScopeSet() : checked.scope.identity();
      !identity.empty()) {
    return fail(refuse_here(ErrorCode::invalid_scope, "openid is missing from scope",
                            "OpenID Connect Core §3.1.2.1")
                    .because("these scopes open userinfo, which needs openid: " +
                             identity.to_text())
                    .repair("add openid to scope"));
  }
  // An access token that opens nothing is not issued: offline_access alone names no API.
  if (checked.resources.empty()) {
    return fail(refuse_here(ErrorCode::invalid_scope, "scope names no API", "RFC 6749 §3.3")
                    .because("no scope of an API is among: " + checked.scope.to_text())
                    .repair("ask for a scope that an API has (grantd resource list), or for "
                            "openid"));
  }
  // OpenID Connect Core §11: offline_access is for clients that may refresh; ignored for others.
  checked.offline = checked.scope.has(oauth::kOfflineAccess);
  if (checked.offline && !client.may(GrantType::refresh_token)) {
    checked.scope = checked.scope.without(oauth::kOfflineAccess);
    checked.offline = false;
  }
  // A code is sealed and travels in a URL: what it carries has bounds (DESIGN §1.2).
  if (request.get("nonce").size() > kNonceMax) {
    return fail(refuse_here(ErrorCode::invalid_request, "nonce is too long",
                            "OpenID Connect Core §3.1.2.1")
                    .because("nonce is longer than 512 characters")
                    .repair("send a shorter nonce: 32 random bytes do, or their hash"));
  }
  TRY(check_claims(request, client, checked));
  checked.max_age = TRY(check_max_age(request, client));
  TRY(check_prompt(request, checked));
  return checked;
}

}  // namespace grantd::core
