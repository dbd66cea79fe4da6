// What a client says about itself (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2), as
// a record. Strict: members that are not known are ignored, as the RFC has it; each that is known
// is checked, and what it asks for is given or refused, never silently left out.
#pragma once

#include <string>

#include "grantd/base/json.h"
#include "grantd/base/result.h"
#include "grantd/core/policy.h"
#include "grantd/core/records.h"
#include "grantd/core/refusal.h"
#include "grantd/core/register/members.h"

namespace grantd::core {

struct ClientMetadata {
  // What the document decides is set, the rest as it was before: id, secrets, counter and what the
  // operator alone decides.
  Client client;
  // What lies there must list every redirect URI (OpenID Connect Registration §5); empty: none.
  std::string sector_identifier_uri;
};

// `before`: the client as it is, for an update; a blank one for a registration.
Result<ClientMetadata, Refusal> read_client_metadata(const Json& document, const Client& before,
                                                     const Policy& policy);

// OpenID Connect Registration §5: `body`, a JSON array, must hold every redirect URI.
Result<Unit, Refusal> check_sector(std::string_view body, const Client& client);

// ---- its parts

// token_endpoint_auth_method, grant_types, response_types (RFC 7591 §2, §2.1).
Result<Unit, Refusal> read_grants(const Members& members, Client& client);
// redirect_uris, post_logout_redirect_uris, application_type, by OpenID Connect Registration §2.
Result<Unit, Refusal> read_redirect_uris(const Members& members, const Policy& policy,
                                         Client& client);
// jwks, jwks_uri, and what is signed with them.
Result<Unit, Refusal> read_keys(const Members& members, Client& client);
// id_token_…, userinfo_…, subject_type, default_max_age, logout channels.
Result<Unit, Refusal> read_openid(const Members& members, const Policy& policy,
                                  ClientMetadata& metadata);
// What would protect less if it were left out, and is not on offer.
Result<Unit, Refusal> refuse_what_is_not_offered(const Members& members);

}  // namespace grantd::core
