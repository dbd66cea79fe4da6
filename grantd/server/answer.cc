#include "grantd/server/answer.h"

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/base/random.h"
#include "grantd/core/sealed/seal.h"
#include "grantd/oauth/challenge.h"
#include "grantd/server/answer_page.h"
#include "grantd/server/sign.h"

namespace grantd::server {
namespace {

using core::SealKind;

// RFC 9700 §4.12: 303, so that a POST's body with a password is never sent on.
http::Reply see_other(std::string_view location, const AnswerTo& to, const AnswerHouse& house) {
  http::Reply reply = unstored(303, to, house);
  reply.fields.add("location", location);
  return reply;
}

std::string retry_after(Duration wait) {
  return std::to_string(std::max<std::int64_t>(
      1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

std::string fresh_seal(SealKind kind, ByteView payload, const Keys& keys) {
  return core::seal(kind, payload, *keys.ring, random_bytes<core::kSealNonceBytes>());
}

std::string resume_path(const core::ResumePayload& resume, const AnswerHouse& house,
                        const Keys& keys) {
  return house.policy.path() + "/authorize?resume=" +
         fresh_seal(SealKind::resume, encode(resume), keys);
}

struct Parameter {
  std::string_view name;
  std::string_view value;
  bool unreserved = false;  // nothing in it is to be encoded: it was sealed
};
using Parameters = std::initializer_list<Parameter>;

// The response parameters, percent-encoded so that a '+' is never in doubt.
std::string response_query(Parameters parameters) {
  constexpr std::size_t kUsualBytes = 1024;
  std::string query;
  query.reserve(kUsualBytes);
  for (const auto& [name, value, unreserved] : parameters) {
    if (value.empty()) continue;
    if (!query.empty()) query += '&';
    query.append(name).append("=");
    if (unreserved) {
      query += value;
    } else {
      append_percent_encoded(query, value);
    }
  }
  return query;
}

Duration wait_of(const core::Page& page) {
  if (const auto* login = std::get_if<core::LoginPage>(&page)) return login->wait;
  if (const auto* account = std::get_if<core::AccountPage>(&page)) return account->wait;
  if (const auto* problem = std::get_if<core::ProblemPage>(&page)) return problem->retry_after;
  return {};
}

// One method an outcome.
class Answer {
 public:
  Answer(const core::Decision& decision, const AnswerTo& to, const AnswerHouse& house,
         const Keys& keys)
      : decision_(decision), to_(to), house_(house), keys_(keys) {}

  http::Reply operator()(const core::SendCode& send) const {
    // RFC 6749 §4.1.2, RFC 9207 §2.
    const std::string code = fresh_seal(SealKind::code, encode(send.code), keys_);
    return send_back(send.to,
                     {{"code", code, true}, {"state", send.to.state()}, {"iss", issuer()}});
  }

  http::Reply operator()(const core::SendError& send) const {
    // RFC 6749 §4.1.2.1, RFC 9207 §2: iss with errors too.
    return send_back(send.to, {{"error", to_text(send.error.code)},
                               {"error_description", send.error.description},
                               {"state", send.to.state()},
                               {"iss", issuer()}});
  }

  http::Reply operator()(const core::GoOn& go) const {
    return see_other(resume_path(go.resume, house_, keys_), to_, house_);
  }

  http::Reply operator()(const core::AskByGet& ask) const {
    const std::string query = ask.query.empty() ? "" : "?" + ask.query;
    return see_other(house_.policy.path() + ask.path + query, to_, house_);
  }

  http::Reply operator()(const core::SendLoggedOut& send) const {
    // OpenID Connect RP-Initiated Logout §3.
    const std::string query = response_query({{"state", send.to.state()}});
    return see_other(query.empty() ? send.to.uri().str() : send.to.uri().with_query(query), to_,
                     house_);
  }

  http::Reply operator()(const core::GoToAccount& go) const {
    const std::string said =
        go.said ? fresh_seal(SealKind::account_form, encode(*go.said), keys_) : "";
    const std::string query = response_query({{"said", said}, {"ui_locales", go.ui_locales}});
    return see_other(house_.policy.path() + "/account" + (query.empty() ? "" : "?" + query), to_,
                     house_);
  }

  http::Reply operator()(const core::ShowPage& show) const {
    PageMeta meta;
    meta.status = show.status;
    meta.ui_locales = show.ui_locales;
    meta.form = seal_form(show.form);
    meta.leads_to = show.leads_to;
    if (!show.at.empty()) {
      meta.same_page = house_.policy.path() + std::string(show.at);
    } else if (show.again) {
      meta.same_page = resume_path(*show.again, house_, keys_);
    } else if (to_.request.method == "GET" && to_.request.query.empty()) {
      meta.same_page = to_.request.path;
    }
    meta.reasons = &decision_.reasons;
    if (const auto* page = std::get_if<core::SignedOutPage>(&show.page)) {
      for (const core::PageAddress& frame : page->frames) meta.frames.push_back(frame.uri.origin());
      meta.goes_on = page->next.has_value();
    }
    http::Reply reply = page_reply(show.page, meta, to_, house_);
    const Duration wait = wait_of(show.page);
    if (wait > Duration::zero()) reply.fields.add("retry-after", retry_after(wait));
    return reply;
  }

  http::Reply operator()(const core::SendTokens& send) const {
    // RFC 6749 §5.1.
    const auto* unsigned_token = std::get_if<core::UnsignedToken>(&send.access_token);
    const std::string access_token =
        unsigned_token
            ? sign(*unsigned_token, unsigned_token->claims.dump())
            : fresh_seal(SealKind::access_token,
                         encode(std::get<core::AccessPayload>(send.access_token)), keys_);
    constexpr std::size_t kUsualBytes = 2048;
    JsonText body(kUsualBytes);
    body.text("access_token", access_token).text("token_type", "Bearer");
    body.number("expires_in", send.expires_in).text("scope", send.scope.to_text());
    if (send.id_token) {
      // OpenID Connect Core §3.1.3.6.
      JsonText claims;
      claims.members(send.id_token->claims);
      claims.text("at_hash", half_hash(send.id_token->algorithm, access_token));
      body.text("id_token", sign(*send.id_token, claims.take()));
    }
    if (send.refresh_token) {
      body.text("refresh_token",
                fresh_seal(SealKind::refresh_token, encode(*send.refresh_token), keys_));
    } else if (!send.same_refresh_token.empty()) {
      body.text("refresh_token", send.same_refresh_token);
    }
    http::Reply reply = unstored(200, to_, house_);
    reply.fields.add("content-type", "application/json");
    reply.fields.add("pragma", "no-cache");
    reply.body = body.take();
    return reply;
  }

  http::Reply operator()(const core::SendJsonError& send) const {
    const oauth::ErrorRow& row = oauth::row(send.error.code);
    const bool wait = send.retry_after > Duration::zero();
    Json body = Json::object({{"error", row.name}});
    if (!send.error.description.empty()) body.set("error_description", send.error.description);
    http::Reply reply = json_reply(wait ? 429 : row.status, body, to_, house_);
    // RFC 9110 §11.6.1: a 401 says how to authenticate (RFC 6749 §5.2).
    if (reply.status == 401) {
      reply.fields.add("www-authenticate", oauth::challenge("Basic", {{"realm", issuer()}}));
    }
    if (wait) reply.fields.add("retry-after", retry_after(send.retry_after));
    if (reply.status == 503) reply.fields.add("retry-after", "2");
    return reply;
  }

  http::Reply operator()(const core::SendJson& send) const {
    return json_reply(send.status, send.body, to_, house_);
  }

  http::Reply operator()(const core::SendJwt& send) const {
    http::Reply reply = unstored(200, to_, house_);
    reply.fields.add("content-type", send.content_type);
    reply.body = sign(send.token, send.token.claims.dump());
    return reply;
  }

  http::Reply operator()(const core::SendChallenge& send) const {
    // RFC 6750 §3, §3.1: without a token the challenge is bare.
    if (!send.error) {
      http::Reply reply = unstored(401, to_, house_);
      reply.fields.add("www-authenticate", oauth::challenge("Bearer", {{"realm", issuer()}}));
      return reply;
    }
    const oauth::ErrorRow& row = oauth::row(send.error->code);
    http::Reply reply = json_reply(row.status,
                                   Json::object({{"error", row.name},
                                                 {"error_description", send.error->description}}),
                                   to_, house_);
    reply.fields.add("www-authenticate",
                     oauth::challenge("Bearer", {{"realm", issuer()},
                                                 {"error", std::string(row.name)},
                                                 {"error_description", send.error->description},
                                                 {"scope", send.scope}}));
    return reply;
  }

  http::Reply operator()(const core::SendNothing& send) const {
    return unstored(send.status, to_, house_);
  }

  http::Reply operator()(const core::SendDocument& send) const {
    http::Reply reply = plain(200, to_, house_);
    reply.fields.add("content-type", "application/json");
    reply.fields.add("cache-control",
                     "public, max-age=" + std::to_string(send.max_age.count() / 1000));
    reply.fields.add("access-control-allow-origin", "*");  // public, and without credentials
    reply.body = send.body;
    return reply;
  }

  http::Reply operator()(const core::AllowCrossOrigin& allow) const {
    http::Reply reply = plain(204, to_, house_);
    if (const auto origin = to_.request.fields.find("origin")) {
      allow_origin(reply, *origin);
      reply.fields.add("access-control-allow-methods", allow.allow);
      reply.fields.add("access-control-allow-headers", "authorization, content-type");
      reply.fields.add("access-control-max-age", "600");
    }
    return reply;
  }

  http::Reply operator()(const core::MethodNotAllowed& refused) const {
    return answer_method_not_allowed(refused.allow, refused.person, to_, house_);
  }

 private:
  const std::string& issuer() const { return house_.policy.issuer.str(); }

  http::Reply send_back(const core::ReturnAddress& to, Parameters parameters) const {
    if (to.mode() == core::ResponseMode::query) {
      return see_other(to.uri().with_query(response_query(parameters)), to_, house_);
    }
    // OAuth 2.0 Form Post Response Mode §2: nothing in a URL, and not to be stored (§4).
    FormPostPage page{{to.app_name(), core::place_of(to.uri())}, to.uri(), {}};
    for (const auto& [name, value, unreserved] : parameters) {
      if (!value.empty()) page.fields.emplace_back(name, value);
    }
    PageMeta meta;
    meta.ui_locales = to.ui_locales();
    meta.leads_to = to.uri().origin();
    meta.posts_there = true;
    return page_reply(page, meta, to_, house_);
  }

  // The driver looked for the key before it committed.
  std::string sign(const core::UnsignedToken& token, std::string_view claims) const {
    return server::sign(token, claims, keys_);
  }

  // The left half of the hash of the signature's algorithm (OpenID Connect Core §3.1.3.6), for
  // Ed25519 that of SHA-512 (RFC 8032 §5.1).
  static std::string half_hash(jose::Algorithm algorithm, std::string_view text) {
    if (algorithm == jose::Algorithm::eddsa) {
      return base64url_encode(ByteView(sha512(text)).first(32));
    }
    return base64url_encode(ByteView(sha256(text)).first(16));
  }

  std::string seal_form(const core::FormPayload& form) const {
    if (const auto* login = std::get_if<core::LoginFormPayload>(&form)) {
      return fresh_seal(SealKind::login_form, encode(*login), keys_);
    }
    if (const auto* consent = std::get_if<core::ConsentFormPayload>(&form)) {
      return fresh_seal(SealKind::consent_form, encode(*consent), keys_);
    }
    if (const auto* logout = std::get_if<core::LogoutFormPayload>(&form)) {
      return fresh_seal(SealKind::logout_form, encode(*logout), keys_);
    }
    if (const auto* account = std::get_if<core::AccountFormPayload>(&form)) {
      return fresh_seal(SealKind::account_form, encode(*account), keys_);
    }
    return {};
  }

  const core::Decision& decision_;
  const AnswerTo& to_;
  const AnswerHouse& house_;
  const Keys& keys_;
};

std::string set_cookie(const core::SetCookie& cookie, const AnswerHouse& house,
                       const Keys& keys) {
  std::string value = cookie.value;
  std::string lifetime;
  if (cookie.to_seal) {
    value = fresh_seal(SealKind::device, encode(*cookie.to_seal), keys);
    lifetime = "; Max-Age=" + std::to_string(house.policy.device_lifetime.count() / 1000);
  } else if (value.empty()) {
    lifetime = "; Max-Age=0";
  }
  // Checklist CK-01.
  return std::string(cookie_name(cookie.kind, house.secure())) + "=" + value +
         "; Path=/; HttpOnly; SameSite=Lax" + (house.secure() ? "; Secure" : "") + lifetime;
}

}  // namespace

std::string_view cookie_name(core::CookieKind kind, bool secure) {
  constexpr std::string_view kPrefix = "__Host-";
  std::string_view name;
  switch (kind) {
    case core::CookieKind::session: name = "__Host-grantd-session"; break;
    case core::CookieKind::browser: name = "__Host-grantd-browser"; break;
    case core::CookieKind::device: name = "__Host-grantd-device"; break;
  }
  return secure ? name : name.substr(kPrefix.size());
}

void allow_origin(http::Reply& reply, std::string_view origin) {
  reply.fields.add("access-control-allow-origin", origin);
  reply.fields.add("access-control-expose-headers", "www-authenticate, x-request-id, retry-after");
  reply.fields.add("vary", "origin");
}

http::Reply answer(const core::Decision& decision, const AnswerTo& to, const AnswerHouse& house,
                   const Keys& keys) {
  http::Reply reply = std::visit(Answer(decision, to, house, keys), decision.outcome);
  for (const core::SetCookie& cookie : decision.cookies) {
    reply.fields.add("set-cookie", set_cookie(cookie, house, keys));
  }
  return reply;
}

}  // namespace grantd::server
