#include "apps/grantd/open_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/login_name.h"
#include "grantd/store/sqlite/sqlite_store.h"

namespace grantd::app {
namespace {

// Calls a verb of the store and waits for its one completion.
template <class T, class Verb>
Outcome<T> wait_for(BlockingLoop& loop, Verb verb) {
  std::optional<Result<T, store::StoreError>> answer;
  bool done = false;
  verb([&](Result<T, store::StoreError> result) {
    answer = std::move(result);
    done = true;
  });
  loop.run_until(done);
  if (*answer) return std::move(**answer);
  const store::StoreError& error = answer->error();
  const std::string_view meaning =
      error.kind == store::StoreError::Kind::unavailable ? "nothing was changed; try again"
      : error.kind == store::StoreError::Kind::outcome_unknown
          ? "whether the change was made is unknown: look before trying again"
          : "do not use the store on; see the server's log";
  return failed(fmt::format("the store: {}; {}", error.message, meaning));
}

}  // namespace

std::string config_file(const Call& call) {
  if (call.has("--config")) return call.get("--config");
  const server::Environment environment = server::process_environment();
  const auto named = environment.find("GRANTD_CONFIG");
  if (named != environment.end() && !named->second.empty()) return named->second;
  constexpr const char* kHere = "grantd.toml";
  constexpr const char* kInstalled = "/etc/grantd/grantd.toml";
  return access(kHere, F_OK) != 0 && access(kInstalled, F_OK) == 0 ? kInstalled : kHere;
}

Outcome<server::Config> read_config(const Call& call) {
  auto config = server::load_config(config_file(call), server::process_environment());
  if (config) return std::move(*config);
  std::string text;
  for (const server::ConfigError& error : config.error()) {
    text += (text.empty() ? "" : "\n") + error.to_text();
  }
  return fail(Failure{kConfiguration, std::move(text)});
}

std::string database_file(const server::Config& config) {
  return config.data_directory + "/grantd.db";
}

Outcome<OpenStore> open_store(const Call& call) {
  server::Config config = TRY(read_config(call));
  store::SqliteOptions options;
  options.file = database_file(config);
  options.issuer = oauth::Issuer(config.issuer);
  options.role = store::SqliteOptions::Role::command_line;
  options.create = false;
  if (access(options.file.c_str(), F_OK) != 0) {
    return failed(
        fmt::format("there is no store at {}: `grantd init` makes one; "
                    "store.data_directory in {} names its folder",
                    options.file, config.file));
  }
  auto opened = store::open_sqlite(options);
  if (!opened) return failed(fmt::format("the store {}: {}", options.file, opened.error()));
  return OpenStore(std::move(config), std::move(*opened));
}

Outcome<server::MasterKey> open_master_key(const server::Config& config) {
  auto master = server::read_master_key(config.master_key_file);
  if (!master) return fail(Failure{kConfiguration, master.error()});
  return std::move(*master);
}

OpenStore::~OpenStore() {
  if (store_) store_->close();
}

Time OpenStore::now() const {
  return std::max(system_now(), store_->meta().latest);
}

Outcome<core::Found> OpenStore::gather(const core::Wanted& wanted) {
  return wait_for<core::Found>(*loop_, [&](auto done) { store_->gather(wanted, std::move(done)); });
}

Outcome<store::Page> OpenStore::list(const store::Query& query) {
  return wait_for<store::Page>(*loop_, [&](auto done) { store_->list(query, std::move(done)); });
}

Outcome<std::optional<store::Lost>> OpenStore::try_commit(core::Changes changes) {
  store::Committed committed = TRY(wait_for<store::Committed>(
      *loop_, [&](auto done) { store_->commit(std::move(changes), now(), std::move(done)); }));
  std::optional<store::Lost> lost;
  if (auto* row = std::get_if<store::Lost>(&committed)) lost = std::move(*row);
  return lost;
}

Outcome<> OpenStore::commit(core::Changes changes) {
  const std::optional<store::Lost> lost = TRY(try_commit(std::move(changes)));
  if (lost) return was_lost(*lost);
  return Unit();
}

Outcome<> OpenStore::was_lost(const store::Lost& lost) {
  return failed(fmt::format("nothing was changed: {}; look again, then try again", lost.row));
}

Outcome<core::Client> find_client(OpenStore& store, const std::string& id) {
  const auto client_id = oauth::parse_client_id(id);
  core::Wanted wanted;
  wanted.client = client_id;
  const core::Found found = client_id ? TRY(store.gather(wanted)) : core::Found();
  if (found.client) return *found.client;
  return failed(
      fmt::format("there is no client \"{}\"; `grantd client list` shows all", printable(id)));
}

Outcome<core::User> find_user(OpenStore& store, const std::string& login_or_sub) {
  core::Wanted by_login;
  by_login.login = core::canonical_login(login_or_sub);
  if (by_login.login) {
    core::Found found = TRY(store.gather(by_login));
    if (found.user) return std::move(*found.user);
  }
  core::Wanted by_sub;
  by_sub.subject = oauth::parse_id<oauth::SubjectId>(login_or_sub);
  if (by_sub.subject) {
    core::Found found = TRY(store.gather(by_sub));
    if (found.user) return std::move(*found.user);
  }
  return failed(fmt::format("there is no user \"{}\"; `grantd user list` shows all",
                            printable(login_or_sub)));
}

Outcome<std::vector<core::Resource>> all_resources(OpenStore& store) {
  store::Query query;
  query.table = store::Query::Table::resources;
  return store.all<core::Resource>(std::move(query));
}

}  // namespace grantd::app
