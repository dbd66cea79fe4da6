#include <algorithm>
#include <cstring>

#include "grantd/base/check.h"
#include "grantd/base/hash.h"
#include "grantd/base/random.h"
#include "grantd/server/passwords.h"

namespace grantd::server {

SecretCache::SecretCache(std::size_t entries_max)
    : entries_max_(entries_max), hash_key_(random_bytes<32>()) {
  CHECK(entries_max > 0);
}

SecretCache::~SecretCache() {
  wipe(hash_key_.data(), hash_key_.size());
}

std::size_t SecretCache::FirstBytes::operator()(const Hash256& hash) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

// Two hashes under the key, so that no border between PHC string and secret can be moved.
Hash256 SecretCache::entry(std::string_view phc, const Secret& secret) const {
  ByteArray<64> both;
  std::ranges::copy(keyed_hash(hash_key_, phc), both.begin());
  std::ranges::copy(keyed_hash(hash_key_, secret.reveal()), both.begin() + 32);
  return keyed_hash(hash_key_, both);
}

bool SecretCache::knows(std::string_view phc, const Secret& secret) const {
  const Hash256 wanted = entry(phc, secret);
  const std::lock_guard lock(mutex_);
  return entries_.contains(wanted);
}

void SecretCache::remember(std::string_view phc, const Secret& secret) {
  const Hash256 made = entry(phc, secret);
  const std::lock_guard lock(mutex_);
  if (!entries_.insert(made).second) return;
  order_.push_back(made);
  if (order_.size() <= entries_max_) return;
  entries_.erase(order_.front());
  order_.pop_front();
}

}  // namespace grantd::server
