// What does the request still lack? The one place that decides between login, consent and code.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "grantd/core/authorize/check_request.h"
#include "grantd/core/authorize/return_address.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/sealed/payloads.h"

namespace grantd::core {

// Each step carries why it is needed, for the operator.
struct StepLogin {
  std::string because;
};
struct StepConsent {
  std::string because;
};
struct StepIssue {
  bool remember = false;  // an implied consent is to be written first
};
// Asking did not help, and asking again would go on for ever: login_required to the app.
struct StepRefuse {
  std::string because;
};
using NextStep = std::variant<StepLogin, StepConsent, StepIssue, StepRefuse>;

// Whom the request means (OpenID Connect Core §3.1.2.2), as subject_for has it: nobody else.
struct Person {
  std::string signed_in;            // the live session's
  std::vector<std::string> wanted;  // by id_token_hint, by claims; mostly empty
};

// `session`: the browser's live one or null. `leads_to`: a public client on this computer can be
// imitated by any program there, so it is asked about each time (RFC 8252 §8.6).
NextStep next_step(const CheckedRequest& checked, const Client& client, const Session* session,
                   const Person& person, const Found& found, const Freshness& fresh,
                   const ReturnAddress& leads_to, const Moment& moment, const Policy& policy);

// The consent that counts: of this client's incarnation. Null where there is none.
const Consent* standing_consent(const Found& found, const Client& client);

}  // namespace grantd::core
