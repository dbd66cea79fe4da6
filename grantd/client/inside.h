// What a Client consists of: the server as it was discovered, and the login that is kept.
#pragma once

#include <mutex>

#include "grantd/client/client.h"

namespace grantd::client {

// The server: metadata and keys, each fetched when they are needed and kept for an hour.
class Server {
 public:
  explicit Server(const App& app) : app_(app) {}

  Result<Response, FlowError> send(const Request& request) const;
  Result<Provider, FlowError> provider();
  Result<jose::KeySet, FlowError> keys(bool anew);

 private:
  using Clock = std::chrono::steady_clock;
  Result<Provider, FlowError> discover() const;

  const App& app_;
  std::mutex provider_turn_, keys_turn_;
  std::optional<Provider> provider_;
  std::optional<jose::KeySet> keys_;
  Clock::time_point provider_at_{}, keys_at_{};
};

class Client::Inside {
 public:
  explicit Inside(App given);

  Time now() const { return app.clock ? app.clock() : system_now(); }
  Moment moment() const;
  Result<Settings, FlowError> settings(const Wish& wish = {});

  // Tokens that just came, as a session; the ID token is checked.
  Result<Session, FlowError> complete(Tokens tokens,
                                      const oauth::ScopeSet& asked, bool wants_id_token,
                                      Expected expected);
  Result<Session, FlowError> refresh(const Session& session);
  Result<Unit, FlowError> revoke(const Session& session);

  // ---- the login that is kept
  Result<Unit, FlowError> keep(const Session& session);
  Result<Unit, FlowError> save(const Session& session);  // under the cache's lock
  Result<Session, FlowError> load();
  Result<Session, FlowError> kept();
  // A session with a token that has some time left and is not `refused`.
  Result<Session, FlowError> fresh(const Secret* refused);
  Result<Secret, FlowError> service_token();
  Result<Goodbye, FlowError> logout();

  App app;
  Server server;

 private:
  bool has_time_left(const Tokens& tokens, std::optional<Time> expires_at) const;
  bool serves(const Session& session, const Secret* refused) const;
  Result<std::unique_ptr<TokenCache::Lock>, FlowError> take_turn();
  Result<Session, FlowError> renew(const Secret* refused);
  void remember(std::optional<Session> session);
  std::optional<Session> remembered();

  std::mutex flight_;  // one refresh at a time
  std::mutex mutex_;   // of session_
  std::optional<Session> session_;
  std::mutex service_flight_;
  std::optional<Tokens> service_tokens_;
  std::optional<Time> service_expires_at_;
};

}  // namespace grantd::client
