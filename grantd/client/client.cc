#include "grantd/client/client.h"

#include <iostream>

#include "grantd/client/flow_error.h"
#include "grantd/client/inside.h"
#include "grantd/client/loopback.h"
#include "grantd/client/userinfo.h"

namespace grantd::client {
namespace {

void show_address(const std::string& url) {
  std::cerr << "To sign in, open this address in a browser on this computer:\n\n  " + url + "\n\n";
  open_browser(url);
}

}  // namespace

Client::Client(App app) : inside_(std::make_unique<Inside>(std::move(app))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Session, FlowError> Client::login(const LoginOptions& options) {
  Wish wish = options.wish;
  const auto& registered =
      wish.redirect_uri.empty() ? inside_->app.redirect_uri : wish.redirect_uri;
  const auto loopback = TRY(Loopback::listen(registered));
  wish.redirect_uri = loopback->redirect_uri();
  auto started = TRY(start(wish));
  loopback->expect(started.pending.state);
  options.show ? options.show(started.url) : show_address(started.url);
  const auto answer = TRY(loopback->wait(options.deadline, options.stop));
  auto session = finish(std::move(started.pending), answer.query);
  if (session) {
    if (const auto kept = keep(*session); !kept) session = fail(kept.error());
  }
  if (session) {
    answer.show(true, "You are signed in", "You can close this window and go back to the program.");
  } else {
    answer.show(false, "Signing in did not work", session.error().message());
  }
  return session;
}

Result<Unit, FlowError> Client::keep(const Session& session) { return inside_->keep(session); }

Result<Session, FlowError> Client::session() { return inside_->kept(); }

Result<Secret, FlowError> Client::access_token() {
  return TRY(inside_->fresh(nullptr)).tokens.access_token;
}

Result<Secret, FlowError> Client::access_token_after(const Secret& refused) {
  return TRY(inside_->fresh(&refused)).tokens.access_token;
}

Result<Json, FlowError> Client::userinfo() { return userinfo(TRY(inside_->fresh(nullptr))); }

Result<Goodbye, FlowError> Client::logout() { return inside_->logout(); }

Result<Started, FlowError> Client::start(const Wish& wish) {
  return client::start(TRY(inside_->settings(wish)), inside_->moment());
}

Result<Session, FlowError> Client::finish(Pending&& pending, std::string_view query) {
  Pending taken = std::exchange(pending, Pending{});
  const auto known = TRY(inside_->settings());
  auto exchange = TRY(client::finish(known, std::move(taken), query, inside_->moment()));
  auto tokens = TRY(read_tokens(TRY(inside_->server.send(exchange.request))));
  return inside_->complete(std::move(tokens), exchange.scope, exchange.wants_id_token,
                           std::move(exchange.id_token));
}

Result<Session, FlowError> Client::refresh(const Session& session) {
  return inside_->refresh(session);
}

Result<Json, FlowError> Client::userinfo(const Session& session) {
  const auto known = TRY(inside_->settings());
  const auto request = TRY(userinfo_request(known.provider, session.tokens.access_token));
  const auto response = TRY(inside_->server.send(request));
  // Keys only where they are needed: an answer in JSON takes none.
  auto claims = read_userinfo(response, session.subject, known, {}, inside_->now());
  for (const bool anew : {false, true}) {
    if (claims || !claims.error().unknown_key) break;
    claims = read_userinfo(response, session.subject, known, TRY(keys(anew)), inside_->now());
  }
  return claims;
}

Result<Unit, FlowError> Client::revoke(const Session& session) { return inside_->revoke(session); }

Result<std::string, FlowError> Client::end_session_url(const Session& session,
                                                       std::string_view after,
                                                       std::string_view state) {
  return client::end_session_url(TRY(inside_->settings()), session.tokens.id_token.value_or(""),
                                 after, state);
}

Result<Secret, FlowError> Client::service_token() { return inside_->service_token(); }

Result<Provider, FlowError> Client::provider() { return inside_->server.provider(); }

Result<jose::KeySet, FlowError> Client::keys(bool anew) { return inside_->server.keys(anew); }

}  // namespace grantd::client
