#include "grantd/jose/native_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "grantd/base/check.h"
#include "grantd/base/hash.h"

namespace grantd::jose {
namespace {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* held) const {
    release(held);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Release<BN_free>>;
using EcdsaNumbers = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Release<PKCS8_PRIV_KEY_INFO_free>>;
using ParamsBuilder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;

constexpr Algorithm kAlgorithms[] = {Algorithm::es256, Algorithm::rs256, Algorithm::ps256,
                                     Algorithm::eddsa};
constexpr int kCoordinateBytes = 32;
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr int kExponentBitsMax = 64;

std::unexpected<KeyError> refuse(KeyProblem problem, std::string reason) {
  ERR_clear_error();
  return fail(KeyError{problem, std::move(reason)});
}

Bytes bytes_of(const BIGNUM* number, int size) {
  Bytes out(static_cast<std::size_t>(size));
  CHECK(BN_bn2binpad(number, out.data(), size) == size);
  return out;
}

BigNumber number_of(ByteView bytes) {
  BigNumber number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  CHECK(number != nullptr);
  return number;
}

BigNumber number_param(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  return BigNumber(number);
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) return KeyType::rsa;
  if (EVP_PKEY_is_a(key, "ED25519")) return KeyType::ed25519;
  char group[32] = "";
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") &&
      EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &size) ==
          1 &&
      std::string_view(group) == SN_X9_62_prime256v1) {
    return KeyType::ec_p256;
  }
  return std::nullopt;
}

PublicNumbers read_numbers(const EVP_PKEY* key, KeyType type) {
  PublicNumbers out{type, {}, {}};
  if (type == KeyType::ec_p256) {
    out.first = bytes_of(number_param(key, OSSL_PKEY_PARAM_EC_PUB_X).get(), kCoordinateBytes);
    out.second = bytes_of(number_param(key, OSSL_PKEY_PARAM_EC_PUB_Y).get(), kCoordinateBytes);
  } else if (type == KeyType::rsa) {
    const BigNumber n = number_param(key, OSSL_PKEY_PARAM_RSA_N);
    const BigNumber e = number_param(key, OSSL_PKEY_PARAM_RSA_E);
    out.first = bytes_of(n.get(), BN_num_bytes(n.get()));
    out.second = bytes_of(e.get(), BN_num_bytes(e.get()));
  } else {
    std::size_t size = kCoordinateBytes;
    out.first.resize(size);
    CHECK(EVP_PKEY_get_raw_public_key(key, out.first.data(), &size) == 1 && size == 32);
  }
  return out;
}

// Empty where the numbers make a key worth trusting (JW-11).
std::string weakness(const PublicNumbers& numbers) {
  if (numbers.type == KeyType::rsa) {
    const BigNumber n = number_of(numbers.first);
    const BigNumber e = number_of(numbers.second);
    const int bits = BN_num_bits(n.get());
    // RFC 7518 §3.3, §3.5: at least 2048 bits. The upper bound keeps a stranger's key cheap.
    if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
      return "RSA of " + std::to_string(bits) + " bits; 2048 to 8192 are accepted";
    }
    if (!BN_is_odd(n.get())) return "RSA with an even modulus";
    // RFC 8017 §3.1: odd, from 3 up. An exponent of 1 would make every text its own signature.
    if (!BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > kExponentBitsMax) {
      return "RSA with an exponent that is even, 1 or longer than 64 bits";
    }
  }
  if (numbers.type == KeyType::ed25519 &&
      crypto_core_ed25519_is_valid_point(numbers.first.data()) != 1) {
    return "Ed25519 with a point that is off the curve, of low order or not canonical";
  }
  return {};
}

bool init_template(EVP_MD_CTX* context, EVP_PKEY* key, Algorithm algorithm, bool for_signing) {
  const char* const digest = algorithm == Algorithm::eddsa ? nullptr : "SHA256";
  EVP_PKEY_CTX* inner = nullptr;
  const auto init = for_signing ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
  if (init(context, &inner, digest, nullptr, nullptr, key, nullptr) != 1) return false;
  if (algorithm == Algorithm::rs256)
    return EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PADDING) == 1;
  if (algorithm != Algorithm::ps256) return true;
  // RFC 7518 §3.5: MGF1 with SHA-256, and a salt as long as the hash, on both sides.
  return EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name(inner, "SHA256", nullptr) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST) == 1;
}

DigestContext make_template(EVP_PKEY* key, Algorithm algorithm, bool for_signing) {
  DigestContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr && init_template(context.get(), key, algorithm, for_signing));
  return context;
}

// A working copy of a prepared context, in this thread's own; released, it holds no key.
class WorkingCopy {
 public:
  explicit WorkingCopy(const EVP_MD_CTX* prepared) {
    CHECK(EVP_MD_CTX_copy_ex(get(), prepared) == 1);
  }
  WorkingCopy(const WorkingCopy&) = delete;
  WorkingCopy& operator=(const WorkingCopy&) = delete;
  ~WorkingCopy() { EVP_MD_CTX_reset(get()); }
  EVP_MD_CTX* get() const {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    CHECK(context != nullptr);
    return context.get();
  }
};

// RFC 7518 §3.4: r and s, each as 32 bytes, where OpenSSL has a DER sequence of two integers (X.690
// §8.3: shortest form, with a zero in front where the number's first bit is set).
Bytes raw_from_der(ByteView der) {
  constexpr std::uint8_t kSequence = 0x30, kInteger = 0x02;
  constexpr std::size_t kSize = kCoordinateBytes;
  CHECK(der.size() > 2 && der[0] == kSequence && der[1] == der.size() - 2);
  der = der.subspan(2);
  Bytes out(2 * kSize);
  for (const std::size_t end : {kSize, 2 * kSize}) {
    CHECK(der.size() > 2 && der[0] == kInteger && der[1] <= der.size() - 2);
    ByteView number = der.subspan(2, der[1]);
    der = der.subspan(2 + number.size());
    if (number.size() == kSize + 1 && number[0] == 0) number = number.subspan(1);
    CHECK(number.size() <= kSize);
    std::ranges::copy(number, out.begin() + static_cast<std::ptrdiff_t>(end - number.size()));
  }
  CHECK(der.empty());
  return out;
}

Bytes der_from_raw(ByteView raw) {
  const EcdsaNumbers numbers(ECDSA_SIG_new());
  BigNumber r = number_of(raw.first(kCoordinateBytes));
  BigNumber s = number_of(raw.last(kCoordinateBytes));
  CHECK(numbers != nullptr && ECDSA_SIG_set0(numbers.get(), r.release(), s.release()) == 1);
  Bytes out(80);
  std::uint8_t* at = out.data();
  const int size = i2d_ECDSA_SIG(numbers.get(), &at);
  CHECK(size > 0 && static_cast<std::size_t>(size) <= out.size());
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

namespace {

// Contexts that sign a digest, kept once made: making one costs as much as a tenth of an ES256
// signature. Each is one thread's while in use.
class DigestSigners {
 public:
  PkeyContext take(EVP_PKEY* key) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        PkeyContext context = std::move(idle_.back());
        idle_.pop_back();
        return context;
      }
    }
    PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    CHECK(context != nullptr && EVP_PKEY_sign_init(context.get()) == 1);
    return context;
  }
  void give_back(PkeyContext context) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(context));
  }

 private:
  std::mutex mutex_;
  std::vector<PkeyContext> idle_;
};

}  // namespace

class NativeKey {
 public:
  NativeKey(Pkey key, PublicNumbers numbers, bool has_private)
      : key_(std::move(key)), numbers_(std::move(numbers)) {
    // Prepared once: naming digests and paddings anew costs a quarter of an ES256 signature.
    for (const Algorithm algorithm : kAlgorithms) {
      if (!fits(numbers_.type, algorithm)) continue;
      const auto at = static_cast<std::size_t>(algorithm);
      verifiers_[at] = make_template(key_.get(), algorithm, false);
      if (has_private) signers_[at] = make_template(key_.get(), algorithm, true);
    }
  }
  EVP_PKEY* key() const { return key_.get(); }
  const PublicNumbers& numbers() const { return numbers_; }
  DigestSigners& digest_signers() const { return digest_signers_; }
  // Null where the key cannot.
  const EVP_MD_CTX* signer(Algorithm algorithm) const {
    return signers_[static_cast<std::size_t>(algorithm)].get();
  }
  const EVP_MD_CTX* verifier(Algorithm algorithm) const {
    return verifiers_[static_cast<std::size_t>(algorithm)].get();
  }

 private:
  const Pkey key_;
  const PublicNumbers numbers_;
  std::array<DigestContext, std::size(kAlgorithms)> signers_;
  std::array<DigestContext, std::size(kAlgorithms)> verifiers_;
  mutable DigestSigners digest_signers_;
};

namespace {

Pkey from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  CHECK(params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) return {};
  return Pkey(key);
}

// Null where the numbers are no key.
Pkey key_from(const PublicNumbers& numbers) {
  if (numbers.type == KeyType::ed25519) {
    return Pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, numbers.first.data(),
                                            numbers.first.size()));
  }
  const ParamsBuilder builder(OSSL_PARAM_BLD_new());
  CHECK(builder != nullptr);
  if (numbers.type == KeyType::rsa) {
    const BigNumber n = number_of(numbers.first);
    const BigNumber e = number_of(numbers.second);
    CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
    CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
    return from_params("RSA", builder.get());
  }
  Bytes point{POINT_CONVERSION_UNCOMPRESSED};
  point.insert(point.end(), numbers.first.begin(), numbers.first.end());
  point.insert(point.end(), numbers.second.begin(), numbers.second.end());
  CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                        SN_X9_62_prime256v1, 0) == 1);
  CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) == 1);
  return from_params("EC", builder.get());
}

Algorithm any_algorithm_of(KeyType type) {
  for (const Algorithm algorithm : kAlgorithms) {
    if (fits(type, algorithm)) return algorithm;
  }
  check_failed("a key type has an algorithm", __FILE__, __LINE__);
}

}  // namespace

Result<NativeKeyPtr, KeyError> import_public(const PublicNumbers& numbers) {
  const std::string weak = weakness(numbers);
  if (!weak.empty()) return refuse(KeyProblem::weak, weak);
  Pkey key = key_from(numbers);
  if (key == nullptr) return refuse(KeyProblem::weak, "the numbers are no point of the curve");
  return std::make_shared<const NativeKey>(std::move(key), numbers, false);
}

Result<NativeKeyPtr, KeyError> import_pkcs8(ByteView der) {
  const std::uint8_t* at = der.data();
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (info == nullptr || at != der.data() + der.size()) {
    return refuse(KeyProblem::malformed, "no PKCS#8 DER, or bytes after it");
  }
  Pkey key(EVP_PKCS82PKEY(info.get()));
  if (key == nullptr) return refuse(KeyProblem::malformed, "PKCS#8 that holds no readable key");
  const std::optional<KeyType> type = type_of(key.get());
  if (!type) return refuse(KeyProblem::unsupported, "neither P-256, RSA nor Ed25519");
  PublicNumbers numbers = read_numbers(key.get(), *type);
  const std::string weak = weakness(numbers);
  if (!weak.empty()) return refuse(KeyProblem::weak, weak);
  auto out = std::make_shared<const NativeKey>(std::move(key), std::move(numbers), true);
  // A key whose halves do not belong together would sign what nobody can verify.
  constexpr std::string_view kProbe = "grantd key check";
  const Algorithm algorithm = any_algorithm_of(*type);
  if (!verify_with(*out, algorithm, kProbe, sign_with(*out, algorithm, kProbe))) {
    return refuse(KeyProblem::malformed, "the private half does not belong to the public one");
  }
  return out;
}

NativeKeyPtr generate_key(KeyType type) {
  Pkey key(type == KeyType::ec_p256 ? EVP_EC_gen(SN_X9_62_prime256v1)
           : type == KeyType::rsa   ? EVP_RSA_gen(kRsaBitsMin)
                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  CHECK(key != nullptr);
  PublicNumbers numbers = read_numbers(key.get(), type);
  return std::make_shared<const NativeKey>(std::move(key), std::move(numbers), true);
}

Secret export_pkcs8(const NativeKey& key) {
  const Pkcs8 info(EVP_PKEY2PKCS8(key.key()));
  std::uint8_t* der = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  CHECK(info != nullptr && size > 0);
  Secret out(ByteView(der, static_cast<std::size_t>(size)));
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return out;
}

const PublicNumbers& numbers_of(const NativeKey& key) {
  return key.numbers();
}

namespace {

Bytes sign_es256(const NativeKey& key, std::string_view message) {
  const Hash256 digest = sha256(message);
  constexpr std::size_t kDerMax = 72;
  ByteArray<kDerMax> der;
  std::size_t size = der.size();
  PkeyContext context = key.digest_signers().take(key.key());
  CHECK(EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) == 1);
  key.digest_signers().give_back(std::move(context));
  return raw_from_der(ByteView(der).first(size));
}

}  // namespace

Bytes sign_with(const NativeKey& key, Algorithm algorithm, std::string_view message) {
  CHECK(key.signer(algorithm) != nullptr);
  if (algorithm == Algorithm::es256) return sign_es256(key, message);
  const WorkingCopy context(key.signer(algorithm));
  const ByteView bytes = as_bytes(message);
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key.key()));
  Bytes out(size);
  CHECK(EVP_DigestSign(context.get(), out.data(), &size, bytes.data(), bytes.size()) == 1);
  out.resize(size);
  return out;
}

bool verify_with(const NativeKey& key, Algorithm algorithm, std::string_view message,
                 ByteView signature) {
  if (key.verifier(algorithm) == nullptr || signature.empty()) return false;
  Bytes der;
  if (algorithm == Algorithm::es256) {
    // RFC 7518 §3.4: 64 octets and no others; so the DER form, too, is refused. That r and s lie in
    // [1, n-1] (JW-11, CVE-2022-21449) is OpenSSL's own check. A high s is as good as a low one.
    if (signature.size() != 2 * kCoordinateBytes) return false;
    der = der_from_raw(signature);
    signature = der;
  }
  const WorkingCopy context(key.verifier(algorithm));
  const bool is_good = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                        as_bytes(message).data(), message.size()) == 1;
  if (!is_good) ERR_clear_error();
  return is_good;
}

}  // namespace grantd::jose
