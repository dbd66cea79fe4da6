// Every row of the lesson, played over real sockets: what comes is what the row says.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "apps/lesson/player.h"

namespace grantd::lesson {
namespace {

class LessonPlay : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    book_ = new Book(load_book("en"));
    auto room = Room::open();
    ASSERT_TRUE(room.has_value()) << (room ? "" : room.error());
    room_ = room->release();
  }
  static void TearDownTestSuite() {
    delete room_;
    delete book_;
  }

  static void expect_met(const std::string& what, const Played& played) {
    EXPECT_EQ(played.problem, "") << what;
    const auto list = [&](const std::vector<Finding>& findings) {
      for (const Finding& one : findings) {
        EXPECT_TRUE(one.met) << what << ", " << one.what << ": expected " << one.expected
                             << ", found " << one.found;
      }
    };
    list(played.findings);
    list(played.after);
    if (!played.as_expected()) {
      for (const Exchange& one : played.exchanges) {
        std::cout << "  " << one.from << " > " << one.method << " " << one.target().substr(0, 90)
                  << " -> " << one.reply.status << " " << one.error() << "\n";
        if (one.walk && !one.walk->reasons.empty()) {
          std::cout << "      " << one.walk->reasons.back().text << "\n";
        }
      }
    }
  }

  static Book* book_;
  static Room* room_;
};
Book* LessonPlay::book_ = nullptr;
Room* LessonPlay::room_ = nullptr;

TEST_F(LessonPlay, the_walk_goes_from_step_to_step) {
  Player player(*book_, *room_);
  for (const Step& step : book_->steps) expect_met(step.id, player.play_step(step.number));
}

TEST_F(LessonPlay, every_experiment_is_answered_as_it_says) {
  Player player(*book_, *room_);
  for (const Experiment& one : book_->experiments) {
    for (const Play& play : one.plays) expect_met(one.id, player.play(play));
  }
}

TEST_F(LessonPlay, every_experiment_can_be_put_right) {
  Player player(*book_, *room_);
  for (const Experiment& one : book_->experiments) {
    expect_met(one.id, player.put_right(*book_->step(one.step), one.plays.front()));
  }
}

// Judging can fail: what a row does not say is not met, in the answer as in what is alive after it.
TEST_F(LessonPlay, another_answer_than_the_row_says_is_not_as_expected) {
  Player player(*book_, *room_);
  for (const Experiment& one : book_->experiments) {
    Play play = one.plays.front();
    if (play.expect.aborts) play.expect.aborts = !*play.expect.aborts;
    if (!play.expect.status.empty()) play.expect.status = {299};
    const Played played = player.play(play);
    EXPECT_EQ(played.problem, "") << one.id;
    EXPECT_FALSE(played.as_expected()) << one.id;
  }
}

TEST_F(LessonPlay, a_probe_that_hopes_for_the_opposite_is_not_met) {
  const std::pair<std::string, std::string> opposites[] = {
      {"code-alive", "code-dead"},           {"code-dead", "code-alive"},
      {"grant-alive", "grant-revoked"},      {"grant-revoked", "grant-alive"},
      {"token-inactive", "token-active"},    {"album-opens", "album-asked-closes"},
      {"album-asked-closes", "album-opens"}, {"userinfo-closed", "token-active"}};
  Player player(*book_, *room_);
  int turned = 0;
  for (const Experiment& one : book_->experiments) {
    Play play = one.plays.front();
    for (const auto& [probe, opposite] : opposites) {
      const auto row = std::ranges::find(play.after, probe, &AfterProbe::probe);
      if (row == play.after.end()) continue;
      play.after = {{opposite, row->flow}};
      const Played played = player.play(play);
      EXPECT_FALSE(played.after.front().met) << one.id << ", " << opposite;
      ++turned;
      break;
    }
  }
  EXPECT_GE(turned, 10);
}

TEST_F(LessonPlay, a_burned_code_counts_as_no_grant_and_an_exchange_as_one) {
  Player player(*book_, *room_);
  Play play;
  play.after_step = 7;
  play.request.request = "token";
  play.expect.status = {200};
  play.after = {{"no-grant", ""}};
  const Played played = player.play(play);
  ASSERT_EQ(played.after.size(), 1u);
  EXPECT_FALSE(played.after.front().met) << played.after.front().found;
}

// The app that the lesson plays by its templates is the app that the client library is.
TEST_F(LessonPlay, the_templates_say_what_the_client_library_sends) {
  Player player(*book_, *room_);
  Play play = book_->step("step-8")->play;
  play.after_step = 7;
  const Played by_template = player.play(play);
  Play delivered;
  delivered.after_step = 6;
  delivered.request = book_->step("step-7")->play.request;
  Move deliver;
  deliver.verb = Move::Verb::deliver;
  deliver.argument = "postcard";
  delivered.then = {deliver};
  delivered.expect.token = true;
  const Played by_library = player.play(delivered);
  expect_met("delivered", by_library);
  const auto names = [](const Played& played) {
    std::set<std::string> out;
    for (const SentField& field : played.judged_exchange()->fields) {
      if (field.place == SentField::Place::form) out.insert(field.name);
    }
    return out;
  };
  EXPECT_EQ(names(by_template), names(by_library));
}

TEST_F(LessonPlay, every_move_of_the_challenge_is_stopped) {
  Player player(*book_, *room_);
  for (const ChallengeMove& move : book_->challenge.moves) {
    expect_met("move " + std::to_string(move.number), player.play(move.play));
  }
}

}  // namespace
}  // namespace grantd::lesson
