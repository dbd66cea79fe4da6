// A decision in one line, for the tables.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

std::string where(const ReturnAddress& to) {
  return " to " + to.uri().str() + " state=" + to.state() +
         (to.mode() == ResponseMode::form_post ? " by form_post" : "");
}

std::string address(const PageAddress& to) {
  return to.query.empty() ? to.uri.str() : to.uri.with_query(to.query);
}

struct OutcomeGist {
  std::string operator()(const SendCode& send) const {
    return "code" + where(send.to) + " scope=" + send.code.scope.to_text();
  }
  std::string operator()(const SendError& send) const {
    return "error " + std::string(to_text(send.error.code)) + where(send.to);
  }
  std::string operator()(const GoOn& go) const {
    return std::string("go_on") + (go.resume.fresh.session ? " signed_in" : "") +
           (go.resume.fresh.consent ? " consented" : "") + (go.resume.fresh_form ? " stale" : "");
  }
  std::string operator()(const AskByGet& ask) const { return "ask_by_get " + ask.query; }
  std::string operator()(const SendLoggedOut& send) const {
    return "logged_out " + send.to.uri().str() + " state=" + send.to.state();
  }
  std::string operator()(const GoToAccount& go) const {
    constexpr std::string_view kNotes[] = {"",           " stale",    " session_ended",
                                           " withdrawn", " narrowed", " password_changed"};
    return "account" +
           std::string(go.said ? kNotes[static_cast<std::size_t>(go.said->note)] : "");
  }
  std::string operator()(const ShowPage& show) const {
    return "page " + std::visit(*this, show.page) + " " + std::to_string(show.status);
  }
  std::string operator()(const SendTokens& send) const {
    std::string text = "tokens scope=" + send.scope.to_text();
    if (send.refresh_token) text += " refresh=g" + std::to_string(send.refresh_token->generation);
    if (!send.same_refresh_token.empty()) text += " same_refresh";
    return text;
  }
  std::string operator()(const SendJsonError& send) const {
    return "json " + std::string(to_text(send.error.code)) +
           (send.retry_after > Duration::zero() ? " retry_after" : "");
  }
  std::string operator()(const SendNothing& send) const {
    return send.status == 200 ? "nothing" : "nothing " + std::to_string(send.status);
  }
  std::string operator()(const SendDocument&) const { return "document"; }
  std::string operator()(const SendJson& send) const { return "json " + send.body.dump(); }
  std::string operator()(const SendJwt& send) const {
    return send.content_type + " " + send.token.claims.dump();
  }
  std::string operator()(const SendChallenge& send) const {
    return send.error ? "challenge " + std::string(to_text(send.error->code)) : "challenge";
  }
  std::string operator()(const AllowCrossOrigin& allow) const { return "preflight " + allow.allow; }
  std::string operator()(const MethodNotAllowed& refused) const {
    return "method_not_allowed " + refused.allow;
  }

  std::string operator()(const LoginPage& page) const {
    constexpr std::string_view kNotices[] = {"login", "login:wrong", "login:throttled",
                                             "login:fresh_form", "login:overloaded"};
    return std::string(kNotices[static_cast<std::size_t>(page.notice)]);
  }
  std::string operator()(const ConsentPage& page) const {
    return page.asks_for_more ? "consent:more" : "consent";
  }
  std::string operator()(const LogoutPage&) const { return "logout"; }
  std::string operator()(const SignedOutPage& page) const {
    std::string text = page.everywhere ? "signed_out:everywhere" : "signed_out";
    for (const PageAddress& frame : page.frames) text += " loads " + address(frame);
    return page.next ? text + " then " + address(page.next->to) : text;
  }
  std::string operator()(const AccountPage& page) const {
    constexpr std::string_view kNotices[] = {
        "account",          "account:stale",    "account:session_ended",
        "account:withdrawn", "account:narrowed", "account:password_changed",
        "account:wrong",    "account:too_short", "account:too_long",
        "account:unlike",   "account:throttled", "account:overloaded"};
    return std::string(kNotices[static_cast<std::size_t>(page.notice)]);
  }
  std::string operator()(const ProblemPage& page) const {
    constexpr std::string_view kProblems[] = {
        "unknown_app", "bad_return_address", "bad_request", "stale_form",
        "not_found",   "method_not_allowed", "unavailable", "internal"};
    return std::string(kProblems[static_cast<std::size_t>(page.problem)]);
  }
};

struct ChangeGist {
  std::string operator()(const OpenGrant& change) const {
    if (change.grant.state == GrantState::refused) return "burn";
    return std::string("open g") + std::to_string(change.grant.generation) +
           (change.grant.session ? "" : " offline");
  }
  std::string operator()(const RotateGrant& change) const {
    return "rotate g" + std::to_string(change.generation) + " v" + std::to_string(change.version);
  }
  std::string operator()(const TouchGrant&) const { return "touch_grant"; }
  std::string operator()(const RevokeGrant&) const { return "revoke_grant"; }
  std::string operator()(const StartSession&) const { return "start_session"; }
  std::string operator()(const TouchSession&) const { return "touch_session"; }
  std::string operator()(const EndSession&) const { return "end_session"; }
  std::string operator()(const NoteSessionClient& change) const {
    return "note " + change.client.str();
  }
  std::string operator()(const RememberConsent& change) const {
    return "remember " + change.consent.scope.to_text() + " seen=" + std::to_string(change.seen);
  }
  std::string operator()(const WithdrawConsent& change) const {
    return "withdraw " + change.client.str();
  }
  std::string operator()(const RevokeToken&) const { return "revoke_token"; }
  std::string operator()(const UseOnce&) const { return "use_once"; }
  std::string operator()(const PutClient& change) const {
    return "put_client seen=" + std::to_string(change.seen);
  }
  std::string operator()(const DeleteClient&) const { return "delete_client"; }
  std::string operator()(const MarkClientUsed&) const { return "mark_client_used"; }
  std::string operator()(const PutUser& change) const {
    return "put_user " + change.user.login + " counter=" + std::to_string(change.user.counter) +
           " seen=" + std::to_string(change.seen);
  }
  std::string operator()(const UpgradePassword&) const { return "upgrade_password"; }
  template <class Other>
  std::string operator()(const Other&) const {
    return "a change that no request of these may make";
  }
};

std::string cookie_gist(const SetCookie& cookie) {
  constexpr std::string_view kKinds[] = {"session", "browser", "device"};
  const bool gone = cookie.value.empty() && !cookie.to_seal;
  return std::string(kKinds[static_cast<std::size_t>(cookie.kind)]) + (gone ? " gone" : "");
}

}  // namespace

std::string gist(const Decision& decision) {
  std::string text = std::visit(OutcomeGist(), decision.outcome);
  for (const Change& change : decision.changes) text += " + " + std::visit(ChangeGist(), change);
  for (const SetCookie& cookie : decision.cookies) text += " ~ " + cookie_gist(cookie);
  return text;
}

std::string gist(const Scene::Judged& judged) {
  if (const auto* decision = std::get_if<Decision>(&judged)) return gist(*decision);
  if (const auto* ask = std::get_if<Ask>(&judged)) {
    if (const auto* document = std::get_if<AskDocument>(ask)) {
      return "ask document " + document->url + (document->newer_than ? " anew" : "");
    }
    if (std::holds_alternative<AskGrant>(*ask)) return "ask grant";
    const bool password = std::get<AskProof>(*ask).what == AskProof::What::password;
    return password ? "ask password" : "ask client_secret";
  }
  return "unknown_key";
}

const AskProof& proof_asked(const Scene::Judged& judged) {
  return std::get<AskProof>(std::get<Ask>(judged));
}

void run(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.id + ": " + row.title);
    Scene scene;
    const Sent sent = row.request(scene);
    EXPECT_EQ(scene.answer(sent), row.want);
  }
}

}  // namespace grantd::core
