// Every store: what is written is what is read, each guard as core/changes.h states it.
#include <algorithm>

#include "grantd/store/memory/memory_store.h"
#include "grantd/store/records_json.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {

INSTANTIATE_TEST_SUITE_P(
    Stores, EveryStore,
    testing::Values(Kind{"memory",
                         [](const TemporaryDirectory&) {
                           return make_memory_store(kIssuer, id_of<core::Epoch>(1));
                         },
                         false},
                    Kind{"sqlite",
                         [](const TemporaryDirectory& directory) -> std::unique_ptr<Store> {
                           SqliteOptions options = sqlite_options(directory / "grantd.db");
                           options.epoch_for_new = id_of<core::Epoch>(1);
                           return open(options);
                         },
                         true}),
    [](const auto& param) { return param.param.name; });

void expect_same(const core::Grant& a, const core::Grant& b) {
  EXPECT_EQ(redacted(a), redacted(b));
  EXPECT_EQ(a.version, b.version);
  EXPECT_TRUE(a.incarnation == b.incarnation && a.client_counter == b.client_counter);
  EXPECT_TRUE(a.user_counter == b.user_counter && a.consent == b.consent);
  EXPECT_TRUE(a.auth_time == b.auth_time && a.rotated == b.rotated && a.created == b.created);
  EXPECT_TRUE(a.last_used == b.last_used && a.expires == b.expires);
  EXPECT_TRUE(a.code_expires == b.code_expires && a.state == b.state);
  EXPECT_EQ(a.claims, b.claims);  // OpenID Connect Core §5.5
  EXPECT_EQ(a.amr, b.amr);
}

TEST_P(EveryStore, begins_with_its_issuer_its_epoch_and_nothing_else) {
  const core::Meta meta = store().meta();
  EXPECT_EQ(meta.issuer.str(), kIssuer.str());
  EXPECT_TRUE(meta.epoch == id_of<core::Epoch>(1));
  EXPECT_EQ(store().health(), "");
  const auto found = *gather(store(), {.client = ClientId("nobody"),
                                       .login = "nobody",
                                       .session = id_of<SessionId>(1),
                                       .grant = a_grant(1).id,
                                       .consent = true,
                                       .resources = true,
                                       .revoked_token = id_of<core::TokenId>(1)});
  EXPECT_TRUE(!found.client && !found.user && !found.session && !found.grant && !found.consent);
  ASSERT_TRUE(found.resources);
  EXPECT_TRUE(found.resources->empty() && !found.token_revoked);
  EXPECT_TRUE(found.epoch == meta.epoch);
}

TEST_P(EveryStore, a_grant_comes_back_to_the_millisecond) {
  core::Grant online = a_grant(1);
  core::Grant offline = a_grant(2);
  offline.session.reset();
  offline.generation = 0;
  offline.rotated = {};
  core::Grant refused = a_grant(3);
  refused.state = core::GrantState::refused;
  refused.ended_because = "wrong verifier";
  refused.claims.clear();
  for (const core::Grant& written : {online, offline, refused}) {
    EXPECT_EQ(committed(store(), {core::OpenGrant{written}}), "done");
    const auto read = grant(store(), written.id);
    ASSERT_TRUE(read);
    expect_same(written, *read);
  }
}

// RFC 6749 §4.1.2, DESIGN §1.2(3): the code's id is the grant's, once.
TEST_P(EveryStore, a_second_grant_of_one_id_is_lost_and_names_the_row) {
  core::Grant first = a_grant(1);
  EXPECT_EQ(committed(store(), {core::OpenGrant{first}}), "done");
  core::Grant second = first;
  second.scope = *core::ScopeSet::parse("notes.steal");
  EXPECT_EQ(committed(store(), {core::OpenGrant{second}}),
            "lost 0: grant " + oauth::to_text(first.id) + ": exists");
  EXPECT_EQ(grant(store(), first.id)->scope, first.scope);
}

// DESIGN §1.2(4).
TEST_P(EveryStore, rotating_needs_the_version_the_generation_and_a_live_grant) {
  const GrantId id = a_grant(1).id;
  const Time later = kNow + std::chrono::hours(1);
  const core::RotateGrant rotate{id, 1, 1, later};
  EXPECT_TRUE(committed(store(), {rotate}).starts_with("lost 0: grant"));
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}}), "done");
  EXPECT_TRUE(committed(store(), {core::RotateGrant{id, 2, 1, later}}).starts_with("lost"));
  EXPECT_TRUE(committed(store(), {core::RotateGrant{id, 1, 2, later}}).starts_with("lost"));
  EXPECT_EQ(committed(store(), {rotate}), "done");
  EXPECT_TRUE(committed(store(), {rotate}).starts_with("lost"));
  const auto row = grant(store(), id);
  EXPECT_EQ(row->generation, 2U);
  EXPECT_EQ(row->version, 2U);
  EXPECT_TRUE(row->rotated == later && row->last_used == later);
  EXPECT_EQ(committed(store(), {core::RevokeGrant{id, "replayed"}}), "done");
  EXPECT_TRUE(committed(store(), {core::RotateGrant{id, 3, 2, later}}).starts_with("lost"));
}

TEST_P(EveryStore, touching_a_grant_writes_its_last_use_only_and_never_back) {
  const GrantId id = a_grant(1).id;
  EXPECT_TRUE(committed(store(), {core::TouchGrant{id, kNow}}).starts_with("lost"));
  core::Grant expected = a_grant(1);
  EXPECT_EQ(committed(store(), {core::OpenGrant{expected}}), "done");
  expected.last_used = kNow + std::chrono::hours(2);
  EXPECT_EQ(committed(store(), {core::TouchGrant{id, expected.last_used}}), "done");
  EXPECT_EQ(committed(store(), {core::TouchGrant{id, kNow + std::chrono::hours(1)}}), "done");
  expected.version = 3;
  expect_same(expected, *grant(store(), id));
  EXPECT_EQ(committed(store(), {core::RevokeGrant{id, "signed out"}}), "done");
  EXPECT_EQ(committed(store(), {core::TouchGrant{id, kNow}}),
            "lost 0: grant " + oauth::to_text(id) + ": not live");
}

// DESIGN "Races": `revoked` is never cleared, and the first reason stays.
TEST_P(EveryStore, a_revoked_grant_stays_revoked_for_its_first_reason) {
  const GrantId id = a_grant(1).id;
  EXPECT_EQ(committed(store(), {core::RevokeGrant{id, "no such row"}}), "done");
  EXPECT_FALSE(grant(store(), id));
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}}), "done");
  EXPECT_EQ(committed(store(), {core::RevokeGrant{id, "replayed"}}), "done");
  EXPECT_EQ(committed(store(), {core::RevokeGrant{id, "again"}}), "done");
  const auto row = grant(store(), id);
  EXPECT_TRUE(row->state == core::GrantState::revoked);
  EXPECT_EQ(row->ended_because, "replayed");
  EXPECT_EQ(row->version, 2U);
}

TEST_P(EveryStore, a_session_starts_once_is_touched_while_it_lives_and_ends_for_good) {
  const core::Session started = a_session(1);
  EXPECT_TRUE(committed(store(), {core::TouchSession{started.id, kNow}}).starts_with("lost"));
  EXPECT_EQ(committed(store(), {core::StartSession{started}}), "done");
  EXPECT_TRUE(committed(store(), {core::StartSession{started}}).starts_with("lost 0: session"));
  auto row = session(store(), started.id);
  ASSERT_TRUE(row);
  EXPECT_EQ(redacted(*row), redacted(started));
  EXPECT_TRUE(row->secret_hash == started.secret_hash && row->epoch == started.epoch);
  EXPECT_TRUE(row->auth_time == started.auth_time && row->user_counter == 1);
  const Time later = kNow + std::chrono::hours(1);
  EXPECT_EQ(committed(store(), {core::TouchSession{started.id, later}}), "done");
  row = session(store(), started.id);
  EXPECT_TRUE(row->last_seen == later && row->expires == started.expires);
  EXPECT_EQ(row->version, 2U);
  EXPECT_EQ(committed(store(), {core::EndSession{started.id}}), "done");
  EXPECT_EQ(committed(store(), {core::EndSession{started.id}}), "done");
  row = session(store(), started.id);
  EXPECT_TRUE(row->ended);
  EXPECT_EQ(row->version, 3U);
  EXPECT_TRUE(committed(store(), {core::TouchSession{started.id, later}}).starts_with("lost"));
}

// DESIGN §1.2(8): RememberConsent is guarded by the consent that the page showed.
TEST_P(EveryStore, a_consent_is_remembered_over_the_one_that_was_shown_only) {
  const core::Consent first = a_consent(1, "notes-app");
  EXPECT_EQ(committed(store(), {core::RememberConsent{first, 0}}), "done");
  EXPECT_TRUE(committed(store(), {core::RememberConsent{first, 0}}).starts_with("lost 0: consent"));
  core::Consent wider = first;
  wider.scope = *core::ScopeSet::parse("notes.read notes.write");
  wider.changed = kNow + Duration(5);
  EXPECT_EQ(committed(store(), {core::RememberConsent{wider, 1}}), "done");
  EXPECT_TRUE(committed(store(), {core::RememberConsent{first, 1}}).starts_with("lost"));
  const auto row = consent(store(), first.subject, first.client);
  EXPECT_EQ(row->version, 2U);
  EXPECT_EQ(redacted(*row), redacted(wider));
  EXPECT_TRUE(row->incarnation == first.incarnation);
  EXPECT_FALSE(consent(store(), id_of<SubjectId>(2), first.client));
  EXPECT_FALSE(consent(store(), first.subject, ClientId("other-app")));
}

TEST_P(EveryStore, a_form_from_before_a_withdrawal_never_meets_the_consent_after_it) {
  const core::Consent first = a_consent(1, "notes-app", 1);
  EXPECT_EQ(committed(store(), {core::RememberConsent{first, 0}}), "done");
  EXPECT_EQ(committed(store(), {core::WithdrawConsent{first.subject, first.client}}), "done");
  EXPECT_FALSE(consent(store(), first.subject, first.client));
  EXPECT_TRUE(committed(store(), {core::RememberConsent{first, 1}}).starts_with("lost"));
  EXPECT_EQ(committed(store(), {core::RememberConsent{a_consent(1, "notes-app", 2), 0}}), "done");
  EXPECT_TRUE(committed(store(), {core::RememberConsent{first, 1}}).starts_with("lost"));
  const auto row = consent(store(), first.subject, first.client);
  EXPECT_TRUE(row->id == id_of<core::ConsentId>(2));
  EXPECT_EQ(committed(store(), {core::WithdrawConsent{id_of<SubjectId>(9), first.client}}), "done");
}

TEST_P(EveryStore, a_consent_is_found_by_the_session_s_person) {
  EXPECT_EQ(
      committed(store(), {core::PutUser{a_user(1, "ann"), 0}, core::StartSession{a_session(5, 1)},
                          core::RememberConsent{a_consent(1, "notes-app"), 0}}),
      "done");
  const auto found = *gather(
      store(), {.client = ClientId("notes-app"), .session = id_of<SessionId>(5), .consent = true});
  ASSERT_TRUE(found.session && found.user && found.consent);
  EXPECT_EQ(found.user->login, "ann");
}

// Where a login form is posted under a live session, both people are looked at: the one who was
// named, and the one whose session it is.
TEST_P(EveryStore, a_login_name_does_not_hide_the_session_s_person) {
  EXPECT_EQ(committed(store(), {core::PutUser{a_user(1, "ann"), 0},
                                core::PutUser{a_user(2, "bob"), 0},
                                core::StartSession{a_session(5, 1)}}),
            "done");
  for (const std::string login : {"bob", "ann", "nobody"}) {
    const auto found = *gather(store(), {.login = login, .session = id_of<SessionId>(5)});
    ASSERT_TRUE(found.session && found.session_user) << login;
    EXPECT_EQ(found.session_user->login, "ann");
    EXPECT_EQ(found.user ? found.user->login : "nobody", login);
  }
}

// The person's own page: in one look, of this person alone, what ended left out, the newest first.
TEST_P(EveryStore, an_account_is_the_session_s_person_s_and_bounded) {
  EXPECT_EQ(
      committed(store(),
                {core::PutUser{a_user(1, "ann"), 0}, core::PutUser{a_user(2, "bob"), 0},
                 core::PutClient{a_client("a"), 0}, core::StartSession{a_session(1, 1)},
                 core::StartSession{a_session(2, 1)}, core::StartSession{a_session(3, 1)},
                 core::StartSession{a_session(4, 2)}, core::EndSession{id_of<SessionId>(2)},
                 core::RememberConsent{a_consent(1, "a"), 0},
                 core::RememberConsent{a_consent(1, "b"), 0},
                 core::RememberConsent{a_consent(1, "c"), 0},
                 core::RememberConsent{a_consent(2, "a"), 0},
                 core::WithdrawConsent{id_of<SubjectId>(1), ClientId("c")}}),
      "done");
  const core::Wanted wanted{.session = id_of<SessionId>(1), .account = true};
  const auto found = *gather(store(), wanted);
  ASSERT_TRUE(found.session && found.user);
  const core::Found::OfAccount& of = found.of_account;
  ASSERT_EQ(of.sessions.size(), 2U);
  EXPECT_TRUE(of.sessions[0].id == id_of<SessionId>(3) && of.sessions[1].id == found.session->id);
  ASSERT_EQ(of.consents.size(), 2U);
  EXPECT_EQ(of.consents[0].client.str() + of.consents[1].client.str(), "ba");
  ASSERT_EQ(of.clients.size(), 1U);  // b is gone
  EXPECT_EQ(to_json(*of.clients[0]), to_json(a_client("a")));

  EXPECT_TRUE(gather(store(), {.session = id_of<SessionId>(1)})->of_account.sessions.empty());
  EXPECT_TRUE(gather(store(), {.session = id_of<SessionId>(9), .account = true})
                  ->of_account.sessions.empty());

  core::Changes many;
  for (std::uint32_t n = 100; n < 220; ++n) {
    many.push_back(core::StartSession{a_session(n, 1)});
    many.push_back(core::RememberConsent{a_consent(1, "app" + std::to_string(n)), 0});
  }
  EXPECT_EQ(committed(store(), std::move(many)), "done");
  const auto full = *gather(store(), wanted);
  EXPECT_EQ(full.of_account.sessions.size(), core::kAccountRowsMax);
  EXPECT_EQ(full.of_account.consents.size(), core::kAccountRowsMax);
  EXPECT_TRUE(full.of_account.sessions[0].id == id_of<SessionId>(219));
  EXPECT_EQ(full.of_account.consents[0].client.str(), "app219");
}

// RFC 7009 §2.1; a token may be revoked twice.
TEST_P(EveryStore, a_revoked_token_is_known) {
  const core::RevokeToken revoke{{id_of<core::TokenId>(1), kNow + std::chrono::minutes(15)}};
  EXPECT_EQ(committed(store(), {revoke}), "done");
  EXPECT_EQ(committed(store(), {revoke}), "done");
  EXPECT_TRUE(gather(store(), {.revoked_token = id_of<core::TokenId>(1)})->token_revoked);
  EXPECT_FALSE(gather(store(), {.revoked_token = id_of<core::TokenId>(2)})->token_revoked);
}

// RFC 7523 §3 (jti), RFC 7591 §3 (an initial access token for one registration).
TEST_P(EveryStore, what_may_be_used_once_is_used_once) {
  const core::UseOnce first{sha256("first"), kNow + std::chrono::minutes(5)};
  EXPECT_FALSE(gather(store(), {.once = first.hash})->used_once);
  EXPECT_EQ(committed(store(), {first}), "done");
  EXPECT_TRUE(gather(store(), {.once = first.hash})->used_once);
  EXPECT_FALSE(gather(store(), {.once = sha256("second")})->used_once);
  // The mark stands in the way of all that comes with it.
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}, first}),
            "lost 1: a thing used once: seen before");
  EXPECT_FALSE(grant(store(), a_grant(1).id));
  // Later, and with another expiry, it is still the same thing.
  EXPECT_TRUE(committed(store(), {core::UseOnce{first.hash, kNow + std::chrono::hours(1)}},
                        kNow + std::chrono::minutes(10))
                  .starts_with("lost"));
}

TEST_P(EveryStore, a_login_name_is_one_person_s) {
  core::User ann = a_user(1, "ann");
  EXPECT_EQ(committed(store(), {core::PutUser{ann, 0}}), "done");
  EXPECT_EQ(committed(store(), {core::PutUser{a_user(3, "bob"), 0}}), "done");
  EXPECT_TRUE(committed(store(), {core::PutUser{a_user(2, "ann"), 0}}).starts_with("lost 0: user"));
  EXPECT_TRUE(committed(store(), {core::PutUser{a_user(1, "eve"), 0}}).starts_with("lost"));
  ann.login = "bob";
  EXPECT_TRUE(committed(store(), {core::PutUser{ann, 1}}).starts_with("lost"));
  ann.login = "anna";
  ann.disabled = true;
  ann.counter = 4;
  EXPECT_EQ(committed(store(), {core::PutUser{ann, 1}}), "done");
  EXPECT_TRUE(committed(store(), {core::PutUser{ann, 1}}).starts_with("lost"));
  EXPECT_FALSE(gather(store(), {.login = "ann"})->user);
  const auto row = gather(store(), {.login = "anna"})->user;
  ASSERT_TRUE(row);
  ann.version = 2;
  EXPECT_EQ(redacted(*row), redacted(ann));
  EXPECT_EQ(row->password, ann.password);
}

TEST_P(EveryStore, a_password_is_upgraded_only_where_nothing_moved) {
  const SubjectId id = id_of<SubjectId>(1);
  EXPECT_EQ(committed(store(), {core::UpgradePassword{id, 1, "$new"}}), "done");
  EXPECT_EQ(committed(store(), {core::PutUser{a_user(1, "ann"), 0}}), "done");
  EXPECT_EQ(committed(store(), {core::UpgradePassword{id, 1, "$new"}}), "done");
  EXPECT_EQ(committed(store(), {core::UpgradePassword{id, 1, "$late"}}), "done");
  EXPECT_EQ(user(store(), id)->password, "$new");
  EXPECT_EQ(user(store(), id)->version, 2U);
}

TEST_P(EveryStore, a_deleted_person_takes_the_consents_along) {
  EXPECT_TRUE(committed(store(), {core::DeleteUser{id_of<SubjectId>(1)}}).starts_with("lost"));
  EXPECT_EQ(
      committed(store(),
                {core::PutUser{a_user(1, "ann"), 0}, core::RememberConsent{a_consent(1, "a"), 0},
                 core::RememberConsent{a_consent(1, "b"), 0},
                 core::RememberConsent{a_consent(2, "a"), 0}, core::StartSession{a_session(1, 1)}}),
      "done");
  EXPECT_EQ(committed(store(), {core::DeleteUser{id_of<SubjectId>(1)}}), "done");
  EXPECT_FALSE(user(store(), id_of<SubjectId>(1)));
  EXPECT_FALSE(consent(store(), id_of<SubjectId>(1), ClientId("a")));
  EXPECT_FALSE(consent(store(), id_of<SubjectId>(1), ClientId("b")));
  EXPECT_TRUE(consent(store(), id_of<SubjectId>(2), ClientId("a")));
  EXPECT_TRUE(session(store(), id_of<SessionId>(1)));  // dead by reference, not by search
}

TEST_P(EveryStore, clients_resources_and_keys_come_back_whole_and_raise_the_configuration) {
  const core::Client written = a_client("notes-app");
  const core::Resource api = a_resource("https://api.example.com");
  const std::uint64_t before = store().meta().configuration;
  EXPECT_EQ(committed(store(), {core::PutClient{written, 0}, core::PutResource{api, 0},
                                core::PutKey{a_key("7"), 0}}),
            "done");
  const auto found = *gather(store(), {.client = written.id, .resources = true});
  EXPECT_EQ(found.configuration, before + 3);
  ASSERT_TRUE(found.client);
  EXPECT_EQ(to_json(*found.client), to_json(written));
  EXPECT_EQ(found.client->version, 1U);
  ASSERT_EQ(found.resources->size(), 1U);
  EXPECT_EQ(to_json(found.resources->front()), to_json(api));
  EXPECT_EQ(found.resources->front().version, 1U);
  const Page keys = *list(store(), {.table = Query::Table::keys});
  ASSERT_EQ(keys.rows.size(), 1U);
  const auto& key = std::get<core::Key>(keys.rows[0]);
  EXPECT_EQ(redacted(key), redacted(a_key("7")));
  EXPECT_EQ(key.wrapped, a_key("7").wrapped);
}

TEST_P(EveryStore, configuration_changes_are_guarded_by_the_version_that_was_seen) {
  core::Client app = a_client("notes-app");
  core::Resource api = a_resource("https://api.example.com");
  core::Key key = a_key("7");
  EXPECT_EQ(committed(store(), {core::PutClient{app, 1}}),
            "lost 0: client notes-app: changed since it was read, or is gone");
  EXPECT_TRUE(committed(store(), {core::DeleteClient{app.id}}).starts_with("lost"));
  EXPECT_TRUE(committed(store(), {core::DeleteResource{api.audience}}).starts_with("lost"));
  EXPECT_TRUE(committed(store(), {core::DeleteKey{key.id}}).starts_with("lost"));
  EXPECT_EQ(committed(store(),
                      {core::PutClient{app, 0}, core::PutResource{api, 0}, core::PutKey{key, 0}}),
            "done");
  const std::uint64_t before = store().meta().configuration;
  EXPECT_EQ(committed(store(), {core::PutClient{app, 0}}), "lost 0: client notes-app: exists");
  EXPECT_TRUE(committed(store(), {core::PutResource{api, 0}}).starts_with("lost"));
  EXPECT_TRUE(committed(store(), {core::PutKey{key, 7}}).starts_with("lost"));
  EXPECT_EQ(store().meta().configuration, before);
  app.name = "Renamed";
  app.secrets.clear();
  api.name = "Renamed";
  key.state = core::KeyState::current;
  EXPECT_EQ(committed(store(),
                      {core::PutClient{app, 1}, core::PutResource{api, 1}, core::PutKey{key, 1}}),
            "done");
  const auto found = *gather(store(), {.client = app.id, .resources = true});
  EXPECT_EQ(found.client->name, "Renamed");
  EXPECT_TRUE(found.client->secrets.empty());
  EXPECT_EQ(found.client->version, 2U);
  EXPECT_EQ(found.resources->front().name, "Renamed");
  EXPECT_EQ(committed(store(), {core::DeleteClient{app.id}, core::DeleteResource{api.audience},
                                core::DeleteKey{key.id}}),
            "done");
  EXPECT_FALSE(client(store(), app.id));
  EXPECT_TRUE(gather(store(), {.resources = true})->resources->empty());
  EXPECT_TRUE(list(store(), {.table = Query::Table::keys})->rows.empty());
}

}  // namespace grantd::store::test
