// What a request may cost, counted: allocations, rows, syncs, bytes. Noise does not reach these
// figures; each bound is a little above what was counted, so that what adds a cost says so here.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "grantd/base/loop.h"
#include "grantd/store/sqlite/sqlite_store.h"
#include "tests/flows/allocations.h"
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

// In process: all of a request but HTTP and SQLite runs on this thread.
class Counts : public testing::Test {
 protected:
  template <class Ask>
  std::uint64_t allocations_of(Ask ask) {
    ask();  // what is made once is made
    const std::uint64_t before = allocations().value();
    ask();
    return allocations().value() - before;
  }
  void SetUp() override {
    if (!allocations()) GTEST_SKIP() << "this build has no sanitizer that counts";
  }

  House house_{Deployment::in_process};
  Browser browser_{house_};
};

http::Request request_of(std::string_view method, std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  http::Request request;
  request.method = method;
  request.path = target.substr(0, question);
  request.query = target.substr(std::min(question + 1, target.size()));
  return request;
}

TEST_F(Counts, documents_are_answered_with_few_allocations) {
  const auto ask = [&](std::string_view path) {
    return allocations_of([&] {
      EXPECT_EQ(house_.ask(request_of("GET", path)).status, 200);
    });
  };
  EXPECT_LE(ask("/jwks"), 12U);
  EXPECT_LE(ask("/.well-known/openid-configuration"), 14U);
}

TEST_F(Counts, a_code_flow_allocates_little) {
  App app(house_, "web");
  ASSERT_EQ(app.exchange(browser_.walk(app.ask())).gist(), "200");
  const std::uint64_t taken = allocations_of([&] {
    ASSERT_EQ(app.exchange(browser_.walk(app.ask())).gist(), "200");
  });
  EXPECT_LE(taken, 260U);  // the browser's and the app's own among them
}

// The store alone: what a grant costs the disk.
class Disk : public testing::Test {
 protected:
  Disk() {
    directory_ = testing::TempDir() + "grantd-counts-XXXXXX";
    if (mkdtemp(directory_.data()) == nullptr) abort();
    store::SqliteOptions options;
    options.file = directory_ + "/grantd.db";
    options.issuer = oauth::Issuer(std::string(kIssuer));
    options.role = store::SqliteOptions::Role::server;
    options.create = true;
    auto opened = store::open_sqlite(options);
    if (!opened) abort();
    store_ = *std::move(opened);
  }
  ~Disk() override {
    store_->close();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  // A grant as a code flow makes it, of usual length.
  static core::Grant grant(int number) {
    core::Grant made;
    ByteArray<16> id{};
    for (std::size_t i = 0; i < 4; ++i) id[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    made.id = core::GrantId(id);
    made.client = core::ClientId("shop");
    made.scope = core::ScopeSet::parse("notes:read offline_access openid").value();
    made.created = made.last_used = made.auth_time = from_seconds(1'767'268'800);
    made.expires = made.created + std::chrono::hours(24 * 180);
    made.code_expires = made.created + std::chrono::seconds(60);
    made.amr = "pwd";
    return made;
  }

  // Opens `count` grants, `together` of them waiting at once.
  void open(int count, int together) {
    BlockingLoop loop;
    for (int from = 0; from < count; from += together) {
      int left = together;
      bool done = false;
      for (int i = 0; i < together; ++i) {
        core::Changes changes;
        changes.push_back(core::OpenGrant{grant(next_++)});
        store_->commit(std::move(changes), from_seconds(1'767'268'800), [&](auto committed) {
          EXPECT_TRUE(committed.has_value());
          done = --left == 0;
        });
      }
      loop.run_until(done);
    }
  }

  std::uintmax_t log_bytes() { return std::filesystem::file_size(directory_ + "/grantd.db-wal"); }

  int next_ = 1;
  std::string directory_;
  std::unique_ptr<store::SqliteStore> store_;
};

TEST_F(Disk, a_grant_alone_takes_one_sync_few_statements_and_few_pages) {
  constexpr unsigned kFlows = 50;
  open(1, 1);
  const store::Counters before = store_->counters();
  const std::uintmax_t bytes = log_bytes();
  open(kFlows, 1);
  const store::Counters after = store_->counters();
  EXPECT_EQ(after.transactions - before.transactions, kFlows);
  // BEGIN, the row, the latest moment, COMMIT.
  EXPECT_LE(after.statements - before.statements, 4 * kFlows);
  // The page of the row with that of the latest moment; now and then the index's, or a new one.
  EXPECT_LE((log_bytes() - bytes) / kFlows, 9'500U);
}

TEST_F(Disk, a_live_grant_takes_about_200_bytes_with_its_index) {
  constexpr int kGrants = 4000;
  open(kGrants, 200);
  store_->close();  // folds the log into the file
  EXPECT_LE(std::filesystem::file_size(directory_ + "/grantd.db") / kGrants, 250U);
}

}  // namespace
}  // namespace grantd::flows
