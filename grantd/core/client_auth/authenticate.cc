#include "grantd/core/client_auth/authenticate.h"

#include <utility>

#include "grantd/base/encoding.h"
#include "grantd/oauth/challenge.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "client_auth/authenticate";
// One description for every way to fail: it tells no prober which check it was.
constexpr std::string_view kFailed = "client authentication failed";

Refusal refuse_client(std::string because, std::string_view citation = "RFC 6749 §5.2") {
  return refuse(ErrorCode::invalid_client, kFailed, citation).in(kRule).because(std::move(because));
}

Result<PresentedClient, Refusal> read_basic(const RawRequest& request, const oauth::Form& form) {
  // RFC 6749 §2.3: not more than one method in a request.
  if (form.find("client_secret")) {
    return fail(refuse(ErrorCode::invalid_request, "more than one client authentication method",
                       "RFC 6749 §2.3")
                    .in(kRule)
                    .because("an Authorization header and a client_secret in the body"));
  }
  // RFC 6749 §2.3.1: form-urlencoded, then base64.
  const std::optional<oauth::BasicCredentials> basic = oauth::parse_basic(request.authorization);
  if (!basic) {
    return fail(refuse_client("the Authorization header is not well-formed Basic: base64 of the "
                              "form-encoded client_id, a colon, the form-encoded secret"));
  }
  // RFC 6749 §2.3.1: a client_id in the body names the same client.
  const std::string* in_body = form.find("client_id");
  if (in_body && *in_body != basic->user) {
    return fail(refuse(ErrorCode::invalid_request,
                       "client_id differs from the Authorization header", "RFC 6749 §2.3.1")
                    .in(kRule)
                    .because("two clients are named in one request")
                    .expected(printable(basic->user), printable(*in_body)));
  }
  return PresentedClient{basic->user, AuthMethod::client_secret_basic, Secret(basic->password)};
}

// One of the client's live secrets: 256 bits that we made, compared by their hash.
bool matches_ours(const ClientSecret& mine, const Hash256& sent) {
  return mine.sha256 && equal_in_constant_time(ByteView(*mine.sha256), ByteView(sent));
}

bool is_live(const ClientSecret& secret, const Moment& moment) {
  return !secret.expires || moment.now < *secret.expires;
}

}  // namespace

std::string guess_key(std::string_view client_id, std::string_view address) {
  return "client:" + std::string(client_id.substr(0, 255)) + " " + std::string(address);
}

Result<PresentedClient, Refusal> read_client(const RawRequest& request, const oauth::Form& form) {
  if (!request.authorization.empty()) {
    if (oauth::has_scheme(request.authorization, "Basic")) return read_basic(request, form);
    return fail(refuse_client("the Authorization header has a scheme that is no client "
                              "authentication here"));
  }
  const std::string* client_id = form.find("client_id");
  if (!client_id) return fail(refuse_client("no client_id and no Authorization header"));
  if (const std::string* secret = form.find("client_secret")) {
    return PresentedClient{*client_id, AuthMethod::client_secret_post, Secret(*secret)};
  }
  return PresentedClient{*client_id, AuthMethod::none, Secret()};
}

std::variant<AuthenticatedClient, Refusal, Ask> authenticate_client(
    const PresentedClient& presented, const Found& found, const Moment& moment,
    std::string_view address) {
  const std::string key = guess_key(presented.client_id, address);
  if (!found.client || found.client->id.view() != presented.client_id) {
    return refuse_client("no client has this client_id: " + printable(presented.client_id))
        .counting(key);
  }
  const Client& client = *found.client;
  if (client.disabled) return refuse_client("the client is disabled: " + client.id.str());
  // RFC 7591 §2: exactly the registered method; a public client sends no secret (checklist CA-07).
  if (presented.method != client.auth_method) {
    return refuse_client("another authentication method than the registered one", "RFC 7591 §2")
        .expected(std::string(to_text(client.auth_method)),
                  std::string(to_text(presented.method)))
        .repair("grantd client update " + client.id.str() + " --auth " +
                std::string(to_text(presented.method)));
  }
  if (presented.method == AuthMethod::none) return AuthenticatedClient(client);

  // RFC 6749 §2.3.1. Two secrets live while one replaces the other.
  const Hash256 sent = sha256(presented.secret.reveal());
  std::string imported, imported_too;  // two at most are live
  bool expired = false;
  for (const ClientSecret& mine : client.secrets) {
    if (!is_live(mine, moment)) {
      expired = expired || matches_ours(mine, sent);
      continue;
    }
    if (matches_ours(mine, sent)) return AuthenticatedClient(client);
    if (!mine.argon2id.empty()) imported_too = std::exchange(imported, mine.argon2id);
  }
  if (expired) return refuse_client("the client secret has expired", "RFC 7591 §3.2.1");
  if (imported.empty() || presented.secret.empty()) {
    return refuse_client("the client secret does not match").counting(key);
  }
  if (!found.proof) {
    return AskProof{AskProof::What::client_secret, imported, presented.secret, {key}, imported_too};
  }
  if (found.proof->kind == ProofAnswer::Kind::matches) return AuthenticatedClient(client);
  if (found.proof->kind == ProofAnswer::Kind::differs) {
    return refuse_client("the client secret does not match");
  }
  return refuse(ErrorCode::temporarily_unavailable, "too many requests, try again later",
                "RFC 6585 §4")
      .in(kRule)
      .because("the password pool is full");
}

}  // namespace grantd::core
