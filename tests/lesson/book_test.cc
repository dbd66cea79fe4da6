// The lesson's data: whole as it is embedded; what is wrong in it is said with file and line.
#include <gtest/gtest.h>

#include <algorithm>

#include "apps/lesson/book.h"
#include "apps/lesson/markup.h"
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
    const Problems differs = compare_words(language);
    EXPECT_TRUE(differs.empty()) << all(differs);
  }
}

TEST(LessonBook, german_is_among_the_languages) {
  const auto known = languages();
  EXPECT_EQ(known, (std::vector<std::string>{"de", "en"}));
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
      {"mistakes.toml", "plays = [\"E24\"]", "plays = []", "\"plays\" is missing"},
      {"steps.toml", "id = \"step-3\"", "id = step-3", "lesson/steps.toml:"},
  };
  for (const Fault& fault : faults) {
    const std::string said = broken(fault.file, fault.from, fault.to);
    EXPECT_NE(said.find(fault.says), std::string::npos) << fault.to << ": " << said;
    EXPECT_NE(said.find("lesson"), std::string::npos);
  }
}

TEST(LessonBook, what_another_language_says_otherwise_is_said_with_its_place) {
  const Fault faults[] = {
      {"de/interface.toml", "label_found =", "label_fund =", "label_found: there are words in en"},
      {"de/interface.toml", "label_found =", "label_fund =", "fund: there are no words in en"},
      {"de/interface.toml", "\"Schritt {} von {}\"", "\"Schritt {n}\"", "in braces"},
      {"de/interface.toml", "\"Schritt {} von {}\"", "\"{} {} {}\"", "in braces"},
      {"de/glossary.toml", "id = \"nonce\"", "id = \"nonse\"", "\"nonce\" is missing"},
      {"de/idea.toml", "[[cast]]\nwho = \"Rook\"", "[cost]\nwho = \"Rook\"", "cast: expected 6"},
      {"de/program.toml", "SECRET = ", "GEHEIM = ", "not translated"},
      {"de/exercises.toml", "r = requests.post", "a = requests.post", "not translated"},
      {"de/experiments.toml", "`code_verifier` weglassen", "`code_prüfer` weglassen", "back-ticks"},
      {"de/exercises.toml", "(Schritt 10)", "(Schritt 11)", "as links"},
      {"de/exercises.toml", "siehe 11/3", "siehe oben", "as links"},
  };
  for (const Fault& fault : faults) {
    Files files = embedded();
    std::string& text = files.find(fault.file)->second;
    const std::size_t at = text.find(fault.from);
    ASSERT_NE(at, std::string::npos) << fault.from;
    text.replace(at, fault.from.size(), fault.to);
    const std::string said = all(compare_words(files, "de"));
    EXPECT_NE(said.find(fault.says), std::string::npos) << fault.to << ": " << said;
    EXPECT_NE(said.find("lesson/" + fault.file + ":"), std::string::npos) << said;
  }
}

TEST(LessonBook, a_word_that_a_language_does_not_have_is_said_in_english) {
  Files files = embedded();
  std::string& text = files.find("de/interface.toml")->second;
  text.replace(text.find("label_found"), 11, "label_fund_");
  const Book book = read_book(files, "de");
  EXPECT_EQ(book.word("label_found"), "found");
  EXPECT_EQ(book.word("label_expected"), "erwartet");
}

TEST(LessonBook, what_has_little_room_must_fit) {
  const Fault faults[] = {
      {"de/interface.toml", "keys_end = \"", "keys_end = \"" + std::string(80, 'x'), "keys_end"},
      {"de/steps.toml", "brief = \"\"\"\n", "brief = \"\"\"\nx\n", "at most 3 lines"},
      {"de/steps.toml", "short = \"wer", "short = \"" + std::string(37, 'x'), "client_id, short"},
      {"en/steps.toml", "{state}", "{stat}", "nobody knows the value {stat}"},
  };
  for (const Fault& fault : faults) {
    Files files = embedded();
    std::string& text = files.find(fault.file)->second;
    const std::size_t at = text.find(fault.from);
    ASSERT_NE(at, std::string::npos) << fault.from;
    text.replace(at, fault.from.size(), fault.to);
    const Book book = read_book(files, fault.file.substr(0, 2));
    EXPECT_NE(all(book.problems).find(fault.says), std::string::npos) << all(book.problems);
  }
}

TEST(LessonBook, a_step_is_linked_in_the_words_of_the_language) {
  const std::pair<std::string, std::string> texts[] = {{"en", "see step 7."},
                                                       {"de", "siehe Schritt 7."}};
  for (const auto& [language, text] : texts) {
    const Book book = load_book(language);
    const Spans spans = spans_of(text, book);
    ASSERT_EQ(spans.size(), 3u);
    EXPECT_EQ(spans[1].link, "step-7");
  }
}

TEST(LessonBook, a_word_is_found_by_its_id_as_it_is_written_and_by_its_parts) {
  const Book english = load_book("en"), german = load_book("de");
  const std::pair<std::string, std::string> ways[] = {
      {"nonce", "nonce"},  {"PKCE", "pkce"},   {"aud", "aud"},
      {"Audience", "aud"}, {"iss", "issuer"},  {"code verifier", "code-challenge"},
      {"confidential", "confidential"},        {" id token ", "id-token"}};
  for (const auto& [text, id] : ways) {
    const Word* const word = english.glossary_word(text);
    ASSERT_NE(word, nullptr) << text;
    EXPECT_EQ(word->id, id);
  }
  EXPECT_EQ(german.glossary_word("Aussteller")->id, "issuer");
  EXPECT_EQ(german.glossary_word("issuer")->id, "issuer");
  for (const std::string text : {"", " ", "(", "/", "code verifier)", "token"}) {
    EXPECT_EQ(english.glossary_word(text), nullptr) << text;
  }
}

TEST(LessonBook, what_plays_a_mistake_has_a_name) {
  const Book book = load_book("en");
  for (const Mistake& one : book.mistakes) {
    ASSERT_FALSE(one.plays.empty()) << one.id;
    for (const std::string& id : one.plays) EXPECT_NE(name_of_play(book, id), id);
  }
  EXPECT_EQ(name_of_play(book, "step-3/break-1"), "3/1 A slash too many");
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
