#include "grantd/guard/inside.h"

#include <algorithm>

#include "grantd/base/hash.h"
#include "grantd/base/log.h"
#include "grantd/base/random.h"
#include "grantd/guard/fetch_issuer.h"
#include "grantd/guard/issuer_metadata.h"

namespace grantd::guard {
namespace {

Policy policy_of(const Api& api) {
  return {.issuer = oauth::Issuer(api.issuer),
          .audience = oauth::Audience(api.audience),
          .algorithms = api.algorithms,
          .skew = api.skew};
}

double draw_jitter() {
  return random_bytes<1>()[0] / 256.0;
}

std::string wrong_introspection(const Introspection& settings) {
  if (settings.client_id.empty()) return "introspection: client_id is empty";
  if (settings.client_secret.empty() == !settings.key) {
    return "introspection: expected a client_secret or a key, and not both";
  }
  if (settings.key && !jose::fits(settings.key->key.type(), settings.key->algorithm)) {
    return "introspection: the key is not one for its algorithm";
  }
  if (!settings.endpoint.empty() && !is_trusted_place(settings.endpoint)) {
    return "introspection: endpoint: expected an https URL";
  }
  return {};
}

}  // namespace

Guard::Inside::Inside(Api api)
    : api_(std::move(api)),
      policy_(policy_of(api_)),
      metadata_(describe({.resource = api_.audience,
                          .issuer = api_.issuer,
                          .scopes_supported = api_.scopes_supported,
                          .name = api_.name,
                          .documentation = api_.documentation})),
      wrong_(wrong_settings()),
      keys_(api_.keys_every, api_.keys_stale_max),
      seen_(api_.tokens_max + (api_.introspection ? api_.introspection->tokens_max : 0)),
      refused_(api_.introspection ? api_.introspection->tokens_max : 0),
      jwks_uri_(api_.jwks_uri),
      endpoint_(api_.introspection ? api_.introspection->endpoint : std::string()) {
  if (!wrong_.empty()) {
    trouble_ = wrong_;
    say(wrong_);
    return;
  }
  if (api_.keys) keys_.keep(*api_.keys);
  fetcher_ = std::make_unique<Errands>(1, 1);
  if (api_.introspection) {
    askers_ = std::make_unique<Errands>(api_.introspection->threads,
                                        api_.introspection->waiting_max);
  }
  {
    const std::lock_guard lock(mutex_);
    if (!api_.keys) begin_fetch(true);
  }
  scheduler_ = std::thread([this] { schedule(); });
}

Guard::Inside::~Inside() {
  Waiters left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(waiting_);
  }
  wake_.notify_all();
  settled_.notify_all();
  for (Waiter& waiter : left) waiter.done(fail(unavailable("the guard is being stopped")));
  if (scheduler_.joinable()) scheduler_.join();
  fetcher_.reset();
  askers_.reset();
}

std::string Guard::Inside::wrong_settings() const {
  if (!oauth::parse_issuer(api_.issuer)) {
    return "issuer: expected an https URL without query and fragment (http on this computer)";
  }
  if (api_.audience.empty()) return "audience: expected this API's own URI";
  if (api_.algorithms.empty()) return "algorithms: expected at least one";
  if (!api_.jwks_uri.empty() && !is_trusted_place(api_.jwks_uri)) {
    return "jwks_uri: expected an https URL";
  }
  return api_.introspection ? wrong_introspection(*api_.introspection) : std::string();
}

Time Guard::Inside::now() const {
  return api_.clock ? api_.clock() : system_now();
}

Duration Guard::Inside::elapsed() const {
  if (api_.clock) return api_.clock().time_since_epoch();
  return std::chrono::duration_cast<Duration>(Clock::now().time_since_epoch());
}

// ---- who waits

Verdict Guard::Inside::wait(std::string_view authorization, const Need& need,
                            const Missing& missing) {
  struct Box {
    std::mutex mutex;
    std::condition_variable filled;
    std::optional<Verdict> verdict;
  };
  const auto box = std::make_shared<Box>();
  wait(authorization, need, missing, [box](Verdict verdict) {
    const std::lock_guard lock(box->mutex);
    box->verdict = std::move(verdict);
    box->filled.notify_one();
  });
  std::unique_lock lock(box->mutex);
  // The scheduler ends every wait, at the deadline at the latest.
  box->filled.wait(lock, [&] { return box->verdict.has_value(); });
  return *std::move(box->verdict);
}

void Guard::Inside::wait(std::string_view authorization, const Need& need, const Missing& missing,
                         VerdictDone done) {
  enlist({.authorization = std::string(authorization),
          .need = need,
          .missing = missing,
          .deadline = Clock::now() + api_.wait_max,
          .done = std::move(done)});
}

// Has what is missing fetched, unless that is under way, and the waiter wait for it.
void Guard::Inside::enlist(Waiter waiter) {
  switch (try_enlist(waiter)) {
    case Enlisted::yes:
      return;
    case Enlisted::look_again:
      return proceed(std::move(waiter));
    case Enlisted::no:
      return waiter.done(fail(unavailable("too many checks wait for keys or answers")));
  }
}

Guard::Inside::Enlisted Guard::Inside::try_enlist(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || waiting_.size() >= api_.waiting_max || Clock::now() >= waiter.deadline) {
    return Enlisted::no;
  }
  if (came_since(waiter.missing)) return Enlisted::look_again;
  if (!begin(waiter)) return Enlisted::no;
  waiting_.push_back(std::move(waiter));
  wake_.notify_one();
  return Enlisted::yes;
}

bool Guard::Inside::came_since(const Missing& missing) const {
  if (missing.what == Missing::What::keys) return missing.fetches != fetches_.load();
  if (asking_.contains(missing.token)) return false;
  const Time moment = now();
  const auto counts = [&](const std::optional<Seen>& seen) {
    return seen && moment < seen->good_until;
  };
  return counts(seen_.find(missing.token)) || counts(refused_.find(missing.token));
}

bool Guard::Inside::begin(const Waiter& waiter) {
  if (waiter.missing.what == Missing::What::keys) {
    // For an unknown key the keys alone are read; before the first ones, all there is.
    if (!fetching_) begin_fetch(jwks_uri_.empty());
    return true;
  }
  const Hash256 key = waiter.missing.token;
  if (asking_.contains(key)) return true;
  const std::string text = waiter.authorization;
  const auto token = read_bearer(&text);
  if (!token || !askers_->run([this, token = *token, key] { ask(token, key); })) return false;
  asking_.insert(key);
  return true;
}

// Looks again; what was missing may be there, and something else not.
void Guard::Inside::proceed(Waiter waiter) {
  Looked looked = look(waiter.authorization, waiter.need);
  if (auto* verdict = std::get_if<Verdict>(&looked)) return waiter.done(std::move(*verdict));
  waiter.missing = std::get<Missing>(looked);
  enlist(std::move(waiter));
}

Guard::Inside::Waiters Guard::Inside::take_waiters(
    const std::function<bool(const Waiter&)>& which) {
  Waiters taken;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto next = std::next(at);
    if (which(*at)) taken.splice(taken.end(), waiting_, at);
    at = next;
  }
  return taken;
}

// ---- the scheduler

void Guard::Inside::schedule() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    nudged_ = false;
    if (!fetching_ && keys_.due(elapsed())) begin_fetch(true);
    give_up_late(lock);
    if (stopping_) return;
    auto next = Clock::now() + std::chrono::minutes(1);
    if (!fetching_ && keys_.due_at() != Duration::max()) {
      next = std::min(next, Clock::now() + std::max(keys_.due_at() - elapsed(), Duration(1)));
    }
    for (const Waiter& waiter : waiting_) next = std::min(next, waiter.deadline);
    wake_.wait_until(lock, next);
  }
}

void Guard::Inside::give_up_late(std::unique_lock<std::mutex>& lock) {
  const auto moment = Clock::now();
  Waiters late = take_waiters([&](const Waiter& waiter) { return waiter.deadline <= moment; });
  if (late.empty()) return;
  lock.unlock();
  for (Waiter& waiter : late) {
    waiter.done(fail(unavailable("the issuer did not answer in time")));
  }
  lock.lock();
}

void Guard::Inside::nudge() const {
  if (nudged_.exchange(true)) return;
  const std::lock_guard lock(mutex_);
  wake_.notify_one();
}

// ---- the keys

void Guard::Inside::begin_fetch(bool metadata) {
  keys_.begin(elapsed());
  fetching_ = fetcher_->run([this, metadata] { fetch(metadata); });
}

void Guard::Inside::fetch(bool metadata) {
  IssuerPlace place{.issuer = policy_.issuer,
                    .jwks_uri = api_.jwks_uri,
                    .deadline = api_.fetch_max,
                    .ca_file = api_.ca_file};
  const bool wants_endpoint = api_.introspection && api_.introspection->endpoint.empty();
  place.read_metadata = metadata && (api_.jwks_uri.empty() || wants_endpoint);
  if (!place.read_metadata) {
    const std::lock_guard lock(mutex_);
    place.jwks_uri = jwks_uri_;
  }
  auto documents = fetch_issuer(place);
  std::string line;
  Waiters due;
  {
    const std::lock_guard lock(mutex_);
    if (documents) {
      if (keys_.failing()) line = "the keys of " + api_.issuer + " can be had again";
      keys_.take(std::move(documents->keys), elapsed(), draw_jitter());
      jwks_uri_ = std::move(documents->jwks_uri);
      if (wants_endpoint && place.read_metadata) {
        endpoint_ = std::move(documents->introspection_endpoint);
      }
    } else {
      line = "the keys of " + api_.issuer + " cannot be had: " + documents.error();
      trouble_ = documents.error();
      keys_.fail(elapsed());
    }
    ++fetches_;
    fetching_ = false;
    due = take_waiters([](const Waiter& waiter) {
      return waiter.missing.what == Missing::What::keys;
    });
    wake_.notify_one();
  }
  settled_.notify_all();
  if (!line.empty()) say(line);
  for (Waiter& waiter : due) proceed(std::move(waiter));
}

Result<Unit, std::string> Guard::Inside::ready(Duration wait) {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return keys_.now(elapsed()).has_value(); };
  settled_.wait_until(lock, Clock::now() + wait,
                      [&] { return stopping_ || !wrong_.empty() || there(); });
  if (!there()) return fail(trouble_);
  return Unit{};
}

void Guard::Inside::say(const std::string& line) const {
  if (api_.notice) return api_.notice(line);
  log::warning("guard_notice", {{"text", std::string_view(line)}});
}

}  // namespace grantd::guard
