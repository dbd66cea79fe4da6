#include "grantd/server/pages_template.h"

#include "grantd/base/encoding.h"
#include "grantd/server/pages_html.h"
#include "grantd/server/pages_names.h"

namespace grantd::server {
namespace {

using What = TemplatePiece::What;
using Pieces = std::vector<TemplatePiece>;

constexpr int kPartsDeepMax = 4;
constexpr std::size_t kTemplateBytesMax = 64 * 1024;

// Reads one file for one page.
class Reader {
 public:
  Reader(std::string_view page, const ReadFile& read, const Texts& texts, int depth)
      : page_(page), read_(read), texts_(texts), depth_(depth) {}

  Result<Pieces, std::string> read(std::string_view name);

 private:
  using Fault = std::optional<std::string>;  // what is wrong here; nothing: all is well

  Fault literal(std::string_view text);
  Fault tag(std::string_view inside);
  Fault named(What what, std::string_view name);
  Fault words(std::string_view key);
  Fault part(std::string_view name);
  Fault section_end(std::string_view name);
  void add(What what, std::string_view text);

  std::string_view page_;
  const ReadFile& read_;
  const Texts& texts_;
  int depth_;
  int line_ = 1;
  HtmlPlace place_;
  struct Open {
    std::string name;
    HtmlPlace place;
    int line;
  };
  std::vector<Open> open_;
  Pieces pieces_;
};

std::string quoted(std::string_view name) {
  return "{{" + std::string(name) + "}}";
}

std::string known_names(std::string_view page) {
  std::string all;
  for (const std::string_view name : names_of(page)) {
    if (!all.empty()) all += ", ";
    all += name;
  }
  return all;
}

void Reader::add(What what, std::string_view text) {
  pieces_.push_back({what, std::string(text), place_.state() != HtmlPlace::State::content, line_});
}

Reader::Fault Reader::literal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  add(What::literal, text);
  for (const char c : text) {
    if (!place_.feed(c)) return place_.fault();
    if (c == '\n') ++line_;
  }
  return std::nullopt;
}

Reader::Fault Reader::words(std::string_view key) {
  const std::string* text = texts_.find(key);
  if (text == nullptr) {
    return quoted("t." + std::string(key)) + " names no text; add " + std::string(key) +
           " to each file in strings/";
  }
  if (!place_.insert(false)) return place_.fault();
  for (const TextPiece& piece : pieces_of(*text)) {
    if (!piece.is_name) continue;
    const auto kind = kind_of(page_, piece.text);
    if (!kind || *kind == NameKind::flag || *kind == NameKind::list || *kind == NameKind::url) {
      return std::string(key) + " has {" + std::string(piece.text) + "}, which the page \"" +
             std::string(page_) + "\" has no text for; it has: " + known_names(page_);
    }
  }
  add(What::words, key);
  return std::nullopt;
}

Reader::Fault Reader::named(What what, std::string_view name) {
  const auto kind = kind_of(page_, name);
  if (!kind) {
    return quoted(name) + " is unknown on the page \"" + std::string(page_) +
           "\"; it has: " + known_names(page_);
  }
  if (what == What::section || what == What::inverted) {
    if (!place_.section()) return place_.fault();
    open_.push_back({std::string(name), place_, line_});
    add(what, name);
    return std::nullopt;
  }
  if (*kind == NameKind::flag || *kind == NameKind::list) {
    return quoted(name) + " is a section, not a text; write {{#" + std::string(name) + "}}…{{/" +
           std::string(name) + "}}";
  }
  const bool in_content = place_.state() == HtmlPlace::State::content;
  if (!place_.insert(*kind == NameKind::url)) return place_.fault();
  const bool isolated = !pieces_.empty() && pieces_.back().what == What::literal &&
                        pieces_.back().text.ends_with("<bdi>");
  if (*kind == NameKind::name && in_content && !isolated) {
    return quoted(name) + " is a name that others chose; write <bdi>" + quoted(name) + "</bdi>";
  }
  add(What::insertion, name);
  return std::nullopt;
}

Reader::Fault Reader::section_end(std::string_view name) {
  if (open_.empty() || open_.back().name != name) {
    return "{{/" + std::string(name) + "}} ends no open section; " +
           (open_.empty() ? std::string("none is open")
                          : "open is {{#" + open_.back().name + "}} of line " +
                                std::to_string(open_.back().line));
  }
  if (!place_.section() || !place_.join(open_.back().place)) return place_.fault();
  open_.pop_back();
  add(What::section_end, name);
  return std::nullopt;
}

Reader::Fault Reader::part(std::string_view name) {
  if (place_.state() != HtmlPlace::State::content)
    return "a part inside a tag; put it between tags";
  if (depth_ >= kPartsDeepMax) return "parts go too deep; take one out";
  const std::string_view file = depth_ == 0 && name == "page" ? page_ : name;
  auto inner = Reader(page_, read_, texts_, depth_ + 1).read(file);
  if (!inner) return "\n" + inner.error();
  for (TemplatePiece& piece : *inner) pieces_.push_back(std::move(piece));
  return std::nullopt;
}

Reader::Fault Reader::tag(std::string_view inside) {
  const std::string_view text = trim(inside);
  if (text.empty()) return "an empty insertion; name what goes there";
  const char sign = text[0];
  const std::string_view name = trim(text.substr(1));
  if (sign == '{' || sign == '&') {
    return "an insertion without escaping; write " + quoted(trim(text.substr(1)));
  }
  if (sign == '=') return "other delimiters than {{ and }}; leave them as they are";
  if (sign == '!') return std::nullopt;
  if (sign == '#') return named(What::section, name);
  if (sign == '^') return named(What::inverted, name);
  if (sign == '/') return section_end(name);
  if (sign == '>') return part(name);
  if (text.starts_with("t.")) return words(text.substr(2));
  return named(What::insertion, text);
}

Result<Pieces, std::string> Reader::read(std::string_view name) {
  const std::string file = "templates/" + std::string(name) + ".mustache";
  const auto source = read_(file);
  if (!source)
    return fail(file + ": there is no such file; add it, or take {{>" + std::string(name) +
                "}} out");
  const auto fault_here = [&](const std::string& fault) {
    // A part's fault names its own file and line.
    return fail(fault[0] == '\n' ? fault.substr(1)
                                 : file + ":" + std::to_string(line_) + ": " + fault);
  };
  if (source->size() > kTemplateBytesMax) return fault_here("more than 64 KiB; make it shorter");
  if (!is_utf8(*source)) return fault_here("not UTF-8; save it as UTF-8");
  std::string_view rest = *source;
  while (!rest.empty()) {
    const std::size_t begin = rest.find("{{");
    if (const Fault fault = literal(rest.substr(0, begin))) return fault_here(*fault);
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin + 2);
    const std::size_t end = rest.find("}}");
    if (end == std::string_view::npos) return fault_here("{{ without }}; close it");
    if (const Fault fault = tag(rest.substr(0, end))) return fault_here(*fault);
    for (const char c : rest.substr(0, end)) line_ += c == '\n' ? 1 : 0;
    rest.remove_prefix(end + 2);
  }
  if (!open_.empty()) {
    line_ = open_.back().line;
    return fault_here("{{#" + open_.back().name + "}} is never ended; write {{/" +
                      open_.back().name + "}}");
  }
  if (place_.state() != HtmlPlace::State::content) {
    return fault_here("the file ends inside a tag; close it");
  }
  return std::move(pieces_);
}

bool is_section_tag(What what) {
  return what == What::section || what == What::inverted || what == What::section_end;
}

// Section tags that have a line to themselves leave no blank line behind (mustache(5), Sections).
void drop_lone_lines(Pieces& pieces) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<bool> alone(pieces.size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    if (!is_section_tag(pieces[i].what)) continue;
    const std::string& before = pieces[i - 1].text;
    const std::string& after = pieces[i + 1].text;
    if (pieces[i - 1].what != What::literal || pieces[i + 1].what != What::literal) continue;
    const std::size_t last = before.find_last_not_of(kBlanks);
    const std::size_t next = after.find_first_not_of(kBlanks);
    alone[i] = last != std::string::npos && before[last] == '\n' && next != std::string::npos &&
               after[next] == '\n';
  }
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    if (!alone[i]) continue;
    std::string& before = pieces[i - 1].text;
    before.erase(before.find_last_not_of(kBlanks) + 1);
    std::string& after = pieces[i + 1].text;
    after.erase(0, after.find('\n') + 1);
  }
}

// A text's words between tags: `code`, **bold**, names that others chose in <bdi>.
std::string words_with_markup(std::string_view text, std::string_view page) {
  std::string result;
  bool in_code = false;
  bool in_bold = false;
  for (const TextPiece& piece : pieces_of(text)) {
    if (piece.is_name) {
      const bool is_name = kind_of(page, piece.text) == NameKind::name;
      result += is_name ? "<bdi>" + quoted(piece.text) + "</bdi>" : quoted(piece.text);
      continue;
    }
    for (std::size_t i = 0; i < piece.text.size(); ++i) {
      if (piece.text[i] == '`') {
        result += in_code ? "</code>" : "<code>";
        in_code = !in_code;
      } else if (piece.text.substr(i, 2) == "**") {
        result += in_bold ? "</b>" : "<b>";
        in_bold = !in_bold;
        ++i;
      } else {
        result += html_escape(piece.text.substr(i, 1));
      }
    }
  }
  return result + (in_code ? "</code>" : "") + (in_bold ? "</b>" : "");
}

std::string words_plain(std::string_view text) {
  std::string result;
  for (const TextPiece& piece : pieces_of(text)) {
    result += piece.is_name ? quoted(piece.text) : html_escape(piece.text);
  }
  return result;
}

}  // namespace

Result<Pieces, std::string> read_page(std::string_view page, const ReadFile& read,
                                      const Texts& texts) {
  Pieces pieces = TRY(Reader(page, read, texts, 0).read("layout"));
  drop_lone_lines(pieces);
  return pieces;
}

std::string mustache_of(const Pieces& pieces, std::string_view page, const Texts& texts) {
  std::string result;
  for (const TemplatePiece& piece : pieces) {
    switch (piece.what) {
      case What::literal:
        result += piece.text;
        break;
      case What::insertion:
        result += quoted(piece.text);
        break;
      case What::words: {
        const std::string& text = texts.get(piece.text);
        result += piece.in_tag ? words_plain(text) : words_with_markup(text, page);
        break;
      }
      case What::section:
        result += quoted("#" + piece.text);
        break;
      case What::inverted:
        result += quoted("^" + piece.text);
        break;
      case What::section_end:
        result += quoted("/" + piece.text);
        break;
    }
  }
  return result;
}

}  // namespace grantd::server
