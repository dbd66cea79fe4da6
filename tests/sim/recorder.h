// The store that works, with a witness: what it wrote is told to the truth. It also carries the
// epoch, which a restore draws anew.
#pragma once

#include "grantd/store/store.h"
#include "tests/sim/truth.h"
#include "tests/sim/world.h"

namespace grantd::sim {

class World::Recorder final : public store::Store {
 public:
  Recorder(std::unique_ptr<Store> inner, Truth& truth, core::Epoch epoch)
      : inner_(std::move(inner)), truth_(truth), epoch_(epoch) {}

  void gather(const core::Wanted& wanted, store::Completion<core::Found> done) override {
    truth_.next();
    inner_->gather(wanted, [this, done = std::move(done)](
                               Result<core::Found, store::StoreError> found) mutable {
      if (found) found->epoch = epoch_;
      done(std::move(found));
    });
  }
  void commit(core::Changes changes, Time now, store::Completion<store::Committed> done) override {
    inner_->commit(changes, now, [this, now, changes, done = std::move(done)](
                                     Result<store::Committed, store::StoreError> done_or) mutable {
      if (done_or && std::holds_alternative<store::Done>(*done_or)) truth_.applied(changes, now);
      done(std::move(done_or));
    });
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

  void restore(core::Epoch epoch) {
    epoch_ = epoch;
    truth_.restored();
  }

 private:
  std::unique_ptr<Store> inner_;
  Truth& truth_;
  core::Epoch epoch_;
};

}  // namespace grantd::sim
