// Validations of an access token a second and core: grantd's guard, first time and seen before,
// beside libjwt (Debian's), in one process. CPU time of the thread, not wall time; the contenders
// take turns in short rounds, so that what disturbs the machine disturbs all of them; medians.
//
//   bench/guard_check [ROUNDS]    builds it against build/release and runs it
#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/base/random.h"
#include "grantd/guard/guard.h"
#include "grantd/jose/jwt.h"

namespace {

using namespace grantd;

constexpr const char* kIssuer = "https://auth.example";
constexpr const char* kAudience = "https://api.example";
constexpr std::size_t kTokens = 1000;

double cpu_seconds() {
  timespec at{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
}

void insist(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "guard_check: %s\n", what);
  std::exit(1);
}

struct Party {
  jose::Algorithm algorithm;
  jose::PrivateKey key;
  std::string pem;  // the public key
  std::vector<std::string> tokens;
  std::vector<std::string> headers;     // "Bearer …"
  std::vector<std::string> for_libjwt;  // typ "JWT": it takes no other, so not RFC 9068's either
};

std::string pem_of(const jose::PrivateKey& key) {
  const Secret der = key.to_pkcs8();
  const unsigned char* at = der.reveal().data();
  EVP_PKEY* native = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
  BIO* out = BIO_new(BIO_s_mem());
  insist(native && PEM_write_bio_PUBKEY(out, native) == 1, "no PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(native);
  return pem;
}

// As grantd writes them: some 700 bytes with ES256.
Party make_party(jose::Algorithm algorithm) {
  Party made{algorithm, jose::PrivateKey::generate(algorithm), {}, {}, {}, {}};
  made.pem = pem_of(made.key);
  const auto now = to_seconds(system_now());
  for (std::size_t i = 0; i < kTokens; ++i) {
    const Json claims = Json::object({{"iss", kIssuer},
                                      {"sub", base64url_encode(random_bytes<16>())},
                                      {"aud", kAudience},
                                      {"client_id", "demo-web"},
                                      {"scope", "notes.read notes.write"},
                                      {"jti", base64url_encode(random_bytes<16>())},
                                      {"iat", now},
                                      {"exp", now + 3600},
                                      {"auth_time", now - 60}});
    made.tokens.push_back(jose::sign_jwt(made.key, algorithm,
                                         Json::object({{"typ", "at+jwt"}, {"kid", "k1"}}), claims));
    made.headers.push_back("Bearer " + made.tokens.back());
    made.for_libjwt.push_back(jose::sign_jwt(
        made.key, algorithm, Json::object({{"typ", "JWT"}, {"kid", "k1"}}), claims));
  }
  return made;
}

guard::Guard make_guard(const Party& party, std::size_t tokens_max) {
  guard::Api api{.issuer = kIssuer, .audience = kAudience, .algorithms = {party.algorithm}};
  api.keys.emplace();
  api.keys->add({"k1", party.key.public_key(), party.algorithm});
  api.tokens_max = tokens_max;
  return guard::Guard(std::move(api));
}

// The same questions as far as libjwt has them: signature, alg, iss, aud, exp.
bool check_by_libjwt(const Party& party, const std::string& token, jwt_alg_t wanted) {
  jwt_t* jwt = nullptr;
  if (jwt_decode(&jwt, token.c_str(), reinterpret_cast<const unsigned char*>(party.pem.data()),
                 static_cast<int>(party.pem.size())) != 0) {
    return false;
  }
  const char* issuer = jwt_get_grant(jwt, "iss");
  const char* audience = jwt_get_grant(jwt, "aud");
  const bool good = jwt_get_alg(jwt) == wanted && issuer && std::strcmp(issuer, kIssuer) == 0 &&
                    audience && std::strcmp(audience, kAudience) == 0 &&
                    jwt_get_grant_int(jwt, "exp") > to_seconds(system_now());
  jwt_free(jwt);
  return good;
}

struct Contender {
  const char* name;
  std::size_t calls;  // a round
  std::function<bool(std::size_t)> call;
  std::vector<double> micros;  // a call, one value a round
};

void run_round(Contender& contender) {
  const double begun = cpu_seconds();
  for (std::size_t i = 0; i < contender.calls; ++i) {
    insist(contender.call(i % kTokens), contender.name);
  }
  contender.micros.push_back((cpu_seconds() - begun) * 1e6 / static_cast<double>(contender.calls));
}

void report(Contender& contender) {
  std::ranges::sort(contender.micros);
  const double median = contender.micros[contender.micros.size() / 2];
  std::printf("%-34s %9.2f %9.2f %9.2f %12.0f\n", contender.name, contender.micros.front(), median,
              contender.micros.back(), 1e6 / median);
}

}  // namespace

int main(int count, char** values) {
  const int rounds = count > 1 ? std::atoi(values[1]) : 15;
  insist(rounds > 0, "ROUNDS is a number from 1 on");
  const Party es256 = make_party(jose::Algorithm::es256);
  const Party rs256 = make_party(jose::Algorithm::rs256);
  const auto need = guard::Need::of("notes.read");
  const auto es_cold = make_guard(es256, 0);
  const auto es_warm = make_guard(es256, 10'000);
  const auto rs_cold = make_guard(rs256, 0);
  const auto by = [&](const guard::Guard& guard, const Party& party) {
    return [&](std::size_t i) {
      const auto verdict = guard.look(party.headers[i], need);
      return verdict && *verdict;
    };
  };
  Contender contenders[] = {
      {"ES256 guard, first time", 300, by(es_cold, es256), {}},
      {"ES256 libjwt", 300,
       [&](std::size_t i) {
         return check_by_libjwt(es256, es256.for_libjwt[i], JWT_ALG_ES256);
       },
       {}},
      {"RS256 guard, first time", 600, by(rs_cold, rs256), {}},
      {"RS256 libjwt", 600,
       [&](std::size_t i) {
         return check_by_libjwt(rs256, rs256.for_libjwt[i], JWT_ALG_RS256);
       },
       {}},
      {"ES256 guard, seen before", 20'000, by(es_warm, es256), {}},
      {"  of which the SHA-256", 20'000,
       [&](std::size_t i) { return sha256(es256.tokens[i]) != Hash256{}; }, {}},
  };
  for (Contender& contender : contenders) {  // not counted
    run_round(contender);
    contender.micros.clear();
  }
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) run_round(contender);
  }
  std::printf("tokens of %zu bytes (ES256), %zu (RS256); %d rounds\n\n", es256.tokens[0].size(),
              rs256.tokens[0].size(), rounds);
  std::printf("%-34s %9s %9s %9s %12s\n", "CPU us a validation", "least", "median", "most",
              "a second");
  for (Contender& contender : contenders) report(contender);
}
