// Telling apps that a session ended: OpenID Connect Back-Channel Logout 1.0 §2.3 to §2.8,
// Front-Channel Logout 1.0 §2, §3; checklist LO-08; modules oidcc-backchannel-*,
// oidcc-frontchannel-*.
#include "grantd/core/oidc/logout_token.h"

#include "grantd/core/oidc/subject.h"
#include "tests/rules/openid.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kHears = "https://app.example/hears";
constexpr std::string_view kFrame = "https://app.example/frame";
constexpr std::string_view kBack = "https://app.example/bye";

SessionClient notice_for(Scene& scene, std::string_view client) {
  Client& row = scene.facts.client(client);
  row.backchannel_logout.uri = kHears;
  return {scene.session_id, row.id, row.incarnation, scene.ada, scene.now, scene.now, 0};
}

UnsignedToken token_for(Scene& scene, std::string_view client) {
  const SessionClient notice = notice_for(scene, client);
  return make_logout_token(notice, scene.facts.client(client), scene.moment(), scene.policy,
                           scene.keys);
}

// ---- Back-Channel Logout §2.4

TEST(logout_token, says_who_signed_out_of_what_and_nothing_else) {
  Scene scene;
  const UnsignedToken token = token_for(scene, "web");
  EXPECT_EQ(token.typ, "logout+jwt");
  EXPECT_EQ(*token.claims.find_string("iss"), "https://auth.example");
  EXPECT_EQ(*token.claims.find_string("aud"), "web");
  EXPECT_EQ(*token.claims.find_string("sub"), oauth::to_text(scene.ada));
  EXPECT_EQ(*token.claims.find_string("sid"), oauth::to_text(scene.session_id));
  EXPECT_EQ(*token.claims.find_int("iat"), to_seconds(scene.now));
  EXPECT_EQ(*token.claims.find_int("exp"), to_seconds(scene.now) + 120);
  EXPECT_EQ(token.claims.find("events")->dump(),
            R"({"http://schemas.openid.net/event/backchannel-logout":{}})");
  EXPECT_EQ(token.claims.find_string("jti")->size(), 22U);
  EXPECT_FALSE(token.claims.find("nonce"));
  EXPECT_EQ(token.claims.as_object()->size(), 8U);
}

TEST(logout_token, each_has_its_own_id) {
  Scene scene;
  const std::string first = *token_for(scene, "web").claims.find_string("jti");
  scene.chance = 2;
  EXPECT_NE(*token_for(scene, "web").claims.find_string("jti"), first);
}

// §2.4: signed as the app's ID tokens; Core §8: the subject as this app knows it.
TEST(logout_token, is_made_for_its_app) {
  Scene scene;
  Client& web = scene.facts.client("web");
  web.id_token_algorithm = jose::Algorithm::es256;
  web.subject_type = SubjectType::pairwise;
  web.sector = "app.example";
  const UnsignedToken token = token_for(scene, "web");
  EXPECT_EQ(token.algorithm, jose::Algorithm::es256);
  EXPECT_EQ(*token.claims.find_string("sub"), subject_for(web, scene.ada, scene.keys));
  EXPECT_NE(*token.claims.find_string("sub"), oauth::to_text(scene.ada));
}

// ---- when it is tried again, and when no more

TEST(logout_notice, is_tried_ever_more_rarely_for_an_hour) {
  Scene scene;
  SessionClient notice = notice_for(scene, "web");
  Time now = scene.now;
  std::vector<std::int64_t> pauses;
  for (std::optional<Time> next; (next = next_notice(notice, now)); now = *next) {
    pauses.push_back((*next - now) / seconds(1));
    ++notice.tries;
    ASSERT_LT(pauses.size(), 100U);
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{10, 30, 120, 300, 600, 1200, 1200}));
  EXPECT_LE(now, *notice.ended + kNoticeLife);
  EXPECT_EQ(fate_of(notice, &scene.facts.client("web"), now), NoticeFate::tell);
}

TEST(logout_notice, ends_where_nobody_wants_to_hear_or_its_hour_has_passed) {
  Scene scene;
  const SessionClient notice = notice_for(scene, "web");
  Client client = scene.facts.client("web");
  EXPECT_EQ(fate_of(notice, &client, scene.now), NoticeFate::tell);
  EXPECT_EQ(fate_of(notice, &client, scene.now + kNoticeLife), NoticeFate::tell);
  EXPECT_EQ(fate_of(notice, &client, scene.now + kNoticeLife + seconds(1)), NoticeFate::give_up);
  EXPECT_EQ(fate_of(notice, nullptr, scene.now), NoticeFate::drop);
  SessionClient alive = notice;
  alive.ended.reset();
  EXPECT_EQ(fate_of(alive, &client, scene.now), NoticeFate::drop);
  client.backchannel_logout.uri.clear();
  EXPECT_EQ(fate_of(notice, &client, scene.now), NoticeFate::drop);
  // A name used again is another client, who never met this person.
  client = scene.facts.client("web");
  client.incarnation = id_of<Incarnation>(0x78);
  EXPECT_EQ(fate_of(notice, &client, scene.now), NoticeFate::drop);
}

// ---- who is promised to hear

std::string exchanged(const std::function<void(Scene&, CodePayload&)>& arrange) {
  Scene scene;
  with_openid(scene);
  CodePayload code = scene.code("web");
  code.scope = ScopeSet::of({"openid", "read"});
  arrange(scene, code);
  return gist(scene.decide(scene.token(redeem(scene.text(code)), basic("web", "web-secret"))));
}

TEST(logout_notice, is_promised_to_an_app_that_signs_the_person_in_and_wants_to_hear) {
  const std::string tokens = "tokens scope=openid read refresh=g1 + open g1";
  const auto back = [](Scene& scene, CodePayload&) {
    scene.facts.client("web").backchannel_logout.uri = kHears;
  };
  EXPECT_EQ(exchanged(back), tokens + " + note web");
  EXPECT_EQ(exchanged([](Scene& scene, CodePayload&) {
              scene.facts.client("web").frontchannel_logout.uri = kFrame;
            }),
            tokens + " + note web");
  // Nobody else pays for it.
  EXPECT_EQ(exchanged([](Scene&, CodePayload&) {}), tokens);
  // Without an ID token the app has no sign-in that could end.
  EXPECT_EQ(exchanged([&](Scene& scene, CodePayload& code) {
              back(scene, code);
              code.scope = ScopeSet::of({"read"});
            }),
            "tokens scope=read refresh=g1 + open g1");
}

// §2.7: an offline grant lives on, yet the app hears that the sign-in is over.
TEST(logout_notice, is_promised_with_offline_access_too) {
  EXPECT_EQ(exchanged([](Scene& scene, CodePayload& code) {
              scene.facts.client("web").backchannel_logout.uri = kHears;
              scene.facts.consent("web").scope = ScopeSet::of({"openid", "offline_access"});
              code.scope = ScopeSet::of({"openid", "offline_access"});
              code.offline = true;
            }),
            "tokens scope=offline_access openid refresh=g1 + open g1 offline + note web");
}

// ---- Front-Channel Logout §2, §3

const std::string kEnds = " + end_session ~ session gone ~ browser";
const std::string kLoads =
    "loads https://app.example/frame?iss=https%3A%2F%2Fauth.example&sid=UVFRUVFRUVFRUVFRUVFRUQ";

void hears_in_a_frame(Scene& scene, std::string_view id = "web", bool session_required = true) {
  Client& client = scene.facts.client(id);
  client.frontchannel_logout = {std::string(kFrame), session_required};
  client.post_logout_redirect_uris = {RedirectUri::parse(kBack).value()};
  scene.facts.session_clients.push_back(
      {scene.session_id, client.id, client.incarnation, scene.ada, {}, {}, 0});
}

Sent by_hint(Scene& scene) {
  Sent sent = scene.post("/logout", {});
  sent.method = "GET";
  sent.query = Params()
                   .with("id_token_hint", scene.access_token(hint_claims(scene), "JWT"))
                   .with("post_logout_redirect_uri", std::string(kBack))
                   .with("state", "a b")
                   .encode();
  return sent;
}

TEST(front_channel, the_page_loads_the_apps_of_the_session_and_leads_on) {
  run({
      {"Front-Channel §2", "iss and sid, where the app needs them",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         return by_hint(scene);
       },
       "page signed_out " + kLoads + " then https://app.example/bye?state=a%20b 200" + kEnds},
      {"Front-Channel §2", "neither, where it does not",
       [](Scene& scene) {
         hears_in_a_frame(scene, "web", false);
         return by_hint(scene);
       },
       "page signed_out loads https://app.example/frame then https://app.example/bye?state=a%20b "
       "200" + kEnds},
      {"Front-Channel §3", "no place to go on to",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         Sent sent = by_hint(scene);
         sent.query = Params()
                          .with("id_token_hint", scene.access_token(hint_claims(scene), "JWT"))
                          .encode();
         return sent;
       },
       "page signed_out " + kLoads + " 200" + kEnds},
      {"RP-Initiated §3", "nobody to load: the redirect as ever",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         scene.facts.session_clients.clear();
         return by_hint(scene);
       },
       "logged_out https://app.example/bye state=a b" + kEnds},
      {"RP-Initiated §3", "an app that hears by the back channel alone: the redirect as ever",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         Client& web = scene.facts.client("web");
         web.backchannel_logout = std::exchange(web.frontchannel_logout, {});
         return by_hint(scene);
       },
       "logged_out https://app.example/bye state=a b" + kEnds},
      {"RP-Initiated §3", "no session any more: nobody is loaded",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         Sent sent = by_hint(scene);
         sent.session_cookie.reset();
         return sent;
       },
       "logged_out https://app.example/bye state=a b"},
      {"Front-Channel §3", "a disabled app is not loaded",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         hears_in_a_frame(scene, "spa");
         scene.facts.client("spa").disabled = true;
         return by_hint(scene);
       },
       "page signed_out " + kLoads + " then https://app.example/bye?state=a%20b 200" + kEnds},
      {"CWE-352", "the page that asks loads nobody",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         Sent sent = by_hint(scene);
         sent.query.clear();
         return sent;
       },
       "page logout 200"},
  });
}

// ---- the person's own page

Sent account(Scene& scene, Params fields) {
  const AccountFormPayload form{scene.facts.epoch, scene.now + minutes(30), scene.session_id,
                                AccountFormPayload::Note::none};
  return scene.post("/account",
                    fields.with("form", scene.seal_text(SealKind::account_form, encode(form))));
}

TEST(front_channel, the_persons_own_page_tells_too) {
  run({
      {"Front-Channel §3", "this sign-in ends",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         return account(scene, Params().with("end", oauth::to_text(scene.session_id)));
       },
       "page signed_out " + kLoads + " 200" + kEnds},
      {"Back-Channel §2.3", "everywhere: each session ends by itself, so that its apps hear",
       [](Scene& scene) {
         hears_in_a_frame(scene);
         Session other = scene.session();
         other.id = id_of<SessionId>(0x52);
         scene.facts.sessions.push_back(other);
         return account(scene, Params().with("everywhere", "1"));
       },
       "page signed_out:everywhere " + kLoads +
           " 200 + put_user ada counter=6 seen=1 + end_session" + kEnds},
  });
}

}  // namespace
}  // namespace grantd::core
