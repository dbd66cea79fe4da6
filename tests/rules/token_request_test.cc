// POST /token as a request, and grant_type=client_credentials: RFC 6749 §3.2, §4.4, §5.2;
// checklist TK.
#include "tests/rules/scene.h"

#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

const Params kParams{{"grant_type", "client_credentials"}, {"scope", "read"}};
const std::string kRobot = basic("robot", "robot-secret");

void nothing(Scene&) {}

Row sent(std::string id, std::string title, std::string want, std::function<void(Sent&)> change) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            Sent request = scene.token(kParams, kRobot);
            change(request);
            return request;
          }, std::move(want)};
}
Row robot(std::string id, std::string title, std::string want, Params params,
          std::function<void(Scene&)> arrange = nothing) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            arrange(scene);
            return scene.token(params, kRobot);
          }, std::move(want)};
}

TEST(token_request, is_a_form_in_the_body_of_a_post) {
  const std::string bad = "json invalid_request";
  const auto typed = [&](std::string id, std::string type, std::string want) {
    return sent(std::move(id), type, std::move(want),
                [type](Sent& request) { request.content_type = type; });
  };
  run({
      sent("TK-01", "GET with all parameters in the query", "method_not_allowed POST",
           [](Sent& request) {
             request.method = "GET";
             request.query = request.body;
             request.body.clear();
             request.content_type.clear();
           }),
      sent("TK-17", "GET with _method=POST", "method_not_allowed POST",
           [](Sent& request) {
             request.method = "GET";
             request.query = request.body + "&_method=POST";
           }),
      sent("TK-01", "HEAD", "method_not_allowed POST",
           [](Sent& request) { request.method = "HEAD"; }),
      sent("TK-02", "a POST with the parameters in the query", bad,
           [](Sent& request) {
             request.query = request.body;
             request.body.clear();
           }),
      sent("TK-02", "what is in the query is not looked at", "tokens scope=read",
           [](Sent& request) { request.query = "scope=write&grant_type=password"; }),
      typed("RFC 6749 Appendix B", "application/x-www-form-urlencoded;charset=UTF-8",
            "tokens scope=read"),
      typed("RFC 6749 Appendix B", "Application/X-WWW-Form-Urlencoded", "tokens scope=read"),
      typed("TK-11", "application/x-www-form-urlencoded; charset=utf-16", bad),
      typed("TK-11", "application/x-www-form-urlencoded; charset=utf-7", bad),
      typed("IN-09", "application/json", bad),
      typed("IN-09", "multipart/form-data; boundary=x", bad),
      typed("IN-09", "text/plain", bad),
      typed("IN-09", "", bad),
      typed("IN-09", "application/x-www-form-urlencoded-2", bad),
      sent("TK-13", "100,000 parameters", bad,
           [](Sent& request) {
             for (int i = 0; i < 100'000; ++i) request.body += "&p" + std::to_string(i) + "=1";
           }),
      sent("TK-09", "bad percent-encoding", bad, [](Sent& request) { request.body += "&x=%zz"; }),
      sent("TK-09", "no UTF-8", bad, [](Sent& request) { request.body += "&x=%ff"; }),
  });
  for (const char* name : {"grant_type", "code", "redirect_uri", "code_verifier", "client_id",
                           "client_secret", "refresh_token", "scope", "resource", "x"}) {
    run({sent("TK-09", std::string("NUL in ") + name, bad,
              [&](Sent& request) { request.body += std::string("&") + name + "=a%00b"; })});
    if (std::string_view(name) == "resource") continue;  // RFC 8707 §2 allows several
    run({sent("RFC 6749 §3.2", std::string("twice: ") + name, bad, [&](Sent& request) {
           request.body += std::string("&") + name + "=a&" + name + "=a";
         })});
  }
}

TEST(token_request, names_a_grant_that_there_is) {
  run({
      robot("TK-05", "unknown", "json unsupported_grant_type", kParams.with("grant_type", "x")),
      robot("TK-07", "password, with right credentials", "json unsupported_grant_type",
            Params{{"grant_type", "password"}, {"username", "ada"}, {"password", "p"}}),
      robot("TK-07", "implicit", "json unsupported_grant_type",
            kParams.with("grant_type", "implicit")),
      robot("TK-05", "in other case", "json unsupported_grant_type",
            kParams.with("grant_type", "Client_Credentials")),
      robot("TK-06", "none", "json invalid_request", kParams.without("grant_type")),
      robot("TK-16", "an empty one is none", "json invalid_request",
            kParams.with("grant_type", "")),
      robot("TK-14", "not enabled for the client", "json unauthorized_client",
            kParams.with("grant_type", "authorization_code").with("code", "gac_x")),
      robot("TK-14", "refresh_token, not enabled", "json unauthorized_client",
            kParams.with("grant_type", "refresh_token").with("refresh_token", "grt_x")),
      robot("TK-16", "unknown parameters are ignored", "tokens scope=read", kParams.with("x", "1")),
      robot("TK-16", "empty known ones are left out", "tokens scope=read",
            kParams.with("code", "").with("resource", "").with("client_secret", "")),
  });
}

TEST(client_credentials, are_for_confidential_clients_and_write_nothing) {
  run({
      robot("RFC 6749 §4.4.2", "no refresh token, nothing is written", "tokens scope=read",
            kParams),
      robot("RFC 6749 §3.3", "no scope: all it has of one API", "tokens scope=read write",
            kParams.without("scope")),
      robot("RFC 6749 §3.3", "no scope: its default", "tokens scope=write",
            kParams.without("scope"),
            [](Scene& scene) {
              scene.facts.client("robot").default_scope = ScopeSet::parse("write").value();
            }),
      robot("TK-19", "a scope that is not allowed", "json invalid_scope",
            kParams.with("scope", "read view")),
      robot("TK-19", "openid", "json invalid_scope", kParams.with("scope", "read openid")),
      robot("TK-19", "offline_access", "json invalid_scope",
            kParams.with("scope", "read offline_access")),
      robot("TK-19", "offline_access alone", "json invalid_scope",
            kParams.with("scope", "offline_access")),
      robot("RFC 8707 §2", "another API than the scopes'", "json invalid_target",
            kParams.with("resource", "https://photos.example")),
      robot("RFC 8707 §2", "the scopes' API", "tokens scope=read",
            kParams.with("resource", "https://notes.example")),
      robot("RFC 8707 §2", "two", "json invalid_target",
            kParams.with("resource", "https://notes.example")
                .also("resource", "https://photos.example")),
      robot("RFC 8707 §2", "scopes of two APIs", "json invalid_target",
            kParams.with("scope", "read view"),
            [](Scene& scene) {
              scene.facts.client("robot").scope = ScopeSet::parse("read view").value();
            }),
      {"TK-18", "a public client, though the grant type is registered",
       [](Scene& scene) {
         scene.facts.client("spa").grant_types.push_back(GrantType::client_credentials);
         return scene.token(kParams.with("client_id", "spa"));
       },
       "json unauthorized_client"},
      {"TK-18", "a public client",
       [](Scene& scene) { return scene.token(kParams.with("client_id", "spa")); },
       "json unauthorized_client"},
  });
}

TEST(client_credentials, a_token_speaks_for_the_client) {
  Scene scene;
  const auto tokens = std::get<SendTokens>(scene.decide(scene.token(kParams, kRobot)).outcome);
  const Json& claims = std::get<UnsignedToken>(tokens.access_token).claims;
  EXPECT_EQ(*claims.find_string("sub"), "robot") << "RFC 9068 §2.2";
  EXPECT_EQ(*claims.find_string("client_id"), "robot");
  EXPECT_FALSE(claims.find("grant_id"));
  EXPECT_FALSE(claims.find("auth_time"));
}

// TK-20, RFC 9700 §4.15: a client whose client_id is a person's `sub` would be taken for her.
TEST(client_credentials, a_client_id_that_could_be_a_persons_gets_no_token) {
  Scene scene;
  const std::string person = oauth::to_text(scene.ada);
  scene.facts.client("robot").id = ClientId(person);
  EXPECT_EQ(scene.answer(scene.token(kParams, basic(person, "robot-secret"))),
            "json unauthorized_client");
}

// TK-21, RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E, and nothing that was sent.
TEST(token_request, a_description_is_plain_and_echoes_nothing) {
  const std::string odd = "\"\\\xc3\xa4<script>";
  Scene scene;
  for (const Params& params :
       {kParams.with("grant_type", odd), kParams.with("scope", odd), kParams.with("resource", odd),
        kParams.also("grant_type", odd), kParams.with("client_id", odd),
        Params{{"grant_type", "authorization_code"}, {"code", odd}},
        Params{{"grant_type", "refresh_token"}, {"refresh_token", odd}}}) {
    for (const std::string& authorization : {kRobot, basic("web", "web-secret"), basic(odd, odd)}) {
      const Decision decision = scene.decide(scene.token(params, authorization));
      const auto* error = std::get_if<SendJsonError>(&decision.outcome);
      ASSERT_TRUE(error);
      const std::string& text = error->error.description;
      EXPECT_TRUE(is_ascii_printable(text)) << text;
      EXPECT_EQ(text.find_first_of("\"\\<"), std::string::npos) << text;
    }
  }
}

// Off means absent: DESIGN §4.
TEST(token_request, a_grant_that_is_off_is_unknown) {
  Scene scene;
  const Features without({"client_credentials", "revoke"});
  scene.house.features = &without;
  EXPECT_EQ(scene.answer(scene.token(kParams, kRobot)), "json unsupported_grant_type");
  EXPECT_EQ(without.endpoint("/revoke"), nullptr);
}

}  // namespace
}  // namespace grantd::core
