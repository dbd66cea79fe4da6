// The store that fails on purpose: the simulator stands on what it says.
#include "grantd/store/memory/faulty_store.h"

#include "grantd/store/memory/memory_store.h"
#include "tests/stores/stores.h"

namespace grantd::store::test {

TEST(FaultyStore, follows_its_script_and_then_behaves) {
  auto memory = make_memory_store(kIssuer, id_of<core::Epoch>(1));
  Store& inner = *memory;
  const auto store = make_faulty_store(
      std::move(memory), scripted_faults({Fault::unavailable, Fault::unknown_absent, Fault::lost,
                                          Fault::broken, Fault::unknown_written}));
  const core::Changes open = {core::OpenGrant{a_grant(1)}};
  EXPECT_EQ(committed(*store, open), "unavailable");
  EXPECT_EQ(committed(*store, open), "outcome_unknown");
  EXPECT_TRUE(committed(*store, open).starts_with("lost 0"));
  EXPECT_EQ(committed(*store, open), "broken");
  EXPECT_FALSE(grant(inner, a_grant(1).id));
  EXPECT_EQ(committed(*store, open), "outcome_unknown");
  EXPECT_TRUE(grant(inner, a_grant(1).id));
  EXPECT_TRUE(grant(*store, a_grant(1).id));
}

TEST(FaultyStore, gives_the_same_faults_to_the_same_seed) {
  const auto draw = [](std::uint64_t seed) {
    ChooseFault choose = seeded_faults(seed, 500);
    std::vector<Fault> faults;
    for (int i = 0; i < 100; ++i) {
      faults.push_back(choose(i % 2 == 0 ? StoreCall::commit : StoreCall::gather));
    }
    return faults;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

}  // namespace grantd::store::test
