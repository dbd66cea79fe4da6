#include "grantd/guard/issuer_keys.h"

#include <algorithm>

namespace grantd::guard {
namespace {

constexpr Duration kRetryFirst = std::chrono::seconds(1);
constexpr Duration kRetryMax = std::chrono::seconds(60);
constexpr int kDoublings = 6;

// Whether every key of `before` is in `after`, as the same key for the same algorithm.
bool all_stay(const jose::KeySet& before, const jose::KeySet& after) {
  return std::ranges::all_of(before.keys(), [&](const jose::PublishedKey& old) {
    return std::ranges::any_of(after.keys(), [&](const jose::PublishedKey& key) {
      return key.kid == old.kid && key.algorithm == old.algorithm &&
             key.key.members() == old.key.members();
    });
  });
}

}  // namespace

std::optional<Keys> IssuerKeys::now(Duration time) const {
  if (time >= Duration(good_until_.load(std::memory_order_relaxed))) return std::nullopt;
  return read(keys_, [](const Keys* keys) {
    return keys ? std::optional<Keys>(*keys) : std::nullopt;
  });
}

void IssuerKeys::begin(Duration time) {
  ask_again_.store((time + kAskAgainAfter).count(), std::memory_order_relaxed);
  due_.store(Duration::max().count(), std::memory_order_relaxed);
}

void IssuerKeys::publish(jose::KeySet keys) {
  const Keys* const before = keys_.load();
  const bool same = before && all_stay(*before->set, keys);
  const std::uint64_t generation = generation_.load() + (same ? 0 : 1);
  auto made = std::make_unique<const Keys>(
      Keys{std::make_shared<const jose::KeySet>(std::move(keys)), generation});
  retired_.add(keys_.exchange(made.release()));
  // Raised after the keys are there: who verified by older ones has an older generation.
  generation_.store(generation, std::memory_order_release);
}

void IssuerKeys::take(jose::KeySet keys, Duration time, double jitter) {
  publish(std::move(keys));
  failures_.store(0, std::memory_order_relaxed);
  good_until_.store((time + stale_max_).count(), std::memory_order_relaxed);
  // Up to a tenth sooner, so that a thousand nodes started together do not ask together.
  const double share = 0.1 * jitter * static_cast<double>(every_.count());
  const auto sooner = static_cast<Duration::rep>(share);
  due_.store((time + every_).count() - sooner, std::memory_order_relaxed);
}

void IssuerKeys::fail(Duration time) {
  const int doublings = std::min(failures_.load(), kDoublings);
  const auto wait = std::min(kRetryFirst * (1 << doublings), kRetryMax);
  failures_.store(failures_.load() + 1, std::memory_order_relaxed);
  due_.store((time + wait).count(), std::memory_order_relaxed);
}

void IssuerKeys::keep(jose::KeySet keys) {
  publish(std::move(keys));
  good_until_.store(Duration::max().count(), std::memory_order_relaxed);
  due_.store(Duration::max().count(), std::memory_order_relaxed);
  ask_again_.store(Duration::max().count(), std::memory_order_relaxed);
}

}  // namespace grantd::guard
