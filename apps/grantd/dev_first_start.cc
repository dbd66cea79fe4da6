#include "apps/grantd/dev_first_start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>

#include "apps/grantd/dev_demo.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/server/key_plan.h"
#include "grantd/server/passwords.h"
#include "grantd/store/sqlite/sqlite_store.h"

namespace grantd::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSecretHead = "gcs_";

// The directory, ours alone (checklist OP-06). One that holds other things is left alone.
Outcome<> make_directory(const DevPlace& place) {
  std::error_code error;
  fs::create_directories(place.directory, error);
  if (error) {
    return failed(fmt::format("the directory {} cannot be made: {}; --data DIR names another",
                              place.directory, error.message()));
  }
  if (fs::exists(place.config_file())) return Unit();
  if (fs::directory_iterator(place.directory, error) != fs::directory_iterator() || error) {
    return failed(
        fmt::format("{} is no data directory of `grantd dev` (expected grantd.toml in "
                    "it, or nothing at all); --data DIR names another",
                    place.directory));
  }
  if (::chmod(place.directory.c_str(), 0700) == 0) return Unit();
  return failed(fmt::format("{}: {}", place.directory, strerror(errno)));
}

// Replaces the file as a whole: a reader sees the old text or the new one. Mode 0600.
Outcome<> write_file(const std::string& file, std::string_view text) {
  const std::string fresh = file + ".new";
  const int descriptor =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool whole = descriptor >= 0 && ::fchmod(descriptor, 0600) == 0 &&
               ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
               ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  whole = whole && ::rename(fresh.c_str(), file.c_str()) == 0;
  if (whole) return Unit();
  return failed(fmt::format("{} cannot be written: {}", file, strerror(errno)));
}

Outcome<> write_config(const DevPlace& place) {
  if (fs::exists(place.config_file())) return Unit();
  return write_file(place.config_file(),
                    server::starter_config({
                        {"issuer", fmt::format("\"{}\"", place.issuer())},
                        {"store.data_directory", "\".\""},
                        {"store.master_key_file", "\"master.key\""},
                        {"listen.port", std::to_string(place.port)},
                        {"listen.management_port", std::to_string(place.management_port())},
                    }));
}

Outcome<server::MasterKey> master_key(const server::Config& config) {
  if (fs::exists(fs::symlink_status(config.master_key_file)) || fs::exists(database_file(config))) {
    return open_master_key(config);
  }
  auto made = server::create_master_key(config.master_key_file);
  if (!made) return failed(made.error());
  return std::move(*made);
}

core::Resource demo_api(const DevPlace& place) {
  core::Resource api;
  api.audience = oauth::Audience(place.api());
  api.name = kDemoApiName;
  api.scopes = {
      {std::string(kNotesRead),
       {{"en", {"See your notes", ""}}, {"de", {"Ihre Notizen lesen", ""}}}},
      {std::string(kNotesWrite),
       {{"en", {"Add notes", "It can’t change or delete what is there."}},
        {"de", {"Notizen hinzufügen", "Vorhandene kann die App nicht ändern oder löschen."}}}},
  };
  return api;
}

// OpenID Connect Core §5.1: every standard claim has a value, so that each scope shows what it
// brings. The addresses are of the names that RFC 2606 keeps for examples.
Json demo_claims(const DemoPerson& person, Time now) {
  const std::string name(person.name), login(person.login);
  const std::size_t blank = name.find(' ');
  const std::string home = "https://" + login + ".example";
  return Json::object({
      {"name", name},
      {"given_name", name.substr(0, blank)},
      {"middle_name", "Maria"},
      {"family_name", name.substr(blank + 1)},
      {"nickname", name.substr(0, blank)},
      {"preferred_username", login},
      {"profile", home + "/about"},
      {"picture", home + "/portrait.png"},
      {"website", home},
      {"gender", "female"},
      {"birthdate", "1991-12-10"},
      {"zoneinfo", "Europe/Berlin"},
      {"locale", "en"},
      {"updated_at", to_seconds(now)},
      {"email", login + "@fernhill.example"},
      {"email_verified", true},
      {"address", Json::object({{"formatted", "12 Fern Hill\n10115 Berlin\nGermany"},
                                {"street_address", "12 Fern Hill"},
                                {"locality", "Berlin"},
                                {"postal_code", "10115"},
                                {"country", "Germany"}})},
      {"phone_number", "+49 30 23125 000"},
      {"phone_number_verified", false},
  });
}

core::User demo_user(const DemoPerson& person, const server::Config& config, Time now) {
  core::User user;
  user.id = oauth::make_id<oauth::SubjectId>(random_bytes<16>());
  user.login = person.login;
  user.created = now;
  user.password = server::hash_password(
      Secret(person.password),
      {.memory_kib = config.argon2_memory_kib, .iterations = config.argon2_iterations});
  user.claims = demo_claims(person, now);
  return user;
}

core::Client demo_client(std::string_view id, std::string_view name, Time now) {
  core::Client client;
  client.id = oauth::ClientId(std::string(id));
  client.incarnation = oauth::Incarnation(random_bytes<8>());
  client.created = now;
  client.name = name;
  client.scope = core::ScopeSet::of({std::string(kNotesRead), std::string(kNotesWrite)});
  client.default_scope = core::ScopeSet::of({std::string(kNotesRead)});
  return client;
}

core::RedirectUri redirect_uri(const std::string& text) {
  auto parsed = core::RedirectUri::parse(text);
  CHECK(parsed);
  return std::move(*parsed);
}

// A secret of 256 bits, its hash for the store and its text in a file of its own.
Outcome<core::ClientSecret> new_secret(const DevPlace& place, std::string_view client, Time now) {
  const std::string text = std::string(kSecretHead) + base64url_encode(random_bytes<32>());
  TRY(write_file(place.secret_file(client), text + "\n"));
  core::ClientSecret secret;
  secret.sha256 = sha256(text);
  secret.created = now;
  return secret;
}

Outcome<std::vector<core::Client>> demo_clients(const DevPlace& place, Time now) {
  const core::ScopeSet offline = core::ScopeSet::of({std::string(oauth::kOfflineAccess)});
  core::Client web = demo_client(kDemoWeb, kDemoWebName, now);
  web.home_uri = place.app() + "/";
  web.secrets = {TRY(new_secret(place, kDemoWeb, now))};
  web.redirect_uris = {redirect_uri(place.app() + "/callback")};
  web.grant_types = {core::GrantType::authorization_code, core::GrantType::refresh_token};
  web.scope = web.scope.united(offline);
  for (const std::string_view scope : oauth::kIdentityScopes) {
    web.scope = web.scope.united(core::ScopeSet::of({std::string(scope)}));
  }
  web.verified = true;

  core::Client cli = demo_client(kDemoCli, "Demo command line", now);
  cli.auth_method = core::AuthMethod::none;
  cli.redirect_uris = {redirect_uri("http://127.0.0.1/")};  // RFC 8252 §7.3: any port
  cli.grant_types = web.grant_types;
  cli.scope = web.scope;

  core::Client service = demo_client(kDemoService, "Demo service", now);
  service.secrets = {TRY(new_secret(place, kDemoService, now))};
  service.grant_types = {core::GrantType::client_credentials};
  return std::vector<core::Client>{web, cli, service};
}

// Keys for what else the configuration signs with. One that is to follow is the keeper's to make.
core::Changes more_keys(const server::Config& config, const server::MasterKey& master, Time now) {
  core::Changes changes;
  for (const jose::Algorithm algorithm : server::algorithms_of(config)) {
    if (algorithm == jose::Algorithm::es256) continue;  // first_keys made it
    changes.push_back(core::PutKey{server::new_key(master, core::KeyUse::sign,
                                                   jose::name_of(algorithm),
                                                   core::KeyState::current, now),
                                   0});
  }
  return changes;
}

// Everything in one commit: there is all of it, or the next start begins anew.
Outcome<> first_rows(const DevPlace& place, const server::MasterKey& master, OpenStore& store) {
  const Time now = store.now();
  // An RSA key takes as long as all the rest, so it is made beside it.
  std::future<core::Changes> more = std::async(std::launch::async, [&] {
    return more_keys(store.config(), master, now);
  });
  core::Changes changes = server::first_keys(master, now);
  changes.push_back(core::PutResource{demo_api(place)});
  for (const DemoPerson& person : kDemoPeople) {
    changes.push_back(core::PutUser{demo_user(person, store.config(), now)});
  }
  for (core::Client& client : TRY(demo_clients(place, now))) {
    changes.push_back(core::PutClient{std::move(client)});
  }
  for (core::Change& change : more.get()) changes.push_back(std::move(change));
  return store.commit(std::move(changes));
}

Outcome<> check_config(const DevPlace& place, const server::Config& config) {
  const bool ours = config.port == place.port && config.address == "127.0.0.1" &&
                    config.management_port == place.management_port();
  if (config.issuer == place.issuer() && ours) return Unit();
  return fail(Failure{
      kConfiguration,
      fmt::format("{}: expected issuer \"{}\", listen.port {} on 127.0.0.1 and "
                  "listen.management_port {}, found \"{}\", {} on {} and {}. A store keeps the "
                  "issuer it was made for: leave --port away, or name another --data; `grantd "
                  "serve --config {}` serves any other setting",
                  place.config_file(), place.issuer(), place.port, place.management_port(),
                  config.issuer, config.port, config.address, config.management_port,
                  place.config_file())});
}

}  // namespace

Outcome<server::Config> read_dev_config(const DevPlace& place) {
  auto config = server::load_config(place.config_file(), server::process_environment());
  if (config) return std::move(*config);
  std::string text;
  for (const server::ConfigError& error : config.error()) {
    text += (text.empty() ? "" : "\n") + error.to_text();
  }
  return fail(Failure{kConfiguration, std::move(text)});
}

Outcome<server::Config> prepare_dev(const DevPlace& place) {
  TRY(make_directory(place));
  TRY(write_config(place));
  server::Config config = TRY(read_dev_config(place));
  TRY(check_config(place, config));
  const server::MasterKey master = TRY(master_key(config));
  auto opened = store::open_sqlite({.file = database_file(config),
                                    .issuer = oauth::Issuer(config.issuer),
                                    .role = store::SqliteOptions::Role::server,
                                    .create = true});
  if (!opened) return failed(opened.error());
  OpenStore store(config, std::move(*opened));
  const auto keys = TRY(store.all<core::Key>({.table = store::Query::Table::keys}));
  if (keys.empty()) TRY(first_rows(place, master, store));
  return config;
}

}  // namespace grantd::app
