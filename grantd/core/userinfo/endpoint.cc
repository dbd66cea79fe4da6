#include "grantd/core/userinfo/endpoint.h"

#include <optional>
#include <string>

#include "grantd/core/oidc/claims.h"
#include "grantd/core/oidc/signing.h"
#include "grantd/core/refusal.h"
#include "grantd/core/token/access_token.h"
#include "grantd/core/token/endpoint.h"
#include "grantd/oauth/challenge.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "userinfo/endpoint";

Decision challenge(const Refusal& refusal, std::string scope = {}) {
  Decision decision{.outcome = SendChallenge{refusal.error(), std::move(scope)}};
  decision.reasons.push_back(refusal.reason());
  decision.event = "userinfo_refused";
  return decision;
}

// RFC 6750 §3.1: expired, revoked, malformed or invalid; one description for all of them.
Decision bad_token(std::string because) {
  return challenge(refuse(ErrorCode::invalid_token, "the access token is wrong, expired or revoked",
                          "RFC 6750 §3.1")
                       .in(kRule)
                       .because(std::move(because))
                       .repair("get a new access token, by the refresh token or through the "
                               "flow"));
}

// RFC 6750 §3.1: who brought no token is told the scheme alone.
Decision no_token() {
  Decision decision{.outcome = SendChallenge{}};
  decision.reasons.push_back(
      Reason{.rule = std::string(kRule),
             .citation = "RFC 6750 §3.1",
             .text = "no access token was sent; the query is not looked at",
             .repair = {"send Authorization: Bearer ACCESS_TOKEN"}});
  return decision;
}

Refusal malformed(std::string_view description, std::string because) {
  return refuse(ErrorCode::invalid_request, description, "RFC 6750 §2")
      .in(kRule)
      .because(std::move(because))
      .repair("send Authorization: Bearer ACCESS_TOKEN, and the token nowhere else");
}

// RFC 6750 §2.2: as a parameter of a form that is posted, and there alone.
Result<std::optional<std::string>, Refusal> token_in_body(const RawRequest& request) {
  if (request.method != "POST" || !is_form(request.content_type)) return std::nullopt;
  const oauth::Form form = TRY(read_direct_form(request));
  const std::optional<std::string_view> token = form.find("access_token");
  return token ? std::optional(std::string(*token)) : std::nullopt;
}

// RFC 6750 §2: in one place. The query is not looked at (RFC 9700 §4.3.2). Nothing: none was sent.
Result<std::optional<std::string>, Refusal> presented_text(const RawRequest& request) {
  std::optional<std::string> in_body = TRY(token_in_body(request));
  if (!oauth::has_scheme(request.authorization, "Bearer")) return in_body;
  if (in_body) {
    return fail(malformed("the token is sent in two places",
                          "a Bearer token in the header and access_token in the body"));
  }
  std::optional<std::string> in_header = oauth::parse_bearer(request.authorization);
  if (!in_header) {
    return fail(malformed("the Authorization header is malformed",
                          "what follows Bearer is no token (RFC 6750 §2.1)"));
  }
  return in_header;
}

class UserinfoCase final : public Case {
 public:
  UserinfoCase(PresentedToken token, const Policy& policy, const Keyring& keys)
      : token_(std::move(token)), policy_(policy), keys_(keys) {}

  Wanted wants() const override {
    Wanted wanted;
    add_wants(token_, wanted);
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    Decision decision = judge(found, moment);
    decision.client = token_.client.str();
    return decision;
  }

 private:
  Decision judge(const Found& found, const Moment& moment) const {
    const auto dead = why_dead(token_, found, moment, policy_, keys_);
    if (dead) return bad_token(*dead);
    const ScopeSet scope = effective_scope(token_, found);
    // Core §5.3.1: a token of an OpenID request; a client's own is about nobody.
    if (!token_.grant || !scope.has(oauth::kOpenid)) {
      return challenge(refuse(ErrorCode::insufficient_scope, "the token lacks the scope openid",
                              "OpenID Connect Core §5.3.1")
                           .in(kRule)
                           .because("what is left of the token's scope lacks openid")
                           .expected(std::string(oauth::kOpenid), scope.to_text())
                           .repair("ask for the scope openid in the authorization request"),
                       std::string(oauth::kOpenid));
    }
    return answer(*found.of_token.client, claims(scope, found.of_token));
  }

  // Core §5.3.2, §5.4, §5.5: `sub` always, then what the scope brings and what was asked for by
  // name, each as far as the person's consent and the client still go.
  Json claims(const ScopeSet& scope, const Found::OfToken& of) const {
    const ScopeSet allowed = of.consent->scope.intersection(of.client->scope);
    const ClaimsRequest asked = ClaimsRequest::of_text(of.grant->claims).within(allowed);
    Json claims = Json::object({{"sub", token_.subject}});
    const Json released = released_claims(of.user->claims, scope, asked.userinfo);
    for (const auto& [name, value] : *released.as_object()) claims.set(name, value);
    return claims;
  }

  Decision answer(const Client& client, Json claims) const {
    if (!client.userinfo_algorithm) return {.outcome = SendJson{std::move(claims)}};
    // Never plain where the client relies on a signature.
    const jose::Algorithm algorithm = *client.userinfo_algorithm;
    const auto signable =
        check_signing(client, algorithm, "userinfo_signed_response_alg", policy_);
    if (!signable) return json_error(signable.error());
    // §5.3.2: iss and aud, so that it can be told whose it is and for whom.
    claims.set("iss", policy_.issuer.str());
    claims.set("aud", client.id.str());
    return {.outcome = SendJwt{{"JWT", algorithm, std::move(claims)}, "application/jwt"}};
  }

  PresentedToken token_;
  const Policy& policy_;
  const Keyring& keys_;
};

}  // namespace

Read read_userinfo(const RawRequest& request, const House& house, const Keyring& keys) {
  const Result<std::optional<std::string>, Refusal> text = presented_text(request);
  if (!text) return challenge(text.error());
  // RFC 6750 §3.1: who brought no token is told the scheme alone.
  if (!*text) return no_token();
  ReadAccessToken token = read_access_token(**text, keys);
  if (std::holds_alternative<UnknownKey>(token)) return UnknownKey{};
  if (const auto* not_ours = std::get_if<NotOurs>(&token)) return bad_token(not_ours->reason);
  return std::make_unique<UserinfoCase>(std::get<PresentedToken>(std::move(token)), house.policy,
                                        keys);
}

}  // namespace grantd::core
