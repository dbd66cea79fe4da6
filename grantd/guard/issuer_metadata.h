// What an issuer publishes of itself, as much as an API needs (RFC 8414; OpenID Connect Discovery).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/oauth/ids.h"

namespace grantd::guard {

struct IssuerMetadata {
  std::string jwks_uri;
  std::string introspection_endpoint;  // empty: it has none
};

// Where it is published, the places in the order to ask: RFC 8414 §3.1, then OpenID Connect
// Discovery §4.1. The issuer is one as oauth::parse_issuer takes it.
std::vector<std::string> metadata_places(const oauth::Issuer& issuer);

// RFC 8414 §3.3, CL-04: the document must name this very issuer; whatever it points to must be
// https (http on this computer for development). The error is one line for the operator.
Result<IssuerMetadata, std::string> read_issuer_metadata(std::string_view text,
                                                         const oauth::Issuer& issuer);

// Whether keys may be read there and secrets sent there: an absolute URI, https or on this
// computer.
bool is_trusted_place(std::string_view url);

}  // namespace grantd::guard
