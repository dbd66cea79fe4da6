// The drawing: twelve exchanges between four parties, and the idea's nine messages (page_parts.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/page_parts.h"

namespace grantd::lesson {
namespace {

// The parties from left to right.
enum class Lane { browser, app, server, api };

struct Row {
  int step;
  Lane from, to;
  std::string_view asks;  // where the step has no request of its own: what is written there
};

// What a step asks is written out here: some of it is only known as it is sent ({next}).
constexpr Row kDirectFirst[] = {{1, Lane::app, Lane::server, "GET /.well-known"},
                                {2, Lane::app, Lane::app, "state · nonce · verifier"}};
constexpr Row kBrowser[] = {{3, Lane::browser, Lane::server, "GET /authorize"},
                            {4, Lane::browser, Lane::server, "POST /login"},
                            {5, Lane::browser, Lane::server, "POST /consent"},
                            {6, Lane::browser, Lane::server, "GET /authorize"},
                            {7, Lane::browser, Lane::app, "GET /callback"}};
constexpr Row kDirect[] = {{8, Lane::app, Lane::server, "POST /token"},
                           {9, Lane::app, Lane::server, ""},
                           {10, Lane::app, Lane::api, "GET /photos/7"},
                           {11, Lane::app, Lane::server, "POST /token"},
                           {12, Lane::app, Lane::server, "POST /revoke"}};

Markup class_of(const Row& row) {
  if (row.from == Lane::browser) return row.to == Lane::app ? Markup("a12") : Markup("a13");
  if (row.to == Lane::app) return "a22";
  return row.to == Lane::api ? Markup("a24") : Markup("a23");
}

std::string_view lane_word(Lane lane) {
  constexpr std::string_view kWords[] = {"page_browser", "page_app", "page_server", "page_api"};
  return kWords[static_cast<int>(lane)];
}

// "200 token": the status, and the one thing that matters in it.
std::string answer_label(const Exchange& exchange) {
  std::string out = std::to_string(exchange.reply.status);
  if (!exchange.location_parameter("code").empty()) return out + " ?code";
  if (!exchange.location_parameter("error").empty()) return out + " ?error";
  if (exchange.json().find_string("access_token")) out += " token";
  return out;
}

Html lanes(const Sight& sight) {
  Html out;
  out << "<ul class=\"lanes\">";
  for (const Lane lane : {Lane::browser, Lane::app, Lane::server, Lane::api}) {
    const std::string small = std::string(lane_word(lane)) + "_is";
    out << "<li>" << shown(sight.word(lane_word(lane))) << " <small>" << shown(sight.word(small))
        << "</small></li>";
  }
  return out << "</ul>";
}

class Drawing {
 public:
  Drawing(const Sight& sight, int present, const Played* played)
      : sight_(sight), present_(present), played_(played) {}

  template <std::size_t N>
  void rows(const Row (&rows)[N]) {
    out_ << "<ol class=\"flow\">";
    for (const Row& one : rows) row(one);
    out_ << "</ol>";
  }

  Html out_;

 private:
  const Exchange* answer_of(int step) const {
    if (step == present_ && played_) return played_->judged_exchange();
    const auto walked = sight_.learner.steps.find(step);
    if (walked == sight_.learner.steps.end()) return nullptr;
    return walked->second.played.judged_exchange();
  }

  void row(const Row& row) {
    const std::string id = fmt::format("step-{}", row.step);
    const Exchange* const answer = answer_of(row.step);
    const bool is_seen = sight_.learner.seen.contains(id);
    out_ << "<li><a class=\"" << class_of(row);
    if (!is_seen && !(row.step == present_ && answer)) out_ << " later";
    if (row.step == present_ && answer && !is_good(*answer)) out_ << " fail";
    out_ << "\" href=\"" << shown(path_of(id)) << "\"";
    if (row.step == present_) out_ << " aria-current=\"step\"";
    out_ << ">";
    request(row);
    if (row.from != row.to) reply(row, answer);
    out_ << mark(sight_, id) << "</a></li>";
  }

  void number(const Row& row) { out_ << "<i><b>" << row.step << "</b></i>"; }

  void parties(Lane from, Lane to) {
    out_ << "<span class=\"vh\">" << shown(sight_.word(lane_word(from))) << " "
         << shown(sight_.word("page_to")) << " " << shown(sight_.word(lane_word(to)))
         << ": </span>";
  }

  void request(const Row& row) {
    if (row.asks.empty()) return;
    if (row.from == row.to) {
      out_ << "<span class=\"own\">";
    } else {
      out_ << "<span class=\"go\">";
    }
    number(row);
    parties(row.from, row.to);
    out_ << "<u>";
    const Exchange* const asked =
        row.step == present_ && played_ ? played_->shown_exchange() : nullptr;
    if (asked && asked->method_changed) {
      out_ << wire(asked->method) << " " << shown(row.asks.substr(row.asks.find(' ') + 1));
    } else {
      out_ << shown(row.asks);
    }
    out_ << "</u></span>";
  }

  void reply(const Row& row, const Exchange* answer) {
    if (row.asks.empty()) {
      out_ << "<span class=\"re only\">";
      number(row);
      parties(row.to, row.from);
    } else {
      out_ << "<span class=\"re\">";
    }
    if (answer) {
      out_ << "<span class=\"vh\">, " << shown(sight_.word("page_answer")) << ": </span><u>"
           << wire(answer_label(*answer)) << "</u>";
    }
    out_ << "</span>";
  }

  const Sight& sight_;
  const int present_;
  const Played* const played_;
};

struct Message {
  Lane from, to;
};
constexpr Message kIdea[] = {
    {Lane::browser, Lane::app},    {Lane::app, Lane::browser}, {Lane::browser, Lane::server},
    {Lane::server, Lane::browser}, {Lane::browser, Lane::app}, {Lane::app, Lane::server},
    {Lane::server, Lane::app},     {Lane::app, Lane::browser}, {Lane::app, Lane::api}};

Markup class_of(const Message& message) {
  const auto low = std::min(message.from, message.to), high = std::max(message.from, message.to);
  if (low == Lane::browser) return high == Lane::app ? Markup("a12") : Markup("a13 ");
  return high == Lane::api ? Markup("a24 direct") : Markup("a23 direct");
}

}  // namespace

Html map(const Sight& sight, int present, const Played* played, const Html& holds) {
  Drawing drawing(sight, present, played);
  Html& out = drawing.out_;
  out << "<section class=\"map\" aria-label=\"" << shown(sight.word("page_map")) << "\"><div>"
      << lanes(sight);
  out << "<h2>" << shown(sight.word("page_directly")) << "</h2>";
  drawing.rows(kDirectFirst);
  out << "<h2>" << shown(sight.word("page_through_browser")) << "</h2>";
  drawing.rows(kBrowser);
  out << "<h2>" << shown(sight.word("page_directly")) << "</h2>";
  drawing.rows(kDirect);
  return out << holds << "</div></section>";
}

Html idea_drawing(const Sight& sight) {
  Html out;
  out << "<section class=\"map\" aria-label=\"" << shown(sight.word("page_map"))
      << "\"><div class=\"idea\">" << lanes(sight) << "<p class=\"key small soft\"><span>"
      << shown(sight.word("page_through_browser")) << "</span> <span class=\"direct\">"
      << shown(sight.word("page_directly")) << "</span></p><ol class=\"flow\">";
  std::size_t at = 0;
  for (const Message& message : kIdea) {
    if (at == sight.book.idea.drawing_in_words.size()) break;
    out << "<li class=\"" << class_of(message) << "\"><span class=\"";
    if (message.from > message.to) {
      out << "go back";
    } else {
      out << "go";
    }
    out << "\"><i><b>" << static_cast<int>(at) + 1 << "</b></i></span><p>"
        << line(sight, sight.book.idea.drawing_in_words[at]) << "</p></li>";
    ++at;
  }
  return out << "</ol></div></section>";
}

}  // namespace grantd::lesson
