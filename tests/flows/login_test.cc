// What people do at the login and consent pages: slips, back, reload, two tabs, another person.
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

class People : public Story {
 protected:
  App app{house, "web"};
};

TEST_P(People, wrong_password_then_the_right_one) {
  Answer page = browser.open(app.ask());
  page = browser.sign_in(page, "ada", "wrong");
  EXPECT_EQ(page.status, 200);
  ASSERT_EQ(page.page(), "login");
  EXPECT_TRUE(page.says_wrong());
  EXPECT_EQ(page.input("user"), "ada");
  EXPECT_EQ(page.input("password"), "");
  EXPECT_EQ(app.exchange(browser.allow(browser.sign_in(page))).gist(), "200");
}

// EN-01: unknown user and wrong password read the same, byte for byte but for the typed name and
// what is drawn anew.
TEST_P(People, unknown_user_reads_as_a_wrong_password) {
  const Answer page = browser.open(app.ask());
  const auto shown = [&](std::string_view user) {
    Answer answer = browser.sign_in(page, user, "wrong");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.says_wrong());
    EXPECT_EQ(answer.input("user"), user);
    std::string body = answer.body;
    const auto blank = [&](std::string_view before) {
      const std::size_t at = body.find(before);
      if (at != std::string::npos) body.erase(at, body.find('"', at + before.size()) - at);
    };
    blank("name=\"form\" value=\"");
    blank("required value=\"");
    blank("resume=");
    return body;
  };
  EXPECT_EQ(shown("ada"), shown("eve"));
}

// EN-04: ten wrong passwords, then each further try must wait, the right one too; nobody is locked
// out for good, and the person's own known browser is counted apart (EN-05).
TEST_P(People, guessing_is_slowed_and_the_owner_still_gets_in) {
  tokens(app, browser);  // this browser is known from now on
  browser.sign_out();

  Browser guesser(house);
  Answer page = guesser.open(app.ask());
  for (int i = 0; i < 10; ++i) {
    page = guesser.sign_in(page, "ada", "guess");
    ASSERT_EQ(page.status, 200) << i;
  }
  page = guesser.sign_in(page);
  EXPECT_EQ(page.status, 429);
  EXPECT_NE(page.field("retry-after"), "");
  EXPECT_TRUE(page.has_notice());
  EXPECT_EQ(page.input("user"), "ada");

  EXPECT_EQ(browser.walk(app.ask()).status, 303);

  house.wait(seconds(30));
  EXPECT_NE(guesser.sign_in(page).parameter("code"), "");
}

// A form that stood open too long: the name stays, the form is fresh, and nothing is lost.
TEST_P(People, expired_form_keeps_the_name_and_gives_a_fresh_form) {
  const Answer old = browser.open(app.ask());
  house.wait(minutes(30));
  const Answer fresh = browser.sign_in(old);
  EXPECT_EQ(fresh.status, 200);
  ASSERT_EQ(fresh.page(), "login");
  EXPECT_TRUE(fresh.has_notice());
  EXPECT_FALSE(fresh.says_wrong());
  EXPECT_EQ(fresh.input("user"), "ada");
  EXPECT_EQ(app.exchange(browser.allow(browser.sign_in(fresh))).gist(), "200");
}

TEST_P(People, expired_consent_form_asks_once_more) {
  const Answer old = browser.sign_in(browser.open(app.ask()));
  house.wait(minutes(30));
  const Answer again = browser.allow(old);
  ASSERT_EQ(again.page(), "consent") << again;
  EXPECT_EQ(house.rows().consents, 0U);
  EXPECT_EQ(app.exchange(browser.allow(again)).gist(), "200");
}

// Back to the login page after the login, and sent once more: it goes on and checks nothing.
TEST_P(People, back_button_after_login) {
  const Answer login = browser.open(app.ask());
  browser.sign_in(login);
  const Rows before = house.rows();
  const Answer consent = browser.sign_in(login, "ada", "not even the right password");
  ASSERT_EQ(consent.page(), "consent") << consent;
  EXPECT_EQ(house.rows(), before);
  EXPECT_EQ(app.exchange(browser.allow(consent)).gist(), "200");
}

// LG-07: sent again after the flow is finished: the person is signed in, so the request goes on as
// any other would; another code, no other session, and the first code stays used.
TEST_P(People, login_form_posted_when_signed_in_already) {
  const Answer login = browser.open(app.ask());
  const Fields first = app.exchange_form(browser.allow(browser.sign_in(login)));
  EXPECT_EQ(app.token(first).gist(), "200");
  const Answer back = browser.sign_in(login);
  EXPECT_NE(back.parameter("code"), "");
  EXPECT_EQ(house.rows().sessions, 1U);
  EXPECT_EQ(app.token(first).gist(), "400 invalid_grant");
}

// Reload after Allow: posted twice it means the same.
TEST_P(People, reload_after_posting_the_consent) {
  const Answer consent = browser.sign_in(browser.open(app.ask()));
  const Answer first = browser.allow(consent);
  const std::vector<core::Consent> before = house.consents();
  const Answer second = browser.allow(consent);
  EXPECT_NE(second.parameter("code"), "");
  ASSERT_EQ(house.consents().size(), 1U);
  EXPECT_EQ(house.consents().front().id, before.front().id);
  EXPECT_EQ(house.consents().front().version, before.front().version);
  EXPECT_EQ(app.exchange(first).gist(), "200");
  EXPECT_EQ(app.exchange(second).gist(), "200");
}

// A consent withdrawn since the page was shown is not brought back by the old page.
TEST_P(People, consent_form_of_before_a_withdrawal_asks_anew) {
  tokens(app, browser);
  app.scope = "read write";
  const Answer old = browser.open(app.ask());
  house.withdraw_consent("ada", "web");
  const Answer anew = browser.allow(old);
  EXPECT_EQ(anew.page(), "consent") << anew;
}

// LG-15: two tabs, two apps, one browser: each page names and serves its own app.
TEST_P(People, two_tabs_with_two_apps) {
  App second(house, "other");
  const Answer login_one = browser.open(app.ask());
  const Answer login_two = browser.open(second.ask());
  const Answer consent_one = browser.sign_in(login_one);
  const Answer consent_two = browser.sign_in(login_two, "ada", "whatever");
  ASSERT_EQ(consent_one.page(), "consent");
  ASSERT_EQ(consent_two.page(), "consent");
  EXPECT_NE(consent_one.body.find("The app web"), std::string::npos);
  EXPECT_EQ(consent_one.body.find("The app other"), std::string::npos);
  EXPECT_NE(consent_two.body.find("The app other"), std::string::npos);
  EXPECT_EQ(consent_two.body.find("The app web"), std::string::npos);

  const Answer back_two = browser.allow(consent_two);
  const Answer back_one = browser.allow(consent_one);
  EXPECT_EQ(app.token(second.exchange_form(back_two)).gist(), "400 invalid_grant");
  EXPECT_EQ(app.exchange(back_one).gist(), "200");
  EXPECT_EQ(second.exchange(back_two).gist(), "200");
  EXPECT_EQ(house.rows().sessions, 1U);
}

// LG-14: "Not you?" ends the session; nothing of the one is the other's.
TEST_P(People, not_you_signs_the_other_person_in) {
  App mine(house, "post");
  const Reply of_ada = tokens(mine, browser);
  const Answer consent = browser.open(app.ask());
  ASSERT_EQ(consent.page(), "consent");
  const Answer login = browser.not_me(consent);
  ASSERT_EQ(login.page(), "login");
  EXPECT_EQ(mine.refresh(of_ada.refresh()).gist(), "400 invalid_grant");  // bound to the session

  const Answer of_bob = browser.sign_in(login, "bob");
  ASSERT_EQ(of_bob.page(), "consent");
  EXPECT_NE(of_bob.body.find("Bob"), std::string::npos);
  EXPECT_EQ(of_bob.body.find("Ada"), std::string::npos);
  const Reply reply = app.exchange(browser.allow(of_bob));
  EXPECT_EQ(*claims_of(house, reply.access()).find_string("sub"),
            oauth::to_text(house.user("bob").id));
}

// CN-01: a consent form of ada's session does nothing in bob's.
TEST_P(People, consent_form_of_another_session_does_nothing) {
  const Answer of_ada = browser.sign_in(browser.open(app.ask()));
  const Answer login = browser.not_me(of_ada);
  browser.sign_in(login, "bob");
  const Answer asked = browser.allow(of_ada);
  EXPECT_EQ(asked.page(), "consent") << asked;
  EXPECT_EQ(house.rows().consents, 0U);
}

// LG-17, OAuth 2.1 §7.10: an attacker's login form, with the attacker's own credentials, in the
// victim's browser: no session; the victim gets a fresh form.
TEST_P(People, login_form_of_another_browser_signs_nobody_in) {
  Browser attacker(house);
  const Answer bait = attacker.open(app.ask());
  browser.open(app.ask());  // the victim has a binding of his own
  const Answer fresh = browser.sign_in(bait, "bob");
  ASSERT_EQ(fresh.page(), "login") << fresh;
  EXPECT_TRUE(fresh.has_notice());
  EXPECT_EQ(house.rows().sessions, 0U);
  Browser blank(house);
  EXPECT_EQ(blank.sign_in(bait, "bob").page(), "login");
  EXPECT_EQ(house.rows().sessions, 0U);
}

// LG-06, LG-10: a step that is skipped leads back to the login, a cookie that is changed is none.
TEST_P(People, a_changed_session_cookie_is_no_session) {
  tokens(app, browser);
  std::string& cookie = browser.cookies.at("__Host-grantd-session");
  cookie.back() = cookie.back() == 'A' ? 'Q' : 'A';
  EXPECT_EQ(browser.open(app.ask()).page(), "login");
  cookie.resize(cookie.size() / 2);
  EXPECT_EQ(browser.open(app.ask()).page(), "login");
}

// LG-08, LG-06: hidden fields cannot be changed, and pages of ours cannot be asked for directly.
TEST_P(People, an_altered_form_is_refused_without_a_trace) {
  const Answer login = browser.open(app.ask());
  const Rows before = house.rows();
  std::string form = login.input("form");
  form[form.size() / 2] = form[form.size() / 2] == 'A' ? 'B' : 'A';
  const std::string password(kPassword);
  const Answer refused =
      browser.post("/login", {{"form", form}, {"user", "ada"}, {"password", password}});
  EXPECT_EQ(refused.status, 403);
  for (const std::string_view path : {"/login", "/consent"}) {
    EXPECT_EQ(browser.get(path).status, 403) << path;
    EXPECT_EQ(browser.post(path, {}).status, 403) << path;
  }
  EXPECT_EQ(browser.get("/authorize?resume=grs_forged").status, 400);
  EXPECT_EQ(house.rows(), before);
}

// LG-10, ASVS 7.4: signed out is signed out, for a cookie that somebody kept too.
TEST_P(People, logout_ends_the_session_for_kept_cookies_too) {
  tokens(app, browser);
  Browser kept(house);
  kept.cookies = browser.cookies;
  EXPECT_EQ(browser.sign_out().status, 200);
  EXPECT_EQ(browser.cookies.count("__Host-grantd-session"), 0U);
  EXPECT_EQ(kept.open(app.ask()).page(), "login");
  EXPECT_EQ(browser.open(app.ask()).page(), "login");
}

// CSRF: /logout asked for by GET, or by a form of another's, ends nothing.
TEST_P(People, logout_needs_the_form_of_this_session) {
  tokens(app, browser);
  EXPECT_EQ(browser.get("/logout").page(), "logout");
  EXPECT_EQ(browser.follow(browser.post("/logout", {{"x", "1"}})).page(), "logout");
  EXPECT_EQ(browser.get(app.ask()).status, 303);
}

// LG-12, DESIGN §1.2, 7: "sign out everywhere".
TEST_P(People, signed_out_everywhere) {
  Browser phone(house);
  tokens(app, browser);
  tokens(app, phone);
  house.update_user("ada", [](core::User& user) { ++user.counter; });
  EXPECT_EQ(browser.open(app.ask()).page(), "login");
  EXPECT_EQ(phone.open(app.ask()).page(), "login");
}

// AZ-13, OpenID Connect Core §3.1.2.1: prompt=login is met by a new login alone, and the token
// tells when that was.
TEST_P(People, prompt_login_asks_though_signed_in) {
  tokens(app, browser);
  house.wait(minutes(1));
  Answer login = browser.open(app.ask({{"prompt", "login"}}));
  ASSERT_EQ(login.page(), "login") << login;
  login = browser.sign_in(login, "ada", "wrong");
  ASSERT_EQ(login.page(), "login") << login;
  EXPECT_TRUE(login.says_wrong());
  const Reply reply = app.exchange(browser.sign_in(login));
  ASSERT_EQ(reply.gist(), "200") << reply;
  EXPECT_EQ(*claims_of(house, reply.access()).find_int("auth_time"), to_seconds(house.now()));
}

// LG-14: who is asked anew may be another person; what was bound to the first session ends.
TEST_P(People, another_person_answers_prompt_login) {
  const std::string of_ada = tokens(app, browser).refresh();
  const Answer login = browser.open(app.ask({{"prompt", "login"}}));
  const Answer consent = browser.sign_in(login, "bob");
  ASSERT_EQ(consent.page(), "consent") << consent;
  const Reply reply = app.exchange(browser.allow(consent));
  EXPECT_EQ(*claims_of(house, reply.access()).find_string("sub"),
            oauth::to_text(house.user("bob").id));
  EXPECT_EQ(app.refresh(of_ada).gist(), "400 invalid_grant");
}

// AZ-14: max_age.
TEST_P(People, max_age_asks_where_the_login_is_older) {
  tokens(app, browser);
  house.wait(minutes(10));
  EXPECT_EQ(browser.open(app.ask({{"max_age", "601"}})).status, 303);
  EXPECT_EQ(browser.open(app.ask({{"max_age", "600"}})).page(), "login");
  const Answer login = browser.open(app.ask({{"max_age", "0"}}));
  ASSERT_EQ(login.page(), "login");
  EXPECT_EQ(app.exchange(browser.sign_in(login)).gist(), "200");
}

// OpenID Connect Core §3.1.2.1: prompt=consent asks though it was allowed.
TEST_P(People, prompt_consent_asks_though_allowed) {
  tokens(app, browser);
  const Answer consent = browser.open(app.ask({{"prompt", "consent"}}));
  ASSERT_EQ(consent.page(), "consent") << consent;
  EXPECT_EQ(app.exchange(browser.allow(consent)).gist(), "200");
}

// DESIGN §1.2, 7: the page named one app; another that took its name since gets no consent by it.
TEST_P(People, consent_form_of_an_app_made_anew_does_nothing) {
  const Answer old = browser.sign_in(browser.open(app.ask()));
  const core::Client as_it_was = house.client("web");
  house.delete_client("web");
  house.recreate_client(as_it_was);
  const Answer anew = browser.allow(old);
  EXPECT_EQ(anew.page(), "consent") << anew;
  EXPECT_EQ(house.rows().consents, 0U);
}

GRANTD_PLAY(People);

}  // namespace
}  // namespace grantd::flows
