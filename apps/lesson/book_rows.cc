#include "apps/lesson/book_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace grantd::lesson {
namespace {

int number_behind(std::string_view id, std::string_view before) {
  const std::size_t at = id.find(before);
  if (at == std::string_view::npos) return 0;
  id.remove_prefix(at + before.size());
  int number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() ? number : 0;
}

std::vector<std::pair<std::string, Sees>> read_sees(Reader& from) {
  std::vector<std::pair<std::string, Sees>> out;
  const Pairs given = from.members("sees");
  for (const auto& [name, value] : given) {
    if (std::ranges::find(kWatchers, name) == std::end(kWatchers)) {
      from.wrong(fmt::format("sees: \"{}\" is none of {}", name, fmt::join(kWatchers, ", ")));
    }
    if (value != "yes" && value != "no" && value != "part") {
      from.wrong(fmt::format("sees, {}: expected yes, no or part, found \"{}\"", name, value));
    }
  }
  for (const std::string_view name : kWatchers) {
    const auto found = std::ranges::find(given, name, &Pairs::value_type::first);
    if (found == given.end()) continue;
    out.emplace_back(name, found->second == "yes"    ? Sees::yes
                           : found->second == "part" ? Sees::part
                                                     : Sees::no);
  }
  return out;
}

std::vector<Part> read_parts(Reader& rule, Reader& word) {
  static const Node kNothing;
  std::vector<Part> out;
  const Node* const all = word.node("parts");
  Reader said(word.file(), word.what() + ", parts", all ? *all : kNothing, word.problems());
  for (const std::string& name : rule.texts("parts")) {
    Part& part = out.emplace_back();
    part.name = name;
    const Node* const row = said.node(name);
    if (!row) {
      word.wrong(fmt::format("no words for the part \"{}\"", name));
      continue;
    }
    Reader one(word.file(), said.what() + ", " + name, *row, word.problems());
    part.label = one.text_or("label", "`" + name + "`");
    part.what = one.text("what");
    part.without = one.text_or("without");
    part.short_text = one.text_or("short");
  }
  return out;
}

std::vector<std::pair<std::string, Text>> read_inside(Reader& word) {
  const Node* const node = word.node("inside");
  if (!node) {
    word.wrong("\"inside\" is missing");
    return {};
  }
  if (node->kind == Node::Kind::text) return {{"", node->text}};
  Reader in(word.file(), word.what() + ", inside", *node, word.problems());
  std::vector<std::pair<std::string, Text>> out;
  for (const std::string_view name : {"read", "gather", "decide", "commit", "answer"}) {
    if (in.has(name)) out.emplace_back(name, in.text(name));
  }
  return out;
}

Hint read_hint(Reader& from, Reader& said) {
  Hint out;
  out.id = from.text("id");
  out.equals = from.text_or("equals");
  out.begins = from.text_or("begins");
  out.ends = from.text_or("ends");
  out.contains = from.text_or("contains");
  out.last_is_not = from.text_or("last_is_not");
  out.first_is_not = from.text_or("first_is_not");
  out.hex = static_cast<int>(from.number_or("hex", 0));
  out.before = from.texts("before");
  out.feedback = said.text(out.id);
  return out;
}

Exercise::Kind read_kind(Reader& rule) {
  using enum Exercise::Kind;
  constexpr std::pair<std::string_view, Exercise::Kind> kKinds[] = {
      {"choice", choice}, {"spot", spot}, {"live", live}, {"free", free}, {"order", order}};
  const std::string text = rule.text("kind");
  for (const auto& [name, kind] : kKinds) {
    if (name == text) return kind;
  }
  rule.wrong(fmt::format("kind: expected choice, spot, live, free or order, found \"{}\"", text));
  return choice;
}

void read_choices(Reader& rule, Reader& word, Exercise& out) {
  static const Node kNothing;
  std::vector<std::string> ids = rule.texts("right");
  if (ids.empty()) rule.wrong("\"right\" is missing");
  const bool order = out.kind == Exercise::Kind::order;
  if (!order && !ids.empty()) out.right = ids.front();
  for (std::string& id : rule.texts("wrong")) ids.push_back(std::move(id));
  const std::string_view name = order ? "cards" : "options";
  const Node* const all = word.node(name);
  Reader said(word.file(), fmt::format("{}, {}", word.what(), name), all ? *all : kNothing,
              word.problems());
  for (const std::string& id : ids) {
    Choice& choice = out.options.emplace_back();
    choice.id = id;
    if (order) {
      choice.text = said.text(id);
      continue;
    }
    const Node* const row = said.node(id);
    if (!row) {
      word.wrong(fmt::format("no words for the option \"{}\"", id));
      continue;
    }
    Reader one(word.file(), said.what() + ", " + id, *row, word.problems());
    choice.text = one.text("text");
    choice.feedback = id == out.right ? one.text_or("feedback") : one.text("feedback");
  }
}

void read_hints(Reader& rule, Reader& word, Exercise& out) {
  static const Node kNothing;
  const Node* const all = word.node("hints");
  Reader said(word.file(), word.what() + ", hints", all ? *all : kNothing, word.problems());
  for (const Node* const row : rule.tables("hint")) {
    Reader one(rule.file(), rule.what() + ", hint", *row, rule.problems());
    out.hints.push_back(read_hint(one, said));
  }
}

}  // namespace

void read_steps(Sources& sources, const Citations& citations, Book& book) {
  sources.each("steps.toml", "step", "id", [&](Reader& rule, Reader& word) {
    Step& out = book.steps.emplace_back();
    out.id = rule.text("id");
    out.number = number_behind(out.id, "step-");
    if (const Node* const play = rule.node("play")) {
      Reader in(rule.file(), rule.what() + ", play", *play, rule.problems());
      out.play = read_play(in);
    }
    out.answer_of = rule.text_or("answer_of");
    out.parts = read_parts(rule, word);
    out.sees = read_sees(rule);
    out.cites = citations.read("cites", rule);
    out.title = word.text("title");
    out.short_title = word.text_or("short", out.title);
    out.what = word.text("what");
    out.brief = word.text_or("brief", out.what);
    out.message = word.text_or("message");
    out.parts_head = word.texts("parts_head");
    out.sees_text = word.text_or("sees");
    out.closer_title = word.text_or("closer_title");
    out.closer = word.text("closer");
    out.inside = read_inside(word);
  });
  std::ranges::sort(book.steps, {}, &Step::number);
}

void read_experiments(Sources& sources, const Citations& citations, Book& book) {
  sources.each("experiments.toml", "experiment", "id", [&](Reader& rule, Reader& word) {
    Experiment& out = book.experiments.emplace_back();
    out.id = rule.text("id");
    out.step = out.id.substr(0, out.id.find('/'));
    out.number = number_behind(out.id, "/break-");
    if (out.number == 0) rule.wrong("id: expected step-N/break-M");
    out.checks = rule.texts("checks");
    out.cites = citations.read("cites", rule);
    for (const Node* const play : rule.tables("play")) {
      Reader in(rule.file(), rule.what() + ", play", *play, rule.problems());
      out.plays.push_back(read_play(in));
    }
    if (out.plays.empty()) rule.wrong("\"play\" is missing");
    out.title = word.text("title");
    out.variants = word.texts("plays");
    const std::size_t titles = out.plays.size() == 1 ? 0 : out.plays.size();
    if (out.variants.size() != titles) {
      word.wrong(fmt::format("plays: expected {} titles, found {}", titles, out.variants.size()));
    }
    out.change = word.text("change");
    out.naive = word.text("naive");
    out.grantd = word.text("grantd");
    out.honest = word.text_or("honest");
    out.rule = word.text_or("rule");
    out.repair = word.text("repair");
  });
}

void read_exercises(Sources& sources, Book& book) {
  sources.each("exercises.toml", "exercise", "id", [&](Reader& rule, Reader& word) {
    using enum Exercise::Kind;
    Exercise& out = book.exercises.emplace_back();
    out.id = rule.text("id");
    out.stars = static_cast<int>(rule.number("stars"));
    out.kind = read_kind(rule);
    out.step = rule.text("step");
    out.after = rule.texts("after");
    out.question = word.text("question");
    out.when_right = word.text_or("right");
    out.when_wrong = word.text_or("wrong");
    out.follow = word.text_or("follow");
    if (out.kind != free) read_choices(rule, word, out);
    if (out.kind == free || out.kind == order) read_hints(rule, word, out);
    if (out.kind == free) {
      out.accept = rule.texts("accept");
      out.all_of = rule.flag_or("all_of", false);
      out.any_case = rule.flag_or("any_case", false);
      if (out.accept.empty()) rule.wrong("\"accept\" is missing");
    }
    if (out.kind == spot) {
      out.code_language = rule.text("code");
      out.code = word.text("code");
    }
    if (out.kind == live) {
      out.live = rule.text("live");
      out.live_play = static_cast<int>(rule.number_or("live_play", 1));
    }
  });
}

void read_mistakes(Sources& sources, Book& book) {
  sources.each("mistakes.toml", "mistake", "id", [&](Reader& rule, Reader& word) {
    Mistake& out = book.mistakes.emplace_back();
    out.id = rule.text("id");
    out.plays = rule.texts("plays");
    if (out.plays.empty()) rule.wrong("\"plays\" is missing");
    out.mistake = word.text("mistake");
    out.came = word.text("came");
    out.fix = word.text("fix");
  });
}

}  // namespace grantd::lesson
