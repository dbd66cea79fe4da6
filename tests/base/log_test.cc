#include "grantd/base/log.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/base/random.h"

namespace grantd {
namespace {

constexpr std::chrono::milliseconds kMoment{2};

class LogFile : public testing::Test {
 protected:
  ~LogFile() override {
    log::stop();
    std::filesystem::remove(path_);
  }
  std::vector<std::string> lines() {
    log::stop();
    std::ifstream in(path_);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  const std::string path_ = testing::TempDir() + "grantd_log_" + hex_encode(random_bytes<8>());
};

using LogText = LogFile;
using LogJson = LogFile;

TEST_F(LogText, one_line_an_event_with_its_time) {
  log::start(log::Format::text, log::Level::info, path_);
  log::info("grant_revoked", {{"grant", "0192"},
                              {"reason", "wrong verifier"},
                              {"count", 3},
                              {"is_public", true},
                              {"empty", ""}});
  const auto out = lines();
  ASSERT_EQ(out.size(), 1U);
  std::string shape = out[0];
  for (char& c : shape) c = c >= '0' && c <= '9' ? 'd' : c;
  EXPECT_EQ(shape,
            "dddd-dd-ddTdd:dd:dd.dddZ info grant_revoked grant=dddd "
            "reason=\"wrong verifier\" count=d is_public=true empty=\"\"");
}

constexpr std::string_view kHostile =
    "x\r\n2026-01-01T00:00:00.000Z info forged a=\"b\" \x1b[2J\\\xe2\x80\xae\xff";

// CH-04, CWE-117.
TEST_F(LogText, a_hostile_value_forges_no_line_and_no_field) {
  log::start(log::Format::text, log::Level::info, path_);
  log::info("login_failed", {{"name", kHostile}, {"n", 1}});
  const auto out = lines();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(out[0].ends_with(
      R"( login_failed name="x\x0d\x0a2026-01-01T00:00:00.000Z info forged a=\"b\" \x1b[2J\\)"
      R"(\u{202e}\xff" n=1)"))
      << out[0];
}

// CH-04, CWE-117.
TEST_F(LogJson, a_hostile_value_is_one_member_of_one_object) {
  log::start(log::Format::json, log::Level::debug, path_);
  log::debug("login_failed", {{"name", kHostile}, {"event", "forged"}, {"n", -1}, {"ok", false}});
  const auto out = lines();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(is_ascii_printable(out[0])) << out[0];
  const auto json = Json::parse(out[0]);
  ASSERT_TRUE(json) << json.error();
  EXPECT_EQ(*json->find_string("event"), "login_failed");
  EXPECT_EQ(*json->find_string("level"), "debug");
  EXPECT_EQ(json->find_string("time")->size(), 24U);
  EXPECT_EQ(*json->find_string("name"), printable(kHostile));
  EXPECT_EQ(*json->find_string("event_"), "forged");
  EXPECT_EQ(*json->find_int("n"), -1);
  EXPECT_EQ(*json->find_bool("ok"), false);
}

TEST_F(LogText, events_below_the_level_are_left_out) {
  EXPECT_TRUE(log::enabled(log::Level::warning));
  EXPECT_FALSE(log::enabled(log::Level::info));
  log::start(log::Format::text, log::Level::warning, path_);
  log::info("quiet");
  log::error("loud");
  const auto out = lines();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(out[0].ends_with(" error loud")) << out[0];
}

TEST_F(LogText, what_is_dropped_under_a_flood_is_counted) {
  log::start(log::Format::json, log::Level::info, path_);
  constexpr int kThreads = 4;
  constexpr int kEach = 10000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < kEach; ++i) log::info("flood", {{"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::int64_t written = 0;
  std::int64_t dropped = 0;
  for (const std::string& line : lines()) {
    const auto json = Json::parse(line);
    ASSERT_TRUE(json) << line;
    const bool is_drop = *json->find_string("event") == "log_events_dropped";
    written += is_drop ? 0 : 1;
    dropped += is_drop ? *json->find_int("count") : 0;
  }
  EXPECT_EQ(written + dropped, kThreads * kEach);
}

// The limit of a file's size stands for the full disk: what passes it is cut off in the same way.
TEST_F(LogText, what_a_full_disk_does_not_take_is_counted_and_no_two_lines_become_one) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  log::start(log::Format::text, log::Level::info, path_);
  const auto wait_until = [&](auto holds) {
    for (int i = 0; i < 5000 && !holds(); ++i) std::this_thread::sleep_for(kMoment);
    ASSERT_TRUE(holds());
  };
  const auto size = [&] { return std::filesystem::file_size(path_); };
  log::info("before", {{"n", 1}});
  wait_until([&] { return size() > 40; });
  const std::uintmax_t full = size() + 10;
  const rlimit limit{static_cast<rlim_t>(full), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  for (int i = 0; i < 5; ++i) log::info("lost", {{"n", i}});
  wait_until([&] { return size() == full; });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  log::info("after", {{"n", 2}});
  log::info("and_on", {{"n", 3}});
  auto out = lines();
  // Those of the five that came to be written after there was room again are whole lines.
  const auto late = std::erase_if(out, [](const std::string& line) {
    return line.find(" info lost n=") != std::string::npos;
  });
  ASSERT_EQ(out.size(), 5U);
  EXPECT_TRUE(out[0].ends_with("info before n=1")) << out[0];
  EXPECT_EQ(out[1].size(), 10U);
  EXPECT_TRUE(out[2].ends_with("warning log_events_dropped count=" + std::to_string(5 - late)))
      << out[2];
  EXPECT_TRUE(out[3].ends_with("info after n=2")) << out[3];
  EXPECT_TRUE(out[4].ends_with("info and_on n=3")) << out[4];
}

TEST_F(LogText, a_file_that_cannot_be_opened_is_said_at_the_start) {
  EXPECT_THROW(log::start(log::Format::text, log::Level::info, path_ + "/no/such"),
               std::runtime_error);
}

TEST(LogWithoutStart, a_warning_goes_to_standard_error) {
  testing::internal::CaptureStderr();
  log::warning("key_missing", {{"kid", "a b"}});
  log::info("unheard");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(said.ends_with(" warning key_missing kid=\"a b\"\n")) << said;
}

}  // namespace
}  // namespace grantd
