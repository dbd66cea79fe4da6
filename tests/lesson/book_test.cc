// The lesson's data: whole as it is embedded; what is wrong in it is said with file and line.
#include <gtest/gtest.h>

#include <algorithm>

#include "apps/lesson/book.h"
#include "web/embedded.h"

namespace grantd::lesson {
namespace {

Files embedded() {
  Files out;
  for (const std::string_view path : web::paths()) {
    constexpr std::string_view kFolder = "lesson/";
    if (path.starts_with(kFolder)) {
      out.emplace(path.substr(kFolder.size()), std::string(web::file(path).value()));
    }
  }
  return out;
}

std::string all(const Problems& problems) {
  std::string out;
  for (const std::string& one : problems) out += one + "\n";
  return out;
}

// Changes one text in one file; what is new among the problems.
std::string broken(const std::string& file, const std::string& from, const std::string& to) {
  Files files = embedded();
  std::string& text = files.find(file)->second;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  static const Book before = read_book(embedded(), "en");
  std::string out;
  for (const std::string& one : read_book(files, "en").problems) {
    if (std::ranges::find(before.problems, one) == before.problems.end()) out += one + "\n";
  }
  return out;
}

TEST(LessonBook, every_language_is_whole) {
  for (const std::string& language : languages()) {
    const Book book = load_book(language);
    EXPECT_TRUE(book.problems.empty()) << all(book.problems);
  }
}

struct Fault {
  std::string file, from, to, says;
};

TEST(LessonBook, what_is_wrong_is_said_with_its_place) {
  const Fault faults[] = {
      {"experiments.toml", "after_step = 2", "after_stp = 2", "\"after_stp\" is no key"},
      {"experiments.toml", "expect = {", "expct = {", "\"expect\" is missing"},
      {"experiments.toml", "[\"nothing-made\"]", "[\"nothing\"]", "no probe \"nothing\""},
      {"experiments.toml", "{redirect_uri}/", "{redirect}/", "value {redirect}"},
      {"experiments.toml", "request = \"authorize\"", "request = \"autorize\"",
       "no request \"autorize\""},
      {"experiments.toml", "RFC 3986", "RFC 3987", "no document for"},
      {"experiments.toml", "step-7/break-1", "step-7/break-99", "no words for"},
      {"experiments.toml", "kind = \"html\"", "kind = \"page\"", "kind: expected one of html"},
      {"exercises.toml", "live = \"step-3/break-1\"", "live = \"step-3/break-0\"",
       "live: there is no"},
      {"en/exercises.toml", "[E01.options.swap]", "[E01.options.swop]", "no words for the option"},
      {"en/steps.toml", "[step-8.parts.method]", "[step-8.parts.methods]", "no words for the part"},
      {"en/steps.toml", "title =", "titel =", "\"titel\" is no key"},
      {"steps.toml", "id = \"step-3\"", "id = step-3", "lesson/steps.toml:"},
  };
  for (const Fault& fault : faults) {
    const std::string said = broken(fault.file, fault.from, fault.to);
    EXPECT_NE(said.find(fault.says), std::string::npos) << fault.to << ": " << said;
    EXPECT_NE(said.find("lesson"), std::string::npos);
  }
}

TEST(LessonBook, a_template_knows_names_and_leaves_other_braces) {
  const auto pieces = pieces_of("a{mira:code|last}{\"alg\"}{x?}");
  ASSERT_EQ(pieces.size(), 4u);
  EXPECT_EQ(pieces[0].text, "a");
  EXPECT_EQ(pieces[1].name->flow, "mira");
  EXPECT_EQ(pieces[1].name->name, "code");
  EXPECT_EQ(pieces[1].name->filter, "last");
  EXPECT_EQ(pieces[2].text, "{\"alg\"}");
  EXPECT_TRUE(pieces[3].name->optional);
}

}  // namespace
}  // namespace grantd::lesson
