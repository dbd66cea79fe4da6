// What an operator may set, what is served for it, and what is refused.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sample.h"

namespace grantd::server {
namespace {

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "grantd-pages-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::string write(const std::string& name, const std::string& text) {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

  std::filesystem::path path_;
};
using BrandFiles = Folder;
using OwnPages = Folder;

std::string login_page(const PagesOptions& options) {
  PageInput input;
  input.language = "en";
  return sample::load(options)->render(core::Page(sample::login()), input);
}

bool has(const std::string& html, std::string_view part) {
  return html.find(part) != std::string::npos;
}

TEST(Brand, without_an_accent_there_is_neither_file_nor_link) {
  const auto pages = sample::load();
  EXPECT_EQ(pages->file("/brand.css"), nullptr);
  EXPECT_EQ(pages->file("/brand/logo.svg"), nullptr);
  EXPECT_EQ(pages->file("/templates/login.mustache"), nullptr);
  EXPECT_FALSE(has(login_page({}), "brand"));
}

TEST(Brand, an_accent_is_one_checked_line_on_its_own) {
  PagesOptions options;
  options.brand.accent = "#E8590C";
  const auto pages = sample::load(options);
  ASSERT_NE(pages->file("/brand.css"), nullptr);
  EXPECT_EQ(pages->file("/brand.css")->body, ":root{--brand:#e8590c}\n");
  EXPECT_EQ(pages->file("/brand.css")->content_type, "text/css; charset=utf-8");
  EXPECT_TRUE(has(login_page(options), "<link rel=\"stylesheet\" href=\"/brand.css\">"));
}

TEST(Brand, settings_that_do_not_fit_are_refused_by_name) {
  const auto error = [](auto change) {
    PagesOptions options;
    change(options.brand);
    const auto pages = Pages::load(options);
    return pages ? std::string() : pages.error();
  };
  for (const char* accent : {"red", "#fff", "#12345g", "#123456;}*{x:y", "e8590c0"}) {
    EXPECT_TRUE(has(error([&](Brand& b) { b.accent = accent; }), "brand.accent")) << accent;
  }
  for (const char* uri : {"javascript:x", "http://evil.example", "help.html", "//x.example"}) {
    EXPECT_TRUE(has(error([&](Brand& b) { b.help_uri = uri; }), "brand.help_uri")) << uri;
    EXPECT_TRUE(has(error([&](Brand& b) { b.privacy_uri = uri; }), "brand.privacy_uri")) << uri;
  }
  for (const char* name : {"", "a\nb", " x", "\u202efoo"}) {
    EXPECT_TRUE(has(error([&](Brand& b) { b.name = name; }), "brand.name")) << name;
  }
  EXPECT_TRUE(has(error([](Brand& b) { b.logo_file = "/no/such/file.svg"; }), "cannot be read"));
}

TEST(Brand, files_have_types_and_tags_that_change_with_them) {
  const auto pages = sample::load();
  EXPECT_EQ(pages->file("/style.css")->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(pages->file("/continue.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(pages->file("/mark.svg")->content_type, "image/svg+xml");
  EXPECT_TRUE(pages->file("/style.css")->etag.starts_with('"'));
  EXPECT_NE(pages->file("/style.css")->etag, pages->file("/mark.svg")->etag);
}

// XS-02: a logo is a file of its own, shown as an image, never part of a page.
TEST_F(BrandFiles, an_svg_logo_is_served_as_a_file_and_never_inlined) {
  const std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M1 1h2\"/></svg>";
  PagesOptions options;
  options.brand.logo_file = write("logo.svg", svg);
  const auto pages = sample::load(options);
  ASSERT_NE(pages->file("/brand/logo.svg"), nullptr);
  EXPECT_EQ(pages->file("/brand/logo.svg")->content_type, "image/svg+xml");
  EXPECT_EQ(pages->file("/brand/logo.svg")->body, svg);
  const std::string html = login_page(options);
  EXPECT_TRUE(has(html, "<img src=\"/brand/logo.svg\" alt=\"\">"));
  EXPECT_FALSE(has(html, "M1 1h2"));
}

TEST_F(BrandFiles, a_png_logo_is_served_under_its_own_name) {
  PagesOptions options;
  options.brand.logo_file = write("logo.png", "\x89PNG\r\n\x1a\nrest");
  const auto pages = sample::load(options);
  ASSERT_NE(pages->file("/brand/logo.png"), nullptr);
  EXPECT_EQ(pages->file("/brand/logo.png")->content_type, "image/png");
  EXPECT_TRUE(has(login_page(options), "<img src=\"/brand/logo.png\" alt=\"\">"));
}

// XS-02: opened by itself an SVG is a document of our origin; one that could act is refused.
TEST_F(BrandFiles, a_logo_with_script_or_of_another_kind_or_too_large_is_refused) {
  const std::string open = "<svg xmlns=\"http://www.w3.org/2000/svg\"";
  const std::string bad[] = {
      open + "><script>alert(1)</script></svg>",
      open + " onload=\"alert(1)\"></svg>",
      open + "\nonload = \"alert(1)\"></svg>",
      open + "><a href=\"JavaScript:alert(1)\"/></svg>",
      open + "><foreignObject/></svg>",
      "<!DOCTYPE svg [<!ENTITY x \"y\">]>" + open + "/>",
      "<html></html>",
      "GIF89a",
      open + ">" + std::string(70'000, ' ') + "</svg>",
  };
  for (const std::string& text : bad) {
    PagesOptions options;
    options.brand.logo_file = write("logo.svg", text);
    const auto pages = Pages::load(options);
    ASSERT_FALSE(pages) << text.substr(0, 80);
    EXPECT_TRUE(has(pages.error(), "brand.logo_file: ")) << pages.error();
  }
}

TEST_F(OwnPages, a_template_in_the_folder_takes_the_place_of_ours_alone) {
  write("templates/signed_out.mustache", "<h1>Bye from {{site}}</h1>");
  PagesOptions options = sample::branded();
  options.directory = path_.string();
  PageInput input;
  input.language = "en";
  EXPECT_TRUE(has(sample::load(options)->render(core::Page(core::SignedOutPage{}), input),
                  "<h1>Bye from Fernhill</h1>"));
  EXPECT_TRUE(has(login_page(options), "action=\"/login\""));
}

TEST_F(OwnPages, a_third_language_needs_only_its_strings) {
  std::ifstream source(std::string(GRANTD_SOURCE_DIR) + "/web/strings/en.toml");
  std::string text((std::istreambuf_iterator<char>(source)), {});
  text.replace(text.find("\"Sign in\""), 9, "\"Se connecter\"");
  text.replace(text.find("\"English\""), 9, "\"Français\"");
  write("strings/fr.toml", text);
  PagesOptions options;
  options.directory = path_.string();
  const auto pages = sample::load(options);
  EXPECT_EQ(pages->languages(), (std::vector<std::string>{"en", "de", "fr"}));
  EXPECT_EQ(pages->choose_language("fr-CA", ""), "fr");
  PageInput input;
  input.language = "fr";
  EXPECT_TRUE(has(pages->render(core::Page(sample::login()), input), "Se connecter"));
}

TEST_F(OwnPages, a_fault_in_an_own_file_stops_the_load_and_names_file_and_line) {
  PagesOptions options;
  options.directory = path_.string();
  write("templates/login.mustache", "<p>ok</p>\n<p>{{{form}}}</p>\n");
  auto pages = Pages::load(options);
  ASSERT_FALSE(pages);
  EXPECT_EQ(pages.error(),
            "templates/login.mustache:2: an insertion without escaping; write {{form}}");
  write("templates/login.mustache", "<p>ok</p>");
  write("strings/de.toml", "[login]\nheading = \"Anmelden\"\n");
  pages = Pages::load(options);
  ASSERT_FALSE(pages);
  EXPECT_TRUE(pages.error().starts_with("strings/de.toml: ")) << pages.error();
}

TEST_F(OwnPages, a_folder_that_is_not_there_is_an_error) {
  PagesOptions options;
  options.directory = (path_ / "nowhere").string();
  const auto pages = Pages::load(options);
  ASSERT_FALSE(pages);
  EXPECT_TRUE(has(pages.error(), "pages.directory: "));
}

}  // namespace
}  // namespace grantd::server
