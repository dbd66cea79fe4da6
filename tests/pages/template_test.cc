// Templates that could let text become markup, or show nothing where something belongs, are refused
// when they are loaded: with file, line, what is wrong and what to do.
#include <gtest/gtest.h>

#include "grantd/server/pages_template.h"
#include "web/embedded.h"

namespace grantd::server {
namespace {

const Texts& texts() {
  static const Texts english = Texts::parse("en", *web::file("strings/en.toml")).value();
  return english;
}

// What comes of a login page whose template is this.
Result<std::vector<TemplatePiece>, std::string> load(const std::string& login) {
  const ReadFile read = [&](std::string_view path) -> std::optional<std::string> {
    if (path == "templates/login.mustache") return login;
    const auto embedded = web::file(path);
    return embedded ? std::optional<std::string>(*embedded) : std::nullopt;
  };
  return read_page("login", read, texts());
}

struct Refused {
  const char* what;
  const char* source;
  const char* message;  // is in the error
};

class TemplateRefusal : public testing::TestWithParam<Refused> {};

TEST_P(TemplateRefusal, is_refused_with_its_place) {
  const auto loaded = load(std::string("<p>first line</p>\n") + GetParam().source);
  ASSERT_FALSE(loaded) << GetParam().what;
  EXPECT_TRUE(loaded.error().starts_with("templates/login.mustache:2: ")) << loaded.error();
  EXPECT_NE(loaded.error().find(GetParam().message), std::string::npos) << loaded.error();
}

// XS-01, XS-07; OWASP ASVS 1.2.1: each way past escaping that a template language leaves open.
constexpr Refused kRefused[] = {
    {"three braces", "<p>{{{login}}}</p>", "without escaping; write {{login}}"},
    {"ampersand", "<p>{{& login}}</p>", "without escaping; write {{login}}"},
    {"no quotes", "<input value={{login}}>", "without quotes; write value=\"{{…}}\""},
    {"half quotes", "<input value=x{{login}}>", "without quotes"},
    {"name of a tag", "<{{login}}>", "not in a quoted value"},
    {"name of an attribute", "<p {{login}}=\"x\">", "not in a quoted value"},
    {"whole attribute", "<p {{login}}>", "not in a quoted value"},
    {"script", "<script>{{login}}</script>", "inside <script>"},
    {"written script", "<script>alert(1)</script>", "blocked by our CSP"},
    {"style element", "<style>p { color: red }</style>", "blocked by our CSP"},
    {"style attribute", "<p style=\"color: {{login}}\">", "style= is blocked"},
    {"event", "<p onclick=\"x('{{login}}')\">", "onclick= is blocked"},
    {"event in capitals", "<p OnClick=\"x\">", "onclick= is blocked"},
    {"comment", "<!-- {{login}} -->", "inside a comment"},
    {"text as address", "<a href=\"{{login}}\">x</a>", "checked address only"},
    {"text as part of one", "<a href=\"/x?u={{login}}\">x</a>", "checked address only"},
    {"address with more", "<a href=\"{{help_uri}}#x\">x</a>", "more than the one address"},
    {"address after more", "<a href=\"/x{{help_uri}}\">x</a>", "more than the one address"},
    {"two addresses", "<a href=\"{{help_uri}}{{help_uri}}\">x</a>", "more than the one address"},
    {"form's target", "<form action=\"{{login}}\"></form>", "checked address only"},
    {"button's target", "<button formaction=\"{{login}}\">x</button>", "checked address only"},
    {"image", "<img src=\"{{login}}\">", "checked address only"},
    {"many images", "<img srcset=\"{{help_uri}}\">", "srcset="},
    {"document", "<iframe srcdoc=\"{{login}}\"></iframe>", "srcdoc="},
    {"refresh", "<meta http-equiv=\"refresh\" content=\"0;{{help_uri}}\">", "content="},
    {"script address", "<a href=\"javascript:x()\">x</a>", "javascript:"},
    {"script address, blank before", "<a href=\" JavaScript:x()\">x</a>", "javascript:"},
    {"data address", "<img src='data:image/png;base64,AA'>", "data:"},
    {"unknown name", "<p>{{logn}}</p>", "{{logn}} is unknown on the page \"login\"; it has: lang"},
    {"name of another page", "<p>{{item_title}}</p>", "is unknown"},
    {"unknown section", "{{#wrongg}}<p>x</p>{{/wrongg}}", "is unknown"},
    {"unknown text", "<p>{{t.login.headin}}</p>", "names no text; add login.headin"},
    {"text of another page", "<p>{{t.consent.not_verified}}</p>{{t.overview.secret_in}}",
     "has no text for"},
    {"flag as text", "<p>{{wrong}}</p>", "is a section, not a text"},
    {"app's name among our words", "<p>{{app}} is fine</p>", "write <bdi>{{app}}</bdi>"},
    {"never closed", "{{#wrong}}<p>x</p>", "{{#wrong}} is never ended"},
    {"closed otherwise", "{{#wrong}}<p>x</p>{{/notice}}", "open is {{#wrong}} of line 2"},
    {"closed only", "<p>x</p>{{/wrong}}", "none is open"},
    {"half a tag in a section", "<p {{#wrong}}>x{{/wrong}}", "only half"},
    {"half a quote in a section", "<p class=\"a{{#wrong}}\" id=\"b{{/wrong}}\">", "only half"},
    {"cut name", "<p{{#wrong}}re{{/wrong}}>x</p>", "put a blank before it"},
    {"section around an address", "<a href=\"{{#help_uri}}{{help_uri}}{{/help_uri}}\">x</a>",
     "a section inside href="},
    {"section in no quotes", "<p id=a{{#wrong}}b{{/wrong}}>", "put quotes around id="},
    {"other delimiters", "{{=<% %>=}}<%login%>", "other delimiters"},
    {"nothing named", "<p>{{ }}</p>", "an empty insertion"},
    {"never ended", "<p>{{login</p>", "{{ without }}"},
    {"ends in a tag", "<p class=\"x", "ends inside a tag"},
    {"part in a tag", "<p class=\"{{>stub}}\">", "a part inside a tag"},
    {"lone sign", "<p>1 < 2</p>", "write &lt;"},
};

INSTANTIATE_TEST_SUITE_P(Refused, TemplateRefusal, testing::ValuesIn(kRefused),
                         [](const auto& row) {
                           std::string name;
                           for (const char c : std::string(row.param.what)) {
                             name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           }
                           return name;
                         });

TEST(Template, a_part_that_is_missing_is_named) {
  const auto loaded = load("{{>nothing}}");
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().find("templates/nothing.mustache: there is no such file"),
            std::string::npos);
}

TEST(Template, parts_that_hold_themselves_end) {
  const auto loaded = load("{{>login}}");
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().find("parts go too deep"), std::string::npos) << loaded.error();
}

TEST(Template, bytes_that_are_no_utf8_are_refused) {
  EXPECT_FALSE(load("<p>\xff</p>"));
}

// The same constructs, done right, pass: the check refuses no honest template.
TEST(Template, honest_markup_passes) {
  for (const char* source : {
           "<input value=\"{{login}}\"{{#wrong}} aria-invalid=\"true\"{{/wrong}}>",
           "<p{{#wrong}} class=\"bad\"{{/wrong}}>x</p>",
           "<p class='a{{#wrong}} b{{/wrong}}'>x</p>",
           "{{#help_uri}}<a href=\"{{help_uri}}\" title=\"{{t.login.forgot}}\">x</a>{{/help_uri}}",
           "<p>{{! a remark }}<bdi>{{app}}</bdi></p>",
           "<script src=\"/passkey.js\"></script>",
           "<!-- a remark --><br/><hr />",
           "<textarea name=\"x\">{{login}}</textarea>",
           "<p>{{t.login.who_gets_it}}</p>{{^wrong}}{{>stub}}{{/wrong}}",
       }) {
    const auto loaded = load(source);
    EXPECT_TRUE(loaded) << source << ": " << (loaded ? "" : loaded.error());
  }
}

TEST(Template, words_are_escaped_and_names_in_them_isolated) {
  const auto own = Texts::parse("en",
                                "[a]\nb = \"<i> & {app}, `x` **y**\"\n[layout]\nhelp=\"H\"\n"
                                "privacy=\"P\"")
                       .value();
  const ReadFile read = [](std::string_view path) -> std::optional<std::string> {
    if (path == "templates/layout.mustache") return "<p title=\"{{t.a.b}}\">{{t.a.b}}</p>";
    return std::nullopt;
  };
  const auto pieces = read_page("login", read, own);
  ASSERT_TRUE(pieces) << pieces.error();
  EXPECT_EQ(mustache_of(*pieces, "login", own),
            "<p title=\"&lt;i&gt; &amp; {{app}}, `x` **y**\">"
            "&lt;i&gt; &amp; <bdi>{{app}}</bdi>, <code>x</code> <b>y</b></p>");
}

}  // namespace
}  // namespace grantd::server
