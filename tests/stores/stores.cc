#include "tests/stores/stores.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "grantd/base/check.h"

namespace grantd::store::test {

using std::chrono::hours;
using std::chrono::minutes;

TemporaryDirectory::TemporaryDirectory() {
  std::string path = testing::TempDir() + "grantd-store-XXXXXX";
  CHECK(mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

SqliteOptions sqlite_options(const std::string& file) {
  return {.file = file, .issuer = kIssuer, .create = true};
}

std::unique_ptr<SqliteStore> open(const SqliteOptions& options) {
  auto store = open_sqlite(options);
  EXPECT_TRUE(store.has_value()) << (store ? "" : store.error());
  return store ? *std::move(store) : nullptr;
}

namespace {

template <class T, class Call>
Result<T, StoreError> wait_for(Call call) {
  BlockingLoop loop;
  bool done = false;
  std::optional<Result<T, StoreError>> answer;
  call([&](Result<T, StoreError> result) {
    answer.emplace(std::move(result));
    done = true;
  });
  loop.run_until(done);
  return *std::move(answer);
}

}  // namespace

Result<core::Found, StoreError> gather(Store& store, const core::Wanted& wanted) {
  return wait_for<core::Found>([&](auto done) { store.gather(wanted, std::move(done)); });
}
Result<Committed, StoreError> commit(Store& store, core::Changes changes, Time now) {
  return wait_for<Committed>(
      [&](auto done) { store.commit(std::move(changes), now, std::move(done)); });
}
Result<Swept, StoreError> sweep(Store& store, const Bite& bite) {
  return wait_for<Swept>([&](auto done) { store.sweep(bite, std::move(done)); });
}
Result<int, StoreError> sweep(Store& store, Time now, int rows_max, const IdleLimits& idle) {
  const Bite bite{.now = now, .idle = idle, .rows_max = rows_max, .time_max = kAnyTime};
  const auto swept = sweep(store, bite);
  if (!swept) return fail(swept.error());
  return swept->removed;
}
Result<Page, StoreError> list(Store& store, const Query& query) {
  return wait_for<Page>([&](auto done) { store.list(query, std::move(done)); });
}

std::string outcome(const Result<Committed, StoreError>& result) {
  if (!result) {
    switch (result.error().kind) {
      case StoreError::Kind::unavailable:
        return "unavailable";
      case StoreError::Kind::outcome_unknown:
        return "outcome_unknown";
      case StoreError::Kind::broken:
        return "broken";
    }
  }
  if (const auto* lost = std::get_if<Lost>(&*result)) {
    return "lost " + std::to_string(lost->change) + ": " + lost->row;
  }
  return "done";
}

core::Kept<core::Grant> grant(Store& store, const GrantId& id) {
  return gather(store, {.grant = id})->grant;
}
core::Kept<core::Session> session(Store& store, const SessionId& id) {
  return gather(store, {.session = id})->session;
}
core::Kept<core::User> user(Store& store, const SubjectId& id) {
  return gather(store, {.subject = id})->user;
}
core::Kept<core::Consent> consent(Store& store, const SubjectId& subject,
                                  const ClientId& client_id) {
  return gather(store, {.client = client_id, .subject = subject, .consent = true})->consent;
}
std::shared_ptr<const core::Client> client(Store& store, const ClientId& id) {
  return gather(store, {.client = id})->client;
}

core::Grant a_grant(std::uint32_t n) {
  core::Grant grant;
  ByteArray<10> random{};
  for (std::size_t i = 0; i < 4; ++i) random[i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  grant.id = oauth::make_grant_id(kNow + Duration(n), random);
  grant.version = 1;
  grant.client = ClientId("notes-app");
  grant.incarnation = id_of<core::Incarnation>(7);
  grant.client_counter = 1;
  grant.subject = id_of<SubjectId>(n % 100);
  grant.user_counter = 1;
  grant.session = id_of<SessionId>(n);
  grant.consent = id_of<core::ConsentId>(n % 100);
  grant.scope = *core::ScopeSet::parse("notes.read notes.write");
  grant.created = kNow + Duration(n);
  grant.auth_time = grant.created - minutes(5) - Duration(123);
  grant.amr = "pwd";
  grant.claims = "email name|email";
  grant.generation = 1;
  grant.rotated = grant.created;
  grant.last_used = grant.created;
  grant.expires = grant.created + hours(14 * 24);
  grant.code_expires = grant.created + std::chrono::seconds(59);
  return grant;
}

core::Session a_session(std::uint32_t n, std::uint32_t person) {
  core::Session session;
  session.id = id_of<SessionId>(n);
  session.secret_hash = sha256("secret " + std::to_string(n));
  session.version = 1;
  session.subject = id_of<SubjectId>(person);
  session.user_counter = 1;
  session.epoch = id_of<core::Epoch>(1);
  session.auth_time = kNow - Duration(1);
  session.amr = "pwd";
  session.created = kNow;
  session.last_seen = kNow;
  session.expires = kNow + hours(14 * 24);
  return session;
}

core::Consent a_consent(std::uint32_t person, const std::string& app, std::uint32_t n) {
  core::Consent consent;
  consent.id = id_of<core::ConsentId>(n);
  consent.version = 1;
  consent.subject = id_of<SubjectId>(person);
  consent.client = ClientId(app);
  consent.incarnation = id_of<core::Incarnation>(7);
  consent.scope = *core::ScopeSet::parse("notes.read");
  consent.created = kNow;
  consent.changed = kNow;
  return consent;
}

core::User a_user(std::uint32_t n, const std::string& login) {
  core::User user;
  user.id = id_of<SubjectId>(n);
  user.login = login;
  user.version = 1;
  user.created = kNow;
  user.password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
  user.claims = Json::object({{"name", "Ann Example"}, {"email_verified", true}});
  return user;
}

core::Client a_client(const std::string& id) {
  core::Client client;
  client.id = ClientId(id);
  client.incarnation = id_of<core::Incarnation>(7);
  client.version = 1;
  client.created = kNow;
  client.name = "Notes \"and\" more \u00e4";
  client.verified = true;
  client.home_uri = "https://app.example/";
  core::ClientSecret made;
  made.sha256 = sha256("made");
  made.created = kNow;
  core::ClientSecret imported;
  imported.argon2id = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
  imported.created = kNow;
  imported.expires = kNow + hours(24);
  client.secrets = {made, imported};
  client.redirect_uris = {*core::RedirectUri::parse("https://app.example/callback")};
  client.grant_types = {core::GrantType::authorization_code, core::GrantType::refresh_token};
  client.scope = *core::ScopeSet::parse("notes.read notes.write");
  client.default_scope = *core::ScopeSet::parse("notes.read");
  client.pkce = core::PkcePolicy::optional;
  client.id_token_algorithm = jose::Algorithm::eddsa;
  client.userinfo_algorithm = jose::Algorithm::es256;
  client.subject_type = core::SubjectType::pairwise;
  client.sector = "app.example";
  client.token_format = core::TokenFormat::opaque;
  client.default_max_age = hours(1);
  return client;
}

core::Client a_stranger(const std::string& id) {
  core::Client client = a_client(id);
  client.self_registration = core::SelfRegistration{
      .token_hash = sha256("token of " + id), .used = false, .unused_until = kNow + hours(1)};
  return client;
}

core::Resource a_resource(const std::string& audience) {
  core::Resource resource;
  resource.audience = core::Audience(audience);
  resource.version = 1;
  resource.name = "Notes";
  core::ResourceScope scope;
  scope.name = "notes.read";
  scope.texts["en"] = {"See your notes", "All of them"};
  scope.texts["de"] = {"Deine Notizen sehen", ""};
  resource.scopes = {scope};
  resource.token_lifetime = minutes(5);
  resource.introspectors = {{ClientId("notes-api"), id_of<core::Incarnation>(7)}};
  return resource;
}

core::Key a_key(const std::string& id) {
  core::Key key;
  key.id = id;
  key.use = core::KeyUse::seal_refresh;
  key.algorithm = "XChaCha20-Poly1305";
  key.state = core::KeyState::next;
  key.version = 1;
  key.created = kNow;
  key.state_since = kNow + Duration(1);
  key.wrapped = {1, 0, 2, 255};
  return key;
}

}  // namespace grantd::store::test
