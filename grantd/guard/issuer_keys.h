// The issuer's keys as they are now, and when to read them again.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "grantd/base/time.h"
#include "grantd/guard/published.h"
#include "grantd/jose/jwks.h"

namespace grantd::guard {

// JW-04: for a key that is unknown, at most once in this time.
inline constexpr Duration kAskAgainAfter = std::chrono::seconds(30);

// What one fetch brought.
struct IssuerDocuments {
  jose::KeySet keys;
  std::string jwks_uri;
  std::string introspection_endpoint;  // empty: not published, or not asked
};

struct Keys {
  std::shared_ptr<const jose::KeySet> set;
  // Raised whenever a key goes or changes: what an older generation verified is verified again.
  std::uint64_t generation = 0;
};

// Times are those since some fixed point, never running backwards. What is const is for any thread
// and takes no lock; the rest is for one thread at a time.
class IssuerKeys {
 public:
  // Read every so often; of use for stale_max after the last time that it worked.
  IssuerKeys(Duration every, Duration stale_max) : every_(every), stale_max_(stale_max) {}
  ~IssuerKeys() { delete keys_.load(); }
  IssuerKeys(const IssuerKeys&) = delete;
  IssuerKeys& operator=(const IssuerKeys&) = delete;

  // Nothing: there are none, or they are stale.
  std::optional<Keys> now(Duration time) const;
  // Whether what these keys verified still stands.
  bool stand(std::uint64_t generation, Duration time) const {
    return generation == generation_.load(std::memory_order_acquire) &&
           time < Duration(good_until_.load(std::memory_order_relaxed));
  }
  bool due(Duration time) const { return time >= due_at(); }
  Duration due_at() const { return Duration(due_.load(std::memory_order_relaxed)); }

  void begin(Duration time);  // a fetch: nothing is due until it has ended
  void take(jose::KeySet keys, Duration time, double jitter);  // it worked; jitter is in [0, 1)
  void fail(Duration time);                                    // it did not
  void keep(jose::KeySet keys);                                // for good
  bool failing() const { return failures_.load(std::memory_order_relaxed) > 0; }
  // For an unknown key: whether it is time to ask again.
  bool may_ask_again(Duration time) const {
    return time >= Duration(ask_again_.load(std::memory_order_relaxed));
  }

 private:
  void publish(jose::KeySet keys);

  const Duration every_;
  const Duration stale_max_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<Duration::rep> good_until_{0};
  std::atomic<Duration::rep> due_{0};
  std::atomic<const Keys*> keys_{nullptr};
  Retired<Keys> retired_;
  std::atomic<Duration::rep> ask_again_{0};
  std::atomic<int> failures_{0};
};

}  // namespace grantd::guard
