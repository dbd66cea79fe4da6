// A request and its answer as lines (learn_text.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/learn_text.h"
#include "apps/lesson/told.h"
#include "grantd/base/encoding.h"
#include "grantd/oauth/form.h"

namespace grantd::app {
namespace {

using lesson::Exchange;
using lesson::Played;
using lesson::SentField;
using lesson::Step;

constexpr std::size_t kSideBySide = 120;
constexpr std::size_t kNameColumnsMax = 21;
constexpr std::size_t kNoteColumnMax = 34, kNoteColumnsMin = 14;
constexpr std::size_t kMembersMax = 8;
constexpr std::string_view kDots = "********";

// "http://127.0.0.1:4400/token" → "/token", "127.0.0.1:4400".
std::pair<std::string, std::string> path_and_host(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return {url, ""};
  const std::size_t path = std::min(url.find('/', scheme + 3), url.size());
  return {path < url.size() ? url.substr(path) : "/", url.substr(scheme + 3, path - scheme - 3)};
}

std::string took_text(const Exchange& exchange) {
  return fmt::format("{:.1f} ms", static_cast<double>(exchange.took.count()) / 1000.0);
}

// Left and right at the two ends of a line.
Line ends(Line left, const std::string& right, std::size_t width) {
  const std::size_t used = columns_of(left) + columns_of(right);
  left.push_back({std::string(used + 1 < width ? width - used - 1 : 1, ' ')});
  left.push_back({right, Style::soft});
  return left;
}

std::string note_of(const Look& look, const SentField& field, const Step* step,
                    const Played* played, bool in_url) {
  const auto& book = look.book;
  if (field.left_out) return "";
  if (field.changed) {
    return "<- " + std::string(book.word(in_url ? "in_the_url" : "changed"));
  }
  if (!step) return "";
  const auto part = std::ranges::find(step->parts, field.name, &lesson::Part::name);
  if (part == step->parts.end()) return "";
  std::string note = part->short_text.empty() ? lesson::plain_text(part->what) : part->short_text;
  if (field.name == "code" && played && played->code_left.count() > 0) {
    note += ", " + fmt::format(fmt::runtime(book.word("seconds_left")), played->code_left.count());
  }
  return note;
}

struct Row {
  bool marked = false;
  std::string name, value, note;
  Style style = Style::plain;
};

// A long value that nobody reads, cut in its middle: its end is where changes are made.
std::string middle_cut(const std::string& value) {
  constexpr std::size_t kHead = 8, kTail = 5;
  if (value.size() <= kHead + kTail + 1 || !is_ascii_printable(value)) return value;
  if (value.find("://") != std::string::npos || value.find(' ') != std::string::npos) return value;
  return value.substr(0, kHead) + "…" + value.substr(value.size() - kTail);
}

// What is shown of a value in `columns`, so that its note has room beside it where it can.
std::string cut_value(const Row& row, std::size_t columns) {
  const std::string whole = lesson::short_value(tame(row.value), tame(row.value).size());
  if (row.note.empty()) return lesson::short_value(whole, columns);
  if (columns_of(whole) + 2 + columns_of(row.note) <= columns) return whole;
  return lesson::short_value(middle_cut(whole), columns);
}

Lines in_full(const Row& row, Line head, std::size_t name_columns, std::size_t value_columns) {
  Lines out;
  for (const Line& part : wrapped({{tame(row.value), row.style}}, value_columns, 0)) {
    Line whole = out.empty() ? std::move(head) : Line{{std::string(name_columns + 4, ' ')}};
    whole.insert(whole.end(), part.begin(), part.end());
    out.push_back(std::move(whole));
  }
  return out;
}

// Notes stand in one column where the values leave it free.
std::size_t note_column(const std::vector<Row>& rows, std::size_t columns) {
  std::size_t out = 16;
  for (const Row& row : rows) {
    if (row.note.empty()) continue;
    const std::size_t size = columns_of(cut_value(row, columns));
    if (size <= kNoteColumnMax) out = std::max(out, size);
  }
  return out + 2;
}

Lines rows_lines(const Look& look, const std::vector<Row>& rows) {
  std::size_t name_columns = 13;
  for (const Row& row : rows) name_columns = std::max(name_columns, columns_of(row.name));
  name_columns = std::min(name_columns, kNameColumnsMax);
  const std::size_t columns = look.width - name_columns - 5;
  const std::size_t notes_at = note_column(rows, columns);
  Lines out;
  for (const Row& row : rows) {
    Line line{{row.marked ? " ! " : "   ", Style::bad}};
    const std::string name = lesson::short_value(tame(row.name), name_columns);
    line.push_back({fmt::format("{:<{}} ", name, name_columns),
                    row.marked ? Style::strong : Style::plain});
    if (look.in_full) {
      append(out, in_full(row, std::move(line), name_columns, columns));
      continue;
    }
    const std::string value = cut_value(row, columns);
    line.push_back({value, row.marked ? Style::strong : row.style});
    const std::size_t size = columns_of(value);
    const std::size_t gap = size + 2 <= notes_at ? notes_at - size : 2;
    const std::size_t room = columns - std::min(columns, size + gap);
    // A note that would be cut to nothing is better left out: `a` shows all of them.
    if (!row.note.empty() && room >= std::min(columns_of(row.note), kNoteColumnsMin)) {
      line.push_back({std::string(gap, ' ')});
      line.push_back({lesson::short_value(row.note, room), row.marked ? Style::bad : Style::soft});
    }
    out.push_back(std::move(line));
  }
  return out;
}

std::string shown_value(const Look& look, const SentField& field) {
  if (field.left_out) return "(" + std::string(look.book.word("left_out")) + ")";
  if (field.secret && !look.in_full) return std::string(kDots);
  return field.value;
}

void location_rows(const Exchange& exchange, std::vector<Row>& rows) {
  const std::string location = exchange.header("location");
  if (location.empty()) return;
  const std::size_t at = location.find('?');
  rows.push_back({.name = "Location", .value = location.substr(0, at)});
  if (at == std::string::npos) return;
  const auto form = oauth::Form::parse(std::string_view(location).substr(at + 1));
  if (!form) return;
  for (const auto& [name, value] : form->parameters()) {
    rows.push_back({.name = "  " + std::string(name), .value = std::string(value)});
  }
}

std::string title_of(const std::string& html) {
  const std::size_t from = html.find("<title>");
  const std::size_t end = html.find("</title>");
  if (from == std::string::npos || end == std::string::npos || end < from) return {};
  std::string out = html.substr(from + 7, end - from - 7);
  // The pages isolate names that they did not write (U+2068, U+2069).
  for (const std::string_view isolate : {"\u2068", "\u2069"}) {
    for (std::size_t at; (at = out.find(isolate)) != std::string::npos;) {
      out.erase(at, isolate.size());
    }
  }
  return out;
}

// The members that the step explains first; of a long document not all.
void json_rows(const Look& look, const Exchange& exchange, const Step* step,
               std::vector<Row>& rows) {
  const Json document = exchange.json();
  if (!document.as_object()) return;
  std::vector<std::pair<std::string, const Json*>> members;
  for (const auto& [name, value] : *document.as_object()) {
    if (name != "error") members.emplace_back(name, &value);  // it stands beside the status
  }
  const auto explained = [&](const std::string& name) -> const lesson::Part* {
    if (!step) return nullptr;
    const auto part = std::ranges::find(step->parts, name, &lesson::Part::name);
    return part == step->parts.end() ? nullptr : &*part;
  };
  std::ranges::stable_partition(members, [&](const auto& one) { return explained(one.first); });
  const std::size_t shown = look.in_full ? members.size() : std::min(members.size(), kMembersMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [name, value] = members[i];
    const std::string* const text = value->as_string();
    Row row{.name = name, .value = text ? *text : value->dump()};
    if (const lesson::Part* const part = explained(name)) {
      row.note = part->short_text.empty() ? lesson::plain_text(part->what) : part->short_text;
    }
    rows.push_back(std::move(row));
  }
  if (shown < members.size()) {
    rows.push_back(
        {.name = "…",
         .value = fmt::format(fmt::runtime(look.book.word("more_members")), members.size() - shown),
         .style = Style::soft});
  }
}

void header_rows(const Look& look, const Exchange& exchange, const Step* step,
                 std::vector<Row>& rows) {
  const auto explained = [&](std::string_view name) {
    return step && std::ranges::find(step->parts, name, &lesson::Part::name) != step->parts.end();
  };
  for (const auto& [name, value] : exchange.reply.fields) {
    const bool told = name == "allow" || name == "www-authenticate" ||
                      (name == "cache-control" && explained(name));
    if (name == "location" || (!told && !look.in_full)) continue;
    rows.push_back({.name = std::string(name), .value = std::string(value)});
  }
}

// Where two texts that begin alike differ: said by a sign too, never by colour alone.
Lines pointer(const Look& look, const lesson::Why& why) {
  const std::size_t shorter = std::min(why.expected.size(), why.found.size());
  if (why.differs == std::string::npos || why.differs * 2 < shorter ||
      why.differs > look.width - 30) {
    return {};
  }
  return {{{std::string(13 + columns_of(why.found.substr(0, why.differs)), ' ')},
           {"^ " + std::string(look.book.word("here")), Style::bad}}};
}

// The differing part of what was expected and found, marked.
Line compared(std::string_view label, const std::string& text, std::size_t differs,
              std::size_t width) {
  Line out{{fmt::format("   {:<10}", label), Style::soft}};
  const std::size_t columns = width - 14;
  // Of long texts the part around the difference.
  std::size_t from = 0;
  if (differs != std::string::npos && differs > columns - 8) from = differs - columns / 2;
  std::string shown = text.substr(std::min(from, text.size()));
  if (from > 0) shown = "…" + shown;
  const std::size_t at = differs == std::string::npos ? shown.size()
                         : from > 0                   ? differs - from + 3
                                                      : differs;
  shown = lesson::short_value(shown, columns);
  if (at >= shown.size()) {
    out.push_back({shown});
    if (differs != std::string::npos && differs >= text.size()) out.push_back({" ", Style::mark});
    return out;
  }
  std::size_t end = at + 1;
  while (end < shown.size() && (shown[end] & 0xc0) == 0x80) ++end;
  out.push_back({shown.substr(0, at)});
  out.push_back({shown.substr(at, end - at), Style::mark});
  out.push_back({shown.substr(end)});
  return out;
}

}  // namespace

Lines request_lines(const Look& look, const Exchange& exchange, const Step* step,
                    const Played* played) {
  const auto [path, host] = path_and_host(exchange.url);
  Line head{{exchange.method_changed ? " ! " : " > ",
             exchange.method_changed ? Style::bad : Style::accent}};
  head.push_back({exchange.method + " ", Style::strong});
  head.push_back({lesson::short_value(tame(path), look.width - 30), Style::strong});
  Lines out{ends(std::move(head), host, look.width)};
  const bool form_is_good = exchange.good_method == "POST";
  // A step that is about an answer alone has its request in the step before.
  if (step && !step->answer_of.empty() && !look.in_full) return out;
  std::vector<Row> rows;
  for (const SentField& field : exchange.fields) {
    const bool plumbing =
        field.name == "Content-Type" || field.name == "content-type" || field.name == "form";
    if (plumbing && !field.changed && !look.in_full) continue;
    const bool in_url = form_is_good && field.place == SentField::Place::query;
    rows.push_back({.marked = field.changed,
                    .name = field.name,
                    .value = shown_value(look, field),
                    .note = note_of(look, field, step, played, in_url)});
  }
  append(out, rows_lines(look, rows));
  return out;
}

Lines answer_lines(const Look& look, const Exchange& exchange, const Step* step) {
  if (exchange.reply.status == 0) {
    return wrapped({{"< ", Style::bad}, {tame(exchange.problem)}}, look.width, 1, 2);
  }
  const bool good = lesson::is_good(exchange);
  Line head{{" < ", Style::accent}};
  head.push_back({lesson::status_text(exchange.reply.status), good ? Style::good : Style::bad});
  const std::string error = exchange.error();
  if (!error.empty()) head.push_back({"   " + tame(error), Style::strong});
  Lines out{ends(std::move(head), took_text(exchange), look.width)};
  std::vector<Row> rows;
  location_rows(exchange, rows);
  header_rows(look, exchange, step, rows);
  json_rows(look, exchange, step, rows);
  const std::string title = title_of(exchange.reply.body);
  if (!title.empty()) {
    rows.push_back({.name = std::string(look.book.word("a_page")), .value = title});
  }
  append(out, rows_lines(look, rows));
  return out;
}

Lines why_lines(const Look& look, const Played& played, const Exchange& exchange) {
  const auto why = lesson::why(played, exchange);
  if (!why || lesson::is_good(exchange)) return {};
  Line text;
  if (!why->rule.empty()) text.push_back({why->rule + " ", Style::strong});
  text.push_back({tame(why->text)});
  Lines out = wrapped(text, look.width, 13);
  out.front().front().text = fmt::format("   {:<10}", look.book.word("label_rule"));
  out.front().front().style = Style::soft;
  if (why->expected.empty() && why->found.empty()) return out;
  out.push_back(compared(look.book.word("label_expected"), tame(why->expected), why->differs,
                         look.width));
  out.push_back(compared(look.book.word("label_found"), tame(why->found), why->differs,
                         look.width));
  append(out, pointer(look, *why));
  return out;
}

Lines finding_lines(const Look& look, const Played& played) {
  Lines out;
  std::string label(look.book.word("label_after"));
  for (const lesson::Finding& one : played.after) {
    const std::string text =
        one.met ? one.says
                : fmt::format("{}: {} {}, {} {}", one.says, look.book.word("label_expected"),
                              one.expected, look.book.word("label_found"), one.found);
    append(out, labelled(look, label, text, {}, Style::soft));
    label.clear();
  }
  for (const lesson::Finding& one : played.findings) {
    if (one.met) continue;
    append(out, wrapped({{"! ", Style::bad},
                         {fmt::format("{}: {} {}, {} {}", one.what,
                                      look.book.word("label_expected"), one.expected,
                                      look.book.word("label_found"), one.found)}},
                        look.width, 1, 2));
  }
  return out;
}

// What lies between the request that is shown and the answer that counts: a line each way.
Lines between_lines(const Look& look, const Played& played) {
  Lines out;
  for (std::size_t i = played.shown; i < played.last; ++i) {
    const Exchange& one = played.exchanges[i];
    const Exchange& next = played.exchanges[i + 1];
    out.push_back(ends({{" < ", Style::accent},
                        {lesson::status_text(one.reply.status), Style::good}},
                       took_text(one), look.width));
    const auto [path, host] = path_and_host(next.url);
    out.push_back(ends({{" > ", Style::accent}, {next.method + " "}, {tame(path)}}, host,
                       look.width));
  }
  return out;
}

Lines exchange_lines(const Look& look, const Played& played, const Step* step) {
  const Exchange* const shown = played.shown_exchange();
  const Exchange* const judged = played.judged_exchange();
  if (!shown || !judged) return {};
  Look half = look;
  const bool wide = look.width >= kSideBySide;
  if (wide) half.width = look.width / 2 - 1;
  Lines request = request_lines(half, *shown, step, &played);
  Lines answer;
  if (shown != judged) answer = between_lines(half, played);
  append(answer, answer_lines(half, *judged, step));
  append(answer, why_lines(half, played, *judged));
  append(answer, finding_lines(half, played));
  Lines out;
  if (!wide) {
    append(out, std::move(request));
    out.emplace_back();
    append(out, std::move(answer));
    return out;
  }
  for (std::size_t i = 0; i < std::max(request.size(), answer.size()); ++i) {
    out.push_back(beside(i < request.size() ? request[i] : Line{}, half.width + 2,
                         i < answer.size() ? answer[i] : Line{}));
  }
  return out;
}

}  // namespace grantd::app
