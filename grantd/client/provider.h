// The server as its metadata describes it (RFC 8414, OpenID Connect Discovery). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/client/error.h"
#include "grantd/jose/jwk.h"
#include "grantd/oauth/ids.h"

namespace grantd::client {

struct Provider {
  oauth::Issuer issuer = {};  // byte for byte as the metadata has it
  // Each is https, or http to this machine; empty where the server has none.
  std::string authorization_endpoint = {};
  std::string token_endpoint = {};
  std::string revocation_endpoint = {};   // RFC 7009
  std::string userinfo_endpoint = {};     // OpenID Connect Core §5.3
  std::string end_session_endpoint = {};  // OpenID Connect RP-Initiated Logout §2.1
  std::string jwks_uri = {};              // RFC 7517 §5
  // RFC 9207 §3: it sends iss with each authorization response, so that one without is foreign.
  // The defence against mix-up where an app has more than one server.
  bool iss_expected = true;
  std::vector<std::string> auth_methods = {"client_secret_basic"};  // at the token endpoint
  // Those that it signs ID tokens with and we know; empty: it did not say.
  std::vector<jose::Algorithm> id_token_algorithms = {};
};

// Where the metadata may lie, in the order to ask: OpenID's name behind the issuer's path
// (Discovery §4), RFC 8414's between host and path (§3.1). An issuer that is no URL has none.
std::vector<std::string> metadata_urls(const oauth::Issuer& issuer);

// Reads either document. Its issuer must be the one that was asked, byte for byte (RFC 8414 §3.3,
// Discovery §4.3; CL-04); every endpoint must be protected; S256 must be on offer where PKCE
// methods are named.
Result<Provider, FlowError> read_provider(const oauth::Issuer& issuer, std::string_view document);

}  // namespace grantd::client
