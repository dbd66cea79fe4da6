#include "grantd/server/sign.h"

#include "grantd/base/check.h"
#include "grantd/jose/jws.h"

namespace grantd::server {

std::string sign(const core::UnsignedToken& token, std::string_view claims, const Keys& keys) {
  const SigningKey* signer = keys.signer(token.algorithm);
  CHECK(signer);  // whoever signs looked before
  const Json header = Json::object({{"typ", token.typ}, {"kid", signer->kid}});
  return jose::sign_compact(signer->key, signer->algorithm, header, claims);
}

}  // namespace grantd::server
