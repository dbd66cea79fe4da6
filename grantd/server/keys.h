// Keys: the master key's file, keys wrapped under it in the store, rotation, and the ring that the
// server works with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/core/changes.h"
#include "grantd/core/sealed/keyring.h"
#include "grantd/jose/jwk.h"
#include "grantd/store/store.h"

namespace grantd::server {

struct MasterKey {
  Secret bytes;  // 32
};

// Makes a new file (0600, O_EXCL, never over an existing one).
Result<MasterKey, std::string> create_master_key(const std::string& file);
// Reads it; refuses a file that others may read, a link, a wrong length (checklist OP-03).
Result<MasterKey, std::string> read_master_key(const std::string& file);

// A key's bytes under the master key (XChaCha20-Poly1305, draft-irtf-cfrg-xchacha §2): nonce (24
// bytes) ‖ ciphertext ‖ tag (16). Associated data: id ‖ use ‖ algorithm, each behind its length, so
// that no row can pass for another.
Bytes wrap_key(const MasterKey& master, const core::Key& key, const Secret& bytes);
Result<Secret, std::string> unwrap_key(const MasterKey& master, const core::Key& key);

// A new one, wrapped. For RSA on a thread that may wait (about 0.1 s).
core::Key new_key(const MasterKey& master, core::KeyUse use, std::string_view algorithm,
                  core::KeyState state, Time now);

// Whether a key of this use waits as `next` before it takes over.
bool has_next(core::KeyUse use);

// Whoever changes the set of keys changes this row along (to what it is), first: two who looked at
// the same set cannot both commit. It is the pairwise key's, which never goes. Nothing in a store
// that has none.
std::optional<core::Change> hold_keys(const std::vector<core::Key>& keys);

// What a new store starts with: a current and a next key of each algorithm and for sealing, and
// current ones for keyed hashes.
core::Changes first_keys(const MasterKey& master, Time now,
                         const std::vector<jose::Algorithm>& algorithms = {jose::Algorithm::es256});

// The `algorithm` of keys that do not sign.
inline constexpr std::string_view kSealAlgorithm = "XChaCha20-Poly1305";
inline constexpr std::string_view kRememberAlgorithm = "BLAKE2b-256";

// next → current → retired; a new next one where the use has one. Without a next one a new key is
// current at once. Whether the next one has been published long enough is the caller's to ask
// (key_plan.h). Retired ones go once `longest_life` has passed since: nothing that lives can name
// them.
core::Changes rotate_keys(const std::vector<core::Key>& keys, const MasterKey& master,
                          core::KeyUse use, std::string_view algorithm, Duration longest_life,
                          Time now);

// After a key leaked: all keys of this use and algorithm go at once, new ones take their place
// (checklist JW-15). What was signed or sealed with them is void.
core::Changes replace_keys(const std::vector<core::Key>& keys, const MasterKey& master,
                           core::KeyUse use, std::string_view algorithm, Time now);

struct SigningKey {
  std::string kid;
  jose::Algorithm algorithm;
  jose::PrivateKey key;
};

// Everything that the server signs and seals with, at one version of the configuration.
struct Keys {
  std::shared_ptr<const core::Keyring> ring;
  std::vector<SigningKey> signing;  // the current ones, one an algorithm
  std::string jwks;                 // the document of /jwks: next, current and retired
  Secret remember;                  // for keyed hashes in memory and browser bindings

  const SigningKey* signer(jose::Algorithm algorithm) const;
};

// The error names the key and says what to do; a store without a current key of every use is one
// (checklist OP-03: never a new key silently over an existing set).
Result<std::shared_ptr<const Keys>, std::string> open_keys(const std::vector<core::Key>& keys,
                                                           const MasterKey& master,
                                                           const oauth::Issuer& issuer,
                                                           std::uint64_t configuration);

}  // namespace grantd::server
