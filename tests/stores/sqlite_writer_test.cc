// The SQLite store's writer: group commit, a bounded queue, and what it says when the disk fails.
#include <sqlite3.h>

#include <filesystem>

#include "grantd/store/sqlite/log_file.h"
#include "grantd/store/sqlite/schema.h"
#include "tests/stores/fault_vfs.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {
namespace {

// Holds SQLite's write lock, as a command line in the middle of a commit does.
class WriteLock {
 public:
  explicit WriteLock(const std::string& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  ~WriteLock() { release(); }
  void release() {
    if (database_) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_close(std::exchange(database_, nullptr));
  }

 private:
  sqlite3* database_ = nullptr;
};

// Commits `count` grants at once and counts the answers.
struct Answers {
  int done = 0;
  int unavailable = 0;
  int at_once = 0;  // before `between` ran
};
template <class Between>
Answers commit_many(Store& store, std::uint32_t count, Between between) {
  BlockingLoop loop;
  Answers answers;
  std::uint32_t answered = 0;
  bool all = false;
  for (std::uint32_t n = 0; n < count; ++n) {
    store.commit({core::OpenGrant{a_grant(n)}}, kNow, [&](Result<Committed, StoreError> result) {
      const std::string text = outcome(result);
      answers.done += text == "done" ? 1 : 0;
      answers.unavailable += text == "unavailable" ? 1 : 0;
      all = ++answered == count;
    });
  }
  answers.at_once = static_cast<int>(answered);
  between();
  loop.run_until(all);
  return answers;
}

// Some 3 pages a person.
std::string large_address(std::uint32_t n) {
  return std::string(10'000, static_cast<char>('a' + n % 26));
}
core::Changes large_people(std::uint32_t count) {
  core::Changes changes;
  for (std::uint32_t n = 0; n < count; ++n) {
    core::User user = a_user(n, "user" + std::to_string(n));
    user.claims = Json::object({{"address", large_address(n)}});
    changes.push_back(core::PutUser{std::move(user), 0});
  }
  return changes;
}
void expect_large_people(Store& store, std::uint32_t count) {
  for (std::uint32_t n = 0; n < count; ++n) {
    const auto found = user(store, id_of<SubjectId>(n));
    ASSERT_TRUE(found) << n;
    EXPECT_EQ(*found->claims.find_string("address"), large_address(n));
  }
}

std::string integrity(const std::string& file) {
  sqlite3* database = nullptr;
  std::string told;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  const auto take = [](void* to, int, char** columns, char**) {
    static_cast<std::string*>(to)->append(columns[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA integrity_check", take, &told, nullptr), SQLITE_OK);
  sqlite3_close(database);
  return told;
}

class SqliteWriter : public testing::Test {
 protected:
  ~SqliteWriter() override { set_disk_fault(DiskFault::none); }
  SqliteOptions faulty() const {
    SqliteOptions options = sqlite_options(file_);
    options.vfs = fault_vfs();
    return options;
  }
  TemporaryDirectory directory_;
  const std::string file_ = directory_ / "grantd.db";
};

}  // namespace

// DESIGN §5: one sync for all that wait.
TEST_F(SqliteWriter, commits_what_waits_in_one_transaction) {
  const auto store = open(sqlite_options(file_));
  WriteLock lock(file_);
  const Answers answers = commit_many(*store, 200, [&] { lock.release(); });
  EXPECT_EQ(answers.done, 200);
  const Counters counters = store->counters();
  EXPECT_EQ(counters.requests, 200U);
  EXPECT_LE(counters.transactions, 2U);
  EXPECT_GE(counters.batch_max, 100U);
}

TEST_F(SqliteWriter, tells_nobody_of_a_loss_before_the_winner_is_durable) {
  const auto store = open(sqlite_options(file_));
  WriteLock lock(file_);
  BlockingLoop loop;
  std::vector<std::string> answers;
  bool all = false;
  for (int i = 0; i < 2; ++i) {
    store->commit({core::OpenGrant{a_grant(1)}}, kNow, [&](Result<Committed, StoreError> result) {
      answers.push_back(outcome(result));
      EXPECT_TRUE(grant(*store, a_grant(1).id));
      all = answers.size() == 2;
    });
  }
  lock.release();
  loop.run_until(all);
  EXPECT_EQ(answers[0], "done");
  EXPECT_TRUE(answers[1].starts_with("lost"));
}

// I5, DESIGN §6: past the bound the answer comes at once.
TEST_F(SqliteWriter, refuses_at_once_what_its_queue_cannot_hold) {
  SqliteOptions options = sqlite_options(file_);
  options.queue_max = 10;
  const auto store = open(options);
  WriteLock lock(file_);
  const Answers answers = commit_many(*store, 100, [&] { lock.release(); });
  EXPECT_GE(answers.at_once, 80);
  EXPECT_EQ(answers.unavailable, answers.at_once);
  EXPECT_EQ(answers.done, 100 - answers.at_once);
  EXPECT_GE(answers.done, 10);
}

TEST_F(SqliteWriter, is_unavailable_while_another_holds_the_lock_and_recovers) {
  const auto store = open(sqlite_options(file_));
  WriteLock lock(file_);
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "unavailable");
  EXPECT_TRUE(gather(*store, {.grant = a_grant(1).id}).has_value());  // reading goes on
  lock.release();
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
  EXPECT_EQ(store->health(), "");
}

TEST_F(SqliteWriter, works_off_its_queue_when_it_is_closed) {
  const auto store = open(sqlite_options(file_));
  const Answers answers = commit_many(*store, 50, [&] { store->close(); });
  EXPECT_EQ(answers.done, 50);
}

// F3: no room is 503, nothing acknowledged is lost, and it passes without a restart.
TEST_F(SqliteWriter, is_unavailable_when_full_and_takes_rows_again_after_the_walk) {
  SqliteOptions options = sqlite_options(file_);
  options.pages_max = 40;
  const auto store = open(options);
  std::uint32_t written = 0;
  while (committed(*store, {core::OpenGrant{a_grant(written)}}) == "done") ++written;
  ASSERT_GT(written, 10U);
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(written)}}), "unavailable");
  EXPECT_EQ(store->health(), "");
  for (std::uint32_t n = 0; n < written; ++n) EXPECT_TRUE(grant(*store, a_grant(n).id));
  const auto removed = sweep(*store, kNow + std::chrono::hours(24 * 365), 20'000);
  ASSERT_TRUE(removed.has_value());
  EXPECT_GT(*removed, 0);
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(written)}}), "done");
}

TEST_F(SqliteWriter, ends_a_bite_whose_time_is_over) {
  const auto store = open(sqlite_options(file_));
  core::Changes changes;
  for (std::uint32_t i = 0; i < 200; ++i) changes.push_back(core::OpenGrant{a_grant(i)});
  ASSERT_EQ(committed(*store, changes), "done");
  int bites = 0, removed = 0;
  for (bool came_round = false; !came_round && bites < 100; ++bites) {
    const Bite bite{.now = kNow + std::chrono::hours(24 * 365), .rows_max = 200, .time_max = {}};
    const auto swept = sweep(*store, bite);
    ASSERT_TRUE(swept.has_value());
    EXPECT_LE(swept->looked_at, 64);
    removed += swept->removed;
    came_round = swept->came_round;
  }
  EXPECT_EQ(removed, 200);
  EXPECT_GE(bites, 4);
}

TEST_F(SqliteWriter, is_unavailable_while_the_disk_is_full_and_recovers) {
  for (const DiskFault fault : {DiskFault::disk_full, DiskFault::disk_fills}) {
    const std::string file = directory_ / ("fault" + std::to_string(static_cast<int>(fault)));
    SqliteOptions options = sqlite_options(file);
    options.vfs = fault_vfs();
    const auto store = open(options);
    ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
    set_disk_fault(fault);
    EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(2)}}), "unavailable");
    EXPECT_TRUE(grant(*store, a_grant(1).id));
    EXPECT_FALSE(grant(*store, a_grant(2).id));
    set_disk_fault(DiskFault::none);
    EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(2)}}), "done");
    EXPECT_TRUE(grant(*store, a_grant(2).id));
  }
}

// SQLite writes a frame's head and its page apart (log_file.h).
TEST_F(SqliteWriter, writes_the_frames_of_a_commit_in_one_piece) {
  const auto store = open(faulty());
  ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
  const std::uint64_t before = file_writes();
  ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(2)}}), "done");
  EXPECT_EQ(file_writes() - before, 1U);
}

// More than SQLite's cache holds (2 MB) waits in memory for its commit.
TEST_F(SqliteWriter, keeps_a_transaction_larger_than_its_cache) {
  constexpr std::uint32_t kPeople = 600;
  {
    const auto store = open(faulty());
    ASSERT_EQ(committed(*store, large_people(kPeople)), "done");
    ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
  }
  expect_large_people(*open(faulty()), kPeople);
}

// Nothing of it may be written later, over what another process committed in its place: neither
// when this one reads the log next, nor when it closes it.
TEST_F(SqliteWriter, a_transaction_that_is_given_up_covers_nothing_of_anothers) {
  constexpr std::uint32_t kPeople = 400;
  for (const bool closes : {false, true}) {
    const SqliteOptions options = sqlite_options(directory_ / (closes ? "closes" : "reads"));
    (void)open(options);
    auto connection = sqlite::Database::open(
        {.file = options.file, .vfs = sqlite::one_write_vfs(""), .busy_timeout_ms = 1000});
    ASSERT_TRUE(connection && sqlite::set_up(**connection, 0));
    ASSERT_TRUE((*connection)->script(
        "BEGIN IMMEDIATE; CREATE TABLE large(bytes); WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL "
        "SELECT i + 1 FROM k WHERE i < 600) INSERT INTO large SELECT randomblob(4000) FROM k; "
        "ROLLBACK"));
    const auto other = open(options);
    ASSERT_EQ(committed(*other, large_people(kPeople)), "done");
    if (closes) {
      connection->reset();
    } else {
      ASSERT_TRUE((*connection)->pragma("integrity_check"));
    }
    EXPECT_EQ(integrity(options.file), "ok");
    expect_large_people(*other, kPeople);
  }
}

// F4: a failed sync is an unknown outcome, and the file is not used on until it is opened anew.
TEST_F(SqliteWriter, says_that_it_does_not_know_when_a_sync_fails_and_stops) {
  {
    const auto store = open(faulty());
    ASSERT_EQ(committed(*store, {core::OpenGrant{a_grant(1)}}), "done");
    set_disk_fault(DiskFault::sync_fails);
    EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(2)}}), "outcome_unknown");
    set_disk_fault(DiskFault::none);
    EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(3)}}), "broken");
    EXPECT_FALSE(gather(*store, {.grant = a_grant(1).id}));
    EXPECT_NE(store->health(), "");
  }
  const auto store = open(faulty());
  EXPECT_TRUE(grant(*store, a_grant(1).id));
  EXPECT_FALSE(grant(*store, a_grant(3).id));
  EXPECT_EQ(committed(*store, {core::OpenGrant{a_grant(3)}}), "done");
}

}  // namespace grantd::store::test
