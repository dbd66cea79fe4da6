#include "apps/lesson/plays.h"

#include <fmt/format.h>

#include <algorithm>

namespace grantd::lesson {
namespace {

using Verb = Move::Verb;

constexpr std::pair<std::string_view, Verb> kVerbs[] = {
    {"begin", Verb::begin},       {"send", Verb::send},         {"sign_in", Verb::sign_in},
    {"consent", Verb::consent},   {"walk", Verb::walk},         {"use", Verb::use},
    {"keep", Verb::keep},         {"wait", Verb::wait},         {"sign_out", Verb::sign_out},
    {"withdraw", Verb::withdraw}, {"album", Verb::album},       {"postcard", Verb::postcard},
    {"deliver", Verb::deliver},
};

Change read_change(Reader& from) {
  Change out;
  out.method = from.text_or("method");
  out.set = from.members("set");
  out.drop = from.texts("drop");
  out.in_query = from.texts("in_query");
  out.header = from.members("header");
  const Node* const twice = from.node("twice");
  for (const auto& [name, values] : twice ? twice->members : decltype(twice->members){}) {
    std::vector<std::string>& all = out.twice.emplace_back(name, std::vector<std::string>()).second;
    for (const Node& value : values.items) all.push_back(value.text);
    if (all.size() < 2) from.wrong(values, "twice: expected a list of two values or more");
  }
  return out;
}

Send read_send(std::string request, Reader& from) {
  Send out;
  out.request = std::move(request);
  out.change = read_change(from);
  out.who = from.text_or("who");
  out.follow = from.flag_or("follow", false);
  return out;
}

std::vector<Move> read_moves(std::string_view name, Reader& from);

Move read_move(Reader& from) {
  Move out;
  int verbs = 0;
  std::string_view name;
  for (const auto& [known, verb] : kVerbs) {
    if (!from.has(known)) continue;
    name = known;
    out.verb = verb;
    ++verbs;
  }
  if (verbs != 1) {
    from.wrong("expected one verb: begin, send, sign_in, consent, walk, use, keep, wait, "
               "sign_out, withdraw, album, postcard or deliver");
    return out;
  }
  if (out.verb == Verb::walk) {
    out.step = static_cast<int>(from.number(name));
  } else {
    out.argument = from.text(name);
  }
  if (out.verb == Verb::wait) {
    out.wait = parse_duration(out.argument);
    if (out.wait <= Duration(0)) from.wrong("wait: expected a length such as \"61s\"");
  }
  if (out.verb == Verb::send) {
    out.send = read_send(out.argument, from);
  } else {
    out.who = from.text_or("who");
    out.as = from.text_or("as");
    out.with = from.text_or("with");
    out.app = from.text_or("app");
  }
  return out;
}

std::vector<Move> read_moves(std::string_view name, Reader& from) {
  std::vector<Move> out;
  for (const Node* const table : from.tables(name)) {
    Reader one(from.file(), fmt::format("{}, {}", from.what(), name), *table, from.problems());
    out.push_back(read_move(one));
  }
  return out;
}

std::optional<bool> read_flag(std::string_view name, Reader& from) {
  if (!from.has(name)) return std::nullopt;
  return from.flag_or(name, false);
}

std::vector<int> read_status(Reader& from) {
  const Node* const node = from.node("status");
  std::vector<int> out;
  if (!node) return out;
  if (node->kind == Node::Kind::number) out.push_back(static_cast<int>(node->number));
  for (const Node& item : node->items) out.push_back(static_cast<int>(item.number));
  for (const int one : out) {
    if (one < 200 || one > 599) from.wrong(*node, "status: expected a number such as 400");
  }
  if (out.empty()) from.wrong(*node, "status: expected a number, or a list of them");
  return out;
}

std::string one_of(std::string_view name, std::initializer_list<std::string_view> choices,
                   Reader& from) {
  std::string out = from.text_or(name);
  if (!out.empty() && std::ranges::find(choices, out) == choices.end()) {
    from.wrong(fmt::format("{}: expected one of {}, found \"{}\"", name, fmt::join(choices, ", "),
                           out));
  }
  return out;
}

Expect read_expect(Reader& from) {
  Expect out;
  const Node* const node = from.node("expect");
  if (!node) {
    from.wrong("\"expect\" is missing: what must come?");
    return out;
  }
  Reader in(from.file(), from.what() + ", expect", *node, from.problems());
  out.status = read_status(in);
  out.kind = one_of("kind", {"html", "json", "redirect", "client"}, in);
  out.error = in.texts("error");
  out.allow = in.text_or("allow");
  out.state = one_of("state", {"same", "absent"}, in);
  out.page = one_of("page", {"login", "consent"}, in);
  out.to = in.text_or("to");
  out.location = read_flag("location", in);
  out.iss = read_flag("iss", in);
  out.code = read_flag("code", in);
  out.token = read_flag("token", in);
  out.aborts = read_flag("aborts", in);
  out.token_request = read_flag("token_request", in);
  out.active = read_flag("active", in);
  out.same = in.members("same");
  if (node->members.empty()) in.wrong("is empty: what must come?");
  return out;
}

AfterProbe read_after(const std::string& text) {
  constexpr std::string_view kOf = " of ";
  const std::size_t at = text.find(kOf);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + kOf.size())};
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
}

std::optional<Name> name_in(std::string_view text) {
  Name out;
  if (text.ends_with('?')) {
    out.optional = true;
    text.remove_suffix(1);
  }
  if (const std::size_t at = text.find('|'); at != std::string_view::npos) {
    out.filter = text.substr(at + 1);
    text = text.substr(0, at);
    if (!is_name(out.filter)) return std::nullopt;
  }
  if (const std::size_t at = text.find(':'); at != std::string_view::npos) {
    out.flow = text.substr(0, at);
    text.remove_prefix(at + 1);
    if (!is_name(out.flow)) return std::nullopt;
  }
  if (!is_name(text)) return std::nullopt;
  out.name = text;
  return out;
}

}  // namespace

RequestTemplate read_request(const std::string& name, Reader& from) {
  RequestTemplate out;
  out.name = name;
  out.method = from.text("method");
  out.url = from.text("url");
  out.browser = from.flag_or("browser", false);
  out.query = from.pairs("query");
  out.form = from.pairs("form");
  out.header = from.pairs("header");
  return out;
}

Play read_play(Reader& from) {
  Play out;
  out.after_step = static_cast<int>(from.number_or("after_step", 0));
  out.app = from.text_or("app", "postcard");
  out.before = read_moves("before", from);
  out.request = read_send(from.text_or("request"), from);
  out.then = read_moves("then", from);
  if (!out.request.request.empty()) out.expect = read_expect(from);
  for (const std::string& text : from.texts("after")) out.after.push_back(read_after(text));
  return out;
}

Probe read_probe(const std::string& id, Reader& from) {
  Probe out;
  out.id = id;
  if (const Node* const rows = from.node("rows")) {
    Reader in(from.file(), from.what() + ", rows", *rows, from.problems());
    const auto count = [&](std::string_view name) -> std::optional<int> {
      if (!in.has(name)) return std::nullopt;
      return static_cast<int>(in.number(name));
    };
    out.rows = {count("grants"), count("consents"), count("sessions")};
    return out;
  }
  out.before = read_moves("before", from);
  out.then = read_moves("then", from);
  out.request = read_send(from.text("request"), from);
  out.expect = read_expect(from);
  return out;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  std::size_t from = 0;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    std::optional<Name> name = name_in(text.substr(at + 1, end - at - 1));
    if (!name) continue;
    if (at > from) out.push_back({std::string(text.substr(from, at - from)), std::nullopt});
    out.push_back({"", std::move(name)});
    from = end + 1;
    at = end;
  }
  if (from < text.size()) out.push_back({std::string(text.substr(from)), std::nullopt});
  return out;
}

}  // namespace grantd::lesson
