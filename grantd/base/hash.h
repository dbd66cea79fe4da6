// Hashes and MACs.
#pragma once

#include "grantd/base/bytes.h"

namespace grantd {

Hash256 sha256(ByteView data);
inline Hash256 sha256(std::string_view text) { return sha256(as_bytes(text)); }
ByteArray<64> sha512(std::string_view text);
Hash256 hmac_sha256(ByteView key, ByteView data);

// Keyed BLAKE2b-256 (RFC 7693); key of 16 to 64 bytes. For derivation and in-memory look-ups.
Hash256 keyed_hash(ByteView key, ByteView data);
inline Hash256 keyed_hash(ByteView key, std::string_view text) {
  return keyed_hash(key, as_bytes(text));
}

}  // namespace grantd
