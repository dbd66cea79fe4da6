// /logout at an app's wish: OpenID Connect RP-Initiated Logout, the modules of its certification
// plan (oidcc-rp-initiated-logout-*), checklist LO-03 to LO-06.
#include "grantd/core/oidc/subject.h"
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;

constexpr std::string_view kBack = "https://app.example/bye";
const std::string kEnds = " + end_session ~ session gone ~ browser";
const std::string kLeads = "logged_out https://app.example/bye state=s" + kEnds;
const std::string kPageEnds = "page signed_out 200" + kEnds;
const std::string kAsked = "page logout 200";

// An ID token of ada's session at the app `web`.
Json hint_claims(const Scene& scene) {
  return Json::object({{"iss", scene.keys.issuer.str()},
                       {"sub", oauth::to_text(scene.ada)},
                       {"aud", "web"},
                       {"iat", to_seconds(scene.now)},
                       {"exp", to_seconds(scene.now + minutes(15))}});
}

Params by_hint(Scene& scene, const Json& claims, std::string_view typ = "JWT") {
  return Params().with("id_token_hint", scene.access_token(claims, typ))
      .with("post_logout_redirect_uri", std::string(kBack))
      .with("state", "s");
}

using Arrange = std::function<Params(Scene&)>;

Row logout(std::string id, std::string title, std::string want, Arrange arrange,
           std::function<void(Sent&)> change = [](Sent&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            scene.facts.client("web").post_logout_redirect_uris = {
                RedirectUri::parse(kBack).value()};
            Sent sent = scene.post("/logout", {});
            sent.method = "GET";
            sent.query = arrange(scene).encode();
            change(sent);
            return sent;
          }, std::move(want)};
}

Params good(Scene& scene) { return by_hint(scene, hint_claims(scene)); }

Arrange with_claim(std::string name, Json value) {
  return [=](Scene& scene) { return by_hint(scene, hint_claims(scene).set(name, value)); };
}

const auto kNoSession = [](Sent& sent) { sent.session_cookie.reset(); };

TEST(rp_logout, a_hint_of_the_person_signed_in_ends_the_session_and_leads_back) {
  run({
      logout("oidcc-rp-initiated-logout", "hint, URI, state", kLeads, good),
      logout("oidcc-rp-initiated-logout-no-state", "no state, so none goes back",
             "logged_out https://app.example/bye state=" + kEnds,
             [](Scene& scene) { return good(scene).without("state"); }),
      logout("RP-Initiated Logout §2", "an expired hint is a hint", kLeads,
             with_claim("exp", std::int64_t{1})),
      logout("RP-Initiated Logout §2", "client_id agrees", kLeads,
             [](Scene& scene) { return good(scene).with("client_id", "web"); }),
      logout("oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "no URI: a page", kPageEnds,
             [](Scene& scene) { return good(scene).without("post_logout_redirect_uri"); }),
      logout("RP-Initiated Logout §3", "no session any more: on at once",
             "logged_out https://app.example/bye state=s", good, kNoSession),
      logout("RP-Initiated Logout §2", "by POST: asked again by GET", "ask_by_get x=1", good,
             [](Sent& sent) {
               sent.method = "POST";
               sent.query.clear();
               sent.body = "x=1";
             }),
  });
}

TEST(rp_logout, what_proves_nothing_asks_and_leads_nowhere) {
  const auto bad_uri = [](std::string uri) {
    return [=](Scene& scene) { return good(scene).with("post_logout_redirect_uri", uri); };
  };
  run({
      logout("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", "not registered", kPageEnds,
             bad_uri("https://app.example/other")),
      logout("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", "a query more",
             kPageEnds, bad_uri(std::string(kBack) + "?foo=bar")),
      logout("LO-04", "javascript:", kPageEnds, bad_uri("javascript:alert(1)")),
      logout("LO-03, RP-Initiated Logout §3.1", "a redirect URI is no logout URI", kPageEnds,
             bad_uri(std::string(kAppUri))),
      logout("oidcc-rp-initiated-logout-bad-id-token-hint", "of another issuer", kAsked,
             with_claim("iss", "https://evil.example")),
      logout("LO-03", "an access token", kAsked,
             [](Scene& scene) { return by_hint(scene, hint_claims(scene), "at+jwt"); }),
      logout("Back-Channel Logout §4", "a logout token", kAsked,
             [](Scene& scene) { return by_hint(scene, hint_claims(scene), "logout+jwt"); }),
      logout("oidcc-rp-initiated-logout-modified-id-token-hint", "alg none, unsigned", kAsked,
             [](Scene& scene) {
               return good(scene).with("id_token_hint",
                                       "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.");
             }),
      logout("LO-03", "another person's hint", kAsked,
             [](Scene& scene) {
               return by_hint(scene, hint_claims(scene).set("sub", oauth::to_text(scene.bob)));
             }),
      logout("LO-03", "made for another app than client_id", kAsked,
             [](Scene& scene) { return good(scene).with("client_id", "spa"); }),
      logout("LO-03", "of an app that is gone", kAsked, with_claim("aud", "nobody")),
      logout("oidcc-rp-initiated-logout-no-id-token-hint", "a URI alone", kAsked,
             [](Scene& scene) { return good(scene).without("id_token_hint"); }),
      logout("oidcc-rp-initiated-logout-only-state", "state alone", kAsked,
             [](Scene&) { return Params().with("state", "s"); }),
      logout("oidcc-rp-initiated-logout-no-params", "nothing", kAsked,
             [](Scene&) { return Params(); }),
      logout("oidcc-rp-initiated-logout-no-id-token-hint", "no session, a URI alone",
             "page signed_out 200",
             [](Scene& scene) { return good(scene).without("id_token_hint"); }, kNoSession),
      logout("OAuth 2.1 §1.8", "a parameter twice is as if nothing was said", kAsked,
             [](Scene& scene) { return good(scene).also("state", "t"); }),
  });
}

// What the page's form carries on, and what it does not.
Row confirmed(std::string id, std::string title, std::string want, Arrange arrange) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            scene.facts.client("web").post_logout_redirect_uris = {
                RedirectUri::parse(kBack).value()};
            Sent sent = scene.post("/logout", {});
            sent.method = "GET";
            sent.query = arrange(scene).encode();
            const Decision page = scene.decide(sent);
            const auto& form =
                std::get<LogoutFormPayload>(std::get<ShowPage>(page.outcome).form);
            return scene.post("/logout",
                              Params().with("form", scene.seal_text(SealKind::logout_form,
                                                                    encode(form))));
          }, std::move(want)};
}

TEST(rp_logout, the_person_confirms_what_the_hint_did_not_prove) {
  run({
      confirmed("RP-Initiated Logout §2", "client_id without a hint", kLeads,
                [](Scene& scene) {
                  return good(scene).without("id_token_hint").with("client_id", "web");
                }),
      confirmed("RP-Initiated Logout §2", "the hint was another person's", kLeads,
                [](Scene& scene) {
                  return by_hint(scene,
                                 hint_claims(scene).set("sub", oauth::to_text(scene.bob)));
                }),
      confirmed("LO-03", "a forged hint leads nowhere, whatever the person says", kPageEnds,
                with_claim("iss", "https://evil.example")),
      confirmed("LO-03", "nor a hint for another app", kPageEnds,
                [](Scene& scene) { return good(scene).with("client_id", "spa"); }),
      confirmed("oidcc-rp-initiated-logout-no-params", "nothing asked, nowhere to go", kPageEnds,
                [](Scene&) { return Params(); }),
  });
}

// Core §8.1: the hint has the subject as the app knows it.
TEST(rp_logout, a_pairwise_subject_is_compared_as_the_app_has_it) {
  const auto pairwise = [](Scene& scene) {
    Client& web = scene.facts.client("web");
    web.subject_type = SubjectType::pairwise;
    web.sector = "app.example";
  };
  run({
      logout("Core §8.1", "the public one is not this app's", kAsked,
             [=](Scene& scene) {
               pairwise(scene);
               return good(scene);
             }),
      logout("Core §8.1", "its own is", kLeads,
             [=](Scene& scene) {
               pairwise(scene);
               const std::string own =
                   subject_for(scene.facts.client("web"), scene.ada, scene.keys);
               return by_hint(scene, hint_claims(scene).set("sub", own));
             }),
  });
}

}  // namespace
}  // namespace grantd::core
