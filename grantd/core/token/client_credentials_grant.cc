#include "grantd/core/token/client_credentials_grant.h"

#include "grantd/core/resource_indicators.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "token/client_credentials_grant";

class ClientCredentialsGrant final : public GrantCase {
 public:
  explicit ClientCredentialsGrant(oauth::Form form) : form_(std::move(form)) {}

  void add_wants(Wanted&) const override {}

  Result<Granted, Refusal> decide(const AuthenticatedClient& authenticated, const Found& found,
                                  const Moment&, const Policy& policy) const override {
    const Client& client = authenticated.client();
    // RFC 6749 §4.4: only confidential clients.
    if (client.is_public()) {
      return fail(refuse(ErrorCode::unauthorized_client,
                         "a public client may not use this grant type", "RFC 6749 §4.4")
                      .in(kRule)
                      .because("the client has no secret to prove itself with")
                      .repair("use a confidential client: grantd client create"));
    }
    // RFC 9700 §4.15: nor one whose client_id reads like a person's `sub`: an API would take it
    // for her.
    if (oauth::parse_id<SubjectId>(client.id.view())) {
      return fail(refuse(ErrorCode::unauthorized_client,
                         "this client may not use this grant type", "RFC 9700 §4.15")
                      .in(kRule)
                      .because("the client_id has the form of a person's identifier")
                      .repair("use a client with another client_id"));
    }
    const ScopeSet scope = TRY(requested_scope(client));
    if (form_.find("scope")) TRY(check_defined(scope, *found.resources));
    // OpenID Connect Core §3.1.2.1, §11: both are about a person; there is none here (TK-19).
    ScopeSet personal = scope.identity();
    if (scope.has(oauth::kOfflineAccess)) {
      personal = personal.united(ScopeSet::of({std::string(oauth::kOfflineAccess)}));
    }
    if (!personal.empty()) {
      return fail(refuse(ErrorCode::invalid_scope, "scope needs a person", "RFC 6749 §4.4.2")
                      .in(kRule)
                      .because(personal.to_text() + " makes no sense without a person")
                      .repair("leave out of scope: " + personal.to_text()));
    }
    // RFC 8707 §2.2: for one API, and with its scopes alone where it is named.
    const Target target =
        TRY(find_target(scope, form_.all("resource"), *found.resources, policy));
    if (!target.resource) {
      return fail(refuse(ErrorCode::invalid_scope, "scope names no API", "RFC 6749 §3.3")
                      .in(kRule)
                      .because("no scope of an API is among: " + scope.to_text())
                      .repair("ask for a scope that an API has: grantd resource list"));
    }
    Granted granted;
    granted.event = "client_token_issued";
    granted.entitlement = Entitlement{
        .client = client.id,
        .incarnation = client.incarnation,
        .client_counter = client.counter,
        .epoch = found.epoch,
        // RFC 9068 §2.2: without a resource owner, `sub` is the client.
        .subject = client.id.str(),
        .scope = target.scope,
        .audience = target.resource->audience,
        .format = client.token_format.value_or(target.resource->token_format),
        .token_lifetime = target.resource->token_lifetime,
    };
    return granted;
  }

 private:
  // RFC 6749 §3.3: the default where none is named; the whole where there is no default.
  Result<ScopeSet, Refusal> requested_scope(const Client& client) const {
    if (form_.find("scope")) return narrowed(form_, client.scope);
    const ScopeSet scope = client.default_scope.empty() ? client.scope : client.default_scope;
    return scope.without(oauth::kOfflineAccess).without(scope.identity());
  }

  oauth::Form form_;
};

}  // namespace

ReadGrant read_client_credentials_grant(oauth::Form form, const Keyring&) {
  return std::make_unique<ClientCredentialsGrant>(std::move(form));
}

}  // namespace grantd::core
