// /userinfo: OpenID Connect Core §5.3, RFC 6750 §2, §3; checklists UI-01 to UI-07, RT-18, CO-01.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;

const std::string kAda = oauth::to_text(id_of<SubjectId>(0xa1));
const std::string kBad = "challenge invalid_token";

// web was granted `scope` by ada, who has a name, an address and an e-mail address.
void grant_to_web(Scene& scene, const std::string& scope = "openid profile email") {
  const ScopeSet granted = ScopeSet::parse(scope).value();
  scene.facts.client("web").scope = granted;
  scene.facts.consent("web").scope = granted;
  scene.facts.grants = {scene.grant("web")};
  scene.facts.grants[0].scope = granted;
  scene.user().claims = Json::object({{"name", "Ada"},
                                      {"email", "ada@example.org"},
                                      {"email_verified", true},
                                      {"address", Json::object({{"country", "UK"}})},
                                      {"updated_at", std::int64_t{1'767'000'000}}});
}

Sent bearer(const std::string& token) {
  return {.path = "/userinfo", .authorization = "Bearer " + token};
}
std::string said(std::string_view claims) {
  return "json {\"sub\":\"" + kAda + "\"" + std::string(claims) + "}";
}
const std::string kProfile = ",\"name\":\"Ada\",\"updated_at\":1767000000";
const std::string kEmail = ",\"email\":\"ada@example.org\",\"email_verified\":true";

// A JWT with the scopes of the grant; `change` edits facts afterwards.
Row jwt(std::string id, std::string title, std::string want, std::string scope,
        std::function<void(Scene&)> change = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            grant_to_web(scene);
            Sent sent = bearer(scene.access_token(scene.access_claims("web", scope)));
            change(scene);
            return sent;
          }, std::move(want)};
}
Row opaque(std::string id, std::string title, std::string want, std::string scope,
           std::function<void(Scene&)> change = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            grant_to_web(scene);
            Sent sent = bearer(scene.text(scene.access("web", scope)));
            change(scene);
            return sent;
          }, std::move(want)};
}
// The request is what differs.
Row asked(std::string id, std::string title, std::string want,
          std::function<void(Scene&, Sent&)> change) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            grant_to_web(scene);
            Sent sent = bearer(scene.access_token(scene.access_claims("web", "openid")));
            change(scene, sent);
            return sent;
          }, std::move(want)};
}

TEST(userinfo, gives_what_the_scope_of_the_token_says) {
  // Core §5.4: the claims of each scope; §5.3.2: `sub` always, what there is no value for never.
  run({
      jwt("§5.3.2", "openid alone", said(""), "openid"),
      jwt("§5.4", "profile", said(",\"name\":\"Ada\",\"updated_at\":1767000000"),
          "openid profile"),
      jwt("§5.4", "email", said(kEmail), "openid email"),
      opaque("§5.4", "both, by an opaque token", said(kEmail + kProfile), "openid profile email"),
      opaque("RFC 6749 §6", "narrowed at refresh", said(kEmail), "openid email"),
      jwt("§5.4", "a scope without values", said(""), "openid phone",
          [](Scene& scene) {
            scene.facts.client("web").scope = scene.facts.consent("web").scope =
                ScopeSet::parse("openid phone").value();
          }),
      jwt("§5.4", "the address is an object", said(",\"address\":{\"country\":\"UK\"}"),
          "openid address",
          [](Scene& scene) {
            scene.facts.client("web").scope = scene.facts.consent("web").scope =
                ScopeSet::parse("openid address").value();
          }),
  });
}

TEST(userinfo, gives_no_more_than_consent_and_client_still_allow) {
  const auto scope_of = [](std::string text) { return ScopeSet::parse(text).value(); };
  run({
      jwt("DESIGN §1.2, 7", "taken from the client", said(kEmail), "openid profile email",
          [=](Scene& scene) { scene.facts.client("web").scope = scope_of("openid email"); }),
      jwt("DESIGN §1.2, 7", "not in the consent", said(kProfile), "openid profile email",
          [=](Scene& scene) { scene.facts.consent("web").scope = scope_of("openid profile"); }),
      jwt("DESIGN §1.2, 7", "openid taken from the client", "challenge insufficient_scope",
          "openid email",
          [=](Scene& scene) { scene.facts.client("web").scope = scope_of("email"); }),
  });
}

TEST(userinfo, gives_what_was_asked_for_by_name) {
  const auto asking = [](std::string claims) {
    return [claims](Scene& scene) { scene.facts.grants[0].claims = claims; };
  };
  // Core §5.5: oidcc-claims-essential.
  run({
      jwt("§5.5", "name, for userinfo", said(",\"name\":\"Ada\""), "openid", asking("name|")),
      jwt("§5.5", "email, for the ID token alone", said(""), "openid", asking("|email")),
      jwt("§5.5", "beyond the consent", said(""), "openid", asking("address|")),
      jwt("§5.5", "both ways at once", said(kEmail), "openid email", asking("email|")),
  });
}

TEST(userinfo, takes_the_token_in_one_place) {
  const auto in_body = [](Sent& sent) {
    sent.method = "POST";
    sent.content_type = "application/x-www-form-urlencoded";
    sent.body = "access_token=" + sent.authorization.substr(7);
  };
  run({
      asked("oidcc-userinfo-post-header", "POST, token in the header", said(""),
            [](Scene&, Sent& sent) { sent.method = "POST"; }),
      asked("oidcc-userinfo-post-body", "POST, token in the form", said(""),
            [=](Scene&, Sent& sent) {
              in_body(sent);
              sent.authorization.clear();
            }),
      asked("§5.3", "HEAD", said(""), [](Scene&, Sent& sent) { sent.method = "HEAD"; }),
      asked("RFC 9110 §11.1", "the scheme in lower case", said(""),
            [](Scene&, Sent& sent) { sent.authorization[0] = 'b'; }),
      asked("UI-04", "in header and body", "challenge invalid_request",
            [=](Scene&, Sent& sent) { in_body(sent); }),
      asked("RFC 6750 §2.2", "the parameter twice", "challenge invalid_request",
            [=](Scene&, Sent& sent) {
              in_body(sent);
              sent.authorization.clear();
              sent.body += "&" + sent.body;
            }),
      asked("RFC 6750 §2.2", "a body of another type", "challenge",
            [=](Scene&, Sent& sent) {
              in_body(sent);
              sent.authorization.clear();
              sent.content_type = "application/json";
            }),
      asked("RFC 6750 §2.2", "the body of a GET", "challenge",
            [=](Scene&, Sent& sent) {
              in_body(sent);
              sent.authorization.clear();
              sent.method = "GET";
            }),
      asked("RFC 9700 §4.3.2", "in the query", "challenge",
            [](Scene&, Sent& sent) {
              sent.query = "access_token=" + sent.authorization.substr(7);
              sent.authorization.clear();
            }),
      asked("RFC 6750 §2.1", "two tokens in one header", "challenge invalid_request",
            [](Scene&, Sent& sent) { sent.authorization += ", x"; }),
      asked("RFC 9110 §15.5.6", "PUT", "method_not_allowed GET, HEAD, POST",
            [](Scene&, Sent& sent) { sent.method = "PUT"; }),
  });
}

TEST(userinfo, refuses_what_is_no_live_token_of_an_openid_request) {
  run({
      asked("UI-01", "no token", "challenge",
            [](Scene&, Sent& sent) { sent.authorization.clear(); }),
      asked("UI-01", "another scheme", "challenge",
            [](Scene&, Sent& sent) { sent.authorization = basic("web", "web-secret"); }),
      asked("UI-02", "garbage", kBad,
            [](Scene&, Sent& sent) { sent.authorization = "Bearer garbage"; }),
      asked("UI-02", "an opaque token that was altered", kBad,
            [](Scene& scene, Sent& sent) {
              std::string text = scene.text(scene.access("web", "openid"));
              text[60] = text[60] == 'A' ? 'B' : 'A';
              sent.authorization = "Bearer " + text;
            }),
      asked("RT-18", "a refresh token", kBad,
            [](Scene& scene, Sent& sent) {
              sent.authorization = "Bearer " + scene.text(scene.refresh("web"));
            }),
      asked("CO-01", "a code", kBad,
            [](Scene& scene, Sent& sent) {
              sent.authorization = "Bearer " + scene.text(scene.code("web"));
            }),
      asked("RFC 9068 §4", "an ID token", kBad,
            [](Scene& scene, Sent& sent) {
              sent.authorization =
                  "Bearer " + scene.access_token(scene.access_claims("web", "openid"), "JWT");
            }),
      jwt("UI-06, OIDC Core §5.3.1", "without openid", "challenge insufficient_scope", "email"),
      {"UI-06", "a client's own token", [](Scene& scene) {
         return bearer(scene.access_token(scene.access_claims("robot", "openid")));
       }, "challenge insufficient_scope"},
      jwt("UI-07", "expired", kBad, "openid", [](Scene& scene) { scene.now += minutes(15); }),
      opaque("UI-07", "expired, opaque", kBad, "openid",
             [](Scene& scene) { scene.now += minutes(15); }),
      jwt("UI-07", "revoked", kBad, "openid",
          [](Scene& scene) { scene.facts.revoked_tokens = {id_of<TokenId>(0x71)}; }),
      opaque("UI-07", "the person is disabled", kBad, "openid",
             [](Scene& scene) { scene.user().disabled = true; }),
      jwt("CO-01", "the grant is revoked: its code was replayed", kBad, "openid",
          [](Scene& scene) { scene.facts.grants[0].state = GrantState::revoked; }),
  });
}

// Core §8: each sector has its own `sub`, and the token's is the answer's.
TEST(userinfo, knows_the_person_by_the_clients_sub) {
  Scene scene;
  grant_to_web(scene);
  Client& web = scene.facts.client("web");
  const std::string before = scene.text(scene.access("web", "openid"));
  web.subject_type = SubjectType::pairwise;
  web.sector = "app.example";
  const AccessPayload token = scene.access("web", "openid");
  EXPECT_NE(token.subject, kAda);
  EXPECT_EQ(scene.answer(bearer(scene.text(token))), "json {\"sub\":\"" + token.subject + "\"}");
  // A token that names her otherwise is from before the client's way to know people was changed.
  EXPECT_EQ(scene.answer(bearer(before)), kBad);
}

// Core §5.3.2: iss and aud; oidcc-userinfo-rs256: and no nonce.
TEST(userinfo, is_signed_where_the_client_registered_it) {
  Scene scene;
  grant_to_web(scene);
  scene.facts.client("web").userinfo_algorithm = jose::Algorithm::rs256;
  const Sent sent = bearer(scene.access_token(scene.access_claims("web", "openid email")));
  const Decision decision = scene.decide(sent);
  const auto& jwt = std::get<SendJwt>(decision.outcome);
  EXPECT_EQ(jwt.content_type, "application/jwt");
  EXPECT_EQ(jwt.token.algorithm, jose::Algorithm::rs256);
  EXPECT_EQ(jwt.token.typ, "JWT");
  EXPECT_EQ(jwt.token.claims.dump(), "{\"sub\":\"" + kAda + "\"" + kEmail +
                                         ",\"iss\":\"https://auth.example\",\"aud\":\"web\"}");
  // Where the operator took the algorithm's keys away: an error, never plain claims.
  scene.policy.algorithms = {jose::Algorithm::es256};
  EXPECT_EQ(scene.answer(sent), "json server_error");
}

// RFC 6750 §3: what would do is named.
TEST(userinfo, names_the_scope_that_is_missing) {
  Scene scene;
  grant_to_web(scene);
  const Decision decision =
      scene.decide(bearer(scene.access_token(scene.access_claims("web", "email"))));
  EXPECT_EQ(std::get<SendChallenge>(decision.outcome).scope, "openid");
}

}  // namespace
}  // namespace grantd::core
