// Where a program keeps its login. CL-08, CWE-522, CWE-732.
#include "grantd/client/token_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace grantd::client {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace fs = std::filesystem;

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "grantd-cache-XXXXXX";
    ASSERT_NE(mkdtemp(path_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(path_); }
  std::string file() const { return path_ + "/deep/down/login"; }
  std::string path_;
};

unsigned mode_of(const std::string& file) {
  struct stat found {};
  EXPECT_EQ(::stat(file.c_str(), &found), 0) << file;
  return found.st_mode & 0777;
}

void keeps_replaces_and_forgets(TokenCache& cache) {
  ASSERT_TRUE(cache.forget().has_value());
  EXPECT_FALSE(cache.load().value().has_value());
  ASSERT_TRUE(cache.save(Secret("one"s)).has_value());
  ASSERT_TRUE(cache.save(Secret("two \xc3\xa4 {}"s)).has_value());
  EXPECT_EQ(cache.load().value()->reveal_text(), "two \xc3\xa4 {}");
  ASSERT_TRUE(cache.forget().has_value());
  ASSERT_TRUE(cache.forget().has_value());
  EXPECT_FALSE(cache.load().value().has_value());
}

void one_at_a_time(TokenCache& cache) {
  std::atomic<int> inside = 0, seen = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto turn = cache.lock(60s);
      ASSERT_TRUE(turn.has_value()) << turn.error();
      EXPECT_EQ(++inside, 1);
      ++seen;
      std::this_thread::yield();
      --inside;
    });
  }
  threads.clear();
  EXPECT_EQ(seen, 8);
  const auto held = cache.lock(1s);
  ASSERT_TRUE(held.has_value());
  std::jthread([&] { EXPECT_FALSE(cache.lock(20ms).has_value()); }).join();
}

TEST(memory_cache, keeps_replaces_and_forgets) {
  keeps_replaces_and_forgets(*memory_cache());
  one_at_a_time(*memory_cache());
}

TEST_F(Folder, a_file_is_for_its_owner_alone) {
  const auto cache = file_cache(file());
  keeps_replaces_and_forgets(*cache);
  one_at_a_time(*cache);
  ASSERT_TRUE(cache->save(Secret("secret"s)).has_value());
  EXPECT_EQ(mode_of(file()), 0600u);
  EXPECT_EQ(mode_of(path_ + "/deep/down"), 0700u);
  EXPECT_EQ(mode_of(path_ + "/deep"), 0700u);
  // Two programs see one place.
  EXPECT_EQ(file_cache(file())->load().value()->reveal_text(), "secret");
  const auto held = cache->lock(1s);
  EXPECT_FALSE(file_cache(file())->lock(20ms).has_value());
}

TEST_F(Folder, what_others_could_have_read_or_placed_is_refused) {
  const auto cache = file_cache(file());
  ASSERT_TRUE(cache->save(Secret("secret"s)).has_value());
  ASSERT_EQ(::chmod(file().c_str(), 0640), 0);
  EXPECT_FALSE(cache->load().has_value());
  fs::remove(file());
  std::ofstream(path_ + "/elsewhere") << "planted";
  ASSERT_EQ(::chmod((path_ + "/elsewhere").c_str(), 0600), 0);
  fs::create_symlink(path_ + "/elsewhere", file());
  EXPECT_FALSE(cache->load().has_value());
  // Writing replaces the link and leaves alone what it leads to.
  ASSERT_TRUE(cache->save(Secret("mine"s)).has_value());
  EXPECT_FALSE(fs::is_symlink(file()));
  std::string kept;
  std::getline(std::ifstream(path_ + "/elsewhere"), kept);
  EXPECT_EQ(kept, "planted");
  fs::remove(file());
  fs::create_directory(file());
  EXPECT_FALSE(cache->load().has_value());
}

// A reader sees the old text or the new one, whole.
TEST_F(Folder, a_reader_never_sees_half) {
  const auto cache = file_cache(file());
  const std::string a(20'000, 'a'), b(30'000, 'b');
  ASSERT_TRUE(cache->save(Secret(std::string_view(a))).has_value());
  std::atomic<bool> done = false;
  std::jthread reader([&] {
    while (!done) {
      const auto text = cache->load();
      ASSERT_TRUE(text.has_value() && text->has_value());
      EXPECT_TRUE((*text)->reveal_text() == a || (*text)->reveal_text() == b);
    }
  });
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(cache->save(Secret(std::string_view(i % 2 ? a : b))).has_value());
  }
  done = true;
  reader.join();
  EXPECT_EQ(std::distance(fs::directory_iterator(path_ + "/deep/down"), fs::directory_iterator()),
            1);  // no leftovers
}

// The real Secret Service, where the test runs in a session with one (tests/cli/keyring_test.py
// starts such a session).
TEST_F(Folder, the_keyring_keeps_replaces_and_forgets) {
  const auto cache = keyring_cache("a test's", path_ + "/lock");
  const bool promised = std::getenv("GRANTD_TEST_KEYRING") != nullptr;
  if (!cache && !promised) GTEST_SKIP() << "there is no secret service in this session";
  ASSERT_NE(cache, nullptr);
  keeps_replaces_and_forgets(*cache);
  one_at_a_time(*cache);
  ASSERT_TRUE(cache->save(Secret("kept"s)).has_value());
  EXPECT_FALSE(keyring_cache("another's", path_ + "/lock")->load().value().has_value());
  EXPECT_EQ(keyring_cache("a test's", path_ + "/lock")->load().value()->reveal_text(), "kept");
}

}  // namespace
}  // namespace grantd::client
