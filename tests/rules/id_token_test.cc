// The ID token that comes with an access token: OpenID Connect Core §2, §3.1.3.3, §3.1.3.6, §5.5,
// §12.2; modules of the conformance suite (oidcc-…). What is added when it is signed (at_hash, the
// key's id) is in tests/flows.
#include "grantd/core/oidc/id_token.h"
#include "tests/rules/openid.h"

namespace grantd::core {
namespace {

// What the token endpoint answers web; the grant's scope is openid, and what ada allowed counts.
class IdToken : public testing::Test {
 protected:
  IdToken() {
    with_openid(scene);
    code = scene.code("web");
    code.scope = ScopeSet::of({"openid"});
    code.nonce = "n-0S6_WzA2Mj";
  }

  UnsignedToken exchange() {
    const Decision decision =
        scene.decide(scene.token(redeem(scene.text(code)), basic("web", "web-secret")));
    const auto* sent = std::get_if<SendTokens>(&decision.outcome);
    EXPECT_TRUE(sent && sent->id_token) << gist(decision);
    return sent && sent->id_token ? *sent->id_token : UnsignedToken();
  }
  Json claims() { return exchange().claims; }

  // The grant that the exchange opened, an hour later.
  Json refreshed() {
    Grant grant = scene.grant("web");
    grant.scope = code.scope;
    grant.claims = code.claims;
    scene.facts.grants = {grant};
    scene.now += std::chrono::hours(1);
    const Decision decision = scene.decide(
        scene.token(renew(scene.text(scene.refresh("web"))), basic("web", "web-secret")));
    const auto* sent = std::get_if<SendTokens>(&decision.outcome);
    EXPECT_TRUE(sent && sent->id_token) << gist(decision);
    return sent && sent->id_token ? sent->id_token->claims : Json::object();
  }

  Scene scene;
  CodePayload code;
};

// Core §2: exactly these, oidcc-server.
TEST_F(IdToken, says_who_signed_in_where_and_when) {
  const Json claims = this->claims();
  EXPECT_EQ(*claims.find_string("iss"), "https://auth.example");
  EXPECT_EQ(*claims.find_string("aud"), "web");
  EXPECT_EQ(*claims.find_string("sub"), oauth::to_text(scene.ada));
  EXPECT_EQ(*claims.find_int("iat"), to_seconds(scene.now));
  EXPECT_EQ(*claims.find_int("exp"), to_seconds(scene.now) + 900);
  EXPECT_EQ(*claims.find_int("auth_time"), to_seconds(scene.session().auth_time));
  EXPECT_EQ(*claims.find_string("acr"), kAcrPassword);
  EXPECT_EQ(claims.find_strings("amr"), std::vector<std::string>{"pwd"});
  EXPECT_EQ(*claims.find_string("sid"), oauth::to_text(scene.session_id));
  EXPECT_EQ(*claims.find_string("nonce"), "n-0S6_WzA2Mj");
  EXPECT_EQ(claims.as_object()->size(), 10u) << claims.dump();
}

// Core §3.1.3.7, 11; oidcc-ensure-request-without-nonce-succeeds-for-code-flow.
TEST_F(IdToken, has_no_nonce_where_none_was_sent) {
  code.nonce.clear();
  EXPECT_FALSE(claims().find("nonce"));
}

// Core §3.1.3.3: without openid there is none.
TEST_F(IdToken, is_for_openid_alone) {
  code.scope = ScopeSet::of({"read"});
  const Decision decision =
      scene.decide(scene.token(redeem(scene.text(code)), basic("web", "web-secret")));
  EXPECT_FALSE(std::get<SendTokens>(decision.outcome).id_token);
}

// Core §3.1.3.7, 6; Registration §2; oidcc-idtoken-signature, oidcc-idtoken-rs256.
TEST_F(IdToken, is_signed_by_rs256_or_as_the_client_is_registered) {
  EXPECT_EQ(exchange().algorithm, jose::Algorithm::rs256);
  EXPECT_EQ(exchange().typ, "JWT");
  scene.facts.client("web").id_token_algorithm = jose::Algorithm::es256;
  EXPECT_EQ(exchange().algorithm, jose::Algorithm::es256);
}

// Core §5.4: what scopes bring is userinfo's; oidcc-scope-profile, oidcc-scope-email.
TEST_F(IdToken, has_no_claims_of_scopes) {
  code.scope = ScopeSet::of({"openid", "profile"});
  const Json claims = this->claims();
  EXPECT_FALSE(claims.find("name")) << claims.dump();
  EXPECT_FALSE(claims.find("email"));
}

// Core §5.5: what was asked for one by one, as far as the person allowed; oidcc-claims-essential.
TEST_F(IdToken, has_claims_asked_for_by_name_where_they_were_allowed) {
  code.claims = "|email name";
  EXPECT_EQ(*claims().find_string("name"), "Ada Lindqvist");
  EXPECT_FALSE(claims().find("email")) << "ada did not allow it";
  scene.facts.consent("web").scope = ScopeSet::of({"openid", "email"});
  EXPECT_EQ(*claims().find_string("email"), "ada@example.org");
  EXPECT_FALSE(claims().find("name"));
  scene.facts.client("web").scope = ScopeSet::of({"openid"});
  EXPECT_FALSE(claims().find("email")) << "the client may no longer have it";
}

// Core §5.5: userinfo's wishes are userinfo's.
TEST_F(IdToken, has_none_of_the_claims_asked_of_userinfo) {
  code.claims = "name|";
  EXPECT_FALSE(claims().find("name"));
}

// Core §12.2; oidcc-refresh-token.
TEST_F(IdToken, of_a_refresh_is_the_same_person_and_login_without_a_nonce) {
  const Json first = claims();
  const Json second = refreshed();
  for (const char* same : {"iss", "sub", "aud", "auth_time", "acr", "sid"}) {
    EXPECT_EQ(second.find(same)->dump(), first.find(same)->dump()) << same;
  }
  EXPECT_FALSE(second.find("nonce"));
  EXPECT_EQ(*second.find_int("iat"), *first.find_int("iat") + 3600);
}

}  // namespace
}  // namespace grantd::core
