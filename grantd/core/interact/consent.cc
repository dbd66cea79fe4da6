#include "grantd/core/interact/consent.h"

#include "grantd/core/alive.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/authorize/next_step.h"
#include "grantd/core/authorize/respond.h"

namespace grantd::core {
namespace {

enum class Answer { allow, deny, change_person };

class ConsentCase final : public Case {
 public:
  ConsentCase(ConsentFormPayload form, Answer answer, const RawRequest& raw, const Policy& policy)
      : form_(std::move(form)),
        answer_(answer),
        session_cookie_(session_cookie_of(raw)),
        policy_(policy) {}

  Wanted wants() const override { return wants_of(form_.request, session_cookie_); }

  Verdict decide(const Found& found, const Moment& moment) const override {
    const Result<ReturnAddress, Refusal> to =
        trust_redirect(form_.request, found.client.get());
    if (!to) return show_problem(to.error(), form_.request.get("ui_locales"));

    // CSRF (checklist CN-01): the form does something for its own session only; for any other it
    // goes back to the dispatcher, which asks that session's person.
    const Session* session = live_session(session_cookie_, found, moment, policy_);
    if (!session || session->id != form_.session) {
      return back(found, moment, {}, "the form belongs to another session, or to one that ended");
    }
    if (answer_ == Answer::change_person) return change_person(found, moment, *session);
    if (moment.now >= form_.expires || form_.epoch != found.epoch) {
      return back(found, moment, form_.fresh, "the form was open too long");
    }
    // DESIGN §1.2, 7: what was shown for one app is no answer to another that took its name.
    if (form_.incarnation != found.client->incarnation) {
      return back(found, moment, {}, "the app was deleted and its name used again");
    }
    if (answer_ == Answer::deny) {
      // RFC 6749 §4.1.2.1: access_denied; nothing is stored.
      Decision decision = send_error(
          *to, refuse(oauth::ErrorCode::access_denied, "the person denied the request",
                      "RFC 6749 §4.1.2.1")
                   .in("interact/consent")
                   .because("Deny was pressed")
                   .repair("tell the person what the app needs this for, and let them try again"));
      decision.client = found.client->id.str();
      decision.event = "consent_denied";
      return decision;
    }
    return allow(found, moment, *session);
  }

 private:
  Decision allow(const Found& found, const Moment& moment, const Session& session) const {
    const Client& client = *found.client;
    const Consent* before = standing_consent(found, client);
    const Version version = found.consent ? found.consent->version : 0;
    if (version != form_.seen) {
      // Posted twice it means the same: what the page showed is allowed already.
      if (before && before->scope.includes(form_.shown)) {
        Freshness fresh = form_.fresh;
        fresh.at = moment.now;
        fresh.consent = before->id;
        return back(found, moment, fresh, "the same was allowed already");
      }
      // The consent is no longer the one that the page showed: ask with the present one.
      return back(found, moment, form_.fresh, "the consent changed since the page was shown");
    }
    RememberConsent change;
    change.seen = form_.seen;
    change.consent.id = before ? before->id : ConsentId(moment.draw<16>("consent"));
    change.consent.subject = session.subject;
    change.consent.client = client.id;
    change.consent.incarnation = client.incarnation;
    change.consent.scope = before ? before->scope.united(form_.shown) : form_.shown;
    change.consent.created = before ? before->created : moment.now;
    change.consent.changed = moment.now;

    Freshness fresh = form_.fresh;
    fresh.at = moment.now;
    fresh.consent = change.consent.id;
    Decision decision = back(found, moment, fresh, "Allow was pressed");
    decision.changes.push_back(std::move(change));
    decision.event = "consent_given";
    return decision;
  }

  // "Not you?": this browser is signed out, and the dispatcher asks who it is.
  Decision change_person(const Found& found, const Moment& moment, const Session& session) const {
    Decision decision = back(found, moment, {}, "another person wants to sign in");
    decision.changes.push_back(EndSession{session.id});
    decision.cookies = {SetCookie{.kind = CookieKind::session}, new_browser(moment)};
    decision.event = "signed_out";
    return decision;
  }

  Decision back(const Found& found, const Moment& moment, const Freshness& fresh,
                std::string_view because) const {
    ResumePayload resume;
    resume.request = form_.request;
    resume.epoch = found.epoch;
    resume.made = moment.now;
    resume.fresh = fresh;
    Decision decision = go_on(std::move(resume));
    decision.client = found.client->id.str();
    decision.reasons.push_back(
        Reason{.rule = "interact/consent",
               .citation = "RFC 6749 §4.1.1",
               .text = std::string(because),
               .repair = {}});
    return decision;
  }

  ConsentFormPayload form_;
  Answer answer_;
  std::optional<SessionCookie> session_cookie_;
  const Policy& policy_;
};

Decision stale(std::string text) {
  return show_problem(ProblemPage::Problem::stale_form, 403,
                      Reason{.rule = "interact/consent",
                             .citation = "OAuth 2.1 §7.10",
                             .text = std::move(text),
                             .repair = {"go back to the app and start again; the form is ours and "
                                        "bound to one browser"}});
}

}  // namespace

Read read_consent(const RawRequest& request, const House& house, const Keyring& keys) {
  if (request.method != "POST") return stale("the consent form was asked for without a request");
  if (!is_form(request.content_type)) return stale("the content type is not the form's");
  const Result<oauth::Form, std::string> form = oauth::Form::parse(request.body);
  if (!form) return stale(form.error());
  Result<ConsentFormPayload, OpenError> sealed = open_consent_form(form->get("form"), keys);
  if (!sealed && sealed.error() == OpenError::unknown_key) return UnknownKey{};
  if (!sealed) return stale("no consent form of ours came back, or it was altered");

  const std::string_view answer = form->get("answer");
  if (answer == "allow") {
    return std::make_unique<ConsentCase>(std::move(*sealed), Answer::allow, request, house.policy);
  }
  if (answer == "switch") {
    return std::make_unique<ConsentCase>(std::move(*sealed), Answer::change_person, request,
                                         house.policy);
  }
  // Fail closed: whatever is not Allow is Deny.
  return std::make_unique<ConsentCase>(std::move(*sealed), Answer::deny, request, house.policy);
}

}  // namespace grantd::core
