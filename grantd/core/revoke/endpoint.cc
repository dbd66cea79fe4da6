#include "grantd/core/revoke/endpoint.h"

#include <array>
#include <optional>
#include <variant>

#include "grantd/base/encoding.h"
#include "grantd/core/client_auth/authenticate.h"
#include "grantd/core/token/endpoint.h"
#include "grantd/jose/jwt.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "revoke/endpoint";
constexpr std::array kOurAlgorithms{jose::Algorithm::es256, jose::Algorithm::rs256,
                                    jose::Algorithm::ps256, jose::Algorithm::eddsa};

class RevokeCase final : public Case {
 public:
  RevokeCase(PresentedClient presented, std::string token, std::optional<RefreshPayload> refresh,
             std::string address, const Keyring& keys)
      : presented_(std::move(presented)),
        token_(std::move(token)),
        refresh_(std::move(refresh)),
        address_(std::move(address)),
        keys_(keys) {}

  Wanted wants() const override {
    Wanted wanted;
    wanted.client = oauth::parse_client_id(presented_.client_id);
    if (presented_.method != AuthMethod::none) {
      wanted.throttle = {guess_key(presented_.client_id, address_)};
    }
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (std::optional<Decision> wait = throttled(found)) return *std::move(wait);
    // RFC 7009 §2.1: the client is authenticated first.
    auto authenticated = authenticate_client(presented_, found, moment, address_);
    if (auto* ask = std::get_if<Ask>(&authenticated)) return std::move(*ask);
    if (const auto* refusal = std::get_if<Refusal>(&authenticated)) {
      return named(json_error(*refusal));
    }
    const Client& client = std::get<AuthenticatedClient>(authenticated).client();
    if (refresh_) return named(revoke_grant(client));
    return named(revoke_access_token(client, moment));
  }

 private:
  Decision named(Decision decision) const {
    decision.client = printable(presented_.client_id);
    return decision;
  }

  // RFC 7009 §2.1: a token of another client is refused, and the client is told.
  static Decision foreign() {
    return json_error(refuse(ErrorCode::invalid_grant, "the token is not this client's",
                             "RFC 7009 §2.1")
                          .in(kRule)
                          .because("the token was issued to another client"));
  }

  // RFC 7009 §2.2: an unknown, malformed or expired token is no error; it is as good as revoked.
  static Decision nothing_to_do(std::string text) {
    Decision decision{.outcome = SendNothing{}, .event = "token_revoked"};
    decision.reasons.push_back(Reason{
        .rule = std::string(kRule), .citation = "RFC 7009 §2.2", .text = std::move(text)});
    return decision;
  }

  // RFC 7009 §2.1: with the refresh token go all access tokens of its grant.
  Decision revoke_grant(const Client& client) const {
    if (refresh_->client != client.id) return foreign();
    Decision decision{.outcome = SendNothing{}, .event = "grant_revoked"};
    decision.changes.push_back(RevokeGrant{refresh_->grant, "revoked by the client"});
    return decision;
  }

  Decision revoke_access_token(const Client& client, const Moment& moment) const {
    const auto token = jose::verify_jwt(token_, keys_.verify_keys, kOurAlgorithms);
    if (!token) return nothing_to_do("no token of ours: " + token.error().reason);
    const std::string* typ = token->header.find_string("typ");
    if (!typ || *typ != "at+jwt") return nothing_to_do("no access token");
    const std::string* client_id = token->claims.find_string("client_id");
    if (!client_id || *client_id != client.id.view()) return foreign();

    const std::string* jti = token->claims.find_string("jti");
    const std::int64_t* exp = token->claims.find_int("exp");
    const std::optional<TokenId> id = jti ? oauth::parse_id<TokenId>(*jti) : std::nullopt;
    if (!id || !exp) return nothing_to_do("no token of ours: jti or exp is missing");
    if (moment.now >= from_seconds(*exp)) return nothing_to_do("the token expired already");
    Decision decision{.outcome = SendNothing{}, .event = "token_revoked"};
    decision.changes.push_back(RevokeToken{{*id, from_seconds(*exp)}});
    return decision;
  }

  PresentedClient presented_;
  std::string token_;
  std::optional<RefreshPayload> refresh_;
  std::string address_;
  const Keyring& keys_;
};

}  // namespace

Read read_revoke(const RawRequest& request, const House&, const Keyring& keys) {
  const Result<oauth::Form, Refusal> form = read_direct_form(request);
  if (!form) return json_error(form.error());
  Result<PresentedClient, Refusal> presented = read_client(request, *form);
  if (!presented) return json_error(presented.error());
  const std::string* token = form->find("token");
  if (!token) {
    return json_error(refuse(ErrorCode::invalid_request, "token is missing", "RFC 7009 §2.1")
                          .in(kRule)
                          .because("the body has no token"));
  }
  // RFC 7009 §2.1: token_type_hint is a hint; what the token is, its prefix says (IN-08).
  std::optional<RefreshPayload> refresh;
  Result<RefreshPayload, OpenError> opened = open_refresh_token(*token, keys);
  if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
  if (opened) refresh = std::move(*opened);
  return std::make_unique<RevokeCase>(*std::move(presented), *token, std::move(refresh),
                                      std::string(request.address), keys);
}

}  // namespace grantd::core
