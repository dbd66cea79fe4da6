// /register: RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration 1.0; rows DR-* of the
// security checklist; modules of the conformance suite (oidcc-…).
#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/register/endpoint.h"
#include "tests/rules/registering.h"

namespace grantd::core {
namespace {

// RFC 7591 §3.2.1, RFC 7592 §3, OpenID Connect Registration §3: what is registered, defaults
// included, and how to come back to it.
TEST(register_client, answers_with_all_that_is_registered) {
  Scene scene;
  const Decision decision = scene.decide(registration(web_app()));
  EXPECT_EQ(decision.event, "client_registered");
  const auto& send = std::get<SendJson>(decision.outcome);
  EXPECT_EQ(send.status, 201);
  const Json& said = send.body;
  EXPECT_EQ(said.find_string("client_id")->size(), 20u);
  EXPECT_FALSE(oauth::parse_id<SubjectId>(*said.find_string("client_id"))) << "RFC 9700 §4.15";
  EXPECT_EQ(*said.find_int("client_id_issued_at"), 1'767'268'800);
  EXPECT_TRUE(said.find_string("client_secret")->starts_with("gcs_"));
  EXPECT_EQ(*said.find_int("client_secret_expires_at"), 0);
  EXPECT_TRUE(said.find_string("registration_access_token")->starts_with("gra_"));
  EXPECT_EQ(*said.find_string("registration_client_uri"),
            scene.policy.issuer.str() + "/register?client_id=" + *said.find_string("client_id"));
  using Names = std::vector<std::string>;
  EXPECT_EQ(said.find_strings("grant_types"), Names{"authorization_code"});
  EXPECT_EQ(said.find_strings("response_types"), Names{"code"});
  EXPECT_EQ(*said.find_string("token_endpoint_auth_method"), "client_secret_basic");
  EXPECT_EQ(*said.find_string("id_token_signed_response_alg"), "RS256") << "oidcc-idtoken-rs256";
  EXPECT_EQ(*said.find_string("subject_type"), "public");
  EXPECT_EQ(*said.find_string("application_type"), "web");
  EXPECT_EQ(*said.find_string("scope"), "email openid profile")
      << "offline_access needs the grant refresh_token";
}

// Only hashes are kept, and the client begins with the least.
TEST(register_client, keeps_hashes_and_trusts_nobody) {
  Scene scene;
  const Decision decision = scene.decide(registration(web_app()));
  const Json& said = std::get<SendJson>(decision.outcome).body;
  const Client client = put_client(decision);
  ASSERT_EQ(client.secrets.size(), 1u);
  EXPECT_TRUE(client.secrets[0].sha256 == sha256(*said.find_string("client_secret")));
  EXPECT_TRUE(client.self_registration->token_hash ==
              sha256(*said.find_string("registration_access_token")));
  EXPECT_FALSE(client.self_registration->used);
  EXPECT_TRUE(client.self_registration->unused_until == scene.now + std::chrono::hours(24));
  EXPECT_FALSE(client.verified);
  EXPECT_TRUE(client.consent == ConsentPolicy::ask);
  EXPECT_TRUE(client.pkce == PkcePolicy::required);
  EXPECT_EQ(client.version, 0u);
  // Two draw apart.
  scene.chance = 2;
  EXPECT_NE(put_client(scene.decide(registration(web_app()))).id.str(), client.id.str());
}

// RFC 9700 §2.1.1: a public client always needs PKCE; a confidential one by the configuration.
TEST(register_client, pkce_is_the_configurations_for_confidential_ones_alone) {
  Scene scene;
  scene.policy.registration.pkce = PkcePolicy::optional;
  EXPECT_TRUE(put_client(scene.decide(registration(web_app()))).pkce == PkcePolicy::optional);
  Json spa = web_app();
  spa.set("token_endpoint_auth_method", "none");
  const Client client = put_client(scene.decide(registration(spa)));
  EXPECT_TRUE(client.pkce == PkcePolicy::required);
  EXPECT_TRUE(client.secrets.empty());
}

TEST(register_client, keeps_and_gives_back_what_decides_nothing) {
  Scene scene;
  Json asked = web_app();
  const std::pair<const char*, Json> kept[] = {
      {"client_name", "Paperboat"},
      {"client_name#de", "Papierboot"},
      {"client_uri", "https://app.example/"},
      {"logo_uri", "https://app.example/logo.png"},
      {"policy_uri", "https://app.example/policy"},
      {"tos_uri", "https://app.example/tos"},
      {"tos_uri#de", "https://app.example/agb"},
      {"contacts", Json::array({"ops@app.example"})},
      {"software_id", "4NRB1-0XZABZI9E6-5SM3R"},
      {"software_version", "2"},
      {"initiate_login_uri", "https://app.example/login"},
      {"default_acr_values", Json::array({"urn:example:pwd"})},
      {"require_auth_time", true},
      {"default_max_age", 3600},
      {"id_token_signed_response_alg", "ES256"},
      {"userinfo_signed_response_alg", "RS256"},
      {"request_uris", Json::array({"https://app.example/request.jwt#hash"})},
      {"post_logout_redirect_uris", Json::array({"https://app.example/bye"})},
      {"backchannel_logout_uri", "https://app.example/backchannel"},
      {"backchannel_logout_session_required", true},
      {"frontchannel_logout_uri", "https://app.example/frontchannel"},
      {"frontchannel_logout_session_required", true},
      {"jwks_uri", "https://app.example/jwks"},
  };
  for (const auto& [name, value] : kept) asked.set(name, value);
  asked.set("something_unknown", Json::object({{"a", 1}}));  // RFC 7591 §2: ignored
  const Decision decision = scene.decide(registration(asked));
  const Json& said = std::get<SendJson>(decision.outcome).body;
  for (const auto& [name, value] : kept) {
    const Json* member = said.find(name);
    ASSERT_TRUE(member) << name;
    EXPECT_EQ(member->dump(), value.dump()) << name;
  }
  EXPECT_FALSE(said.find("something_unknown"));
}

// OpenID Connect Registration §2, RFC 7591 §3.2.1; oidc-agent registers http://localhost:PORT and
// says `web`.
TEST(register_client, an_app_on_a_device_needs_no_https) {
  Scene scene;
  for (const char* uri : {"http://localhost:4242", "http://127.0.0.1/cb", "com.example.app:/cb"}) {
    for (const char* said : {"native", "web", ""}) {
      Json asked = web_app();
      asked.set("redirect_uris", Json::array({uri}));
      asked.set("application_type", said);
      const Client client = put_client(scene.decide(registration(asked)));
      EXPECT_EQ(client.redirect_uris.front().str(), uri);
      EXPECT_EQ(*client.about.find_string("application_type"), "native");
    }
  }
}

// RFC 7591 §2: null and empty count as left out.
TEST(register_client, what_is_null_or_empty_is_left_out) {
  Scene scene;
  Json asked = web_app();
  for (const char* name : {"scope", "client_uri", "token_endpoint_auth_method"}) {
    asked.set(name, "");
  }
  asked.set("contacts", Json());
  EXPECT_EQ(put_client(scene.decide(registration(asked))).scope.to_text(), "email openid profile");
}

// OpenID Connect Core §8.1, Registration §5; oidcc-registration-sector-uri, -sector-bad.
TEST(register_client, a_sector_is_looked_at_before_it_is_believed) {
  Scene scene;
  Json asked = web_app();
  asked.set("subject_type", "pairwise");
  EXPECT_EQ(put_client(scene.decide(registration(asked))).sector, "app.example");
  asked.set("redirect_uris", Json::array({"https://a.example/cb", "https://b.example/cb"}));
  EXPECT_EQ(scene.answer(registration(asked)), "json invalid_client_metadata");
  const std::string uri = "https://sector.example/uris.json";
  asked.set("sector_identifier_uri", uri);
  EXPECT_EQ(scene.answer(registration(asked)), "ask document " + uri);
  scene.facts.documents[uri] = {.body = R"(["https://a.example/cb"])", .error = "", .fetched = {}};
  EXPECT_EQ(scene.answer(registration(asked)), "json invalid_client_metadata");
  for (const char* body : {"{}", "[", "\"https://a.example/cb\"", ""}) {
    scene.facts.documents[uri].body = body;
    EXPECT_EQ(scene.answer(registration(asked)), "json invalid_client_metadata") << body;
  }
  scene.facts.documents[uri].body = R"(["https://a.example/cb", 7, "https://b.example/cb"])";
  EXPECT_EQ(put_client(scene.decide(registration(asked))).sector, "sector.example");
  // DR-04: what is out of reach was not fetched, and says so to nobody but the operator.
  scene.facts.documents[uri] = {.body = "", .error = "not a public address", .fetched = {}};
  EXPECT_EQ(scene.answer(registration(asked)), "json invalid_client_metadata");
}

// DR-01: off means absent.
TEST(register_client, is_absent_where_it_is_off) {
  const Features without({"register"});
  EXPECT_FALSE(without.endpoint("/register"));
  EXPECT_FALSE(without.metadata(Policy()).find("registration_endpoint"));
  EXPECT_TRUE(Features().metadata(Policy()).find("registration_endpoint"));
}

// DR-02; RFC 7591 §3: an initial access token, once.
TEST(register_client, by_an_initial_access_token_once) {
  Scene scene;
  scene.policy.registration.mode = RegistrationPolicy::Mode::token;
  scene.facts.unused_clients = 1'000'000;  // the operator invited this one
  EXPECT_EQ(scene.answer(registration(web_app())), "challenge");
  InvitationPayload invitation;
  invitation.id.fill(7);
  invitation.epoch = scene.facts.epoch;
  invitation.expires = scene.now + std::chrono::hours(1);
  const auto with = [&](const InvitationPayload& sent) {
    Sent request = registration(web_app());
    request.authorization = "Bearer " + scene.seal_text(SealKind::invitation, encode(sent));
    return request;
  };
  EXPECT_EQ(scene.answer(with(invitation)).substr(0, 6), "json {");
  const Decision decision = scene.decide(with(invitation));
  ASSERT_EQ(decision.changes.size(), 2u);
  EXPECT_TRUE(std::get<UseOnce>(decision.changes[0]).hash == once_hash(invitation));

  InvitationPayload late = invitation, restored = invitation;
  late.expires = scene.now;
  restored.epoch = id_of<Epoch>(0xe1);
  EXPECT_EQ(scene.answer(with(late)), "challenge invalid_token");
  EXPECT_EQ(scene.answer(with(restored)), "challenge invalid_token");
  scene.facts.used_once = {once_hash(invitation)};
  EXPECT_EQ(scene.answer(with(invitation)), "challenge invalid_token");
  Sent forged = registration(web_app());
  forged.authorization = "Bearer gia_AAAA";
  EXPECT_EQ(scene.answer(forged), "challenge invalid_token");
}

// DR-06, RFC 7591 §5.
TEST(register_client, is_bounded_by_address_and_in_all) {
  Scene scene;
  const Sent asked = registration(web_app());
  EXPECT_EQ(scene.decide(asked).counted, "register:192.0.2.7");
  Json wrong = web_app();
  wrong.set("scope", "everything");
  EXPECT_EQ(scene.decide(registration(wrong)).counted, "register:192.0.2.7");
  scene.facts.unused_clients = scene.policy.registration.unused_max;
  EXPECT_EQ(scene.answer(asked), "json temporarily_unavailable");
  scene.facts.unused_clients = 0;
  scene.facts.throttled = std::chrono::minutes(1);
  EXPECT_EQ(scene.answer(asked), "json temporarily_unavailable retry_after");
}

// ---- RFC 7592

TEST(manage_client, reads_what_it_is_with_its_own_token) {
  Scene scene;
  const Registered app = register_app(scene, web_app());
  const Decision decision = scene.decide(manage("GET", app));
  const auto& send = std::get<SendJson>(decision.outcome);
  EXPECT_EQ(send.status, 200);
  EXPECT_TRUE(decision.changes.empty());
  Json want = app.said;
  // The secret is kept as a hash alone; the token is the one that was sent.
  EXPECT_FALSE(send.body.find("client_secret"));
  EXPECT_EQ(*send.body.find_string("registration_access_token"), app.token);
  for (const auto& [name, value] : *want.as_object()) {
    if (name.starts_with("client_secret")) continue;
    ASSERT_TRUE(send.body.find(name)) << name;
    EXPECT_EQ(send.body.find(name)->dump(), value.dump()) << name;
  }
}

// DR-02, RFC 7592 §2.1: one and the same answer, whatever is wrong.
TEST(manage_client, takes_no_other_token) {
  Scene scene;
  const Registered app = register_app(scene, web_app());
  scene.chance = 2;
  const Registered other = register_app(scene, web_app());
  ASSERT_NE(app.id, other.id);
  const Registered wrong[] = {
      {app.id, other.token, {}},      // another client's
      {"nobody", app.token, {}},      // no client has the id
      {"", app.token, {}},            // nor is one named
      {"web", app.token, {}},         // the operator's
      {app.id, app.token + "x", {}},  // not whole
  };
  const auto said = [&](const Sent& sent) {
    const Decision decision = scene.decide(sent);
    const auto& challenge = std::get<SendChallenge>(decision.outcome);
    return std::string(to_text(challenge.error->code)) + challenge.error->description +
           std::to_string(decision.changes.size());
  };
  std::set<std::string> answers;
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    for (const Registered& with : wrong) answers.insert(said(manage(method, with, web_app())));
  }
  scene.facts.client(app.id).disabled = true;
  answers.insert(said(manage("GET", app)));
  EXPECT_EQ(answers.size(), 1u);
  Sent bare = manage("GET", app);
  bare.authorization.clear();
  EXPECT_EQ(scene.answer(bare), "challenge");
}

TEST(manage_client, deletes_itself) {
  Scene scene;
  const Registered app = register_app(scene, web_app());
  EXPECT_EQ(scene.answer(manage("DELETE", app)), "nothing 204 + delete_client")
      << "RFC 7592 §2.3";
}

// RFC 7592 §2.2: the whole anew; what is left out is left out.
TEST(manage_client, updates_the_whole) {
  Scene scene;
  Json rich = web_app();
  rich.set("tos_uri", "https://app.example/tos");
  rich.set("default_max_age", 60);
  const Registered app = register_app(scene, rich);
  Client& row = scene.facts.client(app.id);
  row.version = 5;
  row.counter = 3;
  Json next = web_app();
  next.set("client_id", app.id);
  next.set("client_secret", *app.said.find_string("client_secret"));
  next.set("redirect_uris", Json::array({"https://app.example/elsewhere"}));
  const Decision decision = scene.decide(manage("PUT", app, next));
  EXPECT_EQ(decision.counted, "register:192.0.2.7");
  EXPECT_EQ(std::get<PutClient>(decision.changes.at(0)).seen, 5u);
  const Client client = put_client(decision);
  EXPECT_EQ(client.redirect_uris.front().str(), "https://app.example/elsewhere");
  EXPECT_FALSE(client.about.find("tos_uri"));
  EXPECT_FALSE(client.default_max_age);
  EXPECT_EQ(client.counter, 3u);
  EXPECT_TRUE(client.secrets.size() == 1 && client.secrets[0].sha256 == row.secrets[0].sha256);
  EXPECT_TRUE(client.self_registration->token_hash == row.self_registration->token_hash);
  EXPECT_FALSE(std::get<SendJson>(decision.outcome).body.find("client_secret"));
}

TEST(manage_client, an_update_that_turns_confidential_gets_a_secret_and_the_other_way_loses_it) {
  Scene scene;
  Json spa = web_app();
  spa.set("token_endpoint_auth_method", "none");
  const Registered app = register_app(scene, spa);
  Json next = web_app();
  next.set("client_id", app.id);
  const Decision decision = scene.decide(manage("PUT", app, next));
  const std::string* secret =
      std::get<SendJson>(decision.outcome).body.find_string("client_secret");
  ASSERT_TRUE(secret);
  EXPECT_TRUE(put_client(decision).secrets.at(0).sha256 == sha256(*secret));
  scene.facts.client(app.id) = put_client(decision);
  spa.set("client_id", app.id);
  EXPECT_TRUE(put_client(scene.decide(manage("PUT", app, spa))).secrets.empty());
}

// RFC 7592 §2.2: what is the server's.
TEST(manage_client, an_update_sets_nothing_that_is_the_servers) {
  const std::pair<const char*, Json> wrong[] = {
      {"registration_access_token", "gra_mine"},
      {"registration_client_uri", "https://evil.example/"},
      {"client_secret_expires_at", 0},
      {"client_id_issued_at", 1},
      {"client_secret", "gcs_mine"},
      {"client_secret", 5},
      {"client_id", "web"},
  };
  for (const auto& [name, value] : wrong) {
    Scene scene;
    const Registered app = register_app(scene, web_app());
    Json next = web_app();
    next.set("client_id", app.id);
    next.set(name, value);
    EXPECT_EQ(scene.answer(manage("PUT", app, next)), "json invalid_client_metadata") << name;
  }
  Scene scene;
  const Registered app = register_app(scene, web_app());
  EXPECT_EQ(scene.answer(manage("PUT", app, web_app())), "json invalid_client_metadata")
      << "without client_id";
}

// DR-05: an update is judged like a registration, and what is the operator's stays his.
TEST(manage_client, an_update_takes_nothing_that_is_the_operators) {
  Scene scene;
  const Registered app = register_app(scene, web_app());
  Client& row = scene.facts.client(app.id);
  row.scope = ScopeSet::parse("openid read").value();  // the operator gave it an API's
  row.verified = true;
  row.consent = ConsentPolicy::implied;
  Json next = web_app();
  next.set("client_id", app.id);
  next.set("scope", "openid read");
  next.set("client_name", row.name);
  next.set("verified", true);
  next.set("consent", "implied");
  Client client = put_client(scene.decide(manage("PUT", app, next)));
  EXPECT_EQ(client.scope.to_text(), "openid read");
  EXPECT_TRUE(client.verified);
  // Another name, or another address: the operator vouched for something else.
  next.set("client_name", "Your Bank");
  client = put_client(scene.decide(manage("PUT", app, next)));
  EXPECT_FALSE(client.verified);
  EXPECT_TRUE(client.consent == ConsentPolicy::ask);
  next.set("scope", "openid read write");
  EXPECT_EQ(scene.answer(manage("PUT", app, next)), "json invalid_client_metadata");
}

// RFC 9700 §4.11.2: nobody sends browsers to a trap by a request that is wrong on purpose.
TEST(self_registered, mistakes_that_nobody_saw_are_told_on_a_page) {
  Scene scene;
  scene.facts.client("web").self_registration = SelfRegistration{};
  const Sent wrong = scene.signed_in(ask("web").with("scope", "nonsense"));
  EXPECT_EQ(scene.answer(wrong), "page bad_request 400");
  scene.policy.registration.errors_on_page = false;
  EXPECT_TRUE(scene.answer(wrong).starts_with("error invalid_scope to https://app.example/cb"));
  scene.policy.registration.errors_on_page = true;
  scene.facts.client("web").self_registration.reset();
  EXPECT_TRUE(scene.answer(wrong).starts_with("error invalid_scope to https://app.example/cb"));
}

// OpenID Connect Core §3.1.2.6: prompt=none is answered at the app.
TEST(self_registered, prompt_none_is_answered_at_the_app) {
  Scene scene;
  scene.facts.client("web").self_registration = SelfRegistration{};
  const Sent silent = scene.authorize(ask("web").with("prompt", "none"));
  EXPECT_TRUE(scene.answer(silent).starts_with("error login_required to https://app.example/cb"));
}

TEST(self_registered, its_first_token_makes_it_used) {
  Scene scene;
  scene.facts.client("web").self_registration = SelfRegistration{};
  const Sent redeems =
      scene.token(redeem(scene.text(scene.code("web"))), basic("web", "web-secret"));
  const std::string first = scene.answer(redeems);
  EXPECT_TRUE(first.ends_with("+ open g1 + mark_client_used")) << first;
  scene.facts.client("web").self_registration->used = true;
  EXPECT_TRUE(scene.answer(redeems).ends_with("+ open g1"));
}

}  // namespace
}  // namespace grantd::core
