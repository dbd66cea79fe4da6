#include "apps/lesson/page_acts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "apps/lesson/page_s256.h"
#include "grantd/base/encoding.h"

namespace grantd::lesson {
namespace {

using Kind = Where::Kind;

constexpr std::size_t kTypedMax = 300;
constexpr std::chrono::seconds kPastCode{61};
constexpr std::chrono::minutes kPastToken{15};

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

std::optional<Outcome> outcome_in(std::string_view text) {
  constexpr std::pair<std::string_view, Outcome> kNames[] = {{"page", Outcome::page},
                                                             {"redirect", Outcome::redirect},
                                                             {"json", Outcome::json},
                                                             {"works", Outcome::works}};
  for (const auto& [name, outcome] : kNames) {
    if (name == text) return outcome;
  }
  return std::nullopt;
}

// ?play=2: of an experiment's variants the second; 0 where there is none of that number.
std::size_t variant_in(std::string_view query, const Experiment& experiment) {
  const auto form = oauth::Form::parse(query);
  if (!form || form->get("play").empty()) return 1;
  const auto number = number_of(form->get("play"));
  const std::size_t wanted = number ? static_cast<std::size_t>(*number) : 0;
  return wanted <= experiment.plays.size() ? wanted : 0;
}

std::string_view act_on_step(const Step& step, const oauth::Form& form, Learner& learner) {
  const std::string_view does = form.get("do");
  if (does == "s256") {
    learner.verifier = trim(form.get("verifier").substr(0, kVerifierMax));
    return "#s256";
  }
  if (does == "wait-code" || does == "wait-token") {
    const Duration length = does == "wait-code" ? Duration(kPastCode) : Duration(kPastToken);
    learner.room->wait(length);
    learner.waited += length;
    return "#moved";
  }
  if (does != "send") return "";
  Walked walked;
  walked.played = learner.player->play_step(step.number, &walked.began_again);
  Played& played = walked.played;
  // Step 9 is about the answer that step 8 brought: the last thing that came.
  if (!step.answer_of.empty() && !played.exchanges.empty()) {
    played.shown = played.last = played.exchanges.size() - 1;
  }
  learner.waited = Duration(0);
  if (played.problem.empty()) learner.seen.insert(step.id);
  walked.played = without_the_rest(std::move(played));
  learner.steps.insert_or_assign(step.number, std::move(walked));
  return "#answer";
}

std::string_view act_on_experiment(const Where& where, const oauth::Form& form, Learner& learner) {
  const Experiment& one = *where.experiment;
  Stage& stage = learner.stages[stage_key(one, where.play)];
  const Play& play = one.plays[where.play];
  const std::string_view does = form.get("do");
  const auto predicted = outcome_in(form.get("outcome"));
  if (does == "predict" && predicted && !stage.broken) {
    stage.predicted = predicted;
    stage.broken = without_the_rest(learner.player->play(play));
    if (stage.broken->problem.empty()) learner.broken.insert(one.id);
  }
  if (does == "repair" && stage.broken) {
    stage.repaired = without_the_rest(learner.player->put_right(*where.step, play));
    if (stage.repaired->as_expected()) learner.repaired.insert(one.id);
  }
  if (does == "again") {
    stage = Stage();
    return "#stage";
  }
  return "#answer";
}

std::string_view act_on_move(const ChallengeMove& move, const oauth::Form& form,
                             Learner& learner) {
  Stage& stage = learner.stages[stage_key(move)];
  const auto predicted = outcome_in(form.get("outcome"));
  if (form.get("do") == "predict" && predicted && !stage.broken) {
    stage.predicted = predicted;
    stage.broken = without_the_rest(learner.player->play(move.play));
    const Exchange* const judged = stage.broken->judged_exchange();
    // The first prediction counts.
    if (judged) learner.moves.try_emplace(move.number, outcome_of(*judged) == *predicted);
  }
  if (form.get("do") == "again") {
    stage = Stage();
    return "#stage";
  }
  return "#answer";
}

std::string_view act_on_exercise(const Exercise& one, const oauth::Form& form, Learner& learner,
                                 const Book& book) {
  Try& tried = learner.tries[one.id];
  if (form.get("do") != "answer") return "";
  tried.answer = form.get("answer").substr(0, kTypedMax);
  if (one.kind == Exercise::Kind::free) {
    tried.verdict = judge_free(one, tried.answer);
  } else if (one.kind == Exercise::Kind::order) {
    tried.cards.clear();
    for (std::size_t i = 1; i <= one.options.size(); ++i) {
      const std::string card(form.get(fmt::format("card-{}", i)));
      const bool known = std::ranges::find(one.options, card, &Choice::id) != one.options.end();
      tried.cards.push_back(known ? card : "");
    }
    tried.verdict = judge_order(one, tried.cards);
  } else {
    if (std::ranges::find(one.options, tried.answer, &Choice::id) == one.options.end()) return "";
    tried.verdict = judge_choice(one, tried.answer);
    const Experiment* const live = book.experiment(one.live);
    // The server's answer is the solution.
    if (live && !tried.played) {
      const Play& play = live->plays[static_cast<std::size_t>(one.live_play - 1)];
      tried.played = without_the_rest(learner.player->play(play));
    }
  }
  bool& solved = learner.exercises[one.id];
  solved = solved || tried.verdict->right;
  return "#answer";
}

}  // namespace

std::optional<Where> place_at(const Book& book, std::string_view path, std::string_view query) {
  constexpr std::string_view kRoot = "/learn";
  if (!path.starts_with(kRoot)) return std::nullopt;
  Where out{.path = std::string(path)};
  path.remove_prefix(kRoot.size());
  if (path.empty()) return out;
  if (path[0] != '/') return std::nullopt;
  path.remove_prefix(1);
  constexpr std::string_view kExercise = "exercise-", kMove = "challenge/move-";
  for (const auto& [name, kind] : {std::pair("challenge", Kind::challenge),
                                   std::pair("program", Kind::program),
                                   std::pair("words", Kind::words)}) {
    if (path != name) continue;
    out.kind = kind;
    return out;
  }
  if (path.starts_with(kExercise)) {
    out.kind = Kind::exercise;
    out.exercise = book.exercise(path.substr(kExercise.size()));
    return out.exercise ? std::optional(out) : std::nullopt;
  }
  if (path.starts_with(kMove)) {
    const auto number = number_of(path.substr(kMove.size()));
    const auto& moves = book.challenge.moves;
    const auto move = std::ranges::find(moves, number.value_or(0), &ChallengeMove::number);
    if (move == moves.end()) return std::nullopt;
    out.kind = Kind::move;
    out.move = &*move;
    return out;
  }
  if ((out.step = book.step(path))) {
    out.kind = Kind::step;
    return out;
  }
  out.experiment = book.experiment(path);
  if (!out.experiment) return std::nullopt;
  out.kind = Kind::experiment;
  out.step = book.step(out.experiment->step);
  const std::size_t variant = variant_in(query, *out.experiment);
  if (variant == 0 || !out.step) return std::nullopt;
  out.play = variant - 1;
  if (variant > 1) out.path += fmt::format("?play={}", variant);
  return out;
}

bool plays(const Where& where) {
  return where.kind != Kind::contents && where.kind != Kind::words &&
         (where.kind != Kind::exercise || !where.exercise->live.empty());
}

std::string_view act(const Where& where, const oauth::Form& form, Learner& learner,
                     const Book& book) {
  switch (where.kind) {
    case Kind::step:
      return act_on_step(*where.step, form, learner);
    case Kind::experiment:
      return act_on_experiment(where, form, learner);
    case Kind::exercise:
      return act_on_exercise(*where.exercise, form, learner, book);
    case Kind::move:
      return act_on_move(*where.move, form, learner);
    case Kind::contents:
    case Kind::words:
    case Kind::challenge:
    case Kind::program:
      break;
  }
  return "";
}

std::optional<Exchange> make_ready(const Where& where, Learner& learner,
                                   std::mt19937& chance) {
  if (where.kind == Kind::step) {
    if (learner.steps.contains(where.step->number)) return std::nullopt;
    if (where.step->play.request.request.empty()) return std::nullopt;
    return learner.player->preview_step(where.step->number);
  }
  if (where.kind == Kind::experiment || where.kind == Kind::move) {
    const bool is_move = where.kind == Kind::move;
    Stage& stage = learner.stages[is_move ? stage_key(*where.move)
                                          : stage_key(*where.experiment, where.play)];
    const Play& play = is_move ? where.move->play : where.experiment->plays[where.play];
    if (!stage.preview && !stage.broken) stage.preview = learner.player->preview(play);
  }
  if (where.kind == Kind::exercise) {
    Try& tried = learner.tries[where.exercise->id];
    if (tried.verdict) return std::nullopt;
    tried.order.resize(where.exercise->options.size());
    std::iota(tried.order.begin(), tried.order.end(), 0);
    std::ranges::shuffle(tried.order, chance);
  }
  return std::nullopt;
}

}  // namespace grantd::lesson
