// Every store: the one look at a token that is asked about (core/wanted.h), and the records that
// OpenID Connect adds to, there and back.
#include "grantd/store/records_json.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {
namespace {

// A grant of ann's to notes-app in her session, and all that it names.
core::Grant whole_grant() {
  core::Grant grant = a_grant(1);
  grant.client = ClientId("notes-app");
  grant.subject = id_of<SubjectId>(1);
  grant.session = id_of<SessionId>(5);
  return grant;
}
core::Changes everything_it_names(const core::Grant& grant) {
  return {core::PutClient{a_client("notes-app"), 0}, core::PutUser{a_user(1, "ann"), 0},
          core::StartSession{a_session(5, 1)},
          core::RememberConsent{a_consent(1, "notes-app"), 0}, core::OpenGrant{grant}};
}
core::Found look_at(Store& store, const core::Grant& grant) {
  const auto found = gather(store, {.token_grant = grant.id});
  EXPECT_TRUE(found.has_value());
  return found ? *found : core::Found();
}

}  // namespace

// DESIGN §1.2: for a token the look is a join from its grant's row.
TEST_P(EveryStore, a_token_is_looked_at_with_all_that_its_grant_names) {
  const core::Grant grant = whole_grant();
  ASSERT_EQ(committed(store(), everything_it_names(grant)), "done");
  const core::Found found = look_at(store(), grant);
  const core::Found::OfToken& of = found.of_token;
  ASSERT_TRUE(of.grant && of.client && of.user && of.session && of.consent);
  EXPECT_TRUE(of.grant->id == grant.id);
  EXPECT_EQ(of.grant->claims, grant.claims);
  EXPECT_EQ(of.client->id.str(), "notes-app");
  EXPECT_EQ(of.user->login, "ann");
  EXPECT_TRUE(of.session->id == *grant.session);
  EXPECT_TRUE(of.consent->subject == grant.subject && of.consent->client == grant.client);
  EXPECT_TRUE(found.epoch == id_of<core::Epoch>(1));
  // Nothing of it is taken for who is asking.
  EXPECT_TRUE(!found.client && !found.grant && !found.user && !found.session && !found.consent);
}

TEST_P(EveryStore, who_asks_and_what_is_asked_about_come_in_one_look) {
  const core::Grant grant = whole_grant();
  ASSERT_EQ(committed(store(), everything_it_names(grant)), "done");
  ASSERT_EQ(committed(store(), {core::PutClient{a_client("notes-api"), 0},
                                core::PutResource{a_resource("https://api.example.com"), 0},
                                core::RevokeToken{{id_of<core::TokenId>(1), kNow}}}),
            "done");
  const auto found = *gather(store(), {.client = ClientId("notes-api"),
                                       .resources = true,
                                       .revoked_token = id_of<core::TokenId>(1),
                                       .token_grant = grant.id});
  ASSERT_TRUE(found.client && found.of_token.client);
  EXPECT_EQ(found.client->id.str(), "notes-api");
  EXPECT_EQ(found.of_token.client->id.str(), "notes-app");
  EXPECT_EQ(found.resources->size(), 1U);
  EXPECT_TRUE(found.token_revoked);
}

TEST_P(EveryStore, what_a_token_s_grant_names_may_be_missing) {
  core::Grant grant = whole_grant();
  EXPECT_FALSE(look_at(store(), grant).of_token.grant);
  ASSERT_EQ(committed(store(), {core::OpenGrant{grant}}), "done");
  core::Found found = look_at(store(), grant);
  EXPECT_TRUE(found.of_token.grant);
  EXPECT_TRUE(!found.of_token.client && !found.of_token.user && !found.of_token.session &&
              !found.of_token.consent);
}

TEST_P(EveryStore, a_token_s_grant_without_its_session_or_with_its_consent_withdrawn) {
  core::Grant offline = whole_grant();
  offline.session.reset();
  ASSERT_EQ(committed(store(), everything_it_names(offline)), "done");
  core::Found found = look_at(store(), offline);
  EXPECT_FALSE(found.of_token.session);
  EXPECT_TRUE(found.of_token.user && found.of_token.consent);
  core::Grant elsewhere = a_grant(2);
  elsewhere.client = ClientId("notes-app");
  elsewhere.subject = id_of<SubjectId>(1);
  elsewhere.session = id_of<SessionId>(404);  // swept
  ASSERT_EQ(committed(store(), {core::OpenGrant{elsewhere}}), "done");
  EXPECT_FALSE(look_at(store(), elsewhere).of_token.session);
  ASSERT_EQ(committed(store(), {core::WithdrawConsent{offline.subject, offline.client}}), "done");
  EXPECT_FALSE(look_at(store(), offline).of_token.consent);
}

// An ended session and a revoked grant come back as they are: core judges them.
TEST_P(EveryStore, a_token_s_grant_comes_back_dead_where_it_is_dead) {
  const core::Grant grant = whole_grant();
  ASSERT_EQ(committed(store(), everything_it_names(grant)), "done");
  ASSERT_EQ(committed(store(), {core::EndSession{*grant.session},
                                core::RevokeGrant{grant.id, "replayed"}}),
            "done");
  const core::Found found = look_at(store(), grant);
  ASSERT_TRUE(found.of_token.grant && found.of_token.session);
  EXPECT_TRUE(found.of_token.grant->state == core::GrantState::revoked);
  EXPECT_TRUE(found.of_token.session->ended);
}

// RFC 6749 §4.4: a client's own token hangs on its client alone.
TEST_P(EveryStore, a_token_without_a_grant_is_looked_at_with_its_client) {
  ASSERT_EQ(committed(store(), {core::PutClient{a_client("robot"), 0}}), "done");
  const auto found = *gather(store(), {.token_client = ClientId("robot")});
  ASSERT_TRUE(found.of_token.client);
  EXPECT_EQ(found.of_token.client->id.str(), "robot");
  EXPECT_TRUE(!found.client && !found.of_token.grant);
  EXPECT_FALSE(gather(store(), {.token_client = ClientId("nobody")})->of_token.client);
}

// OpenID Connect Dynamic Client Registration §2: each new member, set and not set.
TEST(records_json, a_client_comes_back_with_what_openid_connect_adds) {
  core::Client plain = a_client("plain");
  plain.id_token_algorithm = jose::Algorithm::rs256;
  plain.userinfo_algorithm.reset();
  plain.subject_type = core::SubjectType::public_;
  plain.sector.clear();
  plain.token_format.reset();
  plain.default_max_age.reset();
  core::Client at_once = plain;
  at_once.default_max_age = Duration(0);
  for (const core::Client& written : {a_client("notes-app"), plain, at_once}) {
    const auto read = client_from_json(to_json(written));
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_TRUE(read->id_token_algorithm == written.id_token_algorithm);
    EXPECT_TRUE(read->userinfo_algorithm == written.userinfo_algorithm);
    EXPECT_TRUE(read->subject_type == written.subject_type);
    EXPECT_EQ(read->sector, written.sector);
    EXPECT_TRUE(read->token_format == written.token_format);
    EXPECT_TRUE(read->default_max_age == written.default_max_age);
    EXPECT_EQ(to_json(*read), to_json(written));
  }
}

TEST(records_json, what_no_client_can_be_is_refused) {
  const std::pair<const char*, Json> wrong[] = {
      {"id_token_signed_response_alg", "none"}, {"userinfo_signed_response_alg", "HS256"},
      {"subject_type", "secret"},               {"token_format", "paseto"},
      {"default_max_age", "1h"},                {"sector", 5},
  };
  for (const auto& [name, value] : wrong) {
    Json json = to_json(a_client("notes-app"));
    json.set(name, value);
    EXPECT_FALSE(client_from_json(json).has_value()) << name;
  }
}

}  // namespace grantd::store::test
