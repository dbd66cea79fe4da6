// How a request to the server says which client sends it, and proves it.
#pragma once

#include <string>

#include "grantd/client/flow.h"
#include "grantd/oauth/form.h"

namespace grantd::client {

// client_id is one, and what the method needs is there, and nothing else.
Result<Unit, FlowError> check_client(const Settings& settings);

// A POST of the form to `url` with the client's proof. RFC 6749 §2.3.1, §3.2.1: by header or in the
// body, never both; a public client only names itself. OpenID Connect Core §9: an assertion that
// lives a minute, for this issuer alone.
Request prove(const Settings& settings, const std::string& url, oauth::Form form,
              const Moment& moment);

}  // namespace grantd::client
