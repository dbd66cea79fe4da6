// Is this the client? RFC 6749 §2.3, §5.2, RFC 7591 §2; checklist CA.
#include "tests/rules/scene.h"

#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

using Kind = ProofAnswer::Kind;

const std::string kGiven = "tokens scope=read";
const std::string kUnknown = "json invalid_client";
const Params kParams{{"grant_type", "client_credentials"}, {"scope", "read"}};

void nothing(Scene&) {}

// robot authenticates by Basic, or as `change` says.
Row as_robot(std::string id, std::string title, std::string authorization, Params params,
             std::string want, std::function<void(Scene&)> arrange = nothing) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            scene.facts.client("robot").scope = ScopeSet::parse("read").value();
            arrange(scene);
            return scene.token(params, authorization);
          }, std::move(want)};
}

void by_post(Scene& scene) {
  scene.facts.client("robot").auth_method = AuthMethod::client_secret_post;
}

TEST(client_auth, a_client_proves_itself_by_its_registered_method) {
  const std::string right = basic("robot", "robot-secret");
  const Params post = kParams.with("client_id", "robot").with("client_secret", "robot-secret");
  run({
      as_robot("RFC 6749 §2.3.1", "Basic", right, kParams, kGiven),
      as_robot("RFC 6749 §2.3.1", "Basic, and the same client_id in the body", right,
               kParams.with("client_id", "robot"), kGiven),
      as_robot("RFC 9110 §11.1", "the scheme in other case", "bAsIc" + right.substr(5), kParams,
               kGiven),
      as_robot("RFC 6749 §2.3.1", "post", "", post, kGiven, by_post),
      as_robot("CA-11", "Basic, where post is registered", right, kParams, kUnknown, by_post),
      as_robot("CA-11", "post, where Basic is registered", "", post, kUnknown),
      as_robot("CA-08", "only client_id", "", kParams.with("client_id", "robot"), kUnknown),
      as_robot("CA-08", "nothing at all", "", kParams, kUnknown),
      as_robot("CA-01", "Basic and client_secret together", right, post, "json invalid_request"),
      as_robot("CA-01", "Basic and a wrong client_secret", right,
               kParams.with("client_secret", "x"), "json invalid_request"),
      as_robot("CA-10", "Basic says robot, the body web", right, kParams.with("client_id", "web"),
               "json invalid_request"),
      as_robot("CA-02", "a wrong secret by Basic", basic("robot", "wrong"), kParams, kUnknown),
      as_robot("CA-03", "a wrong secret by post", "", post.with("client_secret", "wrong"),
               kUnknown, by_post),
      as_robot("CA-02", "another client's secret", basic("robot", "web-secret"), kParams,
               kUnknown),
      as_robot("CA-02", "a blank behind the secret", basic("robot", "robot-secret "), kParams,
               kUnknown),
      as_robot("CA-06", "an empty secret by Basic", basic("robot", ""), kParams, kUnknown),
      as_robot("CA-06", "an empty secret by post", "", post.with("client_secret", ""), kUnknown,
               by_post),
      as_robot("CA-06", "no secret by post", "", kParams.with("client_id", "robot"), kUnknown,
               by_post),
      as_robot("CA-06", "a client without any secret", right, kParams, kUnknown,
               [](Scene& scene) { scene.facts.client("robot").secrets.clear(); }),
      as_robot("RU-32", "a disabled client with its right secret", right, kParams, kUnknown,
               [](Scene& scene) { scene.facts.client("robot").disabled = true; }),
      as_robot("CA-02", "an unknown client", basic("nobody", "robot-secret"), kParams, kUnknown),
      as_robot("RFC 6749 §3.2", "client_id twice in the body", right,
               kParams.also("client_id", "robot").also("client_id", "robot"),
               "json invalid_request"),
      as_robot("RFC 6749 §3.2", "client_secret twice in the body", "",
               post.also("client_secret", "robot-secret"), "json invalid_request", by_post),
  });
}

TEST(client_auth, the_header_is_read_strictly) {
  std::vector<Row> rows;
  const std::string token68 = basic("robot", "robot-secret").substr(6);
  for (const std::string& bad : std::initializer_list<std::string>{
        "Basic", "Basic ", "Basic " + token68.substr(1),
        "Basic " + token68 + "=", "Basic " + token68 + " x", "Basic !!!!",
        "Basic " + base64_encode(as_bytes("robot")),        // no colon
        "Basic " + base64_encode(as_bytes("ro%zzot:x")),    // not form-encoded
        "Bearer " + token68, "Digest username=\"robot\"", "DPoP x", "x"}) {
    rows.push_back(as_robot("RFC 7617 §2", bad, bad, kParams, kUnknown));
  }
  // RFC 6749 §2.3.1: both parts are form-encoded before base64.
  rows.push_back(as_robot(
      "RFC 6749 §2.3.1", "a secret with a colon, a plus and a percent sign",
      basic("robot", "a:b+c%d e"), kParams, kGiven, [](Scene& scene) {
        scene.facts.client("robot").secrets[0].sha256 = sha256("a:b+c%d e");
      }));
  run(rows);
}

TEST(client_auth, a_public_client_sends_no_secret) {
  const auto spa = [](std::string id, std::string title, std::string authorization,
                      std::function<Params(const Params&)> change, std::string want) {
    return Row{std::move(id), std::move(title), [=](Scene& scene) {
                 return scene.token(change(redeem(scene.text(scene.code("spa")))), authorization);
               }, std::move(want)};
  };
  const auto with_id = [](const Params& params) { return params.with("client_id", "spa"); };
  run({
      spa("RFC 6749 §3.2.1", "its client_id alone", "", with_id,
          "tokens scope=read refresh=g1 + open g1"),
      spa("CA-07", "with some secret", "",
          [&](const Params& params) { return with_id(params).with("client_secret", "x"); },
          kUnknown),
      spa("CA-07", "by Basic with some secret", basic("spa", "x"), with_id, kUnknown),
      spa("CA-07", "by Basic with an empty secret", basic("spa", ""), with_id, kUnknown),
      spa("RFC 6749 §3.2.1", "without client_id", "",
          [](const Params& params) { return params; }, kUnknown),
  });
}

TEST(client_auth, two_secrets_live_while_one_replaces_the_other) {
  const auto rotating = [](Scene& scene) {
    Client& robot = scene.facts.client("robot");
    robot.secrets[0].expires = scene.now + std::chrono::hours(1);
    robot.secrets.push_back(ClientSecret{.sha256 = sha256("new-secret")});
  };
  const auto expired = [](Scene& scene) {
    Client& robot = scene.facts.client("robot");
    robot.secrets[0].expires = scene.now;
    robot.secrets.push_back(ClientSecret{.sha256 = sha256("new-secret")});
  };
  run({
      as_robot("CA-13", "the old one", basic("robot", "robot-secret"), kParams, kGiven, rotating),
      as_robot("CA-13", "the new one", basic("robot", "new-secret"), kParams, kGiven, rotating),
      as_robot("CA-13", "neither", basic("robot", "other"), kParams, kUnknown, rotating),
      as_robot("CA-15, RFC 7591 §3.2.1", "the old one has expired",
               basic("robot", "robot-secret"), kParams, kUnknown, expired),
      as_robot("CA-15", "the new one stays", basic("robot", "new-secret"), kParams, kGiven,
               expired),
  });
}

// An imported secret is Argon2id: asked of an edge, judged by its answer.
TEST(client_auth, an_imported_secret_is_asked_for) {
  const auto imported = [](std::optional<ProofAnswer> proof) {
    return [=](Scene& scene) {
      scene.facts.client("robot").secrets = {ClientSecret{.argon2id = "$argon2id$imported"}};
      scene.facts.proof = proof;
    };
  };
  const std::string sent = basic("robot", "from elsewhere");
  run({
      as_robot("issue 2", "not asked yet", sent, kParams, "ask client_secret", imported({})),
      as_robot("issue 2", "it matches", sent, kParams, kGiven,
               imported(ProofAnswer{.kind = Kind::matches})),
      as_robot("CA-02", "it differs", sent, kParams, kUnknown,
               imported(ProofAnswer{.kind = Kind::differs})),
      as_robot("CA-06", "empty: nothing is asked", basic("robot", ""), kParams, kUnknown,
               imported({})),
      as_robot("CA-14, OAuth 2.1 §7.7, RFC 6585 §4", "too many tries: wait", sent, kParams,
               "json temporarily_unavailable retry_after",
               imported(ProofAnswer{.kind = Kind::throttled, .wait = std::chrono::seconds(3)})),
      as_robot("EN-11", "the pool is full: 503", sent, kParams, "json temporarily_unavailable",
               imported(ProofAnswer{.kind = Kind::overloaded})),
      as_robot("CA-13", "imported, while one of ours replaces it: the old one", sent, kParams,
               kGiven,
               [](Scene& scene) {
                 scene.facts.client("robot").secrets.push_back(
                     ClientSecret{.argon2id = "$argon2id$imported"});
                 scene.facts.proof = ProofAnswer{.kind = Kind::matches};
               }),
      as_robot("CA-15", "imported and expired", sent, kParams, kUnknown,
               [](Scene& scene) {
                 scene.facts.client("robot").secrets = {
                     ClientSecret{.argon2id = "$argon2id$imported", .expires = scene.now}};
                 scene.facts.proof = ProofAnswer{.kind = Kind::matches};
               }),
  });
}

// CA-13: two imported ones while one replaces the other: one question names both.
TEST(client_auth, two_imported_secrets_are_asked_for_at_once) {
  Scene scene;
  scene.facts.client("robot").secrets = {ClientSecret{.argon2id = "$argon2id$old"},
                                         ClientSecret{.argon2id = "$argon2id$new"}};
  const Scene::Judged judged = scene.judge(scene.token(kParams, basic("robot", "either")));
  ASSERT_TRUE(std::holds_alternative<Ask>(judged));
  const AskProof asked = proof_asked(judged);
  EXPECT_EQ((std::set<std::string>{asked.phc, asked.or_phc}),
            (std::set<std::string>{"$argon2id$old", "$argon2id$new"}));
  scene.facts.client("robot").secrets[0].expires = scene.now;
  const Scene::Judged later = scene.judge(scene.token(kParams, basic("robot", "either")));
  EXPECT_EQ(proof_asked(later).phc, "$argon2id$new") << "CA-15";
  EXPECT_TRUE(proof_asked(later).or_phc.empty()) << "CA-15";
}

TEST(client_auth, guesses_are_counted_by_client_and_address) {
  Scene scene;
  const Decision wrong = scene.decide(scene.token(kParams, basic("robot", "wrong")));
  EXPECT_EQ(wrong.counted, guess_key("robot", "192.0.2.7")) << "CA-14";
  EXPECT_NE(guess_key("robot", "192.0.2.7"), guess_key("robot", "192.0.2.8"))
      << "CA-14: the real client still works from elsewhere";
  EXPECT_TRUE(scene.decide(scene.token(kParams, basic("robot", "robot-secret"))).counted.empty());

  scene.facts.throttled = std::chrono::seconds(7);
  const Decision waiting = scene.decide(scene.token(kParams, basic("robot", "robot-secret")));
  ASSERT_TRUE(std::holds_alternative<SendJsonError>(waiting.outcome)) << "CA-14";
  EXPECT_EQ(std::get<SendJsonError>(waiting.outcome).retry_after, std::chrono::seconds(7));
  // A public client has no secret to guess: it is not slowed.
  EXPECT_EQ(scene.answer(scene.token(
                redeem(scene.text(scene.code("spa"))).with("client_id", "spa"))),
            "tokens scope=read refresh=g1 + open g1");
}

// CA-02, ASVS 10.4.10: one description for every way to fail.
TEST(client_auth, every_failure_reads_the_same) {
  std::set<std::string> texts;
  Scene scene;
  scene.facts.client("own").disabled = true;
  for (const std::string& authorization :
       {basic("robot", "wrong"), basic("nobody", "x"), basic("own", "own-secret"),
        basic("post", "post-secret"), std::string("Bearer x"), std::string()}) {
    const Decision decision = scene.decide(scene.token(kParams, authorization));
    const auto& error = std::get<SendJsonError>(decision.outcome).error;
    EXPECT_EQ(error.code, oauth::ErrorCode::invalid_client);
    EXPECT_TRUE(decision.changes.empty()) << "who has proved nothing writes nothing";
    texts.insert(error.description);
  }
  EXPECT_EQ(texts.size(), 1u);
}

// Who does not prove to be a client learns nothing of codes and tokens, and can end nothing.
TEST(client_auth, comes_before_the_code_and_the_token) {
  Scene scene;
  scene.facts.grants = {scene.grant("web")};
  scene.facts.grants[0].generation = 9;
  const std::string wrong = basic("web", "wrong");
  EXPECT_EQ(scene.answer(scene.token(redeem(scene.text(scene.code("web"))), wrong)), kUnknown);
  EXPECT_EQ(scene.answer(scene.token(redeem("gac_nonsense"), wrong)), kUnknown);
  EXPECT_EQ(scene.answer(scene.token(renew(scene.text(scene.refresh("web"))), wrong)), kUnknown);
  EXPECT_EQ(scene.answer(scene.token(renew("grt_nonsense"), wrong)), kUnknown);
}

}  // namespace
}  // namespace grantd::core
