#include "grantd/core/register/endpoint.h"

#include "grantd/base/encoding.h"
#include "grantd/core/register/answers.h"
#include "grantd/core/register/document.h"
#include "grantd/core/register/metadata.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::size_t kBodyMax = 32 * 1024;  // what the unknown may have kept

// RFC 7591 §3.1: a JSON object. A page of another origin cannot send this type unasked (Fetch
// Standard §3.2.2), and nobody is allowed to.
Result<Json, Refusal> read_document(const RawRequest& request) {
  const std::string_view type = request.content_type.substr(0, request.content_type.find(';'));
  if (lower_ascii(trim(type)) != "application/json") {
    return fail(refuse_member("Content-Type", "application/json", "RFC 7591 §3.1",
                              std::string(request.content_type)));
  }
  if (request.body.size() > kBodyMax) {
    return fail(refuse_member("the body", "at most 32 KiB", "RFC 7591 §5"));
  }
  Result<Json, std::string> document = Json::parse(request.body, kBodyMax);
  if (!document) {
    return fail(refuse_member("the body", "a JSON object", "RFC 7591 §3.1", document.error()));
  }
  return *std::move(document);
}

// OpenID Connect Registration §5: asked for, then checked. Nothing: all is well.
std::optional<Verdict> judge_sector(const ClientMetadata& metadata, const Found& found) {
  const std::string& uri = metadata.sector_identifier_uri;
  if (uri.empty()) return {};
  const auto read = found.documents.find(uri);
  if (read == found.documents.end()) return Verdict(Ask(AskDocument{uri}));
  if (!read->second.error.empty()) {
    return Verdict(registration_refused(
        refuse_member("sector_identifier_uri", "a JSON array of redirect URIs at that URL",
                      "OpenID Connect Registration §5", read->second.error)));
  }
  const auto checked = check_sector(read->second.body, metadata.client);
  if (!checked) return Verdict(registration_refused(checked.error()));
  return {};
}

std::string register_key(std::string_view address) {
  return "register:" + std::string(address);
}

class CreateCase final : public Case {
 public:
  CreateCase(Json document, std::optional<InvitationPayload> invitation, std::string address,
             const Policy& policy)
      : document_(std::move(document)),
        invitation_(std::move(invitation)),
        key_(register_key(address)),
        policy_(policy) {}

  Wanted wants() const override {
    Wanted wanted;
    wanted.throttle = {key_};
    wanted.unused_clients = true;
    if (invitation_) wanted.once = once_hash(*invitation_);
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (found.throttled) return too_many(*found.throttled);
    Verdict verdict = judge(found, moment);
    // Each try costs one, whatever comes of it: what lies at an address is fetched for it.
    if (auto* decision = std::get_if<Decision>(&verdict)) decision->counted = key_;
    return verdict;
  }

 private:
  Verdict judge(const Found& found, const Moment& moment) const {
    if (invitation_) {
      const std::string dead = why_dead(*invitation_, found, moment);
      if (!dead.empty()) return registration_challenge(dead);
    } else if (found.unused_clients >= policy_.registration.unused_max) {
      // RFC 7591 §5, checklist DR-06. Those under way at once may pass it by a few.
      return registration_refused(
          refuse(ErrorCode::temporarily_unavailable, "too many clients wait for their first use",
                 "RFC 7591 §5")
              .in(kRegisterRule)
              .because("registration.clients_max clients were never given a token: they go by "
                       "themselves, or raise it")
              .expected("fewer than " + std::to_string(policy_.registration.unused_max),
                        std::to_string(found.unused_clients))
              .repair("raise registration.clients_max, or delete clients that nobody uses"));
    }
    Client blank;
    // As the command line draws them: hex, so that no client_id reads like a person's `sub`.
    blank.id = ClientId(hex_encode(moment.draw<10>("client_id")));
    blank.incarnation = Incarnation(moment.draw<8>("incarnation"));
    blank.created = moment.now;
    Result<ClientMetadata, Refusal> metadata =
        read_client_metadata(document_, blank, policy_);
    if (!metadata) return registration_refused(metadata.error());
    if (auto verdict = judge_sector(*metadata, found)) return *std::move(verdict);
    return registered(std::move(metadata->client), moment);
  }

  Decision registered(Client client, const Moment& moment) const {
    const std::string token = "gra_" + base64url_encode(moment.draw<32>("registration token"));
    client.self_registration =
        SelfRegistration{.token_hash = sha256(token),
                         .used = false,
                         .unused_until = moment.now + policy_.registration.unused_lifetime};
    const std::string secret = renew_secret(client, moment);
    Decision decision{.outcome = SendJson{client_document(client, secret, token, policy_), 201}};
    if (invitation_) {
      decision.changes.push_back(UseOnce{once_hash(*invitation_), invitation_->expires});
    }
    decision.client = client.id.str();
    decision.event = "client_registered";
    decision.changes.push_back(PutClient{std::move(client), 0});
    return decision;
  }

  // Empty: it lives.
  static std::string why_dead(const InvitationPayload& invitation, const Found& found,
                              const Moment& moment) {
    if (invitation.epoch != found.epoch) return "the initial access token is from before a restore";
    if (moment.now >= invitation.expires) return "the initial access token expired";
    if (found.used_once) return "the initial access token was used before";
    return {};
  }

  Json document_;
  std::optional<InvitationPayload> invitation_;
  std::string key_;
  const Policy& policy_;
};

enum class Act { read, update, remove };

class ManageCase final : public Case {
 public:
  ManageCase(Act act, std::string client_id, Secret token, Result<Json, Refusal> document,
             std::string address, const Policy& policy)
      : act_(act),
        client_id_(std::move(client_id)),
        token_(std::move(token)),
        document_(std::move(document)),
        key_(register_key(address)),
        policy_(policy) {}

  Wanted wants() const override {
    Wanted wanted;
    wanted.client = oauth::parse_client_id(client_id_);
    if (act_ == Act::update) wanted.throttle = {key_};
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (found.throttled) return too_many(*found.throttled);
    // RFC 7592 §2.1: whatever is wrong with client or token, the same answer.
    const std::string wrong = why_not_allowed(found);
    if (!wrong.empty()) return registration_challenge(wrong);
    Verdict verdict = act(*found.client, found, moment);
    if (auto* decision = std::get_if<Decision>(&verdict)) {
      decision->client = found.client->id.str();
      if (act_ == Act::update) decision->counted = key_;
    }
    return verdict;
  }

 private:
  std::string why_not_allowed(const Found& found) const {
    if (!found.client) return "no client has this client_id: " + printable(client_id_);
    const Client& client = *found.client;
    if (client.disabled) return "the client is disabled: " + client.id.str();
    if (!client.self_registration) return "the client was made by the operator";
    const Hash256 sent = sha256(token_.reveal());
    const bool same = equal_in_constant_time(ByteView(sent),
                                             ByteView(client.self_registration->token_hash));
    return same ? "" : "the registration access token is not this client's";
  }

  Verdict act(const Client& client, const Found& found, const Moment& moment) const {
    switch (act_) {
      case Act::read:
        return Decision{.outcome = SendJson{
                            client_document(client, "", token_.reveal_text(), policy_)}};
      case Act::remove: {
        // RFC 7592 §2.3: with it goes all that it was given, by reference (DESIGN §1.2, 7).
        Decision decision{.outcome = SendNothing{204}};
        decision.changes.push_back(DeleteClient{client.id});
        decision.event = "client_unregistered";
        return decision;
      }
      case Act::update: break;
    }
    return update(client, found, moment);
  }

  // RFC 7592 §2.2: the whole metadata anew; what is left out is left out.
  Verdict update(const Client& before, const Found& found, const Moment& moment) const {
    if (!document_) return registration_refused(document_.error());
    const auto own = check_own_members(*document_, before);
    if (!own) return registration_refused(own.error());
    Result<ClientMetadata, Refusal> metadata =
        read_client_metadata(*document_, before, policy_);
    if (!metadata) return registration_refused(metadata.error());
    if (auto verdict = judge_sector(*metadata, found)) return *std::move(verdict);
    Client client = std::move(metadata->client);
    const std::string secret = renew_secret(client, moment);
    Decision decision{
        .outcome = SendJson{client_document(client, secret, token_.reveal_text(), policy_)}};
    decision.event = "client_updated";
    decision.changes.push_back(PutClient{std::move(client), before.version});
    return decision;
  }

  Act act_;
  std::string client_id_;
  Secret token_;
  Result<Json, Refusal> document_;
  std::string key_;
  const Policy& policy_;
};

// RFC 6750 §3.1: who brought no token is told the scheme alone.
Decision no_token() {
  Decision decision{.outcome = SendChallenge{}};
  decision.reasons.push_back(
      Reason{.rule = std::string(kRegisterRule),
             .citation = "RFC 6750 §3.1",
             .text = "no token was sent",
             .expected = {},
             .found = {},
             .repair = {"send Authorization: Bearer TOKEN: to register, one that grantd client "
                        "invite makes; to manage, the registration_access_token"}});
  decision.event = "registration_refused";
  return decision;
}

Read read_create(const RawRequest& request, const House& house, const Keyring& keys) {
  std::optional<InvitationPayload> invitation;
  if (house.policy.registration.mode == RegistrationPolicy::Mode::token) {
    // RFC 7591 §3: by an initial access token, as a Bearer token (RFC 6750).
    const std::optional<std::string> token = oauth::parse_bearer(request.authorization);
    if (!token) return no_token();
    Result<InvitationPayload, OpenError> opened = open_invitation(*token, keys);
    if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
    if (!opened) return registration_challenge("the initial access token was not made here");
    invitation = std::move(*opened);
  }
  Result<Json, Refusal> document = read_document(request);
  if (!document) return registration_refused(document.error());
  return std::make_unique<CreateCase>(*std::move(document), std::move(invitation),
                                      std::string(request.address), house.policy);
}

}  // namespace

Hash256 once_hash(const InvitationPayload& invitation) {
  std::string text = "initial access token ";
  text += as_text(ByteView(invitation.id));
  return sha256(text);
}

Read read_register(const RawRequest& request, const House& house, const Keyring& keys) {
  if (request.method == "POST") return read_create(request, house, keys);
  // RFC 7592 §2: the registration access token, as a Bearer token.
  const std::optional<std::string> token = oauth::parse_bearer(request.authorization);
  if (!token) return no_token();
  const Result<oauth::Form, std::string> query = oauth::Form::parse(request.query);
  const std::string client_id(query ? query->get("client_id") : std::string_view());
  const Act act = request.method == "GET"   ? Act::read
                  : request.method == "PUT" ? Act::update
                                            : Act::remove;
  Result<Json, Refusal> document = act == Act::update ? read_document(request) : Json::object();
  return std::make_unique<ManageCase>(act, client_id, Secret(*token),
                                      std::move(document), std::string(request.address),
                                      house.policy);
}

}  // namespace grantd::core
