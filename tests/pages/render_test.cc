// What each page says, for every page, state and language.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <thread>

#include "sample.h"

namespace grantd::server {
namespace {

using Notice = core::LoginPage::Notice;
using Problem = core::ProblemPage::Problem;

PageInput english() {
  PageInput input;
  input.language = "en";
  input.form = "gfo_sealed";
  input.request_id = "7Q4K-M2XD";
  return input;
}

bool has(const std::string& html, std::string_view part) {
  return html.find(part) != std::string::npos;
}

std::string shown(const std::string& html) {
  return sample::visible_text(html);
}

std::string title(const std::string& html) {
  const std::size_t begin = html.find("<title>") + 7;
  return html.substr(begin, html.find("</title>") - begin);
}

std::vector<sample::Rendered> everything(std::string_view language) {
  PagesOptions options = sample::branded();
  auto all = sample::all(*sample::load(options), language);
  options.developer = true;
  for (auto& page : sample::all_developer(*sample::load(options), language)) all.push_back(page);
  return all;
}

int count(const std::string& html, const std::string& pattern) {
  const std::regex expression(pattern);
  return static_cast<int>(std::distance(std::sregex_iterator(html.begin(), html.end(), expression),
                                        std::sregex_iterator()));
}

// WCAG 2.2 §2.4.2, §3.1.1, §1.3.1: a title, a language, one h1 and one main on every page.
TEST(EveryPage, has_title_language_direction_one_heading_and_one_main) {
  for (const std::string language : {"en", "de"}) {
    for (const auto& [name, html] : everything(language)) {
      SCOPED_TRACE(language + "/" + name);
      EXPECT_TRUE(
          html.starts_with("<!doctype html>\n<html lang=\"" + language + "\" dir=\"ltr\">"));
      EXPECT_FALSE(title(html).empty());
      EXPECT_EQ(count(html, "<h1>"), 1);
      EXPECT_EQ(count(html, "<main "), 1);
      EXPECT_TRUE(has(html, "</html>"));
    }
  }
}

TEST(EveryPage, leaves_no_placeholder_and_no_empty_text_in_any_language) {
  for (const std::string language : {"en", "de"}) {
    for (const auto& [name, html] : everything(language)) {
      SCOPED_TRACE(language + "/" + name);
      EXPECT_EQ(count(html, "\\{[a-z_]+\\}"), 0);
      EXPECT_FALSE(has(html, "{{"));
      EXPECT_EQ(count(html, "<(h1|h2|p|li|dt|dd|a|button|label|th|title)( [^>]*)?>\\s*</"), 0);
    }
  }
}

TEST(EveryPage, reads_differently_in_another_language) {
  const auto in_english = everything("en");
  const auto in_german = everything("de");
  ASSERT_EQ(in_english.size(), in_german.size());
  for (std::size_t i = 0; i < in_english.size(); ++i) {
    EXPECT_NE(in_english[i].html, in_german[i].html) << in_english[i].name;
    EXPECT_NE(title(in_english[i].html), title(in_german[i].html)) << in_english[i].name;
  }
}

// XS-07: nothing that the Content-Security-Policy would have to allow as inline, and no script but
// the one file that goes on where a page leads on; frames only where apps hear of a logout.
TEST(EveryPage, carries_no_script_no_inline_style_and_nothing_from_elsewhere) {
  for (const auto& [name, html] : everything("en")) {
    SCOPED_TRACE(name);
    const bool tells = name == "signed-out-apps";
    EXPECT_EQ(count(html, "<style|<object|<embed|<base|http-equiv"), 0);
    EXPECT_EQ(count(html, "<iframe"), tells ? 2 : 0);
    EXPECT_EQ(count(html, "<script"), tells || name == "form-post" ? 1 : 0);
    EXPECT_EQ(count(html, "<script src=\"/continue.js\" defer></script>"), count(html, "<script"));
    EXPECT_EQ(count(html, "<[^>]* (style|on[a-z]+)="), 0);
    EXPECT_EQ(count(html, "(src|href|action)=\"(javascript|data):"), 0);
    EXPECT_EQ(count(html, "<(img|link|script)[^>]*(src|href)=\"[^/]"), 0);
  }
}

TEST(EveryPage, has_ids_once_and_labels_for_each_field) {
  for (const auto& [name, html] : everything("de")) {
    SCOPED_TRACE(name);
    std::set<std::string> ids;
    const std::regex id(" id=\"([^\"]+)\"");
    for (auto it = std::sregex_iterator(html.begin(), html.end(), id); it != std::sregex_iterator();
         ++it) {
      EXPECT_TRUE(ids.insert((*it)[1]).second) << (*it)[1];
    }
    const std::regex target("(for|aria-describedby|aria-labelledby)=\"([^\"]+)\"");
    for (auto it = std::sregex_iterator(html.begin(), html.end(), target);
         it != std::sregex_iterator(); ++it) {
      EXPECT_TRUE(ids.contains((*it)[2])) << (*it)[2];
    }
  }
}

TEST(EveryPage, is_under_30_kb_with_its_stylesheet_which_is_under_14) {
  const auto pages = sample::load(sample::branded());
  const std::size_t style = pages->file("/style.css")->body.size();
  EXPECT_LT(style, 14'000U);
  for (const auto& [name, html] : everything("de")) {
    EXPECT_LT(html.size() + style + pages->file("/mark.svg")->body.size(), 30'000U) << name;
  }
}

TEST(EveryPage, is_the_same_from_many_threads_at_once) {
  const auto pages = sample::load(sample::branded());
  const auto wanted = sample::all(*pages, "en");
  std::vector<std::thread> threads;
  std::vector<int> same(4, 0);
  for (std::size_t i = 0; i < same.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto mine = sample::all(*pages, "en");
      for (std::size_t k = 0; k < mine.size(); ++k) same[i] += mine[k].html == wanted[k].html;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int number : same) EXPECT_EQ(number, static_cast<int>(wanted.size()));
}

// WCAG 2.2 §3.3.1, §3.3.7: told what is wrong, the name is kept, the password is asked anew.
TEST(Login, a_wrong_password_keeps_the_name_empties_the_password_and_says_so_first) {
  const auto pages = sample::load(sample::branded());
  const std::string html = pages->render(core::Page(sample::login(Notice::wrong)), english());
  EXPECT_EQ(title(html), "Error: Sign in to Fernhill");
  EXPECT_LT(html.find("role=\"alert\""), html.find("<form"));
  EXPECT_TRUE(has(html, "That didn’t match"));
  EXPECT_EQ(count(html, "aria-invalid=\"true\" aria-describedby=\"problem\""), 2);
  EXPECT_TRUE(has(html, "required value=\"ada\""));
  EXPECT_EQ(count(html, "<input id=\"password\"[^>]*value"), 0);
  EXPECT_FALSE(has(html, "autofocus"));
}

TEST(Login, posts_the_sealed_form_the_name_and_the_password_to_login) {
  const auto pages = sample::load();
  const std::string html = pages->render(core::Page(sample::login()), english());
  EXPECT_TRUE(has(html, "<form method=\"post\" action=\"/login\">"));
  EXPECT_TRUE(has(html, "<input type=\"hidden\" name=\"form\" value=\"gfo_sealed\">"));
  EXPECT_EQ(count(html, "name=\"(user|password)\""), 2);
  EXPECT_TRUE(has(html, "autocomplete=\"current-password\""));
  EXPECT_EQ(count(html, " autofocus"), 1);
  EXPECT_LT(html.find(" autofocus"), html.find("name=\"password\""));
}

TEST(Login, a_known_name_leaves_the_password_as_the_first_empty_field) {
  const auto pages = sample::load();
  core::LoginPage page = sample::login();
  page.login = "ada";
  const std::string html = pages->render(core::Page(page), english());
  EXPECT_GT(html.find(" autofocus"), html.find("name=\"password\""));
}

TEST(Login, throttled_says_how_long_and_that_nobody_is_locked_out) {
  const auto pages = sample::load(sample::branded());
  core::LoginPage page = sample::login(Notice::throttled);
  const std::string html = pages->render(core::Page(page), english());
  EXPECT_EQ(title(html), "Please wait: Sign in to Fernhill");
  EXPECT_TRUE(has(html, "role=\"status\""));
  EXPECT_TRUE(has(html, "Please wait 30 seconds"));
  EXPECT_FALSE(has(html, "aria-invalid"));
  page.wait = std::chrono::milliseconds(200);
  EXPECT_TRUE(has(pages->render(core::Page(page), english()), "Please wait 1 second<"));
  page.wait = std::chrono::seconds(121);
  EXPECT_TRUE(has(pages->render(core::Page(page), english()), "Please wait 3 minutes"));
}

TEST(Login, help_privacy_and_forgotten_password_are_links_only_where_configured) {
  const std::string without = sample::load()->render(core::Page(sample::login()), english());
  EXPECT_FALSE(has(without, "Forgot it?"));
  EXPECT_FALSE(has(without, ">Help<"));
  EXPECT_EQ(count(without, "<a "), 0);
  const std::string with =
      sample::load(sample::branded())->render(core::Page(sample::login()), english());
  EXPECT_TRUE(has(with, "<a href=\"https://fernhill.example/help\">Forgot it?</a>"));
  EXPECT_TRUE(has(with, "<a href=\"https://fernhill.example/privacy\">Privacy</a>"));
}

TEST(Consent, names_the_app_what_it_asks_where_the_answer_goes_and_how_long) {
  const auto pages = sample::load(sample::branded());
  const std::string html = pages->render(core::Page(sample::consent()), english());
  const std::string text = shown(html);
  EXPECT_TRUE(has(text, "Paperboat asks for more"));
  EXPECT_TRUE(has(text, "Fernhill Library"));
  EXPECT_TRUE(has(text, "See your reading lists allowed before"));
  EXPECT_TRUE(has(text, "Delete lists New Deleted lists can’t be brought back."));
  EXPECT_TRUE(has(html, "https://<b>paperboat.example</b><wbr>/signed-in"));
  EXPECT_TRUE(has(text, "until it is withdrawn"));
  EXPECT_TRUE(has(text, "Signed in as Ada Lindqvist (ada)."));
  EXPECT_FALSE(has(text, "Not verified"));
}

TEST(Consent, the_first_time_marks_nothing_as_new_and_ends_with_the_sign_in) {
  const auto pages = sample::load(sample::branded());
  const std::string text = shown(pages->render(core::Page(sample::first_consent()), english()));
  EXPECT_TRUE(has(text, "Shelfie asks for access"));
  EXPECT_FALSE(has(text, "New"));
  EXPECT_FALSE(has(text, "allowed before"));
  EXPECT_TRUE(has(text, "until you sign out of Fernhill"));
  EXPECT_TRUE(has(text, "a program on this computer"));
  EXPECT_TRUE(has(text, "Fernhill hasn’t checked who makes Shelfie."));
}

// RFC 7591 §2, checklist XS-02: links that strangers chose, and said to be theirs.
TEST(Consent, links_what_a_registered_app_says_of_itself_where_it_is_a_web_page) {
  const auto pages = sample::load(sample::branded());
  core::ConsentPage page = sample::first_consent();
  EXPECT_FALSE(has(shown(pages->render(core::Page(page), english())), "Its own words"));
  page.app.policy_uri = "https://shelfie.example/privacy?a=1&b=2";
  page.app.tos_uri = "javascript:alert(1)";
  const std::string html = pages->render(core::Page(page), english());
  EXPECT_TRUE(has(html, "href=\"https://shelfie.example/privacy?a=1&amp;b=2\""));
  EXPECT_TRUE(has(shown(html), "Shelfie wrote these pages; Fernhill hasn’t read them."));
  EXPECT_FALSE(has(html, "javascript:"));
  EXPECT_FALSE(has(shown(html), "Terms of use"));
}

TEST(Consent, a_private_use_scheme_is_an_app_on_this_device) {
  core::ConsentPage page = sample::first_consent();
  page.app = sample::device_app();
  const std::string html = sample::load()->render(core::Page(page), english());
  EXPECT_TRUE(has(html, "<b>com.example.pocketnotes:</b><wbr>/callback"));
  EXPECT_TRUE(has(shown(html), "an app on this device"));
  EXPECT_FALSE(has(shown(html), "on this computer"));
}

// The order is Deny, Allow; same size, neither preselected; leaving is a third answer.
TEST(Consent, posts_deny_allow_or_switch_and_prefers_none) {
  const std::string html = sample::load()->render(core::Page(sample::first_consent()), english());
  EXPECT_TRUE(has(html, "<form method=\"post\" action=\"/consent\">"));
  EXPECT_EQ(count(html, "<button class=\"btn plain\" name=\"answer\" value=\"(deny|allow)\">"), 2);
  EXPECT_LT(html.find("value=\"deny\""), html.find("value=\"allow\""));
  EXPECT_TRUE(has(html, "name=\"answer\" value=\"switch\""));
  EXPECT_FALSE(has(html, "autofocus"));
}

TEST(Consent, a_scope_without_words_in_the_language_is_shown_in_english_then_by_name) {
  auto resources = std::make_shared<std::vector<core::Resource>>(1);
  resources->front().scopes = {{"notes.read", {{"en", {"See your notes", ""}}}}, {"raw.scope", {}}};
  core::ConsentPage page = sample::first_consent();
  page.keep = resources;
  page.apis = {{"Notes", {{&resources->front().scopes[0]}, {&resources->front().scopes[1]}}}};
  PageInput german = english();
  german.language = "de";
  const std::string text = shown(sample::load()->render(core::Page(page), german));
  EXPECT_TRUE(has(text, "See your notes"));
  EXPECT_TRUE(has(text, "raw.scope"));
  EXPECT_TRUE(has(text, "bittet um Zugriff"));
}

// OpenID Connect Core §5.4: in words of a person, and the page needs no API to read well.
TEST(Consent, says_in_plain_words_what_an_app_learns_about_the_person) {
  const auto pages = sample::load(sample::branded());
  const std::string text = shown(pages->render(core::Page(sample::identity_consent()), english()));
  EXPECT_TRUE(has(text, "Paperboat asks who you are"));
  for (const char* words : {"About you", "Confirm who you are", "See your profile",
                            "See your email address", "See your postal address",
                            "See your phone number"}) {
    EXPECT_TRUE(has(text, words)) << words;
  }
  for (const char* scope : {"openid", "Fernhill Library", "New", "asks for access"}) {
    EXPECT_FALSE(has(text, scope)) << scope;
  }
  PageInput german = english();
  german.language = "de";
  EXPECT_TRUE(has(shown(pages->render(core::Page(sample::identity_consent()), german)),
                  "Ihre E-Mail-Adresse sehen"));
}

TEST(Consent, of_openid_alone_says_how_little_that_is) {
  core::ConsentPage page = sample::identity_consent();
  page.identity = {{"openid"}};
  const std::string text = shown(sample::load()->render(core::Page(page), english()));
  EXPECT_TRUE(has(text, "Confirm who you are It learns that it is you, and nothing more."));
}

TEST(Consent, marks_what_is_new_about_the_person_beside_an_api) {
  core::ConsentPage page = sample::consent();
  page.identity = {{"openid", true}, {"email"}};
  const std::string text = shown(sample::load()->render(core::Page(page), english()));
  EXPECT_TRUE(has(text, "Paperboat asks for more"));
  EXPECT_TRUE(has(text, "Confirm who you are allowed before"));
  EXPECT_TRUE(has(text, "See your email address New"));
  EXPECT_TRUE(has(text, "Fernhill Library"));
}

// RFC 8707 §2.1: which API would be given what.
TEST(Consent, shows_what_is_asked_for_api_by_api) {
  core::ConsentPage page = sample::consent();
  page.apis.push_back({"Fernhill Rooms", {{&page.keep->back().scopes[0]}}});
  const std::string text = shown(sample::load()->render(core::Page(page), english()));
  const std::size_t library = text.find("Fernhill Library"), rooms = text.find("Fernhill Rooms");
  EXPECT_LT(library, text.find("Delete lists"));
  EXPECT_LT(text.find("Delete lists"), rooms);
  EXPECT_LT(rooms, text.find("Book a reading room"));
  EXPECT_NE(text.find("Book a reading room"), text.npos);
}

// With one API its name says nothing that the words do not.
TEST(Account, names_the_apis_of_an_app_that_uses_several) {
  core::AccountPage page = sample::account();
  const std::string text = shown(sample::load()->render(core::Page(page), english()));
  const std::size_t library = text.find("Fernhill Library"), rooms = text.find("Fernhill Rooms");
  EXPECT_LT(text.find("About you"), library);
  EXPECT_LT(library, text.find("Delete lists"));
  EXPECT_LT(text.find("Delete lists"), rooms);
  EXPECT_LT(rooms, text.find("Book a reading room"));
  page.apps.erase(page.apps.begin());
  EXPECT_FALSE(has(shown(sample::load()->render(core::Page(page), english())), "Fernhill"));
}

// OAuth 2.0 Form Post Response Mode §2: hidden fields, the very address, a button without script.
TEST(FormPost, posts_the_answer_to_the_app_and_shows_a_button) {
  const auto pages = sample::load(sample::branded());
  const std::string html = pages->render(sample::form_post(), english());
  EXPECT_TRUE(has(html, "<form method=\"post\" "
                        "action=\"https://paperboat.example/signed-in?tenant=1\">"));
  EXPECT_TRUE(has(html, "<input type=\"hidden\" name=\"code\" value=\"gac_1AAAA\">"));
  EXPECT_TRUE(has(html, "<input type=\"hidden\" name=\"state\" value=\"af0ifjsldkj\">"));
  EXPECT_EQ(count(html, "<input "), 3);
  EXPECT_TRUE(has(shown(html), "Continue to Paperboat"));
  EXPECT_TRUE(has(shown(html), "Back to Paperboat"));
}

// OpenID Connect Front-Channel Logout §2, §3.
TEST(SignedOut, loads_the_apps_unseen_and_leads_on) {
  const auto pages = sample::load(sample::branded());
  const std::string html =
      pages->render(core::Page(sample::signed_out_apps()), english());
  const std::string rest =
      " title=\"\" sandbox=\"allow-scripts allow-same-origin\" hidden></iframe>";
  EXPECT_TRUE(has(html, "<iframe src=\"https://paperboat.example/frame?a=1&amp;"
                        "iss=https%3A%2F%2Fid.example&amp;sid=UVFR\"" + rest));
  EXPECT_TRUE(has(html, "<iframe src=\"https://notes.example/frame\"" + rest));
  EXPECT_TRUE(has(html, "id=\"next\" href=\"https://paperboat.example/bye?state=a%20b\""));
  EXPECT_TRUE(has(shown(html), "You are signed out"));
  EXPECT_TRUE(has(shown(html), "Continue to Paperboat"));
  const std::string plain = pages->render(core::Page(core::SignedOutPage{}), english());
  EXPECT_EQ(count(plain, "<iframe|<script|id=\"next\""), 0);
}

TEST(Logout, asks_and_posts_the_sealed_form) {
  const auto pages = sample::load(sample::branded());
  const std::string html =
      pages->render(core::Page(core::LogoutPage{"Ada Lindqvist", "ada"}), english());
  EXPECT_TRUE(has(html, "<form method=\"post\" action=\"/logout\">"));
  EXPECT_TRUE(has(html, "value=\"gfo_sealed\""));
  EXPECT_TRUE(has(shown(html), "You are signed in as Ada Lindqvist (ada)."));
}

// A stranger's page names no client, no address, no rule.
TEST(Problem, a_stranger_sees_the_number_and_none_of_the_reasons) {
  const auto pages = sample::load(sample::branded());
  const std::vector<core::Reason> reasons = sample::reasons();
  PageInput input = english();
  input.reasons = &reasons;
  const std::string html =
      pages->render(core::Page(core::ProblemPage{Problem::bad_return_address, {}}), input);
  EXPECT_EQ(title(html), "This link doesn’t lead back to the app: Fernhill");
  EXPECT_TRUE(has(html, "<code>7Q4K-M2XD</code>"));
  for (const char* hidden : {"demo-web", "127.0.0.1", "RFC", "return_address", "redirect_uri"}) {
    EXPECT_FALSE(has(html, hidden)) << hidden;
  }
}

TEST(Problem, says_when_to_come_back) {
  const auto pages = sample::load();
  core::ProblemPage page{Problem::unavailable, std::chrono::seconds(5)};
  EXPECT_TRUE(has(pages->render(core::Page(page), english()), "Try again in 5 seconds."));
  page.retry_after = {};
  EXPECT_TRUE(has(pages->render(core::Page(page), english()), "Try again in 1 minute."));
}

std::string developer_page(const std::vector<core::Reason>& reasons, Problem problem) {
  PagesOptions options = sample::branded();
  options.developer = true;
  PageInput input = english();
  input.reasons = &reasons;
  return sample::load(options)->render(core::Page(core::ProblemPage{problem, {}}), input);
}

TEST(Developer, marks_and_counts_the_first_character_that_differs) {
  const std::string html = developer_page(sample::reasons(), Problem::bad_return_address);
  EXPECT_TRUE(has(html, "<code>http://127.0.0.1:9091/callback</code>"));
  EXPECT_TRUE(has(html, "<code>http://127.0.0.1:9091/callback<mark>/</mark></code>"));
  EXPECT_TRUE(has(shown(html), "at character 31: expected the end, found a slash"));
  EXPECT_TRUE(
      has(html, "<pre><code>redirect_uri=http%3A%2F%2F127.0.0.1%3A9091%2Fcallback</code></pre>"));
  EXPECT_TRUE(has(html, "RFC 9700 §2.1, RFC 6749 §4.1.2.1"));
  EXPECT_TRUE(has(html, "<code>authorize/return_address</code>"));
  EXPECT_TRUE(has(shown(html), "The request names the client demo-web, which is registered."));
}

TEST(Developer, counts_characters_not_bytes_and_shows_what_cannot_be_seen) {
  std::vector<core::Reason> reasons = sample::reasons();
  reasons.back().expected = "Büro";
  reasons.back().found = "Bü\u200bro";
  const std::string html = developer_page(reasons, Problem::bad_request);
  EXPECT_TRUE(has(html, "at character 3: expected “r”, found “\\u{200B}”")) << shown(html);
  EXPECT_TRUE(has(html, "<code>Bü<mark>\\u{200B}</mark>ro</code>"));
}

TEST(Developer, without_reasons_shows_what_a_stranger_sees) {
  const std::vector<core::Reason> none;
  const std::string html = developer_page(none, Problem::unknown_app);
  EXPECT_TRUE(has(html, "We don’t know this app"));
}

TEST(Overview, shows_people_apps_commands_as_they_are_typed) {
  const std::string html = sample::load()->render(sample::overview(), english());
  EXPECT_TRUE(has(html, "<a class=\"btn\" href=\"http://127.0.0.1:9091/start\">"));
  EXPECT_TRUE(has(html, "<td><code>correct horse</code></td>"));
  EXPECT_TRUE(has(shown(html), "printf %s \"$verifier\""));
  EXPECT_TRUE(has(shown(html), "The secret of demo-web is in ./grantd-dev/demo-web.secret."));
  EXPECT_TRUE(has(html, "-binary |\n  base64"));
}

TEST(Demo, explains_each_claim_and_leads_out_again) {
  const auto pages = sample::load(sample::branded());
  const std::string html = pages->render(sample::demo(DemoPage::Kind::signed_in), english());
  const std::string text = shown(html);
  EXPECT_TRUE(has(text, "Water the ferns on Monday"));
  EXPECT_TRUE(has(text, "iss http://127.0.0.1:9090 Who made the token."));
  EXPECT_TRUE(has(text, "exp 1795359202 2026-11-22T14:53:22Z When it ends."));
  EXPECT_TRUE(has(text, "The permission it came from."));
  EXPECT_TRUE(has(text, "shoe_size 38 Something more that Fernhill says."));
  EXPECT_TRUE(has(html, "href=\"http://127.0.0.1:9090/logout\""));
  EXPECT_TRUE(has(html, "href=\"/start\""));
}

TEST(Demo, a_refusal_is_no_failure_and_any_other_error_is_explained) {
  const auto pages = sample::load();
  DemoPage page = sample::demo(DemoPage::Kind::failed);
  EXPECT_TRUE(has(pages->render(page, english()), "You said no"));
  page.error = "invalid_grant";
  EXPECT_TRUE(has(pages->render(page, english()), "The code was used already"));
  page.error = "never_heard_of";
  const std::string text = shown(pages->render(page, english()));
  EXPECT_TRUE(has(text, "That didn’t work"));
  EXPECT_TRUE(has(text, "never_heard_of"));
}

}  // namespace
}  // namespace grantd::server
