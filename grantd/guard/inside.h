// What a Guard is made of. look() is the way that every request takes; what is missing there comes
// by errands, and who waits for it is on one list.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <variant>

#include "grantd/guard/errands.h"
#include "grantd/guard/guard.h"
#include "grantd/guard/issuer_keys.h"
#include "grantd/guard/seen_tokens.h"

namespace grantd::guard {

// What must be fetched before a verdict can be given.
struct Missing {
  enum class What { keys, answer } what = What::keys;
  std::uint64_t fetches = 0;  // keys: so many had ended when this was found
  Hash256 token{};            // answer: about which
};
using Looked = std::variant<Verdict, Missing>;

class Guard::Inside {
 public:
  explicit Inside(Api api);
  ~Inside();

  // look.cc: takes no lock where the token was seen before, and never waits.
  Looked look(std::string_view authorization, const Need& need) const;
  Refusal refuse(const TokenError& error) const;
  Refusal unavailable(std::string reason) const;

  // inside.cc
  Verdict wait(std::string_view authorization, const Need& need, const Missing& missing);
  void wait(std::string_view authorization, const Need& need, const Missing& missing,
            VerdictDone done);
  Result<Unit, std::string> ready(Duration wait);
  const std::optional<ResourceMetadata>& metadata() const { return metadata_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiter {
    std::string authorization;
    Need need;
    Missing missing;
    Clock::time_point deadline;
    VerdictDone done;
  };
  using Waiters = std::list<Waiter>;
  using Answered = Result<Result<AccessToken, TokenError>, std::string>;

  Time now() const;          // the wall clock: what tokens say
  Duration elapsed() const;  // never runs backwards: when to fetch
  std::string wrong_settings() const;

  // look.cc
  Looked look_closer(std::string_view authorization, const Need& need) const;
  Looked look_jwt(const std::string& token, const Need& need) const;
  Looked look_opaque(const std::string& token, const Need& need) const;
  Verdict judge(std::shared_ptr<const AccessToken> token, const Need& need, Time now) const;
  TokenError with_need(TokenError error, const Need& need) const;

  // inside.cc
  void schedule();
  void nudge() const;
  void proceed(Waiter waiter);
  void enlist(Waiter waiter);
  enum class Enlisted { yes, look_again, no };
  Enlisted try_enlist(Waiter& waiter);
  bool came_since(const Missing& missing) const;  // mutex_ is held
  bool begin(const Waiter& waiter);               // mutex_ is held
  void give_up_late(std::unique_lock<std::mutex>& lock);
  Waiters take_waiters(const std::function<bool(const Waiter&)>& which);  // mutex_ is held
  void begin_fetch(bool metadata);                                        // mutex_ is held
  void fetch(bool metadata);
  void say(const std::string& line) const;

  // ask.cc
  void ask(const std::string& token, const Hash256& key);
  Answered ask_issuer(const std::string& token, const std::string& endpoint) const;
  void keep(const Hash256& key, const std::shared_ptr<const AccessToken>& token);
  std::string introspection_endpoint() const;

  const Api api_;
  const Policy policy_;  // without a need
  const std::optional<ResourceMetadata> metadata_;
  const std::string wrong_;  // with the settings; empty: nothing

  IssuerKeys keys_;
  mutable SeenTokens seen_;                  // that were good
  SeenTokens refused_;                       // that the issuer said are none
  std::atomic<Duration::rep> ask_after_{0};  // introspection failed: not before then
  std::atomic<std::uint64_t> fetches_{0};    // that ended
  std::atomic<bool> fetching_{false};
  mutable std::atomic<bool> nudged_{false};

  mutable std::mutex mutex_;  // of what follows
  mutable std::condition_variable wake_;  // the scheduler
  std::condition_variable settled_;       // who waits in ready()
  bool stopping_ = false;
  std::string jwks_uri_;
  std::string endpoint_;
  std::string trouble_ = "the keys are being fetched";  // why there are no keys
  Waiters waiting_;
  std::set<Hash256> asking_;

  // Last: their threads use all of the above.
  std::unique_ptr<Errands> fetcher_;
  std::unique_ptr<Errands> askers_;
  std::thread scheduler_;
};

}  // namespace grantd::guard
