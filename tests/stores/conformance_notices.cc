// Every store: who is to hear that a session ended (OpenID Connect Back-Channel Logout); what is
// due, in which order, exactly once.
#include <algorithm>
#include <array>
#include <thread>

#include "tests/stores/stores.h"

namespace grantd::store::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

core::NoteSessionClient a_note(std::uint32_t session, const std::string& app) {
  return {id_of<SessionId>(session), ClientId(app), id_of<core::Incarnation>(7),
          id_of<SubjectId>(1)};
}

std::vector<core::SessionClient> due(Store& store, Time now, int rows_max = 100) {
  BlockingLoop loop;
  bool done = false;
  std::vector<core::SessionClient> rows;
  store.due_notices(now, rows_max,
                    [&](Result<std::vector<core::SessionClient>, StoreError> found) {
                      EXPECT_TRUE(found) << found.error().message;
                      if (found) rows = *std::move(found);
                      done = true;
                    });
  loop.run_until(done);
  return rows;
}

std::string names(const std::vector<core::SessionClient>& rows) {
  std::string text;
  for (const core::SessionClient& row : rows) {
    text += (text.empty() ? "" : " ") + row.client.str();
  }
  return text;
}

TEST_P(EveryStore, a_notice_is_due_when_its_session_ends_and_not_before) {
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)},
                                core::StartSession{a_session(2)}}),
            "done");
  ASSERT_EQ(committed(store(), {a_note(1, "web"), a_note(1, "spa"), a_note(2, "web")}), "done");
  EXPECT_EQ(names(due(store(), kNow + hours(1))), "");
  const Time ended = kNow + minutes(3);
  EXPECT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(1)}}, ended), "done");
  EXPECT_EQ(names(due(store(), ended - seconds(1))), "");
  const auto rows = due(store(), ended);
  ASSERT_EQ(names(rows), "web spa");
  EXPECT_TRUE(rows[0].session == id_of<SessionId>(1) && rows[0].subject == id_of<SubjectId>(1));
  EXPECT_TRUE(rows[0].incarnation == id_of<core::Incarnation>(7));
  EXPECT_TRUE(rows[0].ended == ended && rows[0].due == ended && rows[0].tries == 0);
  // Ended again: nothing is due anew.
  EXPECT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(1)}}, ended + hours(1)), "done");
  EXPECT_TRUE(due(store(), ended + hours(2))[0].ended == ended);
}

// An exchange that was judged before the session ended, and written after.
TEST_P(EveryStore, a_note_that_comes_late_is_due_at_once) {
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}}), "done");
  ASSERT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(1)}}), "done");
  const Time late = kNow + seconds(2);
  EXPECT_EQ(committed(store(), {core::OpenGrant{a_grant(1)}, a_note(1, "web")}, late), "done");
  const auto rows = due(store(), late);
  ASSERT_EQ(names(rows), "web");
  EXPECT_TRUE(rows[0].ended == late);
  // Of a session that is not there any more, likewise.
  EXPECT_EQ(committed(store(), {a_note(9, "gone")}, late), "done");
  EXPECT_EQ(names(due(store(), late)), "web gone");
}

TEST_P(EveryStore, a_note_of_an_exchange_that_lost_is_not_written) {
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}, core::OpenGrant{a_grant(1)}}),
            "done");
  EXPECT_TRUE(committed(store(), {core::OpenGrant{a_grant(1)}, a_note(1, "web")})
                  .starts_with("lost 0"));
  EXPECT_TRUE(committed(store(), {a_note(1, "spa"), core::OpenGrant{a_grant(1)}})
                  .starts_with("lost 1"));
  ASSERT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(1)}}), "done");
  EXPECT_EQ(names(due(store(), kNow)), "");
}

// The same for what was half ended: nothing is due of a list of changes that lost.
TEST_P(EveryStore, an_end_that_was_taken_back_makes_nothing_due) {
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}, a_note(1, "web")}), "done");
  EXPECT_TRUE(committed(store(), {core::EndSession{id_of<SessionId>(1)},
                                  core::DeleteUser{id_of<SubjectId>(404)}})
                  .starts_with("lost 1"));
  EXPECT_EQ(names(due(store(), kNow + hours(1))), "");
  EXPECT_FALSE(session(store(), id_of<SessionId>(1))->ended);
}

TEST_P(EveryStore, noted_twice_is_one_row_of_the_client_as_it_is_now) {
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}, a_note(1, "web")}), "done");
  core::NoteSessionClient again = a_note(1, "web");
  again.incarnation = id_of<core::Incarnation>(8);
  EXPECT_EQ(committed(store(), {again, a_note(1, "spa")}), "done");
  ASSERT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(1)}}), "done");
  const auto rows = due(store(), kNow);
  ASSERT_EQ(names(rows), "web spa");
  EXPECT_TRUE(rows[0].incarnation == id_of<core::Incarnation>(8));
}

TEST_P(EveryStore, the_longest_due_come_first_and_no_more_than_asked_for) {
  for (std::uint32_t n = 1; n <= 4; ++n) {
    ASSERT_EQ(committed(store(), {core::StartSession{a_session(n)},
                                  a_note(n, "app" + std::to_string(n))}),
              "done");
  }
  for (const std::uint32_t n : {3U, 1U, 4U, 2U}) {
    ASSERT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(n)}},
                        kNow + seconds(n == 3 ? 0 : n)),
              "done");
  }
  EXPECT_EQ(names(due(store(), kNow + seconds(3))), "app3 app1 app2");
  EXPECT_EQ(names(due(store(), kNow + seconds(9), 2)), "app3 app1");
}

// Of two that look at the same row one tries.
TEST_P(EveryStore, putting_off_needs_an_ended_session_and_the_tries_that_were_seen) {
  const SessionId id = id_of<SessionId>(1);
  const core::PutOffNotice first{id, ClientId("web"), 0, 1, kNow + seconds(10)};
  EXPECT_TRUE(committed(store(), {first}).starts_with("lost 0: notice of session"));
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}, a_note(1, "web")}), "done");
  EXPECT_TRUE(committed(store(), {first}).starts_with("lost")) << "it lives";
  ASSERT_EQ(committed(store(), {core::EndSession{id}}), "done");
  EXPECT_EQ(committed(store(), {first}), "done");
  EXPECT_TRUE(committed(store(), {first}).starts_with("lost")) << "another was faster";
  EXPECT_EQ(names(due(store(), kNow + seconds(9))), "");
  const auto rows = due(store(), kNow + seconds(10));
  ASSERT_EQ(names(rows), "web");
  EXPECT_EQ(rows[0].tries, 1U);
  EXPECT_TRUE(rows[0].ended == kNow);
  EXPECT_EQ(committed(store(), {core::DropNotice{id, ClientId("web")},
                                core::DropNotice{id, ClientId("web")}}),
            "done");
  EXPECT_EQ(names(due(store(), kNow + hours(9))), "");
}

TEST_P(EveryStore, of_many_who_try_the_same_notice_one_wins) {
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}, a_note(1, "web"),
                                core::EndSession{id_of<SessionId>(1)}}),
            "done");
  std::array<std::string, 8> outcomes;
  {
    std::vector<std::jthread> threads;
    for (std::string& outcome : outcomes) {
      threads.emplace_back([&] {
        outcome = committed(store(), {core::PutOffNotice{id_of<SessionId>(1), ClientId("web"), 0, 1,
                                                         kNow + seconds(10)}});
      });
    }
  }
  EXPECT_EQ(std::ranges::count(outcomes, "done"), 1);
}

// A session that only expired tells nobody: what was promised goes with its row. What is due stays,
// though its session's row is gone.
TEST_P(EveryStore, the_walk_takes_promises_of_sessions_that_are_gone_and_nothing_that_is_due) {
  core::Session brief = a_session(1);
  brief.expires = kNow + minutes(1);
  core::Session ended = a_session(2);
  ended.expires = kNow + minutes(1);
  core::Session lasting = a_session(3);
  lasting.expires = kNow + hours(24);
  ASSERT_EQ(committed(store(), {core::StartSession{brief}, core::StartSession{ended},
                                core::StartSession{lasting}, a_note(1, "web"), a_note(2, "web"),
                                a_note(3, "web"), core::EndSession{ended.id}}),
            "done");
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(sweep(store(), kNow + hours(1)));
  EXPECT_FALSE(session(store(), brief.id) || session(store(), ended.id));
  const auto rows = due(store(), kNow + hours(1));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].session == ended.id);
  // The lasting one's promise is still there; the brief one's is not.
  ASSERT_EQ(committed(store(), {core::EndSession{lasting.id}}, kNow + hours(2)), "done");
  EXPECT_EQ(due(store(), kNow + hours(2)).size(), 2U);
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(sweep(store(), kNow + hours(2)));
  EXPECT_EQ(due(store(), kNow + hours(2)).size(), 2U);
}

TEST_P(EveryStore, a_look_brings_the_apps_of_a_session_as_they_are_now) {
  core::Client web = a_client("web");
  web.incarnation = id_of<core::Incarnation>(7);
  core::Client other = a_client("other");  // of another incarnation than the note
  other.incarnation = id_of<core::Incarnation>(8);
  ASSERT_EQ(committed(store(), {core::PutClient{web}, core::PutClient{other},
                                core::StartSession{a_session(1)}, core::StartSession{a_session(2)},
                                a_note(1, "web"), a_note(1, "gone"), a_note(1, "other")}),
            "done");
  core::Wanted wanted{.session = id_of<SessionId>(1), .session_clients = true};
  const core::Found found = *gather(store(), wanted);
  ASSERT_EQ(found.session_clients.size(), 1U);
  EXPECT_EQ(found.session_clients[0]->id.str(), "web");
  wanted.session = id_of<SessionId>(2);
  EXPECT_TRUE(gather(store(), wanted)->session_clients.empty());
  EXPECT_TRUE(gather(store(), {.session = id_of<SessionId>(1)})->session_clients.empty());
}

TEST_P(EveryStore, notices_survive_a_restart) {
  if (!GetParam().durable) return;
  ASSERT_EQ(committed(store(), {core::StartSession{a_session(1)}, core::StartSession{a_session(2)},
                                a_note(1, "web"), a_note(2, "spa"),
                                core::EndSession{id_of<SessionId>(1)}}),
            "done");
  store_->close();
  store_.reset();
  store_ = GetParam().open(directory_);
  EXPECT_EQ(names(due(store(), kNow)), "web");
  ASSERT_EQ(committed(store(), {core::EndSession{id_of<SessionId>(2)}}, kNow + hours(1)), "done");
  EXPECT_EQ(names(due(store(), kNow + hours(1))), "web spa");
}

}  // namespace grantd::store::test
