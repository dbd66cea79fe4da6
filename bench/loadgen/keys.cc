#include "bench/loadgen/keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>

#include "bench/loadgen/text.h"
#include "grantd/base/encoding.h"

namespace loadgen {
namespace {

grantd::Bytes member(const grantd::Json& key, const char* name) {
  const std::string* text = key.find_string(name);
  const auto bytes = text ? grantd::base64url_decode(*text) : std::nullopt;
  if (!bytes) die(std::string("a key of the JWKS has no ") + name);
  return *bytes;
}

BIGNUM* number(const grantd::Json& key, const char* name) {
  const grantd::Bytes bytes = member(key, name);
  return BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
}

std::string ecdsa_der(const std::string& raw) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return out;
}

}  // namespace

void Keys::load(const grantd::Json& jwks) {
  const grantd::Json* keys = jwks.find("keys");
  if (!keys || !keys->as_array()) die("the JWKS has no keys");
  for (const grantd::Json& key : *keys->as_array()) {
    const std::string* type = key.find_string("kty");
    const std::string* curve = key.find_string("crv");
    OSSL_PARAM_BLD* made = OSSL_PARAM_BLD_new();
    grantd::Bytes point{4};
    if (type && *type == "RSA") {
      OSSL_PARAM_BLD_push_BN(made, OSSL_PKEY_PARAM_RSA_N, number(key, "n"));
      OSSL_PARAM_BLD_push_BN(made, OSSL_PKEY_PARAM_RSA_E, number(key, "e"));
    } else if (type && *type == "EC" && curve && *curve == "P-256") {
      for (const char* name : {"x", "y"}) {
        const grantd::Bytes bytes = member(key, name);
        point.insert(point.end(), bytes.begin(), bytes.end());
      }
      OSSL_PARAM_BLD_push_utf8_string(made, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
      OSSL_PARAM_BLD_push_octet_string(made, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    } else {
      continue;
    }
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, type->c_str(), nullptr);
    EVP_PKEY* native = nullptr;
    if (EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &native, EVP_PKEY_PUBLIC_KEY, OSSL_PARAM_BLD_to_param(made)) !=
            1) {
      die("a key of the JWKS is bad");
    }
    const std::string* kid = key.find_string("kid");
    by_kid_[kid ? *kid : ""] = native;
  }
}

bool Keys::verify(const std::string& kid, const std::string& algorithm,
                  std::string_view signed_part, std::string signature) const {
  const auto key = by_kid_.find(kid);
  if (key == by_kid_.end()) return false;
  if (algorithm == "ES256") {
    if (signature.size() != 64) return false;
    signature = ecdsa_der(signature);
  } else if (algorithm != "RS256") {
    return false;
  }
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key->second) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(),
                       reinterpret_cast<const unsigned char*>(signed_part.data()),
                       signed_part.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

}  // namespace loadgen
