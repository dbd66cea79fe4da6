// The SQLite store's file: who may open it, what is refused, what lies in it.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "grantd/store/sqlite/place.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {
namespace {

namespace fs = std::filesystem;

std::string refusal(const SqliteOptions& options) {
  const auto store = open_sqlite(options);
  return store ? "opened" : store.error();
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

void run_sql(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

double pages_of(const std::string& file, const std::string& table) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  const std::string sql = "SELECT count(*) FROM dbstat WHERE name = '" + table + "'";
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
  const double pages = sqlite3_column_double(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return pages;
}

mode_t mode_of(const std::string& file) {
  struct stat status{};
  EXPECT_EQ(stat(file.c_str(), &status), 0) << file;
  return status.st_mode & 0777;
}

class SqliteFile : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::string file_ = directory_ / "grantd.db";
  const SqliteOptions server_ = sqlite_options(file_);
  SqliteOptions command_line() const {
    SqliteOptions options = server_;
    options.role = SqliteOptions::Role::command_line;
    options.create = false;
    return options;
  }
};

}  // namespace

// I2: what was acknowledged stays.
TEST_F(SqliteFile, keeps_everything_over_a_restart) {
  core::Epoch epoch;
  {
    const auto store = open(server_);
    ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}, core::PutUser{a_user(1, "ann"), 0},
                                 core::PutClient{a_client("app"), 0},
                                 core::RevokeGrant{a_grant(1).id, "signed out"}}),
              "done");
    epoch = store->meta().epoch;
  }
  const auto store = open(server_);
  EXPECT_TRUE(store->meta().epoch == epoch);
  EXPECT_TRUE(store->meta().latest == kNow);
  EXPECT_EQ(store->meta().configuration, 2U);
  EXPECT_TRUE(grant(*store, a_grant(1).id)->state == core::GrantState::revoked);
  EXPECT_TRUE(committed(*store, {core::OpenGrant{a_grant(1)}}).starts_with("lost"));
  EXPECT_EQ(user(*store, id_of<SubjectId>(1))->login, "ann");
  EXPECT_TRUE(client(*store, ClientId("app")));
}

// OP-06, CWE-732.
TEST_F(SqliteFile, is_made_for_its_owner_alone) {
  const mode_t before = umask(0);
  SqliteOptions options = server_;
  options.file = directory_ / "new/grantd.db";
  {
    const auto store = open(options);
    ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
    EXPECT_EQ(mode_of(directory_ / "new"), 0700U);
    for (const char* end : {"", "-wal", "-shm", ".lock"}) {
      EXPECT_EQ(mode_of(options.file + end), 0600U) << end;
    }
    EXPECT_FALSE(fs::exists(options.file + ".new"));
  }
  umask(before);
}

// OP-06, CWE-59.
TEST_F(SqliteFile, is_refused_through_a_link_or_where_others_may_read_or_write) {
  open(server_);
  fs::create_symlink(file_, directory_ / "link.db");
  EXPECT_SAYS(refusal(sqlite_options(directory_ / "link.db")), "symbolic link");
  ASSERT_EQ(chmod(file_.c_str(), 0644), 0);
  EXPECT_SAYS(refusal(server_), "chmod 600");
  ASSERT_EQ(chmod(file_.c_str(), 0600), 0);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0777), 0);
  EXPECT_SAYS(refusal(server_), "chmod 700");
  ASSERT_EQ(chmod(directory_.path().c_str(), 0700), 0);
  EXPECT_EQ(refusal(server_), "opened");
}

TEST_F(SqliteFile, is_not_made_unasked) {
  EXPECT_SAYS(refusal(command_line()), "no store here");
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(SqliteFile, has_one_server_and_names_it_to_the_second) {
  auto first = open(server_);
  const std::string refused = refusal(server_);
  EXPECT_SAYS(refused, "another server");
  EXPECT_SAYS(refused, "process " + std::to_string(getpid()));
  first.reset();
  EXPECT_EQ(refusal(server_), "opened");
}

// DESIGN §5: the running server notices by the version row.
TEST_F(SqliteFile, shows_the_server_at_once_what_the_command_line_wrote) {
  const auto server = open(server_);
  EXPECT_FALSE(client(*server, ClientId("app")));
  const auto operating = open(command_line());
  ASSERT_EQ(committed(*operating, {core::PutClient{a_client("app"), 0}}), "done");
  ASSERT_TRUE(client(*server, ClientId("app")));
  core::Client renamed = a_client("app");
  renamed.name = "Renamed";
  ASSERT_EQ(committed(*operating, {core::PutClient{renamed, 1}}), "done");
  EXPECT_EQ(client(*server, ClientId("app"))->name, "Renamed");
  ASSERT_EQ(committed(*operating, {core::PutResource{a_resource("https://api.example"), 0}}),
            "done");
  EXPECT_EQ(gather(*server, {.resources = true})->resources->size(), 1U);
  ASSERT_EQ(committed(*server, {core::DeleteClient{ClientId("app")}}), "done");
  EXPECT_FALSE(client(*operating, ClientId("app")));
}

// DESIGN §1.2: one issuer a store.
TEST_F(SqliteFile, is_refused_to_another_issuer_with_both_named) {
  open(server_);
  SqliteOptions other = server_;
  other.issuer = oauth::Issuer("https://other.example");
  const std::string refused = refusal(other);
  EXPECT_SAYS(refused, kIssuer.str());
  EXPECT_SAYS(refused, "https://other.example");
}

// OP-02, reliability U3.
TEST_F(SqliteFile, of_a_newer_schema_is_refused_and_left_as_it_was) {
  open(server_);
  run_sql(file_, "UPDATE meta SET schema = 99");
  const std::string before = read_file(file_);
  EXPECT_SAYS(refusal(server_), "its schema is 99");
  EXPECT_SAYS(refusal(command_line()), "its schema is 99");
  EXPECT_EQ(read_file(file_), before);
}

// F12: refuse to start, never serve by half.
TEST_F(SqliteFile, that_is_no_grantd_store_is_refused_by_name) {
  const auto write = [](const std::string& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  };
  open(server_);
  std::string store = read_file(file_);
  write(directory_ / "text.db", std::string(8192, 'x'));
  write(directory_ / "empty.db", "");
  write(directory_ / "short.db", store.substr(0, 1500));
  run_sql(directory_ / "foreign.db", "CREATE TABLE meta (schema, issuer)");
  ASSERT_EQ(chmod((directory_ / "foreign.db").c_str(), 0600), 0);
  std::fill(store.begin() + 4096, store.end(), '\0');
  write(directory_ / "zeroed.db", store);
  for (const char* name : {"text.db", "empty.db", "short.db", "foreign.db", "zeroed.db"}) {
    const std::string before = read_file(directory_ / name);
    EXPECT_SAYS(refusal(sqlite_options(directory_ / name)), name);
    EXPECT_EQ(read_file(directory_ / name), before) << name;
  }
}

TEST_F(SqliteFile, with_a_damaged_record_stops_instead_of_judging_by_half) {
  {
    const auto store = open(server_);
    ASSERT_EQ(committed(*store, {core::PutClient{a_client("app"), 0}}), "done");
  }
  run_sql(file_, "UPDATE clients SET document = '{\"client_id\":\"app\"}'");
  const auto store = open(server_);
  const auto found = gather(*store, {.client = ClientId("app")});
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().kind == StoreError::Kind::broken);
  EXPECT_SAYS(store->health(), "clients");
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "broken");
}

TEST_F(SqliteFile, that_cannot_be_watched_is_an_error) {
  const auto added = sqlite::FileWatch().add(directory_ / "none");
  ASSERT_FALSE(added);
  EXPECT_SAYS(added.error(), "statx");
}

// DESIGN §5: the server stops if the file's inode changes.
TEST_F(SqliteFile, that_is_replaced_while_open_is_used_no_more) {
  const auto store = open(server_);
  ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
  fs::rename(file_, file_ + ".old");
  fs::copy_file(file_ + ".old", file_);
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(2)}}), "outcome_unknown");
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(3)}}), "broken");
  EXPECT_FALSE(gather(*store, {}));
  EXPECT_SAYS(store->health(), "replaced");
}

// CO-12: session secrets only hashed.
TEST_F(SqliteFile, holds_no_session_secret) {
  const auto store = open(server_);
  const std::string secret = "a cookie's secret half: 5f2b8c";
  core::Session row = a_session(1);
  row.secret_hash = sha256(secret);
  ASSERT_EQ(committed(*store, {core::StartSession{row}}), "done");
  const std::string bytes = read_file(file_) + read_file(file_ + "-wal");
  EXPECT_EQ(bytes.find(secret), std::string::npos);
  EXPECT_NE(bytes.find(std::string(as_text(row.secret_hash))), std::string::npos);
}

// DESIGN "Size": rows = grants alive, under 200 bytes each, the index entry too.
TEST_F(SqliteFile, takes_less_than_200_bytes_a_grant_with_its_index_entry) {
  constexpr std::uint32_t kRows = 20'000;
  open(server_);
  const auto empty = fs::file_size(file_);
  {
    const auto store = open(server_);
    for (std::uint32_t n = 0; n < kRows;) {
      core::Changes changes;
      for (int i = 0; i < 500; ++i, ++n) changes.push_back(core::OpenGrant{a_grant(n * 3)});
      ASSERT_EQ(committed(*store, std::move(changes)), "done");
    }
    EXPECT_LE(fs::file_size(file_ + "-wal"), 16U << 20);  // the log is folded in as it grows
  }
  const double whole = static_cast<double>(fs::file_size(file_) - empty) / kRows;
  const double row = pages_of(file_, "grants") * 4096.0 / kRows;
  RecordProperty("bytes_a_grant", std::to_string(row));
  RecordProperty("bytes_a_grant_with_index", std::to_string(whole));
  EXPECT_LE(whole, 200.0);
}

}  // namespace grantd::store::test
