#include "grantd/store/memory/faulty_store.h"

#include <mutex>
#include <random>

#include "grantd/base/loop.h"

namespace grantd::store {
namespace {

class FaultyStore final : public Store {
 public:
  FaultyStore(std::unique_ptr<Store> inner, ChooseFault choose)
      : inner_(std::move(inner)), choose_(std::move(choose)) {}

  void gather(const core::Wanted& wanted, Completion<core::Found> done) override {
    if (const Fault fault = choose(StoreCall::gather); fault != Fault::none) {
      return answer(std::move(done), fault);
    }
    inner_->gather(wanted, std::move(done));
  }

  void commit(core::Changes changes, Time now, Completion<Committed> done) override {
    switch (const Fault fault = choose(StoreCall::commit)) {
      case Fault::none:
        return inner_->commit(std::move(changes), now, std::move(done));
      case Fault::lost:
        return complete<Committed>(std::move(done), Lost{0, "a row that moved (a planned fault)"});
      case Fault::unknown_written:
        return inner_->commit(std::move(changes), now,
                              [done = std::move(done)](Result<Committed, StoreError>) mutable {
                                done(fail(error_of(Fault::unknown_written)));
                              });
      default:
        return answer(std::move(done), fault);
    }
  }

  void sweep(const Bite& bite, Completion<Swept> done) override {
    if (const Fault fault = choose(StoreCall::sweep); fault != Fault::none) {
      return answer(std::move(done), fault);
    }
    inner_->sweep(bite, std::move(done));
  }

  void list(const Query& query, Completion<Page> done) override {
    if (const Fault fault = choose(StoreCall::list); fault != Fault::none) {
      return answer(std::move(done), fault);
    }
    inner_->list(query, std::move(done));
  }

  void due_notices(Time now, int rows_max,
                   Completion<std::vector<core::SessionClient>> done) override {
    if (const Fault fault = choose(StoreCall::due_notices); fault != Fault::none) {
      return answer(std::move(done), fault);
    }
    inner_->due_notices(now, rows_max, std::move(done));
  }

  core::Meta meta() override { return inner_->meta(); }
  Result<std::uint64_t, StoreError> configuration() override {
    const Fault fault = choose(StoreCall::configuration);
    if (fault != Fault::none) return fail(error_of(fault));
    return inner_->configuration();
  }
  std::string health() override { return inner_->health(); }
  void close() override { inner_->close(); }

 private:
  Fault choose(StoreCall call) {
    const std::lock_guard lock(mutex_);
    return choose_(call);
  }

  static StoreError error_of(Fault fault) {
    switch (fault) {
      case Fault::unknown_written:
      case Fault::unknown_absent:
        return {StoreError::Kind::outcome_unknown, "outcome unknown (a planned fault)"};
      case Fault::broken:
        return {StoreError::Kind::broken, "broken (a planned fault)"};
      default:
        return {StoreError::Kind::unavailable, "unavailable (a planned fault)"};
    }
  }

  template <class T>
  static void answer(Completion<T> done, Fault fault) {
    complete<T>(std::move(done), fail(error_of(fault)));
  }
  template <class T>
  static void complete(Completion<T> done, Result<T, StoreError> result) {
    Loop* loop = Loop::current();
    if (!loop) return done(std::move(result));
    loop->post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  std::unique_ptr<Store> inner_;
  std::mutex mutex_;
  ChooseFault choose_;
};

}  // namespace

ChooseFault scripted_faults(std::vector<Fault> faults) {
  return [faults = std::move(faults), next = std::size_t{0}](StoreCall) mutable {
    return next < faults.size() ? faults[next++] : Fault::none;
  };
}

ChooseFault seeded_faults(std::uint64_t seed, int per_thousand) {
  return [engine = std::mt19937_64(seed), per_thousand](StoreCall call) mutable {
    // Two draws a call, whatever comes of them, and no distribution: their sequences differ
    // between libraries.
    const auto chance = static_cast<int>(engine() % 1000);
    const auto which = engine() % (call == StoreCall::commit ? 5 : 2);
    if (chance >= per_thousand) return Fault::none;
    constexpr Fault kFaults[] = {Fault::unavailable, Fault::broken, Fault::unknown_written,
                                 Fault::unknown_absent, Fault::lost};
    return kFaults[which];
  };
}

std::unique_ptr<Store> make_faulty_store(std::unique_ptr<Store> inner, ChooseFault choose) {
  return std::make_unique<FaultyStore>(std::move(inner), std::move(choose));
}

}  // namespace grantd::store
