// A grant is alive by reference: DESIGN §1.2, 7. Each cause of death kills the code before its
// exchange, the refresh token after it, and nothing that undoes the cause brings them back.
// Checklist CO-10, CO-17, RT-07, RT-08, RT-17, CN-07, LG-12, LG-13.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

struct Cause {
  std::string id;
  std::string title;
  std::function<void(Scene&)> happens;
  std::string code_of_public = "json invalid_grant";        // code and refresh token of spa
  std::string code_of_confidential = "json invalid_grant";  // of web
};

void withdraw(Scene& scene) { scene.facts.consents.clear(); }

void give_anew(Scene& scene) {
  for (const char* client : {"spa", "web"}) {
    scene.facts.consent(client).id = id_of<ConsentId>(0xcc);
    scene.facts.consent(client).version += 2;
  }
}

void each_client(Scene& scene, const std::function<void(Client&)>& change) {
  for (Client& client : scene.facts.clients) change(client);
}

std::vector<Cause> causes() {
  // A client that is gone or disabled does not get past its own authentication: invalid_client.
  const std::string unknown = "json invalid_client";
  return {
      {"CO-10, RT-07", "the user is disabled", [](Scene& s) { s.user().disabled = true; }},
      {"DESIGN §1.2, 7", "disabled and enabled: what was dead stays dead",
       [](Scene& s) { s.user().counter += 2; }},
      {"RT-07", "a new password, or signed out everywhere", [](Scene& s) { ++s.user().counter; }},
      {"LG-12", "the user is deleted",
       [](Scene& s) { s.facts.users.erase(s.facts.users.begin()); }},
      {"LG-12", "the user is deleted and the login name used again",
       [](Scene& s) { s.user().id = id_of<SubjectId>(0xad); }},
      {"CO-10, RT-08", "the client is disabled",
       [](Scene& s) { each_client(s, [](Client& client) { client.disabled = true; }); }, unknown,
       unknown},
      {"DESIGN §1.2, 7", "disabled and enabled, with all of its tokens revoked",
       [](Scene& s) { each_client(s, [](Client& client) { ++client.counter; }); }},
      {"DESIGN §1.2, 7", "revoke-all", [](Scene& s) {
         each_client(s, [](Client& client) { client.counter += 1; });
       }},
      {"RU-32", "the client is deleted", [](Scene& s) { s.facts.clients.clear(); }, unknown,
       unknown},
      {"DESIGN §1.2, 7", "deleted and its name used again",
       [](Scene& s) {
         each_client(s, [](Client& client) { client.incarnation = id_of<Incarnation>(0x99); });
       }},
      {"CN-07", "the consent is withdrawn", withdraw},
      {"DESIGN §1.2, 7", "withdrawn and given anew", give_anew},
      {"DESIGN §1.2, 7", "the consent is another client's of the same name",
       [](Scene& s) {
         s.facts.consent("spa").incarnation = s.facts.consent("web").incarnation =
             id_of<Incarnation>(0x99);
       }},
      {"CO-17, RT-17", "the session ended", [](Scene& s) { s.session().ended = true; }},
      {"LG-11", "the session was idle too long",
       [](Scene& s) { s.session().last_seen = s.now - std::chrono::hours(24); }},
      {"LG-11", "the session's absolute end", [](Scene& s) { s.session().expires = s.now; }},
      {"LG-12", "the session's row is gone", [](Scene& s) { s.facts.sessions.clear(); }},
      {"LG-14", "the session is another user's", [](Scene& s) { s.session().subject = s.bob; }},
      {"DESIGN §1.2, epoch", "a restore", [](Scene& s) { s.facts.epoch = id_of<Epoch>(0x77); }},
  };
}

TEST(life, a_code_dies_with_what_it_names) {
  for (const Cause& cause : causes()) {
    SCOPED_TRACE(cause.id + ": " + cause.title);
    Scene scene;
    const Params spa = redeem(scene.text(scene.code("spa"))).with("client_id", "spa");
    const Params web = redeem(scene.text(scene.code("web")));
    const std::string secret = basic("web", "web-secret");
    EXPECT_EQ(scene.answer(scene.token(spa)), "tokens scope=read refresh=g1 + open g1");
    EXPECT_EQ(scene.answer(scene.token(web, secret)), "tokens scope=read refresh=g1 + open g1");
    cause.happens(scene);
    EXPECT_EQ(scene.answer(scene.token(spa)), cause.code_of_public);
    EXPECT_EQ(scene.answer(scene.token(web, secret)), cause.code_of_confidential);
  }
}

TEST(life, a_refresh_token_dies_with_what_its_grant_names) {
  for (const Cause& cause : causes()) {
    SCOPED_TRACE(cause.id + ": " + cause.title);
    Scene scene;
    scene.facts.grants = {scene.grant("spa")};
    const Sent spa = scene.token(renew(scene.text(scene.refresh("spa"))).with("client_id", "spa"));
    EXPECT_EQ(scene.answer(spa), "tokens scope=read refresh=g2 + rotate g1 v1");
    cause.happens(scene);
    EXPECT_EQ(scene.answer(spa), cause.code_of_public);
  }
}

// Life is judged before the generation: what is dead is not revoked again, and no retry saves it.
TEST(life, is_judged_before_the_generation) {
  for (const Cause& cause : causes()) {
    SCOPED_TRACE(cause.id + ": " + cause.title);
    Scene scene;
    scene.facts.grants = {scene.grant("spa")};
    scene.facts.grants[0].generation = 2;
    scene.facts.grants[0].rotated = scene.now;
    const Sent spa = scene.token(renew(scene.text(scene.refresh("spa"))).with("client_id", "spa"));
    cause.happens(scene);
    EXPECT_EQ(scene.answer(spa), cause.code_of_public);
  }
}

// An offline grant lives without its session; everything else it needs as before.
TEST(life, an_offline_grant_needs_all_but_the_session) {
  const std::set<std::string> of_the_session{
      "the session ended", "the session was idle too long", "the session's absolute end",
      "the session's row is gone", "the session is another user's"};
  for (const Cause& cause : causes()) {
    SCOPED_TRACE(cause.id + ": " + cause.title);
    Scene scene;
    Grant grant = scene.grant("spa");
    grant.scope = ScopeSet::parse("read offline_access").value();
    grant.session.reset();
    scene.facts.consent("spa").scope = grant.scope;
    scene.facts.grants = {grant};
    RefreshPayload token = scene.refresh("spa");
    token.session.reset();
    const Sent spa = scene.token(renew(scene.text(token)).with("client_id", "spa"));
    cause.happens(scene);
    EXPECT_EQ(scene.answer(spa),
              of_the_session.contains(cause.title)
                  ? "tokens scope=offline_access read refresh=g2 + rotate g1 v1"
                  : cause.code_of_public);
  }
}

// A commit that comes late is born dead: it takes its values from the facts that were judged.
TEST(life, a_session_started_late_is_born_dead) {
  Scene scene;
  scene.facts.proof = ProofAnswer{.kind = ProofAnswer::Kind::matches};
  LoginFormPayload form;
  form.request = AuthorizeRequest(oauth::Form::parse(ask().encode()).value());
  form.epoch = scene.facts.epoch;
  form.expires = scene.now + std::chrono::minutes(30);
  form.binding_hash = sha256(kBrowser);
  const std::string sealed = scene.seal_text(SealKind::login_form, encode(form));
  Sent sent = scene.post("/login", {{"form", sealed}, {"user", "ada"}, {"password", "p"}});
  sent.session_cookie.reset();
  const Decision decision = scene.decide(sent);
  ASSERT_TRUE(std::holds_alternative<GoOn>(decision.outcome));
  // Judged; now the password changes, and then the session's row is written.
  ++scene.user().counter;
  scene.facts.sessions = {std::get<StartSession>(decision.changes.front()).session};
  Sent next = scene.authorize(ask());
  next.session_cookie = decision.cookies.front().value;
  EXPECT_EQ(scene.answer(next), "page login 200");
}

}  // namespace
}  // namespace grantd::core
