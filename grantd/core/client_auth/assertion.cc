#include "grantd/core/client_auth/assertion.h"

#include <algorithm>
#include <chrono>

#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kJtiMax = 512;
// An assertion proves one request: what lives longer is a password (RFC 7523 §3 item 4; checklist
// CA-17, CA-19, which keeps the table of used ones small too).
constexpr Duration kLifeMax = minutes(5);
constexpr Duration kSkew = seconds(30);  // FAPI 2.0 §5.3.2.1: 10 s at least, 60 s at most

NotTheirs refuse_claim(std::string reason) { return {std::move(reason)}; }

// RFC 7523 §3 item 3. The token endpoint's URL stands for this server too (Core §9), and so does
// the endpoint that is asked (RFC 7009, RFC 7662 have none of their own); under `issuer` it is the
// issuer alone, as one string (FAPI 2.0 §5.3.2.1): a list may name another server too.
std::optional<std::string> wrong_audience(const Json& claims, const Client& client,
                                          std::string_view endpoint, const Policy& policy) {
  const Result<std::vector<std::string>, std::string> audience = jose::read_audience(claims);
  if (!audience) return audience.error();
  const std::string& issuer = policy.issuer.str();
  if (client.assertion_audience == AssertionAudience::issuer) {
    const std::string* one = claims.find_string("aud");
    if (one && *one == issuer) return {};
    return "aud is not the issuer, as one string";
  }
  const bool ours = std::ranges::any_of(*audience, [&](const std::string& each) {
    return each == issuer || each == policy.url_of("/token") || each == policy.url_of(endpoint);
  });
  if (ours) return {};
  return "aud is neither the issuer nor the endpoint: " +
         (audience->empty() ? "there is none" : printable(audience->front()));
}

// RFC 7523 §3 items 4 to 7. On success the end.
Result<Time, std::string> check_times(const Json& claims, const Moment& moment) {
  const auto exp = TRY(jose::read_numeric_date(claims, "exp"));
  if (!exp) return fail(std::string("exp is missing"));
  if (*exp <= moment.now) return fail("expired at " + to_rfc3339(*exp));
  if (*exp > moment.now + kLifeMax + kSkew) {
    return fail("exp is more than five minutes ahead: " + to_rfc3339(*exp));
  }
  for (const std::string_view name : {"nbf", "iat"}) {
    const auto from = TRY(jose::read_numeric_date(claims, name));
    if (from && *from > moment.now + kSkew) {
      return fail(std::string(name) + " is in the future: " + to_rfc3339(*from));
    }
  }
  return *exp;
}

// RFC 8725 §3.11: a token of another kind that this client signed proves nothing here.
bool is_of_kind(const Json& header) {
  const Json* typ = header.find("typ");
  if (!typ) return true;
  if (!typ->as_string()) return false;
  const std::string kind = lower_ascii(*typ->as_string());
  return kind == "jwt" || kind == "client-authentication+jwt";
}

}  // namespace

std::optional<AssertionClaim> read_assertion(std::string_view text) {
  const auto jwt = jose::decode_unverified(text);
  if (!jwt) return {};
  const std::string* subject = jwt->claims.find_string("sub");
  const std::string* jti = jwt->claims.find_string("jti");
  if (!subject || subject->empty() || !jti || jti->empty() || jti->size() > kJtiMax) return {};
  // Another client's jti is another mark; the length keeps the two apart.
  return AssertionClaim{*subject, sha256("assertion " + std::to_string(subject->size()) + " " +
                                         *subject + *jti)};
}

std::variant<UseOnce, NotTheirs, Ask> check_assertion(std::string_view text, const Client& client,
                                                      std::string_view endpoint,
                                                      const Found& found, const Moment& moment,
                                                      const Policy& policy) {
  auto verified = verify_client_jwt(text, client, client.assertion_algorithm, found);
  if (auto* ask = std::get_if<Ask>(&verified)) return std::move(*ask);
  if (auto* not_theirs = std::get_if<NotTheirs>(&verified)) return std::move(*not_theirs);
  const auto& jwt = std::get<jose::VerifiedJwt>(verified);
  if (!is_of_kind(jwt.header)) return refuse_claim("its typ is not that of a client assertion");
  // RFC 7523 §3 items 1, 2: both are the client.
  for (const std::string_view name : {"iss", "sub"}) {
    const std::string* value = jwt.claims.find_string(name);
    if (!value || *value != client.id.view()) {
      return refuse_claim(std::string(name) + " is not the client's id");
    }
  }
  if (const auto wrong = wrong_audience(jwt.claims, client, endpoint, policy)) {
    return refuse_claim(*wrong);
  }
  const Result<Time, std::string> ends = check_times(jwt.claims, moment);
  if (!ends) return refuse_claim(ends.error());
  const std::optional<AssertionClaim> claim = read_assertion(text);
  if (!claim) return refuse_claim("jti is missing, or longer than 512 characters");
  // RFC 7523 §3 item 7, Core §9: jti is used once.
  if (found.used_once) return refuse_claim("an assertion with this jti was used already");
  return UseOnce{claim->once, *ends + kSkew};
}

}  // namespace grantd::core
