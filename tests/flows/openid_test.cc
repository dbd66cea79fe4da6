// Signing in with OpenID Connect: Core §3.1.2, §3.1.3, OAuth 2.0 Form Post Response Mode; modules
// of the conformance suite (oidcc-…).
#include "grantd/base/encoding.h"
#include "grantd/jose/jwt.h"
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

class OpenId : public Story {
 protected:
  OpenId() {
    for (const char* id : {"web", "other"}) allow_identity(id);
    app.scope = "openid";
  }

  void allow_identity(std::string_view id) {
    house.update_client(id, [](core::Client& client) {
      client.scope = client.scope.united(core::ScopeSet::of({"openid", "profile", "email"}));
    });
  }

  // What a key of /jwks signed, with header.
  jose::VerifiedJwt id_token(const Reply& reply) {
    constexpr std::array kAlgorithms{jose::Algorithm::rs256, jose::Algorithm::es256};
    const auto keys = jose::KeySet::parse(browser.get("/jwks").body).value();
    auto token = jose::verify_jwt(reply.text("id_token"), keys, kAlgorithms);
    EXPECT_TRUE(token.has_value()) << reply;
    return token ? *token : jose::VerifiedJwt();
  }

  App app{house, "web"};
};

// Core §3.1.3.6: at_hash is of the very token beside it; oidcc-server, oidcc-idtoken-signature.
TEST_P(OpenId, id_token_is_signed_and_bound_to_its_access_token) {
  for (const auto algorithm : {jose::Algorithm::rs256, jose::Algorithm::es256}) {
    house.update_client("web", [&](core::Client& client) {
      client.id_token_algorithm = algorithm;
    });
    const Reply reply = tokens(app, browser, {{"nonce", "n-1"}});
    const jose::VerifiedJwt token = id_token(reply);
    EXPECT_EQ(token.algorithm, algorithm);
    EXPECT_NE(token.kid, "");
    EXPECT_EQ(*token.claims.find_string("nonce"), "n-1");
    EXPECT_EQ(*token.claims.find_string("at_hash"),
              base64url_encode(ByteView(sha256(reply.access())).first(16)));
  }
}

// oidcc-prompt-none-logged-in, oidcc-id-token-hint: no page, the same person, the same login.
TEST_P(OpenId, prompt_none_after_a_login_answers_without_a_page) {
  const Reply first = tokens(app, browser);
  house.wait(minutes(5));
  const std::string hint = first.text("id_token");
  for (const Fields& extra :
       {Fields{{"prompt", "none"}}, Fields{{"prompt", "none"}, {"id_token_hint", hint}}}) {
    const Answer back = browser.get(app.ask(extra));
    const Reply second = app.exchange(back);
    const Json before = id_token(first).claims, after = id_token(second).claims;
    EXPECT_EQ(*after.find_string("sub"), *before.find_string("sub"));
    EXPECT_EQ(*after.find_int("auth_time"), *before.find_int("auth_time"));
  }
}

// oidcc-prompt-login, oidcc-max-age-1: a login in between, and a later auth_time.
TEST_P(OpenId, a_login_asked_anew_is_a_later_one) {
  Time before = from_seconds(*id_token(tokens(app, browser)).claims.find_int("auth_time"));
  for (const Fields& extra : {Fields{{"prompt", "login"}}, Fields{{"max_age", "1"}},
                              Fields{{"max_age", "0"}}, Fields{{"prompt", "select_account"}}}) {
    house.wait(seconds(2));
    const Answer login = browser.open(app.ask(extra));
    ASSERT_EQ(login.page(), "login") << extra.front().first;
    const Reply reply = app.exchange(browser.sign_in(login));
    const Time now = from_seconds(*id_token(reply).claims.find_int("auth_time"));
    EXPECT_GT(now, before);
    before = now;
  }
}

// Core §3.1.2.1: the app is told where somebody else signs in; no page comes back for ever.
TEST_P(OpenId, a_hint_of_somebody_else_asks_once_and_then_says_no) {
  const std::string hint = tokens(app, browser).text("id_token");
  browser.sign_out();
  Answer back = browser.sign_in(browser.open(app.ask({{"id_token_hint", hint}})), "bob");
  EXPECT_EQ(back.parameter("error"), "login_required") << back;
  EXPECT_EQ(back.parameter("state"), app.state);
  // Bob is signed in now; the next request with Ada's hint asks, and Ada gets through.
  const Answer login = browser.open(app.ask({{"id_token_hint", hint}}));
  EXPECT_EQ(app.exchange(browser.sign_in(login, "ada")).gist(), "200");
}

// Core §3.1.2.2, §3.1.2.6.
TEST_P(OpenId, a_hint_that_is_not_ours_or_another_apps_is_refused) {
  App other(house, "other");
  other.scope = "openid";
  const std::string others = tokens(other, browser).text("id_token");
  for (const std::string& hint : {others, std::string("eyJhbGciOiJub25lIn0.e30.")}) {
    EXPECT_EQ(browser.get(app.ask({{"id_token_hint", hint}})).parameter("error"),
              "invalid_request");
  }
}

// The form of a posted answer: its fields, and where it goes.
struct Posted {
  explicit Posted(const Answer& page)
      : code(page.input("code")), state(page.input("state")), iss(page.input("iss")),
        error(page.input("error")) {}
  std::string code, state, iss, error;
};

// OAuth 2.0 Form Post Response Mode §2, §4; oidcc-formpost-basic.
TEST_P(OpenId, form_post_answers_with_a_page_that_posts) {
  tokens(app, browser);
  const Answer page = browser.get(app.ask({{"response_mode", "form_post"}}));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.location(), "");
  EXPECT_EQ(page.field("cache-control"), "no-store");
  const std::string policy = page.field("content-security-policy");
  EXPECT_NE(policy.find("script-src 'self'"), std::string::npos) << policy;
  EXPECT_NE(policy.find("form-action https://app.example;"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_NE(page.body.find("<form method=\"post\" action=\"" + std::string(kAppUri) + "\">"),
            std::string::npos);
  EXPECT_EQ(browser.get("/continue.js").field("content-type"), "text/javascript; charset=utf-8");

  const Posted posted(page);
  EXPECT_EQ(posted.state, app.state);
  EXPECT_EQ(posted.iss, house.issuer());
  const Reply reply = app.token({{"grant_type", "authorization_code"},
                                 {"code", posted.code},
                                 {"redirect_uri", std::string(kAppUri)},
                                 {"code_verifier", app.verifier}});
  EXPECT_EQ(reply.gist(), "200") << reply;
}

// oidcc-prompt-none-not-logged-in: errors travel the same way, and no other page has the script.
TEST_P(OpenId, form_post_carries_errors_too) {
  const Answer page = browser.get(app.ask({{"response_mode", "form_post"}, {"prompt", "none"}}));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(Posted(page).error, "login_required");
  EXPECT_EQ(Posted(page).state, app.state);
  EXPECT_EQ(Posted(page).code, "");
  const Answer login = browser.get(app.ask({{"response_mode", "form_post"}}));
  EXPECT_EQ(login.field("content-security-policy").find("script-src"), std::string::npos);
  const Answer denied = browser.deny(browser.sign_in(login));
  EXPECT_EQ(Posted(denied).error, "access_denied") << denied;
}

// Discovery §4: at the issuer's own path, and the same as RFC 8414's document; HEAD works.
TEST_P(OpenId, configuration_lies_below_the_issuer) {
  const Answer document = browser.get("/.well-known/openid-configuration");
  EXPECT_EQ(document.status, 200);
  EXPECT_EQ(document.field("content-type"), "application/json");
  EXPECT_EQ(document.body, browser.get("/.well-known/oauth-authorization-server").body);
  EXPECT_EQ(Json::parse(document.body)->find_strings("ui_locales_supported"),
            (std::vector<std::string>{"en", "de"}));
  http::Request head;
  head.method = "HEAD";
  head.path = "/.well-known/openid-configuration";
  EXPECT_EQ(house.ask(std::move(head)).status, 200);
}

TEST_P(OpenId, configuration_of_an_issuer_with_a_path) {
  House tenant(GetParam(), {.issuer = "https://auth.example/tenant", .off = {}});
  Browser reader(tenant);
  EXPECT_EQ(reader.get("/tenant/.well-known/openid-configuration").body,
            reader.get("/.well-known/oauth-authorization-server/tenant").body);
  EXPECT_EQ(reader.get("/.well-known/openid-configuration").status, 404);
}

GRANTD_PLAY(OpenId);

}  // namespace
}  // namespace grantd::flows
