// A deployment of grantd under a story: the server, its clock, its operator.
//
// What lives here: two deployments behind one class, the cast of every story, what an operator does
// and sees. What does not: what people do (browser.h) and what apps do (app.h).
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/core/changes.h"
#include "grantd/http/message.h"
#include "grantd/server/server.h"
#include "grantd/store/memory/faulty_store.h"

namespace grantd::flows {

enum class Deployment {
  in_process,  // Server::create over the memory store; Server::handle(request)
  on_sqlite,   // Server::open over a file in a temporary directory; real HTTP on a loopback port
};

inline constexpr std::string_view kIssuer = "https://auth.example";
inline constexpr std::string_view kAppUri = "https://app.example/cb";
inline constexpr std::string_view kPassword = "correct horse battery staple";

struct HouseOptions {
  std::string issuer{kIssuer};
  std::set<std::string> off;  // endpoints and grants to do without
  std::function<void(server::Config&)> configure;  // what else is set; may be empty
  std::function<store::Fault(store::StoreCall)> faults;  // of the store in memory; may be empty
  bool developer = false;  // problem pages show their reasons, and there are pages of requests
};

// What lies in the store: rows a table, and when it was last written.
struct Rows {
  std::size_t clients = 0, users = 0, sessions = 0, consents = 0, grants = 0;
  Time latest{};
  friend bool operator==(const Rows&, const Rows&) = default;
};
std::ostream& operator<<(std::ostream& out, const Rows& rows);

// The cast. Apps, each with the redirect URI kAppUri where nothing else is said, and the secret
// "ID-secret" where it is confidential:
//   web      client_secret_basic        other    the same, another company's
//   post     client_secret_post         classic  client_secret_post, PKCE optional
//   native   public, http://127.0.0.1/cb and http://[::1]/cb: any port
//   mobile   public, com.example.app:/cb
//   spa      public, https              own      public, https, consent implied
//   once     as web, without the refresh grant
//   robot    client_credentials alone
// People, each with the password kPassword: ada, bob. APIs: notes (read, write), photos (view).
class House {
 public:
  explicit House(Deployment deployment, HouseOptions options = {});
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  // Asks the public listener. From any thread.
  http::Reply ask(http::Request request);
  const std::string& issuer() const { return options_.issuer; }
  const server::Server& server() const { return *server_; }

  Time now() const { return from_millis(clock_->load()); }
  void wait(Duration length) { clock_->fetch_add(length.count()); }
  // Stops the server and opens the same store again (on_sqlite only).
  void restart();

  // ---- the operator, who works on the store beside the running server
  void change(core::Change change);
  core::Client client(std::string_view id);
  core::User user(std::string_view login);
  std::vector<core::Grant> grants();
  std::vector<core::Consent> consents();
  std::vector<core::Session> sessions();
  bool is_revoked(const core::TokenId& token);
  Rows rows();
  void update_client(std::string_view id, const std::function<void(core::Client&)>& edit);
  void update_user(std::string_view login, const std::function<void(core::User&)>& edit);
  void withdraw_consent(std::string_view login, std::string_view client);
  void delete_client(std::string_view id);
  void recreate_client(core::Client as_it_was);  // the same name, another incarnation

 private:
  void open();
  void close();
  server::ServerOptions server_options() const;
  store::Store& store();

  Deployment deployment_;
  HouseOptions options_;
  std::shared_ptr<std::atomic<std::int64_t>> clock_;
  std::string directory_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<store::Store> beside_;  // the operator's own look, as the command line has it
};

}  // namespace grantd::flows
