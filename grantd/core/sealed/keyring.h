// The keys that reading needs, as a value: to open what we sealed and to verify what we signed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "grantd/base/secret.h"
#include "grantd/core/records.h"
#include "grantd/jose/jwks.h"
#include "grantd/oauth/ids.h"

namespace grantd::core {

struct SealKey {
  std::uint32_t id = 0;  // travels in front of what it sealed
  KeyUse use = KeyUse::seal_front;
  KeyState state = KeyState::current;
  Secret bytes;  // 32
};

struct Keyring {
  oauth::Issuer issuer;
  std::vector<SealKey> seal_keys;
  jose::KeySet verify_keys;  // every published signing key, retired ones too
  Secret pairwise;           // 32 bytes: pairwise subjects are drawn with it (Core §8.1)
  std::uint64_t configuration = 0;  // the store's version at which these were read
  // These are all the keys there are, just read: what another one sealed is not ours.
  bool complete = false;

  const SealKey* find(std::uint32_t id) const;
  const SealKey& current(KeyUse use) const;  // CHECKs that there is one
};

}  // namespace grantd::core
