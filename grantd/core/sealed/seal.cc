#include "grantd/core/sealed/seal.h"

#include <sodium.h>

#include <cstring>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHead = 1 + 4 + kSealNonceBytes;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

struct Kind {
  SealKind kind;
  std::string_view prefix;
  KeyUse use;
};
constexpr std::array<Kind, kSealKinds> kKinds{{
    {SealKind::code, "gac_", KeyUse::seal_front},
    {SealKind::refresh_token, "grt_", KeyUse::seal_refresh},
    {SealKind::login_form, "glf_", KeyUse::seal_front},
    {SealKind::consent_form, "gcf_", KeyUse::seal_front},
    {SealKind::logout_form, "gof_", KeyUse::seal_front},
    {SealKind::resume, "gar_", KeyUse::seal_front},
    {SealKind::device, "gdv_", KeyUse::seal_front},
    {SealKind::access_token, "gat_", KeyUse::seal_front},
    {SealKind::account_form, "gmf_", KeyUse::seal_front},
    {SealKind::invitation, "gia_", KeyUse::seal_front},
}};

const Kind& row(SealKind kind) {
  const Kind& found = kKinds[static_cast<std::size_t>(kind)];
  CHECK(found.kind == kind);
  return found;
}

void put_key_id(std::uint8_t* out, std::uint32_t id) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(id >> (24 - 8 * i));
}

std::uint32_t get_key_id(const std::uint8_t* in) {
  std::uint32_t id = 0;
  for (int i = 0; i < 4; ++i) id = id << 8 | in[i];
  return id;
}

std::string associated_data(const Kind& kind, const std::uint8_t* version_and_key_id,
                            const Keyring& keys) {
  std::string data(kind.prefix);
  data.append(reinterpret_cast<const char*>(version_and_key_id), 5);
  data.append(keys.issuer.view());
  return data;
}

const unsigned char* raw(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string_view prefix_of(SealKind kind) { return row(kind).prefix; }
KeyUse key_use_of(SealKind kind) { return row(kind).use; }

std::string seal(SealKind kind, ByteView payload, const Keyring& keys, const SealNonce& nonce) {
  const Kind& found = row(kind);
  const SealKey& key = keys.current(found.use);
  CHECK(key.bytes.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

  Bytes out(kHead + payload.size() + kTag);
  out[0] = kVersion;
  put_key_id(out.data() + 1, key.id);
  std::memcpy(out.data() + 5, nonce.data(), nonce.size());
  const std::string data = associated_data(found, out.data(), keys);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kHead, &written, payload.data(),
                                             payload.size(), raw(data), data.size(), nullptr,
                                             nonce.data(), key.bytes.reveal().data());
  CHECK(kHead + written == out.size());
  return std::string(found.prefix) + base64url_encode(out);
}

std::size_t sealed_size(std::size_t payload_bytes) {
  return 4 + ((kHead + payload_bytes + kTag) * 4 + 2) / 3;
}

Result<Bytes, OpenError> open(SealKind kind, std::string_view text, const Keyring& keys) {
  const Kind& found = row(kind);
  if (text.size() > kSealedTextMax || !text.starts_with(found.prefix)) {
    return fail(OpenError::not_ours);
  }
  const std::optional<Bytes> bytes = base64url_decode(text.substr(found.prefix.size()));
  if (!bytes || bytes->size() < kHead + kTag || (*bytes)[0] != kVersion) {
    return fail(OpenError::not_ours);
  }
  const SealKey* key = keys.find(get_key_id(bytes->data() + 1));
  if (!key) return fail(keys.complete ? OpenError::not_ours : OpenError::unknown_key);
  if (key->use != found.use) return fail(OpenError::not_ours);

  const std::string data = associated_data(found, bytes->data(), keys);
  Bytes payload(bytes->size() - kHead - kTag);
  unsigned long long written = 0;
  const int wrong = crypto_aead_xchacha20poly1305_ietf_decrypt(
      payload.data(), &written, nullptr, bytes->data() + kHead, bytes->size() - kHead, raw(data),
      data.size(), bytes->data() + 5, key->bytes.reveal().data());
  if (wrong != 0) return fail(OpenError::not_ours);
  CHECK(written == payload.size());
  return payload;
}

const SealKey* Keyring::find(std::uint32_t id) const {
  for (const SealKey& key : seal_keys) {
    if (key.id == id) return &key;
  }
  return nullptr;
}

const SealKey& Keyring::current(KeyUse use) const {
  for (const SealKey& key : seal_keys) {
    if (key.use == use && key.state == KeyState::current) return key;
  }
  constexpr bool kHasCurrentKeyForEachUse = false;
  CHECK(kHasCurrentKeyForEachUse);
  __builtin_unreachable();
}

}  // namespace grantd::core
