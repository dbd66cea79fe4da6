// Apps that register themselves, from /register to a token and back: RFC 7591, RFC 7592, OpenID
// Connect Dynamic Client Registration; checklist rows DR-*.
#include "grantd/base/encoding.h"
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

HouseOptions open_house() {
  HouseOptions options;
  options.configure = [](server::Config& config) {
    config.registration_mode = "open";
    config.registration_clients_max = 5;
    config.register_tries = 20;
  };
  return options;
}

class Register : public testing::TestWithParam<Deployment> {
 protected:
  Reply send(std::string method, const std::string& query, const Json& document,
             const std::string& token = {}) {
    http::Request request;
    request.method = std::move(method);
    request.path = "/register";
    request.query = query;
    if (!token.empty()) request.fields.add("authorization", "Bearer " + token);
    if (!document.is_null()) {
      request.fields.add("content-type", "application/json");
      request.body = document.dump();
    }
    const http::Reply got = house.ask(std::move(request));
    Reply reply{got.status, got.fields, got.body, Json()};
    if (auto json = Json::parse(got.body)) reply.json = *std::move(json);
    return reply;
  }
  Reply create(const Json& document) { return send("POST", "", document); }

  static Json web_app() {
    return Json::object({{"client_name", "Paperboat"},
                         {"redirect_uris", Json::array({std::string(kAppUri)})},
                         {"grant_types", Json::array({"authorization_code", "refresh_token"})},
                         {"policy_uri", "https://paperboat.example/privacy"},
                         {"tos_uri", "https://paperboat.example/terms"}});
  }

  House house{GetParam(), open_house()};
  Browser browser{house};
};

TEST_P(Register, a_client_registers_signs_somebody_in_and_looks_after_itself) {
  const Reply made = create(web_app());
  ASSERT_EQ(made.status, 201) << made;
  EXPECT_EQ(*made.fields.find("cache-control"), "no-store");
  const std::string id = made.text("client_id"), token = made.text("registration_access_token");
  EXPECT_FALSE(house.client(id).self_registration->used);

  App app(house, id);
  app.secret = made.text("client_secret");
  app.scope = "openid offline_access";
  const Reply got = app.exchange(browser.walk(app.ask()));
  ASSERT_EQ(got.gist(), "200") << got;
  EXPECT_NE(got.text("id_token"), "");
  EXPECT_NE(got.refresh(), "");
  EXPECT_TRUE(house.client(id).self_registration->used);

  const std::string query = "client_id=" + id;
  const Reply read = send("GET", query, Json(), token);
  ASSERT_EQ(read.status, 200) << read;
  EXPECT_EQ(read.text("client_name"), "Paperboat");
  EXPECT_FALSE(read.json.find("client_secret"));

  Json next = web_app();
  next.set("client_id", id);
  next.set("client_name", "Papership");
  const Reply changed = send("PUT", query, next, token);
  ASSERT_EQ(changed.status, 200) << changed;
  EXPECT_EQ(send("GET", query, Json(), token).text("client_name"), "Papership");
  EXPECT_TRUE(house.client(id).self_registration->used) << "an update forgets no use";
  EXPECT_EQ(app.refresh(got.refresh()).gist(), "200") << "what it was given lives on";

  EXPECT_EQ(send("GET", query, Json(), "gra_wrong").status, 401);
  EXPECT_EQ(send("DELETE", query, Json(), token).status, 204);
  EXPECT_EQ(send("GET", query, Json(), token).status, 401);
  EXPECT_EQ(app.refresh(got.refresh()).gist(), "401 invalid_client");
}

// RFC 7591 §2: what it says of itself is there to be read, and nobody vouches for it.
TEST_P(Register, the_consent_page_links_what_the_app_says_of_itself) {
  const Reply made = create(web_app());
  App app(house, made.text("client_id"));
  app.scope = "openid";
  const Answer consent = browser.sign_in(browser.open(app.ask()));
  ASSERT_EQ(consent.page(), "consent") << consent;
  EXPECT_NE(consent.body.find("href=\"https://paperboat.example/privacy\""), std::string::npos);
  EXPECT_NE(consent.body.find("href=\"https://paperboat.example/terms\""), std::string::npos);
  EXPECT_NE(consent.body.find("Not verified"), std::string::npos);
}

// RFC 9700 §4.11.2.
TEST_P(Register, a_mistake_on_purpose_sends_nobody_anywhere) {
  const Reply made = create(web_app());
  App app(house, made.text("client_id"));
  app.scope = "openid";
  const Answer wrong = browser.get(app.ask({{"prompt", "nonsense"}}));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.location(), "");
  // OpenID Connect Core §3.1.2.6: no page in answer to prompt=none.
  EXPECT_EQ(browser.get(app.ask({{"prompt", "none"}})).parameter("error"), "login_required");
  // Who has seen the page and said no is sent back.
  const Answer consent = browser.sign_in(browser.open(app.ask()));
  EXPECT_EQ(browser.deny(consent).parameter("error"), "access_denied");
}

// DR-06: bounded in all, and what was never used goes.
TEST_P(Register, those_that_were_never_used_are_few_and_go) {
  std::vector<Reply> made;
  for (int i = 0; i < 5; ++i) made.push_back(create(web_app()));
  EXPECT_EQ(made.back().status, 201);
  EXPECT_EQ(create(web_app()).gist(), "503 temporarily_unavailable");
  // One is used: there is room for another.
  App app(house, made[0].text("client_id"));
  app.secret = made[0].text("client_secret");
  app.scope = "openid";
  EXPECT_EQ(app.exchange(browser.walk(app.ask())).gist(), "200");
  EXPECT_EQ(create(web_app()).status, 201);
  EXPECT_EQ(create(web_app()).status, 503);
}

// DR-06: bounded by address. Each refused one costs a try too.
TEST_P(Register, an_address_has_so_many_tries) {
  const Rows before = house.rows();
  int refused = 0, waits = 0;
  for (int i = 0; i < 25; ++i) {
    const Reply reply = create(Json::object());
    if (reply.status == 400) ++refused;
    if (reply.status == 429) ++waits;
  }
  EXPECT_EQ(refused, 20);
  EXPECT_EQ(waits, 5);
  EXPECT_EQ(house.rows(), before) << "nothing was written";
  house.wait(minutes(6));
  EXPECT_EQ(create(web_app()).status, 201);
}

// DR-01.
TEST_P(Register, is_off_where_nobody_turned_it_on) {
  House closed(GetParam());
  Browser with(closed);
  EXPECT_EQ(with.post("/register", {}).status, 404);
  EXPECT_EQ(with.get("/.well-known/openid-configuration").body.find("registration_endpoint"),
            std::string::npos);
  EXPECT_NE(browser.get("/.well-known/openid-configuration").body.find("registration_endpoint"),
            std::string::npos);
}

// Browsers do not register: a page of another origin is not allowed to send JSON.
TEST_P(Register, no_page_of_another_origin_may) {
  http::Request request;
  request.method = "OPTIONS";
  request.path = "/register";
  request.fields.add("origin", "https://evil.example");
  request.fields.add("access-control-request-method", "POST");
  const http::Reply reply = house.ask(std::move(request));
  EXPECT_EQ(reply.status, 405);
  EXPECT_FALSE(reply.fields.find("access-control-allow-origin"));
}

GRANTD_PLAY(Register);

}  // namespace
}  // namespace grantd::flows
