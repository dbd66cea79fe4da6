// The key as the crypto library holds it, behind a wall: no other file of the room sees OpenSSL.
#pragma once

#include <memory>
#include <string_view>

#include "grantd/jose/jwk.h"

namespace grantd::jose {

// The numbers of a public key, big-endian and without leading zeros where the length is not fixed.
struct PublicNumbers {
  KeyType type = KeyType::ec_p256;
  Bytes first;   // EC: x, 32 bytes; RSA: n; Ed25519: the point, 32 bytes
  Bytes second;  // EC: y, 32 bytes; RSA: e; Ed25519: nothing
};

using NativeKeyPtr = std::shared_ptr<const NativeKey>;

// Refuses what is weak: a point off the curve or of low order, RSA below 2048 or above 8192 bits.
Result<NativeKeyPtr, KeyError> import_public(const PublicNumbers& numbers);
Result<NativeKeyPtr, KeyError> import_pkcs8(ByteView der);
NativeKeyPtr generate_key(KeyType type);
Secret export_pkcs8(const NativeKey& key);

const PublicNumbers& numbers_of(const NativeKey& key);
Bytes sign_with(const NativeKey& key, Algorithm algorithm, std::string_view message);
bool verify_with(const NativeKey& key, Algorithm algorithm, std::string_view message,
                 ByteView signature);

}  // namespace grantd::jose
