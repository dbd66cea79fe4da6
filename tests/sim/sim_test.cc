// The seeded simulator. DESIGN §7: a code yields tokens at most once; a revoked grant never
// refreshes; nothing dead comes back; a refused possession check burns; who has proved nothing
// writes nothing; rows = grants. Checklist CO-01, CO-13, RT-01, RT-11, RT-15, RT-16.
// GRANTD_SIM_SEED and GRANTD_SIM_STEPS run it longer or again.
#include <gtest/gtest.h>

#include <cstdlib>

#include "grantd/store/memory/faulty_store.h"
#include "tests/sim/world.h"

namespace grantd::sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Runs until a violation or the end; empty: none.
std::string simulate(std::uint64_t seed, std::uint64_t steps, const Wrap& wrap,
                     World::Counts& counts) {
  World world(seed, wrap);
  for (std::uint64_t i = 0; i < steps; ++i) {
    if (world.step()) continue;
    counts = world.counts();
    return world.truth().violated() + "\nseed " + std::to_string(seed) + ", step " +
           std::to_string(i) + "\n" + world.truth().last_notes();
  }
  counts = world.counts();
  return {};
}

Wrap faults(std::uint64_t seed, int per_thousand) {
  return [=](std::unique_ptr<store::Store> inner) {
    return store::make_faulty_store(std::move(inner), store::seeded_faults(seed, per_thousand));
  };
}

TEST(simulator, the_invariants_hold_through_races_faults_and_time) {
  const std::uint64_t first = number_from("GRANTD_SIM_SEED", 1);
  const std::uint64_t steps = number_from("GRANTD_SIM_STEPS", 4'000);
  World::Counts all;
  for (std::uint64_t seed = first; seed < first + 8; ++seed) {
    World::Counts counts;
    const std::string violated = simulate(seed, steps, faults(seed, 30), counts);
    EXPECT_TRUE(violated.empty()) << violated;
    all.steps += counts.steps;
    all.codes += counts.codes;
    all.exchanges += counts.exchanges;
    all.refreshes += counts.refreshes;
    all.replays += counts.replays;
    all.burns += counts.burns;
    all.raced += counts.raced;
    all.unavailable += counts.unavailable;
  }
  std::printf("steps %llu codes %llu exchanges %llu refreshes %llu replays %llu burns %llu raced "
              "%llu 503s %llu\n",
              static_cast<unsigned long long>(all.steps),
              static_cast<unsigned long long>(all.codes),
              static_cast<unsigned long long>(all.exchanges),
              static_cast<unsigned long long>(all.refreshes),
              static_cast<unsigned long long>(all.replays),
              static_cast<unsigned long long>(all.burns),
              static_cast<unsigned long long>(all.raced),
              static_cast<unsigned long long>(all.unavailable));
  // It did get somewhere: a world in which nothing happens violates nothing.
  EXPECT_GT(all.exchanges, all.steps / 100);
  EXPECT_GT(all.refreshes, all.steps / 100);
  EXPECT_GT(all.replays, 20u);
  EXPECT_GT(all.burns, 20u);
  EXPECT_GT(all.raced, all.steps / 50);
}

// ---- does it see? Each planted bug must be found.

class Planted : public store::Store {
 public:
  explicit Planted(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}
  void gather(const core::Wanted& wanted, store::Completion<core::Found> done) override {
    inner_->gather(wanted, std::move(done));
  }
  void commit(core::Changes changes, Time now, store::Completion<store::Committed> done) override {
    inner_->commit(std::move(changes), now, std::move(done));
  }
  void sweep(const store::Bite& bite, store::Completion<store::Swept> done) override {
    inner_->sweep(bite, std::move(done));
  }
  void list(const store::Query& query, store::Completion<store::Page> done) override {
    inner_->list(query, std::move(done));
  }
  void due_notices(Time now, int rows_max,
                   store::Completion<std::vector<core::SessionClient>> done) override {
    inner_->due_notices(now, rows_max, std::move(done));
  }
  core::Meta meta() override { return inner_->meta(); }
  std::string health() override { return inner_->health(); }
  void close() override { inner_->close(); }

 protected:
  std::unique_ptr<Store> inner_;
};

// Says "done" where the guard of `Change` failed.
template <class Change>
class IgnoresGuard final : public Planted {
 public:
  using Planted::Planted;
  void commit(core::Changes changes, Time now, store::Completion<store::Committed> done) override {
    const core::Changes copy = changes;
    inner_->commit(std::move(changes), now,
                   [copy, done = std::move(done)](
                       Result<store::Committed, store::StoreError> committed) mutable {
                     if (committed) {
                       const auto* lost = std::get_if<store::Lost>(&*committed);
                       if (lost && std::holds_alternative<Change>(copy[lost->change])) {
                         *committed = store::Done{};
                       }
                     }
                     done(std::move(committed));
                   });
  }
};

// Forgets what it was told: `Change` is acknowledged and never written.
template <class Change>
class Forgets final : public Planted {
 public:
  using Planted::Planted;
  void commit(core::Changes changes, Time now, store::Completion<store::Committed> done) override {
    std::erase_if(changes, [](const core::Change& change) {
      return std::holds_alternative<Change>(change);
    });
    inner_->commit(std::move(changes), now, std::move(done));
  }
};

// Shows a consent, a session or a person as they were when it first saw them.
class ShowsOldUsers final : public Planted {
 public:
  using Planted::Planted;
  void gather(const core::Wanted& wanted, store::Completion<core::Found> done) override {
    inner_->gather(wanted, [this, done = std::move(done)](
                               Result<core::Found, store::StoreError> found) mutable {
      if (found && found->user) {
        found->user = first_.try_emplace(found->user->id, *found->user).first->second;
      }
      done(std::move(found));
    });
  }

 private:
  std::map<core::SubjectId, core::User> first_;
};

template <class Bug>
void expect_found() {
  World::Counts counts;
  std::string found;
  for (std::uint64_t seed = 1; seed <= 4 && found.empty(); ++seed) {
    found = simulate(seed, 15'000, [](std::unique_ptr<store::Store> inner) {
      return std::make_unique<Bug>(std::move(inner));
    }, counts);
  }
  EXPECT_NE(found, "");
  std::printf("found after %llu steps: %s\n", static_cast<unsigned long long>(counts.steps),
              found.substr(0, found.find('\n')).c_str());
}

TEST(simulator, finds_a_store_that_ignores_the_guard_of_a_code) {
  expect_found<IgnoresGuard<core::OpenGrant>>();
}
TEST(simulator, finds_a_store_that_ignores_the_guard_of_a_rotation) {
  expect_found<IgnoresGuard<core::RotateGrant>>();
}
TEST(simulator, finds_a_store_that_forgets_revocations) {
  expect_found<Forgets<core::RevokeGrant>>();
}
TEST(simulator, finds_a_store_that_forgets_rotations) {
  expect_found<Forgets<core::RotateGrant>>();
}
TEST(simulator, finds_a_store_that_shows_people_as_they_were) { expect_found<ShowsOldUsers>(); }

}  // namespace
}  // namespace grantd::sim
