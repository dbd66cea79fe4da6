#include "grantd/core/token/refresh_grant.h"

#include "grantd/base/encoding.h"
#include "grantd/core/alive.h"
#include "grantd/core/oidc/signing.h"
#include "grantd/core/token/entitle.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "token/refresh_grant";
constexpr std::string_view kAgain = "send the person through the flow again";
constexpr std::string_view kBadToken = "the refresh token is wrong, used, expired or revoked";

Refusal bad_token(std::string_view citation) {
  return refuse(ErrorCode::invalid_grant, kBadToken, citation).in(kRule);
}

class RefreshGrant final : public GrantCase {
 public:
  RefreshGrant(RefreshPayload token, std::string text, oauth::Form form, const Keyring& keys)
      : token_(std::move(token)), text_(std::move(text)), form_(std::move(form)), keys_(keys) {}

  void add_wants(Wanted& wanted) const override {
    wanted.grant = token_.grant;
    wanted.subject = token_.subject;
    wanted.session = token_.session;
    wanted.consent = true;
  }

  Result<Granted, Refusal> decide(const AuthenticatedClient& authenticated, const Found& found,
                                  const Moment& moment, const Policy& policy) const override {
    const Client& client = authenticated.client();
    TRY(check_ownership(client, found, moment, policy));
    const Grant& grant = *found.grant;

    // DESIGN §1.2, 7: the effective scope is grant ∩ consent ∩ client. RFC 6749 §6: a request may
    // narrow it, never widen it; the original stays for the next time (checklist RT-05).
    const ScopeSet whole =
        grant.scope.intersection(found.consent->scope).intersection(client.scope);
    if (whole.without(oauth::kOfflineAccess).empty()) {
      return fail(bad_token("RFC 6749 §6").because("nothing is left of the granted scope")
                      .repair("start the flow again with scopes that the client still may have"));
    }
    // OpenID Connect Core §11: what was given for use without a session needs offline_access still.
    if (!grant.session && !whole.has(oauth::kOfflineAccess)) {
      return fail(bad_token("OpenID Connect Core §11")
                      .because("offline_access was taken from the client")
                      .repair("give the client offline_access again, or start the flow again"));
    }
    const ScopeSet scope = TRY(narrowed(form_, whole));
    // RFC 8707 §2.2: the token may be for one of what was granted; the grant stays the whole.
    const Target target =
        TRY(find_target(scope, form_.all("resource"), *found.resources, policy));
    if (!target.resource) {
      return fail(bad_token("RFC 6749 §5.2").because("no API knows the scope: " + scope.to_text())
                      .repair("give an API these scopes again (grantd resource list), or "
                              "start the flow again"));
    }
    TRY(check_id_token(client, scope, policy));

    Granted granted;
    // OpenID Connect Core §12.2: an ID token of the first authentication, without its nonce.
    granted.entitlement = entitle(grant, scope, target, found, keys_);
    TRY(judge_generation(granted, client, grant, found, moment, policy));
    return granted;
  }

 private:
  // Client, ownership and life are judged before the generation.
  Result<Unit, Refusal> check_ownership(const Client& client, const Found& found,
                                        const Moment& moment, const Policy& policy) const {
    // RFC 6749 §6: issued to this client.
    if (token_.client != client.id) {
      return fail(bad_token("RFC 6749 §6")
                      .because("the token was issued to another client")
                      .expected(printable(token_.client.str()), printable(client.id.str()))
                      .repair("refresh as the client that the token was issued to"));
    }
    if (token_.epoch != found.epoch) {
      return fail(bad_token("RFC 6749 §5.2")
                      .because("the token is from before a restore")
                      .repair(std::string(kAgain)));
    }
    if (moment.now >= token_.expires) {
      return fail(bad_token("RFC 6749 §5.2")
                      .because("the refresh token reached its absolute end")
                      .expected("before " + to_rfc3339(token_.expires), to_rfc3339(moment.now))
                      .repair(std::string(kAgain)));
    }
    if (!found.grant) {
      return fail(bad_token("RFC 6749 §5.2")
                      .because("the grant's row is gone")
                      .repair(std::string(kAgain)));
    }
    const Grant& grant = *found.grant;
    if (grant.state != GrantState::live) {
      return fail(bad_token("RFC 6749 §5.2")
                      .because("the grant is revoked: " + grant.ended_because)
                      .repair(std::string(kAgain)));
    }
    if (moment.now >= grant.expires) {
      return fail(bad_token("RFC 6749 §5.2")
                      .because("the grant reached its absolute end")
                      .repair(std::string(kAgain)));
    }
    if (is_idle(grant, moment, policy)) {
      return fail(bad_token("RFC 9700 §4.14.2")
                      .because("the grant was idle too long")
                      .repair(std::string(kAgain)));
    }
    const std::optional<std::string> dead =
        why_dead(references_of(grant), found, moment, policy);
    if (dead) {
      return fail(bad_token("RFC 6749 §5.2").because(*dead).repair(std::string(kAgain)));
    }
    return Unit{};
  }

  Result<Unit, Refusal> judge_generation(Granted& granted, const Client& client,
                                         const Grant& grant, const Found& found,
                                         const Moment& moment, const Policy& policy) const {
    const auto successor = [&](std::uint32_t generation) {
      return RefreshPayload{grant.id,   found.epoch,   generation,   grant.expires,
                            grant.client, grant.subject, grant.session};
    };
    if (token_.generation > grant.generation) {
      // Ahead of the row: the store lost acknowledged writes. Nobody is a thief.
      return fail(bad_token("DESIGN §1.2, 4")
                      .because("ALARM: the token is ahead of its row; the store lost "
                               "acknowledged writes, or an old copy of it was put back")
                      .expected("generation " + std::to_string(grant.generation),
                                "generation " + std::to_string(token_.generation))
                      .repair("check the disk and the last restore; grantd revokes nothing"));
    }
    if (token_.generation == grant.generation) {
      // RFC 9700 §4.14.2: public clients' tokens rotate; confidential clients' are bound to them.
      if (client.is_public()) {
        granted.changes.push_back(
            RotateGrant{grant.id, grant.version, grant.generation, moment.now});
        granted.entitlement.refresh_token = successor(grant.generation + 1);
        granted.event = "grant_rotated";
        return Unit{};
      }
      if (moment.now >= grant.last_used + policy.offline_idle / 10) {
        granted.changes.push_back(TouchGrant{grant.id, moment.now});
      }
      granted.entitlement.same_refresh_token = text_;
      granted.event = "grant_refreshed";
      return Unit{};
    }
    const bool one_behind = token_.generation + 1 == grant.generation;
    if (one_behind && moment.now < grant.rotated + policy.refresh_retry_window) {
      // An honest retry: a lost answer, two tabs. The same successor again; nothing is written.
      granted.entitlement.refresh_token = successor(grant.generation);
      granted.event = "grant_rotation_repeated";
      granted.reason = Reason{.rule = std::string(kRule),
                              .citation = "DESIGN §1.2, 4",
                              .text = "the token before the present one, within the retry window"};
      return Unit{};
    }
    // RFC 9700 §4.14.2: two parties hold copies; which is the thief cannot be told.
    return fail(bad_token("RFC 9700 §4.14.2")
                    .because("a replaced refresh token was used again: replayed")
                    .expected("generation " + std::to_string(grant.generation),
                              "generation " + std::to_string(token_.generation))
                    .repair("keep the newest refresh token and no other, let one thread or process "
                            "refresh, and send the person through the flow again")
                    .and_also(RevokeGrant{grant.id, "a replaced refresh token was replayed"}));
  }

  RefreshPayload token_;
  std::string text_;
  oauth::Form form_;
  const Keyring& keys_;
};

}  // namespace

ReadGrant read_refresh_grant(oauth::Form form, const Keyring& keys) {
  const std::optional<std::string_view> text = form.find("refresh_token");
  if (!text) {
    return refuse(ErrorCode::invalid_request, "refresh_token is missing", "RFC 6749 §6")
        .in(kRule)
        .because("the body has no refresh_token")
        .repair("send refresh_token in the body of the POST");
  }
  Result<RefreshPayload, OpenError> opened = open_refresh_token(*text, keys);
  if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
  if (!opened) {
    return bad_token("RFC 6749 §5.2")
        .because("the token was not sealed here, or was altered")
        .repair("send the refresh token as it came, to the server that it is of");
  }
  return std::make_unique<RefreshGrant>(std::move(*opened), std::string(*text), std::move(form),
                                        keys);
}

}  // namespace grantd::core
