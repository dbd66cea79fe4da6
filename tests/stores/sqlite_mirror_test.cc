// What the SQLite store keeps in memory of its file is never older than the file, whoever writes.
#include <atomic>
#include <thread>

#include "grantd/store/sqlite/mirror.h"
#include "grantd/store/sqlite/record_cache.h"
#include "tests/stores/fault_vfs.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {
namespace {

using core::Change;

class SqliteMirror : public testing::Test {
 protected:
  SqliteMirror() {
    SqliteOptions beside = options_;
    beside.role = SqliteOptions::Role::command_line;
    beside.create = false;
    server_ = open(options_);
    beside_ = open(beside);
  }
  ~SqliteMirror() override { set_disk_fault(DiskFault::none); }

  // Looks at everything of person 1, app "app" and grant 1, in the server.
  core::Found seen() { return seen_by(*server_); }
  core::Found seen_by(Store& store) {
    const auto found = gather(store, {.client = ClientId("app"),
                                      .session = id_of<SessionId>(1),
                                      .grant = a_grant(1).id,
                                      .consent = true,
                                      .resources = true,
                                      .revoked_token = id_of<core::TokenId>(1)});
    EXPECT_TRUE(found);
    return found ? *found : core::Found();
  }
  // All that a change can alter of it, as text.
  static std::string gist(const core::Found& found) {
    std::string text = "configuration " + std::to_string(found.configuration);
    text += " latest " + std::to_string(to_millis(found.latest));
    if (found.client) text += " client " + std::to_string(found.client->version);
    if (found.user) text += " user " + std::to_string(found.user->version) + found.user->password;
    if (found.session) {
      text += " session " + std::to_string(found.session->version);
      text += found.session->ended ? " ended" : "";
    }
    if (found.consent) text += " consent " + found.consent->scope.to_text();
    if (found.grant) {
      text += " grant " + std::to_string(found.grant->version) + " generation " +
              std::to_string(found.grant->generation) + " rotated " +
              std::to_string(to_millis(found.grant->rotated)) + " used " +
              std::to_string(to_millis(found.grant->last_used)) + found.grant->ended_because;
    }
    text += " apis " + std::to_string(found.resources->size());
    return text + (found.token_revoked ? " revoked" : "");
  }
  void fill() {
    core::Consent narrow = a_consent(1, "app");
    ASSERT_EQ(committed(*server_, {core::PutClient{a_client("app"), 0},
                                   core::PutUser{a_user(1, "ada"), 0},
                                   core::StartSession{a_session(1)},
                                   core::RememberConsent{narrow, 0},
                                   core::OpenGrant{a_grant(1)}}),
              "done");
  }
  // Each alters what seen() sees, in this order.
  static std::vector<Change> changes() {
    const core::Grant grant = a_grant(1);
    core::User user = a_user(1, "ada");
    user.disabled = true;
    core::Consent wider = a_consent(1, "app", 2);
    wider.scope = *core::ScopeSet::parse("other");
    core::Client app = a_client("app");
    app.name = "another";
    const Time later = kNow + std::chrono::hours(1);
    return {core::RotateGrant{grant.id, 1, grant.generation, later},
            core::TouchGrant{grant.id, later + std::chrono::hours(1)},
            core::RevokeGrant{grant.id, "because"},
            core::TouchSession{a_session(1).id, later},
            core::RememberConsent{wider, 1},
            core::WithdrawConsent{wider.subject, wider.client},
            core::PutUser{user, 1},
            core::UpgradePassword{user.id, 2, "$argon2id$another"},
            core::PutClient{app, 1},
            core::PutResource{a_resource("https://api.example.com"), 0},
            core::RevokeToken{{id_of<core::TokenId>(1), later}},
            core::EndSession{a_session(1).id},
            core::DeleteResource{core::Audience("https://api.example.com")},
            core::DeleteUser{user.id},
            core::DeleteClient{app.id}};
  }
  // Applies each change by `writer`; before and after, the server sees what the file holds.
  void play(Store& writer) {
    fill();
    std::string before = gist(seen());
    for (const Change& change : changes()) {
      SCOPED_TRACE("change " + std::to_string(change.index()));
      ASSERT_EQ(committed(writer, {change}), "done");
      const std::string after = gist(seen());
      EXPECT_NE(after, before);
      EXPECT_EQ(after, gist(seen_by(*beside_)));
      EXPECT_EQ(after, gist(seen()));  // and again, of what was kept
      before = after;
    }
  }

  TemporaryDirectory directory_;
  SqliteOptions options_ = sqlite_options(directory_ / "grantd.db");
  std::unique_ptr<SqliteStore> server_, beside_;
};

TEST_F(SqliteMirror, what_the_server_changes_is_seen_at_once) { play(*server_); }

TEST_F(SqliteMirror, what_another_process_changes_is_seen_at_once) { play(*beside_); }

TEST_F(SqliteMirror, what_a_sweep_took_is_gone) {
  fill();
  EXPECT_TRUE(seen().grant.has_value());
  const Time long_after = kNow + std::chrono::hours(24 * 365);
  EXPECT_GT(*sweep(*server_, long_after), 0);
  EXPECT_FALSE(seen().grant.has_value());
  EXPECT_FALSE(seen().session.has_value());
}

// While the writer has rolled back, what others commit still shows.
TEST_F(SqliteMirror, a_lost_race_leaves_no_gap_for_others) {
  fill();
  (void)seen();
  EXPECT_EQ(committed(*server_, {core::TouchGrant{a_grant(2).id, kNow}}).substr(0, 4), "lost");
  ASSERT_EQ(committed(*beside_, {core::RevokeGrant{a_grant(1).id, "by the operator"}}), "done");
  EXPECT_EQ(seen().grant->state, core::GrantState::revoked);
}

// A transaction that fails is rolled back by SQLite itself, and the file given to who waits for it,
// before the writer hears of it: what the count says then may be another process's commit.
TEST(MirrorOfACount, is_not_asked_while_another_may_have_committed) {
  std::uint32_t count = 5;
  sqlite::Mirror mirror{sqlite::CommitCount(&count)};
  const auto kept = std::make_shared<const core::Grant>(a_grant(1));
  mirror.keep(mirror.look(), kept);
  {
    sqlite::Mirror::Write failing(&mirror);
    EXPECT_TRUE(mirror.look().good);
    count = 6;  // another's
    EXPECT_FALSE(mirror.look().good);
  }
  EXPECT_TRUE(mirror.look().good);
  EXPECT_FALSE(mirror.find(kept->id));
  mirror.keep(mirror.look(), kept);
  {
    sqlite::Mirror::Write done(&mirror);
    count = 7;
    EXPECT_FALSE(mirror.look().good);
    done.committed(kNow, {});
    EXPECT_TRUE(mirror.look().good);
  }
  EXPECT_TRUE(mirror.find(kept->id));
}

// One that registers itself may be of 32 KiB: counting clients would bound nothing.
TEST(KeptClients, are_bounded_by_the_bytes_of_their_rows) {
  sqlite::RecordCache cache;
  const auto keep = [&](const std::string& id) {
    cache.keep(1, std::make_shared<const core::Client>(a_client(id)), 3 << 20);
    cache.keep(1, std::make_shared<const core::Client>(a_client(id)), 3 << 20);
  };
  keep("first");
  keep("second");
  EXPECT_TRUE(cache.client(1, core::ClientId("first")));
  keep("third");
  EXPECT_FALSE(cache.client(1, core::ClientId("first")));
  EXPECT_TRUE(cache.client(1, core::ClientId("third")));
}

TEST_F(SqliteMirror, what_is_kept_is_read_without_the_file) {
  server_.reset();
  options_.vfs = fault_vfs();
  server_ = open(options_);
  fill();
  (void)seen();
  const std::uint64_t before = file_locks();
  (void)seen();
  EXPECT_EQ(file_locks(), before);
  ASSERT_EQ(committed(*beside_, {core::RevokeGrant{a_grant(1).id, "by the operator"}}), "done");
  const std::uint64_t beside = file_locks();
  (void)seen();
  EXPECT_GT(file_locks(), beside);
}

// What is in memory is judged by the version: an old one told as the latest would have a new key's
// tokens refused for good.
TEST_F(SqliteMirror, no_version_is_told_where_it_cannot_be_read) {
  server_.reset();
  options_.vfs = fault_vfs();
  server_ = open(options_);
  fill();
  const auto before = server_->configuration();
  ASSERT_TRUE(before);
  set_disk_fault(DiskFault::lock_fails);
  EXPECT_EQ(*server_->configuration(), *before) << "it is known without the file";
  ASSERT_EQ(committed(*beside_, {core::PutClient{a_client("new"), 0}}), "done");
  EXPECT_FALSE(server_->configuration());
}

// Two writers, one of them another process to the store, and readers: nobody ever sees less than
// what was acknowledged before the look began.
TEST_F(SqliteMirror, readers_never_see_less_than_was_acknowledged) {
  fill();
  constexpr std::uint64_t kChanges = 400;
  std::atomic<std::uint64_t> rotated{1}, changed{1};
  std::atomic<int> writing{2};
  // Where the other holds the file for long, on a machine with much to do, nothing was written.
  const auto commit_at_last = [](Store& store, const core::Changes& changes) {
    std::string outcome = "unavailable";
    for (int n = 0; n < 60 && outcome == "unavailable"; ++n) outcome = committed(store, changes);
    ASSERT_EQ(outcome, "done");
  };
  std::thread own([&] {
    for (std::uint64_t n = 1; n <= kChanges; ++n) {
      const auto generation = static_cast<std::uint32_t>(a_grant(1).generation + n - 1);
      const core::RotateGrant change{a_grant(1).id, n, generation, kNow};
      commit_at_last(*server_, {change});
      rotated = n + 1;
    }
    --writing;
  });
  std::thread other([&] {
    for (std::uint64_t n = 1; n <= kChanges; ++n) {
      commit_at_last(*beside_, {core::PutUser{a_user(1, "ada"), n}});
      changed = n + 1;
    }
    --writing;
  });
  const auto read = [&] {
    while (writing > 0) {
      const std::uint64_t grant = rotated, user = changed;
      const core::Found found = seen();
      ASSERT_TRUE(found.grant && found.user);
      EXPECT_GE(found.grant->version, grant);
      EXPECT_GE(found.user->version, user);
    }
  };
  std::thread reader(read);
  read();
  for (std::thread* thread : {&own, &other, &reader}) thread->join();
  EXPECT_EQ(seen().grant->version, kChanges + 1);
  EXPECT_EQ(seen().user->version, kChanges + 1);
}

}  // namespace
}  // namespace grantd::store::test
