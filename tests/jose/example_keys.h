// Keys that the tests share: made once a run, since RSA takes its time.
#pragma once

#include "grantd/jose/jws.h"

namespace grantd::jose {

inline constexpr Algorithm kAll[] = {Algorithm::es256, Algorithm::rs256, Algorithm::ps256,
                                     Algorithm::eddsa};

inline const PrivateKey& example_key(Algorithm algorithm) {
  static const PrivateKey keys[] = {
      PrivateKey::generate(Algorithm::es256), PrivateKey::generate(Algorithm::rs256),
      PrivateKey::generate(Algorithm::ps256), PrivateKey::generate(Algorithm::eddsa)};
  return keys[static_cast<std::size_t>(algorithm)];
}

// All of them, each under its algorithm's name as kid.
inline KeySet example_set() {
  KeySet set;
  for (const Algorithm algorithm : kAll) {
    set.add({std::string(name_of(algorithm)), example_key(algorithm).public_key(), algorithm});
  }
  return set;
}

}  // namespace grantd::jose
