// The stage of the rule tables: a small fixed cast, the facts as plain lists, and a driver that
// does read → decide as the server does, with fixed time and chance.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/core/endpoint.h"
#include "grantd/core/features.h"
#include "grantd/core/sealed/payloads.h"
#include "grantd/jose/jwk.h"

namespace grantd::core {

// Parameters in the order sent.
class Params {
 public:
  Params() = default;
  Params(std::initializer_list<std::pair<std::string, std::string>> items) : items_(items) {}
  Params with(std::string name, std::string value) const;  // set anew, or added
  Params without(std::string_view name) const;
  Params also(std::string name, std::string value) const;  // added, even where it is there already
  std::string encode() const;
  std::string get(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// A request as it came, with strings of its own.
struct Sent {
  std::string path;
  std::string method = "GET";
  std::string query;
  std::string body;
  std::string content_type;
  std::string authorization;
  std::string accept;
  std::string address = "192.0.2.7";
  std::optional<std::string> session_cookie, browser_cookie, device_cookie;
};

// What is remembered, as lists; look() is the one look of a store.
struct Facts {
  std::vector<Client> clients;
  std::vector<User> users;
  std::vector<Session> sessions;
  std::vector<Consent> consents;
  std::vector<Grant> grants;
  Resources resources;
  std::vector<TokenId> revoked_tokens;
  std::vector<Hash256> used_once;
  std::vector<SessionClient> session_clients;
  int unused_clients = 0;
  Epoch epoch;
  std::optional<Duration> throttled;
  std::optional<ProofAnswer> proof;
  std::map<std::string, Document> documents;  // by URL, once asked for

  Client& client(std::string_view id);
  Consent& consent(std::string_view client);
  Found look(const Wanted& wanted) const;

 private:
  Found::OfToken look_up_token(const Wanted& wanted) const;
  void add_account(Found& found) const;
};

template <class Id>
Id id_of(std::uint8_t fill) {
  ByteArray<Id::kSize> bytes;
  bytes.fill(fill);
  return Id(bytes);
}

inline constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr std::string_view kBrowser = "AAECAwQFBgcICQoLDA0ODw";
inline constexpr std::string_view kAppUri = "https://app.example/cb";

// The cast. Apps: web (Basic), post, classic (post, imported secret, PKCE optional), spa (public),
// native (public, on this computer), robot (client_credentials only), own (consent implied),
// short (no refresh_token grant). People: ada, signed in; bob. APIs: notes (read, write), photos
// (view). Ada allowed `read` to each app.
class Scene {
 public:
  Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  Time now = from_seconds(1'767'268'800);  // 2026-01-01T12:00:00Z
  std::uint8_t chance = 1;                 // the moment's seed
  Features features;
  House house;
  Policy& policy = house.policy;
  Keyring keys;
  Facts facts;

  const SubjectId ada = id_of<SubjectId>(0xa1);
  const SubjectId bob = id_of<SubjectId>(0xb0);
  const SessionId session_id = id_of<SessionId>(0x51);
  const GrantId grant_id = oauth::make_grant_id(from_seconds(1'767'268'790), {});
  const std::string cookie;  // of ada's session
  Session& session() { return facts.sessions.front(); }
  User& user() { return facts.users.front(); }

  Moment moment() const;
  // As the server's driver: the method is checked against the endpoint's row, then read → decide.
  using Judged = std::variant<Decision, Ask, UnknownKey>;
  Judged judge(const Sent& sent) const;
  Decision decide(const Sent& sent) const;   // fails the test where it is no decision
  std::string answer(const Sent& sent) const;  // the gist

  // What was sealed here.
  std::string seal_text(SealKind kind, ByteView payload) const;
  CodePayload code(std::string_view client) const;
  std::string text(const CodePayload& payload) const;
  Grant grant(std::string_view client) const;  // opened by the code, generation 1
  RefreshPayload refresh(std::string_view client, std::uint32_t generation = 1) const;
  std::string text(const RefreshPayload& payload) const;
  std::string text(const ResumePayload& payload) const;
  std::string access_token(Json claims, std::string_view typ = "at+jwt") const;
  // Access tokens as issue() makes them, of grant(client), 15 minutes from now; the client's own
  // where it is robot.
  Json access_claims(std::string_view client, std::string_view scope = "read") const;
  AccessPayload access(std::string_view client, std::string_view scope = "read") const;
  std::string text(const AccessPayload& payload) const;

  // Requests.
  Sent authorize(const Params& params) const;            // no cookies
  Sent signed_in(const Params& params) const;            // ada's browser
  Sent resume(const ResumePayload& payload) const;       // ada's browser
  Sent post(std::string path, const Params& params) const;  // a form, ada's browser
  Sent token(const Params& params, std::string authorization = {}) const;

 private:
  Judged judge_unchecked(const Sent& sent) const;

  jose::PrivateKey signer_;
  mutable std::uint64_t nonce_ = 0;
};

// Requests that are right; rows change one thing.
Params ask(std::string_view client = "web");               // /authorize
Params redeem(const std::string& code);                    // /token of web, spa: by its verifier
Params renew(const std::string& refresh_token);            // /token
AuthorizeRequest request_of(const Params& params);
std::string basic(std::string_view user, std::string_view password);

// A decision in one line: outcome, then its changes (+) and cookies (~). No prose.
std::string gist(const Scene::Judged& judged);
std::string gist(const Decision& decision);
const AskProof& proof_asked(const Scene::Judged& judged);  // fails where it is none

// One row of a table. `id`: of the checklist, or the section.
struct Row {
  std::string id;
  std::string title;
  std::function<Sent(Scene&)> request;  // arranges the facts, too
  std::string want;
};
void run(const std::vector<Row>& rows);

}  // namespace grantd::core
