#include "apps/lesson/player.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/judge.h"

namespace grantd::lesson {
namespace {

// The code lives 60 s: past this the learner read for too long, and Mira comes again.
constexpr std::chrono::seconds kWalkPause{40};
constexpr std::chrono::seconds kCodeLife{60};
constexpr int kFirstStepOfFlow = 2;
constexpr int kCodeCame = 6;   // the step that brings it
constexpr int kCodeSwapped = 8;

Known known_of(const Scene& scene, const Room& room, const Expect& expect) {
  Known out;
  out.issuer = room.value("issuer");
  out.state = scene.value("", "state");
  for (const auto& [name, text] : expect.same) out.same.emplace_back(name, scene.fill(text));
  return out;
}

void complete(Known& known, const Scene& scene) {
  known.postcard_stopped = scene.postcard_stopped();
  known.postcard_wants = scene.postcard_wants();
  known.from_app = scene.last() && scene.last()->to == "postcard";
}

Finding not_asked(const Probe& probe, std::string why) {
  return {.what = probe.id,
          .expected = "an answer",
          .found = std::move(why),
          .met = false,
          .says = probe.says};
}

// Plays the request of `play` in a scene that has come so far.
class Stage {
 public:
  Stage(const Book& book, Room& room, Scene& scene) : book_(book), room_(room), scene_(scene) {}

  Played play(const Play& play) {
    Played out;
    const RoomRows before = room_.rows();
    out.problem = scene_.run(play.before);
    out.shown = out.last = scene_.exchanges().size();
    if (out.problem.empty() && !play.request.request.empty()) answer(play, out);
    if (out.problem.empty()) {
      for (const AfterProbe& after : play.after) out.after.push_back(probe(after, before));
    }
    out.exchanges = scene_.exchanges();
    out.values = scene_.all_values();
    out.postcard_stopped = scene_.postcard_stopped();
    return out;
  }

 private:
  void answer(const Play& play, Played& out) {
    Known known = known_of(scene_, room_, play.expect);
    if (scene_.has_flow() && scene_.flow().code_came != Time{}) {
      out.code_left = std::chrono::floor<std::chrono::seconds>(scene_.flow().code_came +
                                                               kCodeLife - room_.now());
    }
    rows_ = room_.rows();
    out.problem = scene_.send(play.request);
    if (out.problem.empty()) out.problem = scene_.run(play.then);
    out.last = scene_.exchanges().size() - 1;
    complete(known, scene_);
    if (out.problem.empty()) out.findings = judge(play.expect, *scene_.last(), known);
  }

  Finding probe(const AfterProbe& after, const RoomRows& before) {
    const Probe& probe = *book_.probe(after.probe);
    if (probe.request.request.empty()) {
      return judge_rows(probe, rows_.value_or(before), room_.rows());
    }
    std::string wrong = after.flow.empty() ? std::string() : scene_.use(after.flow);
    if (wrong.empty()) wrong = scene_.run(probe.before);
    if (wrong.empty()) wrong = scene_.send(probe.request);
    if (!wrong.empty()) return not_asked(probe, std::move(wrong));
    Known known = known_of(scene_, room_, probe.expect);
    complete(known, scene_);
    Finding out{.what = probe.id, .met = true, .says = probe.says};
    for (const Finding& one : judge(probe.expect, *scene_.last(), known)) {
      out.expected += fmt::format("{}{} {}", out.expected.empty() ? "" : ", ", one.what,
                                  one.expected);
      out.found += fmt::format("{}{} {}", out.found.empty() ? "" : ", ", one.what, one.found);
      out.met = out.met && one.met;
    }
    wrong = scene_.run(probe.then);
    return wrong.empty() ? out : not_asked(probe, std::move(wrong));
  }

  const Book& book_;
  Room& room_;
  Scene& scene_;
  std::optional<RoomRows> rows_;
};

}  // namespace

Player::Player(const Book& book, Room& room) : book_(book), room_(room) {}
Player::~Player() = default;

Played Player::play(const Play& play) {
  walk_at_ = 0;  // what is played here withdraws what the walk rests on
  room_.clean();
  Scene scene(book_, room_);
  std::string wrong = scene.walk(kFirstStepOfFlow, play.after_step, play.app, "", "");
  if (!wrong.empty()) {
    Played out;
    out.problem = std::move(wrong);
    out.exchanges = scene.exchanges();
    return out;
  }
  return Stage(book_, room_, scene).play(play);
}

// The walk stands before the step: an empty text, or why it could not come there.
std::string Player::come_before(int number, bool* began_again) {
  // Measured by what passes for the learner: who moves the room's clock wants to see what it does.
  const auto now = std::chrono::steady_clock::now();
  const bool too_old = walk_at_ >= kCodeCame && walk_at_ < kCodeSwapped && number > kCodeCame &&
                       now - code_came_ > kWalkPause;
  const bool anew = !walk_ || walk_at_ != number - 1 || too_old;
  if (began_again) *began_again = walk_ && anew;
  if (!anew) return {};
  room_.clean();
  walk_ = std::make_unique<Scene>(book_, room_);
  walk_at_ = 0;
  std::string wrong = walk_->walk(kFirstStepOfFlow, number - 1, "postcard", "", "");
  if (!wrong.empty()) return wrong;
  walk_at_ = number - 1;
  code_came_ = now;
  return {};
}

Played Player::play_step(int number, bool* began_again) {
  std::string wrong = come_before(number, began_again);
  if (!wrong.empty()) {
    Played out;
    out.problem = std::move(wrong);
    return out;
  }
  const Step* const step = book_.step(fmt::format("step-{}", number));
  walk_->exchanges().erase(walk_->exchanges().begin(),
                           walk_->exchanges().end() - (walk_->last() ? 1 : 0));
  Played out = Stage(book_, room_, *walk_).play(step ? step->play : Play{});
  // What did not go well is nothing to go on from.
  walk_at_ = out.as_expected() ? number : 0;
  if (number <= kCodeCame) code_came_ = std::chrono::steady_clock::now();
  return out;
}

Played Player::put_right(const Step& step, const Play& play) {
  Play good = step.play;
  good.app = play.app;
  good.after_step = step.number - 1;
  return this->play(good);
}

Exchange Player::preview_step(int number) {
  std::string wrong = come_before(number, nullptr);
  const Step* const step = book_.step(fmt::format("step-{}", number));
  Exchange out = step && !step->play.request.request.empty() ? walk_->make(step->play.request)
                                                             : Exchange();
  out.problem = std::move(wrong);
  return out;
}

Exchange Player::preview(const Play& play) {
  walk_at_ = 0;
  room_.clean();
  Scene scene(book_, room_);
  std::string wrong = scene.walk(kFirstStepOfFlow, play.after_step, play.app, "", "");
  if (wrong.empty()) wrong = scene.run(play.before);
  Exchange out = scene.make(play.request);
  out.problem = std::move(wrong);
  return out;
}

}  // namespace grantd::lesson
