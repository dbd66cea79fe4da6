#include "grantd/jose/jwk.h"

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/jose/native_key.h"

namespace grantd::jose {
namespace {

struct AlgorithmRow {
  Algorithm algorithm;
  std::string_view name;
  KeyType type;
};
constexpr AlgorithmRow kRows[] = {
    {Algorithm::es256, "ES256", KeyType::ec_p256},  // RFC 7518 §3.4
    {Algorithm::rs256, "RS256", KeyType::rsa},      // RFC 7518 §3.3
    {Algorithm::ps256, "PS256", KeyType::rsa},      // RFC 7518 §3.5
    {Algorithm::eddsa, "EdDSA", KeyType::ed25519},  // RFC 8037 §3.1
};

constexpr std::size_t kShownMax = 80;  // characters of a stranger's text in a reason

const AlgorithmRow& row_of(Algorithm algorithm) {
  for (const AlgorithmRow& row : kRows) {
    if (row.algorithm == algorithm) return row;
  }
  check_failed("the algorithm has a row", __FILE__, __LINE__);
}

std::unexpected<KeyError> refuse(KeyProblem problem, std::string reason) {
  return fail(KeyError{problem, std::move(reason)});
}

// RFC 7518 §2, Base64urlUInt, and fixed-length octets: `size` 0 takes any length, but no leading
// zero; else exactly so many bytes.
Result<Bytes, KeyError> read_number(const Json& jwk, std::string_view name, std::size_t size) {
  const std::string* const text = jwk.find_string(name);
  if (text == nullptr) {
    return refuse(KeyProblem::malformed, std::string(name) + " is missing or no text");
  }
  std::optional<Bytes> bytes = base64url_decode(*text);
  if (!bytes || bytes->empty()) {
    return refuse(KeyProblem::malformed, std::string(name) + " is no canonical base64url");
  }
  if (size == 0 ? bytes->front() == 0 : bytes->size() != size) {
    return refuse(KeyProblem::malformed,
                  std::string(name) + (size == 0 ? " has leading zeros"
                                                 : " has " + std::to_string(bytes->size()) +
                                                       " bytes in place of 32"));
  }
  return *std::move(bytes);
}

Result<Unit, KeyError> check_curve(const Json& jwk, std::string_view wanted) {
  const std::string* const curve = jwk.find_string("crv");
  if (curve == nullptr) return refuse(KeyProblem::malformed, "crv is missing or no text");
  if (*curve != wanted) {
    return refuse(KeyProblem::unsupported,
                  "crv \"" + printable(curve->substr(0, kShownMax)) + "\" is not on offer");
  }
  return Unit();
}

Result<PublicNumbers, KeyError> read_jwk(const Json& jwk) {
  constexpr std::size_t kPointBytes = 32;
  const std::string* const type = jwk.find_string("kty");
  if (type == nullptr) return refuse(KeyProblem::malformed, "kty is missing or no text");
  PublicNumbers out;
  if (*type == "EC") {  // RFC 7518 §6.2.1
    out.type = KeyType::ec_p256;
    TRY(check_curve(jwk, "P-256"));
    out.first = TRY(read_number(jwk, "x", kPointBytes));
    out.second = TRY(read_number(jwk, "y", kPointBytes));
  } else if (*type == "RSA") {  // RFC 7518 §6.3.1
    out.type = KeyType::rsa;
    out.first = TRY(read_number(jwk, "n", 0));
    out.second = TRY(read_number(jwk, "e", 0));
  } else if (*type == "OKP") {  // RFC 8037 §2
    out.type = KeyType::ed25519;
    TRY(check_curve(jwk, "Ed25519"));
    out.first = TRY(read_number(jwk, "x", kPointBytes));
  } else {
    return refuse(KeyProblem::unsupported,
                  "kty \"" + printable(type->substr(0, kShownMax)) + "\" is not on offer");
  }
  return out;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  return row_of(algorithm).name;
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
  for (const AlgorithmRow& row : kRows) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

std::optional<Algorithm> algorithm_as_written(std::string_view name) {
  return name == "Ed25519" ? Algorithm::eddsa : algorithm_named(name);
}

bool fits(KeyType type, Algorithm algorithm) {
  return row_of(algorithm).type == type;
}

Result<PublicKey, KeyError> PublicKey::parse(const Json& jwk) {
  return PublicKey(TRY(import_public(TRY(read_jwk(jwk)))));
}

KeyType PublicKey::type() const {
  return numbers_of(*key_).type;
}

bool PublicKey::verify(Algorithm algorithm, std::string_view message, ByteView signature) const {
  return verify_with(*key_, algorithm, message, signature);
}

// In the order of the alphabet, which RFC 7638 §3.3 asks for.
Json PublicKey::members() const {
  const PublicNumbers& numbers = numbers_of(*key_);
  const std::string first = base64url_encode(numbers.first);
  const std::string second = base64url_encode(numbers.second);
  switch (numbers.type) {
    case KeyType::ec_p256:
      return Json::object({{"crv", "P-256"}, {"kty", "EC"}, {"x", first}, {"y", second}});
    case KeyType::rsa:
      return Json::object({{"e", second}, {"kty", "RSA"}, {"n", first}});
    case KeyType::ed25519:
      return Json::object({{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", first}});
  }
  check_failed("the key type has members", __FILE__, __LINE__);
}

std::string PublicKey::thumbprint() const {
  return base64url_encode(sha256(members().dump()));
}

PrivateKey PrivateKey::generate(Algorithm algorithm) {
  return PrivateKey(generate_key(row_of(algorithm).type));
}

Result<PrivateKey, KeyError> PrivateKey::from_pkcs8(const Secret& der) {
  return PrivateKey(TRY(import_pkcs8(der.reveal())));
}

Secret PrivateKey::to_pkcs8() const {
  return export_pkcs8(*key_);
}

KeyType PrivateKey::type() const {
  return numbers_of(*key_).type;
}

Bytes PrivateKey::sign(Algorithm algorithm, std::string_view message) const {
  return sign_with(*key_, algorithm, message);
}

Json public_jwk(const PublicKey& key, std::string_view kid, Algorithm algorithm) {
  CHECK(fits(key.type(), algorithm));
  Json out = key.members();
  out.set("kid", kid).set("alg", name_of(algorithm)).set("use", "sig");
  return out;
}

}  // namespace grantd::jose
