#include "grantd/core/token/endpoint.h"

#include "grantd/base/encoding.h"
#include "grantd/core/features.h"
#include "grantd/core/repair.h"
#include "grantd/core/token/grant.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "token/endpoint";

// What cannot be read as this grant is refused only after the client is known: who does not prove
// to be a client learns nothing of codes and tokens.
class UnreadableGrant final : public GrantCase {
 public:
  explicit UnreadableGrant(Refusal refusal) : refusal_(std::move(refusal)) {}
  void add_wants(Wanted&) const override {}
  Result<Granted, Refusal> decide(const AuthenticatedClient&, const Found&, const Moment&,
                                  const Policy&) const override {
    return fail(refusal_);
  }

 private:
  Refusal refusal_;
};

class TokenCase final : public Case {
 public:
  TokenCase(PresentedClient presented, GrantType type, std::unique_ptr<GrantCase> grant,
            std::string address, const Policy& policy)
      : presented_(std::move(presented)),
        type_(type),
        grant_(std::move(grant)),
        address_(std::move(address)),
        policy_(policy) {}

  Wanted wants() const override {
    Wanted wanted;
    add_wants(presented_, address_, wanted);
    wanted.resources = true;
    grant_->add_wants(wanted);
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (std::optional<Decision> wait = throttled(found)) return *std::move(wait);
    auto authenticated = authenticate_client(presented_, found, moment, address_, policy_);
    if (auto* ask = std::get_if<Ask>(&authenticated)) return std::move(*ask);
    if (const auto* refusal = std::get_if<Refusal>(&authenticated)) return named(*refusal);
    const auto& client = std::get<AuthenticatedClient>(authenticated);
    Verdict verdict = grant_to(client, found, moment);
    if (auto* ask = std::get_if<Ask>(&verdict)) return std::move(*ask);
    return after_proof(client, std::get<Decision>(std::move(verdict)));
  }

 private:
  Verdict grant_to(const AuthenticatedClient& client, const Found& found,
                   const Moment& moment) const {
    // RFC 6749 §5.2: the client must be allowed this grant type.
    if (!client.client().may(type_)) {
      return named(refuse(ErrorCode::unauthorized_client,
                          "this client may not use this grant type", "RFC 6749 §5.2")
                       .in(kRule)
                       .because("the client's grant types lack " + std::string(to_text(type_)))
                       .repair(add_grant_type(client.client(), type_)));
    }
    Result<Granted, Refusal> granted = grant_->decide(client, found, moment, policy_);
    // Whatever else is wrong with a code: that it was used before is told first, and ends what it
    // gave (CodeGrant).
    if (!granted && found.grant_left_out) return AskGrant{};
    if (!granted) return named(granted.error());

    Decision decision{.outcome = issue(std::move(granted->entitlement), moment, policy_)};
    decision.changes = std::move(granted->changes);
    // DESIGN §1.2, 1: one that was never used goes by itself; this one stays.
    const std::optional<SelfRegistration>& registered = client.client().self_registration;
    if (registered && !registered->used) {
      decision.changes.push_back(MarkClientUsed{client.client().id});
    }
    decision.client = presented_.client_id;
    decision.event = std::move(granted->event);
    if (!granted->reason.text.empty()) decision.reasons.push_back(std::move(granted->reason));
    return decision;
  }

  Decision named(const Refusal& refusal) const {
    Decision decision = json_error(refusal);
    decision.client = printable(presented_.client_id);
    return decision;
  }

  PresentedClient presented_;
  GrantType type_;
  std::unique_ptr<GrantCase> grant_;
  std::string address_;
  const Policy& policy_;
};

}  // namespace

Result<oauth::Form, Refusal> read_direct_form(const RawRequest& request) {
  // RFC 6749 §3.2, Appendix B: the form's content type, UTF-8; the query is not looked at.
  if (!is_form(request.content_type)) {
    return fail(refuse(ErrorCode::invalid_request,
                       "the content type must be application/x-www-form-urlencoded",
                       "RFC 6749 §3.2")
                    .in(kRule)
                    .because("another content type")
                    .expected("application/x-www-form-urlencoded",
                              printable(request.content_type))
                    .repair("send the parameters as a form, with this Content-Type"));
  }
  Result<oauth::Form, std::string> form = oauth::Form::parse(request.body);
  if (!form) {
    return fail(refuse(ErrorCode::invalid_request, "the body is malformed",
                       "RFC 6749 Appendix B")
                    .in(kRule)
                    .because(form.error())
                    .repair("form-encode each name and value once, in UTF-8"));
  }
  // RFC 6749 §3.2: parameters are not included more than once.
  if (const auto name = form->repeated({"resource"})) {
    return fail(refuse(ErrorCode::invalid_request, "a parameter is repeated", "RFC 6749 §3.2")
                    .in(kRule)
                    .because(printable(*name) + " is sent more than once")
                    .repair("send " + printable(*name) + " once"));
  }
  return *std::move(form);
}

Decision json_error(const Refusal& refusal) {
  Decision decision{.outcome = SendJsonError{refusal.error(), {}}};
  decision.changes = refusal.changes();
  decision.reasons.push_back(refusal.reason());
  decision.counted = refusal.counted();
  decision.event = "token_refused";
  return decision;
}

std::optional<Decision> throttled(const Found& found) {
  std::optional<Duration> wait = found.throttled;
  if (found.proof && found.proof->kind == ProofAnswer::Kind::throttled) wait = found.proof->wait;
  if (!wait) return {};
  // OAuth 2.1 §7.7: guessing at a secret is slowed; the owner works from elsewhere (CA-14).
  const Refusal refusal = refuse(ErrorCode::temporarily_unavailable,
                                 "too many failed attempts, try again later", "RFC 6585 §4")
                              .in(kRule)
                              .because("too many wrong secrets for this client from this address")
                              .repair("wait as Retry-After says, and put the right secret in the "
                                      "app's configuration before it tries again");
  Decision decision = json_error(refusal);
  std::get<SendJsonError>(decision.outcome).retry_after = *wait;
  return decision;
}

Result<ScopeSet, Refusal> narrowed(const oauth::Form& form, const ScopeSet& allowed) {
  const std::optional<std::string_view> text = form.find("scope");
  if (!text) return allowed;
  const std::optional<ScopeSet> asked = ScopeSet::parse(*text);
  // offline_access names no API: alone it would make a token that opens nothing.
  if (!asked || asked->without(oauth::kOfflineAccess).empty() || !allowed.includes(*asked)) {
    return fail(refuse(ErrorCode::invalid_scope, "scope is beyond what was granted",
                       "RFC 6749 §3.3, §6")
                    .in(kRule)
                    .because("the request asks for more than there is")
                    .expected(allowed.to_text(), printable(*text))
                    .repair("leave scope out, or ask for some of: " + allowed.to_text()));
  }
  return *asked;
}

Read read_token(const RawRequest& request, const House& house, const Keyring& keys) {
  Result<oauth::Form, Refusal> form = read_direct_form(request);
  if (!form) return json_error(form.error());
  // RFC 6749 §5.2: a missing grant_type is a malformed request, an unknown one is not supported.
  const std::optional<std::string_view> grant_type = form->find("grant_type");
  if (!grant_type) {
    return json_error(refuse(ErrorCode::invalid_request, "grant_type is missing", "RFC 6749 §5.2")
                          .in(kRule)
                          .because("the body has no grant_type; the query is not looked at")
                          .repair("send grant_type in the body of the POST"));
  }
  Result<PresentedClient, Refusal> presented = read_client(request, *form, "/token");
  if (!presented) return json_error(presented.error());

  const std::optional<GrantType> type = parse_grant_type(*grant_type);
  const GrantRow* row = type ? house.features->grant(*type) : nullptr;
  if (!row) {
    return json_error(refuse(ErrorCode::unsupported_grant_type, "grant_type is not supported",
                             "RFC 6749 §5.2")
                          .in(kRule)
                          .because("unknown grant_type")
                          .expected("one of grant_types_supported", printable(*grant_type))
                          .repair("send grant_type=authorization_code, refresh_token or "
                                  "client_credentials"));
  }
  ReadGrant read = row->read(*std::move(form), keys);
  if (std::holds_alternative<UnknownKey>(read)) return UnknownKey{};
  auto* refusal = std::get_if<Refusal>(&read);
  std::unique_ptr<GrantCase> grant =
      refusal ? std::make_unique<UnreadableGrant>(std::move(*refusal))
              : std::get<std::unique_ptr<GrantCase>>(std::move(read));
  return std::make_unique<TokenCase>(*std::move(presented), *type, std::move(grant),
                                     std::string(request.address), house.policy);
}

}  // namespace grantd::core
