// Links that lead nowhere, templates and names that nobody knows.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/lesson/book_rows.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kApps[] = {"postcard", "postcard-phone", "postcard-classic"};
constexpr std::string_view kPeople[] = {"mira", "rook"};
constexpr std::string_view kFilters[] = {"first", "last", "repaint", "none"};
// What a flow knows by itself (README.md, "Values").
const std::set<std::string, std::less<>> kNames = {
    "issuer",       "postcard",      "album",         "diary",     "quiz",      "harbour",
    "client_id",    "client_secret", "redirect_uri",  "scope",     "state",     "nonce",
    "verifier",     "challenge",     "form",          "next",      "code",      "iss",
    "access_token", "refresh_token", "id_token",      "person",    "password",  "quiz_secret",
    "basic",        "album_secret",  "postcard_secret", "challenge_method"};

template <class Range>
bool is_in(const Range& range, std::string_view text) {
  return std::ranges::find(range, text) != std::end(range);
}

class Checks {
 public:
  explicit Checks(Book& book) : book_(book) {}

  void wrong(const std::string& where, const std::string& text) {
    book_.problems.push_back(fmt::format("lesson: {}: {}", where, text));
  }

  void play(const std::string& where, const Play& play) {
    kept_.clear();
    if (play.after_step < 0 || play.after_step > 12) wrong(where, "after_step: expected 1 to 12");
    app(where, play.app);
    moves(where, play.before);
    send(where, play.request);
    moves(where, play.then);
    expect(where, play.expect);
    for (const AfterProbe& after : play.after) {
      if (!book_.probe(after.probe)) {
        wrong(where, fmt::format("after: there is no probe \"{}\"", after.probe));
      }
    }
  }

  void probe(const Probe& probe) {
    kept_.clear();
    moves("probe " + probe.id, probe.before);
    send("probe " + probe.id, probe.request);
    expect("probe " + probe.id, probe.expect);
  }

  void request(const RequestTemplate& request) {
    const std::string where = "request " + request.name;
    value(where, request.url);
    pairs(where, request.query);
    pairs(where, request.form);
    pairs(where, request.header);
  }

 private:
  void app(const std::string& where, std::string_view name) {
    if (!is_in(kApps, name)) {
      wrong(where,
            fmt::format("app: expected one of {}, found \"{}\"", fmt::join(kApps, ", "), name));
    }
  }

  void person(const std::string& where, std::string_view name) {
    if (!name.empty() && !is_in(kPeople, name)) {
      wrong(where, fmt::format("expected mira or rook, found \"{}\"", name));
    }
  }

  void moves(const std::string& where, const std::vector<Move>& all) {
    using enum Move::Verb;
    for (const Move& move : all) {
      person(where, move.who);
      if (!move.app.empty()) app(where, move.app);
      if (move.verb == begin) app(where, move.argument);
      if (move.verb == sign_in || move.verb == sign_out) person(where, move.argument);
      if (move.verb == send) send_one(where, move.send);
      if (move.verb == walk && (move.step < 2 || move.step > 12)) {
        wrong(where, "walk: expected a step from 2 to 12");
      }
      if (move.verb == keep) {
        name(where, move.argument);
        if (move.as.empty()) wrong(where, "keep: \"as\" is missing");
        kept_.insert(move.as);
      }
    }
  }

  void send(const std::string& where, const Send& one) {
    if (!one.request.empty()) send_one(where, one);
  }

  void send_one(const std::string& where, const Send& one) {
    person(where, one.who);
    if (!book_.request(one.request)) {
      wrong(where, fmt::format("there is no request \"{}\" in requests.toml", one.request));
    }
    pairs(where, one.change.set);
    pairs(where, one.change.header);
    for (const auto& [key, values] : one.change.twice) {
      for (const std::string& text : values) value(where, text);
    }
  }

  void expect(const std::string& where, const Expect& one) { pairs(where, one.same); }

  void pairs(const std::string& where, const Pairs& all) {
    for (const auto& [key, text] : all) value(where, text);
  }

  void value(const std::string& where, std::string_view text) {
    for (const Piece& piece : pieces_of(text)) {
      if (!piece.name) continue;
      name(where, piece.name->name);
      if (!piece.name->filter.empty() && !is_in(kFilters, piece.name->filter)) {
        wrong(where, fmt::format("\"{}\": filters are {}", text, fmt::join(kFilters, ", ")));
      }
    }
  }

  void name(const std::string& where, const std::string& name) {
    if (!kNames.contains(name) && !kept_.contains(name)) {
      wrong(where, fmt::format("nobody knows the value {{{}}}", name));
    }
  }

  Book& book_;
  std::set<std::string, std::less<>> kept_;
};

void check_exercise(const Book& book, const Exercise& one, Checks& checks) {
  if (!book.step(one.step)) checks.wrong(one.id, "step: there is no \"" + one.step + "\"");
  for (const std::string& id : one.after) {
    if (!book.experiment(id)) checks.wrong(one.id, "after: there is no \"" + id + "\"");
  }
  if (one.kind != Exercise::Kind::live) return;
  const Experiment* const experiment = book.experiment(one.live);
  if (!experiment || one.live_play < 1 ||
      static_cast<std::size_t>(one.live_play) > experiment->plays.size()) {
    checks.wrong(one.id,
                 fmt::format("live: there is no \"{}\" with a play {}", one.live, one.live_play));
  }
}

}  // namespace

bool is_value_name(std::string_view name) { return kNames.contains(name); }

void check_links(Book& book) {
  Checks checks(book);
  for (const RequestTemplate& request : book.requests) checks.request(request);
  for (const Probe& probe : book.probes) checks.probe(probe);
  for (const Step& step : book.steps) {
    checks.play(step.id, step.play);
    if (!step.answer_of.empty() && !book.step(step.answer_of)) {
      checks.wrong(step.id, "answer_of: there is no \"" + step.answer_of + "\"");
    }
  }
  for (const Experiment& one : book.experiments) {
    if (!book.step(one.step)) checks.wrong(one.id, "there is no \"" + one.step + "\"");
    for (const Play& play : one.plays) checks.play(one.id, play);
  }
  for (const Exercise& one : book.exercises) check_exercise(book, one, checks);
  for (const Mistake& one : book.mistakes) {
    for (const std::string& id : one.plays) {
      if (book.experiment(id) || book.exercise(id)) continue;
      checks.wrong(one.id, "plays: there is no \"" + id + "\"");
    }
  }
  for (const ChallengeMove& move : book.challenge.moves) {
    checks.play(fmt::format("challenge, move {}", move.number), move.play);
  }
}

}  // namespace grantd::lesson
