#include "grantd/core/oidc/id_token_hint.h"

#include <algorithm>
#include <array>

#include "grantd/base/encoding.h"
#include "grantd/jose/jwt.h"

namespace grantd::core {
namespace {

constexpr std::array kOurAlgorithms{jose::Algorithm::es256, jose::Algorithm::rs256,
                                    jose::Algorithm::ps256, jose::Algorithm::eddsa};

}  // namespace

bool IdTokenHint::is_for(const ClientId& client) const {
  return std::ranges::find(audience, client.str()) != audience.end();
}

Result<IdTokenHint, std::string> read_id_token_hint(std::string_view text, const Keyring& keys) {
  const auto token = jose::verify_jwt(text, keys.verify_keys, kOurAlgorithms);
  if (!token) return fail("the hint is no ID token of ours: " + token.error().reason);
  // RFC 8725 §3.11: an access token is signed by us too, and proves something else.
  const std::string* typ = token->header.find_string("typ");
  if (typ && lower_ascii(*typ) != "jwt") {
    return fail("the hint is no ID token: its typ is " + printable(*typ));
  }
  const std::string* issuer = token->claims.find_string("iss");
  const std::string* subject = token->claims.find_string("sub");
  Result<std::vector<std::string>, std::string> audience = jose::read_audience(token->claims);
  if (!issuer || *issuer != keys.issuer.view()) {
    return fail(std::string("the hint's iss is not us"));
  }
  if (!subject || subject->empty() || !audience || audience->empty()) {
    return fail(std::string("the hint lacks sub or aud"));
  }
  return IdTokenHint{*subject, *std::move(audience)};
}

}  // namespace grantd::core
