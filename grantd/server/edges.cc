#include "grantd/server/edges.h"

#include <algorithm>
#include <utility>

#include "grantd/base/log.h"
#include "grantd/base/random.h"
#include "grantd/server/read_keys.h"

namespace grantd::server {

Edges::Edges(store::Store& store, MasterKey master, const Config& config, oauth::Issuer issuer,
             Now now)
    : store_(store),
      master_(std::move(master)),
      issuer_(std::move(issuer)),
      now_(std::move(now)),
      account_{config.login_tries, config.login_wait},
      address_{config.address_tries, config.address_wait},
      client_{config.secret_tries, config.secret_wait},
      register_{config.register_tries, config.register_wait},
      passwords_(std::make_unique<PasswordPool>(
          config.password_threads,
          Argon2Parameters{config.argon2_memory_kib, config.argon2_iterations})),
      outbound_(std::make_unique<Outbound>(
          OutboundOptions{.reach = http::Reach::public_and(config.outbound_allow).value(),
                          .ca_file = config.outbound_ca_file})) {
  documents_ = std::make_unique<Documents>(*outbound_, now_);
}

Result<Unit, std::string> Edges::open() {
  BlockingLoop loop;
  bool done = false;
  Result<Unit, std::string> outcome = Unit{};
  const auto configuration = store_.configuration();
  if (!configuration) {
    return fail("the keys cannot be read from the store: " + configuration.error().message);
  }
  read_keys(store_, [&](Result<std::vector<core::Key>, std::string> read) {
    done = true;
    if (!read) {
      outcome = fail("the keys cannot be read from the store: " + read.error());
      return;
    }
    auto opened = open_keys(*read, master_, issuer_, *configuration);
    if (!opened) {
      outcome = fail(std::move(opened.error()));
      return;
    }
    const std::lock_guard lock(mutex_);
    keys_ = std::move(*opened);
  });
  loop.run_until(done);
  return outcome;
}

std::shared_ptr<const Keys> Edges::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void Edges::reload_keys(std::move_only_function<void(bool)> done) {
  // The version is read before the keys: what changes in between is noticed at the next look.
  const auto version = store_.configuration();
  if (!version) {
    log::error("keys_not_read", {{"reason", version.error().message}});
    return done(false);
  }
  read_keys(store_,
            [this, configuration = *version, done = std::move(done)](
                Result<std::vector<core::Key>, std::string> read) mutable {
              if (!read) {
                log::error("keys_not_read", {{"reason", read.error()}});
                return done(false);
              }
              auto opened = open_keys(*read, master_, issuer_, configuration);
              if (!opened) {
                log::error("keys_not_opened", {{"reason", opened.error()}});
                return done(false);
              }
              {
                const std::lock_guard lock(mutex_);
                if (!keys_ || keys_->ring->configuration <= configuration) {
                  keys_ = std::move(*opened);
                }
              }
              done(true);
            });
}

std::optional<core::Moment> Edges::moment(Time latest) const {
  const Time now = now_();
  if (latest - now > kClockDisagreementMax) return {};
  return core::Moment{std::max(now, latest), random_bytes<32>()};
}

Limit Edges::limit_of(std::string_view key) const {
  if (key.starts_with("address:")) return address_;
  if (key.starts_with("client:")) return client_;
  if (key.starts_with("register:")) return register_;
  return account_;
}

std::optional<Duration> Edges::must_wait(const std::vector<std::string>& throttle) const {
  for (const std::string& key : throttle) {
    if (const auto wait = limits_.peek(key, limit_of(key), now_())) return wait;
  }
  return {};
}

void Edges::count(const std::string& key) { limits_.count(key, limit_of(key), now_()); }

void Edges::ask(const core::AskProof& ask, std::move_only_function<void(core::ProofAnswer)> done) {
  using Kind = core::ProofAnswer::Kind;
  const bool secret = ask.what == core::AskProof::What::client_secret;
  // A secret that was found right before costs a look in memory and no try.
  if (secret && (secrets_.knows(ask.phc, ask.secret) || secrets_.knows(ask.or_phc, ask.secret))) {
    return done({.kind = Kind::matches});
  }

  const Time now = now_();
  for (std::size_t i = 0; i < ask.throttle.size(); ++i) {
    const auto wait = limits_.reserve(ask.throttle[i], limit_of(ask.throttle[i]), now);
    if (!wait) continue;
    for (std::size_t j = 0; j < i; ++j) {
      limits_.give_back(ask.throttle[j], limit_of(ask.throttle[j]), now);
    }
    return done({.kind = Kind::throttled, .wait = *wait});
  }
  verify(ask, now, std::move(done));
}

void Edges::verify(const core::AskProof& ask, Time now,
                   std::move_only_function<void(core::ProofAnswer)> done) {
  using Kind = core::ProofAnswer::Kind;
  const bool secret = ask.what == core::AskProof::What::client_secret;
  passwords_->verify(
      ask.phc, ask.secret, ask.successor, !secret,
      [this, ask = core::AskProof(ask), secret, now,
       done = std::move(done)](core::ProofAnswer answer) mutable {
        if (answer.kind == Kind::differs && !ask.or_phc.empty()) {
          ask.phc = std::exchange(ask.or_phc, {});
          return verify(ask, now, std::move(done));
        }
        if (answer.kind != Kind::differs) {
          for (const std::string& key : ask.throttle) {
            limits_.give_back(key, limit_of(key), now);
          }
        }
        if (answer.kind == Kind::overloaded) answer.wait = std::chrono::seconds(2);
        if (secret && answer.kind == Kind::matches) secrets_.remember(ask.phc, ask.secret);
        done(std::move(answer));
      });
}

}  // namespace grantd::server
