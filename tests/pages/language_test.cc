// Which language a person gets, and that nobody can make choosing it expensive.
#include <gtest/gtest.h>

#include "grantd/server/pages_language.h"
#include "grantd/server/pages_text.h"
#include "sample.h"
#include "web/embedded.h"

namespace grantd::server {
namespace {

struct Row {
  const char* cite;
  const char* ui_locales;
  const char* accept_language;
  const char* wanted;
};

TEST(Language, is_the_first_that_we_speak_of_those_asked_for) {
  const auto pages = sample::load();
  const Row rows[] = {
      {"nothing asked", "", "", "en"},
      {"OpenID Connect Core §3.1.2.1", "de", "en", "de"},
      {"OpenID Connect Core §3.1.2.1: in order", "fr en de", "", "en"},
      {"RFC 4647 §3.4: lookup", "de-CH-1996", "", "de"},
      {"RFC 5646 §2.1.1: case", "DE", "", "de"},
      {"unknown ones are no error", "se", "", "en"},
      {"ui_locales before the header", "en", "de", "en"},
      {"unknown ui_locales leave it to the header", "fr", "de", "de"},
      {"RFC 9110 §12.5.4: weights", "", "en;q=0.5, de;q=0.9", "de"},
      {"RFC 9110 §12.5.4: no weight is 1", "", "en;q=0.9,de", "de"},
      {"the first of equals", "", "de,en", "de"},
      {"RFC 9110 §12.4.2: 0 is not acceptable", "", "de;q=0", "en"},
      {"RFC 9110 §12.4.2: three digits", "", "en;q=0.001,de;q=0.002", "de"},
      {"malformed weights do not count", "", "de;q=x, de;q=9, de;q=1.5", "en"},
      {"a wildcard chooses nothing", "", "*", "en"},
      {"region before language", "", "fr-CH, fr;q=0.9, de-AT;q=0.8, en;q=0.7", "de"},
      {"separators only", "   ", ",,;;,;", "en"},
      {"a prefix is not a match", "deu", "", "en"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(pages->choose_language(row.ui_locales, row.accept_language), row.wanted) << row.cite;
  }
}

// AZ-18, CVE-2026-79651: many and long values cost nothing that stays, and little that goes.
TEST(Language, of_ten_thousand_hostile_values_nothing_is_kept) {
  const auto pages = sample::load();
  const char* first = pages->choose_language("de", "").data();
  for (int i = 0; i < 10'000; ++i) {
    const std::string tag = "x" + std::to_string(i) + "-" + std::to_string(i * 7);
    EXPECT_EQ(pages->choose_language(tag, tag + ";q=0.3").data(), pages->languages()[0].data());
  }
  EXPECT_EQ(pages->choose_language("de", "").data(), first);  // a view of the one list there is
}

// AZ-18: only the first 512 bytes and 20 tags are looked at.
TEST(Language, work_is_bounded_whatever_the_length) {
  const auto pages = sample::load();
  const std::string long_tag(1'000'000, '-');
  EXPECT_EQ(pages->choose_language(long_tag, long_tag), "en");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "xx ";
  EXPECT_EQ(pages->choose_language(many + "de", ""), "en");
  EXPECT_EQ(pages->choose_language(std::string(600, ' ') + "de", ""), "en");
}

TEST(Language, the_switch_leads_to_the_other_one_by_a_path_of_our_own_only) {
  const auto pages = sample::load();
  PageInput input;
  input.language = "en";
  input.language_switch = "/authorize?client_id=a&ui_locales=de";
  const std::string html = pages->render(core::Page(core::SignedOutPage{}), input);
  EXPECT_NE(html.find("<a href=\"/authorize?client_id=a&amp;ui_locales=de\" lang=\"de\" "
                      "hreflang=\"de\">Deutsch</a>"),
            std::string::npos);
  for (const char* elsewhere : {"https://evil.example/", "//evil.example", "javascript:x"}) {
    input.language_switch = elsewhere;
    const std::string without = pages->render(core::Page(core::SignedOutPage{}), input);
    EXPECT_EQ(without.find("hreflang"), std::string::npos) << elsewhere;
  }
}

TEST(Strings, every_language_has_every_text_with_the_same_names) {
  const auto english = Texts::parse("en", *web::file("strings/en.toml"));
  ASSERT_TRUE(english) << english.error();
  int languages = 0;
  for (const std::string_view path : web::paths()) {
    if (!path.starts_with("strings/")) continue;
    ++languages;
    const auto texts = Texts::parse(path.substr(8, path.size() - 13), *web::file(path));
    ASSERT_TRUE(texts) << texts.error();
    EXPECT_EQ(texts->differences(*english), std::vector<std::string>{});
    EXPECT_EQ(texts->keys(), english->keys());
  }
  EXPECT_GE(languages, 2);
}

TEST(Strings, a_missing_an_unknown_and_a_misnamed_text_are_each_named) {
  const auto english = Texts::parse("en", "[a]\nx = \"{n} books\"\ny = \"why\"\n").value();
  const auto other = Texts::parse("fr", "[a]\nx = \"{m} livres\"\nz = \"zut\"\n").value();
  const auto found = other.differences(english);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0],
            "strings/fr.toml: a.x has other {names} than in strings/en.toml; use the same");
  EXPECT_EQ(found[1], "strings/fr.toml: a.y is missing (strings/en.toml has it); add it");
  EXPECT_EQ(found[2], "strings/fr.toml: a.z is unknown (not in strings/en.toml); remove it");
}

TEST(Strings, faults_name_file_and_line) {
  EXPECT_TRUE(
      Texts::parse("fr", "[a]\nx = \"{{form}}\"").error().starts_with("strings/fr.toml:2: a.x"));
  EXPECT_TRUE(Texts::parse("fr", "[a]\n\nx = 7").error().starts_with("strings/fr.toml:3: a.x"));
  EXPECT_TRUE(Texts::parse("fr", "x = \"y\"").error().starts_with("strings/fr.toml:1: x stands"));
  EXPECT_TRUE(Texts::parse("fr", "[a]\nx = ").error().starts_with("strings/fr.toml:2: "));
  EXPECT_TRUE(
      Texts::parse("fr", "[a]\nx = \"\"").error().starts_with("strings/fr.toml:2: a.x is empty"));
}

}  // namespace
}  // namespace grantd::server
