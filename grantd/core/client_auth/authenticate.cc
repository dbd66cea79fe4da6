#include "grantd/core/client_auth/authenticate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "grantd/base/encoding.h"
#include "grantd/core/client_auth/assertion.h"
#include "grantd/core/repair.h"
#include "grantd/oauth/challenge.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "client_auth/authenticate";
// One description for every way to fail: it tells no prober which check it was.
constexpr std::string_view kFailed = "client authentication failed";

Refusal refuse_client(std::string because, std::string repair,
                      std::string_view citation = "RFC 6749 §5.2") {
  return refuse(ErrorCode::invalid_client, kFailed, citation)
      .in(kRule)
      .because(std::move(because))
      .repair(std::move(repair));
}

std::string look_at(const Client& client) {
  return "grantd client show " + shell_word(client.id.view());
}

Refusal other_secret(std::string because, const Client& client,
                     std::string_view citation = "RFC 6749 §5.2") {
  return refuse_client(std::move(because),
                       "put the present secret in the app's configuration, or make a new one:",
                       citation)
      .repair("grantd client rotate-secret " + shell_word(client.id.view()));
}

// The client is confidential where it sends no secret, public where it sends one.
Refusal other_method(const Client& client, AuthMethod presented) {
  const std::string registered(to_text(client.auth_method));
  const std::string found(to_text(presented));
  Refusal refusal =
      refuse_client("another authentication method than the registered one",
                    client.is_public()
                        ? "send client_id alone: the client is public and has no secret"
                        : "prove the client as it is registered, by " + registered,
                    "RFC 7591 §2")
          .expected(registered, found);
  if (client.is_public() || presented == AuthMethod::none) return refusal;
  return std::move(refusal)
      .repair("or change how it is registered:")
      .repair(update_client(client, {"--auth", found}));
}

// RFC 6749 §2.3: not more than one method in a request.
Refusal two_methods(std::string because) {
  return refuse(ErrorCode::invalid_request, "more than one client authentication method",
                "RFC 6749 §2.3")
      .in(kRule)
      .because(std::move(because))
      .repair("prove the client in one way only, the one that it is registered with");
}

Result<PresentedClient, Refusal> read_basic(const RawRequest& request, const oauth::Form& form) {
  if (form.find("client_secret") || form.find("client_assertion")) {
    return fail(two_methods("an Authorization header, and a secret or an assertion in the body"));
  }
  // RFC 6749 §2.3.1: form-urlencoded, then base64.
  std::optional<oauth::BasicCredentials> basic = oauth::parse_basic(request.authorization);
  if (!basic) {
    return fail(refuse_client("the Authorization header is not well-formed Basic: base64 of the "
                              "form-encoded client_id, a colon, the form-encoded secret",
                              "send Authorization: Basic BASE64(CLIENT_ID:SECRET), as curl -u "
                              "does"));
  }
  // RFC 6749 §2.3.1: a client_id in the body names the same client.
  const std::optional<std::string_view> in_body = form.find("client_id");
  if (in_body && *in_body != basic->user) {
    return fail(refuse(ErrorCode::invalid_request,
                       "client_id differs from the Authorization header", "RFC 6749 §2.3.1")
                    .in(kRule)
                    .because("two clients are named in one request")
                    .expected(printable(basic->user), printable(*in_body))
                    .repair("leave client_id out of the body"));
  }
  return PresentedClient{std::move(basic->user), AuthMethod::client_secret_basic,
                         Secret(basic->password)};
}

// RFC 7521 §4.2, RFC 7523 §2.2.
Result<PresentedClient, Refusal> read_by_assertion(const oauth::Form& form) {
  if (form.find("client_secret")) return fail(two_methods("an assertion and a client_secret"));
  const std::string_view type = form.get("client_assertion_type");
  const std::string_view text = form.get("client_assertion");
  if (type != kAssertionType || text.empty()) {
    return fail(refuse_client("client_assertion comes with its type",
                              "send client_assertion and client_assertion_type together",
                              "RFC 7523 §2.2")
                    .expected(std::string(kAssertionType), printable(type)));
  }
  const std::optional<AssertionClaim> claim = read_assertion(text);
  if (!claim) {
    return fail(refuse_client("the assertion is no JWT with sub and jti",
                              "sign a JWT with iss, sub, aud, exp and jti", "RFC 7523 §3"));
  }
  // RFC 7521 §4.2: client_id is not needed; where it is sent it names the same client.
  const std::optional<std::string_view> named = form.find("client_id");
  if (named && *named != claim->client_id) {
    return fail(refuse(ErrorCode::invalid_request, "client_id differs from the assertion",
                       "RFC 7521 §4.2")
                    .in(kRule)
                    .because("two clients are named in one request")
                    .expected(printable(claim->client_id), printable(*named))
                    .repair("leave client_id out of the body"));
  }
  PresentedClient presented{claim->client_id, AuthMethod::private_key_jwt};
  presented.assertion = text;
  presented.once = claim->once;
  return presented;
}

Result<PresentedClient, Refusal> read_any(const RawRequest& request, const oauth::Form& form) {
  if (!request.authorization.empty()) {
    if (oauth::has_scheme(request.authorization, "Basic")) return read_basic(request, form);
    return fail(refuse_client("the Authorization header has a scheme that is no client "
                              "authentication here",
                              "send Authorization: Basic, or the client's proof in the body"));
  }
  if (form.find("client_assertion") || form.find("client_assertion_type")) {
    return read_by_assertion(form);
  }
  const std::optional<std::string_view> client_id = form.find("client_id");
  if (!client_id) {
    return fail(refuse_client("no client_id and no Authorization header",
                              "send client_id in the body, and the secret if the client has one"));
  }
  if (const auto secret = form.find("client_secret")) {
    return PresentedClient{std::string(*client_id), AuthMethod::client_secret_post,
                           Secret(*secret)};
  }
  return PresentedClient{std::string(*client_id), AuthMethod::none, Secret()};
}

// One of the client's live secrets: 256 bits that we made, compared by their hash.
bool matches_ours(const ClientSecret& mine, const Secret& sent) {
  return mine.sha256 &&
         equal_in_constant_time(ByteView(*mine.sha256), ByteView(sha256(sent.reveal())));
}

bool is_live(const ClientSecret& secret, const Moment& moment) {
  return !secret.expires || moment.now < *secret.expires;
}

struct Matched {};

// RFC 6749 §2.3.1. Two secrets live while one replaces the other.
std::variant<Matched, Refusal, Ask> match_secret(const PresentedClient& presented,
                                                 const Client& client, const Found& found,
                                                 const Moment& moment, std::string_view address) {
  const Secret& sent = presented.secret;
  const std::string *imported = nullptr, *imported_too = nullptr;  // two at most are live
  bool expired = false;
  for (const ClientSecret& mine : client.secrets) {
    if (!is_live(mine, moment)) {
      expired = expired || matches_ours(mine, sent);
      continue;
    }
    if (matches_ours(mine, sent)) return Matched{};
    if (!mine.argon2id.empty()) imported_too = std::exchange(imported, &mine.argon2id);
  }
  if (expired) return other_secret("the client secret has expired", client, "RFC 7591 §3.2.1");
  if (!imported || sent.empty()) {
    return other_secret("the client secret does not match", client)
        .counting(guess_key(presented.client_id, address));
  }
  if (!found.proof) {
    return AskProof{AskProof::What::client_secret, *imported, sent,
                    {guess_key(presented.client_id, address)},
                    imported_too ? *imported_too : std::string()};
  }
  if (found.proof->kind == ProofAnswer::Kind::matches) return Matched{};
  if (found.proof->kind == ProofAnswer::Kind::differs) {
    return other_secret("the client secret does not match", client);
  }
  return refuse(ErrorCode::temporarily_unavailable, "too many requests, try again later",
                "RFC 6585 §4")
      .in(kRule)
      .because("the password pool is full")
      .repair("try again; if this is often so, raise password.threads");
}

}  // namespace

std::string guess_key(std::string_view client_id, std::string_view address) {
  client_id = client_id.substr(0, 255);
  std::string key;
  key.reserve(8 + client_id.size() + address.size());
  return key.append("client:").append(client_id).append(" ").append(address);
}

Result<PresentedClient, Refusal> read_client(const RawRequest& request, const oauth::Form& form,
                                             std::string_view endpoint) {
  PresentedClient presented = TRY(read_any(request, form));
  presented.endpoint = endpoint;
  return presented;
}

void add_wants(const PresentedClient& presented, std::string_view address, Wanted& wanted) {
  wanted.client = oauth::parse_client_id(presented.client_id);
  wanted.once = presented.once;
  const bool secret = presented.method == AuthMethod::client_secret_basic ||
                      presented.method == AuthMethod::client_secret_post;
  if (secret) wanted.throttle.push_back(guess_key(presented.client_id, address));
}

Decision after_proof(const AuthenticatedClient& client, Decision decision) {
  if (client.changes().empty()) return decision;
  Changes changes = client.changes();
  std::ranges::move(decision.changes, std::back_inserter(changes));
  decision.changes = std::move(changes);
  return decision;
}

std::variant<AuthenticatedClient, Refusal, Ask> authenticate_client(
    const PresentedClient& presented, const Found& found, const Moment& moment,
    std::string_view address, const Policy& policy) {
  if (!found.client || found.client->id.view() != presented.client_id) {
    return refuse_client("no client has this client_id: " + printable(presented.client_id),
                         "send a client_id that there is: grantd client list")
        .counting(guess_key(presented.client_id, address));
  }
  const Client& client = *found.client;
  if (client.disabled) {
    return refuse_client("the client is disabled: " + client.id.str(),
                         update_client(client, {"--enable"}));
  }
  // RFC 7591 §2: exactly the registered method; a public client sends no secret (checklist CA-07).
  if (presented.method != client.auth_method) {
    return other_method(client, presented.method);
  }
  if (presented.method == AuthMethod::none) return AuthenticatedClient(client);

  if (presented.method == AuthMethod::private_key_jwt) {
    auto checked = check_assertion(presented.assertion, client, presented.endpoint, found, moment,
                                   policy);
    if (auto* ask = std::get_if<Ask>(&checked)) return std::move(*ask);
    if (const auto* not_theirs = std::get_if<NotTheirs>(&checked)) {
      return refuse_client(not_theirs->reason,
                           "sign each assertion anew: iss and sub the client_id, aud this server, "
                           "exp within five minutes, a fresh jti, by a key that the client "
                           "registered: " + look_at(client),
                           "RFC 7523 §3");
    }
    return AuthenticatedClient(client, {std::get<UseOnce>(std::move(checked))});
  }
  auto matched = match_secret(presented, client, found, moment, address);
  if (auto* ask = std::get_if<Ask>(&matched)) return std::move(*ask);
  if (auto* refusal = std::get_if<Refusal>(&matched)) return std::move(*refusal);
  return AuthenticatedClient(client);
}

}  // namespace grantd::core
