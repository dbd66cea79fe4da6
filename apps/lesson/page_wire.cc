// A request and its answer as HTML (page_parts.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/page_parts.h"
#include "apps/lesson/page_value.h"
#include "apps/lesson/told.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

constexpr std::size_t kMembersMax = 8;

// "http://127.0.0.1:4400/token" → "/token", "127.0.0.1:4400".
std::pair<std::string, std::string> path_and_host(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return {url, ""};
  const std::size_t path = std::min(url.find('/', scheme + 3), url.size());
  return {path < url.size() ? url.substr(path) : "/", url.substr(scheme + 3, path - scheme - 3)};
}

const Part* part_of(const Step* step, std::string_view name) {
  if (!step) return nullptr;
  const auto part = std::ranges::find(step->parts, name, &Part::name);
  return part == step->parts.end() ? nullptr : &*part;
}

Html note_html(const Sight& sight, const Part* part) {
  Html out;
  if (part) out << "<p>" << line(sight, part->what) << "</p>";
  return out;
}

Html broken_at_underscores(std::string_view name) {
  Html out;
  std::size_t from = 0;
  for (std::size_t at; (at = name.find('_', from)) != std::string_view::npos; from = at + 1) {
    out << wire(name.substr(from, at + 1 - from)) << "<wbr>";
  }
  return out << wire(name.substr(from));
}

Html row(std::string_view name, const Html& value, const Html& note, bool hit = false) {
  Html out;
  if (hit) {
    out << "<div class=\"hit\">";
  } else {
    out << "<div>";
  }
  return out << "<dt>" << broken_at_underscores(name) << "</dt><dd>" << value << note
             << "</dd></div>";
}

Html changed_note(const Sight& sight, std::string_view word) {
  Html out;
  return out << "<p class=\"bad-ink\">← " << shown(sight.word(word)) << "</p>";
}

Html field_row(const Sight& sight, const Exchange& exchange, const SentField& field,
               const Step* step, const Played* played) {
  if (field.left_out) {
    Html none;
    none << "<mark>" << shown(sight.word("left_out")) << "</mark>";
    return row(field.name, none, {}, true);
  }
  if (field.changed) {
    const bool in_url =
        exchange.good_method == "POST" && field.place == SentField::Place::query;
    const Html value = field.secret ? hidden_value(sight, field.value)
                                    : changed_value(field.value, field.good);
    return row(field.name, value, changed_note(sight, in_url ? "in_the_url" : "changed"), true);
  }
  Html note = note_html(sight, part_of(step, field.name));
  if (field.name == "code" && played && played->code_left.count() > 0) {
    note << "<p>" << filled(sight, "seconds_left", std::to_string(played->code_left.count()))
         << "</p>";
  }
  return row(field.name,
             field.secret ? hidden_value(sight, field.value) : long_value(sight, field.value),
             note);
}

Html request_rows(const Sight& sight, const Exchange& exchange, const Step* step,
                  const Played* played) {
  Html out;
  for (const SentField& field : exchange.fields) {
    const bool plumbing = field.name == "Content-Type" || field.name == "content-type";
    if (plumbing && !field.changed) continue;
    out << field_row(sight, exchange, field, step, played);
  }
  return out;
}

Html location_rows(const Sight& sight, const Exchange& exchange, const Step* step) {
  Html out;
  const std::string location = exchange.header("location");
  if (location.empty()) return out;
  const std::size_t at = location.find('?');
  out << row("Location", long_value(sight, location.substr(0, at)), {});
  if (at == std::string::npos) return out;
  const auto form = oauth::Form::parse(std::string_view(location).substr(at + 1));
  if (!form) return out;
  for (const auto& [name, value] : form->parameters()) {
    out << row(name, long_value(sight, value), note_html(sight, part_of(step, name)));
  }
  return out;
}

Html header_rows(const Sight& sight, const Exchange& exchange, const Step* step) {
  Html out;
  for (const auto& [name, value] : exchange.reply.fields) {
    const Part* const part = part_of(step, name);
    if (name != "allow" && name != "www-authenticate" && !(name == "cache-control" && part)) {
      continue;
    }
    out << row(name, long_value(sight, value), note_html(sight, part));
  }
  return out;
}

// The members that the step explains first; of a long document not all at once.
Html json_rows(const Sight& sight, const Exchange& exchange, const Step* step) {
  Html out;
  const Json document = exchange.json();
  if (!document.as_object()) return out;
  std::vector<std::pair<std::string, const Json*>> members;
  for (const auto& [name, value] : *document.as_object()) members.emplace_back(name, &value);
  std::ranges::stable_partition(
      members, [&](const auto& one) { return part_of(step, one.first) != nullptr; });
  Html rest;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& [name, value] = members[i];
    const std::string* const text = value->as_string();
    (i < kMembersMax ? out : rest) << row(name, long_value(sight, text ? *text : value->dump()),
                                          note_html(sight, part_of(step, name)));
  }
  if (rest.empty()) return out;
  return out << "<details class=\"rest\"><summary>"
             << filled(sight, "page_more", std::to_string(members.size() - kMembersMax))
             << "</summary>" << rest << "</details>";
}

std::string title_of(const std::string& html) {
  const std::size_t from = html.find("<title>");
  const std::size_t end = html.find("</title>");
  if (from == std::string::npos || end == std::string::npos || end < from) return {};
  std::string out = html.substr(from + 7, end - from - 7);
  for (const std::string_view isolate : {"\u2068", "\u2069"}) {  // around names of others
    for (std::size_t at; (at = out.find(isolate)) != std::string::npos;) {
      out.erase(at, isolate.size());
    }
  }
  return out;
}

Html answer_rows(const Sight& sight, const Exchange& exchange, const Step* step) {
  Html out;
  out << location_rows(sight, exchange, step) << header_rows(sight, exchange, step)
      << json_rows(sight, exchange, step);
  const std::string title = title_of(exchange.reply.body);
  if (!title.empty()) {
    Html page;
    page << "<code>" << wire(title) << "</code>";
    out << row(sight.word("a_page"), page, {});
  }
  return out;
}

Html rows_in_list(const Html& rows) {
  Html out;
  if (rows.empty()) return out;
  return out << "<dl class=\"par\">" << rows << "</dl>";
}

Html request_head(const Sight& sight, const Exchange& exchange) {
  const auto [path, host] = path_and_host(exchange.url);
  Html out;
  out << "<h2>";
  if (exchange.method_changed) {
    out << "<mark>" << wire(exchange.method) << "</mark>";
  } else {
    out << wire(exchange.method);
  }
  return out << " " << wire(path) << " <span>" << filled(sight, "page_request_to", host)
             << "</span></h2>";
}

Html answer_head(const Sight& sight, const Exchange& exchange) {
  Html out;
  if (is_good(exchange)) {
    out << "<h2><b class=\"good-ink\">✓ ";
  } else {
    out << "<h2><b class=\"bad-ink\">✗ ";
  }
  out << shown(status_text(exchange.reply.status)) << "</b>";
  const std::string took =
      fmt::format("{:.1f} ms", static_cast<double>(exchange.took.count()) / 1000.0);
  return out << " <span>" << filled(sight, "page_answer_after", took) << "</span></h2>";
}

Html answer_part(const Sight& sight, const Exchange& exchange, const Step* step) {
  Html out;
  if (exchange.reply.status == 0) {
    return out << "<p class=\"bad-ink\">" << wire(exchange.problem) << "</p>";
  }
  return out << answer_head(sight, exchange) << rows_in_list(answer_rows(sight, exchange, step));
}

}  // namespace

Html request_card(const Sight& sight, const Exchange& exchange, const Step* step,
                  const Played* played) {
  Html out;
  return out << "<div class=\"wire\">" << request_head(sight, exchange)
             << rows_in_list(request_rows(sight, exchange, step, played)) << "</div>";
}

Html exchange_card(const Sight& sight, const Played& played, const Step* step) {
  Html out;
  const Exchange* const asked = played.shown_exchange();
  const Exchange* const judged = played.judged_exchange();
  if (!asked || !judged) return out;
  // A step that is about an answer alone has its request in the step before.
  const bool answer_alone = step && !step->answer_of.empty();
  out << "<div class=\"wire\">" << request_head(sight, *asked);
  if (!answer_alone) out << rows_in_list(request_rows(sight, *asked, step, &played));
  for (std::size_t i = played.shown; i < played.last; ++i) {
    out << answer_head(sight, played.exchanges[i])
        << request_head(sight, played.exchanges[i + 1]);
  }
  // What the step explains is in the answer to its own request.
  return out << answer_part(sight, *judged, asked == judged ? step : nullptr) << "</div>";
}

Html answer_card(const Sight& sight, const Played& played, const Step* step) {
  Html out;
  const Exchange* const judged = played.judged_exchange();
  if (!judged) return out;
  return out << "<div class=\"wire\">" << answer_part(sight, *judged, step) << "</div>";
}

}  // namespace grantd::lesson
