#include "grantd/core/token/code_grant.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/alive.h"
#include "grantd/core/oidc/signing.h"
#include "grantd/core/token/entitle.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "token/code_grant";
// One description for whatever is wrong with a code: a prober learns nothing from it.
constexpr std::string_view kBadCode = "the code is wrong, used, expired, or not for this request";

Refusal bad_code(std::string_view citation) {
  return refuse(ErrorCode::invalid_grant, kBadCode, citation).in(kRule);
}

class CodeGrant final : public GrantCase {
 public:
  CodeGrant(CodePayload code, oauth::Form form, const Keyring& keys)
      : code_(std::move(code)), form_(std::move(form)), keys_(keys) {}

  void add_wants(Wanted& wanted) const override {
    wanted.grant = code_.id;
    wanted.grant_is_new = true;
    wanted.subject = code_.refs.subject;
    wanted.session = code_.refs.session;
    wanted.consent = true;
  }

  Result<Granted, Refusal> decide(const AuthenticatedClient& authenticated, const Found& found,
                                  const Moment& moment, const Policy& policy) const override {
    const Client& client = authenticated.client();
    TRY(check_ownership(client, found, moment));
    TRY(check_redirect_uri(found));
    TRY(check_verifier(found));
    // RFC 6749 §4.1.2, §10.5: a second use is refused and revokes what the first one issued.
    // Asked after possession: who cannot prove it must not be able to end anything. Asked before
    // life: an offline grant lives on when its session ended, and two parties had its code.
    if (found.grant) return fail(refuse_replay(*found.grant));
    // Life by reference: the person, the app, the session and the consent still stand.
    if (const std::optional<std::string> dead = why_dead(code_.refs, found, moment, policy)) {
      return fail(bad_code("RFC 6749 §5.2").because(*dead).repair("start the flow again"));
    }
    const ScopeSet scope = TRY(effective_scope(client, found));
    // RFC 8707 §2.2: the token may be for one of what was granted; the grant is the whole.
    const Target target =
        TRY(find_target(scope, form_.all("resource"), *found.resources, policy));
    if (!target.resource) {
      return fail(bad_code("RFC 6749 §5.2").because("no API knows the scope: " + scope.to_text())
                      .repair("give an API these scopes again (grantd resource list), or "
                              "start the flow again"));
    }
    TRY(check_id_token(client, scope, policy));
    return open_grant(client, scope, target, found, moment, policy);
  }

 private:
  // RFC 6749 §4.1.3: issued to this client, in this store's lifetime, not expired.
  Result<Unit, Refusal> check_ownership(const Client& client, const Found& found,
                                        const Moment& moment) const {
    if (code_.refs.client != client.id) {
      return fail(bad_code("RFC 6749 §4.1.3").because("the code was issued to another client")
                      .expected(printable(code_.refs.client.str()), printable(client.id.str()))
                      .repair("redeem the code as the client that asked for it"));
    }
    if (code_.epoch != found.epoch) {
      return fail(bad_code("RFC 6749 §4.1.3").because("the code is from before a restore")
                      .repair("start the flow again"));
    }
    // RFC 6749 §4.1.2: an expired code is only refused.
    if (moment.now >= code_.expires) {
      return fail(bad_code("RFC 6749 §4.1.2")
                      .because("the code expired")
                      .expected("before " + to_rfc3339(code_.expires), to_rfc3339(moment.now))
                      .repair("redeem the code at once, and start the flow again now"));
    }
    return Unit{};
  }

  // RFC 6749 §4.1.3: redirect_uri, where sent, equals the one of the authorization request. Left
  // out it is only where PKCE binds instead (OAuth 2.1 §10.2).
  Result<Unit, Refusal> check_redirect_uri(const Found& found) const {
    const std::optional<std::string_view> sent = form_.find("redirect_uri");
    if (!sent && code_.challenge) return Unit{};
    if (sent && equal_in_constant_time(ByteView(sha256(*sent)),
                                       ByteView(code_.redirect_uri_hash))) {
      return Unit{};
    }
    return fail(bad_code("RFC 6749 §4.1.3")
                    .because(sent ? "redirect_uri is not the one of the authorization request"
                                  : "redirect_uri is missing, and no code_challenge was sent")
                    .expected(registered_at(found), sent ? printable(*sent) : "")
                    .repair("send redirect_uri as in the authorization request, byte for byte, and "
                            "start the flow again")
                    .and_also(burn(found)));
  }

  // Of the request's redirect URI the code has the hash alone; for the operator it is looked up
  // among the registered ones. Empty: it is none of them (a loopback port of its own).
  std::string registered_at(const Found& found) const {
    for (const RedirectUri& uri : found.client->redirect_uris) {
      if (uri.hash() == code_.redirect_uri_hash) return uri.str();
    }
    return {};
  }

  Result<Unit, Refusal> check_verifier(const Found& found) const {
    const std::optional<std::string_view> sent = form_.find("code_verifier");
    if (!code_.challenge) {
      // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
      if (!sent) return Unit{};
      return fail(bad_code("RFC 9700 §4.8.2")
                      .because("code_verifier is sent, but the request had no code_challenge")
                      .repair("send code_challenge with the authorization request: here somebody "
                              "may have taken it out on the way")
                      .and_also(burn(found)));
    }
    // RFC 7636 §4.6: the verifier must hash to the challenge sealed in the code; §4.1: 43 to 128
    // unreserved characters.
    const std::optional<oauth::CodeVerifier> verifier =
        sent ? oauth::CodeVerifier::parse(*sent) : std::nullopt;
    if (verifier && oauth::matches(*code_.challenge, *verifier)) return Unit{};
    return fail(bad_code("RFC 7636 §4.6")
                    .because(!sent       ? "code_verifier is missing"
                             : !verifier ? "code_verifier is malformed"
                                         : "code_verifier does not hash to the code_challenge")
                    .repair("keep the code_verifier of each flow apart, 43 to 128 characters, send "
                            "that of this one, and start the flow again")
                    .and_also(burn(found)));
  }

  // DESIGN §1.2, 3: a failed possession check by its own client burns the code; a burn that meets
  // a row changes nothing.
  Changes burn(const Found& found) const {
    if (found.grant) return {};
    Grant grant = new_row();
    grant.state = GrantState::refused;
    grant.expires = code_.expires;
    grant.ended_because = "burned: a possession check failed";
    return {OpenGrant{std::move(grant)}};
  }

  Refusal refuse_replay(const Grant& grant) const {
    Refusal replayed = bad_code("RFC 6749 §4.1.2, §10.5")
                           .because(grant.state == GrantState::refused
                                        ? "the code was burned by a failed check"
                                        : "the code was used before: replayed")
                           .repair("start the flow again, and see that a code is sent once: no "
                                   "retry, no second tab, no one else who has it");
    if (grant.state != GrantState::live) return replayed;
    return std::move(replayed).and_also(RevokeGrant{grant.id, "replayed"});
  }

  // DESIGN §1.2, 7: grant ∩ consent ∩ client.
  Result<ScopeSet, Refusal> effective_scope(const Client& client, const Found& found) const {
    const ScopeSet scope =
        code_.scope.intersection(found.consent->scope).intersection(client.scope);
    if (scope.without(oauth::kOfflineAccess).empty()) {  // offline_access alone opens nothing
      return fail(bad_code("RFC 6749 §5.2")
                      .because("nothing is left of the scope: consent or client was narrowed")
                      .repair("start the flow again with scopes that the client still may have"));
    }
    return scope;
  }

  Granted open_grant(const Client& client, const ScopeSet& scope, const Target& target,
                     const Found& found, const Moment& moment, const Policy& policy) const {
    // OpenID Connect Core §11: a refresh token where the client may refresh.
    const bool refreshable = policy.refresh_tokens && client.may(GrantType::refresh_token);
    // Offline only where offline_access is still part of the effective scope.
    const bool offline = code_.offline && scope.has(oauth::kOfflineAccess);
    const Time refresh_until =
        offline ? moment.now + policy.offline_absolute : found.session->expires;
    Grant grant = new_row();
    grant.created = grant.last_used = grant.rotated = moment.now;
    grant.generation = refreshable ? 1 : 0;
    grant.expires = refreshable ? refresh_until : moment.now + target.resource->token_lifetime;
    if (offline) grant.session.reset();

    Granted granted;
    granted.event = "grant_opened";
    granted.entitlement = entitle(grant, scope, target, found, keys_);
    if (granted.entitlement.id_token) {
      granted.entitlement.id_token->nonce = code_.nonce;
      granted.entitlement.id_token->session = code_.refs.session;
    }
    if (refreshable) {
      granted.entitlement.refresh_token =
          RefreshPayload{code_.id,      found.epoch,         grant.generation, grant.expires,
                         client.id, code_.refs.subject, grant.session};
    }
    granted.changes.push_back(OpenGrant{std::move(grant)});
    // OpenID Connect Back-Channel Logout §2.3, Front-Channel Logout §2: from now on the app has a
    // sign-in of its own on this session, and hears when it ends, with offline access too (§2.7).
    const std::optional<SessionId>& session = code_.refs.session;
    if (granted.entitlement.id_token && session && client.wants_logout()) {
      granted.changes.push_back(
          NoteSessionClient{*session, client.id, client.incarnation, code_.refs.subject});
    }
    return granted;
  }

  Grant new_row() const {
    Grant grant;
    grant.id = code_.id;
    grant.client = code_.refs.client;
    grant.incarnation = code_.refs.incarnation;
    grant.client_counter = code_.refs.client_counter;
    grant.subject = code_.refs.subject;
    grant.user_counter = code_.refs.user_counter;
    grant.session = code_.refs.session;
    grant.consent = code_.refs.consent;
    grant.scope = code_.scope;
    grant.auth_time = code_.auth_time;
    grant.amr = code_.amr;
    grant.claims = code_.claims;
    grant.code_expires = code_.expires;
    return grant;
  }

  CodePayload code_;
  oauth::Form form_;
  const Keyring& keys_;
};

}  // namespace

ReadGrant read_code_grant(oauth::Form form, const Keyring& keys) {
  const std::optional<std::string_view> code = form.find("code");
  if (!code) {
    return refuse(ErrorCode::invalid_request, "code is missing", "RFC 6749 §4.1.3")
        .in(kRule)
        .because("the body has no code")
        .repair("send code in the body of the POST");
  }
  Result<CodePayload, OpenError> opened = open_code(*code, keys);
  if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
  if (!opened) {
    return bad_code("RFC 6749 §5.2")
        .because("the code was not sealed here, or was altered")
        .repair("send the code as it came in the redirect, decoded once, to the server it is of");
  }
  return std::make_unique<CodeGrant>(std::move(*opened), std::move(form), keys);
}

}  // namespace grantd::core
