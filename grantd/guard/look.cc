#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/guard/inside.h"
#include "grantd/jose/jws.h"

namespace grantd::guard {
namespace {

constexpr std::string_view kScheme = "bearer";

// What follows the scheme and its blanks, as it stands; empty where that is not Bearer. Only for a
// look-up: what is in no table is read by read_bearer() before anything believes it.
std::string_view token_in(std::string_view authorization) {
  const std::string_view scheme = authorization.substr(0, kScheme.size());
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  };
  const bool bearer = authorization.substr(scheme.size()).starts_with(' ') &&
                      std::ranges::equal(scheme, kScheme, {}, lower);
  if (!bearer) return {};
  const auto start = authorization.find_first_not_of(' ', kScheme.size());
  return start == authorization.npos ? std::string_view() : authorization.substr(start);
}

// RFC 7515 §3.1: three parts, of which the first is an object with `alg`. Anything else is opaque.
bool is_jwt(std::string_view token) {
  if (std::ranges::count(token, '.') != 2) return false;
  const auto header = base64url_decode(token.substr(0, token.find('.')));
  if (!header) return false;
  const auto members = Json::parse(as_text(*header), jose::kJwsBytesMax);
  return members && members->find("alg");
}

std::string body_of(std::string_view error, std::string_view description) {
  Json body = Json::object();
  if (!error.empty()) body.set("error", error);
  if (!description.empty()) body.set("error_description", description);
  return body.dump() + "\n";
}

}  // namespace

Looked Guard::Inside::look(std::string_view authorization, const Need& need) const {
  const Duration time = elapsed();
  if (keys_.due(time)) nudge();
  const std::string_view token = token_in(authorization);
  if (!token.empty()) {
    const auto seen = seen_.find(sha256(token));
    if (seen) {
      const Time moment = now();
      const bool stands = seen->generation == 0 || keys_.stand(seen->generation, time);
      if (stands && moment < seen->good_until) return judge(seen->token, need, moment);
    }
  }
  return look_closer(authorization, need);
}

Looked Guard::Inside::look_closer(std::string_view authorization, const Need& need) const {
  if (!wrong_.empty()) return Verdict(fail(unavailable(wrong_)));
  const std::string text(authorization);
  const auto token = read_bearer(text.empty() ? nullptr : &text);
  if (!token) return Verdict(fail(refuse(with_need(token.error(), need))));
  return api_.introspection && !is_jwt(*token) ? look_opaque(*token, need)
                                               : look_jwt(*token, need);
}

Looked Guard::Inside::look_jwt(const std::string& token, const Need& need) const {
  const std::uint64_t fetches = fetches_.load();
  const Duration time = elapsed();
  const auto keys = keys_.now(time);
  if (!keys) {
    if (!keys_.failing()) return Missing{.what = Missing::What::keys, .fetches = fetches};
    return Verdict(fail(unavailable("there are no keys of the issuer, or they are too old")));
  }
  const Time moment = now();
  auto verified = verify_token(token, *keys->set, policy_, moment);
  if (!verified && verified.error().unknown_key && !api_.keys) {
    // JW-04. Out of reach, nobody can say whether the issuer has such a key by now.
    if (keys_.failing()) return Verdict(fail(unavailable(verified.error().reason)));
    if (keys_.may_ask_again(time) || fetching_) {
      return Missing{.what = Missing::What::keys, .fetches = fetches};
    }
  }
  if (!verified) return Verdict(fail(refuse(with_need(std::move(verified).error(), need))));
  auto kept = std::make_shared<const AccessToken>(*std::move(verified));
  seen_.keep(sha256(token),
             {.token = kept,
              .good_until = kept->expires_at + std::clamp(policy_.skew, Duration::zero(), kSkewMax),
              .generation = keys->generation},
             moment);
  return judge(std::move(kept), need, moment);
}

Looked Guard::Inside::look_opaque(const std::string& token, const Need& need) const {
  const auto refused = [&](std::string reason) {
    return Verdict(fail(refuse(with_need({.code = oauth::ErrorCode::invalid_token,
                                          .description = "The access token is invalid or has "
                                                         "expired",
                                          .reason = std::move(reason)},
                                         need))));
  };
  if (!token.starts_with(api_.introspection->prefix)) {
    return refused("neither a JWT nor a token with the issuer's prefix");
  }
  const std::uint64_t fetches = fetches_.load();
  const Hash256 key = sha256(token);
  const auto seen = refused_.find(key);
  if (seen && now() < seen->good_until) {
    return refused("introspection: the issuer has said that the token is not active");
  }
  if (introspection_endpoint().empty()) {
    if (!keys_.failing() && fetches == 0 && !api_.keys) {
      return Missing{.what = Missing::What::keys, .fetches = fetches};
    }
    return Verdict(fail(unavailable("where to introspect is not known: the issuer's metadata has "
                                    "not been read, or names no introspection_endpoint")));
  }
  if (elapsed() < Duration(ask_after_.load(std::memory_order_relaxed))) {
    return Verdict(fail(unavailable("introspection has just failed")));
  }
  return Missing{.what = Missing::What::answer, .token = key};
}

Verdict Guard::Inside::judge(std::shared_ptr<const AccessToken> token, const Need& need,
                             Time moment) const {
  const auto met = check_need(*token, need, policy_.skew, moment);
  if (!met) return fail(refuse(met.error()));
  return token;
}

// RFC 6750 §3: `scope` says what would do, also to who brought nothing or what is no good.
TokenError Guard::Inside::with_need(TokenError error, const Need& need) const {
  if (error.need.scope.empty()) error.need.scope = need.scope;
  return error;
}

Refusal Guard::Inside::refuse(const TokenError& error) const {
  return {.status = error.status(),
          .www_authenticate = challenge_for(
              error, api_.realm, metadata_ ? std::string_view(metadata_->url) : std::string_view()),
          .body = error.code ? body_of(oauth::to_text(*error.code), error.description)
                             : body_of({}, "Bring an access token: Authorization: Bearer ..."),
          .reason = error.reason};
}

Refusal Guard::Inside::unavailable(std::string reason) const {
  return {.status = 503,
          .retry_after_seconds = 1,
          .body = body_of(oauth::to_text(oauth::ErrorCode::temporarily_unavailable),
                          "The access token cannot be checked at the moment; try again"),
          .reason = std::move(reason)};
}

}  // namespace grantd::guard
