// What the issuer publishes, fetched. Blocks.
#pragma once

#include <string>

#include "grantd/guard/issuer_keys.h"
#include "grantd/oauth/ids.h"

namespace grantd::guard {

struct IssuerPlace {
  oauth::Issuer issuer;
  bool read_metadata = true;  // else jwks_uri must be there
  std::string jwks_uri;       // empty: as the metadata has it
  Duration deadline;          // in all
  std::string ca_file;
};

// RFC 8414, OpenID Connect Discovery, RFC 7517 §5. Redirects are not followed (JW-12). The error is
// one line for the operator.
Result<IssuerDocuments, std::string> fetch_issuer(const IssuerPlace& place);

}  // namespace grantd::guard
