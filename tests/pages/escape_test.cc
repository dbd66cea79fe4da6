// What others chose (names, addresses, what was typed) is shown as text, and never does anything.
#include <gtest/gtest.h>

#include "grantd/base/encoding.h"
#include "grantd/server/pages_view.h"
#include "sample.h"

namespace grantd::server {
namespace {

constexpr const char* kHostile[] = {
    "<img src=x onerror=alert(1)>",      "\"><script>alert(1)</script>", "'><svg onload=alert(1)>",
    "</title><script>alert(1)</script>", "{{{form}}}{{&form}}{{#app}}",  "&lt;script&gt;",
};

// Every place on a page that an app, a person or a request fills.
std::vector<sample::Rendered> filled_with(const Pages& pages, const std::string& hostile) {
  core::LoginPage login = sample::login(core::LoginPage::Notice::wrong);
  login.app->name = hostile;
  login.app->place.host_port = hostile;
  login.login = hostile;
  core::ConsentPage consent = sample::consent();
  consent.app = login.app.value();
  consent.app.place.path_query = hostile;
  consent.person_name = consent.person_login = hostile;
  auto resources = std::make_shared<std::vector<core::Resource>>(1);
  resources->front().scopes = {{hostile, {{"en", {hostile, hostile}}}}};
  consent.keep = resources;
  consent.apis = {{hostile, {{&resources->front().scopes[0]}}}};
  core::AccountPage account = sample::account();
  account.person_name = account.person_login = account.person_email = hostile;
  account.apps[0].app = consent.app;
  account.apps[0].apis = {{hostile, {&resources->front().scopes[0]}}, {hostile, {}}};
  DemoPage demo = sample::demo(DemoPage::Kind::failed);
  demo.error = demo.error_description = hostile;
  DemoPage signed_in = sample::demo(DemoPage::Kind::signed_in);
  signed_in.notes = {hostile};
  signed_in.token = {{hostile, hostile}};
  signed_in.api_request = signed_in.app_name = signed_in.issuer_name = hostile;
  std::vector<core::Reason> reasons = {
      {hostile, hostile, hostile, hostile, hostile + "x", {hostile}}};
  reasons.push_back(reasons.front());
  PageInput input;
  input.language = "en";
  input.form = hostile;
  input.request_id = hostile;
  input.language_switch = hostile;
  input.reasons = &reasons;
  using core::Page;
  using core::ProblemPage;
  return {
      {"login", pages.render(Page(login), input)},
      {"consent", pages.render(Page(consent), input)},
      {"logout", pages.render(Page(core::LogoutPage{hostile, hostile}), input)},
      {"account", pages.render(Page(account), input)},
      {"problem", pages.render(Page(ProblemPage{ProblemPage::Problem::unknown_app, {}}), input)},
      {"demo-failed", pages.render(demo, input)},
      {"demo-signed-in", pages.render(signed_in, input)},
  };
}

// XS-01, XS-09; OWASP ASVS 1.2.1.
TEST(Escaping, markup_in_names_addresses_and_input_is_shown_as_text_on_every_page) {
  PagesOptions options;
  for (const bool developer : {false, true}) {
    options.developer = developer;
    const auto pages = sample::load(options);
    for (const char* hostile : kHostile) {
      for (const auto& [name, html] : filled_with(*pages, hostile)) {
        SCOPED_TRACE(name + " with " + hostile);
        EXPECT_EQ(html.find("<script"), std::string::npos);
        EXPECT_EQ(html.find("<img"), std::string::npos);
        EXPECT_EQ(html.find("<svg onload"), std::string::npos);
        EXPECT_EQ(html.find(hostile), std::string::npos);
        EXPECT_NE(html.find(html_escape(hostile)), std::string::npos);
      }
    }
  }
}

// XS-01: the reader sees the very characters, so nothing is silently swallowed either.
TEST(Escaping, a_name_with_markup_is_readable_as_it_was_chosen) {
  const auto pages = sample::load();
  core::ConsentPage page = sample::first_consent();
  page.app.name = "A & B <Books> \"x\" 'y'";
  PageInput input;
  input.language = "en";
  const std::string html = pages->render(core::Page(page), input);
  EXPECT_NE(sample::visible_text(html).find("A & B <Books> \"x\" 'y' asks for access"),
            std::string::npos);
  EXPECT_NE(html.find("<bdi>A &amp; B &lt;Books&gt; &quot;x&quot; &#39;y&#39;</bdi>"),
            std::string::npos);
}

// OAuth 2.0 Form Post Response Mode §2, XS-01: a state of the app's is an attribute's value, its
// bytes unchanged, and an address with a quote stays within its own.
TEST(Escaping, a_posted_answer_is_escaped_and_unchanged) {
  const auto pages = sample::load();
  PageInput input;
  input.language = "en";
  for (const char* hostile : kHostile) {
    FormPostPage page = sample::form_post();
    page.app.name = hostile;
    page.to = oauth::RedirectUri::parse("https://paperboat.example/it's?a=b&c=d").value();
    page.fields = {{"state", hostile}};
    const std::string html = pages->render(page, input);
    EXPECT_EQ(html.find(hostile), std::string::npos) << hostile;
    EXPECT_NE(html.find("name=\"state\" value=\"" + html_escape(hostile) + "\">"),
              std::string::npos)
        << hostile;
    EXPECT_NE(html.find("action=\"https://paperboat.example/it&#39;s?a=b&amp;c=d\">"),
              std::string::npos);
  }
}

// XS-01: what was typed comes back inside the quotes of its attribute.
TEST(Escaping, what_was_typed_cannot_leave_its_attribute) {
  const auto pages = sample::load();
  core::LoginPage page = sample::login(core::LoginPage::Notice::wrong);
  page.login = "\" autofocus onfocus=alert(1) x=\"";
  PageInput input;
  input.language = "en";
  const std::string html = pages->render(core::Page(page), input);
  EXPECT_NE(html.find("value=\"&quot; autofocus onfocus=alert(1) x=&quot;\""), std::string::npos);
}

// XS-09: bidirectional controls, zero-width characters, controls, fillers.
TEST(ShownName, drops_what_is_unseen_or_turns_the_order_of_the_text) {
  EXPECT_EQ(shown_name("Bank\u202egnp.exe"), "Bankgnp.exe");
  EXPECT_EQ(shown_name("Pay\u200bPal\ufeff\u2060"), "PayPal");
  EXPECT_EQ(shown_name("\u2066a\u2069\u200f\u061c"), "a");
  EXPECT_EQ(shown_name("line\r\none\ttwo"), "line one two");
  EXPECT_EQ(shown_name(std::string("a\0b\x1b[31m", 8)), "ab[31m");
  EXPECT_EQ(shown_name("tag\U000e0041\u00adged"), "tagged");
  EXPECT_EQ(shown_name("  much   room \u00a0\u3000"), "much room");
  EXPECT_EQ(shown_name("\u3164\u2800\u115f"), "");
}

TEST(ShownName, keeps_names_of_every_script) {
  EXPECT_EQ(shown_name("Zoë Ångström"), "Zoë Ångström");
  EXPECT_EQ(shown_name("李小龍"), "李小龍");
  EXPECT_EQ(shown_name("שרה כהן"), "שרה כהן");
  EXPECT_EQ(shown_name("नमिता 📚"), "नमिता 📚");
}

// XS-09: bytes that are no UTF-8 become one sign each and swallow nothing after them.
TEST(ShownName, makes_broken_utf8_harmless) {
  EXPECT_EQ(shown_name("a\xff<b"), "a\xef\xbf\xbd<b");
  EXPECT_EQ(shown_name("a\xc3"), "a\xef\xbf\xbd");
  EXPECT_TRUE(is_utf8(shown_name("\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf")));
}

TEST(ShownName, is_cut_to_64_characters_not_bytes) {
  std::string name;
  for (int i = 0; i < 64; ++i) name += "é";
  EXPECT_EQ(shown_name(name), name);
  const std::string cut = shown_name(name + "e");
  EXPECT_EQ(characters(cut).size(), 64U);
  EXPECT_TRUE(cut.ends_with("é…"));
  EXPECT_LE(characters(shown_name(std::string(1'000'000, 'x'))).size(), 64U);
}

// XS-01: an app cannot be nameless to hide who asks; its place stands in.
TEST(ShownName, an_invisible_app_name_is_replaced_by_where_the_answer_goes) {
  const auto pages = sample::load();
  core::ConsentPage page = sample::first_consent();
  page.app = sample::web_app();
  page.app.name = "\u200b\u202e";
  PageInput input;
  input.language = "en";
  const std::string text = sample::visible_text(pages->render(core::Page(page), input));
  EXPECT_NE(text.find("paperboat.example asks for access"), std::string::npos);
}

// XS-02: links are https, http on loopback, or our own paths.
TEST(PageUrl, takes_only_what_a_page_may_link_to) {
  for (const char* good : {"https://a.example", "https://a.example/help?x=1&y=2#z", "/logout",
                           "/authorize?client_id=a&ui_locales=de", "http://127.0.0.1:9091/start",
                           "http://localhost", "http://[::1]:8080/x"}) {
    EXPECT_TRUE(PageUrl::parse(good)) << good;
  }
  for (const char* bad :
       {"", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "//evil.example",
        "/\\evil.example", "http://evil.example", "http://127.0.0.1.evil.example",
        "http://localhost@evil.example/", "https://", "https://user@evil.example/",
        "ftp://a.example", "https://a.example/\" onclick=x", "https://a.example/ x",
        " https://a.example", "page", "https:a.example", "/a\nb", "/{{form}}"}) {
    EXPECT_FALSE(PageUrl::parse(bad)) << bad;
  }
  EXPECT_FALSE(PageUrl::parse("/" + std::string(5000, 'a')));
}

}  // namespace
}  // namespace grantd::server
