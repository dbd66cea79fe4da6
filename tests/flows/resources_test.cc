// One consent and one grant for two APIs, a token for one at a time: RFC 8707 §2.1, §2.2.
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

const std::string kNotes = "https://notes.example";
const std::string kPhotos = "https://photos.example";
const std::string kBadTarget = "400 invalid_target";

class Resources : public Story {
 protected:
  // "AUDIENCE SCOPE" of the token, or the error.
  std::string target(const Reply& reply) {
    if (reply.status != 200) return reply.gist();
    const Json claims = claims_of(house, reply.access());
    EXPECT_EQ(reply.text("scope"), *claims.find_string("scope"));
    return *claims.find_string("aud") + " " + *claims.find_string("scope");
  }
  static Fields with(Fields form, std::initializer_list<std::string> resources) {
    for (const std::string& each : resources) form.emplace_back("resource", each);
    return form;
  }
  static Fields renewal(const std::string& token) {
    return {{"grant_type", "refresh_token"}, {"refresh_token", token}};
  }
  // Ada comes back from allowing both.
  Answer back(App& asking) {
    asking.scope = "read view";
    return browser.walk(asking.ask({{"resource", kNotes}, {"resource", kPhotos}}));
  }
};

TEST_P(Resources, one_grant_yields_a_token_for_each) {
  App app(house, "web");
  const Fields form = app.exchange_form(back(app));
  EXPECT_EQ(target(app.token(form)), kBadTarget) << "which one?";
  EXPECT_EQ(target(app.token(with(form, {kNotes, kPhotos}))), kBadTarget) << "one token, one API";
  EXPECT_EQ(target(app.token(with(form, {"https://other.example"}))), kBadTarget);
  EXPECT_EQ(house.rows().grants, 0U) << "the code is not spent by that";

  const Reply first = app.token(with(form, {kNotes}));
  EXPECT_EQ(target(first), kNotes + " read");
  EXPECT_EQ(target(app.token(with(renewal(first.refresh()), {kPhotos}))), kPhotos + " view");
  EXPECT_EQ(target(app.token(with(renewal(first.refresh()), {kNotes}))), kNotes + " read");
  EXPECT_EQ(target(app.refresh(first.refresh())), kBadTarget);
  EXPECT_EQ(target(app.refresh(first.refresh(), "view")), kPhotos + " view");
  EXPECT_EQ(house.rows().grants, 1U);
  EXPECT_EQ(house.rows().consents, 1U);
}

// A request that is refused spends nothing: the public client's token rotates when it is honoured.
TEST_P(Resources, a_refused_one_does_not_spend_a_public_clients_token) {
  App app(house, "spa");
  const Reply first = app.token(with(app.exchange_form(back(app)), {kNotes}));
  const Rows before = house.rows();
  EXPECT_EQ(target(app.token(renewal(first.refresh()))), kBadTarget);
  EXPECT_EQ(target(app.token(with(renewal(first.refresh()), {kNotes, kPhotos}))), kBadTarget);
  EXPECT_EQ(house.rows(), before);
  house.wait(minutes(5));
  const Reply second = app.token(with(renewal(first.refresh()), {kPhotos}));
  EXPECT_EQ(target(second), kPhotos + " view");
  house.wait(minutes(5));
  EXPECT_EQ(target(app.token(with(renewal(second.refresh()), {kNotes}))), kNotes + " read")
      << "RFC 8707 §2.2: the refresh token is for the whole, whatever it last brought";
}

// An allowance for one API is none for the other.
TEST_P(Resources, a_second_api_is_asked_about) {
  App app(house, "web");
  tokens(app, browser);
  app.scope = "read view";
  EXPECT_EQ(browser.open(app.ask()).page(), "consent");
  EXPECT_EQ(browser.open(app.ask({{"prompt", "none"}})).parameter("error"), "consent_required");
}

// The person takes one API away on her own page; the other goes on.
TEST_P(Resources, one_can_be_taken_away) {
  App app(house, "web");
  const Reply given = app.token(with(app.exchange_form(back(app)), {kPhotos}));
  const Answer page = browser.open("/account");
  browser.follow(browser.post("/account", {{"form", page.input("form")},
                                           {"narrow", "web"},
                                           {"seen", page.input("seen")},
                                           {"keep", "read"}}));
  EXPECT_EQ(target(app.token(with(renewal(given.refresh()), {kPhotos}))), kBadTarget);
  EXPECT_EQ(target(app.token(with(renewal(given.refresh()), {kNotes}))), kNotes + " read");
  EXPECT_EQ(target(app.refresh(given.refresh())), kNotes + " read") << "the only one left";
}

// Each API has its own format, and asks about its own tokens alone (RFC 7662 §4).
TEST_P(Resources, each_api_sees_its_own_tokens) {
  core::Resource photos;
  photos.audience = core::Audience(kPhotos);
  photos.version = 1;
  photos.name = "Photos";
  photos.scopes = {{"view", {{"en", {"See your photos", ""}}}}};
  photos.token_format = core::TokenFormat::opaque;
  photos.introspectors = {{core::ClientId("robot"), house.client("robot").incarnation}};
  house.change(core::PutResource{photos, 1});
  App app(house, "web"), api(house, "robot");
  const Reply notes = app.token(with(app.exchange_form(back(app)), {kNotes}));
  const Reply view = app.token(with(renewal(notes.refresh()), {kPhotos}));
  EXPECT_TRUE(view.access().starts_with("gat_"));
  const Json seen = api.send("/introspect", {{"token", view.access()}}).json;
  EXPECT_EQ(*seen.find_string("aud"), kPhotos);
  EXPECT_EQ(*seen.find_string("scope"), "view");
  EXPECT_EQ(api.send("/introspect", {{"token", notes.access()}}).json.dump(),
            "{\"active\":false}");
}

GRANTD_PLAY(Resources);

}  // namespace
}  // namespace grantd::flows
