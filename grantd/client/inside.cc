#include "grantd/client/inside.h"

#include <algorithm>

#include "grantd/client/flow_error.h"

namespace grantd::client {
namespace {

constexpr Duration kMarginMax = seconds(30);  // a token must not expire on its way

ClientAuth choose_method(const App& app, const Provider& provider) {
  if (app.auth) return *app.auth;
  if (app.key) return ClientAuth::private_key_jwt;
  if (app.client_secret.empty()) return ClientAuth::none;
  const auto& methods = provider.auth_methods;
  const bool basic = std::ranges::find(methods, "client_secret_basic") != methods.end();
  const bool post = std::ranges::find(methods, "client_secret_post") != methods.end();
  return !basic && post ? ClientAuth::client_secret_post : ClientAuth::client_secret_basic;
}

FlowError cache_error(std::string found) {
  return settings_error("a place to keep the login", std::move(found),
                        "mend it, or keep the login elsewhere");
}

}  // namespace

Client::Inside::Inside(App given) : app(std::move(given)), server(app) {
  if (!app.cache) app.cache = memory_cache();
}

Moment Client::Inside::moment() const {
  Moment drawn = draw_moment();
  drawn.now = now();
  return drawn;
}

Result<Settings, FlowError> Client::Inside::settings(const Wish& wish) {
  Settings out;
  out.provider = TRY(server.provider());
  out.client_id = oauth::ClientId(app.client_id);
  out.auth = choose_method(app, out.provider);
  out.client_secret = app.client_secret;
  out.key = app.key;
  out.id_token_algorithm = app.id_token_algorithm;
  const auto& scope_text = wish.scope.empty() ? app.scope : wish.scope;
  auto scope = oauth::ScopeSet::parse(scope_text);
  if (!scope) {
    return fail(settings_error("scope as words parted by single blanks", quoted(scope_text),
                               "set it to what the server offers"));
  }
  out.scope = *std::move(scope);
  const auto& uri_text = wish.redirect_uri.empty() ? app.redirect_uri : wish.redirect_uri;
  if (!uri_text.empty()) {
    auto uri = oauth::RedirectUri::parse(uri_text);
    if (!uri) {
      return fail(settings_error("a redirect URI, registered for this client",
                                 shown(uri.error()), "set it to the app's callback"));
    }
    out.redirect_uri = *std::move(uri);
  }
  out.max_age = wish.max_age;
  out.acr_values = wish.acr_values;
  for (const auto& resource : app.resources) out.extra.emplace_back("resource", resource);
  for (const auto& each : wish.extra) out.extra.push_back(each);
  return out;
}

Result<Session, FlowError> Client::Inside::complete(Tokens tokens,
                                                    const oauth::ScopeSet& asked,
                                                    bool wants_id_token, Expected expected) {
  Session session;
  session.issuer = app.issuer;
  session.client_id = app.client_id;
  session.scope = tokens.scope.value_or(asked);
  if (tokens.expires_in) session.expires_at = now() + *tokens.expires_in;
  if (wants_id_token && !tokens.id_token && !expected.first) {
    return fail(malformed("an ID token, as scope openid was asked for", "none"));
  }
  if (!wants_id_token) tokens.id_token.reset();  // nobody asked: not looked at, not kept
  if (tokens.id_token) {
    expected.access_token = tokens.access_token;
    auto token = check_id_token(*tokens.id_token, TRY(server.keys(false)), expected, now());
    if (!token && token.error().unknown_key) {
      token = check_id_token(*tokens.id_token, TRY(server.keys(true)), expected, now());
    }
    if (!token) return fail(token.error());
    session.subject = token->subject;
    session.id_token = *std::move(token);
  }
  session.tokens = std::move(tokens);
  return session;
}

Result<Session, FlowError> Client::Inside::refresh(const Session& session) {
  if (!session.tokens.refresh_token) return fail(signed_out("one without a refresh token"));
  const auto known = TRY(settings());
  const auto request = TRY(refresh_request(known, *session.tokens.refresh_token, moment()));
  auto tokens = read_tokens(TRY(server.send(request)));
  if (!tokens) {
    auto error = tokens.error();
    if (error.code == "invalid_grant") {
      error.problem = FlowProblem::signed_out;
      error.remedy = "sign in again: the login ended at the server";
    }
    return fail(error);
  }
  if (!tokens->refresh_token) tokens->refresh_token = session.tokens.refresh_token;  // it stays
  Expected expected = expected_of(known);
  expected.first = session.id_token;
  if (session.id_token) expected.nonce = session.id_token->nonce;
  auto fresh = complete(*tokens, session.scope, session.id_token.has_value(), expected);
  if (!fresh && fresh.error().problem == FlowProblem::unavailable) {
    // The keys cannot be had now. The ID token is a second one, and does without; the new refresh
    // token must not be lost, as the old one may be worth nothing any more.
    tokens->id_token.reset();
    fresh = complete(*std::move(tokens), session.scope, session.id_token.has_value(), expected);
  }
  if (fresh && !fresh->id_token) {  // RFC 6749 §6, Core §12.2: it need not send one
    fresh->id_token = session.id_token;
    fresh->subject = session.subject;
    fresh->tokens.id_token = session.tokens.id_token;
  }
  return fresh;
}

Result<Unit, FlowError> Client::Inside::revoke(const Session& session) {
  const auto known = TRY(settings());
  const auto& refresh_token = session.tokens.refresh_token;
  const auto request = TRY(revocation_request(
      known, refresh_token ? *refresh_token : session.tokens.access_token,
      refresh_token ? "refresh_token" : "access_token", moment()));
  return read_revocation(TRY(server.send(request)));
}

bool Client::Inside::has_time_left(const Tokens& tokens, std::optional<Time> expires_at) const {
  if (!expires_at) return true;
  // Of one that lives for seconds only, a quarter.
  const Duration margin =
      tokens.expires_in ? std::min<Duration>(kMarginMax, Duration(*tokens.expires_in) / 4)
                        : kMarginMax;
  return now() + margin < *expires_at;
}

bool Client::Inside::serves(const Session& session, const Secret* refused) const {
  return (!refused || session.tokens.access_token != *refused) &&
         has_time_left(session.tokens, session.expires_at);
}

void Client::Inside::remember(std::optional<Session> session) {
  const std::lock_guard lock(mutex_);
  session_ = std::move(session);
}

std::optional<Session> Client::Inside::remembered() {
  const std::lock_guard lock(mutex_);
  return session_;
}

Result<std::unique_ptr<TokenCache::Lock>, FlowError> Client::Inside::take_turn() {
  // Whoever has it refreshes: that takes a discovery and a request, at most.
  auto turn = app.cache->lock(3 * app.deadline);
  if (!turn) return fail(cache_error(shown(turn.error())));
  return *std::move(turn);
}

Result<Unit, FlowError> Client::Inside::save(const Session& session) {
  std::string text = session.to_text();
  const auto saved = app.cache->save(Secret(std::string_view(text)));
  wipe(text.data(), text.size());
  remember(session);
  if (!saved) return fail(cache_error(shown(saved.error())));
  return Unit{};
}

Result<Unit, FlowError> Client::Inside::keep(const Session& session) {
  const std::lock_guard flight(flight_);
  const auto turn = TRY(take_turn());
  return save(session);
}

Result<Session, FlowError> Client::Inside::load() {
  const auto text = app.cache->load();
  if (!text) return fail(cache_error(shown(text.error())));
  if (!*text) return fail(signed_out("none in " + app.cache->place()));
  auto session = Session::parse((*text)->reveal_text());
  if (!session) {
    return fail(signed_out("in " + app.cache->place() + " something that is none"));
  }
  // One app's tokens never go to another server.
  if (session->issuer != app.issuer || session->client_id != app.client_id) {
    return fail(signed_out("in " + app.cache->place() + " one of " + quoted(session->client_id) +
                           " at " + quoted(session->issuer)));
  }
  return session;
}

Result<Session, FlowError> Client::Inside::kept() {
  if (auto session = remembered()) return *std::move(session);
  auto session = TRY(load());
  remember(session);
  return session;
}

Result<Session, FlowError> Client::Inside::renew(const Secret* refused) {
  const auto turn = TRY(take_turn());
  // Another program may have been faster, or may have ended the login.
  auto loaded = load();
  if (!loaded) {
    if (loaded.error().problem == FlowProblem::signed_out) remember({});
    return fail(loaded.error());
  }
  const Session& session = *loaded;
  if (serves(session, refused)) {
    remember(session);
    return session;
  }
  auto fresh = refresh(session);
  if (fresh) {
    TRY(save(*fresh));  // before its access token is used: a rotated refresh token exists once
    return fresh;
  }
  if (fresh.error().problem == FlowProblem::signed_out && session.tokens.refresh_token) {
    (void)app.cache->forget();
    remember({});
  }
  // The margin is there for this: the server cannot answer, and the token has some seconds left.
  const bool alive = session.expires_at && now() < *session.expires_at;
  if (fresh.error().problem == FlowProblem::unavailable && alive && !refused) return session;
  return fail(fresh.error());
}

Result<Session, FlowError> Client::Inside::fresh(const Secret* refused) {
  auto session = remembered();
  if (session && serves(*session, refused)) return *std::move(session);
  const std::lock_guard flight(flight_);
  session = remembered();
  if (session && serves(*session, refused)) return *std::move(session);
  return renew(refused);
}

Result<Secret, FlowError> Client::Inside::service_token() {
  const std::lock_guard flight(service_flight_);
  if (service_tokens_ && has_time_left(*service_tokens_, service_expires_at_)) {
    return service_tokens_->access_token;
  }
  auto known = TRY(settings());
  known.scope = known.scope.without(known.scope.identity());  // nobody signs in
  Parameters resources;
  for (const auto& resource : app.resources) resources.emplace_back("resource", resource);
  const auto request = TRY(client_credentials_request(known, moment(), resources));
  service_tokens_ = TRY(read_tokens(TRY(server.send(request))));
  service_expires_at_.reset();
  // Without a lifetime it is asked for anew after a minute.
  service_expires_at_ = now() + service_tokens_->expires_in.value_or(std::chrono::seconds(60));
  return service_tokens_->access_token;
}

Result<Goodbye, FlowError> Client::Inside::logout() {
  const std::lock_guard flight(flight_);
  const auto turn = TRY(take_turn());
  remember({});
  const auto session = load();
  const auto forgotten = app.cache->forget();
  if (!session) return fail(session.error());
  if (!forgotten) return fail(cache_error(shown(forgotten.error())));
  Goodbye goodbye;
  const auto revoked = revoke(*session);
  goodbye.revoked = revoked.has_value();
  if (!revoked) goodbye.why_not = revoked.error();
  const auto known = settings();
  if (!known || known->provider.end_session_endpoint.empty()) return goodbye;
  const auto url = client::end_session_url(*known, session->tokens.id_token.value_or(""));
  if (url) goodbye.end_session_url = *url;
  return goodbye;
}

}  // namespace grantd::client
