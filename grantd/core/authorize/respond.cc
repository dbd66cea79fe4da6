#include "grantd/core/authorize/respond.h"

#include "grantd/core/alive.h"
#include "grantd/core/authorize/next_step.h"

namespace grantd::core {
namespace {

ResumePayload resume_of(const Respondent& with, const Freshness& fresh) {
  ResumePayload again;
  again.request = with.request;
  again.epoch = with.found.epoch;
  again.made = with.moment.now;
  again.fresh = fresh;
  return again;
}

ConsentPage consent_page(const Respondent& with, const Session& session) {
  const Consent* before = standing_consent(with.found, with.client);
  ConsentPage page;
  page.app = app_on_page(with.client, with.to.uri());
  page.keep = with.found.resources;
  page.asks_for_more = before != nullptr && !before->scope.includes(with.checked.asks);
  page.offline = with.checked.offline;
  page.offline_before = before && before->scope.has(oauth::kOfflineAccess);
  for (const Resource* resource : with.checked.resources) {
    if (resource == &with.policy.userinfo) continue;
    ConsentPage::Api& api = page.apis.emplace_back();
    api.name = resource->name;
    for (const ResourceScope& scope : resource->scopes) {  // in the API's order, not the request's
      if (!with.checked.scope.has(scope.name)) continue;
      api.items.push_back({&scope, before && before->scope.has(scope.name)});
    }
  }
  for (const std::string_view scope : oauth::kIdentityScopes) {  // in this order, as people read it
    if (!with.checked.asks.has(scope)) continue;
    page.identity.push_back({std::string(scope), before && before->scope.has(scope)});
  }
  if (const User* user = with.found.user_of(session)) {
    page.person_login = user->login;
    if (const std::string* name = user->claims.find_string("name")) page.person_name = *name;
  }
  return page;
}

}  // namespace

Hash256 binding_hash(std::string_view browser_cookie) { return sha256(browser_cookie); }

Decision show_login(const Respondent& with, LoginPage page, const LoginBinding& binding) {
  page.app = app_on_page(with.client, with.to.uri());
  ShowPage show;
  show.status = page.notice == LoginPage::Notice::overloaded ? 503 : 200;
  show.page = std::move(page);
  show.form = LoginFormPayload{with.request, with.found.epoch,
                               with.moment.now + with.policy.form_lifetime, binding.browser,
                               binding.asks_anew};
  show.ui_locales = with.request.get("ui_locales");
  show.leads_to = with.to.uri().origin();
  show.again = resume_of(with, {});
  Decision decision{.outcome = std::move(show)};
  decision.client = with.client.id.str();
  return decision;
}

Decision show_consent(const Respondent& with, const Session& session, const Freshness& fresh) {
  ShowPage show;
  show.page = consent_page(with, session);
  ConsentFormPayload form;
  form.request = with.request;
  form.epoch = with.found.epoch;
  form.expires = with.moment.now + with.policy.form_lifetime;
  form.session = session.id;
  form.incarnation = with.client.incarnation;
  form.shown = with.checked.asks;
  form.seen = with.found.consent ? with.found.consent->version : 0;
  form.fresh = fresh;
  show.form = std::move(form);
  show.ui_locales = with.request.get("ui_locales");
  show.leads_to = with.to.uri().origin();
  show.again = resume_of(with, fresh);
  Decision decision{.outcome = std::move(show)};
  decision.client = with.client.id.str();
  decision.event = "consent_asked";
  return decision;
}

Decision issue_code(const Respondent& with, const Session& session, bool remember) {
  const Consent* before = standing_consent(with.found, with.client);
  Decision decision{.outcome = SendNothing{}};  // until the end
  ConsentId consent_id = before ? before->id : ConsentId(with.moment.draw<16>("consent"));
  if (remember) {
    RememberConsent change;
    change.seen = with.found.consent ? with.found.consent->version : 0;
    change.consent.id = consent_id;
    change.consent.subject = session.subject;
    change.consent.client = with.client.id;
    change.consent.incarnation = with.client.incarnation;
    change.consent.scope =
        before ? before->scope.united(with.checked.asks) : with.checked.asks;
    change.consent.created = before ? before->created : with.moment.now;
    change.consent.changed = with.moment.now;
    decision.changes.push_back(std::move(change));
  }

  CodePayload code;
  code.id = oauth::make_grant_id(with.moment.now, with.moment.draw<10>("code"));
  code.epoch = with.found.epoch;
  code.expires = with.moment.now + with.policy.code_lifetime;
  code.refs.client = with.client.id;
  code.refs.incarnation = with.client.incarnation;
  code.refs.client_counter = with.client.counter;
  code.refs.subject = session.subject;
  code.refs.user_counter = session.user_counter;
  code.refs.session = session.id;
  code.refs.consent = consent_id;
  code.offline = with.checked.offline;
  code.redirect_uri_hash = with.to.uri().hash();
  code.challenge = with.checked.challenge;
  code.scope = with.checked.scope;
  code.nonce = with.request.get("nonce");
  code.auth_time = session.auth_time;
  code.amr = session.amr;
  code.claims = with.checked.claims.request.to_text();

  // DESIGN §1.2, 2: a code travels in a URL.
  if (sealed_size(encoded_size(code)) > with.policy.code_bytes_max) {
    return send_error_unseen(
        with, refuse(oauth::ErrorCode::invalid_request, "the request is too large for a code",
                     "RFC 9110 §15.5.15")
                  .in("authorize/respond")
                  .because("scope and nonce do not fit into a code")
                  .repair("ask for fewer scopes and claims, and send a shorter nonce"));
  }
  if (const std::optional<TouchSession> used = touch(session, with.moment, with.policy)) {
    decision.changes.push_back(*used);
  }
  decision.outcome = SendCode{with.to, std::move(code)};
  decision.client = with.client.id.str();
  decision.event = "code_issued";
  return decision;
}

Decision send_error(const ReturnAddress& to, const Refusal& refusal) {
  Decision decision{.outcome = SendError{to, refusal.error()}};
  decision.changes = refusal.changes();
  decision.reasons.push_back(refusal.reason());
  decision.event = "authorization_refused";
  return decision;
}

Decision send_error_unseen(const ReturnAddress& to, const Refusal& refusal, const Client& client,
                           const Policy& policy) {
  if (!client.self_registration || !policy.registration.errors_on_page) {
    return send_error(to, refusal);
  }
  return show_problem(ProblemPage::Problem::bad_request, 400, refusal.reason(), to.ui_locales());
}

Decision send_error_unseen(const Respondent& with, const Refusal& refusal) {
  return send_error_unseen(with.to, refusal, with.client, with.policy);
}

Decision show_problem(const Refusal& refusal, std::string_view ui_locales) {
  const bool client = refusal.error().code == oauth::ErrorCode::invalid_client;
  return show_problem(client ? ProblemPage::Problem::unknown_app
                             : ProblemPage::Problem::bad_return_address,
                      400, refusal.reason(), ui_locales);
}

Decision show_problem(ProblemPage::Problem problem, int status, Reason reason,
                      std::string_view ui_locales) {
  ShowPage show;
  show.page = ProblemPage{problem, {}};
  show.status = status;
  show.ui_locales = ui_locales;
  Decision decision{.outcome = std::move(show)};
  decision.reasons.push_back(std::move(reason));
  decision.event = "request_refused";
  return decision;
}

Decision go_on(ResumePayload resume) {
  Decision decision{.outcome = GoOn{std::move(resume)}};
  decision.event = "sent_on";
  return decision;
}

}  // namespace grantd::core
