#include "grantd/server/explain_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/server/pages_view.h"

namespace grantd::server {
namespace {

enum class Ink { plain, bold, soft, good, bad };

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::bold: return "1";
    case Ink::soft: return "2";
    case Ink::good: return "32";
    case Ink::bad: return "1;31";
  }
  return "";
}

std::size_t width(std::string_view text) { return characters(text).size(); }

std::string padded(std::string_view text, std::size_t columns) {
  return std::string(text) + std::string(columns - std::min(columns, width(text)), ' ');
}

std::string cut(std::string_view text, std::size_t columns) {
  const std::vector<std::string_view> all = characters(text);
  if (all.size() <= columns) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i + 3 < columns; ++i) out += all[i];
  return out + "...";
}

// "2026-11-22 14:53:22 UTC"
std::string time_text(Time when) {
  std::string text = to_rfc3339(when);
  text[10] = ' ';
  text.pop_back();
  return text + " UTC";
}

std::string micros_text(std::int64_t micros) {
  if (micros < 1000) return fmt::format("{} us", micros);
  if (micros < 10'000) return fmt::format("{:.1f} ms", static_cast<double>(micros) / 1000);
  return fmt::format("{} ms", micros / 1000);
}

// Writes blocks at a margin, words wrapped within the columns.
class Writer {
 public:
  explicit Writer(const TextLook& look) : look_(look) {}

  std::string inked(Ink ink, std::string_view text) const {
    if (!look_.colour || ink == Ink::plain) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code_of(ink), text);
  }
  void line(std::string_view text = {}) {
    out_ += text;
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += '\n';
  }
  void heading(std::string_view text) {
    line();
    line(inked(Ink::bold, text));
  }
  // `head`, then the text, its further lines below its begin.
  void wrapped(std::string_view head, std::string_view text, Ink ink = Ink::plain) {
    wrapped(head, width(head), text, ink);
  }
  // The same where the head has colour, and so another length than `margin` columns.
  void wrapped(std::string_view head, std::size_t margin, std::string_view text,
               Ink ink = Ink::plain) {
    const std::size_t room = std::max<std::size_t>(20, look_.columns - margin);
    std::string row;
    bool first = true;
    const auto flush = [&] {
      line(std::string(first ? std::string(head) : std::string(margin, ' ')) + inked(ink, row));
      first = false;
      row.clear();
    };
    for (const std::string_view word : split(text, ' ')) {
      if (!row.empty() && width(row) + 1 + width(word) > room) flush();
      if (!row.empty()) row += ' ';
      std::size_t columns = width(row);
      for (const std::string_view character : characters(word)) {  // a long one goes on below
        if (columns++ == room) {
          flush();
          columns = 1;
        }
        row += character;
      }
    }
    flush();
  }
  const TextLook& look() const { return look_; }
  std::string take() { return std::move(out_); }

 private:
  TextLook look_;
  std::string out_;
};

// ---- expected and found, one under the other

constexpr std::string_view kMargin = "  ";
constexpr std::size_t kLabel = 12;  // "  expected  "

// The part of a line about `at` that fits into `room` columns.
std::string window(std::string_view text, std::size_t from, std::size_t room) {
  std::string out(text.substr(std::min(from, text.size()), room));
  if (from > 0 && out.size() > 3) out.replace(0, 3, "...");
  if (from + room < text.size() && out.size() > 3) out.replace(out.size() - 3, 3, "...");
  return out;
}

void write_difference(std::string_view expected, std::string_view found, Writer& to) {
  const Difference differs = difference_of(expected, found);
  const std::size_t room = to.look().columns - kLabel;
  const std::size_t longest = std::max(differs.expected.size(), differs.found.size());
  const std::size_t from =
      longest <= room || differs.at < room * 2 / 3 ? 0 : differs.at - room / 2;
  to.line(padded("  expected", kLabel) + window(differs.expected, from, room));
  to.line(padded("  found", kLabel) + window(differs.found, from, room));
  if (expected == found || !differs.near) return;
  to.line(std::string(kLabel + differs.at - from, ' ') + to.inked(Ink::bad, "^"));
  to.wrapped(padded("", kLabel),
             fmt::format("character {}: expected {}, found {}", differs.character,
                         differs.expected_word, differs.found_word));
}

void write_lines(std::string_view label, std::string_view text, Writer& to) {
  std::string head = padded(fmt::format("  {}", label), kLabel);
  for (const std::string_view line : split(text, '\n')) {
    to.wrapped(head, line);
    head = padded("", kLabel);
  }
}

void write_comparison(const core::Reason& reason, Writer& to) {
  if (reason.expected.empty() && reason.found.empty()) return;
  to.line();
  const bool lists = reason.expected.find('\n') != std::string::npos ||
                     reason.found.find('\n') != std::string::npos;
  const std::vector<Beyond> words = beyond(reason.expected, reason.found);
  if (!lists && words.empty() && !reason.expected.empty() && !reason.found.empty()) {
    return write_difference(reason.expected, reason.found, to);
  }
  write_lines("expected", reason.expected.empty() ? "(nothing)" : reason.expected, to);
  write_lines("found", reason.found.empty() ? "(nothing)" : reason.found, to);
  for (const Beyond& each : words) {
    if (each.nearest.empty()) continue;
    to.line();
    write_difference(each.nearest, each.word, to);
  }
}

// ---- the parts

std::string place_of(const WalkRecord& record) {
  std::string out = record.method.empty() ? record.endpoint : record.method + " " + record.path;
  if (out.empty()) out = "a request";
  return out;
}

void write_head(const WalkRecord& record, Writer& to) {
  to.line(fmt::format("{}  {}  {}", to.inked(Ink::bold, record.request_id),
                      record.refused ? to.inked(Ink::bad, "refused")
                                     : to.inked(Ink::good, "finished"),
                      time_text(record.when)));
  std::string said = fmt::format("{}: {}", cut(place_of(record), 40), record.status);
  if (!record.error.empty()) said += " " + record.error;
  if (!record.client.empty()) said += ", client " + cut(record.client, 60);
  to.wrapped("", said);
  if (record.from_log) {
    to.wrapped("", "The server no longer keeps this walk: this is what its log has.", Ink::soft);
  }
}

void write_reason(const core::Reason& reason, Writer& to) {
  to.heading("What decided");
  to.wrapped(kMargin, reason.text.empty() ? "nothing more is known" : reason.text);
  write_comparison(reason, to);
  to.line();
  if (!reason.citation.empty()) to.wrapped(padded("  rule", kLabel), reason.citation);
  const std::string room = reason.rule.starts_with("server/") ? "grantd/" : "grantd/core/";
  if (!reason.rule.empty()) to.wrapped(padded("  in", kLabel), room + reason.rule);
  if (reason.repair.empty()) return;
  to.heading("To mend it");
  // A command is copied as it stands: it is not broken.
  for (const std::string& step : reason.repair) {
    if (is_literal(step)) {
      to.line("    " + step);
    } else {
      to.wrapped(kMargin, step);
    }
  }
}

void write_earlier(const WalkRecord& record, Writer& to) {
  if (record.reasons.size() < 2) return;
  to.heading("Before that");
  for (std::size_t i = 0; i + 1 < record.reasons.size(); ++i) {
    const core::Reason& reason = record.reasons[i];
    const std::string citation = reason.citation.empty() ? "" : " (" + reason.citation + ")";
    to.wrapped(kMargin, reason.text + citation);
  }
}

struct StateWords {
  std::string_view word;
  Ink ink;
};
StateWords words_of(const WalkStep& step, bool refused) {
  switch (step.state) {
    case WalkStep::State::passed: return {"done", Ink::good};
    case WalkStep::State::decided:
      return refused ? StateWords{"refused", Ink::bad} : StateWords{"decided", Ink::good};
    case WalkStep::State::stopped: return {"stopped", Ink::bad};
    case WalkStep::State::not_reached: return {"-", Ink::soft};
  }
  return {"-", Ink::soft};
}

void write_steps(const WalkRecord& record, Writer& to) {
  if (record.steps.empty()) return;
  to.heading(fmt::format("The walk, {}", micros_text(record.micros)));
  for (const WalkStep& step : record.steps) {
    const StateWords state = words_of(step, record.refused);
    const bool reached = step.state != WalkStep::State::not_reached;
    std::vector<std::string> what = step.what;
    if (step.name == "decide" && record.asks > 0) {
      what.push_back(fmt::format("asked {} time{} for a password, a secret or a document",
                                 record.asks, record.asks == 1 ? "" : "s"));
    }
    if (step.name == "commit" && !reached) what = {"nothing was written"};
    if (step.name == "answer") what = {record.outcome};
    if (what.empty()) what.emplace_back();
    std::string head =
        fmt::format("  {:<8}{}{:>8}  ", step.name,
                    to.inked(state.ink, padded(state.word, 9)),
                    reached ? micros_text(step.micros) : "");
    constexpr std::size_t kHead = 29;
    bool first = true;
    for (const std::string& text : what) {
      if (first) {
        to.wrapped(head, kHead, text);
      } else {
        to.wrapped(std::string(kHead, ' '), text);
      }
      first = false;
    }
  }
}

std::string sent_value(const SentItem& item) {
  if (item.name.empty()) {
    return fmt::format("(a name that is not known here, length of its value {})", item.bytes);
  }
  if (!item.meant.empty()) return fmt::format("(not known here; {} is)", item.meant);
  if (item.shown) return item.value.empty() ? "(empty)" : item.value;
  if (item.place == SentItem::Place::cookie) return "(not shown)";
  return fmt::format("(not shown, length {})", item.bytes);
}

void write_sent(const WalkRecord& record, Writer& to) {
  if (record.sent.empty()) return;
  constexpr std::string_view kPlaces[] = {"query", "body", "header", "cookie"};
  to.heading("What was sent");
  std::size_t longest = 0;
  for (const SentItem& item : record.sent) longest = std::max(longest, width(item.name));
  std::string_view last;
  for (const SentItem& item : record.sent) {
    const std::string_view place = kPlaces[static_cast<std::size_t>(item.place)];
    const std::string head = fmt::format("  {:<8}{}  ", place == last ? "" : place,
                                         padded(item.name.empty() ? "?" : item.name, longest));
    to.wrapped(head, sent_value(item));
    last = place;
  }
}

}  // namespace

bool is_literal(std::string_view step) {
  return step.starts_with("grantd ") || step.find(' ') == std::string_view::npos;
}

std::string explain_text(const WalkRecord& record, const TextLook& look) {
  Writer to(look);
  write_head(record, to);
  if (!record.reasons.empty()) write_reason(record.reasons.back(), to);
  write_earlier(record, to);
  write_steps(record, to);
  write_sent(record, to);
  return to.take();
}

std::string walks_text(const std::vector<WalkRecord>& records, const TextLook& look) {
  Writer to(look);
  std::size_t client = 6, endpoint = 8;
  for (const WalkRecord& record : records) {
    client = std::min<std::size_t>(16, std::max(client, width(record.client)));
    endpoint = std::max(endpoint, width(record.endpoint));
  }
  to.line(to.inked(Ink::soft, fmt::format("time      request    status  {:<{}}  {:<{}}  what",
                                          "endpoint", endpoint, "client", client)));
  for (const WalkRecord& record : records) {
    const std::string head =
        fmt::format("{}  {}  {}  {}  {}  ", to_rfc3339(record.when).substr(11, 8),
                    padded(record.request_id, 9), padded(std::to_string(record.status), 6),
                    padded(record.endpoint.empty() ? "-" : record.endpoint, endpoint),
                    padded(cut(record.client, client), client));
    const std::string& what =
        record.reasons.empty() ? record.outcome : record.reasons.back().text;
    const std::size_t room = std::max<std::size_t>(20, look.columns - width(head));
    to.line(head + to.inked(record.refused ? Ink::bad : Ink::plain, cut(what, room)));
  }
  return to.take();
}

}  // namespace grantd::server
