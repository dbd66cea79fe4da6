// What ends with a session, however it ends, and what an app loads by the browser (issue 3: "ending
// a session ends the grants that hang on it, offline ones excepted"; OpenID Connect Front-Channel
// Logout §3; checklists LO-05, RT-17).
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

constexpr std::string_view kDead = "400 invalid_grant";
constexpr std::string_view kBack = "https://app.example/bye";
constexpr std::string_view kFrame = "https://app.example/frame";

class Logout : public Story {
 protected:
  Logout() {
    for (const char* id : {"web", "post"}) {
      house.update_client(id, [](core::Client& client) {
        client.scope = client.scope.united(core::ScopeSet::of({"openid"}));
        client.post_logout_redirect_uris = {core::RedirectUri::parse(kBack).value()};
      });
    }
    offline.scope = "read offline_access";
  }

  // Ada signs in by both apps; then her session ends by `end`. Nobody says what became of it but
  // the tokens.
  void ends_by(std::string_view what, const std::function<void()>& end, bool spares_offline) {
    SCOPED_TRACE(what);
    browser.cookies.clear();
    const Reply first = tokens(bound, browser), second = tokens(offline, browser);
    end();
    EXPECT_EQ(bound.refresh(first.refresh()).gist(), kDead);
    EXPECT_EQ(offline.refresh(second.refresh()).gist(), spares_offline ? "200" : kDead);
  }
  Answer account(Browser& with) {
    const Answer page = with.open("/account");
    return page.page() == "login" ? with.sign_in(page) : page;
  }
  Answer act(Browser& with, Fields fields) {
    fields.insert(fields.begin(), {"form", account(with).input("form")});
    return with.follow(with.post("/account", fields));
  }
  std::string hint(const Fields& more = {}) {
    bound.scope = "openid";
    Fields query{{"id_token_hint", tokens(bound, browser).text("id_token")}};
    query.insert(query.end(), more.begin(), more.end());
    return "/logout?" + encode(query);
  }
  core::SessionId session() { return house.sessions().back().id; }

  App bound{house, "web"};
  App offline{house, "post"};
};

TEST_P(Logout, whatever_ends_a_session_ends_what_hangs_on_it_and_spares_what_is_offline) {
  ends_by("the person signs out", [&] { browser.sign_out(); }, true);
  ends_by("the person ends it on the own page", [&] {
    act(browser, {{"end", oauth::to_text(session())}});
  }, true);
  ends_by("the person ends it from another browser", [&] {
    const core::SessionId here = session();
    Browser other(house);
    account(other);
    act(other, {{"end", oauth::to_text(here)}});
  }, true);
  ends_by("the operator ends it", [&] { house.change(core::EndSession{session()}); }, true);
  ends_by("another person signs in in the same browser", [&] {
    Answer login = browser.open(bound.ask({{"prompt", "login"}}));
    browser.sign_in(login, "bob");
  }, true);
  ends_by("the consent page is told that it is somebody else", [&] {
    browser.not_me(browser.open(bound.ask({{"prompt", "consent"}})));
  }, true);
  ends_by("the app signs the person out by a hint", [&] { browser.get(hint()); }, true);
  bound.scope = "read";
}

TEST_P(Logout, what_ends_a_person_everywhere_ends_what_is_offline_too) {
  ends_by("everywhere", [&] { act(browser, {{"everywhere", "yes"}}); }, false);
  ends_by("a new password by the operator", [&] {
    house.update_user("ada", [](core::User& user) { ++user.counter; });
  }, false);
  ends_by("a new password by the person", [&] {
    act(browser, {{"change", "password"},
                  {"password", std::string(kPassword)},
                  {"new_password", std::string(kPassword)},
                  {"again", std::string(kPassword)}});
  }, false);
}

// ---- Front-Channel Logout

class FrontChannel : public Logout {
 protected:
  FrontChannel() {
    house.update_client("web", [](core::Client& client) {
      client.frontchannel_logout = {std::string(kFrame), true};
    });
  }
  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_P(FrontChannel, the_page_loads_the_app_and_leads_on) {
  const std::string target =
      hint({{"post_logout_redirect_uri", std::string(kBack)}, {"state", "a b"}});
  const std::string sid = oauth::to_text(session());
  const Answer page = browser.get(target);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "<iframe src=\"https://app.example/frame?iss=https%3A%2F%2Fauth."
                             "example&amp;sid=" + sid + "\"")) << page;
  EXPECT_TRUE(has(page.body, "href=\"https://app.example/bye?state=a%20b\"")) << page;
  EXPECT_TRUE(has(page.body, "<script src=\"/continue.js\" defer></script>"));
  const std::string policy = page.field("content-security-policy");
  EXPECT_TRUE(has(policy, "; frame-src https://app.example")) << policy;
  EXPECT_TRUE(has(policy, "; script-src 'self'")) << policy;
  EXPECT_FALSE(has(policy, "https://app.example/"));
  EXPECT_TRUE(house.sessions().back().ended);
  // Asked again there is nobody to load, and it goes on at once.
  EXPECT_EQ(browser.get(target).location(), "https://app.example/bye?state=a%20b");
}

TEST_P(FrontChannel, without_a_place_to_go_on_to_there_is_no_script) {
  const Answer page = browser.get(hint());
  EXPECT_TRUE(has(page.body, "<iframe src=\"https://app.example/frame?iss="));
  EXPECT_FALSE(has(page.body, "<script"));
  EXPECT_FALSE(has(page.field("content-security-policy"), "script-src"));
}

// Only apps that signed the person in by this session are loaded, and only by who signs out.
TEST_P(FrontChannel, loads_no_app_that_the_session_never_met) {
  App other(house, "post");
  other.scope = "openid";
  const Reply there = tokens(other, browser);
  const Answer back = browser.get(
      "/logout?" + encode({{"id_token_hint", there.text("id_token")},
                           {"post_logout_redirect_uri", std::string(kBack)}}));
  EXPECT_EQ(back.location(), kBack);
  const std::string policy = back.field("content-security-policy");
  EXPECT_EQ(policy, "");
}

TEST_P(FrontChannel, the_own_page_loads_the_apps_of_the_session_that_ends) {
  bound.scope = "openid";
  tokens(bound, browser);
  const Answer page = act(browser, {{"end", oauth::to_text(session())}});
  EXPECT_TRUE(has(page.body, "<iframe src=\"https://app.example/frame?iss=")) << page;
  EXPECT_TRUE(has(page.field("content-security-policy"), "; frame-src https://app.example"));
}

GRANTD_PLAY(Logout);
GRANTD_PLAY(FrontChannel);

}  // namespace
}  // namespace grantd::flows
