// The comfortable client: discovery, the flow, refresh, with sockets of its own.
//
// A program on a person's computer:
//
//   grantd::client::Client app({.issuer = "https://auth.example", .client_id = "my-tool"});
//   auto session = app.login();
//   std::cout << (session ? "Hello " + session->subject : session.error().message()) << '\n';
//
// A web app: start() and keep the Pending in the browser's session; finish() at the callback.
// A service: service_token().
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/client/flow.h"
#include "grantd/client/token_cache.h"

namespace grantd::client {

// The app as it is registered. What is left out has a safe meaning.
struct App {
  std::string issuer = {};     // https, or http to this machine; byte for byte
  std::string client_id = {};
  Secret client_secret = {};              // of a confidential client
  std::optional<ClientKey> key = {};      // in its place: private_key_jwt
  std::optional<ClientAuth> auth = {};    // else: by what is there, and what the server takes
  // A web app's callback. For login(): as Loopback::listen has it, empty in most cases.
  std::string redirect_uri = {};
  std::string scope = "openid";
  std::vector<std::string> resources = {};  // RFC 8707: the APIs that tokens are for
  std::optional<jose::Algorithm> id_token_algorithm = {};  // as registered
  std::shared_ptr<TokenCache> cache = {};                  // of the login; null: memory
  std::string ca_file = {};  // PEM: authorities to trust instead of the system's
  std::chrono::milliseconds deadline{10'000};  // of each request
  // For an HTTP stack or a clock of the app's own, and for tests. A transport verifies
  // certificates, follows no redirect, and is called from any thread; its error is one line.
  std::function<Result<Response, std::string>(const Request&)> transport = {};
  std::function<Time()> clock = {};
};

// A login that was checked, or what a refresh made of it.
struct Session {
  std::string issuer;
  std::string client_id;
  std::string subject;              // who, at this issuer; empty without openid
  std::optional<IdToken> id_token;  // the first one's claims; a refresh may bring newer ones
  Tokens tokens;
  oauth::ScopeSet scope;           // as granted
  std::optional<Time> expires_at;  // of the access token; nothing: the server did not say

  // A claim of the ID token that is text: claim("name"); empty where there is none. What the scopes
  // profile and email bring may be at userinfo() only.
  std::string claim(std::string_view name) const;
  std::string to_text() const;  // one line of JSON; a secret
  static Result<Session, FlowError> parse(std::string_view text);
};

// What one start or login asks for beside the App's own.
struct Wish {
  std::string scope = {};         // else the App's
  std::string redirect_uri = {};  // else the App's
  std::optional<seconds> max_age = {};
  std::vector<std::string> acr_values = {};
  Parameters extra = {};  // prompt, login_hint, ui_locales …
};

struct LoginOptions {
  Wish wish = {};
  // Shows the person where to go; else: opens the browser where there is one, and writes the
  // address to standard error in any case.
  std::function<void(const std::string& url)> show = {};
  std::chrono::seconds deadline{300};
  std::stop_token stop = {};  // heard while it waits for the browser
};

struct Goodbye {
  bool revoked = false;         // whether the server took the tokens back
  std::optional<FlowError> why_not;
  std::string end_session_url;  // to sign out at the server too; empty where it has none
};

// From any thread. Requests block, each for at most App::deadline.
class Client {
 public:
  explicit Client(App app);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // ---- a program on the person's computer: one login, kept in the cache

  // The flow in the person's browser, by a loopback redirect (RFC 8252). Replaces the login that
  // there was.
  Result<Session, FlowError> login(const LoginOptions& options = {});
  // Keeps a login that start() and finish() made.
  Result<Unit, FlowError> keep(const Session& session);
  // The login as it is kept; signed_out where there is none.
  Result<Session, FlowError> session();
  // A token that has some time left. Refreshed where due, once for all threads and all programs
  // that share the cache; a new refresh token is saved before the access token is given out.
  Result<Secret, FlowError> access_token();
  // After an API said invalid_token to `refused`: a newer one.
  Result<Secret, FlowError> access_token_after(const Secret& refused);
  // What the server knows of the person.
  Result<Json, FlowError> userinfo();
  // Revokes at the server and forgets here. Forgets in any case; signed_out where there was none.
  Result<Goodbye, FlowError> logout();

  // ---- a web app: one session a browser, kept by the app

  Result<Started, FlowError> start(const Wish& wish = {});
  Result<Session, FlowError> finish(Pending&& pending, std::string_view query);
  // One at a time for each session: two with the same refresh token look like a theft.
  Result<Session, FlowError> refresh(const Session& session);
  Result<Json, FlowError> userinfo(const Session& session);
  // Takes back the refresh token, else the access token.
  Result<Unit, FlowError> revoke(const Session& session);
  Result<std::string, FlowError> end_session_url(const Session& session,
                                                 std::string_view after = {},
                                                 std::string_view state = {});

  // ---- a service, in its own name (RFC 6749 §4.4)

  // Kept in memory until shortly before its end; asked for once for all threads.
  Result<Secret, FlowError> service_token();

  // ---- what stands behind it

  // The server's metadata, kept for an hour.
  Result<Provider, FlowError> provider();
  // Its keys, kept for an hour. `anew`: a token named a key that is not in them; at most once in
  // 30 s.
  Result<jose::KeySet, FlowError> keys(bool anew = false);

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

// The system's clock and CSPRNG.
Moment draw_moment();

// Starts the desktop's browser; false where there is none. Only https, and http to this machine.
bool open_browser(const std::string& url);

}  // namespace grantd::client
