// The refresh token's life (DESIGN §1.2, 4 and 7).
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

class Refresh : public Story {};

const std::string kDead = "400 invalid_grant";

// RFC 9700 §4.14.2: a public client's token is replaced at each use.
TEST_P(Refresh, public_client_rotates) {
  App app(house, "spa");
  std::string token = tokens(app, browser).refresh();
  for (int i = 0; i < 3; ++i) {
    house.wait(minutes(10));
    const Reply reply = app.refresh(token);
    ASSERT_EQ(reply.gist(), "200") << reply;
    EXPECT_NE(reply.refresh(), token);
    EXPECT_EQ(*claims_of(house, reply.access()).find_string("scope"), "read");
    token = reply.refresh();
  }
}

// RT-15: a lost answer. The same token again within 60 s gives a working successor; nothing is
// written, and nobody is taken for a thief.
TEST_P(Refresh, honest_retry_gives_a_working_successor) {
  App app(house, "spa");
  const std::string first = tokens(app, browser).refresh();
  const Reply lost = app.refresh(first);
  house.wait(seconds(59));
  const Rows before = house.rows();
  const Reply again = app.refresh(first);
  ASSERT_EQ(again.gist(), "200") << again;
  EXPECT_EQ(house.rows(), before);
  // Both answers hold the same generation: either goes on, and then the other is the one before.
  const Reply next = app.refresh(again.refresh());
  EXPECT_EQ(next.gist(), "200");
  EXPECT_EQ(app.refresh(lost.refresh()).gist(), "200");
  house.wait(minutes(5));
  EXPECT_EQ(app.refresh(next.refresh()).gist(), "200");
}

// RT-01: after the window a replaced token is a theft: the whole family dies.
TEST_P(Refresh, late_reuse_revokes) {
  App app(house, "spa");
  const std::string first = tokens(app, browser).refresh();
  const Reply second = app.refresh(first);
  house.wait(seconds(60));
  EXPECT_EQ(app.refresh(first).gist(), kDead);
  EXPECT_EQ(app.refresh(second.refresh()).gist(), kDead);
  EXPECT_EQ(house.grants().front().state, core::GrantState::revoked);
}

// RT-10: three rotations inside one second, then the first token.
TEST_P(Refresh, three_rotations_then_the_first_revokes) {
  App app(house, "spa");
  const std::string first = tokens(app, browser).refresh();
  std::string token = first;
  for (int i = 0; i < 3; ++i) token = app.refresh(token).refresh();
  EXPECT_EQ(app.refresh(first).gist(), kDead);
  EXPECT_EQ(app.refresh(token).gist(), kDead);
}

// RFC 9700 §2.2.2: a confidential client's token is bound to it, and stays; a refresh writes
// nothing.
TEST_P(Refresh, confidential_client_does_not_rotate) {
  App app(house, "web");
  const std::string token = tokens(app, browser).refresh();
  house.wait(minutes(30));
  const Rows before = house.rows();
  for (int i = 0; i < 3; ++i) {
    const Reply reply = app.refresh(token);
    EXPECT_EQ(reply.gist(), "200") << reply;
    EXPECT_EQ(reply.refresh(), token);
  }
  EXPECT_EQ(house.rows(), before);
}

// RT-06, RFC 6749 §6: without the client's secret it is worth nothing.
TEST_P(Refresh, confidential_client_must_authenticate) {
  App app(house, "web");
  const std::string token = tokens(app, browser).refresh();
  App nobody(house, "spa");
  EXPECT_EQ(nobody.refresh(token).gist(), kDead);
  Browser bare(house);
  const Answer answer = bare.post(
      "/token",
      {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "web"}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_NE(answer.field("www-authenticate"), "");
}

// RT-05: narrower for once; the original stays, and never more than it.
TEST_P(Refresh, narrower_scope_then_the_original_again) {
  for (const std::string_view id : {"web", "spa"}) {
    App app(house, std::string(id));
    app.scope = "read write";
    const Reply first = tokens(app, browser);
    const Reply narrow = app.refresh(first.refresh(), "read");
    EXPECT_EQ(narrow.text("scope"), "read") << narrow;
    EXPECT_EQ(*claims_of(house, narrow.access()).find_string("scope"), "read");
    const Reply whole = app.refresh(narrow.refresh());
    EXPECT_EQ(whole.text("scope"), "read write") << whole;
    EXPECT_EQ(app.refresh(whole.refresh(), "read view").gist(), "400 invalid_scope");
    EXPECT_EQ(app.refresh(whole.refresh(), "read write").gist(), "200");
  }
}

// RT-09: 180 days, however often it is used.
TEST_P(Refresh, offline_grant_ends_absolutely) {
  App app(house, "spa");
  app.scope = "read offline_access";
  std::string token = tokens(app, browser).refresh();
  for (int day = 0; day + 20 < 180; day += 20) {
    house.wait(20 * kDay);
    const Reply reply = app.refresh(token);
    ASSERT_EQ(reply.gist(), "200") << day;
    token = reply.refresh();
  }
  house.wait(20 * kDay);
  EXPECT_EQ(app.refresh(token).gist(), kDead);
}

// 30 days without use end an offline grant; each use counts anew.
TEST_P(Refresh, offline_grant_ends_when_idle) {
  App app(house, "web");
  app.scope = "read offline_access";
  const std::string token = tokens(app, browser).refresh();
  house.wait(29 * kDay);
  EXPECT_EQ(app.refresh(token).gist(), "200");
  house.wait(29 * kDay);
  EXPECT_EQ(app.refresh(token).gist(), "200");
  house.wait(30 * kDay);
  EXPECT_EQ(app.refresh(token).gist(), kDead);
}

// RT-17: what is bound to the session goes with it, what is offline stays.
TEST_P(Refresh, session_end_kills_what_is_bound_to_it_alone) {
  App bound(house, "web");
  App offline(house, "post");
  offline.scope = "read offline_access";
  const std::string with_session = tokens(bound, browser).refresh();
  const std::string without = tokens(offline, browser).refresh();
  browser.sign_out();
  EXPECT_EQ(bound.refresh(with_session).gist(), kDead);
  EXPECT_EQ(offline.refresh(without).gist(), "200");
}

// LG-11: the session's idle limit (24 h) and absolute end (14 d) are those of what is bound to it.
TEST_P(Refresh, session_limits_hold_for_what_is_bound_to_it) {
  App app(house, "web");
  const std::string idle = tokens(app, browser).refresh();
  house.wait(hours(24));
  EXPECT_EQ(app.refresh(idle).gist(), kDead);
  EXPECT_EQ(browser.open(app.ask()).page(), "login");

  const std::string token = tokens(app, browser).refresh();
  for (int step = 0; step < 14 * 24 / 12 - 1; ++step) {
    house.wait(hours(12));
    ASSERT_EQ(browser.get(app.ask()).status, 303) << step;  // the person keeps using it
    ASSERT_EQ(app.refresh(token).gist(), "200") << step;
  }
  house.wait(hours(12));
  EXPECT_EQ(app.refresh(token).gist(), kDead);
  EXPECT_EQ(browser.open(app.ask()).page(), "login");
}

// DESIGN §1.2, 7: death is for good. A consent given anew is another one.
TEST_P(Refresh, consent_withdrawn_and_given_anew_brings_nothing_back) {
  App app(house, "web");
  const std::string old = tokens(app, browser).refresh();
  house.withdraw_consent("ada", "web");
  EXPECT_EQ(app.refresh(old).gist(), kDead);
  const Answer consent = browser.open(app.ask());
  ASSERT_EQ(consent.page(), "consent");
  const Reply anew = app.exchange(browser.allow(consent));
  EXPECT_EQ(app.refresh(anew.refresh()).gist(), "200");
  EXPECT_EQ(app.refresh(old).gist(), kDead);
}

// RT-07, LG-12: disabled ends sessions and grants at once, enabled again brings none back.
TEST_P(Refresh, user_disabled_and_enabled_brings_nothing_back) {
  App app(house, "web");
  app.scope = "read offline_access";
  const std::string old = tokens(app, browser).refresh();
  house.update_user("ada", [](core::User& user) {
    user.disabled = true;
    ++user.counter;
  });
  EXPECT_EQ(app.refresh(old).gist(), kDead);
  const Answer login = browser.open(app.ask());
  ASSERT_EQ(login.page(), "login");
  EXPECT_TRUE(browser.sign_in(login).says_wrong());  // the right password of a disabled person
  house.update_user("ada", [](core::User& user) { user.disabled = false; });
  EXPECT_EQ(app.refresh(old).gist(), kDead);
  EXPECT_EQ(browser.open(app.ask()).page(), "login");
  EXPECT_EQ(app.refresh(tokens(app, browser).refresh()).gist(), "200");
}

// RT-08: the client is disabled, loses the grant type, has all its tokens revoked, is made anew.
TEST_P(Refresh, ends_with_the_client) {
  App app(house, "web");
  app.scope = "read offline_access";
  const std::string first = tokens(app, browser).refresh();
  house.update_client("web", [](core::Client& client) { client.disabled = true; });
  EXPECT_EQ(app.refresh(first).gist(), "401 invalid_client");
  house.update_client("web", [](core::Client& client) {
    client.disabled = false;
    client.grant_types = {core::GrantType::authorization_code};
  });
  EXPECT_EQ(app.refresh(first).gist(), "400 unauthorized_client");
  house.update_client("web", [](core::Client& client) {
    client.grant_types.push_back(core::GrantType::refresh_token);
    ++client.counter;  // grantd client revoke-tokens
  });
  EXPECT_EQ(app.refresh(first).gist(), kDead);

  const std::string second = tokens(app, browser).refresh();
  EXPECT_EQ(app.refresh(second).gist(), "200");
  const core::Client as_it_was = house.client("web");
  house.delete_client("web");
  EXPECT_EQ(app.refresh(second).gist(), "401 invalid_client");
  house.recreate_client(as_it_was);
  EXPECT_EQ(app.refresh(second).gist(), kDead);
  // Another app now bears the name: what the person allowed was not given to it.
  EXPECT_EQ(browser.open(app.ask()).page(), "consent");
}

// DESIGN §1.2, 7: grant ∩ consent ∩ client, as they are now.
TEST_P(Refresh, scope_taken_from_the_client_is_gone_from_its_grants) {
  App app(house, "web");
  app.scope = "read write";
  const std::string token = tokens(app, browser).refresh();
  house.update_client("web", [](core::Client& client) {
    client.scope = core::ScopeSet::parse("read").value();
  });
  EXPECT_EQ(app.refresh(token).text("scope"), "read");
}

// RFC 7009 §2.1: revoking the refresh token ends the grant.
TEST_P(Refresh, revoke_endpoint_ends_the_grant) {
  App app(house, "web");
  App thief(house, "other");
  const Reply reply = tokens(app, browser);
  EXPECT_EQ(thief.revoke(reply.refresh()).gist(), "400 invalid_grant");
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "200");
  EXPECT_EQ(app.revoke(reply.refresh()).gist(), "200");
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), kDead);
  EXPECT_EQ(app.revoke(reply.refresh()).gist(), "200");  // §2.2: as good as revoked
  EXPECT_EQ(app.revoke("no-such-token").gist(), "200");
}

// RFC 7009 §2: a single access token is remembered as revoked; the grant goes on.
TEST_P(Refresh, revoke_endpoint_ends_one_access_token) {
  App app(house, "web");
  App thief(house, "other");
  const Reply reply = tokens(app, browser);
  const Json claims = claims_of(house, reply.access());
  const auto jti = oauth::parse_id<core::TokenId>(*claims.find_string("jti"));
  ASSERT_TRUE(jti.has_value());
  EXPECT_EQ(thief.revoke(reply.access()).gist(), "400 invalid_grant");
  EXPECT_FALSE(house.is_revoked(*jti));
  EXPECT_EQ(app.revoke(reply.access()).gist(), "200");
  EXPECT_TRUE(house.is_revoked(*jti));
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "200");
}

GRANTD_PLAY(Refresh);

}  // namespace
}  // namespace grantd::flows
