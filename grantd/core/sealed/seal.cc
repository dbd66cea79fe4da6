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

// Built in place: each request seals or opens, and an issuer is no longer than 1,000 bytes
// (oauth::parse_issuer).
class AssociatedData {
 public:
  AssociatedData(const Kind& kind, const std::uint8_t* version_and_key_id, const Keyring& keys) {
    put(kind.prefix.data(), kind.prefix.size());
    put(version_and_key_id, 5);
    put(keys.issuer.view().data(), keys.issuer.view().size());
  }
  const unsigned char* data() const { return bytes_.data(); }
  std::size_t size() const { return size_; }

 private:
  void put(const void* bytes, std::size_t size) {
    CHECK(size <= bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, bytes, size);
    size_ += size;
  }
  std::array<unsigned char, 1024> bytes_;
  std::size_t size_ = 0;
};

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
  const AssociatedData data(found, out.data(), keys);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kHead, &written, payload.data(),
                                             payload.size(), data.data(), data.size(), nullptr,
                                             nonce.data(), key.bytes.reveal().data());
  CHECK(kHead + written == out.size());
  std::string text;
  text.reserve(sealed_size(payload.size()));
  text += found.prefix;
  append_base64url(text, out);
  return text;
}

std::size_t sealed_size(std::size_t payload_bytes) {
  return 4 + ((kHead + payload_bytes + kTag) * 4 + 2) / 3;
}

Result<Bytes, OpenError> open(SealKind kind, std::string_view text, const Keyring& keys) {
  const Kind& found = row(kind);
  if (text.size() > kSealedTextMax || !text.starts_with(found.prefix)) {
    return fail(OpenError::not_ours);
  }
  std::optional<Bytes> bytes = base64url_decode(text.substr(found.prefix.size()));
  if (!bytes || bytes->size() < kHead + kTag || (*bytes)[0] != kVersion) {
    return fail(OpenError::not_ours);
  }
  const SealKey* key = keys.find(get_key_id(bytes->data() + 1));
  if (!key) return fail(keys.complete ? OpenError::not_ours : OpenError::unknown_key);
  if (key->use != found.use) return fail(OpenError::not_ours);

  // The payload takes the place of what it was sealed in.
  const AssociatedData data(found, bytes->data(), keys);
  std::uint8_t* const body = bytes->data() + kHead;
  unsigned long long written = 0;
  const int wrong = crypto_aead_xchacha20poly1305_ietf_decrypt(
      body, &written, nullptr, body, bytes->size() - kHead, data.data(), data.size(),
      bytes->data() + 5, key->bytes.reveal().data());
  if (wrong != 0) return fail(OpenError::not_ours);
  CHECK(written == bytes->size() - kHead - kTag);
  bytes->resize(kHead + static_cast<std::size_t>(written));
  bytes->erase(bytes->begin(), bytes->begin() + kHead);
  return *std::move(bytes);
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
