// grant_type=authorization_code: RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.8.2; DESIGN §1.2, 3;
// checklists CO and PK (token).
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::seconds;

const std::string kOpened = "tokens scope=read refresh=g1 + open g1";
const std::string kRefused = "json invalid_grant";
const std::string kBurned = kRefused + " + burn";

// A request of spa with a code of spa; `change` arranges facts, the payload, the parameters.
struct Exchange {
  Scene& scene;
  CodePayload code;
  Params params{};
};
Row exchange(std::string id, std::string title, std::string want,
             std::function<void(Exchange&)> before = [](Exchange&) {},
             std::function<Params(const Params&)> change = [](const Params& p) { return p; }) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            Exchange made{scene, scene.code("spa")};
            before(made);
            const Params params = redeem(scene.text(made.code)).with("client_id", "spa");
            return scene.token(change(params));
          }, std::move(want)};
}

void used(Exchange& made) { made.scene.facts.grants = {made.scene.grant("spa")}; }
void burned(Exchange& made) {
  used(made);
  made.scene.facts.grants[0].state = GrantState::refused;
}
void revoked(Exchange& made) {
  used(made);
  made.scene.facts.grants[0].state = GrantState::revoked;
}

std::function<Params(const Params&)> set(std::string name, std::string value) {
  return [=](const Params& params) { return params.with(name, value); };
}
std::function<Params(const Params&)> drop(std::string name) {
  return [=](const Params& params) { return params.without(name); };
}
void nothing(Exchange&) {}

TEST(code, is_exchanged_once) {
  run({
      exchange("RFC 6749 §4.1.3", "the right exchange opens a grant", kOpened),
      exchange("CO-01", "a second use revokes what the first one issued",
               kRefused + " + revoke_grant", used),
      exchange("CO-01", "a third use finds it revoked", kRefused, revoked),
      exchange("PK-08", "after a burn the right verifier comes too late", kRefused, burned),
      exchange("CO-13", "the guard is the code's id: no grant of it yet", kOpened,
               [](Exchange& made) {
                 made.scene.facts.grants = {made.scene.grant("web")};
                 made.scene.facts.grants[0].id = id_of<GrantId>(0x1d);
               }),
      exchange("CO-06", "a millisecond before its end", kOpened,
               [](Exchange& made) { made.code.expires = made.scene.now + Duration(1); }),
      exchange("CO-06", "at its end", kRefused,
               [](Exchange& made) { made.code.expires = made.scene.now; }),
      exchange("CO-06", "expired and wrong: only refused, never burned", kRefused,
               [](Exchange& made) { made.code.expires = made.scene.now; },
               set("code_verifier", std::string(43, 'w'))),
      exchange("DESIGN §1.2, 3", "expired and used: only refused, nothing is revoked", kRefused,
               [](Exchange& made) {
                 used(made);
                 made.code.expires = made.scene.now;
               }),
      exchange("CO-16", "24 hours later, the row is gone", kRefused,
               [](Exchange& made) { made.scene.now += std::chrono::hours(24); }),
      exchange("DESIGN §1.2, epoch", "from before a restore", kRefused,
               [](Exchange& made) { made.code.epoch = id_of<Epoch>(0x77); }),
  });
}

// Who cannot prove possession must not be able to end anything: a burn that meets a row, and every
// failed check of a used code, changes nothing.
TEST(code, possession_is_judged_before_replay) {
  const std::string wrong(43, 'w');
  run({
      exchange("PK-08", "a wrong verifier burns", kBurned, nothing, set("code_verifier", wrong)),
      exchange("PK-08", "a wrong verifier of a used code", kRefused, used,
               set("code_verifier", wrong)),
      exchange("PK-08", "a wrong verifier of a burned code", kRefused, burned,
               set("code_verifier", wrong)),
      exchange("PK-07", "no verifier", kBurned, nothing, drop("code_verifier")),
      exchange("PK-07", "an empty one is none", kBurned, nothing, set("code_verifier", "")),
      exchange("PK-07", "no verifier for a used code", kRefused, used, drop("code_verifier")),
      exchange("CO-04", "another redirect_uri", kBurned, nothing,
               set("redirect_uri", "https://app.example/cb/")),
      exchange("CO-04", "another redirect_uri of a used code", kRefused, used,
               set("redirect_uri", "https://app.example/cb/")),
      exchange("CO-05, OAuth 2.1 §10.2", "redirect_uri left out: PKCE binds instead", kOpened,
               nothing, drop("redirect_uri")),
      exchange("RFC 6749 §4.1.3", "another client, with its own authentication", kRefused, nothing,
               set("client_id", "native")),
      exchange("RFC 6749 §4.1.3", "another client cannot end a grant by replay", kRefused, used,
               set("client_id", "native")),
      exchange("RFC 6749 §4.1.3", "another client cannot burn", kRefused, nothing,
               [](const Params& params) {
                 return params.with("client_id", "native").with("code_verifier",
                                                                std::string(43, 'w'));
               }),
  });
}

TEST(code, the_verifier_is_the_one_that_was_hashed) {
  const std::string right(kVerifier);
  const std::string longest(128, 'v');
  const auto challenge_of = [](std::string verifier) {
    return [verifier](Exchange& made) {
      made.code.challenge = oauth::CodeChallenge::of(sha256(verifier));
    };
  };
  run({
      exchange("PK-10", "128 characters", kOpened, challenge_of(longest),
               set("code_verifier", longest)),
      exchange("PK-10", "129 characters that match", kBurned, challenge_of(longest + "v"),
               set("code_verifier", longest + "v")),
      exchange("RFC 7636 §4.1", "42 characters that match", kBurned,
               challenge_of(longest.substr(0, 42)), set("code_verifier", longest.substr(0, 42))),
      exchange("PK-15", "a newline at its end", kBurned, nothing,
               set("code_verifier", right + "\n")),
      exchange("PK-15", "padding", kBurned, nothing, set("code_verifier", right + "=")),
      exchange("PK-15", "a newline that was hashed with it", kBurned, challenge_of(right + "\n"),
               set("code_verifier", right + "\n")),
      exchange("PK-15", "NUL", "json invalid_request", nothing,
               set("code_verifier", right + std::string(1, '\0'))),
      exchange("PK-13", "twice", "json invalid_request", nothing,
               [right](const Params& params) { return params.also("code_verifier", right); }),
      exchange("RFC 7636 §4.6", "the challenge itself", kBurned, nothing,
               set("code_verifier", std::string(kChallenge))),
  });
}

Row classic(std::string id, std::string title, std::string want,
            std::function<void(CodePayload&)> before,
            std::function<Params(const Params&)> change) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            scene.facts.proof = ProofAnswer{.kind = ProofAnswer::Kind::matches};
            CodePayload code = scene.code("classic");
            code.challenge.reset();
            before(code);
            const Params params = redeem(scene.text(code))
                                      .with("client_id", "classic")
                                      .with("client_secret", "secret")
                                      .without("code_verifier");
            return scene.token(change(params));
          }, std::move(want)};
}

// The classic server-side app that sends only its secret.
TEST(code, without_a_challenge_the_redirect_uri_binds) {
  const auto same = [](const Params& params) { return params; };
  const auto plain = [](CodePayload&) {};
  run({
      classic("issue 2", "secret and redirect_uri", kOpened, plain, same),
      classic("CO-05", "redirect_uri left out, though nothing else binds", kBurned, plain,
              drop("redirect_uri")),
      classic("PK-12", "a verifier without a challenge is a downgrade", kBurned, plain,
              set("code_verifier", std::string(kVerifier))),
      classic("RFC 9700 §2.1.1", "a challenge that was sent is enforced here too", kBurned,
              [](CodePayload& code) {
                code.challenge = oauth::CodeVerifier::parse(kVerifier)->challenge();
              },
              same),
  });
}

TEST(code, what_is_no_code_is_refused_in_the_same_words) {
  const auto sent = [](std::string id, std::string text, std::string want = kRefused) {
    return Row{std::move(id), text.substr(0, 40), [=](Scene& scene) {
                 return scene.token(redeem(text).with("client_id", "spa"));
               }, std::move(want)};
  };
  run({
      sent("CO-08", std::string(65'536, 'a')),
      sent("CO-08", "gac_" + std::string(65'536, 'a')),
      sent("CO-08", "", "json invalid_request"),
      sent("CO-08", std::string("gac_\0x", 6), "json invalid_request"),
      sent("CO-08", "' OR 1=1--"),
      sent("CO-08", "../../x"),
      sent("CO-08", "gac_"),
      sent("CO-08", "gac_AAAA"),
      sent("CO-08", "\xff\xfe", "json invalid_request"),
      exchange("RFC 6749 §3.2", "code sent twice", "json invalid_request", nothing,
               [](const Params& params) { return params.also("code", "x"); }),
      exchange("RFC 6749 §4.1.3", "no code", "json invalid_request", nothing, drop("code")),
      exchange("RFC 8707 §2.2", "another resource than was granted", "json invalid_target", nothing,
               set("resource", "https://photos.example")),
      exchange("RFC 8707 §2.2", "the granted resource", kOpened, nothing,
               set("resource", "https://notes.example")),
  });
}

// One description for whatever is wrong with a code, so that a prober learns nothing from it.
TEST(code, every_refusal_of_a_code_reads_the_same) {
  std::set<std::string> texts;
  const auto tell = [&](const Scene& scene, const Params& params) {
    const Decision decision = scene.decide(scene.token(params.with("client_id", "spa")));
    const auto& error = std::get<SendJsonError>(decision.outcome).error;
    EXPECT_EQ(error.code, oauth::ErrorCode::invalid_grant);
    texts.insert(error.description);
  };
  Scene scene;
  const CodePayload good = scene.code("spa");
  const Params right = redeem(scene.text(good));
  tell(scene, redeem("gac_x"));
  tell(scene, right.with("code_verifier", std::string(43, 'w')));
  tell(scene, right.with("redirect_uri", "https://evil.example/"));
  scene.facts.grants = {scene.grant("spa")};
  tell(scene, right);
  scene.facts.grants.clear();
  scene.user().disabled = true;
  tell(scene, right);
  scene.now += seconds(60);
  tell(scene, right);
  EXPECT_EQ(texts.size(), 1u);
}

TEST(code, opens_a_grant_as_it_was_judged) {
  Scene scene;
  const CodePayload code = scene.code("spa");
  const Decision decision =
      scene.decide(scene.token(redeem(scene.text(code)).with("client_id", "spa")));
  ASSERT_EQ(decision.changes.size(), 1u);
  const Grant& grant = std::get<OpenGrant>(decision.changes[0]).grant;
  EXPECT_EQ(grant.id, code.id);
  EXPECT_EQ(grant.state, GrantState::live);
  EXPECT_EQ(grant.client_counter, code.refs.client_counter);
  EXPECT_EQ(grant.user_counter, code.refs.user_counter);
  EXPECT_EQ(grant.incarnation, code.refs.incarnation);
  EXPECT_EQ(grant.session, scene.session_id);
  EXPECT_EQ(grant.consent, code.refs.consent);
  EXPECT_EQ(grant.expires, scene.session().expires) << "bound to the session";
  EXPECT_EQ(grant.code_expires, code.expires);

  const auto& tokens = std::get<SendTokens>(decision.outcome);
  const Json& claims = std::get<UnsignedToken>(tokens.access_token).claims;
  EXPECT_EQ(std::get<UnsignedToken>(tokens.access_token).typ, "at+jwt") << "RFC 9068 §2.1";
  EXPECT_EQ(*claims.find_string("iss"), "https://auth.example");
  EXPECT_EQ(*claims.find_string("sub"), oauth::to_text(scene.ada));
  EXPECT_EQ(*claims.find_string("aud"), "https://notes.example");
  EXPECT_EQ(*claims.find_string("client_id"), "spa");
  EXPECT_EQ(*claims.find_string("scope"), "read");
  EXPECT_EQ(*claims.find_string("grant_id"), oauth::to_text(code.id));
  EXPECT_EQ(*claims.find_int("iat"), to_seconds(scene.now));
  EXPECT_EQ(*claims.find_int("exp"), to_seconds(scene.now) + 900);
  EXPECT_EQ(*claims.find_int("auth_time"), to_seconds(code.auth_time));
  EXPECT_TRUE(oauth::parse_id<TokenId>(*claims.find_string("jti")).has_value());
  EXPECT_EQ(tokens.expires_in, 900);
  EXPECT_EQ(tokens.refresh_token->expires, grant.expires);
}

TEST(code, the_kind_of_grant_is_as_the_client_may_have_it) {
  Scene scene;
  CodePayload code = scene.code("short");
  const Params params = redeem(scene.text(code));
  EXPECT_EQ(scene.answer(scene.token(params, basic("short", "short-secret"))),
            "tokens scope=read + open g0")
      << "RT-13: no refresh token without the grant type";

  scene.policy.refresh_tokens = false;
  const Params spa = redeem(scene.text(scene.code("spa"))).with("client_id", "spa");
  EXPECT_EQ(scene.answer(scene.token(spa)), "tokens scope=read + open g0")
      << "RT-13: the deployment takes none";
  scene.policy.refresh_tokens = true;

  scene.facts.consent("spa").scope = ScopeSet::parse("read offline_access").value();
  code = scene.code("spa");
  code.scope = ScopeSet::parse("read offline_access").value();
  code.offline = true;
  const Decision offline =
      scene.decide(scene.token(redeem(scene.text(code)).with("client_id", "spa")));
  EXPECT_EQ(gist(offline), "tokens scope=offline_access read refresh=g1 + open g1 offline");
  EXPECT_EQ(std::get<OpenGrant>(offline.changes[0]).grant.expires,
            scene.now + std::chrono::hours(24 * 180));

  // An access token does not outlive what it hangs on.
  scene.session().expires = scene.now + seconds(100);
  const Decision ending = scene.decide(
      scene.token(redeem(scene.text(scene.code("spa"))).with("client_id", "spa")));
  EXPECT_EQ(std::get<SendTokens>(ending.outcome).expires_in, 100);
}

// DESIGN §1.2, 3: replay is judged right after possession. A session that ended meanwhile must not
// hide that two parties had the code: an offline grant would live on.
TEST(code, a_replay_revokes_though_the_session_ended_meanwhile) {
  run({
      exchange("CO-01", "the session ended", kRefused + " + revoke_grant",
               [](Exchange& made) {
                 used(made);
                 made.scene.facts.grants[0].session.reset();
                 made.scene.session().ended = true;
               }),
      exchange("CO-01", "with another resource", kRefused + " + revoke_grant", used,
               set("resource", "https://photos.example")),
  });
}

TEST(code, the_effective_scope_is_what_code_consent_and_client_share) {
  const auto codes_scope = [](Exchange& made, const char* scope) {
    made.code.scope = ScopeSet::parse(scope).value();
  };
  run({
      exchange("DESIGN §1.2, 7", "the consent is narrower", kOpened,
               [&](Exchange& made) { codes_scope(made, "read write"); }),
      exchange("DESIGN §1.2, 7", "the client was narrowed", kOpened,
               [&](Exchange& made) {
                 codes_scope(made, "read write");
                 made.scene.facts.consent("spa").scope = ScopeSet::parse("read write").value();
                 made.scene.facts.client("spa").scope = ScopeSet::parse("read").value();
               }),
      exchange("DESIGN §1.2, 7", "nothing is left", kRefused,
               [](Exchange& made) {
                 made.scene.facts.client("spa").scope = ScopeSet::parse("view").value();
               }),
      exchange("RFC 6749 §3.3", "offline_access alone opens nothing", kRefused,
               [](Exchange& made) {
                 made.code.scope = ScopeSet::parse("read offline_access").value();
                 made.code.offline = true;
                 made.scene.facts.consent("spa").scope = made.code.scope;
                 made.scene.facts.client("spa").scope =
                     ScopeSet::parse("write offline_access").value();
               }),
      exchange("OIDC Core §11", "offline_access was taken from the client: bound to the session",
               kOpened,
               [](Exchange& made) {
                 made.code.scope = ScopeSet::parse("read offline_access").value();
                 made.code.offline = true;
                 made.scene.facts.consent("spa").scope = made.code.scope;
                 made.scene.facts.client("spa").scope = ScopeSet::parse("read").value();
               }),
      exchange("DESIGN §2", "the API is gone", kRefused,
               [](Exchange& made) {
                 made.scene.facts.resources.erase(made.scene.facts.resources.begin());
               }),
  });
}

}  // namespace
}  // namespace grantd::core
