#include "grantd/core/introspect/endpoint.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "grantd/base/encoding.h"
#include "grantd/core/client_auth/authenticate.h"
#include "grantd/core/introspect/refresh_token.h"
#include "grantd/core/oidc/id_token.h"
#include "grantd/core/oidc/subject.h"
#include "grantd/core/resource_indicators.h"
#include "grantd/core/token/access_token.h"
#include "grantd/core/token/endpoint.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "introspect/endpoint";
constexpr std::string_view kJwtType = "token-introspection+jwt";

// RFC 7662 §2.2: what is not active says nothing else, whatever the reason.
Json inactive() { return Json::object({{"active", false}}); }

class IntrospectCase final : public Case {
 public:
  IntrospectCase(PresentedClient presented, AnyToken token, std::string address, bool as_jwt,
                 const Policy& policy, const Keyring& keys)
      : presented_(std::move(presented)),
        token_(std::move(token)),
        address_(std::move(address)),
        as_jwt_(as_jwt),
        policy_(policy),
        keys_(keys) {}

  Wanted wants() const override {
    Wanted wanted;
    add_wants(presented_, address_, wanted);
    wanted.resources = true;
    if (const auto* access = std::get_if<PresentedToken>(&token_)) add_wants(*access, wanted);
    if (const auto* refresh = std::get_if<RefreshPayload>(&token_)) {
      wanted.token_grant = refresh->grant;
    }
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (std::optional<Decision> wait = throttled(found)) return *std::move(wait);
    // RFC 7662 §2.1: who asks proves who it is, before anything is said of a token.
    auto authenticated = authenticate_client(presented_, found, moment, address_, policy_);
    if (auto* ask = std::get_if<Ask>(&authenticated)) return std::move(*ask);
    if (const auto* refusal = std::get_if<Refusal>(&authenticated)) {
      return named(json_error(*refusal));
    }
    const auto& client = std::get<AuthenticatedClient>(authenticated);
    const Client& caller = client.client();
    std::string dead;
    const std::optional<Json> active = describe(caller, found, moment, dead);
    Decision decision = answer(active ? *active : inactive(), caller, moment);
    if (!dead.empty()) {
      decision.reasons.push_back(Reason{
          .rule = std::string(kRule), .citation = "RFC 7662 §2.2", .text = std::move(dead)});
    }
    return named(after_proof(client, std::move(decision)));
  }

 private:
  Decision named(Decision decision) const {
    decision.client = printable(presented_.client_id);
    return decision;
  }

  // Nothing where it is not active, or none of the caller's business; `why` is the operator's.
  std::optional<Json> describe(const Client& caller, const Found& found, const Moment& moment,
                               std::string& why) const {
    if (const auto* access = std::get_if<PresentedToken>(&token_)) {
      return describe_access(*access, caller, found, moment, why);
    }
    if (const auto* refresh = std::get_if<RefreshPayload>(&token_)) {
      return describe_refresh(*refresh, caller, found, moment, why);
    }
    why = std::get<NotOurs>(token_).reason;
    return {};
  }

  // RFC 7662 §4: the API that the token is for, and the client that it was issued to.
  std::optional<Json> describe_access(const PresentedToken& token, const Client& caller,
                                      const Found& found, const Moment& moment,
                                      std::string& why) const {
    const bool introspector = is_introspector(caller, token.audience, found);
    if (!introspector && caller.id != token.client) {
      why = "the client may not ask about this token: it is no introspector of " +
            token.audience.str();
      return {};
    }
    if (const auto dead = why_dead(token, found, moment, policy_, keys_)) {
      why = *dead;
      return {};
    }
    const ScopeSet scope = effective_scope(token, found);
    if (scope.without(oauth::kOfflineAccess).empty()) {
      why = "nothing is left of the token's scope";
      return {};
    }
    Json body = active(scope, token.client, token.subject, token.audience.str());
    body.set("token_type", "Bearer");
    body.set("exp", to_seconds(token.expires));
    body.set("iat", to_seconds(token.issued));
    body.set("jti", oauth::to_text(token.id));
    if (token.grant) describe_person(found.of_token, introspector, body);
    return body;
  }

  std::optional<Json> describe_refresh(const RefreshPayload& token, const Client& caller,
                                       const Found& found, const Moment& moment,
                                       std::string& why) const {
    if (caller.id != token.client) {
      why = "a refresh token is its client's alone to ask about";
      return {};
    }
    if (const auto dead = why_dead(token, found, moment, policy_)) {
      why = *dead;
      return {};
    }
    const Found::OfToken& of = found.of_token;
    const ScopeSet scope = effective_scope(of);
    Json body = active(scope, token.client, subject_for(*of.client, of.grant->subject, keys_),
                       audiences_of(scope, found));
    body.set("exp", to_seconds(token.expires));
    body.set("iat", to_seconds(of.grant->rotated));
    describe_person(of, false, body);
    return body;
  }

  // RFC 7662 §2.2.
  Json active(const ScopeSet& scope, const ClientId& client, const std::string& subject,
              Json audience) const {
    return Json::object({{"active", true},
                         {"scope", scope.to_text()},
                         {"client_id", client.str()},
                         {"sub", subject},
                         {"aud", std::move(audience)},
                         {"iss", policy_.issuer.str()}});
  }

  // What a refresh token may bring tokens for. RFC 7519 §4.1.3: a text where it is one.
  Json audiences_of(const ScopeSet& scope, const Found& found) const {
    Json::Array audiences;
    for (const Resource* each : resources_of(scope, *found.resources, policy_)) {
      audiences.emplace_back(each->audience.str());
    }
    return audiences.size() == 1 ? std::move(audiences.front()) : Json(std::move(audiences));
  }

  // RFC 9470 §6.2; the login name is for APIs alone (RFC 7662 §5).
  static void describe_person(const Found::OfToken& of, bool introspector, Json& body) {
    body.set("auth_time", to_seconds(of.grant->auth_time));
    body.set("acr", acr_of(of.grant->amr));
    if (introspector) body.set("username", of.user->login);
  }

  bool is_introspector(const Client& caller, const Audience& audience, const Found& found) const {
    const Resource* api = resource_of(audience, *found.resources, policy_);
    return api && std::ranges::any_of(api->introspectors, [&](const Introspector& may) {
             return may.client == caller.id && may.incarnation == caller.incarnation;
           });
  }

  Decision answer(Json body, const Client& caller, const Moment& moment) const {
    if (!as_jwt_) return {.outcome = SendJson{std::move(body)}};
    // RFC 9701 §5: no member beside these, so that it is never taken for an access token.
    Json claims = Json::object({{"iss", policy_.issuer.str()},
                                {"aud", caller.id.str()},
                                {"iat", to_seconds(moment.now)},
                                {"token_introspection", std::move(body)}});
    return {.outcome = SendJwt{{std::string(kJwtType), introspection_algorithm(policy_),
                                std::move(claims)},
                               "application/" + std::string(kJwtType)}};
  }

  PresentedClient presented_;
  AnyToken token_;
  std::string address_;
  bool as_jwt_;
  const Policy& policy_;
  const Keyring& keys_;
};

// RFC 9701 §4: the media type is asked for by name; a weight of zero refuses it (RFC 9110 §12.4.2).
bool wants_jwt(std::string_view accept) {
  for (const std::string_view range : split(accept, ',')) {
    const std::size_t semicolon = range.find(';');
    if (lower_ascii(trim(range.substr(0, semicolon))) != "application/" + std::string(kJwtType)) {
      continue;
    }
    if (semicolon == range.npos) return true;
    const std::string weight = lower_ascii(trim(range.substr(semicolon + 1)));
    return !weight.starts_with("q=0") || weight.find_first_of("123456789") != weight.npos;
  }
  return false;
}

}  // namespace

jose::Algorithm introspection_algorithm(const Policy& policy) {
  const bool rsa = std::ranges::find(policy.algorithms, jose::Algorithm::rs256) !=
                   policy.algorithms.end();
  return rsa ? jose::Algorithm::rs256 : jose::Algorithm::es256;
}

Read read_introspect(const RawRequest& request, const House& house, const Keyring& keys) {
  const Result<oauth::Form, Refusal> form = read_direct_form(request);
  if (!form) return json_error(form.error());
  Result<PresentedClient, Refusal> presented = read_client(request, *form, "/introspect");
  if (!presented) return json_error(presented.error());
  // RFC 7662 §2.1, §4: a client_id alone proves nothing, so a public client cannot ask (IN-03).
  if (presented->method == AuthMethod::none) {
    return json_error(refuse(ErrorCode::invalid_client, "client authentication failed",
                             "RFC 7662 §2.1")
                          .in(kRule)
                          .because("a client_id without a secret: who asks must authenticate")
                          .repair("ask as a confidential client: grantd client create"));
  }
  const std::optional<std::string_view> token = form->find("token");
  if (!token) {
    return json_error(refuse(ErrorCode::invalid_request, "token is missing", "RFC 7662 §2.1")
                          .in(kRule)
                          .because("the body has no token")
                          .repair("send token in the body of the POST"));
  }
  // RFC 7662 §2.1: token_type_hint is a hint; what the token is, it says itself.
  std::optional<AnyToken> asked = read_any_token(*token, keys);
  if (!asked) return UnknownKey{};
  return std::make_unique<IntrospectCase>(*std::move(presented), *std::move(asked),
                                          std::string(request.address),
                                          wants_jwt(request.accept), house.policy, keys);
}

}  // namespace grantd::core
