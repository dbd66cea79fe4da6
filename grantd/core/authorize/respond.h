// The answers of the dispatcher, each built in one place.
#pragma once

#include "grantd/core/authorize/check_request.h"
#include "grantd/core/decision.h"
#include "grantd/core/endpoint.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"

namespace grantd::core {

// A request that can be answered, and what it was judged with. Lives within one decide.
struct Respondent {
  const AuthorizeRequest& request;
  const CheckedRequest& checked;
  const Client& client;
  const ReturnAddress& to;
  const Found& found;
  const Moment& moment;
  const Policy& policy;
};

// What a login form is bound to: the hash of the browser's binding cookie, and the live session
// whose person is asked anew, if any.
struct LoginBinding {
  Hash256 browser{};
  std::optional<SessionId> asks_anew;
};
Decision show_login(const Respondent& with, LoginPage page, const LoginBinding& binding);
Decision show_consent(const Respondent& with, const Session& session, const Freshness& fresh);
// RFC 6749 §4.1.2: the code, for a session that lives and a consent that covers.
Decision issue_code(const Respondent& with, const Session& session, bool remember);

// RFC 6749 §4.1.2.1: back to the client with the error …
Decision send_error(const ReturnAddress& to, const Refusal& refusal);
// … the same for a mistake that nobody was shown anything about: RFC 9700 §4.11.2 asks that
// browsers are sent on by themselves only where the address is trusted. One that registered itself
// is not, where the deployment says so, and its mistake is told on our own page.
Decision send_error_unseen(const Respondent& with, const Refusal& refusal);
Decision send_error_unseen(const ReturnAddress& to, const Refusal& refusal, const Client& client,
                           const Policy& policy);
// … or, where nobody is known to answer to, our own page.
Decision show_problem(const Refusal& refusal, std::string_view ui_locales);
Decision show_problem(ProblemPage::Problem problem, int status, Reason reason,
                      std::string_view ui_locales = {});

Decision go_on(ResumePayload resume);

Hash256 binding_hash(std::string_view browser_cookie);

}  // namespace grantd::core
