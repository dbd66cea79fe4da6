#include "grantd/core/register/answers.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/register/members.h"

namespace grantd::core {
namespace {

bool uses_secret(AuthMethod method) {
  return method == AuthMethod::client_secret_basic || method == AuthMethod::client_secret_post;
}

}  // namespace

Decision registration_refused(const Refusal& refusal) {
  Decision decision{.outcome = SendJsonError{refusal.error(), {}}};
  decision.reasons.push_back(refusal.reason());
  decision.event = "registration_refused";
  return decision;
}

Decision registration_challenge(std::string because) {
  const Refusal refusal =
      refuse(oauth::ErrorCode::invalid_token, "the token is wrong, expired or used before",
             "RFC 7592 §2.1, RFC 6750 §3.1")
          .in(kRegisterRule)
          .because(std::move(because))
          .repair("send the token that registered the app, or a new initial access token: grantd "
                  "client invite");
  Decision decision{.outcome = SendChallenge{refusal.error(), ""}};
  decision.reasons.push_back(refusal.reason());
  decision.event = "registration_refused";
  return decision;
}

Decision too_many(Duration wait) {
  Decision decision = registration_refused(
      refuse(oauth::ErrorCode::temporarily_unavailable,
             "too many registrations, try again later", "RFC 6585 §4")
          .in(kRegisterRule)
          .because("too many registrations from this address (limits.register_tries)")
          .repair("wait as Retry-After says, or raise limits.register_tries"));
  std::get<SendJsonError>(decision.outcome).retry_after = wait;
  return decision;
}

Result<Unit, Refusal> check_own_members(const Json& document, const Client& client) {
  constexpr std::string_view kCitation = "RFC 7592 §2.2";
  for (const std::string_view name : {"registration_access_token", "registration_client_uri",
                                      "client_secret_expires_at", "client_id_issued_at"}) {
    if (document.find(name)) {
      return fail(refuse_member(name, "nothing in an update: it is the server's", kCitation));
    }
  }
  const std::string* id = document.find_string("client_id");
  if (!id || *id != client.id.str()) {
    return fail(refuse_member("client_id", "that of the registration", kCitation,
                              id ? *id : "nothing"));
  }
  const Json* sent = document.find("client_secret");
  if (!sent) return Unit{};
  const std::string* secret = sent->as_string();
  const Hash256 hash = sha256(secret ? *secret : "");
  const bool mine = secret && std::ranges::any_of(client.secrets, [&](const ClientSecret& each) {
    return each.sha256 && equal_in_constant_time(ByteView(hash), ByteView(*each.sha256));
  });
  if (mine) return Unit{};
  return fail(refuse_member("client_secret", "the present one, or nothing", kCitation));
}

std::string renew_secret(Client& client, const Moment& moment) {
  if (!uses_secret(client.auth_method)) {
    client.secrets.clear();
    return {};
  }
  std::erase_if(client.secrets, [&](const ClientSecret& each) {
    return each.expires && *each.expires <= moment.now;
  });
  if (!client.secrets.empty()) return {};
  const std::string secret = "gcs_" + base64url_encode(moment.draw<32>("client secret"));
  ClientSecret kept;
  kept.sha256 = sha256(secret);
  kept.created = moment.now;
  client.secrets.push_back(std::move(kept));
  return secret;
}

}  // namespace grantd::core
