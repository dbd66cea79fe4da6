// Who a person is to an app: OpenID Connect Core §8, §8.1.
#include "grantd/core/oidc/subject.h"
#include "tests/rules/openid.h"

namespace grantd::core {
namespace {

struct Subjects {
  std::string id_token, access_token;
};

// Of ada, as the token endpoint tells `client`.
Subjects subjects(Scene& scene, const std::string& client) {
  CodePayload code = scene.code(client);
  code.scope = ScopeSet::of({"openid"});
  const Decision decision =
      scene.decide(scene.token(redeem(scene.text(code)), basic(client, client + "-secret")));
  const auto* sent = std::get_if<SendTokens>(&decision.outcome);
  EXPECT_TRUE(sent && sent->id_token) << gist(decision);
  if (!sent || !sent->id_token) return {};
  const auto* token = std::get_if<UnsignedToken>(&sent->access_token);
  return {*sent->id_token->claims.find_string("sub"),
          token ? *token->claims.find_string("sub")
                : std::get<AccessPayload>(sent->access_token).subject};
}

void make_pairwise(Scene& scene, std::string_view client, std::string sector) {
  scene.facts.client(client).subject_type = SubjectType::pairwise;
  scene.facts.client(client).sector = std::move(sector);
}

class Pairwise : public testing::Test {
 protected:
  Pairwise() { with_openid(scene); }
  Scene scene;
};

// Core §8: public is the same for all.
TEST_F(Pairwise, public_subjects_are_the_persons_id) {
  EXPECT_EQ(subjects(scene, "web").id_token, oauth::to_text(scene.ada));
  EXPECT_EQ(subjects(scene, "short").id_token, oauth::to_text(scene.ada));
}

// Core §8.1: apps of two sectors cannot compare notes, apps of one may.
TEST_F(Pairwise, subjects_differ_from_sector_to_sector) {
  make_pairwise(scene, "web", "app.example");
  make_pairwise(scene, "short", "shop.example");
  make_pairwise(scene, "own", "app.example");
  const Subjects web = subjects(scene, "web");
  EXPECT_NE(web.id_token, subjects(scene, "short").id_token);
  EXPECT_EQ(web.id_token, subjects(scene, "own").id_token);
  EXPECT_NE(web.id_token, oauth::to_text(scene.ada));
  EXPECT_EQ(web.id_token, subjects(scene, "web").id_token) << "and never change";
}

// Core §8.1, RFC 9068 §5: the access token gives nothing away that the ID token hides.
TEST_F(Pairwise, the_access_token_has_the_same_subject) {
  make_pairwise(scene, "web", "app.example");
  for (const TokenFormat format : {TokenFormat::jwt, TokenFormat::opaque}) {
    scene.facts.client("web").token_format = format;
    const Subjects of = subjects(scene, "web");
    EXPECT_EQ(of.access_token, of.id_token) << to_text(format);
  }
}

// Core §8.1: nobody finds the person without the key; people differ within a sector.
TEST_F(Pairwise, subjects_hang_on_the_deployments_key_and_on_the_person) {
  make_pairwise(scene, "web", "app.example");
  const Client& web = scene.facts.client("web");
  const std::string ada = subject_for(web, scene.ada, scene.keys);
  EXPECT_NE(ada, subject_for(web, scene.bob, scene.keys));
  const std::string before = subjects(scene, "web").id_token;
  EXPECT_EQ(before, ada);
  scene.keys.pairwise = Secret(ByteView(Bytes(32, 0x33)));
  EXPECT_NE(subject_for(web, scene.ada, scene.keys), before);
}

}  // namespace
}  // namespace grantd::core
