#include "grantd/server/limits.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/base/random.h"
#include "grantd/base/secret.h"

namespace grantd::server {
namespace {

Duration capacity(Limit limit) {
  CHECK(limit.tries >= 1 && limit.refill > Duration::zero());
  return limit.tries * limit.refill;
}

// How long the bucket takes to fill. No more than an empty one takes, so that a clock set back or a
// limit made smaller locks nobody out.
Duration owed(Time full_at, Limit limit, Time now) {
  return std::clamp(full_at - now, Duration::zero(), capacity(limit));
}

// A try is there as long as what is owed leaves room for one refill more.
std::optional<Duration> wait_for_try(Time full_at, Limit limit, Time now) {
  const Duration over = owed(full_at, limit, now) + limit.refill - capacity(limit);
  if (over <= Duration::zero()) return std::nullopt;
  return over;
}

std::uint64_t read_u64(ByteView bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

void Limits::Free::operator()(Slot* slots) const { std::free(slots); }

Limits::Limits(std::size_t slots)
    : slots_(static_cast<Slot*>(std::calloc(slots, sizeof(Slot)))),
      sets_(slots / kWays),
      hash_key_(random_bytes<32>()),
      locks_(std::make_unique<std::mutex[]>(kLocks)) {
  CHECK(slots >= kWays && std::has_single_bit(slots) && slots_);
}

Limits::~Limits() {
  wipe(hash_key_.data(), hash_key_.size());
}

Limits::Place Limits::place_of(std::string_view key) const {
  const Hash256 hash = keyed_hash(hash_key_, key);
  const ByteView bytes(hash);
  return {read_u64(bytes.first(8)) & (sets_ - 1), read_u64(bytes.subspan(8, 8))};
}

std::span<Limits::Slot> Limits::set_of(Place place) const {
  return {slots_.get() + place.set * kWays, kWays};
}

const Limits::Slot* Limits::find(Place place) const {
  const auto set = set_of(place);
  const auto slot = std::ranges::find(set, place.tag, &Slot::tag);
  return slot == set.end() ? nullptr : &*slot;
}

Limits::Slot* Limits::find(Place place) {
  return const_cast<Slot*>(std::as_const(*this).find(place));
}

Limits::Slot& Limits::find_or_make(Place place) {
  if (auto* slot = find(place)) return *slot;
  const auto set = set_of(place);
  Slot& slot = *std::ranges::min_element(set, {}, &Slot::full_at);
  slot = Slot{place.tag, Time{}};
  return slot;
}

std::optional<Duration> Limits::peek(std::string_view key, Limit limit, Time now) const {
  const Place place = place_of(key);
  const std::lock_guard lock(lock_of(place));
  const auto* slot = find(place);
  return wait_for_try(slot ? slot->full_at : Time{}, limit, now);
}

std::optional<Duration> Limits::reserve(std::string_view key, Limit limit, Time now) {
  const Place place = place_of(key);
  const std::lock_guard lock(lock_of(place));
  Slot& slot = find_or_make(place);
  if (const auto wait = wait_for_try(slot.full_at, limit, now)) return wait;
  slot.full_at = now + owed(slot.full_at, limit, now) + limit.refill;
  return std::nullopt;
}

void Limits::give_back(std::string_view key, Limit limit, Time now) {
  const Place place = place_of(key);
  const std::lock_guard lock(lock_of(place));
  if (auto* slot = find(place)) {
    slot->full_at = now + owed(slot->full_at, limit, now) - limit.refill;
  }
}

void Limits::count(std::string_view key, Limit limit, Time now) {
  const Place place = place_of(key);
  const std::lock_guard lock(lock_of(place));
  Slot& slot = find_or_make(place);
  slot.full_at = now + std::min(owed(slot.full_at, limit, now) + limit.refill, capacity(limit));
}

std::string address_key(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // without an IPv6 zone
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return text;
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::string(address);
  const ByteView bytes(v6.s6_addr);
  char written[INET_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&v6) &&
      inet_ntop(AF_INET, bytes.subspan(12).data(), written, sizeof written)) {
    return written;
  }
  return hex_encode(bytes.first(8)) + "/64";
}

}  // namespace grantd::server
