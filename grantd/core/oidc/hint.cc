#include "grantd/core/oidc/hint.h"

#include <algorithm>

#include "grantd/jose/jwt.h"

namespace grantd::core {
namespace {

// What an ID token may be signed with; `none` cannot even be named (RFC 8725 §3.1).
constexpr jose::Algorithm kAlgorithms[] = {jose::Algorithm::es256, jose::Algorithm::rs256,
                                           jose::Algorithm::ps256, jose::Algorithm::eddsa};

}  // namespace

Result<std::string, std::string> read_id_token_hint(std::string_view hint, const ClientId& client,
                                                    const Keyring& keys) {
  // Core §3.1.2.2: it must be validated that we issued it …
  const auto token = jose::verify_jwt(hint, keys.verify_keys, kAlgorithms);
  if (!token) return fail("no ID token that this server signed: " + token.error().reason);
  // RFC 8725 §3.11: an access token or logout token is none, though the same keys sign them.
  const std::string* typ = token->header.find_string("typ");
  if (!typ || *typ != "JWT") return fail(std::string("another kind of token than an ID token"));
  const std::string* issuer = token->claims.find_string("iss");
  if (!issuer || *issuer != keys.issuer.view()) return fail(std::string("another issuer's"));
  // … and §3.1.2.1 does not ask for an audience, but `sub` means something for its client alone
  // (§8.1), and who sends another app's token should not have it.
  const auto audience = jose::read_audience(token->claims);
  if (!audience || std::ranges::find(*audience, client.str()) == audience->end()) {
    return fail(std::string("an ID token for another client"));
  }
  // §3.1.2.2: accepted past its `exp`, which is not looked at.
  const std::string* subject = token->claims.find_string("sub");
  if (!subject || subject->empty()) return fail(std::string("an ID token without sub"));
  return *subject;
}

}  // namespace grantd::core
