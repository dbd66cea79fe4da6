#include "grantd/core/interact/logout.h"

#include "grantd/base/encoding.h"
#include "grantd/core/alive.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/authorize/respond.h"
#include "grantd/core/interact/front_channel.h"
#include "grantd/core/interact/logout_return.h"
#include "grantd/core/oidc/id_token_hint.h"
#include "grantd/core/oidc/subject.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRule = "interact/logout";
constexpr std::string_view kSection = "OpenID Connect RP-Initiated Logout §2";

// What was asked: by an app's redirect, or by our own form that the person sent.
struct Asked {
  std::optional<LogoutFormPayload> form;
  std::optional<IdTokenHint> hint;
  std::string bad_hint;  // why there is none though one was sent
  std::string client_id;
  std::string redirect_uri;
  std::string state;
  std::string ui_locales;
};

class LogoutCase final : public Case {
 public:
  LogoutCase(Asked asked, const RawRequest& raw, const House& house, const Keyring& keys)
      : asked_(std::move(asked)),
        session_cookie_(session_cookie_of(raw)),
        policy_(house.policy),
        keys_(keys) {}

  Wanted wants() const override {
    Wanted wanted;
    if (session_cookie_) wanted.session = session_cookie_->id;
    wanted.session_clients = session_cookie_.has_value();
    wanted.client = oauth::parse_client_id(client_id());
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    const Session* session = live_session(session_cookie_, found, moment, policy_);
    if (asked_.form && is_fresh(*asked_.form, found, moment)) {
      // CSRF: only the form that this very session was shown ends it. Posted twice it means the
      // same: where the session is gone, it still leads on.
      if (!session) return leave(found, moment, nullptr, true);
      if (asked_.form->session == session->id) return leave(found, moment, session, true);
    }
    const bool proven = hint_is_of(found.client.get());
    if (!session) return leave(found, moment, nullptr, proven);
    if (proven && asked_.hint->subject == subject_for(*found.client, session->subject, keys_)) {
      return leave(found, moment, session, true);
    }
    return ask(found, moment, *session);
  }

 private:
  // Of the form, of the request, or the one that the hint was made for.
  std::string client_id() const {
    if (asked_.form) return asked_.form->client;
    if (!asked_.client_id.empty()) return asked_.client_id;
    return asked_.hint && asked_.hint->audience.size() == 1 ? asked_.hint->audience.front() : "";
  }

  static bool is_fresh(const LogoutFormPayload& form, const Found& found, const Moment& moment) {
    return form.epoch == found.epoch && moment.now < form.expires;
  }

  // §2: client_id, where it is sent too, must be the one that the hint was made for.
  bool hint_is_of(const Client* client) const {
    return client && asked_.hint && asked_.hint->is_for(client->id);
  }

  // Ends the session, where there is one, and goes back to the app where `may_return` and its URI
  // is trusted; else the page says that one is signed out.
  Decision leave(const Found& found, const Moment& moment, const Session* session,
                 bool may_return) const {
    Decision decision = signed_out(found, session, may_return);
    if (session_cookie_) {
      decision.cookies = {SetCookie{.kind = CookieKind::session}, new_browser(moment)};
    }
    if (session) {
      decision.changes.push_back(EndSession{session->id});
      decision.event = "signed_out";
    }
    return decision;
  }

  Decision signed_out(const Found& found, const Session* session, bool may_return) const {
    SignedOutPage page;
    if (session) page.frames = front_channel_frames(*session, found, policy_);
    Decision decision{.outcome = SendNothing{}};
    if (found.client) decision.client = found.client->id.str();
    const Result<LogoutReturn, std::string> to = trusted_return(found, may_return);
    if (!to && !to.error().empty()) decision.reasons.push_back(because(to.error()));
    // OpenID Connect Front-Channel Logout §3: the frames are loaded by a page of ours, which then
    // leads on. To an app of the device no page leads; there the browser goes at once.
    if (to && (page.frames.empty() || to->uri().is_private_use())) {
      decision.outcome = SendLoggedOut{*to};
      return decision;
    }
    if (to) page.next = next_stop(*to, *found.client);
    ShowPage show;
    show.page = std::move(page);
    show.ui_locales = asked_.ui_locales;
    decision.outcome = std::move(show);
    return decision;
  }

  static SignedOutPage::Next next_stop(const LogoutReturn& to, const Client& client) {
    SignedOutPage::Next next{{client.name, place_of(to.uri()), client.verified}, {to.uri(), {}}};
    if (!to.state().empty()) next.to.query = "state=" + percent_encode(to.state());
    return next;
  }

  // An empty error: nobody asked to be sent anywhere.
  Result<LogoutReturn, std::string> trusted_return(const Found& found, bool may_return) const {
    const std::string& uri = asked_.form ? asked_.form->redirect_uri : asked_.redirect_uri;
    const std::string& state = asked_.form ? asked_.form->state : asked_.state;
    if (uri.empty()) return fail(std::string());
    if (!may_return) {
      return fail(asked_.bad_hint.empty() ? std::string("neither a hint nor the person vouches "
                                                        "for post_logout_redirect_uri")
                                          : asked_.bad_hint);
    }
    return trust_logout_redirect(found.client.get(), uri, state);
  }

  Decision ask(const Found& found, const Moment& moment, const Session& session) const {
    LogoutPage page;
    if (const User* user = found.user_of(session)) {
      page.person_login = user->login;
      if (const std::string* name = user->claims.find_string("name")) page.person_name = *name;
    }
    LogoutFormPayload form{found.epoch, moment.now + policy_.form_lifetime, session.id, {}, {}, {}};
    Decision decision{.outcome = SendNothing{}, .event = "logout_asked"};
    // §3: a hint that is not valid leads nowhere, whatever the person answers.
    const bool may_return =
        asked_.bad_hint.empty() && (!asked_.hint || hint_is_of(found.client.get()));
    const Result<LogoutReturn, std::string> to = trusted_return(found, may_return);
    if (to) {
      form.client = found.client->id.str();
      form.redirect_uri = to->uri().str();
      form.state = to->state();
    } else if (!to.error().empty()) {
      decision.reasons.push_back(because(to.error()));
    }
    ShowPage show;
    show.page = std::move(page);
    show.form = std::move(form);
    show.ui_locales = asked_.ui_locales;
    if (to) show.leads_to = to->uri().origin();
    decision.outcome = std::move(show);
    return decision;
  }

  static Reason because(std::string text) {
    return Reason{.rule = std::string(kRule),
                  .citation = std::string(kSection),
                  .text = std::move(text)};
  }

  Asked asked_;
  std::optional<SessionCookie> session_cookie_;
  const Policy& policy_;
  const Keyring& keys_;
};

Asked read_asked(const oauth::Form& form, const Keyring& keys) {
  Asked asked;
  asked.client_id = form.get("client_id");
  asked.redirect_uri = form.get("post_logout_redirect_uri");
  asked.state = form.get("state");
  asked.ui_locales = form.get("ui_locales");
  if (const auto text = form.find("id_token_hint")) {
    Result<IdTokenHint, std::string> hint = read_id_token_hint(*text, keys);
    if (hint) {
      asked.hint = *std::move(hint);
    } else {
      asked.bad_hint = hint.error();
    }
  }
  return asked;
}

}  // namespace

Read read_logout(const RawRequest& request, const House& house, const Keyring& keys) {
  const bool post = request.method == "POST" && is_form(request.content_type);
  const Result<oauth::Form, std::string> form =
      oauth::Form::parse(post ? request.body : request.query);
  // What cannot be read, or says a thing twice, is as if nothing had been said.
  if (!form || form->repeated({})) {
    return std::make_unique<LogoutCase>(Asked{}, request, house, keys);
  }
  if (post && !form->find("form")) {
    // §2: by POST too. A cross-site POST brings no Lax cookie, so the same is asked again by GET.
    return Decision{.outcome = AskByGet{"/logout", form->encode()}};
  }
  Asked asked = read_asked(*form, keys);
  if (post) {
    Result<LogoutFormPayload, OpenError> opened = open_logout_form(form->get("form"), keys);
    if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
    asked = Asked{.ui_locales = asked.ui_locales};
    if (opened) asked.form = *std::move(opened);
  }
  return std::make_unique<LogoutCase>(std::move(asked), request, house, keys);
}

}  // namespace grantd::core
