// Is this the client? (RFC 6749 §2.3, RFC 7591 §2 token_endpoint_auth_method)
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "grantd/base/result.h"
#include "grantd/base/secret.h"
#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/raw.h"
#include "grantd/core/refusal.h"
#include "grantd/oauth/form.h"

namespace grantd::core {

// What came along as proof; not yet believed.
struct PresentedClient {
  std::string client_id;
  AuthMethod method = AuthMethod::none;  // by what was sent, not by what is registered
  Secret secret;                         // empty with none
};

// Exactly one way a request (RFC 6749 §2.3): else invalid_request. None at all: invalid_client.
Result<PresentedClient, Refusal> read_client(const RawRequest& request, const oauth::Form& form);

// Only authenticate_client makes one: a grant that takes it cannot forget the check.
class AuthenticatedClient {
 public:
  const Client& client() const { return client_; }

 private:
  explicit AuthenticatedClient(const Client& client) : client_(client) {}
  friend std::variant<AuthenticatedClient, Refusal, Ask> authenticate_client(
      const PresentedClient&, const Found&, const Moment&, std::string_view);
  const Client& client_;
};

// invalid_client where the client is unknown, disabled, or does not prove itself by exactly its
// registered method. An imported secret is asked for (Argon2id). Failed guesses are counted.
std::variant<AuthenticatedClient, Refusal, Ask> authenticate_client(
    const PresentedClient& presented, const Found& found, const Moment& moment,
    std::string_view address);

// The key that guesses at a client's secret are counted by.
std::string guess_key(std::string_view client_id, std::string_view address);

}  // namespace grantd::core
