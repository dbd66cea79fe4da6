// What an app learns of a person, what an API learns of a token, and when both end (OpenID Connect
// Core §5.3, RFC 7662, RFC 7009; DESIGN §1.2, 7).
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

const std::string kDead = "401 invalid_token";

class Userinfo : public Story {
 protected:
  Userinfo() {
    house.update_client("web", [](core::Client& client) {
      client.scope = client.scope.united(core::ScopeSet::parse("openid profile email").value());
      client.id_token_algorithm = jose::Algorithm::es256;
    });
    house.update_user("ada", [](core::User& user) {
      user.claims = Json::object({{"name", "Ada"}, {"email", "ada@example.org"}});
    });
    app.scope = "openid profile email";
  }

  void answer_in(core::TokenFormat format) {
    house.update_client("web", [format](core::Client& client) { client.token_format = format; });
  }
  Reply userinfo(const std::string& token) {
    http::Request request;
    request.method = "GET";
    request.path = "/userinfo";
    request.fields.add("authorization", "Bearer " + token);
    http::Reply reply = house.ask(std::move(request));
    Reply answer{reply.status, std::move(reply.fields), std::move(reply.body), {}};
    if (auto json = Json::parse(answer.body)) answer.json = *std::move(json);
    return answer;
  }
  static std::string field(const Reply& reply, std::string_view name) {
    const auto value = reply.fields.find(name);
    return std::string(value.value_or(""));
  }
  std::string ada() { return oauth::to_text(house.user("ada").id); }

  // A new grant each time; in each form of token, what `end` does ends it at the next use.
  void ends_by(const std::function<void(const Reply&)>& end) {
    for (const auto format : {core::TokenFormat::jwt, core::TokenFormat::opaque}) {
      SCOPED_TRACE(core::to_text(format));
      answer_in(format);
      const Reply given = tokens(app, browser);
      EXPECT_EQ(userinfo(given.access()).gist(), "200");
      EXPECT_TRUE(*ask(app, given.access()).find_bool("active"));
      end(given);
      const Reply refused = userinfo(given.access());
      EXPECT_EQ(refused.gist(), kDead) << refused;
      EXPECT_EQ(ask(app, given.access()).dump(), "{\"active\":false}");
    }
  }
  Json ask(App& asking, const std::string& token) {
    const Reply reply = asking.send("/introspect", {{"token", token}});
    EXPECT_EQ(reply.gist(), "200") << reply;
    return reply.json;
  }

  App app{house, "web"};
};

TEST_P(Userinfo, tells_the_app_what_the_person_allowed) {
  for (const auto format : {core::TokenFormat::jwt, core::TokenFormat::opaque}) {
    SCOPED_TRACE(core::to_text(format));
    answer_in(format);
    const Reply given = tokens(app, browser);
    EXPECT_EQ(given.access().starts_with("gat_"), format == core::TokenFormat::opaque);
    const Reply told = userinfo(given.access());
    EXPECT_EQ(told.gist(), "200") << told;
    EXPECT_EQ(told.json.dump(),
              "{\"sub\":\"" + ada() + "\",\"email\":\"ada@example.org\",\"name\":\"Ada\"}");
    EXPECT_EQ(field(told, "content-type"), "application/json");
    EXPECT_EQ(field(told, "cache-control"), "no-store");  // CH-01
    EXPECT_EQ(field(told, "set-cookie"), "");
    // RFC 6749 §6: a token that was narrowed tells less.
    const Reply narrow = app.refresh(given.refresh(), "openid email");
    EXPECT_EQ(userinfo(narrow.access()).json.dump(),
              "{\"sub\":\"" + ada() + "\",\"email\":\"ada@example.org\"}");
  }
}

// UI-01, UI-02, UI-06, RFC 6750 §3.
TEST_P(Userinfo, says_what_a_token_lacks) {
  const Answer bare = browser.get("/userinfo");
  EXPECT_EQ(bare.status, 401);
  EXPECT_EQ(bare.field("www-authenticate"), "Bearer realm=\"https://auth.example\"");
  const Reply garbage = userinfo("garbage");
  EXPECT_EQ(garbage.gist(), kDead);
  EXPECT_NE(field(garbage, "www-authenticate").find("error=\"invalid_token\""), std::string::npos);
  app.scope = "read";
  const Reply narrow = userinfo(tokens(app, browser).access());
  EXPECT_EQ(narrow.gist(), "403 insufficient_scope");
  EXPECT_NE(field(narrow, "www-authenticate").find("scope=\"openid\""), std::string::npos);
}

// Core §5.3.2.
TEST_P(Userinfo, is_signed_where_the_app_asked_for_it) {
  house.update_client("web", [](core::Client& client) {
    client.userinfo_algorithm = jose::Algorithm::es256;
  });
  const Reply told = userinfo(tokens(app, browser).access());
  EXPECT_EQ(field(told, "content-type"), "application/jwt");
  const Json claims = claims_of(house, told.body);
  EXPECT_EQ(*claims.find_string("sub"), ada());
  EXPECT_EQ(*claims.find_string("iss"), kIssuer);
  EXPECT_EQ(*claims.find_string("aud"), "web");
  EXPECT_FALSE(claims.find("nonce"));
}

// UI-07, DESIGN §1.2, 7: at the next use, whatever kind of token it is.
TEST_P(Userinfo, ends_with_the_token) {
  ends_by([this](const Reply& given) { EXPECT_EQ(app.revoke(given.access()).gist(), "200"); });
}
TEST_P(Userinfo, ends_with_the_grant) {
  ends_by([this](const Reply& given) { EXPECT_EQ(app.revoke(given.refresh()).gist(), "200"); });
}
TEST_P(Userinfo, ends_with_the_session) {
  ends_by([this](const Reply&) { browser.sign_out(); });
}
TEST_P(Userinfo, ends_with_the_consent) {
  ends_by([this](const Reply&) { house.withdraw_consent("ada", "web"); });
}
TEST_P(Userinfo, ends_with_time) {
  ends_by([this](const Reply&) { house.wait(minutes(15)); });
}
TEST_P(Userinfo, ends_with_the_person_and_stays_ended) {
  ends_by([this](const Reply& given) {
    house.update_user("ada", [](core::User& user) {
      user.disabled = true;
      ++user.counter;
    });
    EXPECT_EQ(userinfo(given.access()).gist(), kDead);
    house.update_user("ada", [](core::User& user) { user.disabled = false; });
  });
}
// CO-01: a code that is used again takes its tokens along.
TEST_P(Userinfo, ends_with_a_replayed_code) {
  const Answer back = browser.walk(app.ask());
  const Fields form = app.exchange_form(back);
  const Reply given = app.token(form);
  EXPECT_EQ(userinfo(given.access()).gist(), "200");
  EXPECT_EQ(app.token(form).gist(), "400 invalid_grant");
  EXPECT_EQ(userinfo(given.access()).gist(), kDead);
  EXPECT_EQ(app.refresh(given.refresh()).gist(), "400 invalid_grant");
}

class Introspect : public Userinfo {};

// RFC 7662 §2.2, §4: the API sees the tokens that are for it, the app its own, a stranger none.
TEST_P(Introspect, tells_the_api_and_the_owner_alone) {
  App api(house, "robot");
  App stranger(house, "other");
  core::Resource notes;
  notes.audience = core::Audience("https://notes.example");
  notes.version = 1;
  notes.name = "Notes";
  notes.scopes = {{"read", {{"en", {"See your notes", ""}}}}};
  notes.token_format = core::TokenFormat::opaque;
  notes.introspectors = {{core::ClientId("robot"), house.client("robot").incarnation}};
  house.change(core::PutResource{notes, 1});
  app.scope = "openid read";
  const Reply given = tokens(app, browser);
  EXPECT_TRUE(given.access().starts_with("gat_"));  // as the API has it

  const Json to_api = ask(api, given.access());
  EXPECT_TRUE(*to_api.find_bool("active"));
  EXPECT_EQ(*to_api.find_string("scope"), "openid read");
  EXPECT_EQ(*to_api.find_string("client_id"), "web");
  EXPECT_EQ(*to_api.find_string("username"), "ada");
  EXPECT_EQ(*to_api.find_string("sub"), ada());
  EXPECT_EQ(*to_api.find_string("aud"), "https://notes.example");
  const Json to_owner = ask(app, given.access());
  EXPECT_TRUE(*to_owner.find_bool("active"));
  EXPECT_FALSE(to_owner.find("username"));
  EXPECT_EQ(ask(stranger, given.access()).dump(), "{\"active\":false}");
  EXPECT_EQ(ask(api, given.refresh()).dump(), "{\"active\":false}");
  EXPECT_TRUE(*ask(app, given.refresh()).find_bool("active"));
  EXPECT_EQ(App(house, "spa").send("/introspect", {{"token", given.access()}}).gist(),
            "401 invalid_client");  // IN-03

  // A client's own token, and its end by the operator.
  const Reply own = api.token({{"grant_type", "client_credentials"}, {"scope", "read"}});
  EXPECT_EQ(*ask(api, own.access()).find_string("sub"), "robot");
  house.update_client("robot", [](core::Client& client) { ++client.counter; });
  EXPECT_EQ(ask(api, own.access()).dump(), "{\"active\":false}");
  EXPECT_TRUE(*ask(api, given.access()).find_bool("active"));
}

// RFC 9700 §4.14.2: asking about a replaced refresh token is no theft.
TEST_P(Introspect, asking_changes_nothing) {
  const Reply given = tokens(app, browser);
  house.wait(minutes(1));
  const Rows before = house.rows();
  ask(app, given.access());
  ask(app, given.refresh());
  ask(app, "x");
  userinfo(given.access());
  EXPECT_EQ(house.rows(), before);
}

GRANTD_PLAY(Userinfo);
GRANTD_PLAY(Introspect);

}  // namespace
}  // namespace grantd::flows
