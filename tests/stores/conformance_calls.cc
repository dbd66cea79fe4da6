// Every store: lists of changes, races, completions, time, lists, the walk.
#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include "grantd/store/records_json.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Runs `body(i)` on `count` threads at once and gives what they returned.
template <class Body>
std::vector<std::string> on_threads(int count, Body body) {
  std::vector<std::future<std::string>> running;
  std::promise<void> start;
  std::shared_future<void> started = start.get_future().share();
  for (int i = 0; i < count; ++i) {
    running.push_back(std::async(std::launch::async, [=] {
      started.wait();
      return body(i);
    }));
  }
  start.set_value();
  std::vector<std::string> results;
  for (auto& result : running) results.push_back(result.get());
  return results;
}

std::vector<std::string> names_of(const Page& page) {
  std::vector<std::string> names;
  for (const Row& row : page.rows) {
    names.push_back(std::get<core::Client>(row).id.str());
  }
  return names;
}

std::set<std::string> all_grants(Store& store, Query query) {
  std::set<std::string> ids;
  query.table = Query::Table::grants;
  do {
    const auto page = list(store, query);
    EXPECT_TRUE(page.has_value());
    if (!page) break;
    for (const Row& row : page->rows) {
      EXPECT_TRUE(ids.insert(oauth::to_text(std::get<core::Grant>(row).id)).second);
    }
    query.after = page->next;
  } while (!query.after.empty());
  return ids;
}

}  // namespace

TEST_P(EveryStore, a_list_of_changes_is_applied_whole_or_not_at_all) {
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}, core::PutUser{a_user(1, "ann"), 0},
                                core::PutClient{a_client("app"), 0},
                                core::RememberConsent{a_consent(1, "app"), 0},
                                core::StartSession{a_session(1)}}),
            "done");
  const std::uint64_t configuration = store().meta().configuration;
  const std::string lost = committed(
      store(),
      {core::TouchGrant{a_grant(1).id, kNow + hours(1)}, core::RevokeGrant{a_grant(1).id, "x"},
       core::EndSession{id_of<SessionId>(1)}, core::DeleteUser{id_of<SubjectId>(1)},
       core::DeleteClient{ClientId("app")}, core::PutClient{a_client("app"), 0},
       core::OpenGrant{a_grant(2)}, core::OpenGrant{a_grant(1)}, core::OpenGrant{a_grant(3)}});
  EXPECT_EQ(lost, "lost 7: grant " + oauth::to_text(a_grant(1).id) + ": exists");
  EXPECT_TRUE(grant(store(), a_grant(1).id)->state == core::GrantState::live);
  EXPECT_EQ(grant(store(), a_grant(1).id)->version, 1U);
  EXPECT_FALSE(grant(store(), a_grant(2).id));
  EXPECT_FALSE(session(store(), id_of<SessionId>(1))->ended);
  EXPECT_EQ(user(store(), id_of<SubjectId>(1))->login, "ann");
  EXPECT_TRUE(consent(store(), id_of<SubjectId>(1), ClientId("app")));
  EXPECT_EQ(client(store(), ClientId("app"))->version, 1U);
  EXPECT_EQ(store().meta().configuration, configuration);
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(2)}}), "done");
  EXPECT_EQ(committed(store(), {}), "done");
}

// I1: a code yields tokens at most once, in every race.
TEST_P(EveryStore, a_hundred_parallel_grants_of_one_id_leave_one_winner) {
  const auto results =
      on_threads(100, [&](int) { return committed(store(), {core::OpenGrant{a_grant(1)}}); });
  EXPECT_EQ(std::ranges::count(results, "done"), 1);
  EXPECT_EQ(
      std::ranges::count(results, "lost 0: grant " + oauth::to_text(a_grant(1).id) + ": exists"),
      99);
}

TEST_P(EveryStore, a_hundred_parallel_uses_of_one_thing_leave_one_winner) {
  const core::UseOnce thing{sha256("jti"), kNow + minutes(5)};
  const auto results = on_threads(100, [&](int) { return committed(store(), {thing}); });
  EXPECT_EQ(std::ranges::count(results, "done"), 1);
  EXPECT_EQ(std::ranges::count(results, "lost 0: a thing used once: seen before"), 99);
}

TEST_P(EveryStore, parallel_rotations_and_a_revocation_leave_one_successor_line) {
  const GrantId id = a_grant(1).id;
  ASSERT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}}), "done");
  const auto results = on_threads(30, [&](int i) {
    if (i == 15) return committed(store(), {core::RevokeGrant{id, "signed out"}});
    return committed(store(), {core::RotateGrant{id, 1, 1, kNow}});
  });
  const auto won = std::ranges::count(results, "done") - 1;
  const auto row = grant(store(), id);
  EXPECT_LE(won, 1);
  EXPECT_EQ(row->generation, 1U + static_cast<unsigned>(won));
  EXPECT_EQ(row->version, 2U + static_cast<unsigned>(won));
  EXPECT_TRUE(row->state == core::GrantState::revoked);
}

TEST_P(EveryStore, whoever_lost_a_race_sees_the_row_that_won_it) {
  const auto results = on_threads(20, [&](int) -> std::string {
    const std::string result = committed(store(), {core::OpenGrant{a_grant(1)}});
    return grant(store(), a_grant(1).id) ? "seen" : result;
  });
  EXPECT_EQ(std::ranges::count(results, "seen"), 20);
}

TEST_P(EveryStore, completions_come_once_and_on_the_caller_s_loop) {
  BlockingLoop loop;
  const auto caller = std::this_thread::get_id();
  int calls = 0;
  bool all = false;
  const auto note = [&](const auto& result) {
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(Loop::current(), &loop);
    all = ++calls == 53;
  };
  for (std::uint32_t i = 0; i < 50; ++i) {
    store().commit({core::OpenGrant{a_grant(i)}}, kNow,
                   [&](Result<Committed, StoreError> result) { note(result); });
  }
  store().gather({.grant = a_grant(1).id},
                 [&](Result<core::Found, StoreError> result) { note(result); });
  store().sweep({.now = kNow, .rows_max = 10},
                [&](Result<Swept, StoreError> result) { note(result); });
  store().list({}, [&](Result<Page, StoreError> result) { note(result); });
  loop.run_until(all);
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(99)}}), "done");
  EXPECT_EQ(calls, 53);
}

TEST_P(EveryStore, a_caller_without_a_loop_is_answered_too) {
  std::promise<std::string> answer;
  store().commit({core::OpenGrant{a_grant(1)}}, kNow,
                 [&](Result<Committed, StoreError> result) { answer.set_value(outcome(result)); });
  EXPECT_EQ(answer.get_future().get(), "done");
}

// DESIGN "Time": never backwards.
TEST_P(EveryStore, the_latest_moment_only_rises) {
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}}, kNow), "done");
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(2)}}, kNow - hours(1)), "done");
  EXPECT_TRUE(store().meta().latest == kNow);
  EXPECT_TRUE(gather(store(), {})->latest == kNow);
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(3)}}, kNow + hours(1)), "done");
  EXPECT_TRUE(gather(store(), {})->latest == kNow + hours(1));
}

TEST_P(EveryStore, a_closed_store_takes_no_more) {
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}}), "done");
  store().close();
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(2)}}), "unavailable");
  EXPECT_NE(store().health(), "");
}

TEST_P(EveryStore, clients_are_listed_by_name_a_page_at_a_time) {
  for (const char* id : {"delta", "alpha", "charlie", "bravo", "echo"}) {
    ASSERT_EQ(committed(store(), {core::PutClient{a_client(id), 0}}), "done");
  }
  Query query{.table = Query::Table::clients, .rows_max = 2};
  Page page = *list(store(), query);
  EXPECT_EQ(names_of(page), (std::vector<std::string>{"alpha", "bravo"}));
  query.after = page.next;
  page = *list(store(), query);
  EXPECT_EQ(names_of(page), (std::vector<std::string>{"charlie", "delta"}));
  query.after = page.next;
  page = *list(store(), query);
  EXPECT_EQ(names_of(page), (std::vector<std::string>{"echo"}));
  EXPECT_EQ(page.next, "");
}

TEST_P(EveryStore, grants_are_listed_by_person_app_and_session) {
  for (std::uint32_t i = 0; i < 10; ++i) {
    core::Grant row = a_grant(i);
    row.subject = id_of<SubjectId>(i % 2);
    row.client = ClientId(i < 5 ? "first" : "second");
    ASSERT_EQ(committed(store(), {core::OpenGrant{row}}), "done");
  }
  ASSERT_EQ(committed(store(), {core::RevokeGrant{a_grant(0).id, "x"}}), "done");
  EXPECT_EQ(all_grants(store(), {.rows_max = 3}).size(), 10U);
  EXPECT_EQ(all_grants(store(), {.rows_max = 3, .live_only = true}).size(), 9U);
  EXPECT_EQ(all_grants(store(), {.rows_max = 1, .subject = id_of<SubjectId>(1)}).size(), 5U);
  EXPECT_EQ(all_grants(store(), {.rows_max = 2, .client = ClientId("second")}).size(), 5U);
  EXPECT_EQ(all_grants(store(), {.session = id_of<SessionId>(4)}),
            std::set<std::string>{oauth::to_text(a_grant(4).id)});
  EXPECT_TRUE(all_grants(store(), {.client = ClientId("third")}).empty());
}

TEST_P(EveryStore, sessions_consents_and_users_are_listed) {
  ASSERT_EQ(committed(store(),
                      {core::PutUser{a_user(1, "ann"), 0}, core::PutUser{a_user(2, "bob"), 0},
                       core::StartSession{a_session(1, 1)}, core::StartSession{a_session(2, 1)},
                       core::StartSession{a_session(3, 2)}, core::EndSession{id_of<SessionId>(1)},
                       core::RememberConsent{a_consent(1, "a"), 0},
                       core::RememberConsent{a_consent(1, "b"), 0},
                       core::RememberConsent{a_consent(2, "a"), 0},
                       core::WithdrawConsent{id_of<SubjectId>(1), ClientId("b")}}),
            "done");
  using Table = Query::Table;
  const auto count = [&](Query query) { return list(store(), query)->rows.size(); };
  const SubjectId ann = id_of<SubjectId>(1);
  EXPECT_EQ(count({.table = Table::users}), 2U);
  EXPECT_EQ(count({.table = Table::sessions}), 3U);
  EXPECT_EQ(count({.table = Table::sessions, .subject = ann}), 2U);
  EXPECT_EQ(count({.table = Table::sessions, .subject = ann, .live_only = true}), 1U);
  EXPECT_EQ(count({.table = Table::consents}), 2U);
  EXPECT_EQ(count({.table = Table::consents, .subject = ann}), 1U);
  EXPECT_EQ(count({.table = Table::consents, .client = ClientId("a")}), 2U);
  EXPECT_EQ(count({.table = Table::resources}), 0U);
}

// DESIGN "Size": a row goes with the last thing it can still yield, and no sooner.
TEST_P(EveryStore, the_walk_takes_what_is_dead_and_leaves_what_is_not) {
  core::Grant live = a_grant(2), revoked = a_grant(1), expired = a_grant(3);
  core::Session ended = a_session(1), lives = a_session(2), over = a_session(3);
  expired.expires = kNow + minutes(1);
  over.expires = kNow + minutes(1);
  const core::RevokedToken token{id_of<core::TokenId>(1), kNow + minutes(1)};
  const core::RevokedToken later{id_of<core::TokenId>(2), kNow + hours(1)};
  const core::UseOnce used{sha256("used"), kNow + minutes(1)};
  const core::UseOnce used_later{sha256("used later"), kNow + hours(1)};
  core::Consent orphan = a_consent(9, "app", 1), stands = a_consent(1, "app", 2);
  core::Consent withdrawn = a_consent(1, "gone", 3);
  ASSERT_EQ(
      committed(store(), {core::PutUser{a_user(1, "ann"), 0}, core::PutClient{a_client("app"), 0},
                          core::OpenGrant{live}, core::OpenGrant{revoked}, core::OpenGrant{expired},
                          core::RevokeGrant{revoked.id, "x"}, core::StartSession{ended},
                          core::StartSession{lives}, core::StartSession{over},
                          core::EndSession{ended.id}, core::RevokeToken{token},
                          core::RevokeToken{later}, used, used_later,
                          core::RememberConsent{orphan, 0},
                          core::RememberConsent{stands, 0}, core::RememberConsent{withdrawn, 0},
                          core::WithdrawConsent{withdrawn.subject, withdrawn.client}}),
      "done");
  // The code of each could still come again: only the orphaned consent goes.
  EXPECT_EQ(*sweep(store(), kNow + minutes(9)), 1);
  EXPECT_EQ(*sweep(store(), kNow + minutes(12)), 7);
  EXPECT_TRUE(grant(store(), live.id) && !grant(store(), revoked.id));
  EXPECT_FALSE(grant(store(), expired.id));
  EXPECT_TRUE(session(store(), lives.id) && !session(store(), ended.id));
  EXPECT_FALSE(session(store(), over.id));
  EXPECT_FALSE(gather(store(), {.revoked_token = token.id})->token_revoked);
  EXPECT_TRUE(gather(store(), {.revoked_token = later.id})->token_revoked);
  EXPECT_FALSE(gather(store(), {.once = used.hash})->used_once);
  EXPECT_TRUE(gather(store(), {.once = used_later.hash})->used_once);
  EXPECT_TRUE(consent(store(), stands.subject, stands.client));
  EXPECT_EQ(*sweep(store(), kNow + minutes(12)), 0);
}

// Neither an offline grant nor a session can come of its idleness again. What was used keeps its
// row as long as the rules have it, whatever the limit was before.
TEST_P(EveryStore, the_walk_takes_what_was_idle_too_long_and_leaves_what_was_used) {
  core::Grant idle = a_grant(1), used = a_grant(2), bound = a_grant(3), young = a_grant(4);
  for (core::Grant* const grant : {&idle, &used, &young}) grant->session.reset();
  young.expires = young.last_used = young.created + hours(2);
  core::Session left = a_session(1), seen = a_session(3);
  ASSERT_EQ(committed(store(), {core::OpenGrant{idle}, core::OpenGrant{used},
                                core::OpenGrant{bound}, core::OpenGrant{young},
                                core::StartSession{left}, core::StartSession{seen}}),
            "done");
  const IdleLimits limits{.session = hours(2), .offline_grant = hours(1)};
  const auto swept = [&](Duration after) { return *sweep(store(), kNow + after, 1000, limits); };
  EXPECT_EQ(swept(hours(1) + minutes(9)), 0);
  // Alive by longer limits: the walk with those takes nothing.
  EXPECT_EQ(*sweep(store(), kNow + hours(2) + minutes(9)), 0);
  ASSERT_EQ(committed(store(), {core::TouchGrant{used.id, kNow + hours(1)},
                                core::TouchSession{seen.id, kNow + hours(2)}},
                      kNow + hours(2)),
            "done");
  EXPECT_EQ(swept(hours(1) + minutes(11)), 1);
  EXPECT_FALSE(grant(store(), idle.id));
  EXPECT_EQ(swept(hours(2) + minutes(9)), 0);
  EXPECT_TRUE(grant(store(), used.id));
  EXPECT_EQ(swept(hours(2) + minutes(11)), 3) << "used, young and the session that was left";
  EXPECT_FALSE(session(store(), left.id));
  EXPECT_TRUE(session(store(), seen.id) && grant(store(), bound.id));
}

// DESIGN §1.2, 7: a grant dies with its session.
TEST_P(EveryStore, the_walk_takes_grants_whose_session_went) {
  const core::Grant bound = a_grant(1), other = a_grant(2);
  ASSERT_EQ(committed(store(), {core::OpenGrant{bound}, core::OpenGrant{other},
                                core::StartSession{a_session(1)}, core::StartSession{a_session(2)},
                                core::EndSession{id_of<SessionId>(1)}}),
            "done");
  EXPECT_EQ(*sweep(store(), kNow + minutes(9)), 0) << "its row is still there";
  EXPECT_EQ(*sweep(store(), kNow + minutes(11)), 1) << "the session";
  EXPECT_EQ(*sweep(store(), kNow + minutes(11)), 1) << "the grant";
  EXPECT_FALSE(grant(store(), bound.id));
  EXPECT_TRUE(grant(store(), other.id));
}

// The pace hangs on what a bite says of itself.
TEST_P(EveryStore, a_bite_says_how_far_it_came) {
  for (std::uint32_t i = 0; i < 25; ++i) {
    ASSERT_EQ(committed(store(), {core::StartSession{a_session(i)}}), "done");
  }
  const auto bite = [&](Time now) {
    return *sweep(store(), {.now = now, .idle = kIdle, .rows_max = 10, .time_max = kAnyTime});
  };
  for (const bool dead : {false, true}) {
    int looked_at = 0, removed = 0, bites = 0;
    for (bool came_round = false; !came_round; ++bites) {
      const Swept swept = bite(dead ? kNow + hours(24 * 365) : kNow);
      EXPECT_LE(swept.looked_at, 10);
      EXPECT_GT(swept.took.count(), 0);
      looked_at += swept.looked_at;
      removed += swept.removed;
      came_round = swept.came_round;
    }
    EXPECT_EQ(looked_at, 25);
    EXPECT_EQ(removed, dead ? 25 : 0);
    EXPECT_EQ(bites, 3);
  }
}

TEST_P(EveryStore, the_walk_goes_on_from_where_it_stopped) {
  for (std::uint32_t i = 0; i < 25; ++i) {
    ASSERT_EQ(committed(store(), {core::OpenGrant{a_grant(i)}}), "done");
  }
  const Time much_later = kNow + hours(24 * 365);
  int removed = 0;
  for (int call = 0; call < 3; ++call) {
    const int went = *sweep(store(), much_later, 10);
    EXPECT_LE(went, 10);
    removed += went;
  }
  EXPECT_EQ(removed, 25);
  EXPECT_TRUE(all_grants(store(), {}).empty());
}

}  // namespace grantd::store::test
