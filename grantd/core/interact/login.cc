#include "grantd/core/interact/login.h"

#include "grantd/base/encoding.h"
#include "grantd/core/account/endpoint.h"
#include "grantd/core/alive.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/authorize/respond.h"
#include "grantd/core/interact/signing_in.h"
#include "grantd/core/login_name.h"

namespace grantd::core {
namespace {

class LoginCase final : public Case {
 public:
  LoginCase(LoginFormPayload form, std::string typed, Secret password, const RawRequest& raw,
            const Policy& policy, std::optional<DevicePayload> device)
      : form_(std::move(form)),
        typed_(std::move(typed)),
        login_(canonical_login(typed_)),
        password_(std::move(password)),
        session_cookie_(session_cookie_of(raw)),
        browser_cookie_(raw.browser_cookie),
        address_(raw.address),
        policy_(policy),
        device_(std::move(device)) {}

  Wanted wants() const override {
    Wanted wanted;
    if (!form_.for_account) wanted = wants_of(form_.request, session_cookie_);
    if (session_cookie_) wanted.session = session_cookie_->id;
    wanted.consent = false;
    wanted.login = login_.value_or("");  // no one has the empty name: the same look for all
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    if (form_.for_account) return decide_for({nullptr, found, moment});
    const Result<ReturnAddress, Refusal> to =
        trust_redirect(form_.request, found.client.get());
    if (!to) return show_problem(to.error(), form_.request.get("ui_locales"));
    const Result<CheckedRequest, Refusal> checked =
        check_request(form_.request, *to, *found.client, *found.resources, policy_);
    if (!checked) return send_error(*to, checked.error());
    const Respondent with{form_.request, *checked, *found.client, *to, found, moment, policy_};
    return decide_for({&with, found, moment});
  }

 private:
  // Where the login leads.
  struct Way {
    const Respondent* app;  // null: the person's own page
    const Found& found;
    const Moment& moment;
  };

  Verdict decide_for(const Way& way) const {
    const Found& found = way.found;
    // Posted when this browser is signed in already (two tabs, a reload): it goes on and checks
    // nothing. But a form that asks this very session's person anew is checked, else `prompt` and
    // `max_age` (OpenID Connect Core §3.1.2.1) could never be met.
    const Session* session = live_session(session_cookie_, found, way.moment, policy_);
    if (session && form_.asks_anew != session->id) return back(way, false);
    // Login CSRF (OAuth 2.1 §7.10, checklist LG-17): the form is bound to the browser that got it.
    if (!browser_cookie_ || binding_hash(*browser_cookie_) != form_.binding_hash) {
      return back(way, true);
    }
    if (way.moment.now >= form_.expires || form_.epoch != found.epoch) {
      return again(way, {.login = typed_, .notice = LoginPage::Notice::fresh_form},
                   "the form was open too long");
    }
    if (!found.proof) return ask(found, way.moment);
    return judge(way, *found.proof, session);
  }

  // Unknown user, no password, wrong password: the same work, the same words (checklist EN-01).
  Verdict ask(const Found& found, const Moment& moment) const {
    AskProof ask;
    ask.what = AskProof::What::password;
    ask.phc = found.user && !found.user->password.empty() ? found.user->password
                                                          : policy_.dummy_password;
    ask.secret = password_;
    ask.throttle =
        tries_of(login_.value_or(printable(typed_)), device_, address_, found, moment);
    return ask;
  }

  // `session`: the live one whose person was asked anew, or null.
  Decision judge(const Way& way, const ProofAnswer& proof, const Session* session) const {
    LoginPage page{.login = typed_};
    const Kept<User>& user = way.found.user;
    switch (proof.kind) {
      case ProofAnswer::Kind::throttled:
        page.notice = LoginPage::Notice::throttled;
        page.wait = proof.wait;
        return again(way, std::move(page), "too many tries");
      case ProofAnswer::Kind::overloaded:
        page.notice = LoginPage::Notice::overloaded;
        page.wait = proof.wait;
        return again(way, std::move(page), "the password pool is full");
      case ProofAnswer::Kind::differs:
        break;
      case ProofAnswer::Kind::matches:
        if (user && !user->password.empty() && !user->disabled) {
          return start(way, proof, session);
        }
        break;
    }
    page.notice = LoginPage::Notice::wrong;
    return again(way, std::move(page),
                 !user            ? "no such user"
                 : user->disabled ? "the user is disabled"
                                  : "the password does not match");
  }

  Decision start(const Way& way, const ProofAnswer& proof, const Session* before) const {
    const User& user = *way.found.user;
    SignedIn signed_in = sign_in(user, device_, way.found, way.moment, policy_);
    Freshness fresh;
    fresh.at = way.moment.now;
    fresh.session = signed_in.session.id;
    fresh.auth_time = signed_in.session.auth_time;
    Decision decision = go(way, std::move(fresh), false);
    decision.cookies = std::move(signed_in.cookies);
    // The session that this one replaces ends: nobody could log out of it any more.
    if (before) decision.changes.push_back(EndSession{before->id});
    decision.changes.push_back(StartSession{std::move(signed_in.session)});
    if (!proof.upgraded.empty()) {
      decision.changes.push_back(UpgradePassword{user.id, user.version, proof.upgraded});
    }
    if (way.app) decision.client = way.app->client.id.str();
    decision.event = "signed_in";
    return decision;
  }

  // To the dispatcher with the request, or to the person's own page; what to show is its business.
  Decision go(const Way& way, Freshness fresh, bool stale) const {
    if (!way.app) {
      return go_to_account(form_.request.get("ui_locales"), stale, way.found, way.moment);
    }
    ResumePayload resume;
    resume.request = form_.request;
    resume.epoch = way.found.epoch;
    resume.made = way.moment.now;
    resume.fresh = std::move(fresh);
    resume.fresh_form = stale;
    return go_on(std::move(resume));
  }

  Decision back(const Way& way, bool stale) const {
    Decision decision = go(way, {}, stale);
    decision.reasons.push_back(
        Reason{.rule = "interact/login",
               .citation = "OAuth 2.1 §7.10",
               .text = stale ? "the form is bound to another browser, or its cookie was replaced"
                             : "this browser is signed in already",
               .repair = {}});
    return decision;
  }

  // The form once more, sealed anew, for this same browser.
  Decision again(const Way& way, LoginPage page, std::string_view because) const {
    const bool failed = page.notice == LoginPage::Notice::wrong;
    const bool throttled = page.notice == LoginPage::Notice::throttled;
    const LoginBinding binding{form_.binding_hash, form_.asks_anew};
    Decision decision =
        way.app ? show_login(*way.app, std::move(page), binding)
                : show_account_login(form_.request.get("ui_locales"), std::move(page), binding,
                                     way.found, way.moment, policy_);
    if (throttled) std::get<ShowPage>(decision.outcome).status = 429;
    decision.reasons.push_back(
        Reason{.rule = "interact/login",
               .citation = throttled ? "RFC 6585 §4" : "OAuth 2.1 §7.7",
               .text = std::string(because),
               .repair = {}});
    decision.event = failed ? "login_failed" : throttled ? "login_throttled" : "login_asked";
    return decision;
  }

  LoginFormPayload form_;
  std::string typed_;
  std::optional<std::string> login_;
  Secret password_;
  std::optional<SessionCookie> session_cookie_;
  std::optional<std::string> browser_cookie_;
  std::string address_;
  const Policy& policy_;
  std::optional<DevicePayload> device_;
};

Decision stale(std::string text) {
  return show_problem(ProblemPage::Problem::stale_form, 403,
                      Reason{.rule = "interact/login",
                             .citation = "OAuth 2.1 §7.10",
                             .text = std::move(text),
                             .repair = {"go back to the app and start again; the form is ours and "
                                        "bound to one browser"}});
}

}  // namespace

Read read_login(const RawRequest& request, const House& house, const Keyring& keys) {
  if (request.method != "POST") return stale("the login form was asked for without a request");
  if (!is_form(request.content_type)) return stale("the content type is not the form's");
  const Result<oauth::Form, std::string> form = oauth::Form::parse(request.body);
  if (!form) return stale(form.error());
  Result<LoginFormPayload, OpenError> sealed = open_login_form(form->get("form"), keys);
  if (!sealed && sealed.error() == OpenError::unknown_key) return UnknownKey{};
  if (!sealed) return stale("no login form of ours came back, or it was altered");

  return std::make_unique<LoginCase>(std::move(*sealed),
                                     std::string(form->get("user").substr(0, 1024)),
                                     password_of(*form, "password"), request, house.policy,
                                     device_of(request, keys));
}

}  // namespace grantd::core
