// How the test issuer writes tokens, good and bad.
#pragma once

#include "grantd/guard/testing/issuer.h"

namespace grantd::testing {

struct SigningKey {
  jose::PrivateKey key;
  jose::Algorithm algorithm;
  std::string kid;
};

// The claims of RFC 9068 §2.2, as the wish has them.
Json claims_of(const Wish& wish, std::string_view issuer, std::string_view audience, Time now);
std::string mint(const SigningKey& key, const Json& claims);
// `stranger` is a key that the issuer never published.
std::vector<BadToken> mint_bad(const SigningKey& key, const SigningKey& stranger,
                               const Json& claims);

}  // namespace grantd::testing
