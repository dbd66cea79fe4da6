// Passwords and imported secrets: Argon2id (RFC 9106), off the I/O threads and in bounded numbers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "grantd/base/bytes.h"
#include "grantd/base/loop.h"
#include "grantd/base/secret.h"
#include "grantd/base/time.h"
#include "grantd/core/found.h"

namespace grantd::server {

// OWASP's minimum. One lane.
struct Argon2Parameters {
  int memory_kib = 19'456;  // 8 to 1,048,576
  int iterations = 2;       // 1 to 100
  friend bool operator==(const Argon2Parameters&, const Argon2Parameters&) = default;
};

// EN-09: a password counts as it was sent, byte for byte; a longer one is nobody's.
inline constexpr std::size_t kPasswordBytesMax = 1024;

// "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" with a fresh salt; takes as long as a verification.
// The password has at most kPasswordBytesMax bytes. Throws std::bad_alloc where there is no memory.
std::string hash_password(const Secret& password, Argon2Parameters parameters);

// The parameters of a PHC string that verification accepts; nothing for any other text, and for
// parameters beyond those above (an imported hash must not be able to take the machine).
std::optional<Argon2Parameters> parameters_of(std::string_view phc);

// Blocks for the hash's time. matches, differs, or overloaded where there is no memory.
core::ProofAnswer::Kind verify_password(const std::string& phc, const Secret& password);

// Whether the hash costs a guesser less than these parameters would: less memory, or less work.
bool needs_upgrade(std::string_view phc, Argon2Parameters wanted);

// A PHC string that no password matches and that costs what a real one costs, so that an unknown
// user takes as long as a wrong password (EN-01). Constant for the parameters.
std::string dummy_hash(Argon2Parameters parameters);

// How long a job may wait for its turn, as it was when it came. A class that signs in together may
// take its time; but where no thread has been idle for that long the queue stands, and in one that
// stands more is not done by waiting longer: it is kept short (the thought is that of RFC 8289,
// CoDel). One job may always wait.
struct WaitBounds {
  Duration burst = std::chrono::seconds(1);
  Duration standing = std::chrono::milliseconds(150);
};

// Threads that hash. A job that would wait longer than its bound is refused at once (EN-11); one
// that, against what was foreseen, has waited longer is refused at its turn.
class PasswordPool {
 public:
  using Done = std::move_only_function<void(core::ProofAnswer)>;

  // `threads` 0: one less than the machine's cores, at least one. New hashes get `parameters`.
  PasswordPool(int threads, Argon2Parameters parameters, WaitBounds bounds = {});
  // Stops; who still waits is answered `overloaded`. The loops of all callers must still live.
  ~PasswordPool();
  PasswordPool(const PasswordPool&) = delete;
  PasswordPool& operator=(const PasswordPool&) = delete;

  // Answers once, on the loop of the calling thread (which must have one): matches, differs or
  // overloaded. With `upgrade`, a match under weaker parameters brings a new hash in `upgraded`.
  // A `successor` that is not empty is hashed after a match, in `hashed`.
  void verify(std::string phc, Secret password, Secret successor, bool upgrade, Done done);

 private:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  struct Job {
    std::string phc;
    Secret password;
    Secret successor;
    bool upgrade;
    Done done;
    Loop* loop;
    Clock::time_point since;
    Duration wait_max;
  };
  void work();
  Duration wait_max(Clock::time_point now) const;
  core::ProofAnswer run(const Job& job) const;
  static void answer(Job job, core::ProofAnswer result);

  const Argon2Parameters parameters_;
  const WaitBounds bounds_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  Clock::time_point all_busy_since_{};  // when a job last came while a thread had nothing to do
  std::size_t running_ = 0;
  Seconds job_time_{0.050};  // a moving average of what a job took
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

// Imported client secrets that Argon2 has found right, so that the next look is a hash in memory.
// Only a keyed hash of hash and secret is kept, under a key that dies with the process. From any
// thread.
class SecretCache {
 public:
  explicit SecretCache(std::size_t entries_max = 10'000);
  ~SecretCache();
  SecretCache(const SecretCache&) = delete;
  SecretCache& operator=(const SecretCache&) = delete;

  // Whether exactly this secret was found right for exactly this PHC string.
  bool knows(std::string_view phc, const Secret& secret) const;
  // The oldest entry goes where there is no room.
  void remember(std::string_view phc, const Secret& secret);

 private:
  struct FirstBytes {  // the entries are uniform already
    std::size_t operator()(const Hash256& hash) const noexcept;
  };
  Hash256 entry(std::string_view phc, const Secret& secret) const;

  const std::size_t entries_max_;
  Hash256 hash_key_;
  mutable std::mutex mutex_;
  std::unordered_set<Hash256, FirstBytes> entries_;
  std::deque<Hash256> order_;
};

}  // namespace grantd::server
