#include "grantd/core/revoke/endpoint.h"

#include <optional>
#include <variant>

#include "grantd/base/encoding.h"
#include "grantd/core/client_auth/authenticate.h"
#include "grantd/core/token/access_token.h"
#include "grantd/core/token/endpoint.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "revoke/endpoint";

// RFC 7009 §2.2: the status says it all, and clients ignore the body. Some (simple-oauth2) take
// JSON alone for an answer.
Decision revoked(std::string event) {
  return {.outcome = SendJson{Json::object({})}, .event = std::move(event)};
}

class RevokeCase final : public Case {
 public:
  RevokeCase(PresentedClient presented, AnyToken token, std::string address, const Policy& policy,
             const Keyring& keys)
      : presented_(std::move(presented)),
        token_(std::move(token)),
        address_(std::move(address)),
        policy_(policy),
        keys_(keys) {}

  Wanted wants() const override {
    Wanted wanted;
    add_wants(presented_, address_, wanted);
    if (const auto* access = std::get_if<PresentedToken>(&token_)) add_wants(*access, wanted);
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (std::optional<Decision> wait = throttled(found)) return *std::move(wait);
    // RFC 7009 §2.1: the client is authenticated first.
    auto authenticated = authenticate_client(presented_, found, moment, address_, policy_);
    if (auto* ask = std::get_if<Ask>(&authenticated)) return std::move(*ask);
    if (const auto* refusal = std::get_if<Refusal>(&authenticated)) {
      return named(json_error(*refusal));
    }
    const auto& client = std::get<AuthenticatedClient>(authenticated);
    return named(after_proof(client, revoke(client.client(), found, moment)));
  }

 private:
  Decision revoke(const Client& client, const Found& found, const Moment& moment) const {
    if (const auto* refresh = std::get_if<RefreshPayload>(&token_)) {
      return revoke_grant(*refresh, client);
    }
    if (const auto* access = std::get_if<PresentedToken>(&token_)) {
      return revoke_access_token(*access, client, found, moment);
    }
    return nothing_to_do(std::get<NotOurs>(token_).reason);
  }

  Decision named(Decision decision) const {
    decision.client = printable(presented_.client_id);
    return decision;
  }

  // RFC 7009 §2.1: a token of another client is refused, and the client is told.
  static Decision foreign() {
    return json_error(refuse(ErrorCode::invalid_grant, "the token is not this client's",
                             "RFC 7009 §2.1")
                          .in(kRule)
                          .because("the token was issued to another client")
                          .repair("revoke as the client that the token was issued to"));
  }

  // RFC 7009 §2.2: an unknown, malformed or expired token is no error; it is as good as revoked.
  static Decision nothing_to_do(std::string text) {
    Decision decision = revoked("token_revoked");
    decision.reasons.push_back(Reason{
        .rule = std::string(kRule), .citation = "RFC 7009 §2.2", .text = std::move(text)});
    return decision;
  }

  // RFC 7009 §2.1: with the refresh token go all access tokens of its grant.
  static Decision revoke_grant(const RefreshPayload& token, const Client& client) {
    if (token.client != client.id) return foreign();
    Decision decision = revoked("grant_revoked");
    decision.changes.push_back(RevokeGrant{token.grant, "revoked by the client"});
    return decision;
  }

  // A JWT or an opaque one: it ends alone. Of a dead one nothing need be remembered, for death is
  // for good (DESIGN §1.2, 7).
  Decision revoke_access_token(const PresentedToken& token, const Client& client,
                               const Found& found, const Moment& moment) const {
    if (token.client != client.id) return foreign();
    const auto dead = why_dead(token, found, moment, policy_, keys_);
    if (dead) return nothing_to_do(*dead);
    Decision decision = revoked("token_revoked");
    decision.changes.push_back(RevokeToken{{token.id, token.expires}});
    return decision;
  }

  PresentedClient presented_;
  AnyToken token_;
  std::string address_;
  const Policy& policy_;
  const Keyring& keys_;
};

}  // namespace

Read read_revoke(const RawRequest& request, const House& house, const Keyring& keys) {
  const Result<oauth::Form, Refusal> form = read_direct_form(request);
  if (!form) return json_error(form.error());
  Result<PresentedClient, Refusal> presented = read_client(request, *form, "/revoke");
  if (!presented) return json_error(presented.error());
  const std::optional<std::string_view> token = form->find("token");
  if (!token) {
    return json_error(refuse(ErrorCode::invalid_request, "token is missing", "RFC 7009 §2.1")
                          .in(kRule)
                          .because("the body has no token")
                          .repair("send token in the body of the POST"));
  }
  // RFC 7009 §2.1: token_type_hint is a hint; what the token is, it says itself (IN-08).
  std::optional<AnyToken> asked = read_any_token(*token, keys);
  if (!asked) return UnknownKey{};
  return std::make_unique<RevokeCase>(*std::move(presented), *std::move(asked),
                                      std::string(request.address), house.policy, keys);
}

}  // namespace grantd::core
