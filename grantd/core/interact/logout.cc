#include "grantd/core/interact/logout.h"

#include "grantd/core/alive.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/authorize/respond.h"

namespace grantd::core {
namespace {

class LogoutCase final : public Case {
 public:
  LogoutCase(std::optional<LogoutFormPayload> form, std::string ui_locales, const RawRequest& raw,
             const Policy& policy)
      : form_(std::move(form)),
        ui_locales_(std::move(ui_locales)),
        session_cookie_(session_cookie_of(raw)),
        policy_(policy) {}

  Wanted wants() const override {
    Wanted wanted;
    if (session_cookie_) wanted.session = session_cookie_->id;
    return wanted;
  }

  Verdict decide(const Found& found, const Moment& moment) const override {
    const Session* session = live_session(session_cookie_, found, moment, policy_);
    if (!session) return signed_out(moment);
    // CSRF: only the form that this very session was shown ends it.
    const bool confirmed = form_ && form_->session == session->id && form_->epoch == found.epoch &&
                           moment.now < form_->expires;
    if (!confirmed) return ask(found, moment, *session);
    Decision decision = signed_out(moment);
    decision.changes.push_back(EndSession{session->id});
    decision.event = "signed_out";
    return decision;
  }

 private:
  Decision ask(const Found& found, const Moment& moment, const Session& session) const {
    LogoutPage page;
    if (const User* user = found.user_of(session)) {
      page.person_login = user->login;
      if (const std::string* name = user->claims.find_string("name")) page.person_name = *name;
    }
    ShowPage show;
    show.page = std::move(page);
    show.form = LogoutFormPayload{found.epoch, moment.now + policy_.form_lifetime, session.id};
    show.ui_locales = ui_locales_;
    return Decision{.outcome = std::move(show), .event = "logout_asked"};
  }

  Decision signed_out(const Moment& moment) const {
    ShowPage show;
    show.page = SignedOutPage{};
    show.ui_locales = ui_locales_;
    Decision decision{.outcome = std::move(show)};
    if (session_cookie_) {
      decision.cookies = {SetCookie{.kind = CookieKind::session}, new_browser(moment)};
    }
    return decision;
  }

  std::optional<LogoutFormPayload> form_;
  std::string ui_locales_;
  std::optional<SessionCookie> session_cookie_;
  const Policy& policy_;
};

}  // namespace

Read read_logout(const RawRequest& request, const House& house, const Keyring& keys) {
  std::optional<LogoutFormPayload> sealed;
  std::string ui_locales;
  const bool post = request.method == "POST" && is_form(request.content_type);
  const Result<oauth::Form, std::string> form =
      oauth::Form::parse(post ? request.body : request.query);
  if (form) ui_locales = form->get("ui_locales");
  if (form && post) {
    Result<LogoutFormPayload, OpenError> opened = open_logout_form(form->get("form"), keys);
    if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
    if (opened) sealed = *opened;
  }
  return std::make_unique<LogoutCase>(std::move(sealed), std::move(ui_locales), request,
                                      house.policy);
}

}  // namespace grantd::core
