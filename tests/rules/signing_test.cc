// An app that is registered for an algorithm that this deployment signs nothing by: OpenID Connect
// Dynamic Client Registration §2 (id_token_signed_response_alg), Core §15.1; RFC 8725 §3.1.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

const std::string kRefused = "json server_error";

// spa's code or refresh token of `scope`, where the deployment signs by `algorithms`.
Sent exchange(Scene& scene, const std::string& scope, jose::Algorithm registered,
              std::vector<jose::Algorithm> algorithms, bool refresh = false) {
  const ScopeSet scopes = ScopeSet::parse(scope).value();
  scene.policy.algorithms = std::move(algorithms);
  scene.facts.client("spa").id_token_algorithm = registered;
  scene.facts.client("spa").scope = scopes;
  scene.facts.consent("spa").scope = scopes;
  if (refresh) {
    scene.facts.grants = {scene.grant("spa")};
    scene.facts.grants[0].scope = scopes;
    return scene.token(renew(scene.text(scene.refresh("spa"))).with("client_id", "spa"));
  }
  CodePayload code = scene.code("spa");
  code.scope = scopes;
  return scene.token(redeem(scene.text(code)).with("client_id", "spa"));
}

Row row(std::string id, std::string title, std::string scope, jose::Algorithm registered,
        std::vector<jose::Algorithm> algorithms, std::string want, bool refresh = false) {
  return {std::move(id), std::move(title),
          [=](Scene& scene) { return exchange(scene, scope, registered, algorithms, refresh); },
          std::move(want)};
}

using enum jose::Algorithm;

TEST(signing, an_app_of_an_algorithm_that_was_taken_out_is_refused_and_loses_nothing) {
  run({
      row("OIDC Registration §2", "RS256 is configured", "openid read", rs256, {es256, rs256},
          "tokens scope=openid read refresh=g1 + open g1"),
      row("OIDC Registration §2", "RS256 was taken out: the code stays as it is", "openid read",
          rs256, {es256}, kRefused),
      row("OIDC Registration §2", "RS256 is not PS256, though both are RSA", "openid read", ps256,
          {es256, rs256}, kRefused),
      row("OIDC Registration §2", "EdDSA is configured", "openid read", eddsa, {es256, eddsa},
          "tokens scope=openid read refresh=g1 + open g1"),
      row("OIDC Core §3.1.2.1", "without openid there is no ID token", "read", rs256, {es256},
          "tokens scope=read refresh=g1 + open g1"),
      row("OIDC Core §12.2", "a refresh is refused as well, and rotates nothing", "openid read",
          rs256, {es256}, kRefused, true),
      row("OIDC Core §12.2", "a refresh without openid goes on", "read", rs256, {es256},
          "tokens scope=read refresh=g2 + rotate g1 v1", true),
  });
}

// RFC 6749 §5.2: a grant that was redeemed before is judged first.
TEST(signing, a_replay_is_still_a_replay) {
  Scene scene;
  const Sent sent = exchange(scene, "openid read", rs256, {es256});
  scene.facts.grants = {scene.grant("spa")};
  EXPECT_EQ(scene.answer(sent), "json invalid_grant + revoke_grant");
}

TEST(signing, the_operator_reads_which_app_and_which_setting) {
  Scene scene;
  const Decision decision = scene.decide(exchange(scene, "openid read", rs256, {es256}));
  ASSERT_FALSE(decision.reasons.empty());
  const Reason& reason = decision.reasons.back();
  EXPECT_EQ(reason.text,
            "client spa has id_token_signed_response_alg RS256, which is not in keys.algorithms");
  EXPECT_EQ(reason.expected, "one of ES256");
  EXPECT_EQ(reason.found, "RS256");
  ASSERT_EQ(reason.repair.size(), 1U);
  // The app learns neither the names of settings nor other apps' algorithms.
  const auto& sent = std::get<SendJsonError>(decision.outcome);
  EXPECT_EQ(sent.error.description.find("keys."), std::string::npos);
}

}  // namespace
}  // namespace grantd::core
