// Every row of the lesson, played over real sockets: what comes is what the row says.
#include <gtest/gtest.h>

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

TEST_F(LessonPlay, every_move_of_the_challenge_is_stopped) {
  Player player(*book_, *room_);
  for (const ChallengeMove& move : book_->challenge.moves) {
    expect_met("move " + std::to_string(move.number), player.play(move.play));
  }
}

}  // namespace
}  // namespace grantd::lesson
