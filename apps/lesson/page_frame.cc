#include "apps/lesson/page_frame.h"

#include <type_traits>

#include "grantd/base/encoding.h"

namespace grantd::lesson {
namespace {

Html ids(const std::set<std::string>& all) {
  Html out;
  for (const std::string& one : all) out << shown(one) << " ";
  return out;
}

// "E01:1 E02:0": solved, or only tried.
template <class Answers>
Html answers(const Answers& all) {
  Html out;
  for (const auto& [id, right] : all) {
    if constexpr (std::is_same_v<std::decay_t<decltype(id)>, int>) {
      out << id;
    } else {
      out << shown(id);
    }
    out << ":" << (right ? 1 : 0) << " ";
  }
  return out;
}

// What the script needs: how far the learner is, the words of marks, what it says when nobody
// answers.
Html data(const Sight& sight) {
  Html out;
  const Learner& who = sight.learner;
  out << " data-steps=\"" << ids(who.seen) << "\" data-experiments=\"" << ids(who.broken)
      << "\" data-mended=\"" << ids(who.repaired) << "\" data-exercises=\""
      << answers(who.exercises) << "\" data-moves=\"" << answers(who.moves) << "\"";
  constexpr std::pair<std::string_view, std::string_view> kSaid[] = {
      {"seen", "page_seen"},         {"broken", "done_broken"}, {"repaired", "done_repaired"},
      {"solved", "done_solved"},     {"tried", "done_tried"},   {"foreseen", "done_foreseen"},
      {"played", "done_played"},     {"lost", "page_lost_text"}, {"sending", "page_sending"}};
  for (const auto& [name, word] : kSaid) {
    out << " data-" << shown(name) << "=\"" << shown(sight.word(word)) << "\"";
  }
  return out;
}

Html head(const Sight& sight, const Sheet& sheet) {
  Html out;
  out << "<!doctype html>\n<html lang=\"" << shown(sight.book.language)
      << "\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n<title>" << shown(sheet.title);
  if (sheet.title != sight.word("page_title")) out << " · " << shown(sight.word("page_title"));
  out << "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"/mark.svg\">\n"
         "<link rel=\"stylesheet\" href=\"/style.css\">\n"
         "<link rel=\"stylesheet\" href=\"/learn/page.css\">\n";
  if (!sheet.back.empty()) out << "<link rel=\"prev\" href=\"" << shown(sheet.back) << "\">\n";
  if (!sheet.on.empty()) out << "<link rel=\"next\" href=\"" << shown(sheet.on) << "\">\n";
  return out << "<script src=\"/learn/page.js\" defer></script>\n</head>\n";
}

Html top(const Sight& sight, const Frame& frame) {
  Html out;
  out << "<header class=\"top\">" << mark_svg() << "<a class=\"name\" href=\"/learn\">"
      << shown(sight.word("page_title")) << "</a><nav aria-label=\""
      << shown(sight.word("page_lesson")) << "\"><a href=\"/learn#steps\">"
      << shown(sight.word("page_contents")) << "</a><a href=\"/learn/words\">"
      << shown(sight.word("page_words")) << "</a>";
  if (frame.leaves) out << "<a href=\"/\">" << shown(sight.word("page_leave")) << "</a>";
  return out << "</nav></header>\n";
}

// The keys are the script's, so it shows this.
Html keys(const Sight& sight) {
  Html out;
  return out << "<details id=\"keys\" hidden><summary>" << shown(sight.word("panel_keys"))
             << "</summary><div>" << words(sight, sight.word("page_all_keys"))
             << "<label class=\"check\"><input type=\"checkbox\" id=\"keys-on\" checked> "
             << shown(sight.word("page_keys_on")) << "</label></div></details>";
}

Html foot(const Sight& sight, const Frame& frame) {
  Html out;
  out << "<footer class=\"foot\">";
  if (frame.room.empty()) {
    out << "<span>" << shown(sight.word("page_no_room")) << "</span>";
  } else {
    out << "<span>" << shown(sight.word("page_played_against")) << " <code>" << wire(frame.room)
        << "</code></span>";
  }
  out << keys(sight) << form_to(sight, "/learn", "forget")
      << button(sight, "forget", "page_forget", "link") << "</form>";
  for (const auto& [language, name] : frame.languages) {
    const bool has_query = frame.path.find('?') != std::string::npos;
    out << "<span class=\"end\"><a href=\"" << shown(frame.path) << shown(has_query ? "&" : "?")
        << "ui_locales=" << shown(language) << "\" lang=\"" << shown(language) << "\" hreflang=\""
        << shown(language) << "\">" << shown(name) << "</a></span>";
  }
  return out << "</footer>\n<p class=\"vh\" role=\"status\" id=\"live\"></p>\n";
}

}  // namespace

std::string lean(std::string_view text) {
  std::string out;
  bool in_comment = false;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    const bool begins = line.starts_with("/*");
    const bool is_comment = in_comment || begins || line.starts_with("//");
    if (begins || in_comment) in_comment = !line.ends_with("*/");
    if (!is_comment && !line.empty()) out += std::string(line) + "\n";
  }
  return out;
}

std::string document(const Sight& sight, const Sheet& sheet, const Frame& frame) {
  Html out;
  out << head(sight, sheet) << "<body class=\"lesson\"" << data(sight) << ">\n"
      << top(sight, frame) << "<main class=\"sheet\" id=\"main\">\n" << sheet.main
      << "\n</main>\n" << foot(sight, frame) << "</body>\n</html>\n";
  return out.str();
}

}  // namespace grantd::lesson
