// JWK, JWKS and JWS: no crash, and nothing but the token that was signed verifies.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "grantd/base/check.h"
#include "grantd/jose/jwt.h"

using namespace grantd;

namespace {

constexpr std::array kAllowed{jose::Algorithm::es256};

struct Signed {
  jose::PrivateKey key = jose::PrivateKey::generate(jose::Algorithm::es256);
  jose::KeySet keys;
  std::string token;
  Signed() {
    keys.add({"k", key.public_key(), jose::Algorithm::es256});
    token = jose::sign_jwt(key, jose::Algorithm::es256, Json::object({{"kid", "k"}}),
                           Json::object({{"sub", "somebody"}, {"exp", 4102444800}}));
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Signed known;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  jose::KeySet::parse(text);
  jose::decode_unverified(text);
  CHECK(!jose::verify_jwt(text, known.keys, kAllowed) || text == known.token);

  // Mutate the real token: three bytes of input choose a place and a byte.
  if (size < 3) return 0;
  std::string mutated = known.token;
  const std::size_t place = (data[0] * 256u + data[1]) % mutated.size();
  mutated[place] = static_cast<char>(data[2]);
  const auto verified = jose::verify_jwt(mutated, known.keys, kAllowed);
  CHECK(verified.has_value() == (mutated == known.token));
  return 0;
}
