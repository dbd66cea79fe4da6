// POST /introspect: RFC 7662, RFC 9701; checklists IN-01, IN-03, IN-09.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kAda = oauth::to_text(id_of<SubjectId>(0xa1));
const std::string kInactive = "json {\"active\":false}";

Introspector introspector(Scene& scene, std::string_view name) {
  const Client& client = scene.facts.client(name);
  return {client.id, client.incarnation};
}

// web was granted `read` of notes by ada; own is the API that answers for notes.
void set_up(Scene& scene) {
  scene.facts.grants = {scene.grant("web")};
  scene.facts.resources[0].introspectors = {introspector(scene, "own")};
}
std::string jwt_of(Scene& scene, std::string_view client = "web") {
  return scene.access_token(scene.access_claims(client));
}
std::string opaque_of(Scene& scene, std::string_view client = "web") {
  return scene.text(scene.access(client));
}
std::string refresh_of(Scene& scene) { return scene.text(scene.refresh("web")); }

using Token = std::function<std::string(Scene&)>;
const Token kJwt = [](Scene& scene) { return jwt_of(scene); };
const Token kOpaque = [](Scene& scene) { return opaque_of(scene); };

Sent question(Scene& scene, std::string_view caller, const std::string& token) {
  Sent sent = scene.token(Params{{"token", token}},
                          basic(caller, std::string(caller) + "-secret"));
  sent.path = "/introspect";
  return sent;
}
// The token is made, then the facts change, then `caller` asks.
Row asks(std::string caller, std::string id, std::string title, std::string want, Token token,
         std::function<void(Scene&)> change = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            set_up(scene);
            const std::string text = token(scene);
            change(scene);
            return question(scene, caller, text);
          }, std::move(want)};
}
// own asks about web's JWT; the request is what differs.
Row request(std::string id, std::string title, std::string want,
            std::function<void(Sent&)> change) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            set_up(scene);
            Sent sent = question(scene, "own", jwt_of(scene));
            change(sent);
            return sent;
          }, std::move(want)};
}

std::string of_person(std::string_view rest) {
  return "json {\"active\":true,\"scope\":\"read\",\"client_id\":\"web\",\"sub\":\"" + kAda +
         "\",\"aud\":\"https://notes.example\",\"iss\":\"https://auth.example\"" +
         std::string(rest) + "}";
}
const std::string kTimes = ",\"exp\":1767269700,\"iat\":1767268800";
const std::string kLogin = ",\"auth_time\":1767267600,\"acr\":\"urn:grantd:acr:password\"";
const std::string kAccess = ",\"token_type\":\"Bearer\"" + kTimes + ",\"jti\":\"" +
                            oauth::to_text(id_of<TokenId>(0x71)) + "\"";
// RFC 9470 §6.2: when and how; RFC 7662 §5: the name is for the API alone.
const std::string kToApi = of_person(kAccess + kLogin + ",\"username\":\"ada\"");
const std::string kToOwner = of_person(kAccess + kLogin);

TEST(introspect, tells_the_api_and_the_owner_and_nobody_else) {
  // RFC 7662 §2.2, §4.
  run({
      asks("own", "§2.2", "the API, a JWT", kToApi, kJwt),
      asks("own", "§2.2", "the API, an opaque token", kToApi, kOpaque),
      asks("web", "§2.2", "the client's own JWT", kToOwner, kJwt),
      asks("web", "§2.2", "the client's own opaque token", kToOwner, kOpaque),
      asks("short", "§4", "a stranger, a JWT", kInactive, kJwt),
      asks("short", "§4", "a stranger, an opaque token", kInactive, kOpaque),
      asks("own", "§4", "the API of another audience", kInactive, kJwt,
           [](Scene& scene) {
             scene.facts.resources[0].introspectors.clear();
             scene.facts.resources[1].introspectors = {introspector(scene, "own")};
           }),
      asks("own", "DESIGN §1.2, 7", "the API's name, deleted and used again", kInactive, kOpaque,
           [](Scene& scene) {
             scene.facts.client("own").incarnation = id_of<Incarnation>(0x99);
           }),
      asks("own", "§4", "the API is gone", kInactive, kOpaque,
           [](Scene& scene) { scene.facts.resources.clear(); }),
      asks("own", "§4", "a refresh token is none of the API's business", kInactive, refresh_of),
      asks("short", "§4", "a stranger, a refresh token", kInactive, refresh_of),
  });
}

TEST(introspect, tells_of_a_clients_own_token) {
  const std::string robot =
      "json {\"active\":true,\"scope\":\"read\",\"client_id\":\"robot\",\"sub\":\"robot\","
      "\"aud\":\"https://notes.example\",\"iss\":\"https://auth.example\"" + kAccess + "}";
  const Token jwt = [](Scene& scene) { return jwt_of(scene, "robot"); };
  const Token opaque = [](Scene& scene) { return opaque_of(scene, "robot"); };
  run({
      asks("own", "RFC 7662 §2.2", "a JWT", robot, jwt),
      asks("robot", "RFC 7662 §2.2", "an opaque token", robot, opaque),
      asks("own", "DESIGN §1.2, 7", "all its tokens were revoked", kInactive, jwt,
           [](Scene& scene) { ++scene.facts.client("robot").counter; }),
      asks("own", "DESIGN §1.2, 7", "the client is disabled", kInactive, opaque,
           [](Scene& scene) { scene.facts.client("robot").disabled = true; }),
      asks("own", "DESIGN §1.2, 7", "the scope was taken from it", kInactive, opaque,
           [](Scene& scene) { scene.facts.client("robot").scope = {}; }),
  });
}

TEST(introspect, what_is_not_live_says_nothing_but_that) {
  const auto text = [](std::string token) { return [token](Scene&) { return token; }; };
  run({
      asks("own", "RFC 7662 §2.2", "unknown", kInactive, text("x")),
      asks("own", "RFC 7662 §2.2", "64 KB", kInactive, text(std::string(65'536, 'x'))),
      asks("own", "RFC 7662 §2.2", "malformed, opaque", kInactive, text("gat_x")),
      asks("web", "RFC 7662 §2.2", "malformed, refresh", kInactive, text("grt_x")),
      asks("web", "RFC 7662 §2.2", "a code is no token", kInactive,
           [](Scene& scene) { return scene.text(scene.code("web")); }),
      asks("web", "RFC 9068 §4", "an ID token", kInactive,
           [](Scene& scene) { return scene.access_token(scene.access_claims("web"), "JWT"); }),
      asks("own", "RFC 7662 §4", "expired", kInactive, kJwt,
           [](Scene& scene) { scene.now += minutes(15); }),
      asks("own", "RFC 7662 §4", "revoked", kInactive, kOpaque,
           [](Scene& scene) { scene.facts.revoked_tokens = {id_of<TokenId>(0x71)}; }),
      asks("own", "DESIGN §1.2, 7", "the consent was withdrawn", kInactive, kJwt,
           [](Scene& scene) { std::erase_if(scene.facts.consents, [](const Consent& each) {
                                return each.client.view() == "web"; }); }),
      asks("own", "DESIGN §1.2, 7", "signed out", kInactive, kOpaque,
           [](Scene& scene) { scene.session().ended = true; }),
      asks("own", "DESIGN §1.2, 7", "nothing is left of its scope", kInactive, kJwt,
           [](Scene& scene) { scene.facts.client("web").scope = {}; }),
  });
}

TEST(introspect, looks_at_a_refresh_token_and_does_nothing_to_it) {
  const std::string active =
      of_person(",\"exp\":1768392000,\"iat\":1767265200" + kLogin);
  const auto generation = [](std::uint32_t now, Duration ago) {
    return [=](Scene& scene) {
      scene.facts.grants[0].generation = now;
      scene.facts.grants[0].rotated = scene.now - ago;
    };
  };
  const auto grant = [](std::function<void(Grant&)> edit) {
    return [edit](Scene& scene) { edit(scene.facts.grants[0]); };
  };
  // RFC 7662 §2.1, §2.2; RFC 9700 §4.14.2: a replaced one is dead, and asking ends nothing.
  run({
      asks("web", "§2.2", "its own", active, refresh_of),
      asks("web", "RFC 9700 §4.14.2", "replaced just now", kInactive, refresh_of,
           generation(2, seconds(1))),
      asks("web", "RFC 9700 §4.14.2", "replaced long ago: no theft is cried", kInactive,
           refresh_of, generation(3, hours(1))),
      asks("web", "DESIGN §1.2, 4", "ahead of its row", kInactive, refresh_of,
           generation(0, hours(1))),
      asks("web", "§4", "the grant is revoked", kInactive, refresh_of,
           grant([](Grant& row) { row.state = GrantState::revoked; })),
      asks("web", "§4", "the row is gone", kInactive, refresh_of,
           [](Scene& scene) { scene.facts.grants.clear(); }),
      asks("web", "§4", "at its absolute end", kInactive, refresh_of,
           [](Scene& scene) { scene.now += hours(24 * 14); }),
      asks("web", "§4", "from before a restore", kInactive, refresh_of,
           [](Scene& scene) { scene.facts.epoch = id_of<Epoch>(0x0d); }),
      asks("web", "§4", "the client may refresh no longer", kInactive, refresh_of,
           [](Scene& scene) { scene.facts.client("web").grant_types = {}; }),
      asks("web", "RFC 9700 §4.14.2", "offline, and nobody used it for long", kInactive,
           refresh_of,
           grant([](Grant& row) {
             row.session.reset();
             row.last_used -= hours(24 * 30);
           })),
  });
}

TEST(introspect, asks_who_is_asking) {
  run({
      request("IN-01", "nobody", "json invalid_client",
              [](Sent& sent) { sent.authorization.clear(); }),
      request("IN-01", "a wrong secret", "json invalid_client",
              [](Sent& sent) { sent.authorization = basic("own", "wrong"); }),
      request("IN-01", "a confidential client by its client_id alone", "json invalid_client",
              [](Sent& sent) {
                sent.authorization.clear();
                sent.body += "&client_id=own";
              }),
      request("IN-03", "a public client", "json invalid_client",
              [](Sent& sent) {
                sent.authorization.clear();
                sent.body += "&client_id=spa";
              }),
      request("IN-03", "a public client with an empty secret", "json invalid_client",
              [](Sent& sent) { sent.authorization = basic("spa", ""); }),
      request("RFC 7662 §2.1", "the access token itself as authorization", "json invalid_client",
              [](Sent& sent) { sent.authorization = "Bearer " + sent.body.substr(6); }),
      request("IN-09", "GET", "method_not_allowed POST",
              [](Sent& sent) {
                sent.method = "GET";
                sent.query = sent.body;
              }),
      request("IN-09", "a JSON body", "json invalid_request",
              [](Sent& sent) { sent.content_type = "application/json"; }),
      request("IN-09", "the token twice", "json invalid_request",
              [](Sent& sent) { sent.body += "&" + sent.body; }),
      request("RFC 7662 §2.1", "no token", "json invalid_request",
              [](Sent& sent) { sent.body.clear(); }),
      request("RFC 7662 §2.1", "a wrong hint", kToApi,
              [](Sent& sent) { sent.body += "&token_type_hint=refresh_token"; }),
      asks("own", "CA-14", "too many wrong secrets from here",
           "json temporarily_unavailable retry_after", kJwt,
           [](Scene& scene) { scene.facts.throttled = seconds(3); }),
      asks("classic", "CA-02", "an imported secret", "ask client_secret", kJwt,
           [](Scene& scene) {
             scene.facts.client("classic").auth_method = AuthMethod::client_secret_basic;
           }),
  });
}

// RFC 9701 §4, §5, §6.
TEST(introspect, answers_by_a_signed_document_where_it_is_asked_for) {
  Scene scene;
  set_up(scene);
  Sent sent = question(scene, "own", opaque_of(scene));
  for (const char* accept :
       {"application/token-introspection+jwt", "Application/Token-Introspection+JWT;q=0.5",
        "application/json;q=0.1, application/token-introspection+jwt"}) {
    sent.accept = accept;
    const Decision decision = scene.decide(sent);
    const auto* jwt = std::get_if<SendJwt>(&decision.outcome);
    ASSERT_TRUE(jwt) << accept;
    EXPECT_EQ(jwt->content_type, "application/token-introspection+jwt");
    EXPECT_EQ(jwt->token.typ, "token-introspection+jwt");
    EXPECT_EQ(jwt->token.algorithm, jose::Algorithm::rs256);
    EXPECT_EQ(jwt->token.claims.dump(),
              "{\"iss\":\"https://auth.example\",\"aud\":\"own\",\"iat\":1767268800,"
              "\"token_introspection\":" + kToApi.substr(5) + "}");
  }
  for (const char* accept : {"", "*/*", "application/json", "application/jwt",
                             "application/token-introspection+jwt;q=0"}) {
    sent.accept = accept;
    EXPECT_EQ(scene.answer(sent), kToApi) << accept;
  }
  // §5: what is not active says no more there either.
  sent = question(scene, "short", opaque_of(scene));
  sent.accept = "application/token-introspection+jwt";
  const Decision decision = scene.decide(sent);
  EXPECT_EQ(std::get<SendJwt>(decision.outcome).token.claims.find("token_introspection")->dump(),
            "{\"active\":false}");
}

}  // namespace
}  // namespace grantd::core
