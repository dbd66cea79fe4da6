#include "tests/rules/scene.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/core/oidc/subject.h"
#include "grantd/core/token/client_state.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"

namespace grantd::core {
namespace {

using enum GrantType;

ByteArray<32> session_secret() {
  ByteArray<32> secret;
  secret.fill(0x5e);
  return secret;
}

Resource make_resource(std::string audience, std::initializer_list<std::string> scopes) {
  Resource resource;
  resource.audience = Audience(std::move(audience));
  resource.name = "an API";
  for (const std::string& name : scopes) resource.scopes.push_back({name, {{"en", {name, ""}}}});
  return resource;
}

Client make_client(std::string id, AuthMethod method, std::vector<std::string> redirect_uris,
                   std::vector<GrantType> grants) {
  Client client;
  client.incarnation = id_of<Incarnation>(static_cast<std::uint8_t>(id[0]));
  client.id = ClientId(id);
  client.counter = 3;
  client.version = 1;
  client.name = "The app " + id;
  client.auth_method = method;
  if (method != AuthMethod::none) {
    client.secrets.push_back(ClientSecret{.sha256 = sha256(id + "-secret")});
  }
  for (const std::string& text : redirect_uris) {
    client.redirect_uris.push_back(RedirectUri::parse(text).value());
  }
  client.grant_types = std::move(grants);
  client.scope = ScopeSet::parse("read write view offline_access").value();
  return client;
}

std::vector<Client> make_clients() {
  using enum AuthMethod;
  const std::string app(kAppUri);
  std::vector<Client> clients;
  clients.push_back(make_client("web", client_secret_basic, {app, app + "?tenant=1"},
                                {authorization_code, refresh_token}));
  clients.push_back(make_client("post", client_secret_post, {app},
                                {authorization_code, refresh_token}));
  clients.push_back(make_client("classic", client_secret_post, {app},
                                {authorization_code, refresh_token}));
  clients.back().pkce = PkcePolicy::optional;
  clients.back().secrets = {ClientSecret{.sha256 = {}, .argon2id = "$argon2id$imported"}};
  clients.push_back(make_client("spa", none, {app}, {authorization_code, refresh_token}));
  clients.push_back(make_client("native", none, {"http://127.0.0.1/cb", "com.example.app:/cb"},
                                {authorization_code, refresh_token}));
  clients.push_back(make_client("robot", client_secret_basic, {}, {client_credentials}));
  clients.back().scope = ScopeSet::parse("read write openid offline_access").value();
  clients.push_back(make_client("own", client_secret_basic, {app},
                                {authorization_code, refresh_token}));
  clients.back().consent = ConsentPolicy::implied;
  clients.push_back(make_client("short", client_secret_basic, {app}, {authorization_code}));
  return clients;
}

User make_user(SubjectId id, std::string login) {
  User user;
  user.id = id;
  user.password = "$argon2id$of " + login;
  user.login = std::move(login);
  user.counter = 5;
  user.version = 1;
  user.claims = Json::object({{"name", "Somebody"}});
  return user;
}

const jose::PrivateKey& test_key() {
  static const jose::PrivateKey key = jose::PrivateKey::generate(jose::Algorithm::es256);
  return key;
}

Keyring make_keys() {
  Keyring keys;
  keys.issuer = oauth::parse_issuer("https://auth.example").value();
  const Bytes front(32, 0xf1), refresh(32, 0xe2), older(32, 0x0d);
  keys.seal_keys = {{7, KeyUse::seal_front, KeyState::current, Secret(ByteView(front))},
                    {8, KeyUse::seal_refresh, KeyState::current, Secret(ByteView(refresh))},
                    {3, KeyUse::seal_front, KeyState::retired, Secret(ByteView(older))}};
  keys.pairwise = Secret(ByteView(Bytes(32, 0x9a)));
  keys.verify_keys.add({"k1", test_key().public_key(), jose::Algorithm::es256});
  return keys;
}

}  // namespace

Params Params::with(std::string name, std::string value) const {
  Params changed = *this;
  for (auto& [each, text] : changed.items_) {
    if (each == name) {
      text = std::move(value);
      return changed;
    }
  }
  changed.items_.emplace_back(std::move(name), std::move(value));
  return changed;
}

Params Params::without(std::string_view name) const {
  Params changed = *this;
  std::erase_if(changed.items_, [&](const auto& item) { return item.first == name; });
  return changed;
}

Params Params::also(std::string name, std::string value) const {
  Params changed = *this;
  changed.items_.emplace_back(std::move(name), std::move(value));
  return changed;
}

std::string Params::encode() const {
  std::string text;
  for (const auto& [name, value] : items_) {
    text += (text.empty() ? "" : "&") + form_encode(name) + "=" + form_encode(value);
  }
  return text;
}

std::string Params::get(std::string_view name) const {
  for (const auto& [each, text] : items_) {
    if (each == name) return text;
  }
  return {};
}

Client& Facts::client(std::string_view id) {
  for (Client& each : clients) {
    if (each.id.view() == id) return each;
  }
  CHECK(!"a client of the cast");
  __builtin_unreachable();
}

Consent& Facts::consent(std::string_view client) {
  for (Consent& each : consents) {
    if (each.client.view() == client) return each;
  }
  CHECK(!"a consent of the cast");
  __builtin_unreachable();
}

namespace {

template <class Rows, class Id>
auto find_row(const Rows& rows, const Id& id) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
    return row.id == id;
  });
  return at == rows.end() ? std::nullopt : std::optional(*at);
}

}  // namespace

Found Facts::look(const Wanted& wanted) const {
  Found found;
  found.epoch = epoch;
  if (wanted.client) {
    if (const auto row = find_row(clients, *wanted.client)) {
      found.client = std::make_shared<const Client>(*row);
    }
  }
  if (wanted.session) found.session = find_row(sessions, *wanted.session);
  const std::optional<User> of_session =
      found.session ? find_row(users, found.session->subject) : std::nullopt;
  if (wanted.login) {
    for (const User& each : users) {
      if (each.login == *wanted.login) found.user = each;
    }
    found.session_user = of_session;
  } else {
    found.user = wanted.subject ? find_row(users, *wanted.subject) : of_session;
  }
  const std::optional<SubjectId> subject =
      wanted.subject    ? wanted.subject
      : found.session ? std::optional(found.session->subject)
                        : std::nullopt;
  for (const Consent& each : consents) {
    if (wanted.consent && subject == each.subject && wanted.client == each.client) {
      found.consent = each;
    }
  }
  found.grant_left_out = wanted.grant && wanted.grant_is_new;
  if (wanted.grant && !wanted.grant_is_new) found.grant = find_row(grants, *wanted.grant);
  found.of_token = look_up_token(wanted);
  if (wanted.revoked_token) {
    found.token_revoked = std::ranges::find(revoked_tokens, *wanted.revoked_token) !=
                          revoked_tokens.end();
  }
  if (wanted.unused_clients) found.unused_clients = unused_clients;
  if (wanted.once) {
    found.used_once = std::ranges::find(used_once, *wanted.once) != used_once.end();
  }
  if (wanted.account && found.session) add_account(found);
  for (const SessionClient& note : session_clients) {
    const auto row = find_row(clients, note.client);
    const bool of_it = wanted.session_clients && wanted.session == note.session;
    if (of_it && row) found.session_clients.push_back(std::make_shared<const Client>(*row));
  }
  if (wanted.resources) found.resources = std::make_shared<const Resources>(resources);
  if (!wanted.throttle.empty()) found.throttled = throttled;
  found.proof = proof;
  found.documents = documents;
  return found;
}

Found::OfToken Facts::look_up_token(const Wanted& wanted) const {
  Found::OfToken of;
  if (wanted.token_grant) of.grant = find_row(grants, *wanted.token_grant);
  const auto of_client = of.grant ? std::optional(of.grant->client) : wanted.token_client;
  const auto client_row = of_client ? find_row(clients, *of_client) : std::nullopt;
  if (client_row) of.client = std::make_shared<const Client>(*client_row);
  if (!of.grant) return of;
  of.user = find_row(users, of.grant->subject);
  if (of.grant->session) of.session = find_row(sessions, *of.grant->session);
  for (const Consent& each : consents) {
    if (each.subject == of.grant->subject && each.client == of.grant->client) of.consent = each;
  }
  return of;
}

// Of the present session's person, the newest first.
void Facts::add_account(Found& found) const {
  const SubjectId& person = found.session->subject;
  for (auto each = sessions.rbegin(); each != sessions.rend(); ++each) {
    if (each->subject == person && !each->ended) found.of_account.sessions.push_back(*each);
  }
  for (auto each = consents.rbegin(); each != consents.rend(); ++each) {
    if (each->subject != person) continue;
    found.of_account.consents.push_back(*each);
    if (const auto row = find_row(clients, each->client)) {
      found.of_account.clients.push_back(std::make_shared<const Client>(*row));
    }
  }
}

Scene::Scene()
    : keys(make_keys()), cookie(make_session_cookie(session_id, session_secret())),
      signer_(test_key()) {
  policy.issuer = keys.issuer;
  policy.dummy_password = "$argon2id$of nobody";
  policy.userinfo.audience = Audience(keys.issuer.str());
  house.features = &features;
  policy.registration.mode = RegistrationPolicy::Mode::open;
  policy.registration.scope = ScopeSet::parse("openid profile email offline_access").value();
  facts.epoch = id_of<Epoch>(0xe0);
  facts.resources = {make_resource("https://notes.example", {"read", "write"}),
                     make_resource("https://photos.example", {"view"})};
  facts.clients = make_clients();
  facts.users = {make_user(ada, "ada"), make_user(bob, "bob")};
  Session session;
  session.id = session_id;
  session.secret_hash = sha256(ByteView(session_secret()));
  session.version = 1;
  session.subject = ada;
  session.user_counter = user().counter;
  session.epoch = facts.epoch;
  session.auth_time = now - std::chrono::minutes(20);
  session.amr = "pwd";
  session.created = session.auth_time;
  session.last_seen = now - std::chrono::minutes(1);
  session.expires = now + std::chrono::hours(24 * 13);
  facts.sessions = {session};
  std::uint8_t number = 1;
  for (const Client& client : facts.clients) {
    Consent consent;
    consent.id = id_of<ConsentId>(number++);
    consent.version = 4;
    consent.subject = ada;
    consent.client = client.id;
    consent.incarnation = client.incarnation;
    consent.scope = ScopeSet::parse("read").value();
    facts.consents.push_back(consent);
  }
}

Moment Scene::moment() const {
  Moment moment;
  moment.now = now;
  moment.seed.fill(chance);
  return moment;
}

namespace {

bool is_refused(const Outcome& outcome) {
  if (const auto* show = std::get_if<ShowPage>(&outcome)) {
    return std::holds_alternative<ProblemPage>(show->page);
  }
  return std::holds_alternative<SendError>(outcome) ||
         std::holds_alternative<SendJsonError>(outcome) ||
         std::holds_alternative<SendChallenge>(outcome) ||
         std::holds_alternative<MethodNotAllowed>(outcome);
}

// Whatever is refused, an operator can be told why and what mends it: by which rule of which
// section. What else a walk notes has its rule and section too.
void expect_explained(const Sent& sent, const Decision& decision) {
  const std::string where = sent.method + " " + sent.path + " → " + gist(decision);
  for (const Reason& reason : decision.reasons) {
    EXPECT_NE(reason.rule, "") << where << ": " << reason.text;
    EXPECT_NE(reason.citation, "") << where << ": " << reason.text;
    EXPECT_NE(reason.text, "") << where << ": " << reason.rule;
  }
  if (!is_refused(decision.outcome)) return;
  ASSERT_FALSE(decision.reasons.empty()) << where << ": no reason";
  EXPECT_FALSE(decision.reasons.back().repair.empty())
      << where << ": nothing mends " << decision.reasons.back().text;
}

bool is_opening(const Change& change) { return std::holds_alternative<OpenGrant>(change); }

}  // namespace

Scene::Judged Scene::judge(const Sent& sent) const {
  Judged judged = judge_unchecked(sent);
  if (const auto* decision = std::get_if<Decision>(&judged)) expect_explained(sent, *decision);
  return judged;
}

Scene::Judged Scene::judge_unchecked(const Sent& sent) const {
  const Endpoint* endpoint = features.endpoint(sent.path);
  CHECK(endpoint);
  RawRequest raw;
  raw.method = sent.method;
  raw.query = sent.query;
  raw.body = sent.body;
  raw.content_type = sent.content_type;
  raw.authorization = sent.authorization;
  raw.accept = sent.accept;
  raw.address = sent.address;
  raw.session_cookie = sent.session_cookie;
  raw.browser_cookie = sent.browser_cookie;
  raw.device_cookie = sent.device_cookie;
  Read read = core::read(*endpoint, raw, house, keys);
  if (auto* decision = std::get_if<Decision>(&read)) return std::move(*decision);
  if (std::holds_alternative<UnknownKey>(read)) return UnknownKey{};
  const auto& read_case = std::get<std::unique_ptr<Case>>(read);
  Wanted wanted = read_case->wants();
  Verdict verdict = read_case->decide(facts.look(wanted), moment());
  // As the server does: judged again with the row that was left out, where that is asked for, and
  // where the guard finds it.
  const auto* asked = std::get_if<Ask>(&verdict);
  const bool opens = !asked && std::ranges::any_of(std::get<Decision>(verdict).changes, is_opening);
  const bool lost = opens && find_row(facts.grants, *wanted.grant);
  if (lost || (asked && std::holds_alternative<AskGrant>(*asked))) {
    wanted.grant_is_new = false;
    verdict = read_case->decide(facts.look(wanted), moment());
  }
  if (auto* ask = std::get_if<Ask>(&verdict)) return std::move(*ask);
  return std::get<Decision>(std::move(verdict));
}

Decision Scene::decide(const Sent& sent) const {
  Judged judged = judge(sent);
  auto* decision = std::get_if<Decision>(&judged);
  CHECK(decision);
  return std::move(*decision);
}

std::string Scene::answer(const Sent& sent) const { return gist(judge(sent)); }

std::string Scene::seal_text(SealKind kind, ByteView payload) const {
  SealNonce nonce{};
  ++nonce_;
  for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(nonce_ >> (8 * i));
  return seal(kind, payload, keys, nonce);
}

CodePayload Scene::code(std::string_view client_id) const {
  const auto client = find_row(facts.clients, ClientId(std::string(client_id)));
  CodePayload code;
  code.id = grant_id;
  code.epoch = facts.epoch;
  code.expires = now + std::chrono::seconds(50);
  code.refs.client = client->id;
  code.refs.incarnation = client->incarnation;
  code.refs.client_counter = client->counter;
  code.refs.subject = ada;
  code.refs.user_counter = facts.users.front().counter;
  code.refs.session = session_id;
  for (const Consent& consent : facts.consents) {
    if (consent.client == client->id) code.refs.consent = consent.id;
  }
  code.redirect_uri_hash = sha256(kAppUri);
  code.challenge = oauth::CodeVerifier::parse(kVerifier)->challenge();
  code.scope = ScopeSet::parse("read").value();
  code.auth_time = facts.sessions.front().auth_time;
  code.amr = "pwd";
  return code;
}

std::string Scene::text(const CodePayload& payload) const {
  return seal_text(SealKind::code, encode(payload));
}

Grant Scene::grant(std::string_view client) const {
  const CodePayload code = this->code(client);
  Grant grant;
  grant.id = code.id;
  grant.version = 1;
  grant.client = code.refs.client;
  grant.incarnation = code.refs.incarnation;
  grant.client_counter = code.refs.client_counter;
  grant.subject = code.refs.subject;
  grant.user_counter = code.refs.user_counter;
  grant.session = code.refs.session;
  grant.consent = code.refs.consent;
  grant.scope = code.scope;
  grant.auth_time = code.auth_time;
  grant.amr = code.amr;
  grant.generation = 1;
  grant.created = grant.rotated = grant.last_used = now - std::chrono::hours(1);
  grant.expires = facts.sessions.front().expires;
  grant.code_expires = grant.created + std::chrono::seconds(50);
  return grant;
}

RefreshPayload Scene::refresh(std::string_view client, std::uint32_t generation) const {
  const Grant of = grant(client);
  return {of.id, facts.epoch, generation, of.expires, of.client, of.subject, of.session};
}

std::string Scene::text(const RefreshPayload& payload) const {
  return seal_text(SealKind::refresh_token, encode(payload));
}

std::string Scene::text(const ResumePayload& payload) const {
  return seal_text(SealKind::resume, encode(payload));
}

std::string Scene::access_token(Json claims, std::string_view typ) const {
  const Json header = Json::object({{"typ", typ}, {"kid", "k1"}});
  return jose::sign_jwt(signer_, jose::Algorithm::es256, header, claims);
}

AccessPayload Scene::access(std::string_view client_id, std::string_view scope) const {
  const auto client = find_row(facts.clients, ClientId(std::string(client_id)));
  AccessPayload token;
  token.id = id_of<TokenId>(0x71);
  token.epoch = facts.epoch;
  token.issued = now;
  token.expires = now + std::chrono::minutes(15);
  token.client = client->id;
  token.incarnation = client->incarnation;
  token.client_counter = client->counter;
  if (client_id == "robot") {
    token.subject = client_id;
  } else {
    token.grant = grant_id;
    token.subject = subject_for(*client, ada, keys);
  }
  token.scope = ScopeSet::parse(scope).value();
  token.audience = facts.resources.front().audience;
  return token;
}

Json Scene::access_claims(std::string_view client, std::string_view scope) const {
  const AccessPayload token = access(client, scope);
  Json claims = Json::object({{"iss", policy.issuer.str()},
                              {"sub", token.subject},
                              {"aud", token.audience.str()},
                              {"client_id", token.client.str()},
                              {"scope", token.scope.to_text()},
                              {"iat", to_seconds(token.issued)},
                              {"exp", to_seconds(token.expires)},
                              {"jti", oauth::to_text(token.id)}});
  if (token.grant) {
    claims.set("auth_time", to_seconds(facts.sessions.front().auth_time));
    claims.set("grant_id", oauth::to_text(*token.grant));
  } else {
    claims.set("client_state", client_state_text({token.incarnation, token.client_counter}));
  }
  return claims;
}

std::string Scene::text(const AccessPayload& payload) const {
  return seal_text(SealKind::access_token, encode(payload));
}

Sent Scene::authorize(const Params& params) const {
  return {.path = "/authorize", .query = params.encode(),
          .browser_cookie = std::string(kBrowser)};
}

Sent Scene::signed_in(const Params& params) const {
  Sent sent = authorize(params);
  sent.session_cookie = cookie;
  return sent;
}

Sent Scene::resume(const ResumePayload& payload) const {
  return signed_in(Params{{"resume", text(payload)}});
}

Sent Scene::post(std::string path, const Params& params) const {
  return {.path = std::move(path), .method = "POST", .body = params.encode(),
          .content_type = "application/x-www-form-urlencoded", .session_cookie = cookie,
          .browser_cookie = std::string(kBrowser)};
}

Sent Scene::token(const Params& params, std::string authorization) const {
  return {.path = "/token", .method = "POST", .body = params.encode(),
          .content_type = "application/x-www-form-urlencoded",
          .authorization = std::move(authorization)};
}

Params ask(std::string_view client) {
  return {{"response_type", "code"},
          {"client_id", std::string(client)},
          {"redirect_uri", std::string(kAppUri)},
          {"scope", "read"},
          {"state", "xyz"},
          {"code_challenge", std::string(kChallenge)},
          {"code_challenge_method", "S256"}};
}

Params redeem(const std::string& code) {
  return {{"grant_type", "authorization_code"},
          {"code", code},
          {"redirect_uri", std::string(kAppUri)},
          {"code_verifier", std::string(kVerifier)}};
}

Params renew(const std::string& refresh_token) {
  return {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}};
}

AuthorizeRequest request_of(const Params& params) {
  return AuthorizeRequest(oauth::Form::parse(params.encode()).value());
}

std::string basic(std::string_view user, std::string_view password) {
  return oauth::make_basic(user, password);
}

}  // namespace grantd::core
