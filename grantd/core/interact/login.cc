#include "grantd/core/interact/login.h"

#include "grantd/base/encoding.h"
#include "grantd/core/alive.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/authorize/respond.h"
#include "grantd/core/login_name.h"

namespace grantd::core {
namespace {

constexpr std::size_t kPasswordMax = 1024;

Time whole_seconds(Time time) { return from_seconds(to_seconds(time)); }

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
    Wanted wanted = wants_of(form_.request, session_cookie_);
    wanted.consent = false;
    wanted.login = login_.value_or("");  // no one has the empty name: the same look for all
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    const Result<ReturnAddress, Refusal> to =
        trust_redirect(form_.request, found.client.get());
    if (!to) return show_problem(to.error(), form_.request.get("ui_locales"));
    const Result<CheckedRequest, Refusal> checked =
        check_request(form_.request, *to, *found.client, *found.resources, policy_);
    if (!checked) return send_error(*to, checked.error());
    const Respondent with{form_.request, *checked, *found.client, *to, found, moment, policy_};

    // Posted when this browser is signed in already (two tabs, a reload): it goes on and checks
    // nothing. But a form that asks this very session's person anew is checked, else `prompt` and
    // `max_age` (OpenID Connect Core §3.1.2.1) could never be met.
    const Session* session = live_session(session_cookie_, found, moment, policy_);
    if (session && form_.asks_anew != session->id) return back(with, false);
    // Login CSRF (OAuth 2.1 §7.10, checklist LG-17): the form is bound to the browser that got it.
    if (!browser_cookie_ || binding_hash(*browser_cookie_) != form_.binding_hash) {
      return back(with, true);
    }
    if (moment.now >= form_.expires || form_.epoch != found.epoch) {
      return again(with, {.login = typed_, .notice = LoginPage::Notice::fresh_form},
                   "the form was open too long");
    }
    if (!found.proof) return ask(found, moment);
    return judge(with, *found.proof, session);
  }

 private:
  // Unknown user, no password, wrong password: the same work, the same words (checklist EN-01).
  Verdict ask(const Found& found, const Moment& moment) const {
    Ask ask;
    ask.what = Ask::What::password;
    ask.phc = found.user && !found.user->password.empty() ? found.user->password
                                                          : policy_.dummy_password;
    ask.secret = password_;
    const std::string login = login_.value_or(printable(typed_));
    const std::string device = "device:" + (device_ ? base64url_encode(device_->id) : "");
    ask.throttle = {knows(login, found, moment) ? device + " " + login : "account:" + login,
                    "address:" + address_};
    return ask;
  }

  // Tries from a browser that signed this person in before are counted apart (EN-05).
  bool knows(const std::string& login, const Found& found, const Moment& moment) const {
    return device_ && device_->epoch == found.epoch && moment.now < device_->expires &&
           device_->login_hash == sha256(login);
  }

  // `session`: the live one whose person was asked anew, or null.
  Decision judge(const Respondent& with, const ProofAnswer& proof, const Session* session) const {
    LoginPage page{.login = typed_};
    switch (proof.kind) {
      case ProofAnswer::Kind::throttled:
        page.notice = LoginPage::Notice::throttled;
        page.wait = proof.wait;
        return again(with, std::move(page), "too many tries");
      case ProofAnswer::Kind::overloaded:
        page.notice = LoginPage::Notice::overloaded;
        page.wait = proof.wait;
        return again(with, std::move(page), "the password pool is full");
      case ProofAnswer::Kind::differs:
        break;
      case ProofAnswer::Kind::matches:
        if (with.found.user && !with.found.user->password.empty() && !with.found.user->disabled) {
          return sign_in(with, proof, session);
        }
        break;
    }
    page.notice = LoginPage::Notice::wrong;
    return again(with, std::move(page),
                 !with.found.user           ? "no such user"
                 : with.found.user->disabled ? "the user is disabled"
                                             : "the password does not match");
  }

  Decision sign_in(const Respondent& with, const ProofAnswer& proof, const Session* before) const {
    const User& user = *with.found.user;
    const Moment& moment = with.moment;
    const ByteArray<32> secret = moment.draw<32>("session secret");

    // OAuth 2.1 §7.10 and ASVS 7.2.4: a new session id at each login.
    Session session;
    session.id = SessionId(moment.draw<16>("session"));
    session.secret_hash = sha256(ByteView(secret));
    session.subject = user.id;
    session.user_counter = user.counter;  // as judged: a commit that comes late is born dead
    session.epoch = with.found.epoch;
    session.auth_time = whole_seconds(moment.now);
    session.amr = "pwd";
    session.created = session.last_seen = moment.now;
    session.expires = moment.now + policy_.session_absolute;

    ResumePayload resume;
    resume.request = form_.request;
    resume.epoch = with.found.epoch;
    resume.made = moment.now;
    resume.fresh = {moment.now, session.id, session.auth_time, {}};
    Decision decision = go_on(std::move(resume));
    decision.cookies = {SetCookie{.kind = CookieKind::session,
                                  .value = make_session_cookie(session.id, secret)},
                        new_browser(moment), remember_device(with, user)};
    // The session that this one replaces ends: nobody could log out of it any more.
    if (before) decision.changes.push_back(EndSession{before->id});
    decision.changes.push_back(StartSession{std::move(session)});
    if (!proof.upgraded.empty()) {
      decision.changes.push_back(UpgradePassword{user.id, user.version, proof.upgraded});
    }
    decision.client = with.client.id.str();
    decision.event = "signed_in";
    return decision;
  }

  SetCookie remember_device(const Respondent& with, const User& user) const {
    DevicePayload device;
    device.epoch = with.found.epoch;
    device.expires = with.moment.now + policy_.device_lifetime;
    device.login_hash = sha256(user.login);
    device.id = knows(user.login, with.found, with.moment) ? device_->id
                                                           : with.moment.draw<16>("device");
    return SetCookie{.kind = CookieKind::device, .to_seal = std::move(device)};
  }

  // Back to the dispatcher with the request; what to show is its business.
  Decision back(const Respondent& with, bool stale) const {
    ResumePayload resume;
    resume.request = form_.request;
    resume.epoch = with.found.epoch;
    resume.made = with.moment.now;
    resume.fresh_form = stale;
    Decision decision = go_on(std::move(resume));
    decision.reasons.push_back(
        Reason{.rule = "interact/login",
               .citation = "OAuth 2.1 §7.10",
               .text = stale ? "the form is bound to another browser, or its cookie was replaced"
                             : "this browser is signed in already"});
    return decision;
  }

  // The form once more, sealed anew, for this same browser.
  Decision again(const Respondent& with, LoginPage page, std::string_view because) const {
    const bool failed = page.notice == LoginPage::Notice::wrong;
    const bool throttled = page.notice == LoginPage::Notice::throttled;
    Decision decision =
        show_login(with, std::move(page), {form_.binding_hash, form_.asks_anew});
    if (throttled) std::get<ShowPage>(decision.outcome).status = 429;
    decision.reasons.push_back(
        Reason{.rule = "interact/login", .citation = "", .text = std::string(because)});
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
                      Reason{.rule = "interact/login", .citation = "", .text = std::move(text)});
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

  std::optional<DevicePayload> device;
  if (request.device_cookie) {
    Result<DevicePayload, OpenError> opened = open_device(*request.device_cookie, keys);
    if (opened) device = std::move(*opened);
  }
  const std::string_view password = form->get("password");
  return std::make_unique<LoginCase>(
      std::move(*sealed), std::string(form->get("user").substr(0, 1024)),
      Secret(password.size() <= kPasswordMax ? password : std::string_view()), request,
      house.policy, std::move(device));
}

}  // namespace grantd::core
