// One learner at one terminal: where she is, what she sees, what her keys do. Knows no descriptor:
// keys come in, screens go out (learn_terminal.h).
#pragma once

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "apps/grantd/learn_progress.h"
#include "apps/grantd/learn_terminal.h"
#include "apps/grantd/learn_text.h"
#include "apps/lesson/exercise.h"
#include "apps/lesson/player.h"

namespace grantd::app {

using RoomFuture = std::future<Result<std::unique_ptr<lesson::Room>, std::string>>;

inline constexpr std::string_view kSelected = " > ";  // in front of what is selected

struct Screen {
  Lines lines;
  std::optional<std::pair<std::size_t, std::size_t>> cursor;  // row, column, from 1
};

class Session {
 public:
  // `first_line`: said at the start; may be empty.
  Session(const lesson::Book& book, RoomFuture room, Progress& progress, std::string first_line);

  Screen screen(Terminal::Size size);
  bool handle(const Key& key);  // false: she leaves
  // What is to be copied, once; nothing: nothing.
  std::optional<std::string> take_copied() { return std::exchange(copied_, std::nullopt); }
  // Why it cannot go on; empty: it can.
  const std::string& failed() const { return failed_; }

 private:
  enum class View { idea, step, breaks, experiment, exercises, exercise, challenge, move, end,
                    mistakes, mistake };
  enum class Panel { none, closer, inside, sees, parts, keys, time, words, said };
  static constexpr int kChallenge = 13;

  // What is played after a prediction: an experiment's variant, or a move of the challenge.
  struct Stage {
    const lesson::Experiment* experiment = nullptr;
    const lesson::ChallengeMove* move = nullptr;
    std::size_t variant = 0;
    lesson::Exchange preview{};  // what will be sent
    std::optional<lesson::Outcome> predicted;
    std::optional<lesson::Played> broken, repaired;
    const lesson::Play& play() const { return move ? move->play : experiment->plays[variant]; }
  };
  struct Try {  // of an exercise
    const lesson::Exercise* exercise = nullptr;
    std::vector<std::size_t> order;  // of the options, drawn anew each time
    std::string typed;
    std::optional<std::size_t> chosen;  // among `order`
    std::optional<lesson::Verdict> verdict;
    std::optional<lesson::Played> played;
  };

  // ---- what is seen (learn_views.cc)
  Look look(std::size_t width) const { return {*book_, width, in_full_}; }
  void follow(const Lines& content);
  Line title_line(std::size_t width) const;
  Line keys_line(std::size_t width) const;
  std::string keys_name() const;
  Lines body(const Look& look);
  Lines idea(const Look& look) const;
  Lines step(const Look& look);
  Lines breaks(const Look& look) const;
  Lines stage(const Look& look) const;
  Lines stage_question(const Look& look) const;
  Lines stage_answer(const Look& look) const;
  Lines exercises(const Look& look) const;
  Lines exercise(const Look& look) const;
  Lines challenge(const Look& look) const;
  Lines end(const Look& look) const;
  Lines mistakes(const Look& look) const;
  Lines mistake(const Look& look) const;
  Lines words(const Look& look) const;
  Lines panel(const Look& look) const;
  Line pick_line(std::size_t index, const std::string& mark, const std::string& text,
                 const std::string& done, std::size_t width) const;
  std::string_view say(std::string_view name) const { return book_->word(name); }

  // ---- what keys do (learn_keys.cc)
  bool handle_input(const Key& key);
  bool handle_panel(const Key& key);
  bool handle_scroll(const Key& key);
  void handle_view(const Key& key);
  void handle_list(const Key& key);
  void handle_stage(const Key& key);
  void handle_exercise(const Key& key);
  void handle_mistake(const Key& key);
  void handle_anywhere(const Key& key);
  void handle_time(const Key& key);
  std::size_t list_size() const;
  void pick(std::size_t index);

  // ---- what happens (learn_session.cc)
  lesson::Player* player();  // waits for the room; null: it could not be opened
  void go(int at);
  void go_to(const std::string& where);
  bool go_to_words(const std::string& where);
  void open_mistakes();
  void open_words(std::string_view id);
  void play_mistake(const std::string& id);
  void next();
  void back();
  void play_step(int number);
  void begin_stage(const lesson::Experiment* experiment, const lesson::ChallengeMove* move);
  void predict(lesson::Outcome outcome);
  void put_right();
  void next_variant();
  void begin_exercise(const lesson::Exercise& exercise);
  void answer_exercise();
  void copy_curl();
  void open_pages();
  void said(std::string text);
  const lesson::Step* present_step() const;
  const lesson::Played* present_played() const;
  std::vector<const lesson::Exercise*> exercises_here() const;

  const lesson::Book* book_;
  RoomFuture coming_;
  std::unique_ptr<lesson::Room> room_;
  std::unique_ptr<lesson::Player> player_;
  Progress& progress_;
  std::string failed_;

  int at_ = 0;  // 0 the idea, 1 to 12 the steps, 13 the challenge
  View view_ = View::idea;
  Panel panel_ = Panel::none;
  std::string said_;
  std::optional<std::string> copied_;
  std::optional<std::string> going_;  // what is typed behind "go to"
  std::size_t scroll_ = 0, scroll_max_ = 0, page_ = 1;
  std::size_t selected_ = 0;
  bool follow_selected_ = false;  // keep it in sight
  bool in_full_ = false;
  bool began_again_ = false;
  std::map<int, lesson::Played> played_;
  Stage stage_;
  Try try_;
  const lesson::Mistake* mistake_ = nullptr;
  bool playing_mistake_ = false;  // what is played leads back to it
  int mistakes_from_ = 0;         // where she was before
  std::string word_;              // of the glossary, to be shown
  std::mt19937 chance_{std::random_device()()};
};

}  // namespace grantd::app
