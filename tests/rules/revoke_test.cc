// POST /revoke: RFC 7009; checklist IN-07 to IN-10.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::seconds;

const std::string kWeb = basic("web", "web-secret");

// web revokes the token that `make` gives.
Row revoke(std::string id, std::string title, std::string want,
           std::function<std::string(Scene&)> make,
           std::function<void(Sent&)> change = [](Sent&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            Sent sent = scene.token(Params{{"token", make(scene)}}, kWeb);
            sent.path = "/revoke";
            change(sent);
            return sent;
          }, std::move(want)};
}
std::string refresh_of_web(Scene& scene) { return scene.text(scene.refresh("web")); }
std::string access_of_web(Scene& scene) {
  scene.facts.grants = {scene.grant("web")};
  return scene.access_token(scene.access_claims("web"));
}
std::string opaque_of_web(Scene& scene) {
  scene.facts.grants = {scene.grant("web")};
  return scene.text(scene.access("web"));
}

TEST(revoke, a_refresh_token_ends_its_grant_and_an_access_token_ends_alone) {
  const auto hint = [](std::string text) {
    return [text](Sent& sent) { sent.body += "&token_type_hint=" + text; };
  };
  run({
      revoke("RFC 7009 §2.1, §2.2", "a refresh token; simple-oauth2 reads JSON alone",
             "json {} + revoke_grant", refresh_of_web),
      revoke("RFC 7009 §2.1", "an older generation ends the grant too", "json {} + revoke_grant",
             [](Scene& scene) {
               scene.facts.grants = {scene.grant("web")};
               scene.facts.grants[0].generation = 9;
               return refresh_of_web(scene);
             }),
      revoke("RFC 7009 §2.1", "an access token", "json {} + revoke_token", access_of_web),
      revoke("RFC 7009 §2.1", "an opaque access token", "json {} + revoke_token", opaque_of_web),
      revoke("IN-08", "an opaque access token, hint refresh_token", "json {} + revoke_token",
             opaque_of_web, hint("refresh_token")),
      revoke("IN-08", "a refresh token, hint access_token", "json {} + revoke_grant",
             refresh_of_web, hint("access_token")),
      revoke("IN-08", "an access token, hint refresh_token", "json {} + revoke_token",
             access_of_web, hint("refresh_token")),
      revoke("IN-08", "an unknown hint", "json {} + revoke_grant", refresh_of_web, hint("x")),
      revoke("IN-07, RFC 7009 §2.2", "an unknown token", "json {}",
             [](Scene&) { return std::string("x"); }),
      revoke("IN-07", "64 KB", "json {}", [](Scene&) { return std::string(65'536, 'x'); }),
      revoke("IN-07", "a malformed refresh token", "json {}",
             [](Scene&) { return std::string("grt_x"); }),
      revoke("IN-07", "an expired access token", "json {}",
             [](Scene& scene) {
               return scene.access_token(
                   scene.access_claims("web").set("exp", to_seconds(scene.now)));
             }),
      revoke("IN-07", "a code is no token", "json {}",
             [](Scene& scene) { return scene.text(scene.code("web")); }),
      revoke("RFC 9068 §2.1", "another kind of JWT of ours", "json {}",
             [](Scene& scene) {
               access_of_web(scene);
               return scene.access_token(scene.access_claims("web"), "JWT");
             }),
      revoke("DESIGN §1.2, 7", "an access token whose grant is dead already", "json {}",
             [](Scene& scene) {
               access_of_web(scene);
               scene.facts.grants[0].state = GrantState::revoked;
               return scene.text(scene.access("web"));
             }),
      revoke("DESIGN §1.2", "an opaque access token from before a restore", "json {}",
             [](Scene& scene) {
               opaque_of_web(scene);
               AccessPayload token = scene.access("web");
               token.epoch = id_of<Epoch>(0x0d);
               return scene.text(token);
             }),
      revoke("JW-01", "an access token with its signature changed", "json {}",
             [](Scene& scene) {
               std::string text = access_of_web(scene);
               text[text.size() - 20] = text[text.size() - 20] == 'A' ? 'B' : 'A';
               return text;
             }),
  });
}

TEST(revoke, is_for_the_client_that_the_token_was_issued_to) {
  run({
      revoke("RFC 7009 §2.1", "another client's refresh token", "json invalid_grant",
             [](Scene& scene) { return scene.text(scene.refresh("spa")); }),
      revoke("RFC 7009 §2.1", "another client's access token", "json invalid_grant",
             [](Scene& scene) { return scene.access_token(scene.access_claims("spa")); }),
      revoke("RFC 7009 §2.1", "another client's opaque access token", "json invalid_grant",
             [](Scene& scene) { return scene.text(scene.access("spa")); }),
      revoke("IN-10", "a confidential client without authentication", "json invalid_client",
             refresh_of_web,
             [](Sent& sent) {
               sent.authorization.clear();
               sent.body += "&client_id=web";
             }),
      revoke("IN-10", "with a wrong secret", "json invalid_client", refresh_of_web,
             [](Sent& sent) { sent.authorization = basic("web", "wrong"); }),
      revoke("IN-10", "nobody", "json invalid_client", refresh_of_web,
             [](Sent& sent) { sent.authorization.clear(); }),
      revoke("RFC 7009 §2.1", "a public client by its client_id", "json {} + revoke_grant",
             [](Scene& scene) { return scene.text(scene.refresh("spa")); },
             [](Sent& sent) {
               sent.authorization.clear();
               sent.body += "&client_id=spa";
             }),
      revoke("CA-14", "too many wrong secrets from here",
             "json temporarily_unavailable retry_after", [](Scene& scene) {
               scene.facts.throttled = seconds(3);
               return refresh_of_web(scene);
             }),
  });
}

TEST(revoke, reads_its_request_as_the_token_endpoint_does) {
  run({
      revoke("IN-09", "GET", "method_not_allowed POST", refresh_of_web,
             [](Sent& sent) {
               sent.method = "GET";
               sent.query = sent.body;
             }),
      revoke("IN-09", "a JSON body", "json invalid_request", refresh_of_web,
             [](Sent& sent) { sent.content_type = "application/json"; }),
      revoke("IN-09", "the token twice", "json invalid_request", refresh_of_web,
             [](Sent& sent) { sent.body += "&" + sent.body; }),
      revoke("RFC 7009 §2.1", "no token", "json invalid_request",
             [](Scene&) { return std::string(); }),
      revoke("TK-02", "the token in the query", "json invalid_request", refresh_of_web,
             [](Sent& sent) {
               sent.query = sent.body;
               sent.body.clear();
             }),
  });
}

TEST(revoke, remembers_a_token_for_as_long_as_it_would_have_lived) {
  Scene scene;
  Sent sent = scene.token(Params{{"token", access_of_web(scene)}}, kWeb);
  sent.path = "/revoke";
  const Decision decision = scene.decide(sent);
  const auto& change = std::get<RevokeToken>(decision.changes[0]);
  EXPECT_EQ(change.token.id, id_of<TokenId>(0x71));
  EXPECT_EQ(change.token.expires, scene.now + seconds(900));
}

}  // namespace
}  // namespace grantd::core
