#include "grantd/core/account/endpoint.h"

#include <algorithm>
#include <iterator>

#include "grantd/core/account/action.h"
#include "grantd/core/account/page.h"
#include "grantd/core/alive.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/features.h"
#include "grantd/core/interact/front_channel.h"
#include "grantd/core/interact/signing_in.h"

namespace grantd::core {
namespace {

using Note = AccountFormPayload::Note;
using Notice = AccountPage::Notice;

constexpr std::string_view kPath = "/account";
constexpr std::string_view kRule = "account/endpoint";
constexpr Duration kNoteLifetime = std::chrono::minutes(5);
constexpr std::size_t kParametersMax = 128;  // a scope has 100 tokens at most

Decision go_to(const SessionId& session, Note note, std::string_view ui_locales,
               const Found& found, const Moment& moment) {
  GoToAccount go{std::string(ui_locales), {}};
  if (note != Note::none) {
    go.said = AccountFormPayload{found.epoch, moment.now + kNoteLifetime, session, note};
  }
  return Decision{.outcome = std::move(go), .event = "sent_on"};
}

class AccountCase final : public Case {
 public:
  struct Sent {
    bool post = false;
    AccountAction action;
    std::optional<AccountFormPayload> form;  // with POST the form's, else what the last one said
    std::string ui_locales;
    std::optional<DevicePayload> device;
  };

  AccountCase(Sent sent, const RawRequest& raw, const House& house)
      : sent_(std::move(sent)),
        session_cookie_(session_cookie_of(raw)),
        browser_cookie_(raw.browser_cookie),
        address_(raw.address),
        may_sign_out_(house.features->endpoint("/logout") != nullptr),
        policy_(house.policy) {}

  Wanted wants() const override {
    Wanted wanted;
    if (session_cookie_) wanted.session = session_cookie_->id;
    wanted.account = session_cookie_.has_value();
    wanted.session_clients = session_cookie_ && sent_.post;
    wanted.resources = true;
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    const Session* session = live_session(session_cookie_, found, moment, policy_);
    if (!session) {
      return sent_.post ? go_to({}, Note::none, sent_.ui_locales, found, moment)
                        : ask_login(found, moment);
    }
    if (!sent_.post) return show(*session, said(*session, found, moment), found, moment);
    // CSRF (CWE-352): only a form that this very session was shown does anything.
    const std::optional<AccountFormPayload>& form = sent_.form;
    if (!form || form->session != session->id || form->epoch != found.epoch ||
        moment.now >= form->expires || form->note != Note::none) {
      Decision decision = done(*session, Note::stale, found, moment);
      decision.reasons.push_back(
          Reason{.rule = std::string(kRule),
                 .citation = "CWE-352",
                 .text = "no form of this session came back, or it was open too long",
                 .repair = {}});
      return decision;
    }
    return std::visit([&](const auto& action) { return act(action, *session, found, moment); },
                      sent_.action);
  }

 private:
  // ---- what is done. Posted twice it means the same.
  Verdict act(const std::monostate&, const Session& session, const Found& found,
              const Moment& moment) const {
    return done(session, Note::stale, found, moment);
  }

  Verdict act(const EndSignIn& action, const Session& session, const Found& found,
              const Moment& moment) const {
    if (action.id == session.id) {
      return signed_out(false, {EndSession{session.id}}, session, found, moment);
    }
    Decision decision = done(session, Note::session_ended, found, moment);
    for (const Session& other : found.of_account.sessions) {
      if (other.id != action.id || other.subject != session.subject) continue;
      decision.changes.push_back(EndSession{other.id});
      decision.event = "session_ended";
    }
    return decision;
  }

  // DESIGN §1.2, 7: the counter is what every session, code and grant of the person names.
  Verdict act(const SignOutEverywhere&, const Session& session, const Found& found,
              const Moment& moment) const {
    const User& user = *found.user_of(session);
    PutUser change{user, user.version};
    ++change.user.counter;
    Changes changes = end_sessions(session, found, moment);
    changes.insert(changes.begin(), std::move(change));
    return signed_out(true, std::move(changes), session, found, moment);
  }

  // They die by the counter; ended one by one, so that their apps hear of it (OpenID Connect
  // Back-Channel Logout §2.3).
  Changes end_sessions(const Session& session, const Found& found, const Moment& moment) const {
    Changes changes{EndSession{session.id}};
    for (const Session& other : found.of_account.sessions) {
      const bool dead = why_session_dead(other, found.user_of(session), found.epoch, moment,
                                         policy_)
                            .has_value();
      if (!dead && other.id != session.id) changes.push_back(EndSession{other.id});
    }
    return changes;
  }

  Verdict act(const Withdraw& action, const Session& session, const Found& found,
              const Moment& moment) const {
    Decision decision = done(session, Note::withdrawn, found, moment);
    if (consent_for(action.client, found)) withdraw(decision, session, action.client);
    return decision;
  }

  Verdict act(const Narrow& action, const Session& session, const Found& found,
              const Moment& moment) const {
    const Consent* consent = consent_for(action.client, found);
    if (!consent) return done(session, Note::withdrawn, found, moment);
    const ScopeSet kept = consent->scope.intersection(action.keep);
    if (kept == consent->scope) {  // nothing was taken away, or it was already
      const bool before = consent->version != action.seen;
      return done(session, before ? Note::narrowed : Note::none, found, moment);
    }
    // The guard is what the page showed: a consent that changed since is shown first.
    if (consent->version != action.seen) return done(session, Note::stale, found, moment);
    if (kept.without(oauth::kOfflineAccess).empty()) {
      Decision decision = done(session, Note::withdrawn, found, moment);
      withdraw(decision, session, action.client);
      return decision;
    }
    RememberConsent change{*consent, action.seen};
    change.consent.scope = kept;
    change.consent.changed = moment.now;
    Decision decision = done(session, Note::narrowed, found, moment);
    decision.changes.push_back(std::move(change));
    decision.client = action.client.str();
    decision.event = "consent_narrowed";
    return decision;
  }

  Verdict act(const ChangePassword& action, const Session& session, const Found& found,
              const Moment& moment) const {
    const User& user = *found.user_of(session);
    if (user.password.empty()) return done(session, Note::stale, found, moment);
    if (action.flaw != Notice::none) {
      return refuse_password(action.flaw, {}, session, found, moment);
    }
    if (!found.proof) {
      AskProof ask;
      ask.what = AskProof::What::password;
      ask.phc = user.password;
      ask.secret = action.present;
      ask.throttle = tries_of(user.login, sent_.device, address_, found, moment);
      ask.successor = action.next;
      return ask;
    }
    switch (found.proof->kind) {
      case ProofAnswer::Kind::differs:
        return refuse_password(Notice::wrong, {}, session, found, moment);
      case ProofAnswer::Kind::throttled:
        return refuse_password(Notice::throttled, found.proof->wait, session, found, moment);
      case ProofAnswer::Kind::overloaded:
        return refuse_password(Notice::overloaded, found.proof->wait, session, found, moment);
      case ProofAnswer::Kind::matches:
        break;
    }
    return change_password(user, found.proof->hashed, session, found, moment);
  }

  // Checklist LG-13, ASVS 7.4.3: all sessions and grants end by the counter; this browser, which
  // just proved the password, gets a new session.
  Decision change_password(const User& user, const std::string& hash, const Session& session,
                           const Found& found, const Moment& moment) const {
    PutUser change{user, user.version};
    change.user.password = hash;
    ++change.user.counter;
    SignedIn next = sign_in(change.user, sent_.device, found, moment, policy_);
    Decision decision = done(next.session, Note::password_changed, found, moment);
    decision.changes.push_back(std::move(change));
    std::ranges::move(end_sessions(session, found, moment), std::back_inserter(decision.changes));
    decision.changes.push_back(StartSession{std::move(next.session)});
    decision.cookies = std::move(next.cookies);
    decision.event = "password_changed";
    return decision;
  }

  Decision refuse_password(Notice notice, Duration wait, const Session& session,
                           const Found& found, const Moment& moment) const {
    Decision decision = show(session, notice, found, moment);
    ShowPage& page = std::get<ShowPage>(decision.outcome);
    std::get<AccountPage>(page.page).wait = wait;
    if (notice == Notice::throttled) page.status = 429;
    if (notice == Notice::overloaded) page.status = 503;
    decision.event = "password_not_changed";
    const bool throttled = notice == Notice::throttled;
    decision.reasons.push_back(
        Reason{.rule = std::string(kRule),
               .citation = throttled ? "RFC 6585 §4" : "OAuth 2.1 §7.7",
               .text = throttled                      ? "too many tries"
                       : notice == Notice::overloaded ? "the password pool is full"
                       : notice == Notice::wrong      ? "the present password does not match"
                                                      : "the new password is not fit, or was not "
                                                        "typed twice alike",
               .repair = {}});
    return decision;
  }

  static void withdraw(Decision& decision, const Session& session, const ClientId& client) {
    decision.changes.push_back(WithdrawConsent{session.subject, client});
    decision.client = client.str();
    decision.event = "consent_withdrawn";
  }

  static const Consent* consent_for(const ClientId& client, const Found& found) {
    const auto& consents = found.of_account.consents;
    const auto at = std::ranges::find(consents, client, &Consent::client);
    return at == consents.end() ? nullptr : &*at;
  }

  // ---- what is answered. After an act 303 to the page, so that a reload repeats nothing.
  Decision done(const Session& session, Note note, const Found& found,
                const Moment& moment) const {
    return go_to(session.id, note, sent_.ui_locales, found, moment);
  }

  Decision signed_out(bool everywhere, Changes changes, const Session& session,
                      const Found& found, const Moment& moment) const {
    SignedOutPage page;
    page.everywhere = everywhere;
    page.frames = front_channel_frames(session, found, policy_);
    ShowPage show;
    show.page = std::move(page);
    show.ui_locales = sent_.ui_locales;
    Decision decision{.outcome = std::move(show)};
    decision.changes = std::move(changes);
    decision.cookies = {SetCookie{.kind = CookieKind::session}, new_browser(moment)};
    decision.event = everywhere ? "signed_out_everywhere" : "signed_out";
    return decision;
  }

  Decision show(const Session& session, Notice notice, const Found& found,
                const Moment& moment) const {
    AccountPage page = account_page(session, found, moment, policy_);
    page.may_sign_out = may_sign_out_;
    page.notice = notice;
    ShowPage show;
    show.page = std::move(page);
    show.form =
        AccountFormPayload{found.epoch, moment.now + policy_.form_lifetime, session.id, Note::none};
    show.ui_locales = sent_.ui_locales;
    show.at = kPath;
    Decision decision{.outcome = std::move(show), .event = "account_shown"};
    if (const std::optional<TouchSession> used = touch(session, moment, policy_)) {
      decision.changes.push_back(*used);
    }
    return decision;
  }

  Decision ask_login(const Found& found, const Moment& moment) const {
    const Browser browser = browser_of(browser_cookie_, moment);
    LoginPage page;
    if (sent_.form && sent_.form->note == Note::stale && moment.now < sent_.form->expires) {
      page.notice = LoginPage::Notice::fresh_form;
    }
    Decision decision =
        show_account_login(sent_.ui_locales, std::move(page),
                           {binding_hash(browser.value), std::nullopt}, found, moment, policy_);
    if (browser.is_new) decision.cookies.push_back(set_browser(browser.value));
    decision.reasons.push_back(Reason{.rule = std::string(kRule),
                                      .citation = "RFC 6749 §3.1",
                                      .text = "this browser has no live session",
                                      .repair = {}});
    decision.event = "login_asked";
    return decision;
  }

  // What the page before did; to nobody but the session that did it.
  Notice said(const Session& session, const Found& found, const Moment& moment) const {
    const std::optional<AccountFormPayload>& form = sent_.form;
    if (!form || form->session != session.id || form->epoch != found.epoch ||
        moment.now >= form->expires) {
      return Notice::none;
    }
    switch (form->note) {
      case Note::none: return Notice::none;
      case Note::stale: return Notice::stale;
      case Note::session_ended: return Notice::session_ended;
      case Note::withdrawn: return Notice::withdrawn;
      case Note::narrowed: return Notice::narrowed;
      case Note::password_changed: return Notice::password_changed;
    }
    return Notice::none;
  }

  Sent sent_;
  std::optional<SessionCookie> session_cookie_;
  std::optional<std::string> browser_cookie_;
  std::string address_;
  bool may_sign_out_;
  const Policy& policy_;
};

AuthorizeRequest only_locales(std::string_view ui_locales) {
  const AuthorizeRequest none;
  return ui_locales.empty() ? none : none.with("ui_locales", ui_locales);
}

}  // namespace

Decision show_account_login(std::string_view ui_locales, LoginPage page,
                            const LoginBinding& binding, const Found& found, const Moment& moment,
                            const Policy& policy) {
  ShowPage show;
  show.status = page.notice == LoginPage::Notice::overloaded ? 503 : 200;
  show.page = std::move(page);
  LoginFormPayload form;
  form.request = only_locales(ui_locales);
  form.epoch = found.epoch;
  form.expires = moment.now + policy.form_lifetime;
  form.binding_hash = binding.browser;
  form.asks_anew = binding.asks_anew;
  form.for_account = true;
  show.form = std::move(form);
  show.ui_locales = ui_locales;
  show.at = kPath;
  return Decision{.outcome = std::move(show)};
}

Decision go_to_account(std::string_view ui_locales, bool stale, const Found& found,
                       const Moment& moment) {
  return go_to({}, stale ? Note::stale : Note::none, ui_locales, found, moment);
}

Read read_account(const RawRequest& request, const House& house, const Keyring& keys) {
  AccountCase::Sent sent;
  sent.post = request.method == "POST";
  const bool readable = !sent.post || is_form(request.content_type);
  const Result<oauth::Form, std::string> form =
      oauth::Form::parse(!readable   ? std::string_view()
                         : sent.post ? request.body
                                     : request.query,
                         kParametersMax);
  if (form) {
    sent.ui_locales = form->get("ui_locales");
    Result<AccountFormPayload, OpenError> opened =
        open_account_form(form->get(sent.post ? "form" : "said"), keys);
    if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
    if (opened) sent.form = *opened;
    if (sent.post) sent.action = read_account_action(*form);
  }
  sent.device = device_of(request, keys);
  return std::make_unique<AccountCase>(std::move(sent), request, house);
}

}  // namespace grantd::core
