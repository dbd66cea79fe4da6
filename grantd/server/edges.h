// Everything impure that the driver may touch, in one place: clock, chance, keys, limits, password
// pool. The store is behind its own interface.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "grantd/core/decision.h"
#include "grantd/core/moment.h"
#include "grantd/server/config.h"
#include "grantd/server/documents.h"
#include "grantd/server/keys.h"
#include "grantd/server/limits.h"
#include "grantd/server/outbound.h"
#include "grantd/server/passwords.h"
#include "grantd/server/published.h"
#include "grantd/store/store.h"

namespace grantd::server {

// Past this disagreement between the clock and the store's latest commit nothing is issued.
inline constexpr Duration kClockDisagreementMax = std::chrono::minutes(5);

class Edges {
 public:
  using Now = std::function<Time()>;

  // `store`, `master` outlive this. `now`: the clock; tests hand in their own.
  Edges(store::Store& store, MasterKey master, const Config& config, oauth::Issuer issuer,
        Now now = system_now);

  // Reads the keys for the first time; the error is for the operator.
  Result<Unit, std::string> open();

  std::shared_ptr<const Keys> keys() const;
  // Reads the keys anew; the answer is whether that worked (else: the store is out of reach).
  void reload_keys(std::move_only_function<void(bool)> done);

  // A moment at which the store had committed `latest`; nothing where clock and store disagree by
  // more than five minutes: time never runs backwards, and nobody issues on a wrong clock.
  std::optional<core::Moment> moment(Time latest) const;
  Time now() const { return now_(); }

  // How long the first of these keys must wait, if one must.
  std::optional<Duration> must_wait(const std::vector<std::string>& throttle) const;
  void count(const std::string& key);
  // Finds out what was asked. A try is taken from each throttle key first and given back where the
  // proof matches. Answers on the caller's loop.
  void ask(const core::AskProof& ask, std::move_only_function<void(core::ProofAnswer)> done);

  // Brings what a client has at a URL. Answers on the caller's loop.
  void read_document(const core::AskDocument& ask,
                     std::move_only_function<void(core::Document)> done) {
    documents_->get(ask, std::move(done));
  }
  // What goes out to others beside documents.
  Outbound& outbound() { return *outbound_; }

  // Whom a session's end concerns is told of it at once; nobody: they look for themselves.
  void when_session_ended(std::function<void()> told) {
    const std::lock_guard lock(mutex_);
    session_ended_ = std::move(told);
  }
  void session_ended() const {
    const std::lock_guard lock(mutex_);
    if (session_ended_) session_ended_();
  }

  // Stops the pools; the loops of those who wait must still live.
  void close() {
    passwords_.reset();
    outbound_.reset();
  }

  store::Store& store() { return store_; }
  Published& published() { return published_; }

 private:
  Limit limit_of(std::string_view key) const;
  void verify(const core::AskProof& ask, Time now,
              std::move_only_function<void(core::ProofAnswer)> done);

  store::Store& store_;
  MasterKey master_;
  oauth::Issuer issuer_;
  Now now_;
  Limit account_, address_, client_, register_;
  mutable std::mutex mutex_;  // of keys_, session_ended_
  std::shared_ptr<const Keys> keys_;
  std::function<void()> session_ended_;
  Limits limits_;
  SecretCache secrets_;
  Published published_;
  std::unique_ptr<PasswordPool> passwords_;
  std::unique_ptr<Documents> documents_;
  std::unique_ptr<Outbound> outbound_;
};

}  // namespace grantd::server
