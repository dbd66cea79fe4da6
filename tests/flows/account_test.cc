// The person's own page: what is ended, withdrawn, narrowed and changed there holds at the next
// use of any token. Issue 3; checklists LG-13, CN-07, LG-09, CWE-352.
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

constexpr std::string_view kNew = "battery staple and a horse";

class Account : public Story {
 protected:
  App app{house, "web"};
  App native{house, "native"};

  Answer signed_in(Browser& with) {
    Answer page = with.open("/account");
    if (page.page() == "login") page = with.sign_in(page);
    EXPECT_EQ(page.status, 200) << page;
    EXPECT_EQ(page.page(), "account") << page;
    return page;
  }
  // Presses a button of the page, goes where it leads.
  Answer act(Browser& with, const Answer& page, Fields fields) {
    fields.insert(fields.begin(), {"form", page.input("form")});
    return with.follow(with.post("/account", fields));
  }
  static bool says(const Answer& page, std::string_view text) {
    return page.body.find(text) != std::string::npos;
  }
  static Fields new_password(std::string_view present, std::string_view next) {
    return {{"change", "password"},
            {"password", std::string(present)},
            {"new_password", std::string(next)},
            {"again", std::string(next)}};
  }
};

// The login that leads here is the one of all other ways, and nothing is written before it.
TEST_P(Account, begins_with_a_login_that_belongs_to_no_app) {
  const Rows before = house.rows();
  const Answer page = browser.open("/account");
  EXPECT_EQ(page.page(), "login");
  EXPECT_FALSE(says(page, "class=\"stub\"")) << "no app asks";
  EXPECT_EQ(house.rows(), before);
  const Answer wrong = browser.sign_in(page, "ada", "wrong");
  EXPECT_TRUE(wrong.says_wrong());
  EXPECT_EQ(wrong.input("user"), "ada");
  const Answer in = browser.press(wrong, {{"user", "ada"}, {"password", std::string(kPassword)}});
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(in.location(), "/account");
  EXPECT_EQ(browser.follow(in).page(), "account");
}

// LG-09: whatever address is sent along, the way ends here.
TEST_P(Account, leads_to_no_other_address) {
  for (const std::string evil : {"//evil.example", "https://evil.example/", "/\\evil.example"}) {
    Browser victim(house);
    const Answer page = victim.get("/account?return_to=" + encode({{"", evil}}).substr(1) +
                                   "&said=x&redirect_uri=https%3A%2F%2Fevil.example");
    ASSERT_EQ(page.page(), "login");
    EXPECT_FALSE(says(page, "evil"));
    const Answer in = victim.press(page, {{"user", "ada"},
                                          {"password", std::string(kPassword)},
                                          {"return_to", evil},
                                          {"redirect_uri", evil}});
    EXPECT_EQ(in.location(), "/account") << evil;
  }
}

// OAuth 2.1 §7.10, LG-17: a form of another browser signs nobody in.
TEST_P(Account, login_form_is_bound_to_its_browser) {
  Browser attacker(house);
  const Answer theirs = attacker.open("/account");
  browser.open("/account");
  const Answer fresh = browser.sign_in(theirs);
  EXPECT_EQ(fresh.page(), "login");
  EXPECT_TRUE(fresh.has_notice());
  EXPECT_EQ(house.rows().sessions, 0U);
  EXPECT_EQ(browser.sign_in(fresh).page(), "account");
}

TEST_P(Account, keeps_the_language_that_was_chosen) {
  const Answer page = browser.open("/account?ui_locales=de");
  EXPECT_TRUE(says(page, "lang=\"de\""));
  EXPECT_TRUE(says(browser.sign_in(page), "Ihr Konto"));
}

// CN-07, ASVS 10.7.3: the refresh token dies at its next use; the other app's lives.
TEST_P(Account, withdrawing_ends_that_app_s_tokens_alone) {
  const Reply mine = tokens(app, browser);
  const Reply others = tokens(native, browser);
  const Answer page = signed_in(browser);
  EXPECT_TRUE(says(page, "The app web"));
  EXPECT_TRUE(says(page, "app.example"));
  const Answer after = act(browser, page, {{"withdraw", "web"}});
  EXPECT_TRUE(after.has_notice());
  EXPECT_FALSE(says(after, "The app web"));
  EXPECT_TRUE(says(after, "The app native"));
  EXPECT_EQ(app.refresh(mine.refresh()).gist(), "400 invalid_grant");
  EXPECT_EQ(native.refresh(others.refresh()).gist(), "200");
  EXPECT_EQ(act(browser, page, {{"withdraw", "web"}}).status, 200) << "twice is the same";
  EXPECT_EQ(browser.open(app.ask()).page(), "consent") << "it asks anew";
}

// DESIGN §1.2, 7: the effective scope is grant ∩ consent ∩ client.
TEST_P(Account, narrowing_takes_scopes_and_offline_access_away) {
  app.scope = "read write offline_access";
  const Reply given = tokens(app, browser);
  EXPECT_EQ(app.refresh(given.refresh()).text("scope"), "offline_access read write");
  Answer page = signed_in(browser);
  const auto seen = [&] { return page.input("seen"); };
  page = act(browser, page, {{"narrow", "web"}, {"seen", seen()}, {"keep", "read"},
                             {"keep", "offline_access"}});
  EXPECT_TRUE(page.has_notice());
  EXPECT_EQ(app.refresh(given.refresh()).text("scope"), "offline_access read");
  page = act(browser, page, {{"narrow", "web"}, {"seen", seen()}, {"keep", "read"}});
  EXPECT_EQ(app.refresh(given.refresh()).gist(), "400 invalid_grant") << "it was for offline use";
  EXPECT_EQ(browser.open(app.ask()).page(), "consent") << "what was taken is asked for anew";
}

TEST_P(Account, ends_another_browser_s_sign_in) {
  Browser other(house);
  const Reply there = tokens(app, other);
  const Answer page = signed_in(browser);
  const Answer after = act(browser, page, {{"end", page.input("end")}});
  EXPECT_TRUE(after.has_notice());
  EXPECT_EQ(after.input("end"), "") << "none is left but this one";
  EXPECT_EQ(other.open("/account").page(), "login");
  EXPECT_EQ(app.refresh(there.refresh()).gist(), "400 invalid_grant");
  EXPECT_EQ(browser.open("/account").page(), "account");
}

TEST_P(Account, signs_out_everywhere_at_once) {
  Browser other(house);
  app.scope = "read offline_access";
  const Reply there = tokens(app, other);
  const Answer out = act(browser, signed_in(browser), {{"everywhere", "yes"}});
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(out.page(), "");
  EXPECT_FALSE(browser.cookies.contains("__Host-grantd-session"));
  EXPECT_EQ(app.refresh(there.refresh()).gist(), "400 invalid_grant") << "offline ones too";
  EXPECT_EQ(other.open("/account").page(), "login");
  EXPECT_EQ(browser.open("/account").page(), "login");
}

// LG-13, ASVS 7.4.3.
TEST_P(Account, a_new_password_ends_all_but_this_browser) {
  Browser other(house);
  const Reply there = tokens(app, other);
  const Reply here = tokens(native, browser);
  const std::string before = browser.cookies["__Host-grantd-session"];
  Answer page = signed_in(browser);

  page = act(browser, page, new_password("wrong", kNew));
  EXPECT_TRUE(says(page, "aria-invalid=\"true\""));
  page = act(browser, page, new_password(kPassword, "short"));
  EXPECT_TRUE(says(page, "aria-invalid=\"true\""));
  EXPECT_EQ(other.open("/account").page(), "account") << "nothing was changed yet";

  page = act(browser, page, new_password(kPassword, kNew));
  EXPECT_TRUE(page.has_notice()) << page;
  EXPECT_NE(browser.cookies["__Host-grantd-session"], before);
  EXPECT_EQ(browser.open("/account").page(), "account") << "this browser stays signed in";
  const Answer out = other.open("/account");
  ASSERT_EQ(out.page(), "login");
  EXPECT_EQ(app.refresh(there.refresh()).gist(), "400 invalid_grant");
  EXPECT_EQ(native.refresh(here.refresh()).gist(), "400 invalid_grant");
  EXPECT_TRUE(other.sign_in(out, "ada", kPassword).says_wrong());
  EXPECT_EQ(other.sign_in(out, "ada", kNew).page(), "account");
}

// EN-04: who sits at somebody's browser cannot guess the password here without end.
TEST_P(Account, guessing_the_present_password_is_slowed) {
  Answer page = signed_in(browser);
  for (int i = 0; i < 10; ++i) {
    page = act(browser, page, new_password("guess", kNew));
    ASSERT_EQ(page.status, 200) << i;
  }
  page = act(browser, page, new_password(kPassword, kNew));
  EXPECT_EQ(page.status, 429);
  EXPECT_NE(page.field("retry-after"), "");
  house.wait(seconds(30));
  EXPECT_TRUE(act(browser, page, new_password(kPassword, kNew)).has_notice());
}

// CWE-352: another person's form, one from before the login, none at all.
TEST_P(Account, forms_of_others_do_nothing) {
  Browser attacker(house);
  const Answer theirs = attacker.sign_in(attacker.open("/account"), "bob");
  tokens(app, browser);
  signed_in(browser);
  for (const std::string& form : {theirs.input("form"), std::string(), std::string("gmf_AAAA")}) {
    const Answer answer =
        browser.post("/account", {{"form", form}, {"withdraw", "web"}, {"everywhere", "yes"}});
    EXPECT_EQ(answer.status, 303);
    EXPECT_EQ(browser.follow(answer).page(), "account");
  }
  EXPECT_EQ(house.consents().size(), 1U);
  EXPECT_EQ(house.user("ada").counter, 1U);
}

GRANTD_PLAY(Account);

// DESIGN §4: off means absent.
TEST(AccountOff, is_absent_where_it_is_off) {
  House house(Deployment::in_process, {.off = {"account"}});
  Browser browser(house);
  EXPECT_EQ(browser.get("/account").status, 404);
}

}  // namespace
}  // namespace grantd::flows
