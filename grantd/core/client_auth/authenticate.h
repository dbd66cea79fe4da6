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
#include "grantd/core/policy.h"
#include "grantd/core/raw.h"
#include "grantd/core/refusal.h"
#include "grantd/core/wanted.h"
#include "grantd/oauth/form.h"

namespace grantd::core {

// What came along as proof; not yet believed.
struct PresentedClient {
  std::string client_id;
  AuthMethod method = AuthMethod::none;  // by what was sent, not by what is registered
  Secret secret;                         // empty with none
  std::string assertion;                 // private_key_jwt: a signed JWT
  std::optional<Hash256> once;           // its one-time mark
  std::string_view endpoint;             // where it was presented: "/token", a constant
};

// Exactly one way a request (RFC 6749 §2.3): else invalid_request. None at all: invalid_client.
// `endpoint`: the path that is asked, "/token".
Result<PresentedClient, Refusal> read_client(const RawRequest& request, const oauth::Form& form,
                                             std::string_view endpoint);

// What authenticate_client reads: the client, tries at its secret, the mark of its assertion.
void add_wants(const PresentedClient& presented, std::string_view address, Wanted& wanted);

// Only authenticate_client makes one: a grant that takes it cannot forget the check.
class AuthenticatedClient {
 public:
  const Client& client() const { return client_; }
  // What its proof used up. Committed before all else, whether the request is granted or refused.
  const Changes& changes() const { return changes_; }

 private:
  explicit AuthenticatedClient(const Client& client, Changes changes = {})
      : client_(client), changes_(std::move(changes)) {}
  friend std::variant<AuthenticatedClient, Refusal, Ask> authenticate_client(
      const PresentedClient&, const Found&, const Moment&, std::string_view, const Policy&);
  const Client& client_;
  Changes changes_;
};

// The decision with what the proof used up in front.
Decision after_proof(const AuthenticatedClient& client, Decision decision);

// invalid_client where the client is unknown, disabled, or does not prove itself by exactly its
// registered method. An imported secret is asked for (Argon2id). Failed guesses are counted.
std::variant<AuthenticatedClient, Refusal, Ask> authenticate_client(
    const PresentedClient& presented, const Found& found, const Moment& moment,
    std::string_view address, const Policy& policy);

// The key that guesses at a client's secret are counted by.
std::string guess_key(std::string_view client_id, std::string_view address);

}  // namespace grantd::core
