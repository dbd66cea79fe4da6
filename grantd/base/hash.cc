#include "grantd/base/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include "grantd/base/check.h"

namespace grantd {
namespace {

// Fetched once: OpenSSL 3.0 looks an algorithm up by name at every one-shot call, which costs more
// than a short hash itself.
const EVP_MD* fetched_sha256() {
  static EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(digest != nullptr);
  return digest;
}

struct DigestContext {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  DigestContext() { CHECK(context != nullptr); }
  DigestContext(const DigestContext&) = delete;
  DigestContext& operator=(const DigestContext&) = delete;
  ~DigestContext() { EVP_MD_CTX_free(context); }
};

struct MacContext {
  EVP_MAC_CTX* context = nullptr;
  MacContext() {
    static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    CHECK(mac != nullptr);
    context = EVP_MAC_CTX_new(mac);
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                 OSSL_PARAM_construct_end()};
    CHECK(context != nullptr && EVP_MAC_CTX_set_params(context, params) == 1);
  }
  MacContext(const MacContext&) = delete;
  MacContext& operator=(const MacContext&) = delete;
  ~MacContext() { EVP_MAC_CTX_free(context); }
};

}  // namespace

Hash256 sha256(ByteView data) {
  thread_local const DigestContext digest;
  Hash256 out;
  unsigned size = 0;
  CHECK(EVP_DigestInit_ex2(digest.context, fetched_sha256(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(digest.context, data.data(), data.size()) == 1);
  CHECK(EVP_DigestFinal_ex(digest.context, out.data(), &size) == 1 && size == out.size());
  return out;
}

ByteArray<64> sha512(std::string_view text) {
  ByteArray<64> out;
  const ByteView bytes = as_bytes(text);
  CHECK(crypto_hash_sha512(out.data(), bytes.data(), bytes.size()) == 0);
  return out;
}

Hash256 hmac_sha256(ByteView key, ByteView data) {
  thread_local const MacContext mac;
  // A null key would mean "the key of last time" to OpenSSL: an empty one must not be null.
  static constexpr std::uint8_t kNoKey = 0;
  const std::uint8_t* const key_data = key.empty() ? &kNoKey : key.data();
  Hash256 out;
  std::size_t size = 0;
  CHECK(EVP_MAC_init(mac.context, key_data, key.size(), nullptr) == 1);
  CHECK(EVP_MAC_update(mac.context, data.data(), data.size()) == 1);
  CHECK(EVP_MAC_final(mac.context, out.data(), &size, out.size()) == 1 && size == out.size());
  return out;
}

Hash256 keyed_hash(ByteView key, ByteView data) {
  static const int ready = sodium_init();
  CHECK(ready >= 0);
  CHECK(key.size() >= crypto_generichash_KEYBYTES_MIN &&
        key.size() <= crypto_generichash_KEYBYTES_MAX);
  Hash256 out;
  CHECK(crypto_generichash(out.data(), out.size(), data.data(), data.size(), key.data(),
                           key.size()) == 0);
  return out;
}

}  // namespace grantd
