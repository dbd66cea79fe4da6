// Sealing: encrypted and authenticated (XChaCha20-Poly1305), carried by the browser or the client.
//
//   text   = prefix ‖ base64url(version ‖ key id ‖ nonce ‖ ciphertext)
//   bytes     4        1          4        24      n + 16
//   associated data = prefix ‖ version ‖ key id ‖ issuer: one kind, or one deployment, can never
//   be used as another.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/base/secret.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

enum class SealKind {
  code,
  refresh_token,
  login_form,
  consent_form,
  logout_form,
  resume,  // an authorization request on its way back to the dispatcher
  device,  // a browser that signed this person in before
  access_token,
  account_form,
  invitation,  // an initial access token (RFC 7591 §3)
};
inline constexpr int kSealKinds = 10;

std::string_view prefix_of(SealKind kind);  // "gac_", …: secret scanners find leaks by it
KeyUse key_use_of(SealKind kind);

inline constexpr std::size_t kSealNonceBytes = 24;
using SealNonce = ByteArray<kSealNonceBytes>;

// `nonce`: fresh random bytes, never used twice.
std::string seal(SealKind kind, ByteView payload, const Keyring& keys, const SealNonce& nonce);

// How long the text becomes.
std::size_t sealed_size(std::size_t payload_bytes);

enum class OpenError {
  not_ours,     // no such prefix, not canonical base64url, too long, or it does not authenticate
  unknown_key,  // sealed by a key that this ring lacks: reload the keys once, then look again
};
inline constexpr std::size_t kSealedTextMax = 32 * 1024;
Result<Bytes, OpenError> open(SealKind kind, std::string_view text, const Keyring& keys);

}  // namespace grantd::core
