#include "tests/flows/house.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <optional>
#include <ostream>

#include "grantd/base/check.h"
#include "grantd/base/log.h"
#include "grantd/base/loop.h"
#include "grantd/base/random.h"
#include "grantd/http/client.h"
#include "grantd/store/memory/memory_store.h"
#include "grantd/store/sqlite/sqlite_store.h"
#include "tests/flows/cast.h"

namespace grantd::flows {
namespace {

using Table = store::Query::Table;

constexpr std::int64_t kStory = 1'767'268'800'000;  // 2026-01-01T12:00:00Z

template <class T>
T must(Result<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return *std::move(result);
}

template <class T, class Call>
T wait_for(Call call) {
  BlockingLoop loop;
  bool done = false;
  std::optional<Result<T, store::StoreError>> answer;
  call([&](Result<T, store::StoreError> result) {
    answer.emplace(std::move(result));
    done = true;
  });
  loop.run_until(done);
  if (!*answer) throw std::runtime_error(answer->error().message);
  return *std::move(*answer);
}

void commit(store::Store& store, core::Changes changes, Time now) {
  const auto committed = wait_for<store::Committed>(
      [&](auto done) { store.commit(std::move(changes), now, std::move(done)); });
  const auto* lost = std::get_if<store::Lost>(&committed);
  if (lost) throw std::runtime_error("the operator's change was lost: " + lost->row);
}

core::Found gather(store::Store& store, const core::Wanted& wanted) {
  return wait_for<core::Found>([&](auto done) { store.gather(wanted, std::move(done)); });
}

std::vector<store::Row> all_rows(store::Store& store, Table table) {
  store::Query query{.table = table, .after = {}, .rows_max = store::kPageRowsMax};
  std::vector<store::Row> rows;
  do {
    store::Page page =
        wait_for<store::Page>([&](auto done) { store.list(query, std::move(done)); });
    for (store::Row& row : page.rows) rows.push_back(std::move(row));
    query.after = page.next;
  } while (!query.after.empty());
  return rows;
}

template <class Record>
std::vector<Record> records(store::Store& store, Table table) {
  std::vector<Record> found;
  for (store::Row& row : all_rows(store, table)) found.push_back(std::get<Record>(std::move(row)));
  return found;
}

// A new store's keys, RS256's among them. Those take a while to make, so all houses share them.
core::Changes make_keys(const server::MasterKey& master, Time now) {
  using jose::Algorithm;
  core::Changes changes = server::first_keys(master, now);
  static const std::vector<jose::PrivateKey> made = {jose::PrivateKey::generate(Algorithm::rs256),
                                                     jose::PrivateKey::generate(Algorithm::rs256)};
  for (const jose::PrivateKey& key : made) {
    core::Key row;
    row.id = key.public_key().thumbprint();
    row.use = core::KeyUse::sign;
    row.algorithm = jose::name_of(Algorithm::rs256);
    row.state = &key == &made[0] ? core::KeyState::current : core::KeyState::next;
    row.created = row.state_since = now;
    row.wrapped = server::wrap_key(master, row, key.to_pkcs8());
    changes.push_back(core::PutKey{std::move(row)});
  }
  return changes;
}

store::SqliteOptions sqlite(const std::string& directory, const std::string& issuer,
                            store::SqliteOptions::Role role, bool create) {
  store::SqliteOptions options;
  options.file = directory + "/grantd.db";
  options.issuer = oauth::Issuer(issuer);
  options.role = role;
  options.create = create;
  return options;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Rows& rows) {
  return out << rows.clients << " clients, " << rows.users << " users, " << rows.sessions
             << " sessions, " << rows.consents << " consents, " << rows.grants
             << " grants, last written " << to_rfc3339(rows.latest);
}

House::House(Deployment deployment, HouseOptions options)
    : deployment_(deployment),
      options_(std::move(options)),
      clock_(std::make_shared<std::atomic<std::int64_t>>(kStory)) {
  if (deployment_ == Deployment::in_process) {
    const server::MasterKey master{Secret(ByteView(random_bytes<32>()))};
    auto store = store::make_memory_store(oauth::Issuer(options_.issuer),
                                          core::Epoch(random_bytes<16>()));
    commit(*store, make_keys(master, now()), now());
    commit(*store, make_cast(now()), now());
    if (options_.faults) store = store::make_faulty_store(std::move(store), options_.faults);
    server_ = must(server::Server::create(server_options(), std::move(store), master));
    return;
  }
  directory_ = testing::TempDir() + "grantd-flow-XXXXXX";
  CHECK(mkdtemp(directory_.data()) != nullptr);
  const server::MasterKey master = must(server::create_master_key(directory_ + "/master.key"));
  auto store = must(store::open_sqlite(
      sqlite(directory_, options_.issuer, store::SqliteOptions::Role::server, true)));
  commit(*store, make_keys(master, now()), now());
  commit(*store, make_cast(now()), now());
  store->close();
  store.reset();
  open();
}

House::~House() {
  close();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

server::ServerOptions House::server_options() const {
  server::ServerOptions options;
  options.config.issuer = options_.issuer;
  options.config.data_directory = directory_;
  options.config.master_key_file = directory_ + "/master.key";
  options.config.port = 0;
  options.config.management_port = 0;
  options.config.threads = 2;
  options.config.argon2_memory_kib = 8;  // what a guess costs is no part of a story
  options.config.argon2_iterations = 1;
  options.config.password_threads = 1;
  if (options_.configure) options_.configure(options.config);
  options.off = options_.off;
  options.developer = options_.developer;
  options.now = [clock = clock_] { return from_millis(clock->load()); };
  return options;
}

void House::open() {
  server_ = must(server::Server::open(server_options()));
  must(server_->start());
  beside_ = must(store::open_sqlite(
      sqlite(directory_, options_.issuer, store::SqliteOptions::Role::command_line, false)));
}

void House::close() {
  if (beside_) beside_->close();
  beside_.reset();
  if (server_) server_->stop();
  server_.reset();
}

void House::restart() {
  CHECK(deployment_ == Deployment::on_sqlite);
  close();
  open();
}

http::Reply House::ask(http::Request request) {
  if (deployment_ == Deployment::in_process) {
    request.peer_address = "127.0.0.1";
    return server_->handle(std::move(request));
  }
  http::Outgoing out;
  out.method = request.method;
  out.url = "http://127.0.0.1:" + std::to_string(server_->port()) + request.path;
  if (!request.query.empty()) out.url += "?" + request.query;
  out.fields = request.fields;
  out.body = request.body;
  http::FetchOptions options;
  options.deadline = std::chrono::seconds(60);  // under sanitizers, on a machine that has others
  Result<http::Reply, std::string> reply = http::fetch(out, options);
  EXPECT_TRUE(reply.has_value()) << (reply ? "" : reply.error());
  return reply ? *std::move(reply) : http::Reply{.status = 0};
}

store::Store& House::store() { return beside_ ? *beside_ : server_->store(); }

void House::change(core::Change change) {
  core::Changes changes;
  changes.push_back(std::move(change));
  commit(store(), std::move(changes), now());
}

core::Client House::client(std::string_view id) {
  core::Wanted wanted;
  wanted.client = core::ClientId(std::string(id));
  return *gather(store(), wanted).client;
}

core::User House::user(std::string_view login) {
  core::Wanted wanted;
  wanted.login = login;
  return *gather(store(), wanted).user;
}

std::vector<core::Grant> House::grants() {
  return records<core::Grant>(store(), Table::grants);
}
std::vector<core::Consent> House::consents() {
  return records<core::Consent>(store(), Table::consents);
}
std::vector<core::Session> House::sessions() {
  return records<core::Session>(store(), Table::sessions);
}

bool House::is_revoked(const core::TokenId& token) {
  core::Wanted wanted;
  wanted.revoked_token = token;
  return gather(store(), wanted).token_revoked;
}

Rows House::rows() {
  Rows rows;
  rows.clients = all_rows(store(), Table::clients).size();
  rows.users = all_rows(store(), Table::users).size();
  rows.sessions = all_rows(store(), Table::sessions).size();
  rows.consents = all_rows(store(), Table::consents).size();
  rows.grants = all_rows(store(), Table::grants).size();
  rows.latest = store().meta().latest;
  return rows;
}

void House::update_client(std::string_view id, const std::function<void(core::Client&)>& edit) {
  core::Client now = client(id);
  const core::Version seen = now.version;
  edit(now);
  change(core::PutClient{std::move(now), seen});
}

void House::update_user(std::string_view login, const std::function<void(core::User&)>& edit) {
  core::User now = user(login);
  const core::Version seen = now.version;
  edit(now);
  change(core::PutUser{std::move(now), seen});
}

void House::withdraw_consent(std::string_view login, std::string_view client) {
  change(core::WithdrawConsent{user(login).id, core::ClientId(std::string(client))});
}

void House::delete_client(std::string_view id) {
  change(core::DeleteClient{core::ClientId(std::string(id))});
}

void House::recreate_client(core::Client as_it_was) {
  as_it_was.incarnation = core::Incarnation(random_bytes<8>());
  as_it_was.version = 0;
  change(core::PutClient{std::move(as_it_was)});
}

}  // namespace grantd::flows
