#include "grantd/core/authorize/next_step.h"

namespace grantd::core {
namespace {

// Freshness is sealed, not guessed: it names the live session's present authentication.
bool just_signed_in(const Freshness& fresh, const Session& session, const Moment& moment,
                    const Policy& policy) {
  return fresh.session == session.id && fresh.auth_time == session.auth_time &&
         moment.now < fresh.at + policy.freshness_lifetime;
}

bool just_consented(const Freshness& fresh, const Consent* consent, const Moment& moment,
                    const Policy& policy) {
  return consent && fresh.consent == consent->id &&
         moment.now < fresh.at + policy.freshness_lifetime;
}

}  // namespace

const Consent* standing_consent(const Found& found, const Client& client) {
  if (!found.consent || found.consent->incarnation != client.incarnation) return nullptr;
  return &*found.consent;
}

NextStep next_step(const CheckedRequest& checked, const Client& client, const Session* session,
                   const Person& person, const Found& found, const Freshness& fresh,
                   const ReturnAddress& leads_to, const Moment& moment, const Policy& policy) {
  if (!session) return StepLogin{"this browser has no live session"};

  const bool just_now = just_signed_in(fresh, *session, moment, policy);
  // OpenID Connect Core §3.1.2.2, §5.5.1: who is meant must be the one who is signed in, or signs
  // in now. Where somebody else just did, the app is told, else the login page came back for ever.
  for (const std::string& wanted : person.wanted) {
    if (wanted == person.signed_in) continue;
    if (just_now) return StepRefuse{"somebody else signed in than the request means"};
    return StepLogin{"somebody else is signed in than the request means"};
  }
  // OpenID Connect Core §3.1.2.1: prompt=login asks again, max_age where the last one is too old.
  // max_age=0 is always too old, by whichever clock the login was dated.
  if (!just_now) {
    if (checked.prompt_login) return StepLogin{"prompt asks for a login"};
    if (checked.max_age && (*checked.max_age == Duration::zero() ||
                            moment.now >= session->auth_time + *checked.max_age)) {
      return StepLogin{"the last authentication is older than max_age"};
    }
  }

  const Consent* consent = standing_consent(found, client);
  const bool covered = consent && consent->scope.includes(checked.asks);
  if (client.consent == ConsentPolicy::implied) return StepIssue{.remember = !covered};
  if (!covered) {
    return StepConsent{consent ? "the request asks for more than was allowed"
                               : "the person has not allowed this app yet"};
  }
  if (!just_consented(fresh, consent, moment, policy)) {
    // OpenID Connect Core §3.1.2.1.
    if (checked.prompt_consent) return StepConsent{"prompt asks for consent"};
    // RFC 8252 §8.6: who cannot be told apart from an imitator is not answered unasked.
    if (client.is_public() && is_on_this_computer(leads_to.uri())) {
      return StepConsent{"a public client on this computer is asked about each time"};
    }
  }
  return StepIssue{};
}

}  // namespace grantd::core
