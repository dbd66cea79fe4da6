// What every answer must carry, what metadata promises, and that strangers leave no trace.
#include <set>

#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

class Surface : public Story {
 protected:
  App app{house, "web"};

  Json metadata() {
    const Answer answer = browser.get("/.well-known/oauth-authorization-server");
    EXPECT_EQ(answer.status, 200);
    const auto json = Json::parse(answer.body);
    EXPECT_TRUE(json.has_value());
    return json ? *json : Json();
  }
  // Login, consent, logout and problem page.
  std::vector<Answer> pages() {
    std::vector<Answer> all{browser.get(app.ask())};
    all.push_back(browser.sign_in(all.front()));
    all.push_back(browser.get("/logout"));
    all.push_back(browser.get("/authorize?client_id=nobody"));
    all.push_back(browser.get("/nowhere"));
    EXPECT_EQ(all[1].page(), "consent");
    EXPECT_EQ(all[2].page(), "logout");
    EXPECT_EQ(all[3].status, 400);
    EXPECT_EQ(all[4].status, 404);
    return all;
  }
};

// MX-01, RFC 9207 §2: iss with success and with each error.
TEST_P(Surface, every_redirect_to_the_app_carries_iss_and_state) {
  const auto refused = [&](const Fields& extra) {
    const Answer back = browser.open(app.ask(extra));
    EXPECT_TRUE(back.location().starts_with(kAppUri)) << back;
    EXPECT_EQ(back.parameter("iss"), kIssuer);
    EXPECT_EQ(back.parameter("state"), app.state);
    EXPECT_EQ(back.parameter("code"), "");
    return back.parameter("error");
  };
  EXPECT_EQ(refused({{"prompt", "none"}}), "login_required");  // AZ-11
  EXPECT_EQ(refused({{"prompt", "none login"}}), "invalid_request");  // AZ-12
  EXPECT_EQ(refused({{"max_age", "-1"}}), "invalid_request");
  EXPECT_EQ(refused({{"request", "x.y.z"}}), "invalid_request_object");
  EXPECT_EQ(refused({{"response_mode", "fragment"}}), "invalid_request");
  EXPECT_EQ(refused({{"resource", "https://photos.example"}}), "invalid_target");
  app.scope = "read admin";
  EXPECT_EQ(refused({}), "invalid_scope");
  app.scope = "read";
  app.pkce = false;
  EXPECT_EQ(refused({}), "invalid_request");
  app.pkce = true;
  const Answer back = browser.walk(app.ask());
  EXPECT_EQ(back.parameter("iss"), kIssuer);
  EXPECT_EQ(back.parameter("state"), app.state);
}

// MX-04, RFC 8414 §2: every advertised endpoint is there, at the issuer's address.
TEST_P(Surface, advertised_endpoints_answer) {
  const Json document = metadata();
  EXPECT_EQ(*document.find_string("issuer"), kIssuer);
  for (const std::string_view name :
       {"authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"}) {
    const std::string* uri = document.find_string(name);
    ASSERT_NE(uri, nullptr) << name;
    ASSERT_TRUE(uri->starts_with(std::string(kIssuer) + "/")) << *uri;
    EXPECT_NE(browser.get(uri->substr(kIssuer.size())).status, 404) << *uri;
  }
}

// MX-04: each advertised grant works or asks for its parameters; every other is unsupported (TK-05,
// TK-07).
TEST_P(Surface, grants_are_those_advertised) {
  const auto listed = metadata().find_strings("grant_types_supported").value();
  const std::set<std::string> supported(listed.begin(), listed.end());
  house.update_client("web", [](core::Client& client) {
    client.grant_types = {core::GrantType::authorization_code, core::GrantType::refresh_token,
                          core::GrantType::client_credentials};
  });
  for (const std::string type :
       {"authorization_code", "refresh_token", "client_credentials", "password", "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer"}) {
    const Reply reply = app.token(
        {{"grant_type", type}, {"username", "ada"}, {"password", std::string(kPassword)}});
    EXPECT_EQ(reply.text("error") == "unsupported_grant_type", !supported.contains(type)) << type;
  }
}

// MX-04: response types and modes, PKCE methods, client authentication: what is listed works, what
// is not does not.
TEST_P(Surface, metadata_lists_exactly_what_works) {
  const Json document = metadata();
  using List = std::vector<std::string>;
  EXPECT_EQ(document.find_strings("response_types_supported").value(), List{"code"});
  EXPECT_EQ(document.find_strings("response_modes_supported").value(),
            (List{"query", "form_post"}));
  EXPECT_EQ(document.find_strings("code_challenge_methods_supported").value(), List{"S256"});
  EXPECT_TRUE(*document.find_bool("authorization_response_iss_parameter_supported"));
  EXPECT_EQ(document.find_strings("scopes_supported").value(),
            (List{"address", "email", "offline_access", "openid", "phone", "profile", "read",
                  "view", "write"}));

  const std::string base = "/authorize?client_id=web&scope=read&response_type=";
  for (const std::string_view type : {"token", "id_token", "code+token", "none", "CODE"}) {
    const Answer back = browser.get(base + std::string(type));
    EXPECT_EQ(back.parameter("error"), "unsupported_response_type") << type;
    EXPECT_EQ(back.location().find("access_token"), std::string::npos);
  }
  const std::string plain = "&code_challenge_method=plain&code_challenge=" + std::string(43, 'a');
  EXPECT_EQ(browser.get(base + "code" + plain).parameter("error"), "invalid_request");

  const auto listed = document.find_strings("token_endpoint_auth_methods_supported").value();
  EXPECT_EQ(listed, (List{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}));
  for (const std::string_view id : {"web", "post", "spa"}) {
    App each(house, std::string(id));
    Browser fresh(house);
    EXPECT_EQ(each.exchange(fresh.walk(each.ask())).gist(), "200") << id;
  }
}

// MX-03: the issuer is the configured one, whatever Host says.
TEST_P(Surface, issuer_is_fixed_whatever_forwarding_headers_say) {
  browser.headers = {{"x-forwarded-host", "evil.example"}, {"forwarded", "host=evil.example"}};
  EXPECT_EQ(*metadata().find_string("issuer"), kIssuer);
  EXPECT_EQ(browser.walk(app.ask()).parameter("iss"), kIssuer);
}

// DESIGN §1.2, 1: who has proved nothing makes the server write nothing.
TEST_P(Surface, strangers_leave_no_trace) {
  house.wait(minutes(1));
  const Rows before = house.rows();
  Answer page = browser.open(app.ask());
  for (int i = 0; i < 5; ++i) page = browser.sign_in(page, "ada", "wrong");
  browser.sign_in(page, "nobody", "wrong");
  browser.open("/authorize?client_id=nobody");
  browser.get("/logout");
  browser.get(app.ask({{"prompt", "none"}}));
  App spa(house, "spa");
  EXPECT_EQ(spa.token({{"grant_type", "authorization_code"}, {"code", "gac_made_up"}}).gist(),
            "400 invalid_grant");
  EXPECT_EQ(spa.refresh("grt_made_up").gist(), "400 invalid_grant");
  EXPECT_EQ(spa.revoke("grt_made_up").gist(), "200");
  EXPECT_EQ(browser.post("/token", {{"grant_type", "client_credentials"},
                                    {"client_id", "post"},
                                    {"client_secret", "guess"}})
                .status,
            401);
  EXPECT_EQ(house.rows(), before);
}

// LG-16, XS-07, XS-08, CH-01, CH-02, CH-06: every page.
TEST_P(Surface, pages_carry_their_headers) {
  for (const Answer& page : pages()) {
    EXPECT_EQ(page.field("cache-control"), "no-store") << page;
    EXPECT_EQ(page.field("referrer-policy"), "no-referrer");
    EXPECT_EQ(page.field("x-content-type-options"), "nosniff");
    EXPECT_EQ(page.field("x-frame-options"), "DENY");
    EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.field("cross-origin-opener-policy"), "same-origin");
    EXPECT_TRUE(page.field("strict-transport-security").starts_with("max-age=31536000"));
    EXPECT_NE(page.field("x-request-id"), "");
    const std::string policy = page.field("content-security-policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'")) << policy;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
    EXPECT_NE(policy.find("base-uri 'none'"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("script-src"), std::string::npos) << policy;
    EXPECT_EQ(page.body.find("<script"), std::string::npos);
    // CH-02: nothing of another origin is loaded.
    EXPECT_EQ(page.body.find("src=\"http"), std::string::npos);
    EXPECT_EQ(page.body.find("href=\"http"), std::string::npos);
  }
}

// RFC 9700 §4.16 with CSP Level 3: the browser may follow the form's answer to the app's origin,
// and to no other.
TEST_P(Surface, form_action_names_the_app_that_was_asked_for) {
  const auto form_action = [&](const std::string& target) {
    const std::string policy = Browser(house).open(target).field("content-security-policy");
    return policy.substr(policy.find("form-action"));
  };
  EXPECT_EQ(form_action(app.ask()), "form-action 'self' https://app.example");
  App native(house, "native");
  native.redirect_uri = "http://127.0.0.1:49152/cb";
  EXPECT_EQ(form_action(native.ask()), "form-action 'self' http://127.0.0.1:49152");
  EXPECT_EQ(form_action(App(house, "mobile").ask()), "form-action 'self' com.example.app:");
  EXPECT_EQ(form_action("/authorize?client_id=nobody"), "form-action 'self'");
}

// CR-01: no cross-origin reading of what is a person's; CR-04: public documents may be read by all.
TEST_P(Surface, cors) {
  browser.headers = {{"origin", "https://evil.example"}};
  for (const Answer& page : pages()) {
    for (const auto& [name, value] : page.fields) {
      EXPECT_FALSE(name.starts_with("access-control-")) << name << ": " << value;
    }
  }
  for (const std::string_view path : {"/.well-known/oauth-authorization-server", "/jwks"}) {
    const Answer answer = browser.get(path);
    EXPECT_EQ(answer.field("access-control-allow-origin"), "*") << path;
    EXPECT_EQ(answer.field("access-control-allow-credentials"), "") << path;
  }
}

// CK-01: the attributes of each cookie.
TEST_P(Surface, cookies_are_locked_to_this_host) {
  const Answer login = browser.open(app.ask());
  const Answer signed_in =
      browser.press(login, {{"user", "ada"}, {"password", std::string(kPassword)}});
  std::set<std::string> names;
  for (const Answer* answer : {&login, &signed_in}) {
    for (const auto& [name, value] : answer->fields) {
      if (name != "set-cookie") continue;
      names.emplace(value.substr(0, value.find('=')));
      EXPECT_TRUE(value.starts_with("__Host-")) << value;
      EXPECT_NE(value.find("; Secure"), std::string::npos) << value;
      EXPECT_NE(value.find("; HttpOnly"), std::string::npos) << value;
      EXPECT_NE(value.find("; SameSite=Lax"), std::string::npos) << value;
      EXPECT_NE(value.find("; Path=/;"), std::string::npos) << value;
      EXPECT_EQ(value.find("Domain"), std::string::npos) << value;
    }
  }
  EXPECT_EQ(names, (std::set<std::string>{"__Host-grantd-session", "__Host-grantd-browser",
                                          "__Host-grantd-device"}));
}

// CK-02: what apps and APIs ask sets no cookie.
TEST_P(Surface, direct_endpoints_set_no_cookie) {
  const Reply reply = tokens(app, browser);
  EXPECT_FALSE(reply.fields.find("set-cookie"));
  EXPECT_FALSE(app.revoke(reply.refresh()).fields.find("set-cookie"));
  for (const std::string_view path :
       {"/.well-known/oauth-authorization-server", "/jwks", "/style.css", "/nowhere"}) {
    EXPECT_EQ(browser.get(path).field("set-cookie"), "") << path;
  }
}

// CK-03: a second cookie of the session's name can only be planted: neither counts.
TEST_P(Surface, two_session_cookies_are_none) {
  tokens(app, browser);
  const std::string session = browser.cookies.at("__Host-grantd-session");
  EXPECT_EQ(browser.get(app.ask()).status, 303);
  const std::string pair = "__Host-grantd-session=" + session;
  browser.headers = {{"cookie", pair}};  // beside the browser's own
  EXPECT_EQ(browser.get(app.ask()).page(), "login");
  Browser planted(house);
  planted.headers = {{"cookie", pair + "; " + pair}};
  EXPECT_EQ(planted.get(app.ask()).page(), "login");
  planted.headers = {{"cookie", pair}};
  EXPECT_EQ(planted.get(app.ask()).status, 303);
}

// TK-01, TK-15, TK-17: GET gets no token and nothing of its query is looked at; errors are not
// stored either.
TEST_P(Surface, token_endpoint_takes_post_alone) {
  const Fields form = app.exchange_form(browser.walk(app.ask()));
  browser.headers = {{"x-http-method-override", "POST"}};
  const Answer got = browser.get("/token?_method=POST&" + encode(form));
  EXPECT_EQ(got.status, 405);
  EXPECT_EQ(got.field("allow"), "POST");
  EXPECT_EQ(got.body.find("access_token"), std::string::npos);
  const Reply refused = app.token({{"grant_type", "nonsense"}});
  EXPECT_EQ(*refused.fields.find("cache-control"), "no-store");
  EXPECT_EQ(*refused.fields.find("content-type"), "application/json");
  EXPECT_EQ(*refused.fields.find("x-content-type-options"), "nosniff");
  EXPECT_EQ(app.token(form).gist(), "200");  // the GET used nothing up
}

GRANTD_PLAY(Surface);

// DESIGN §4: off means absent; metadata, which is the sum of what is there, cannot lie.
TEST(FeaturesOff, what_is_off_is_neither_advertised_nor_there) {
  HouseOptions options;
  options.off = {"revoke", "refresh_token"};
  House house(Deployment::in_process, options);
  Browser browser(house);
  App app(house, "web");
  const auto document = Json::parse(browser.get("/.well-known/oauth-authorization-server").body);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->find("revocation_endpoint"), nullptr);
  EXPECT_EQ(document->find_strings("grant_types_supported").value(),
            (std::vector<std::string>{"authorization_code", "client_credentials"}));
  EXPECT_EQ(browser.post("/revoke", {}).status, 404);
  EXPECT_EQ(app.refresh("grt_x").gist(), "400 unsupported_grant_type");
  const Reply reply = app.exchange(browser.walk(app.ask()));
  EXPECT_EQ(reply.gist(), "200");
  EXPECT_EQ(reply.refresh(), "") << "a refresh token that nobody would take";
}

}  // namespace
}  // namespace grantd::flows
