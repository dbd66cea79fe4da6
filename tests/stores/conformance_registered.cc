// Every store: clients that registered themselves (RFC 7591) are counted until their first token,
// and go by themselves without one.
#include "grantd/store/records_json.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

int unused(Store& store) { return gather(store, {.unused_clients = true})->unused_clients; }

}  // namespace

TEST_P(EveryStore, a_registered_client_comes_back_whole) {
  const core::Client written = a_stranger("paperboat");
  EXPECT_EQ(committed(store(), {core::PutClient{written, 0}}), "done");
  const auto row = client(store(), written.id);
  ASSERT_TRUE(row && row->self_registration);
  EXPECT_EQ(to_json(*row), to_json(written));
  EXPECT_TRUE(row->self_registration->token_hash == sha256("token of paperboat"));
  EXPECT_TRUE(row->self_registration->unused_until == kNow + hours(1));
}

TEST_P(EveryStore, clients_are_counted_until_they_are_used) {
  EXPECT_EQ(unused(store()), 0);
  EXPECT_EQ(committed(store(), {core::PutClient{a_client("mine"), 0},
                                core::PutClient{a_stranger("a"), 0},
                                core::PutClient{a_stranger("b"), 0}}),
            "done");
  EXPECT_EQ(unused(store()), 2);
  const std::uint64_t before = store().meta().configuration;
  EXPECT_EQ(committed(store(), {core::MarkClientUsed{ClientId("a")}}), "done");
  EXPECT_EQ(unused(store()), 1);
  // What is cached by the configuration's version is read anew, once.
  EXPECT_EQ(store().meta().configuration, before + 1);
  auto row = client(store(), ClientId("a"));
  EXPECT_TRUE(row->self_registration->used);
  EXPECT_EQ(row->version, 2U);
  // Again, of nobody, of one that the operator made: nothing happens.
  EXPECT_EQ(committed(store(), {core::MarkClientUsed{ClientId("a")},
                                core::MarkClientUsed{ClientId("nobody")},
                                core::MarkClientUsed{ClientId("mine")}}),
            "done");
  EXPECT_EQ(store().meta().configuration, before + 1);
  EXPECT_EQ(client(store(), ClientId("mine"))->version, 1U);
  // An update that did not know of the use is lost; one that did keeps it.
  EXPECT_TRUE(committed(store(), {core::PutClient{a_stranger("a"), 1}}).starts_with("lost"));
  core::Client changed = *row;
  changed.name = "Renamed";
  EXPECT_EQ(committed(store(), {core::PutClient{changed, 2}}), "done");
  EXPECT_EQ(unused(store()), 1);
  row = client(store(), ClientId("a"));
  EXPECT_TRUE(row->self_registration->used && row->name == "Renamed");
}

// DESIGN §1.2, 1; checklist DR-06.
TEST_P(EveryStore, a_client_that_was_never_used_goes_by_itself) {
  EXPECT_EQ(committed(store(), {core::PutClient{a_client("mine"), 0},
                                core::PutClient{a_stranger("used"), 0},
                                core::PutClient{a_stranger("unused"), 0},
                                core::MarkClientUsed{ClientId("used")}}),
            "done");
  EXPECT_EQ(*sweep(store(), kNow + hours(1) + minutes(9)), 0);
  const std::uint64_t before = store().meta().configuration;
  EXPECT_EQ(*sweep(store(), kNow + hours(1) + minutes(10)), 1);
  EXPECT_GT(store().meta().configuration, before);
  EXPECT_FALSE(client(store(), ClientId("unused")));
  EXPECT_TRUE(client(store(), ClientId("used")) && client(store(), ClientId("mine")));
  EXPECT_EQ(unused(store()), 0);
  EXPECT_EQ(*sweep(store(), kNow + hours(1) + minutes(10)), 0);
}

TEST_P(EveryStore, many_unused_clients_go_bite_by_bite) {
  core::Changes many;
  for (int i = 0; i < 150; ++i) {
    many.push_back(core::PutClient{a_stranger("s" + std::to_string(i)), 0});
  }
  EXPECT_EQ(committed(store(), std::move(many)), "done");
  EXPECT_EQ(unused(store()), 150);
  int removed = 0;
  for (int call = 0; call < 20 && removed < 150; ++call) {
    const int went = *sweep(store(), kNow + hours(2), 20);
    EXPECT_LE(went, 20);
    removed += went;
  }
  EXPECT_EQ(removed, 150);
  EXPECT_EQ(unused(store()), 0);
}

}  // namespace grantd::store::test
