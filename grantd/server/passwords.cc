#include "grantd/server/passwords.h"

#include <pthread.h>
#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <new>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

using Kind = core::ProofAnswer::Kind;

constexpr int kMemoryKibMin = 8;
constexpr int kMemoryKibMax = 1024 * 1024;
constexpr int kIterationsMax = 100;
constexpr std::chrono::duration<double> kJobTimeMin{0.001};

void start_sodium() {
  static const int started = sodium_init();  // 0 or 1; it may be called again
  CHECK(started >= 0);
}

bool is_sound(Argon2Parameters parameters) {
  return parameters.memory_kib >= kMemoryKibMin && parameters.memory_kib <= kMemoryKibMax &&
         parameters.iterations >= 1 && parameters.iterations <= kIterationsMax;
}

// "name=number" without sign or leading zero.
std::optional<int> read_number(std::string_view field, std::string_view name) {
  if (!field.starts_with(name)) return std::nullopt;
  field.remove_prefix(name.size());
  int value = 0;
  const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  const bool whole = problem == std::errc() && end == field.data() + field.size();
  if (!whole || field[0] == '0' || field[0] == '-') return std::nullopt;
  return value;
}

// libsodium asks for a pointer, even to nothing.
const char* start_of(std::string_view text) {
  return text.empty() ? "" : text.data();
}

bool is_base64_part(std::string_view text, std::size_t least) {
  return text.size() >= least && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

}  // namespace

std::string hash_password(const Secret& password, Argon2Parameters parameters) {
  start_sodium();
  CHECK(is_sound(parameters) && password.size() <= kPasswordBytesMax);
  std::array<char, crypto_pwhash_STRBYTES> out{};
  const auto text = password.reveal_text();
  const int failed = crypto_pwhash_str_alg(out.data(), start_of(text), text.size(),
                                           static_cast<unsigned long long>(parameters.iterations),
                                           static_cast<std::size_t>(parameters.memory_kib) * 1024,
                                           crypto_pwhash_ALG_ARGON2ID13);
  if (failed) throw std::bad_alloc();
  return out.data();
}

// The PHC string format, with the fields in the order that the reference implementation writes.
std::optional<Argon2Parameters> parameters_of(std::string_view phc) {
  if (phc.size() >= crypto_pwhash_STRBYTES) return std::nullopt;
  const auto parts = split(phc, '$');
  if (parts.size() != 6 || !parts[0].empty() || parts[1] != "argon2id" || parts[2] != "v=19") {
    return std::nullopt;
  }
  const auto costs = split(parts[3], ',');
  if (costs.size() != 3) return std::nullopt;
  const auto memory = read_number(costs[0], "m=");
  const auto iterations = read_number(costs[1], "t=");
  const auto lanes = read_number(costs[2], "p=");
  if (!memory || !iterations || !lanes || *lanes > 255) return std::nullopt;
  const Argon2Parameters parameters{*memory, *iterations};
  // RFC 9106 §3.1: at least 8 KiB a lane; a salt of 8 bytes and a tag of 16 at the least here.
  if (!is_sound(parameters) || *memory < 8 * *lanes) return std::nullopt;
  if (!is_base64_part(parts[4], 11) || !is_base64_part(parts[5], 22)) return std::nullopt;
  return parameters;
}

Kind verify_password(const std::string& phc, const Secret& password) {
  start_sodium();
  if (!parameters_of(phc) || password.size() > kPasswordBytesMax) return Kind::differs;
  const auto text = password.reveal_text();
  errno = 0;
  if (crypto_pwhash_str_verify(phc.c_str(), start_of(text), text.size()) == 0) return Kind::matches;
  // libsodium fails for a wrong password and for want of memory alike; errno tells them apart.
  return errno == ENOMEM ? Kind::overloaded : Kind::differs;
}

bool needs_upgrade(std::string_view phc, Argon2Parameters wanted) {
  const auto had = parameters_of(phc);
  if (!had) return true;
  const auto work = [](Argon2Parameters p) { return std::int64_t{p.memory_kib} * p.iterations; };
  return had->memory_kib < wanted.memory_kib || work(*had) < work(wanted);
}

std::string dummy_hash(Argon2Parameters parameters) {
  CHECK(is_sound(parameters));
  // A salt of 16 zero bytes and a tag of 32: to find its password is to invert the hash.
  return "$argon2id$v=19$m=" + std::to_string(parameters.memory_kib) +
         ",t=" + std::to_string(parameters.iterations) + ",p=1$" + std::string(22, 'A') + "$" +
         std::string(43, 'A');
}

PasswordPool::PasswordPool(int threads, Argon2Parameters parameters, WaitBounds bounds)
    : parameters_(parameters), bounds_(bounds) {
  CHECK(is_sound(parameters) && threads >= 0);
  start_sodium();
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int wanted = threads > 0 ? threads : std::max(1, cores - 1);
  for (int i = 0; i < wanted; ++i) threads_.emplace_back([this] { work(); });
}

PasswordPool::~PasswordPool() {
  std::deque<Job> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(jobs_);
  }
  ready_.notify_all();
  threads_.clear();  // joins
  for (auto& job : left) answer(std::move(job), {.kind = Kind::overloaded});
}

void PasswordPool::verify(std::string phc, Secret password, Secret successor, bool upgrade,
                          Done done) {
  Job job{std::move(phc),  std::move(password), std::move(successor), upgrade,
          std::move(done), Loop::current(),     Clock::now(),         {}};
  CHECK(job.loop != nullptr);
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() + running_ < threads_.size()) all_busy_since_ = job.since;
    // What is ahead, shared by the threads, at the pace that was measured.
    const auto rounds = (jobs_.size() + running_) / threads_.size();
    job.wait_max = wait_max(job.since);
    if (static_cast<double>(rounds) * job_time_ <= std::max<Seconds>(job.wait_max, job_time_)) {
      jobs_.push_back(std::move(job));
      ready_.notify_one();
      return;
    }
  }
  answer(std::move(job), {.kind = Kind::overloaded});
}

// Of a job that comes at this moment.
Duration PasswordPool::wait_max(Clock::time_point now) const {
  const bool stands = now - all_busy_since_ > bounds_.burst;
  return stands ? bounds_.standing : bounds_.burst;
}

void PasswordPool::work() {
  // Of this thread alone (setpriority(2), "Linux"): who hashes stands back for who answers, so that
  // a storm of logins leaves everyone else's latency as it is.
  constexpr int kNice = 10;
  setpriority(PRIO_PROCESS, 0, kNice);
  pthread_setname_np(pthread_self(), "password");
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    ++running_;
    const auto start = Clock::now();
    // The pace was misjudged. Where nobody behind it would gain by that it still has its turn.
    const bool late = jobs_.size() + running_ > threads_.size() && start - job.since > job.wait_max;
    lock.unlock();
    auto result = late ? core::ProofAnswer{.kind = Kind::overloaded} : run(job);
    const Seconds took = Clock::now() - start;
    lock.lock();
    --running_;
    // Never below a millisecond: the queue is bounded in number too, whatever the jobs were.
    if (!late) job_time_ = std::max(0.9 * job_time_ + 0.1 * took, kJobTimeMin);
    lock.unlock();
    answer(std::move(job), std::move(result));
    lock.lock();
  }
}

core::ProofAnswer PasswordPool::run(const Job& job) const {
  core::ProofAnswer result{.kind = verify_password(job.phc, job.password)};
  if (result.kind == Kind::matches && !job.successor.empty()) {
    try {
      result.hashed = hash_password(job.successor, parameters_);
    } catch (const std::bad_alloc&) {
      result.kind = Kind::overloaded;
    }
    return result;
  }
  if (result.kind == Kind::matches && job.upgrade && needs_upgrade(job.phc, parameters_)) {
    try {
      result.upgraded = hash_password(job.password, parameters_);
    } catch (const std::bad_alloc&) {
      result.upgraded.clear();  // the old hash serves; the next login tries again
    }
  }
  return result;
}

void PasswordPool::answer(Job job, core::ProofAnswer result) {
  Loop* loop = job.loop;
  loop->post([done = std::move(job.done), result = std::move(result)]() mutable {
    done(std::move(result));
  });
}

}  // namespace grantd::server
