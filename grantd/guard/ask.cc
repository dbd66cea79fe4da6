#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/guard/inside.h"
#include "grantd/http/client.h"

namespace grantd::guard {
namespace {

constexpr Duration kAskAgain = std::chrono::seconds(1);
constexpr std::size_t kAnswerBytesMax = 64 * 1024;

}  // namespace

std::string Guard::Inside::introspection_endpoint() const {
  const std::lock_guard lock(mutex_);
  return endpoint_;
}

// RFC 7662 §2.1, on a thread that may block; then whoever waits for it is answered.
void Guard::Inside::ask(const std::string& token, const Hash256& key) {
  Answered answered = ask_issuer(token, introspection_endpoint());
  std::shared_ptr<const AccessToken> active;
  if (answered && *answered) active = std::make_shared<const AccessToken>(**std::move(answered));
  if (answered) {
    keep(key, active);
  } else {
    ask_after_.store((elapsed() + kAskAgain).count(), std::memory_order_relaxed);
    say("introspection at " + api_.issuer + " failed: " + answered.error());
  }
  Waiters due;
  {
    const std::lock_guard lock(mutex_);
    asking_.erase(key);
    due = take_waiters([&](const Waiter& waiter) {
      return waiter.missing.what == Missing::What::answer && waiter.missing.token == key;
    });
  }
  for (Waiter& waiter : due) {
    if (active) {
      waiter.done(judge(active, waiter.need, now()));
    } else if (answered) {
      waiter.done(fail(refuse(with_need(answered->error(), waiter.need))));
    } else {
      waiter.done(fail(unavailable(answered.error())));
    }
  }
}

Guard::Inside::Answered Guard::Inside::ask_issuer(const std::string& token,
                                                  const std::string& endpoint) const {
  const auto request = ask_about(token, *api_.introspection, policy_.issuer,
                                 base64url_encode(random_bytes<16>()), now());
  http::Outgoing outgoing{.method = "POST", .url = endpoint, .body = request.body};
  for (const auto& [name, value] : request.fields) outgoing.fields.add(name, value);
  auto reply = http::fetch(outgoing, {.deadline = api_.fetch_max,
                                      .body_bytes_max = kAnswerBytesMax,
                                      .ca_file = api_.ca_file});
  if (!reply) return fail(std::move(reply).error());
  if (reply->status != 200) {
    // RFC 7662 §2.3: 401 is about this API, not about the token.
    return fail(endpoint + ": expected status 200, found " + std::to_string(reply->status) +
                (reply->status == 401 ? "; it does not take this API's credentials" : ""));
  }
  return read_answer(reply->body, *api_.introspection, policy_, now());
}

// `token` is null where the issuer says that it is none.
void Guard::Inside::keep(const Hash256& key, const std::shared_ptr<const AccessToken>& token) {
  const Time moment = now();
  const Time until = moment + api_.introspection->keep_for;
  if (!token) return refused_.keep(key, {.good_until = until}, moment);
  seen_.keep(key, {.token = token, .good_until = std::min(until, token->expires_at)}, moment);
}

}  // namespace grantd::guard
