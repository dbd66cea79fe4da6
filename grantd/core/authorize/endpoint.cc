#include "grantd/core/authorize/endpoint.h"

#include "grantd/base/encoding.h"
#include "grantd/core/alive.h"
#include "grantd/core/authorize/check_request.h"
#include "grantd/core/authorize/next_step.h"
#include "grantd/core/authorize/request_object.h"
#include "grantd/core/authorize/respond.h"
#include "grantd/core/oidc/id_token_hint.h"
#include "grantd/core/oidc/subject.h"

namespace grantd::core {
namespace {

constexpr std::size_t kLoginHintMax = 254;

Decision refuse_to_read(std::string text, std::string_view citation) {
  return show_problem(ProblemPage::Problem::bad_request, 400,
                      Reason{.rule = "authorize/read",
                             .citation = std::string(citation),
                             .text = std::move(text),
                             .repair = {"send the parameters once, form-encoded in UTF-8, in the "
                                        "query of a GET"}});
}

class AuthorizeCase final : public Case {
 public:
  AuthorizeCase(ResumePayload asked, bool resumed, const RawRequest& raw, const Policy& policy,
                const Keyring& keys)
      : asked_(std::move(asked)),
        resumed_(resumed),
        session_cookie_(session_cookie_of(raw)),
        browser_cookie_(raw.browser_cookie),
        policy_(policy),
        keys_(keys) {}

  Wanted wants() const override { return wants_of(asked_.request, session_cookie_); }

  Verdict decide(const Found& found, const Moment& moment) const override {
    // A disabled client's object is not looked at; a resumed request was resolved before.
    if (!found.client || found.client->disabled || resumed_ ||
        !has_request_object(asked_.request, *found.client)) {
      return judge(asked_.request, found, moment);
    }
    auto resolved =
        resolve_request_object(asked_.request, *found.client, found, moment, policy_);
    if (auto* ask = std::get_if<Ask>(&resolved)) return std::move(*ask);
    if (const auto* refusal = std::get_if<Refusal>(&resolved)) {
      // What stands outside of the object says where to answer, as far as it can be trusted.
      const auto to = trust_redirect(asked_.request, found.client.get());
      if (!to) return named(show_problem(to.error(), asked_.request.get("ui_locales")), found);
      return named(send_error_unseen(*to, *refusal, *found.client, policy_), found);
    }
    return judge(std::get<AuthorizeRequest>(resolved), found, moment);
  }

 private:
  Decision judge(const AuthorizeRequest& request, const Found& found,
                 const Moment& moment) const {
    // Where may we answer? Nowhere: our own page, never a redirect.
    const Result<ReturnAddress, Refusal> to = trust_redirect(request, found.client.get());
    if (!to) return named(show_problem(to.error(), request.get("ui_locales")), found);

    const Result<CheckedRequest, Refusal> checked =
        check_request(request, *to, *found.client, *found.resources, policy_);
    if (!checked) {
      return named(send_error_unseen(*to, checked.error(), *found.client, policy_), found);
    }
    const Result<std::vector<std::string>, Refusal> wanted =
        wanted_person(request, *checked, *found.client);
    if (!wanted) {
      return named(send_error_unseen(*to, wanted.error(), *found.client, policy_), found);
    }

    const Respondent with{request, *checked, *found.client, *to, found, moment, policy_};
    return named(answer(with, *wanted), found);
  }

  static Decision named(Decision decision, const Found& found) {
    if (found.client) decision.client = found.client->id.str();
    return decision;
  }

  // Whom the request means, by each way to say so.
  Result<std::vector<std::string>, Refusal> wanted_person(const AuthorizeRequest& request,
                                                          const CheckedRequest& checked,
                                                          const Client& client) const {
    std::vector<std::string> wanted;
    if (checked.subject) wanted.push_back(*checked.subject);
    const std::string_view hint = request.get("id_token_hint");
    // Without openid it is no OpenID request, and this parameter is an unknown one.
    if (hint.empty() || !checked.scope.has(oauth::kOpenid)) return wanted;
    Result<IdTokenHint, std::string> read = read_id_token_hint(hint, keys_);
    // `sub` means something for its client alone (§8.1), and who sends another app's token should
    // not have it.
    if (read && !read->is_for(client.id)) {
      read = fail(std::string("an ID token for another client"));
    }
    if (!read) {
      // OpenID Connect Core §3.1.2.2: validated, and §3.1.2.6 with RFC 6749 §4.1.2.1 for what is
      // not: an invalid parameter value.
      return fail(refuse(oauth::ErrorCode::invalid_request, "id_token_hint is not valid",
                         "OpenID Connect Core §3.1.2.2")
                      .in("authorize/id_token_hint")
                      .because(read.error())
                      .repair("send an ID token that this server gave to this app, or none"));
    }
    wanted.push_back(std::move(read->subject));
    return wanted;
  }

  Decision answer(const Respondent& with, std::vector<std::string> wanted) const {
    const Session* session =
        live_session(session_cookie_, with.found, with.moment, policy_);
    const Freshness fresh = freshness(with.found, with.moment);
    Person person;
    if (session && !wanted.empty()) {
      person = {subject_for(with.client, session->subject, keys_), std::move(wanted)};
    }
    const NextStep step = next_step(with.checked, with.client, session, person, with.found, fresh,
                                    with.to, with.moment, policy_);
    if (const auto* refused = std::get_if<StepRefuse>(&step)) {
      // OpenID Connect Core §3.1.2.1, id_token_hint: an error, such as login_required.
      const Refusal other = refuse(oauth::ErrorCode::login_required,
                                   "another person signed in than the request means",
                                   "OpenID Connect Core §3.1.2.1")
                                .in("authorize/next_step")
                                .because(refused->because)
                                .repair("ask the person which account to use, or leave out the "
                                        "hint");
      return with.checked.prompt_none ? send_error(with.to, other)
                                      : send_error_unseen(with, other);
    }
    if (const auto* issue = std::get_if<StepIssue>(&step)) {
      return issue_code(with, *session, issue->remember);
    }
    const auto* login = std::get_if<StepLogin>(&step);
    const std::string& because = login ? login->because : std::get<StepConsent>(step).because;
    if (with.checked.prompt_none) return refuse_silent(with, login != nullptr, because);

    Decision decision = login ? ask_login(with, session) : show_consent(with, *session, fresh);
    decision.reasons.push_back(Reason{.rule = "authorize/next_step",
                                      .citation = "OpenID Connect Core §3.1.2.1",
                                      .text = because});
    return decision;
  }

  // What was just done counts for ten minutes, in the store it was done in. What grew old is
  // dropped here, so that a consent given later does not make it fresh again.
  Freshness freshness(const Found& found, const Moment& moment) const {
    const bool fresh = asked_.epoch == found.epoch &&
                       moment.now < asked_.fresh.at + policy_.freshness_lifetime;
    return fresh ? asked_.fresh : Freshness();
  }

  // OpenID Connect Core §3.1.2.6: prompt=none shows nothing and sets nothing. RFC 9700 §4.11.2
  // leaves this use out of what a person must have been asked for.
  static Decision refuse_silent(const Respondent& with, bool login, const std::string& because) {
    const auto code =
        login ? oauth::ErrorCode::login_required : oauth::ErrorCode::consent_required;
    return send_error(with.to, refuse(code, "prompt=none, but the person must be asked",
                                      "OpenID Connect Core §3.1.2.6")
                                   .in("authorize/next_step")
                                   .because(because)
                                   .repair("send the person to /authorize without prompt=none"));
  }

  // `session`: the live one whose person is asked anew, or null.
  Decision ask_login(const Respondent& with, const Session* session) const {
    LoginPage page;
    page.login = with.request.get("login_hint").substr(0, kLoginHintMax);
    if (resumed_ && asked_.fresh_form) page.notice = LoginPage::Notice::fresh_form;
    const Browser browser = browser_of(browser_cookie_, with.moment);
    Decision decision =
        show_login(with, std::move(page),
                   {binding_hash(browser.value),
                    session ? std::optional(session->id) : std::nullopt});
    if (browser.is_new) decision.cookies.push_back(set_browser(browser.value));
    decision.event = "login_asked";
    return decision;
  }

  ResumePayload asked_;
  bool resumed_;
  std::optional<SessionCookie> session_cookie_;
  std::optional<std::string> browser_cookie_;
  const Policy& policy_;
  const Keyring& keys_;
};

Decision too_long() {
  return refuse_to_read("the request is longer than 8 KiB", "RFC 9110 §15.5.15");
}

Read read_post(const RawRequest& request) {
  // RFC 6749 §3.1: POST may be used too. A cross-site POST brings no Lax cookie, so the same
  // request is asked again by GET.
  if (!is_form(request.content_type)) {
    return refuse_to_read("the content type is not application/x-www-form-urlencoded",
                          "RFC 6749 §3.1");
  }
  // Parameters come from one place (checklist AZ-06).
  if (!request.query.empty()) {
    return refuse_to_read("a POST with parameters in the query too", "RFC 6749 §3.1");
  }
  Result<oauth::Form, std::string> form = oauth::Form::parse(request.body);
  if (!form) return refuse_to_read(form.error(), "RFC 6749 Appendix B");
  const AuthorizeRequest same(*std::move(form));
  if (same.size() > AuthorizeRequest::kSizeMax) return too_long();
  return Decision{.outcome = AskByGet{"/authorize", same.to_query()}};
}

}  // namespace

Wanted wants_of(const AuthorizeRequest& request, const std::optional<SessionCookie>& cookie) {
  Wanted wanted;
  wanted.client = oauth::parse_client_id(request.get("client_id"));
  if (cookie) wanted.session = cookie->id;
  wanted.consent = cookie.has_value() && wanted.client.has_value();
  wanted.resources = true;
  return wanted;
}

std::optional<SessionCookie> session_cookie_of(const RawRequest& request) {
  if (!request.session_cookie) return {};
  return read_session_cookie(*request.session_cookie);
}

Browser browser_of(const std::optional<std::string>& cookie, const Moment& moment) {
  if (cookie) {
    BrowserBinding binding;
    if (base64url_decode_to(binding, *cookie)) return {*cookie, false};
  }
  return {base64url_encode(moment.draw<16>("browser")), true};
}

SetCookie set_browser(std::string value) {
  return SetCookie{.kind = CookieKind::browser, .value = std::move(value)};
}

SetCookie new_browser(const Moment& moment) {
  return set_browser(base64url_encode(moment.draw<16>("new browser")));
}

Read read_authorize(const RawRequest& request, const House& house, const Keyring& keys) {
  if (request.method == "POST") return read_post(request);
  Result<oauth::Form, std::string> form = oauth::Form::parse(request.query);
  if (!form) return refuse_to_read(form.error(), "RFC 6749 Appendix B");

  ResumePayload asked;
  const std::optional<std::string_view> resume = form->find("resume");
  const bool resumed = resume.has_value();
  if (resumed) {
    Result<ResumePayload, OpenError> opened = open_resume(*resume, keys);
    if (!opened && opened.error() == OpenError::unknown_key) return UnknownKey{};
    if (!opened) {
      return show_problem(ProblemPage::Problem::stale_form, 400,
                          Reason{.rule = "authorize/read",
                                 .citation = "OAuth 2.1 §7.10",
                                 .text = "`resume` was not sealed here, or was altered",
                                 .repair = {"start again from the app: resume is ours alone"}});
    }
    asked = std::move(*opened);
    if (const auto locales = form->find("ui_locales")) {
      asked.request = asked.request.with("ui_locales", *locales);
    }
  } else {
    asked.request = AuthorizeRequest(*std::move(form));
  }
  if (asked.request.size() > AuthorizeRequest::kSizeMax) return too_long();
  return std::make_unique<AuthorizeCase>(std::move(asked), resumed, request, house.policy, keys);
}

}  // namespace grantd::core
