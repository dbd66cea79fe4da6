// What comes back, and the invariants that hold after it.
#include "tests/sim/recorder.h"
#include "tests/sim/world.h"

namespace grantd::sim {

using core::GrantState;

void World::answer(const Walk& walk) {
  if (walk.request().browser >= 0) keep_cookies(walk);
  const core::Outcome& outcome = walk.decision().outcome;
  if (const auto* send = std::get_if<core::SendCode>(&outcome)) return code_came(walk, *send);
  if (const auto* show = std::get_if<core::ShowPage>(&outcome)) return page_came(walk, *show);
  if (const auto* send = std::get_if<core::SendTokens>(&outcome)) return tokens_came(walk, *send);
  if (const auto* send = std::get_if<core::SendJsonError>(&outcome)) return refused(walk, *send);
  if (const auto* go = std::get_if<core::GoOn>(&outcome)) {
    if (walk.request().browser < 0) return;
    const auto browser = static_cast<std::size_t>(walk.request().browser);
    const std::string resume = seal(core::SealKind::resume, encode(go->resume));
    browsers_[browser].resumes.push_back(resume);
    if (browsers_[browser].resumes.size() > 4) {
      browsers_[browser].resumes.erase(browsers_[browser].resumes.begin());
    }
    Request request = by_browser(browser, "/authorize", "GET");
    request.query = "resume=" + resume;
    request.note = "browser " + std::to_string(browser) + " goes on";
    run(std::move(request));
  }
}

void World::keep_cookies(const Walk& walk) {
  Browser& browser = browsers_[static_cast<std::size_t>(walk.request().browser)];
  for (const core::SetCookie& cookie : walk.decision().cookies) {
    std::optional<std::string> value = cookie.value;
    if (cookie.to_seal) value = seal(core::SealKind::device, encode(*cookie.to_seal));
    if (value->empty()) value.reset();
    (cookie.kind == core::CookieKind::session   ? browser.session
     : cookie.kind == core::CookieKind::browser ? browser.binding
                                                : browser.device) = std::move(value);
  }
}

void World::page_came(const Walk& walk, const core::ShowPage& show) {
  if (walk.request().browser < 0) return;
  Browser& browser = browsers_[static_cast<std::size_t>(walk.request().browser)];
  if (const auto* login = std::get_if<core::LoginFormPayload>(&show.form)) {
    browser.pages.push_back({"/login", seal(core::SealKind::login_form, encode(*login))});
  } else if (const auto* consent = std::get_if<core::ConsentFormPayload>(&show.form)) {
    browser.pages.push_back({"/consent", seal(core::SealKind::consent_form, encode(*consent))});
  } else if (const auto* logout = std::get_if<core::LogoutFormPayload>(&show.form)) {
    browser.pages.push_back({"/logout", seal(core::SealKind::logout_form, encode(*logout))});
  }
  if (browser.pages.size() > 6) browser.pages.erase(browser.pages.begin());
}

void World::code_came(const Walk& walk, const core::SendCode& send) {
  ++counts_.codes;
  if (walk.request().proves_nothing) truth_.fail("a code for who proved nothing");
  Code code;
  code.id = send.code.id;
  code.text = seal(core::SealKind::code, encode(send.code));
  while (apps_[code.app].id != send.code.refs.client) ++code.app;
  Truth::Code& known = truth_.codes[code.id];
  known.life = {send.code.refs.subject, send.code.refs.client, send.code.refs.session,
                send.code.refs.consent, walk.looked()};
  known.scope = send.code.scope;
  known.expires = send.code.expires;
  known.offline = send.code.offline;
  codes_.push_back(std::move(code));
  if (codes_.size() > 300) codes_.erase(codes_.begin(), codes_.begin() + 100);
}

void World::tokens_came(const Walk& walk, const core::SendTokens& send) {
  const Request& request = walk.request();
  if (!request.grant) return truth_.fail("tokens for who named no grant");
  const Json& claims = std::get<core::UnsignedToken>(send.access_token).claims;
  const std::string* named = claims.find_string("grant_id");
  if (!named || *named != oauth::to_text(*request.grant)) {
    return truth_.fail("tokens of another grant than was asked for");
  }
  check_target(claims, *request.grant);
  if (!request.own_client) return truth_.fail("tokens for a client that did not prove itself");
  if (!request.possession) return truth_.fail("tokens without possession");
  const Truth::Code& code = truth_.codes[*request.grant];
  const Truth::Row* row = truth_.row_at(*request.grant, walk.looked());
  const bool offline = code.offline;
  if (const auto over = truth_.why_over(code.life, offline, walk.looked())) {
    return truth_.fail("tokens of what was dead: " + *over);
  }
  if (request.generation == 0) {
    if (row) truth_.fail("tokens for a code that was used, at " + oauth::to_text(*request.grant));
    return exchange_yielded(walk, *request.grant);
  }
  if (!row || row->state != GrantState::live) return truth_.fail("a revoked grant was refreshed");
  refresh_yielded(walk, send, *request.grant);
}

// RFC 8707 §2.2: a token is for one API, says nothing of another, and is within what was granted.
void World::check_target(const Json& claims, const core::GrantId& id) {
  const auto scope = core::ScopeSet::parse(*claims.find_string("scope")).value();
  if (!truth_.codes[id].scope.includes(scope)) truth_.fail("a token is for more than was granted");
  for (const core::Resource& api : apis_) {
    if (api.audience.view() != *claims.find_string("aud")) continue;
    const core::ScopeSet own = scope.without(oauth::kOfflineAccess);
    if (own.empty() || !api.scope_set().includes(own)) truth_.fail("a token mixes APIs");
    return;
  }
  truth_.fail("a token for nobody");
}

void World::exchange_yielded(const Walk& walk, const core::GrantId& id) {
  ++counts_.exchanges;
  Truth::Code& code = truth_.codes[id];
  if (++code.yielded > 1) truth_.fail("a code yielded tokens twice");
  if (walk.judged_at() >= code.expires) truth_.fail("a code yielded tokens after its end");
  if (code.failed_check && code.failed_check < walk.looked()) {
    truth_.fail("a code yielded tokens after a failed check of possession");
  }
  const Truth::Row* row = truth_.row_at(id, truth_.now());
  if (!row) truth_.fail("tokens without a row");
  const auto& send = std::get<core::SendTokens>(walk.decision().outcome);
  if (!send.refresh_token) return;
  Token token{seal(core::SealKind::refresh_token, encode(*send.refresh_token)), id,
              send.refresh_token->generation, 0};
  while (apps_[token.app].id != code.life.client) ++token.app;
  tokens_.push_back(std::move(token));
  if (tokens_.size() > 400) tokens_.erase(tokens_.begin(), tokens_.begin() + 100);
}

void World::refresh_yielded(const Walk& walk, const core::SendTokens& send,
                            const core::GrantId& id) {
  ++counts_.refreshes;
  const Request& request = walk.request();
  const Truth::Row& row = *truth_.row_at(id, walk.looked());
  const bool newest = request.generation == row.generation;
  const bool retry = request.generation + 1 == row.generation &&
                     walk.judged_at() < row.rotated + house_.policy.refresh_retry_window;
  if (!newest && !retry) truth_.fail("an old refresh token was honoured");
  // What rotated must have been written on a live row, whatever happened since the look.
  if (newest && send.refresh_token) {
    const Truth::Row& after = *truth_.row_at(id, walk.written());
    if (after.state != GrantState::live || after.generation != request.generation + 1) {
      truth_.fail("a rotation that was not written");
    }
  }
  if (!send.refresh_token) return;
  if (send.refresh_token->generation != request.generation + 1) {
    truth_.fail("a refresh token of another generation than the next");
  }
  std::size_t app = 0;
  while (apps_[app].id != truth_.codes[id].life.client) ++app;
  tokens_.push_back({seal(core::SealKind::refresh_token, encode(*send.refresh_token)), id,
                     send.refresh_token->generation, app});
}

void World::refused(const Walk& walk, const core::SendJsonError& send) {
  const Request& request = walk.request();
  if (send.error.code != oauth::ErrorCode::invalid_grant) return;  // the client had to wait
  if (!request.grant || !request.own_client) return;
  Truth::Code& code = truth_.codes[*request.grant];
  // What an app was told definitely, and what must be true from then on. Nothing is known where
  // the life was over before: then it is only refused.
  if (truth_.why_over(code.life, code.offline, truth_.now())) return;
  const Truth::Row* row = truth_.row_at(*request.grant, truth_.now());
  const Truth::Row* seen = truth_.row_at(*request.grant, walk.looked());
  if (request.generation == 0) {
    if (walk.judged_at() >= code.expires) return;
    if (!request.possession) {
      ++counts_.burns;
      if (!code.failed_check) code.failed_check = truth_.now();
      if (!row) truth_.fail("a failed check of possession did not burn the code");
    } else if (seen) {
      ++counts_.replays;
      if (row->state == GrantState::live) truth_.fail("a replayed code did not revoke its grant");
    }
    return;
  }
  if (!seen || seen->state != GrantState::live) return;
  const bool behind = request.generation + 1 < seen->generation ||
                      (request.generation + 1 == seen->generation &&
                       walk.judged_at() >= seen->rotated + house_.policy.refresh_retry_window);
  if (behind && row->state == GrantState::live) {
    // Only where nothing but the generation was wrong: ends by time are only refused.
    const bool ended = walk.judged_at() >= row->rotated + house_.policy.session_idle;
    if (!ended) truth_.fail("an old refresh token did not revoke its grant");
  }
}

// Rows = grants: each row stands for a code that was exchanged or burned, and nothing else is.
void World::check_rows() {
  store::Query query;
  query.table = store::Query::Table::grants;
  do {
    recorder_->list(query, [&](Result<store::Page, store::StoreError> page) {
      query.after = page->next;
      for (const store::Row& each : page->rows) {
        const auto& grant = std::get<core::Grant>(each);
        const Truth::Row* row = truth_.row_at(grant.id, truth_.now());
        if (!row || !truth_.codes.contains(grant.id)) {
          truth_.fail("a row that no code stands for");
        } else if (row->state != grant.state || row->generation != grant.generation) {
          truth_.fail("a row is not what was written");
        }
      }
    });
  } while (!query.after.empty());
}

}  // namespace grantd::sim
