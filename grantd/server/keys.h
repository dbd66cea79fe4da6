// Keys: the master key's file, keys wrapped under it in the store, rotation, and the ring that the
// server works with.
#pragma once

#include <memory>
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

// A key's bytes under the master key (XChaCha20-Poly1305); associated data: id ‖ use ‖ algorithm.
Bytes wrap_key(const MasterKey& master, const core::Key& key, const Secret& bytes);
Result<Secret, std::string> unwrap_key(const MasterKey& master, const core::Key& key);

// What a new store starts with: a current and a next signing key of each algorithm, and current
// sealing keys.
core::Changes first_keys(const MasterKey& master, Time now);
// next → current → retired, and a new next one; `retired` ones that no living token can name go.
core::Changes rotate_keys(const std::vector<core::Key>& keys, const MasterKey& master,
                          core::KeyUse use, std::string_view algorithm, Duration longest_life,
                          Time now);

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

Result<std::shared_ptr<const Keys>, std::string> open_keys(const std::vector<core::Key>& keys,
                                                           const MasterKey& master,
                                                           const oauth::Issuer& issuer,
                                                           std::uint64_t configuration);

}  // namespace grantd::server
