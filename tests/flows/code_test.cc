// The code in wrong hands, at the wrong time, too often.
#include <map>
#include <mutex>
#include <thread>

#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

class Code : public Story {
 protected:
  static Fields with(Fields form, std::string_view name, std::string value) {
    for (auto& [each, old] : form) {
      if (each == name) old = std::move(value);
    }
    return form;
  }
};

// CO-01, RFC 6749 §4.1.2: a second use is refused and ends what the first one issued.
TEST_P(Code, replay_revokes_what_the_code_gave) {
  App app(house, "web");
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  const Reply first = app.token(form);
  ASSERT_EQ(first.gist(), "200") << first;
  EXPECT_EQ(app.refresh(first.refresh()).gist(), "200");
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
  EXPECT_EQ(app.refresh(first.refresh()).gist(), "400 invalid_grant");
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
  ASSERT_EQ(house.grants().size(), 1U);
  EXPECT_EQ(house.grants().front().state, core::GrantState::revoked);
}

// RFC 6749 §4.1.2, §10.5: one of a hundred wins, and the others end it.
TEST_P(Code, a_hundred_parallel_exchanges_give_one_success_and_a_revoked_grant) {
  App app(house, "web");
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  std::mutex mutex;
  std::map<std::string, int> seen;
  std::string refresh_token;
  {
    std::vector<std::jthread> rush;
    for (int i = 0; i < 100; ++i) {
      rush.emplace_back([&] {
        const Reply reply = app.token(form);
        const std::lock_guard lock(mutex);
        ++seen[reply.gist()];
        if (!reply.refresh().empty()) refresh_token = reply.refresh();
      });
    }
  }
  EXPECT_EQ(seen, (std::map<std::string, int>{{"200", 1}, {"400 invalid_grant", 99}}));
  ASSERT_EQ(house.grants().size(), 1U);
  EXPECT_EQ(house.grants().front().state, core::GrantState::revoked);
  EXPECT_EQ(app.refresh(refresh_token).gist(), "400 invalid_grant");
}

// RFC 7636 §4.6, DESIGN §1.2, 3: a wrong verifier burns the code; the right one comes too late.
TEST_P(Code, wrong_verifier_burns) {
  for (const std::string_view id : {"web", "spa"}) {
    App app(house, std::string(id));
    Browser fresh(house);
    const Fields form = app.exchange_form(fresh.walk(app.ask()));
    const std::string wrong(43, 'x');
    EXPECT_EQ(app.token(with(form, "code_verifier", wrong)).gist(), "400 invalid_grant") << id;
    EXPECT_EQ(app.token(form).gist(), "400 invalid_grant") << id;
  }
}

// RFC 9700 §4.8.2: a verifier where no challenge was sent is a downgrade.
TEST_P(Code, verifier_without_a_challenge_is_refused) {
  App app(house, "classic");
  app.pkce = false;
  Fields form = app.exchange_form(browser.walk(app.ask()));
  form.emplace_back("code_verifier", app.verifier);
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
}

// CO-04, RFC 6749 §4.1.3.
TEST_P(Code, other_redirect_uri_is_refused) {
  App app(house, "native");
  app.redirect_uri = "http://127.0.0.1:49152/cb";
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  EXPECT_EQ(app.token(with(form, "redirect_uri", "http://127.0.0.1:49153/cb")).gist(),
            "400 invalid_grant");
}

// RFC 6749 §4.1.3: a code is its own client's. Another client can neither use nor burn nor end it.
TEST_P(Code, foreign_client_gets_nothing_and_breaks_nothing) {
  App app(house, "web");
  App thief(house, "other");
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  EXPECT_EQ(thief.token(form).gist(), "400 invalid_grant");
  const Reply reply = app.token(form);
  EXPECT_EQ(reply.gist(), "200");
  EXPECT_EQ(thief.token(form).gist(), "400 invalid_grant");
  EXPECT_EQ(thief.refresh(reply.refresh()).gist(), "400 invalid_grant");
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "200");
}

// CO-06: 60 seconds. An expired code is only refused: it ends nothing.
TEST_P(Code, expired_code_is_refused_and_ends_nothing) {
  App app(house, "web");
  const Fields late = app.exchange_form(browser.walk(app.ask()));
  house.wait(seconds(60));
  EXPECT_EQ(app.token(late).gist(), "400 invalid_grant");

  const Fields form = app.exchange_form(browser.walk(app.ask()));
  house.wait(seconds(59));
  const Reply reply = app.token(form);
  ASSERT_EQ(reply.gist(), "200") << reply;
  house.wait(hours(1));
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "200");
}

// RFC 6749 §4.1.2.1: denied goes back to the app, and nothing is remembered.
TEST_P(Code, denied) {
  App app(house, "web");
  const Answer consent = browser.sign_in(browser.open(app.ask()));
  house.wait(seconds(1));
  const Rows before = house.rows();
  const Answer back = browser.deny(consent);
  EXPECT_EQ(back.parameter("error"), "access_denied");
  EXPECT_EQ(back.parameter("state"), app.state);
  EXPECT_EQ(back.parameter("iss"), kIssuer);
  EXPECT_EQ(back.parameter("code"), "");
  EXPECT_EQ(house.rows(), before);
  EXPECT_EQ(browser.open(app.ask()).page(), "consent");
}

// A button that the page does not have is no Allow.
TEST_P(Code, no_answer_counts_as_denied) {
  App app(house, "web");
  const Answer consent = browser.sign_in(browser.open(app.ask()));
  EXPECT_EQ(browser.press(consent, {}).parameter("error"), "access_denied");
}

// CO-10: whatever the code stands on dies before the exchange.
TEST_P(Code, dies_with_what_it_stands_on) {
  App app(house, "web");
  const auto exchange_after = [&](const auto& happens) {
    Browser fresh(house);
    const Fields form = app.exchange_form(fresh.walk(app.ask()));
    happens(fresh);
    return app.token(form).gist();
  };
  const std::string dead = "400 invalid_grant";
  // CO-17: logout of the session before the exchange.
  EXPECT_EQ(exchange_after([&](Browser& fresh) { fresh.sign_out(); }), dead);
  EXPECT_EQ(exchange_after([&](Browser&) { house.withdraw_consent("ada", "web"); }), dead);
  EXPECT_EQ(exchange_after([&](Browser&) {
              house.update_user("ada", [](core::User& user) { ++user.counter; });
            }),
            dead);
  EXPECT_EQ(exchange_after([&](Browser&) {
              house.update_client("web", [](core::Client& client) { ++client.counter; });
            }),
            dead);
  EXPECT_EQ(exchange_after([](Browser&) {}), "200");
  // The last one: the sweep takes the consent to the app that is gone, perhaps while a page shows
  // what it knew of it, and then that is asked once more.
  const core::Client as_it_was = house.client("web");
  EXPECT_EQ(exchange_after([&](Browser&) {
              house.delete_client("web");
              house.recreate_client(as_it_was);
            }),
            dead);
  Browser fresh(house);
  Answer answer = fresh.sign_in(fresh.open(app.ask()));
  EXPECT_EQ(answer.page(), "consent");
  for (int n = 0; n < 2 && answer.page() == "consent"; ++n) answer = fresh.allow(answer);
  EXPECT_EQ(app.exchange(answer).gist(), "200");
}

// CO-17 for offline access: a code needs its live session.
TEST_P(Code, offline_code_dies_with_its_session_too) {
  App app(house, "web");
  app.scope = "read offline_access";
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  browser.sign_out();
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
}

GRANTD_PLAY(Code);

// Sealed by a key that is unknown here: another process may just have made it. Where the store
// cannot tell, that is nobody's fault, and what was published goes on being served.
TEST(Unreadable, version_makes_no_token_invalid) {
  House elsewhere{Deployment::in_process};
  Browser there(elsewhere);
  App theirs(elsewhere, "web");
  const Reply sealed_there = theirs.exchange(there.walk(theirs.ask()));
  ASSERT_EQ(sealed_there.gist(), "200") << sealed_there;

  std::atomic<bool> unreadable{false};
  House house{Deployment::in_process, {.faults = [&](store::StoreCall call) {
                return unreadable && call == store::StoreCall::configuration
                           ? store::Fault::unavailable
                           : store::Fault::none;
              }}};
  Browser browser(house);
  App app(house, "web");
  EXPECT_EQ(app.refresh(sealed_there.refresh()).gist(), "400 invalid_grant");
  const Answer keys = browser.get("/jwks");
  EXPECT_EQ(keys.status, 200);
  unreadable = true;
  const Reply reply = app.refresh(sealed_there.refresh());
  EXPECT_EQ(reply.status, 503) << reply;
  EXPECT_TRUE(reply.fields.find("retry-after"));
  EXPECT_EQ(browser.get("/jwks").body, keys.body);
}

// What is sealed outlives the process; what was used stays used.
class Restart : public testing::Test {
 protected:
  House house{Deployment::on_sqlite};
  Browser browser{house};
  App app{house, "web"};
};

// DESIGN §1.2, 2: the code is sealed, not stored.
TEST_F(Restart, between_authorize_and_token_the_code_works_once) {
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  house.restart();
  const Reply reply = app.token(form);
  EXPECT_EQ(reply.gist(), "200") << reply;
  house.restart();
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "400 invalid_grant");
}

TEST_F(Restart, session_consent_and_refresh_token_stand) {
  const Reply reply = app.exchange(browser.walk(app.ask()));
  house.restart();
  EXPECT_NE(browser.get(app.ask()).parameter("code"), "");
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "200");
}

TEST_F(Restart, an_open_login_page_and_an_open_consent_page_go_on) {
  const Answer login = browser.open(app.ask());
  house.restart();
  const Answer consent = browser.sign_in(login);
  ASSERT_EQ(consent.page(), "consent") << consent;
  house.restart();
  EXPECT_EQ(app.exchange(browser.allow(consent)).gist(), "200");
}

// DESIGN "Time": the clock set back ten minutes and the server restarted: nothing is issued; set
// right again, the code is still dead.
TEST_F(Restart, a_clock_set_back_brings_no_code_back_to_life) {
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  EXPECT_EQ(app.token(form).gist(), "200");
  house.wait(minutes(-10));
  house.restart();
  EXPECT_EQ(app.token(form).gist(), "503 temporarily_unavailable");
  house.wait(minutes(8));  // two minutes slow: within what is tolerated
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
}

}  // namespace
}  // namespace grantd::flows
