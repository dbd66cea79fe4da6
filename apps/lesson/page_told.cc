// What the owner of the room may be told of an answer (page_parts.h).
#include <fmt/format.h>

#include "apps/lesson/page_parts.h"
#include "apps/lesson/page_value.h"
#include "apps/lesson/told.h"

namespace grantd::lesson {
namespace {

Html told_row(std::string_view label, const Html& text) {
  Html out;
  return out << "<div><dt>" << shown(label) << "</dt><dd>" << text << "</dd></div>";
}

Html rule_rows(const Sight& sight, const Why& why) {
  Html rule;
  if (!why.rule.empty()) rule << "<b>" << wire(why.rule) << "</b> ";
  rule << wire(why.text);
  Html out = told_row(sight.word("label_rule"), rule);
  if (!why.expected.empty()) {
    out << told_row(sight.word("label_expected"), differing(why.expected, why.differs));
  }
  if (!why.found.empty()) {
    out << told_row(sight.word("label_found"), differing(why.found, why.differs));
  }
  return out;
}

std::string not_met(const Sight& sight, const Finding& one) {
  return fmt::format("{}: {} {}, {} {}", one.says.empty() ? one.what : one.says,
                     sight.word("label_expected"), one.expected, sight.word("label_found"),
                     one.found);
}

Html after_rows(const Sight& sight, const Played& played) {
  Html lines;
  for (const Finding& one : played.after) {
    lines << "<p>";
    if (one.met) {
      lines << line(sight, one.says);
    } else {
      lines << "<b class=\"bad-ink\">✗ " << wire(not_met(sight, one)) << "</b>";
    }
    lines << "</p>";
  }
  Html out;
  if (!lines.empty()) out << told_row(sight.word("label_after"), lines);
  for (const Finding& one : played.findings) {
    if (one.met) continue;
    Html text;
    text << "<b class=\"bad-ink\">✗ " << wire(not_met(sight, one)) << "</b>";
    out << told_row(sight.word("page_unexpected"), text);
  }
  return out;
}

std::string_view state_word(server::WalkStep::State state) {
  using enum server::WalkStep::State;
  switch (state) {
    case passed:
      return "page_walk_passed";
    case decided:
      return "page_walk_decided";
    case stopped:
      return "page_walk_stopped";
    case not_reached:
      break;
  }
  return "page_walk_not_reached";
}

Html reason_html(const core::Reason& reason) {
  Html out;
  out << "<p>";
  if (!reason.citation.empty()) out << "<b>" << wire(reason.citation) << "</b> ";
  return out << wire(reason.text) << "</p>";
}

}  // namespace

Html told(const Sight& sight, const Played& played) {
  const Exchange* const judged = played.judged_exchange();
  Html rows;
  if (judged && !is_good(*judged)) {
    if (const auto why = lesson::why(played, *judged)) rows << rule_rows(sight, *why);
  }
  rows << after_rows(sight, played);
  Html out;
  if (rows.empty()) return out;
  return out << "<section class=\"note\"><h2>" << shown(sight.word("page_owner"))
             << "</h2><dl class=\"par\">" << rows << "</dl></section>";
}

Html server_walk(const Sight& sight, const Exchange& exchange) {
  Html inside;
  if (!exchange.walk || exchange.walk->steps.empty()) return inside;
  inside << "<ol class=\"walk\">";
  for (const server::WalkStep& step : exchange.walk->steps) {
    if (step.state == server::WalkStep::State::stopped) {
      inside << "<li class=\"bad\">";
    } else {
      inside << "<li>";
    }
    inside << "<p><b>" << wire(step.name) << "</b> <span class=\"soft\">"
           << shown(sight.word(state_word(step.state))) << "</span></p><div>";
    for (const std::string& one : step.what) inside << "<p>" << wire(one) << "</p>";
    if (step.name == "decide") {
      for (const core::Reason& reason : exchange.walk->reasons) inside << reason_html(reason);
    }
    inside << "</div></li>";
  }
  inside << "</ol>";
  return fold("walk", sight.word("page_walk"), inside);
}

Html by_hand(const Sight& sight, const Exchange& exchange) {
  Html inside;
  inside << "<pre><code>" << wire(as_curl(exchange, sight.values)) << "</code></pre>";
  return fold("curl", sight.word("page_curl"), inside);
}

std::string said(const Sight& sight, const Played& played) {
  const Exchange* const judged = played.judged_exchange();
  if (!judged) return plain_text(played.problem);
  std::string out = status_text(judged->reply.status);
  if (const std::string error = judged->error(); !error.empty()) out += ", " + error;
  for (const Finding& one : played.after) {
    out += ", " + (one.met ? plain_text(one.says) : not_met(sight, one));
  }
  return out + ".";
}

}  // namespace grantd::lesson
