#include "apps/grantd/learn_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "apps/lesson/told.h"
#include "grantd/base/encoding.h"
#include "grantd/client/client.h"

namespace grantd::app {
namespace {

using lesson::Exercise;

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Session::Session(const lesson::Book& book, RoomFuture room, Progress& progress,
                 std::string first_line)
    : book_(&book), coming_(std::move(room)), progress_(progress) {
  if (!first_line.empty()) said(std::move(first_line));
}

lesson::Player* Session::player() {
  if (player_ || !failed_.empty()) return player_.get();
  auto room = coming_.get();
  if (!room) {
    failed_ = room.error();
    return nullptr;
  }
  room_ = std::move(*room);
  player_ = std::make_unique<lesson::Player>(*book_, *room_);
  return player_.get();
}

const lesson::Step* Session::present_step() const {
  return book_->step(fmt::format("step-{}", at_));
}

const lesson::Played* Session::present_played() const {
  if (view_ == View::experiment || view_ == View::move) {
    if (stage_.repaired) return &*stage_.repaired;
    return stage_.broken ? &*stage_.broken : nullptr;
  }
  if (view_ == View::exercise) return try_.played ? &*try_.played : nullptr;
  const auto played = played_.find(at_);
  return played == played_.end() ? nullptr : &played->second;
}

void Session::said(std::string text) {
  said_ = std::move(text);
  panel_ = Panel::said;
  scroll_ = 0;
}

void Session::go(int at) {
  at_ = std::clamp(at, 0, kChallenge);
  view_ = at_ == 0 ? View::idea : at_ == kChallenge ? View::challenge : View::step;
  panel_ = Panel::none;
  scroll_ = selected_ = 0;
  playing_mistake_ = false;
  if (view_ == View::challenge) player();  // the scene names addresses of the room
  if (view_ == View::step && !played_.contains(at_)) play_step(at_);
}

void Session::play_step(int number) {
  lesson::Player* const player = this->player();
  if (!player) return;
  played_[number] = player->play_step(number, &began_again_);
  const lesson::Step* const step = present_step();
  lesson::Played& played = played_[number];
  // Step 9 is about the answer that step 8 brought: the last thing that came.
  if (step && !step->answer_of.empty() && !played.exchanges.empty()) {
    played.shown = played.last = played.exchanges.size() - 1;
  }
  if (step && played.problem.empty()) progress_.steps.insert(step->id);
}

// "4", "4/b2", "4/2", "E11", "challenge", "mistakes", "words", a word of the glossary.
void Session::go_to(const std::string& where) {
  const std::string text = lower_ascii(trim(where));
  if (text == "challenge" || text == "c") return go(kChallenge);
  if (text.starts_with('e')) {
    std::string id(text);
    id[0] = 'E';
    if (id.size() == 2) id.insert(1, "0");
    if (const Exercise* const exercise = book_->exercise(id)) {
      const auto step = number_of(std::string_view(exercise->step).substr(5));
      go(step.value_or(1));
      return begin_exercise(*exercise);
    }
  }
  const std::size_t slash = text.find('/');
  const auto step = number_of(std::string_view(text).substr(0, slash));
  if (step && *step >= 0 && *step <= kChallenge) {
    if (slash == std::string::npos) return go(*step);
    std::string rest = text.substr(slash + 1);
    if (rest.starts_with('b')) rest.erase(0, 1);
    const lesson::Experiment* const experiment =
        book_->experiment(fmt::format("step-{}/break-{}", *step, rest));
    if (experiment) {
      go(*step);
      return begin_stage(experiment, nullptr);
    }
  }
  if (go_to_words(text)) return;
  said(fmt::format(fmt::runtime(say("no_such_place")), tame(where)));
}

void Session::next() {
  if (view_ == View::challenge && at_ == kChallenge) {
    if (progress_.moves.size() == book_->challenge.moves.size()) view_ = View::end;
    scroll_ = 0;
    return;
  }
  if (view_ != View::end) go(at_ + 1);
}

void Session::back() {
  const bool to_mistake = std::exchange(playing_mistake_, false);
  if (to_mistake && (view_ == View::experiment || view_ == View::exercise)) {
    view_ = View::mistake;
    scroll_ = 0;
    return;
  }
  switch (view_) {
    case View::breaks:
    case View::exercises:
      return go(at_);
    case View::mistakes:
      return go(mistakes_from_);
    case View::mistake:
      selected_ = static_cast<std::size_t>(mistake_ - book_->mistakes.data());
      view_ = View::mistakes;
      follow_selected_ = true;
      break;
    case View::experiment:
      selected_ = static_cast<std::size_t>(stage_.experiment->number - 1);
      view_ = View::breaks;
      break;
    case View::move:
    case View::end:
      view_ = View::challenge;
      break;
    case View::exercise:
      view_ = View::exercises;
      break;
    default:
      return go(at_ - 1);
  }
  scroll_ = 0;
}

void Session::begin_stage(const lesson::Experiment* experiment,
                          const lesson::ChallengeMove* move) {
  if (!player()) return;
  stage_ = Stage{.experiment = experiment, .move = move};
  stage_.preview = player_->preview(stage_.play());
  view_ = move ? View::move : View::experiment;
  panel_ = Panel::none;
  scroll_ = 0;
}

void Session::predict(lesson::Outcome outcome) {
  lesson::Player* const player = this->player();
  if (!player || stage_.broken) return;
  stage_.predicted = outcome;
  stage_.broken = player->play(stage_.play());
  scroll_ = 0;
  if (stage_.move) {
    const lesson::Exchange* const judged = stage_.broken->judged_exchange();
    // The first prediction counts.
    progress_.moves.try_emplace(stage_.move->number,
                                judged && lesson::outcome_of(*judged) == outcome);
  } else {
    progress_.experiments.insert(stage_.experiment->id);
  }
}

void Session::put_right() {
  lesson::Player* const player = this->player();
  if (!player) return;
  if (view_ == View::step) {
    play_step(at_);
    return;
  }
  if (view_ != View::experiment || !stage_.broken) return;
  const lesson::Step* const step = book_->step(stage_.experiment->step);
  stage_.repaired = player->put_right(*step, stage_.play());
  scroll_ = 0;
  if (stage_.repaired->as_expected()) progress_.repaired.insert(stage_.experiment->id);
}

void Session::next_variant() {
  const std::size_t variant = stage_.variant + 1;
  if (!stage_.experiment || variant >= stage_.experiment->plays.size()) return back();
  stage_ = Stage{.experiment = stage_.experiment, .variant = variant};
  stage_.preview = player_->preview(stage_.play());
  scroll_ = 0;
}

std::vector<const Exercise*> Session::exercises_here() const {
  const lesson::Step* const step = present_step();
  if (step) return book_->exercises_of(*step);
  std::vector<const Exercise*> all;
  for (const Exercise& one : book_->exercises) all.push_back(&one);
  return all;
}

void Session::begin_exercise(const Exercise& exercise) {
  try_ = Try{.exercise = &exercise};
  try_.order.resize(exercise.options.size());
  std::iota(try_.order.begin(), try_.order.end(), 0);
  std::ranges::shuffle(try_.order, chance_);
  view_ = View::exercise;
  panel_ = Panel::none;
  scroll_ = 0;
}

void Session::answer_exercise() {
  const Exercise& exercise = *try_.exercise;
  if (exercise.kind == Exercise::Kind::free) {
    try_.verdict = lesson::judge_free(exercise, try_.typed);
  } else if (exercise.kind == Exercise::Kind::order) {
    std::vector<std::string> cards;
    for (const char c : try_.typed) {
      const std::size_t index = static_cast<std::size_t>(c - '1');
      if (c >= '1' && index < try_.order.size()) {
        cards.push_back(exercise.options[try_.order[index]].id);
      }
    }
    try_.verdict = lesson::judge_order(exercise, cards);
  } else if (try_.chosen) {
    try_.verdict = lesson::judge_choice(exercise, exercise.options[try_.order[*try_.chosen]].id);
    const lesson::Experiment* const live = book_->experiment(exercise.live);
    // The server's answer is the solution.
    if (live && player() && !try_.played) {
      try_.played = player()->play(live->plays[static_cast<std::size_t>(exercise.live_play - 1)]);
    }
  }
  if (!try_.verdict) return;
  bool& solved = progress_.exercises[exercise.id];
  solved = solved || try_.verdict->right;
  scroll_ = 0;
}

void Session::copy_curl() {
  const lesson::Played* const played = present_played();
  const lesson::Exchange* const shown = played ? played->shown_exchange() : nullptr;
  if (!shown) return said(std::string(say("nothing_to_copy")));
  copied_ = lesson::as_curl(*shown, played->values);
  said(std::string(say("copied")) + "\n\n```\n" + *copied_ + "\n```\n");
}

void Session::open_pages() {
  if (!player()) return;
  const std::string url = room_->value("postcard") + "/print?app=postcard";
  const lesson::Person mira = room_->person("mira");
  client::open_browser(url);
  said(fmt::format(fmt::runtime(say("open_pages")), url, mira.login, mira.password));
}

}  // namespace grantd::app
