// What operators are told of a request, and that strangers are told nothing and nobody a secret.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "grantd/base/encoding.h"
#include "grantd/base/log.h"
#include "grantd/server/explain_text.h"
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

using server::WalkRecord;
using server::WalkStep;

class Explain : public Story {
 protected:
  WalkRecord told(const http::Fields& fields) {
    const auto id = fields.find("x-request-id");
    EXPECT_TRUE(id);
    const auto walk = house.server().explain(id ? *id : "");
    EXPECT_TRUE(walk);
    return walk.value_or(WalkRecord());
  }
};

const core::Reason& decided(const WalkRecord& walk) {
  static const core::Reason kNone;
  EXPECT_FALSE(walk.reasons.empty());
  return walk.reasons.empty() ? kNone : walk.reasons.back();
}

std::set<std::string> written(const WalkRecord& walk) {
  EXPECT_EQ(walk.steps.size(), 5U);
  return {walk.steps[3].what.begin(), walk.steps[3].what.end()};
}

// RFC 9700 §2.1: one character more.
TEST_P(Explain, the_redirect_uri_that_differs_is_shown_beside_the_registered_one) {
  App app(house, "web");
  app.redirect_uri = std::string(kAppUri) + "/";
  const Answer page = browser.get(app.ask());
  EXPECT_EQ(page.status, 400);
  EXPECT_EQ(page.body.find("RFC"), std::string::npos);  // a stranger's page has the number alone
  const WalkRecord walk = told(page.fields);
  EXPECT_NE(page.body.find(walk.request_id), std::string::npos);
  EXPECT_TRUE(walk.refused);
  EXPECT_EQ(walk.endpoint, "authorize");
  EXPECT_EQ(walk.status, 400);
  EXPECT_EQ(decided(walk).rule, "authorize/return_address");
  EXPECT_EQ(decided(walk).expected, kAppUri);
  EXPECT_EQ(decided(walk).found, app.redirect_uri);
  EXPECT_FALSE(decided(walk).repair.empty());
  EXPECT_TRUE(written(walk).empty());
}

// RFC 7636 §4.6, RFC 6749 §4.1.2: burned, then refused as used.
TEST_P(Explain, a_wrong_verifier_and_the_second_try_are_told_apart) {
  App app(house, "spa");
  const Answer back = browser.walk(app.ask());
  Fields form = app.exchange_form(back);
  for (auto& [name, value] : form) {
    if (name == "code_verifier") value.back() = value.back() == 'A' ? 'B' : 'A';
  }
  const WalkRecord wrong = told(app.token(form).fields);
  EXPECT_EQ(decided(wrong).citation, "RFC 7636 §4.6");
  EXPECT_EQ(wrong.error, "invalid_grant");
  EXPECT_EQ(wrong.client, "spa");
  EXPECT_EQ(written(wrong), std::set<std::string>{"open a grant"});
  const WalkRecord again = told(app.exchange(back).fields);
  EXPECT_EQ(decided(again).citation, "RFC 6749 §4.1.2, §10.5");
  EXPECT_TRUE(written(again).empty());
}

TEST_P(Explain, what_went_well_is_known_too) {
  App app(house, "spa");
  const WalkRecord walk = told(tokens(app, browser).fields);
  EXPECT_FALSE(walk.refused);
  EXPECT_EQ(walk.event, "grant_opened");
  EXPECT_EQ(walk.rounds, 1);
  EXPECT_EQ(written(walk), std::set<std::string>{"open a grant"});
  for (const WalkStep& step : walk.steps) {
    EXPECT_NE(step.state, WalkStep::State::not_reached) << step.name;
  }
}

TEST_P(Explain, a_password_that_was_asked_for_is_counted_as_a_question) {
  App app(house, "spa");
  const Answer login = browser.open(app.ask());
  const Answer wrong = browser.sign_in(login, "ada", "not hers");
  const WalkRecord walk = told(wrong.fields);
  EXPECT_TRUE(walk.refused);
  EXPECT_EQ(walk.event, "login_failed");
  EXPECT_EQ(walk.asks, 1);
}

TEST_P(Explain, nothing_at_a_path_has_a_number_too) {
  const Answer page = browser.get("/nowhere");
  EXPECT_EQ(page.status, 404);
  const WalkRecord walk = told(page.fields);
  EXPECT_EQ(walk.endpoint, "");
  EXPECT_EQ(walk.path, "/nowhere");
}

// The public listener has no such thing, whoever asks.
TEST_P(Explain, strangers_find_no_explanation) {
  App app(house, "web");
  app.redirect_uri = "https://evil.example/";
  const std::string id = browser.get(app.ask()).field("x-request-id");
  ASSERT_NE(id, "");
  for (const std::string path : {"/explain", "/requests"}) {
    EXPECT_EQ(browser.get(path).status, 404);
    EXPECT_EQ(browser.get(path + "/" + id).status, 404);
  }
}

// ---- no secret, wherever it was put

// In a field that is shown, a secret is known by its looks: drawn at random, as ours are. The first
// four characters may stay.
const std::string kMark = "cAnArY";
std::string canary(int number) {
  return "Xy1-" + kMark + std::to_string(1000 + number) + "-qwertyuiopasdfghjklzxcvbnm";
}

constexpr std::string_view kNames[] = {
    "response_type", "response_mode", "client_id", "redirect_uri", "scope", "prompt", "max_age",
    "code_challenge_method", "grant_type", "resource", "ui_locales", "token_type_hint",
    "acr_values", "display", "answer", "client_assertion_type", "post_logout_redirect_uri",
    "state", "nonce", "code", "code_verifier", "code_challenge", "client_secret", "refresh_token",
    "token", "access_token", "client_assertion", "id_token_hint", "login_hint", "request",
    "request_uri", "claims", "user", "password", "new_password", "again", "form", "resume", "said",
    "registration", "end", "withdraw", "change", "secret", "redirect_url"};
constexpr std::string_view kPaths[] = {"/authorize", "/login",      "/consent",  "/account",
                                       "/logout",    "/token",      "/revoke",   "/introspect",
                                       "/userinfo",  "/register",   "/jwks",     "/requests",
                                       "/nowhere"};

http::Request request(std::string_view method, std::string_view path) {
  http::Request out;
  out.method = method;
  out.path = path;
  out.fields.add("host", "127.0.0.1");
  if (method == "POST") out.fields.add("content-type", "application/x-www-form-urlencoded");
  return out;
}

class Canaries : public testing::TestWithParam<Deployment> {
 protected:
  static HouseOptions options() {
    HouseOptions options;
    options.developer = true;
    options.configure = [](server::Config& config) {
      config.explain_kept = 100'000;
      config.registration_mode = "open";
      config.register_tries = 1000;
    };
    return options;
  }

  // A request that is right but for one secret in one field.
  void put_everywhere(const std::string& secret) {
    const Fields right = {{"client_id", "web"},      {"redirect_uri", std::string(kAppUri)},
                          {"response_type", "code"}, {"grant_type", "authorization_code"},
                          {"scope", "read"},         {"code_challenge_method", "S256"}};
    for (const std::string_view path : kPaths) {
      for (const std::string_view name : kNames) {
        Fields fields;
        for (const auto& each : right) {
          if (each.first != name) fields.push_back(each);
        }
        fields.emplace_back(std::string(name), secret);
        http::Request get = request("GET", path);
        get.query = encode(fields);
        house.ask(get);
        http::Request post = request("POST", path);
        post.body = encode(fields);
        house.ask(post);
      }
    }
  }

  void put_in_headers(const std::string& secret) {
    const auto base64 = [](const std::string& text) {
      return base64_encode(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()),
                                    text.size()));
    };
    for (const std::string_view path : kPaths) {
      for (const std::string& value :
           {"Basic " + base64("web:" + secret), "Basic " + base64(secret + ":web"),
            "Basic " + secret, "Bearer " + secret, secret, "Bearer " + secret + " " + secret}) {
        for (const std::string_view method : {"GET", "POST", "PUT", "DELETE"}) {
          http::Request sent = request(method, path);
          sent.fields.add("authorization", value);
          sent.query = "client_id=" + secret;
          sent.body = "grant_type=client_credentials&token=a";
          house.ask(sent);
        }
      }
      http::Request sent = request("GET", path);
      sent.fields.add("cookie", "grantd-session=" + secret + "; grantd-browser=" + secret +
                                    "; grantd-device=" + secret + "; __Host-grantd-session=" +
                                    secret + "; __Host-grantd-browser=" + secret);
      house.ask(sent);
      sent.path += "/" + secret;
      house.ask(sent);
      sent.path = "/";
      sent.query = secret;  // as a name
      house.ask(sent);
      http::Request body = request("POST", path);
      body.body = secret + "=1&client_id=web&" + secret;
      house.ask(body);
      body.fields.set("content-type", "text/" + secret);
      house.ask(body);
    }
  }

  void register_with(const std::string& secret) {
    for (const std::string_view member :
         {"client_secret", "registration_access_token", "software_statement", "client_name",
          "jwks_uri", "redirect_uris", "token_endpoint_auth_method", "scope", "contacts",
          "grant_types", "response_types", "application_type", "sector_identifier_uri",
          "request_uris", "subject_type", "default_max_age"}) {
      Json document = Json::object({{"redirect_uris", Json::array({"https://app.example/cb"})}});
      for (const Json& value :
           {Json(secret), Json::array({secret}), Json::object({{"d", secret}}),
            Json("https://ada:" + secret + "@app.example/"),
            Json::array({"https://ada:" + secret + "@app.example/"})}) {
        document.set(std::string(member), value);
        http::Request sent = request("POST", "/register");
        sent.fields.set("content-type", "application/json");
        sent.body = document.dump();
        house.ask(sent);
      }
    }
    http::Request sent = request("POST", "/register");
    sent.fields.set("content-type", "application/json");
    sent.body = "{\"" + secret + "\": " + secret;
    house.ask(sent);
  }

  // All that anybody is ever told.
  std::string all_told() {
    std::string all;
    const std::vector<WalkRecord> walks = house.server().last_walks(100'000, false);
    EXPECT_GT(walks.size(), 1000U);
    for (const WalkRecord& walk : walks) {
      all += to_json(walk).dump() + explain_text(walk);
    }
    all += walks_text(walks);
    for (const std::string query : {"", "refused=1"}) {
      http::Request list = request("GET", "/requests");
      list.query = query;
      const http::Reply page = house.ask(list);
      EXPECT_EQ(page.status, 200);
      all += page.body;
    }
    for (std::size_t i = 0; i < walks.size(); i += 17) {
      const http::Reply page = house.ask(request("GET", "/requests/" + walks[i].request_id));
      EXPECT_EQ(page.status, 200);
      all += page.body;
    }
    return all;
  }

  House house{GetParam(), options()};
};

struct Logged {
  Logged() {
    std::filesystem::remove(file);
    log::start(log::Format::json, log::Level::debug, file);
  }
  ~Logged() { std::filesystem::remove(file); }
  std::string read() const {
    log::stop();
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const std::string file =
      testing::TempDir() + "grantd-canaries-" + std::to_string(getpid()) + ".log";
};

void expect_untold(const std::string& told, const std::string& secret) {
  const std::size_t at = told.find(secret);
  EXPECT_EQ(at, std::string::npos) << told.substr(at < 200 ? 0 : at - 200, 400);
}

TEST_P(Canaries, no_secret_is_told_wherever_it_was_put) {
  const Logged logged;
  put_everywhere(canary(1));
  put_in_headers(canary(2));
  register_with(canary(3));
  const std::string told = all_told();
  expect_untold(told, kMark);
  const std::string log = logged.read();
  EXPECT_GT(log.size(), 100'000U);
  expect_untold(log, kMark);
}

// In the field that is theirs, secrets need not look like any: people choose passwords.
TEST_P(Canaries, what_people_choose_is_not_told_from_its_own_field) {
  const Logged logged;
  for (int i = 0; i < 60; ++i) {
    for (const std::string_view path : kPaths) {
      for (const std::string_view name : {"password", "user", "client_secret", "state",
                                          "code_verifier", "new_password", "login_hint"}) {
        http::Request post = request("POST", path);
        post.body = encode({{"client_id", "web"}, {std::string(name), "hunter2 zorkmid"}});
        house.ask(post);
      }
    }
  }
  Browser browser(house);
  App app(house, "spa");
  browser.sign_in(browser.open(app.ask()), "zorkmid", "hunter2 zorkmid");
  expect_untold(all_told(), "zorkmid");
  expect_untold(logged.read(), "zorkmid");
}

// What we issued ourselves, in every field that there is.
TEST_P(Canaries, what_was_issued_is_not_told) {
  const Logged logged;
  App app(house, "spa");
  Browser browser(house);
  const Answer back = browser.walk(app.ask());
  const Reply reply = app.exchange(back);
  ASSERT_EQ(reply.gist(), "200") << reply;
  std::vector<std::string> issued = {back.parameter("code"), reply.access(), reply.refresh(),
                                     app.verifier};
  for (const auto& [name, value] : browser.cookies) issued.push_back(value);
  // Cookies are short: in one of forty there is no digit, and nothing to know it by for certain.
  std::erase_if(issued, [](const std::string& secret) {
    return secret.find_first_of("0123456789") == std::string::npos;
  });
  const Answer login = Browser(house).open(app.ask());
  issued.push_back(login.input("form"));
  for (const std::string& secret : issued) {
    ASSERT_GE(secret.size(), 20U);
    put_everywhere(secret);
    put_in_headers(secret);
  }
  const std::string told = all_told();
  const std::string log = logged.read();
  for (const std::string& secret : issued) {
    expect_untold(told, secret.substr(6, 14));
    expect_untold(log, secret.substr(6, 14));
  }
}

INSTANTIATE_TEST_SUITE_P(, Canaries, testing::Values(Deployment::in_process),
                         [](const auto& played) { return name_of(played.param); });
GRANTD_PLAY(Explain);

}  // namespace
}  // namespace grantd::flows
