// The code flow when everybody behaves, in its variants.
#include "grantd/oauth/form.h"
#include "grantd/server/passwords.h"
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

class HappyPath : public Story {};

// RFC 6749 §4.1, RFC 7636, RFC 9068 §2.2: each step seen by the one who takes it.
TEST_P(HappyPath, confidential_client_with_basic_and_pkce) {
  App app(house, "web");
  const Answer login = browser.open(app.ask());
  EXPECT_EQ(login.status, 200);
  ASSERT_EQ(login.page(), "login");
  const Answer consent = browser.sign_in(login);
  EXPECT_EQ(consent.status, 200);
  ASSERT_EQ(consent.page(), "consent");
  EXPECT_NE(consent.body.find("The app web"), std::string::npos);
  const Answer back = browser.allow(consent);
  EXPECT_TRUE(back.location().starts_with(std::string(kAppUri) + "?")) << back;

  const Reply reply = app.exchange(back);
  ASSERT_EQ(reply.gist(), "200") << reply;
  EXPECT_EQ(reply.text("token_type"), "Bearer");
  EXPECT_EQ(reply.text("scope"), "read");
  EXPECT_EQ(*reply.json.find_int("expires_in"), 900);
  EXPECT_TRUE(reply.refresh().starts_with("grt_"));
  EXPECT_EQ(*reply.fields.find("cache-control"), "no-store");  // RFC 6749 §5.1

  const Json claims = claims_of(house, reply.access());
  EXPECT_EQ(*claims.find_string("iss"), kIssuer);
  EXPECT_EQ(*claims.find_string("sub"), oauth::to_text(house.user("ada").id));
  EXPECT_EQ(*claims.find_string("aud"), "https://notes.example");
  EXPECT_EQ(*claims.find_string("client_id"), "web");
  EXPECT_EQ(*claims.find_string("scope"), "read");
  EXPECT_EQ(*claims.find_int("iat"), to_seconds(house.now()));
  EXPECT_EQ(*claims.find_int("exp"), to_seconds(house.now()) + 900);
  EXPECT_EQ(*claims.find_int("auth_time"), to_seconds(house.now()));
}

// RFC 6749 §2.3.1: the secret in the body.
TEST_P(HappyPath, confidential_client_with_post_and_pkce) {
  App app(house, "post");
  EXPECT_EQ(tokens(app, browser).text("scope"), "read");
}

// CA-03, CA-06, RFC 6749 §2.3.1: a secret that was imported, and two live ones during a rotation.
TEST_P(HappyPath, imported_secret_and_a_second_one_beside_it) {
  App app(house, "post");
  house.update_client("post", [](core::Client& client) {
    const std::string hash = server::hash_password(Secret(std::string_view("post-secret")), {8, 1});
    client.secrets = {{.sha256 = sha256("the next one")}, {.sha256 = {}, .argon2id = hash}};
  });
  const Reply reply = tokens(app, browser);
  EXPECT_EQ(app.refresh(reply.refresh()).gist(), "200");
  Browser bare(house);
  const auto refresh_with = [&](const std::string& secret) {
    return bare
        .post("/token", {{"grant_type", "refresh_token"},
                         {"refresh_token", reply.refresh()},
                         {"client_id", "post"},
                         {"client_secret", secret}})
        .status;
  };
  EXPECT_EQ(refresh_with("the next one"), 200);
  EXPECT_EQ(refresh_with("a guess"), 401);
  EXPECT_EQ(refresh_with(""), 401);
}

// RFC 9700 §2.1.1: the classic server-side app, expressly marked: a secret alone, no state.
TEST_P(HappyPath, classic_client_without_pkce_and_without_state) {
  App app(house, "classic");
  app.pkce = false;
  app.sends_state = false;
  const Answer back = browser.walk(app.ask());
  EXPECT_EQ(back.location().find("state"), std::string::npos);
  EXPECT_EQ(app.exchange(back).gist(), "200");
}

// RFC 8252 §7.3: the port of a loopback address may be any.
TEST_P(HappyPath, public_client_with_pkce_on_any_loopback_port) {
  App app(house, "native");
  for (const std::string uri : {"http://127.0.0.1:49152/cb", "http://[::1]:50001/cb"}) {
    app.redirect_uri = uri;
    EXPECT_EQ(tokens(app, browser).text("scope"), "read") << uri;
  }
  app.redirect_uri = "http://127.0.0.1:49152/other";
  const Answer page = browser.open(app.ask());
  EXPECT_EQ(page.status, 400);
  EXPECT_EQ(page.location(), "");
}

// RFC 8252 §7.1.
TEST_P(HappyPath, public_client_with_a_scheme_of_its_own) {
  App app(house, "mobile");
  const Answer back = browser.walk(app.ask());
  EXPECT_TRUE(back.location().starts_with("com.example.app:/cb?")) << back;
  EXPECT_EQ(app.exchange(back).gist(), "200");
}

// RFC 6749 §3.3: scope left out is the client's default.
TEST_P(HappyPath, default_scope) {
  App app(house, "web");
  app.scope = "";
  EXPECT_EQ(tokens(app, browser).text("scope"), "read");
}

// RFC 6749 §3.1.2.3: one is registered, so it may be left out.
TEST_P(HappyPath, redirect_uri_left_out) {
  App app(house, "web");
  app.redirect_uri = "";
  const Answer back = browser.walk(app.ask());
  EXPECT_TRUE(back.location().starts_with(std::string(kAppUri) + "?")) << back;
  EXPECT_EQ(app.exchange(back).gist(), "200");
}

// RFC 6749 §3.1: POST may be used; a cross-site POST brings no Lax cookie, so it is asked by GET.
TEST_P(HappyPath, posted_request_is_asked_again_by_get) {
  App app(house, "web");
  tokens(app, browser);
  const std::string target = app.ask();
  Browser without_cookies(house);  // what a cross-site POST looks like
  const auto form = oauth::Form::parse(target.substr(target.find('?') + 1));
  Fields fields;
  for (const auto& [name, value] : form->parameters()) fields.emplace_back(name, value);
  const Answer again = without_cookies.post("/authorize", fields);
  EXPECT_EQ(again.status, 303);
  EXPECT_EQ(again.field("set-cookie"), "");
  const Answer back = browser.open(again.location());
  EXPECT_EQ(app.exchange(back).gist(), "200");
}

// DESIGN §1.2, 2: a live session and a remembered consent: no page, and nothing is written.
TEST_P(HappyPath, remembered_consent_shows_no_page_and_writes_nothing) {
  App app(house, "web");
  tokens(app, browser);
  house.wait(minutes(5));
  const Rows before = house.rows();
  const Answer back = browser.get(app.ask());
  EXPECT_EQ(back.status, 303);
  EXPECT_NE(back.parameter("code"), "");
  EXPECT_EQ(house.rows(), before);
  EXPECT_EQ(app.exchange(back).gist(), "200");
  EXPECT_EQ(house.rows().grants, before.grants + 1);
}

// RFC 8252 §8.6: who cannot be told apart from an imitator is not answered unasked.
TEST_P(HappyPath, public_client_on_this_computer_is_asked_about_each_time) {
  App app(house, "native");
  tokens(app, browser);
  EXPECT_EQ(browser.open(app.ask()).page(), "consent");
}

// OpenID Connect Core §11: offline_access is shown, granted and outlives the session.
TEST_P(HappyPath, offline_access) {
  App app(house, "web");
  app.scope = "read offline_access";
  const Answer login = browser.open(app.ask());
  const Answer consent = browser.sign_in(login);
  const Reply reply = app.exchange(browser.allow(consent));
  ASSERT_EQ(reply.gist(), "200") << reply;
  EXPECT_EQ(reply.text("scope"), "offline_access read");
  ASSERT_EQ(house.grants().size(), 1U);
  EXPECT_FALSE(house.grants().front().session.has_value());
}

// RT-13: no refresh token for a client that may not refresh; offline_access is dropped.
TEST_P(HappyPath, client_without_the_refresh_grant_gets_no_refresh_token) {
  App app(house, "once");
  app.scope = "read offline_access";
  const Reply reply = tokens(app, browser);
  EXPECT_EQ(reply.refresh(), "");
  EXPECT_EQ(reply.text("scope"), "read");
}

// The operator's own app: login, then no question (features "consent": implied).
TEST_P(HappyPath, implied_consent_asks_nothing_and_is_remembered) {
  App app(house, "own");
  const Answer back = browser.sign_in(browser.open(app.ask()));
  EXPECT_EQ(app.exchange(back).gist(), "200");
  EXPECT_EQ(house.rows().consents, 1U);
}

// OpenID Connect Core §3.1.2.1: ui_locales; it lasts through the login and the consent page.
TEST_P(HappyPath, ui_locales_chooses_the_language_of_each_page) {
  App app(house, "web");
  const Answer login = browser.open(app.ask({{"ui_locales", "fr de"}}));
  EXPECT_NE(login.body.find("<html lang=\"de\""), std::string::npos) << login;
  const Answer consent = browser.sign_in(login);
  EXPECT_NE(consent.body.find("<html lang=\"de\""), std::string::npos) << consent;
  Browser german(house);
  german.headers = {{"accept-language", "de-AT,en;q=0.5"}};
  EXPECT_NE(german.open(app.ask()).body.find("<html lang=\"de\""), std::string::npos);
  EXPECT_NE(Browser(house).open(app.ask()).body.find("<html lang=\"en\""), std::string::npos);
}

// More is asked later: the page says so, and both stay allowed.
TEST_P(HappyPath, a_request_for_more_asks_once_more) {
  App app(house, "web");
  tokens(app, browser);
  app.scope = "read write";
  const Answer consent = browser.open(app.ask());
  ASSERT_EQ(consent.page(), "consent") << consent;
  EXPECT_EQ(app.exchange(browser.allow(consent)).text("scope"), "read write");
  app.scope = "write";
  EXPECT_EQ(browser.open(app.ask()).status, 303);
  EXPECT_EQ(house.rows().consents, 1U);
}

// RFC 6749 §4.4: no person, no page, no refresh token; and no row (DESIGN §1.2, 5).
TEST_P(HappyPath, client_credentials_writes_nothing) {
  App robot(house, "robot");
  house.wait(minutes(1));
  const Rows before = house.rows();
  const Reply reply = robot.token({{"grant_type", "client_credentials"}, {"scope", "read"}});
  ASSERT_EQ(reply.gist(), "200") << reply;
  EXPECT_EQ(reply.refresh(), "");
  EXPECT_EQ(*claims_of(house, reply.access()).find_string("sub"), "robot");
  EXPECT_EQ(house.rows(), before);
}

// AZ-10, RFC 6749 §4.1.2: 4 KiB of state with what HTML, URLs and shells trip over, byte for byte,
// through the login page, the consent page and the redirect.
TEST_P(HappyPath, a_large_state_comes_back_byte_for_byte) {
  App app(house, "web");
  app.sends_state = false;
  std::string state = "<>\"'& +%=;\\`{}ü€\xF0\x9F\x98\x80 ";
  while (state.size() < 4096) state += static_cast<char>('a' + state.size() % 26);
  const std::string target = app.ask({{"state", state}});
  app.sends_state = true;
  app.state = state;
  const Answer back = browser.walk(target);
  EXPECT_EQ(back.parameter("state"), state);
  EXPECT_EQ(app.exchange(back).gist(), "200");
}

GRANTD_PLAY(HappyPath);

// RFC 8414 §3.1: an issuer with a path; everything lies below it.
TEST(IssuerWithPath, the_whole_flow_lies_below_it) {
  HouseOptions options;
  options.issuer = "https://auth.example/tenant";
  House house(Deployment::in_process, options);
  Browser browser(house);
  App app(house, "web");
  const Answer login = browser.open("/tenant" + app.ask());
  const Answer consent = browser.sign_in(login);
  ASSERT_EQ(consent.page(), "consent") << consent;
  const Answer back = browser.allow(consent);
  EXPECT_EQ(back.parameter("iss"), options.issuer);
  EXPECT_EQ(app.send("/tenant/token", app.exchange_form(back)).gist(), "200");
  EXPECT_EQ(browser.get(app.ask()).status, 404);
}

}  // namespace
}  // namespace grantd::flows
