// An access token that is shown: RFC 9068 §2.2, §4; RFC 8725 §3.1; DESIGN §1.2, 5 and 7; checklists
// JW-01, JW-03, UI-02. Both forms say the same, and each way to be dead is seen in both.
#include "grantd/core/token/access_token.h"

#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

// "ours", "not ours", "unknown key"
std::string kind_of(const ReadAccessToken& read) {
  if (std::holds_alternative<PresentedToken>(read)) return "ours";
  return std::holds_alternative<NotOurs>(read) ? "not ours" : "unknown key";
}

std::string life(const Scene& scene, const PresentedToken& token) {
  Wanted wanted;
  add_wants(token, wanted);
  return why_dead(token, scene.facts.look(wanted), scene.moment(), scene.policy, scene.keys)
      .value_or("lives");
}

struct Both {
  PresentedToken jwt, opaque;
};
Both both(const Scene& scene, std::string_view client) {
  return {std::get<PresentedToken>(
              read_access_token(scene.access_token(scene.access_claims(client)), scene.keys)),
          std::get<PresentedToken>(
              read_access_token(scene.text(scene.access(client)), scene.keys))};
}

TEST(access_token, a_jwt_and_an_opaque_one_say_the_same) {
  for (const char* client : {"web", "robot"}) {
    Scene scene;
    const auto [jwt, opaque] = both(scene, client);
    EXPECT_EQ(jwt.id, opaque.id);
    EXPECT_EQ(jwt.client, opaque.client);
    EXPECT_EQ(jwt.grant, opaque.grant);
    EXPECT_EQ(jwt.client_state, opaque.client_state);
    EXPECT_NE(jwt.grant.has_value(), jwt.client_state.has_value());
    EXPECT_EQ(jwt.subject, opaque.subject);
    EXPECT_EQ(jwt.scope, opaque.scope);
    EXPECT_EQ(jwt.audience, opaque.audience);
    EXPECT_EQ(jwt.issued, opaque.issued);
    EXPECT_EQ(jwt.expires, opaque.expires);
  }
}

// RFC 9068 §2.2, §4: every claim that we write must be there, as we write it.
TEST(access_token, a_jwt_with_other_claims_is_not_ours) {
  Scene scene;
  const Json right = scene.access_claims("web");
  const std::pair<const char*, Json> changes[] = {
      {"iss", "https://evil.example"}, {"iss", "https://auth.example/"},
      {"iss", Json()},                 {"jti", "short"},
      {"jti", 7},                      {"exp", "soon"},
      {"exp", -1},                     {"iat", Json()},
      {"aud", Json::array({"a", "b"})}, {"scope", "read  write"},
      {"client_id", 5},                {"sub", Json()},
      {"grant_id", "x"},               {"client_state", "AAAAAAAAAAA.1"},
  };
  for (const auto& [name, value] : changes) {
    Json claims = right;
    claims.set(name, value);
    EXPECT_EQ(kind_of(read_access_token(scene.access_token(claims), scene.keys)), "not ours")
        << name << " = " << value.dump();
  }
  EXPECT_EQ(kind_of(read_access_token(scene.access_token(right), scene.keys)), "ours");
  for (const char* typ : {"JWT", "", "token-introspection+jwt", "logout+jwt"}) {
    EXPECT_EQ(kind_of(read_access_token(scene.access_token(right, typ), scene.keys)), "not ours")
        << typ;
  }
}

// JW-01, JW-03: by our keys alone. DESIGN §1.2: an unknown key reloads the keys once.
TEST(access_token, only_our_keys_make_one) {
  Scene scene;
  const std::string jwt = scene.access_token(scene.access_claims("web"));
  const std::string opaque = scene.text(scene.access("web"));
  Keyring older = scene.keys;
  older.verify_keys = {};
  std::erase_if(older.seal_keys, [](const SealKey& key) { return key.id == 7; });
  for (const std::string& text : {jwt, opaque}) {
    EXPECT_EQ(kind_of(read_access_token(text, scene.keys)), "ours");
    older.complete = false;
    EXPECT_EQ(kind_of(read_access_token(text, older)), "unknown key");
    older.complete = true;
    EXPECT_EQ(kind_of(read_access_token(text, older)), "not ours");
  }
  Keyring elsewhere = scene.keys;
  elsewhere.issuer = oauth::Issuer("https://other.example");
  for (const std::string& text : {jwt, opaque}) {
    EXPECT_EQ(kind_of(read_access_token(text, elsewhere)), "not ours");
  }
}

struct Death {
  const char* why;
  std::function<void(Scene&)> change;
};

TEST(access_token, a_persons_token_dies_with_what_it_hangs_on) {
  const Death deaths[] = {
      {"expired", [](Scene& scene) { scene.now += std::chrono::minutes(15); }},
      {"was revoked", [](Scene& scene) { scene.facts.revoked_tokens = {id_of<TokenId>(0x71)}; }},
      {"row is gone", [](Scene& scene) { scene.facts.grants.clear(); }},
      {"grant is revoked",
       [](Scene& scene) { scene.facts.grants[0].state = GrantState::revoked; }},
      {"grant is revoked", [](Scene& scene) { scene.facts.grants[0].state = GrantState::refused; }},
      {"absolute end", [](Scene& scene) { scene.facts.grants[0].expires = scene.now; }},
      {"another client's",
       [](Scene& scene) {
         scene.facts.grants = {scene.grant("own")};
       }},
      {"user is disabled", [](Scene& scene) { scene.user().disabled = true; }},
      {"signed out everywhere", [](Scene& scene) { ++scene.user().counter; }},
      {"user is gone",
       [](Scene& scene) { scene.facts.users.erase(scene.facts.users.begin()); }},
      {"client is disabled", [](Scene& scene) { scene.facts.client("web").disabled = true; }},
      {"tokens were revoked", [](Scene& scene) { ++scene.facts.client("web").counter; }},
      {"name used again",
       [](Scene& scene) { scene.facts.client("web").incarnation = id_of<Incarnation>(0x99); }},
      {"withdrawn and given anew",
       [](Scene& scene) { scene.facts.consent("web").id = id_of<ConsentId>(0x99); }},
      {"consent was withdrawn", [](Scene& scene) { scene.facts.consents.clear(); }},
      {"session was ended", [](Scene& scene) { scene.session().ended = true; }},
      {"session is gone", [](Scene& scene) { scene.facts.sessions.clear(); }},
      {"another sub",
       [](Scene& scene) {
         scene.facts.client("web").subject_type = SubjectType::pairwise;
         scene.facts.client("web").sector = "app.example";
       }},
  };
  for (const auto& [why, change] : deaths) {
    Scene scene;
    scene.facts.grants = {scene.grant("web")};
    const auto [jwt, opaque] = both(scene, "web");
    EXPECT_EQ(life(scene, jwt), "lives");
    EXPECT_EQ(life(scene, opaque), "lives");
    change(scene);
    EXPECT_NE(life(scene, jwt).find(why), std::string::npos) << why << ": " << life(scene, jwt);
    EXPECT_EQ(life(scene, jwt), life(scene, opaque)) << why;
  }
}

TEST(access_token, a_clients_own_token_dies_with_its_client) {
  const Death deaths[] = {
      {"expired", [](Scene& scene) { scene.now += std::chrono::minutes(15); }},
      {"was revoked", [](Scene& scene) { scene.facts.revoked_tokens = {id_of<TokenId>(0x71)}; }},
      {"client is disabled", [](Scene& scene) { scene.facts.client("robot").disabled = true; }},
      {"tokens were revoked", [](Scene& scene) { ++scene.facts.client("robot").counter; }},
      {"name used again",
       [](Scene& scene) { scene.facts.client("robot").incarnation = id_of<Incarnation>(0x99); }},
      {"client is gone", [](Scene& scene) { scene.facts.clients.clear(); }},
  };
  for (const auto& [why, change] : deaths) {
    Scene scene;
    const auto [jwt, opaque] = both(scene, "robot");
    EXPECT_EQ(life(scene, jwt), "lives");
    EXPECT_EQ(life(scene, opaque), "lives");
    change(scene);
    EXPECT_NE(life(scene, jwt).find(why), std::string::npos) << why << ": " << life(scene, jwt);
    EXPECT_EQ(life(scene, jwt), life(scene, opaque)) << why;
  }
}

// DESIGN §1.2: an opaque token carries the store's epoch; a restore voids it.
TEST(access_token, an_opaque_one_dies_with_a_restore) {
  Scene scene;
  const auto [jwt, opaque] = both(scene, "robot");
  scene.facts.epoch = id_of<Epoch>(0x0d);
  EXPECT_EQ(life(scene, opaque), "the token is from before a restore");
}

// DESIGN §1.2, 7: token ∩ consent ∩ client, as they are now.
TEST(access_token, is_good_for_what_is_still_allowed) {
  Scene scene;
  scene.facts.grants = {scene.grant("web")};
  const auto token = std::get<PresentedToken>(
      read_access_token(scene.text(scene.access("web", "read write view")), scene.keys));
  Wanted wanted;
  add_wants(token, wanted);
  const auto left = [&] { return effective_scope(token, scene.facts.look(wanted)).to_text(); };
  scene.facts.consent("web").scope = ScopeSet::parse("read view").value();
  EXPECT_EQ(left(), "read view");
  scene.facts.client("web").scope = ScopeSet::parse("view write").value();
  EXPECT_EQ(left(), "view");
}

}  // namespace
}  // namespace grantd::core
