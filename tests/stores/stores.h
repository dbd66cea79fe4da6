// What the store tests share: the stores under test, calls that wait, records to begin with.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "grantd/base/loop.h"
#include "grantd/store/sqlite/sqlite_store.h"
#include "grantd/store/store.h"

namespace grantd::store::test {

using core::ClientId;
using core::GrantId;
using core::SessionId;
using core::SubjectId;

inline constexpr Time kNow{std::chrono::seconds(1'700'000'000)};
inline const oauth::Issuer kIssuer("https://auth.example.com");

// A directory (0700) that goes with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read_file(const std::string& file);

SqliteOptions sqlite_options(const std::string& file);
// Fails the test where it does not open.
std::unique_ptr<SqliteStore> open(const SqliteOptions& options);

// Waits for the answer on a loop of its own.
Result<core::Found, StoreError> gather(Store& store, const core::Wanted& wanted);
Result<Committed, StoreError> commit(Store& store, core::Changes changes, Time now = kNow);
inline constexpr IdleLimits kIdle{std::chrono::hours(24), std::chrono::hours(30 * 24)};
inline constexpr std::chrono::nanoseconds kAnyTime = std::chrono::hours(1);
Result<Swept, StoreError> sweep(Store& store, const Bite& bite);
// How many rows went, however long that took.
Result<int, StoreError> sweep(Store& store, Time now, int rows_max = 1000,
                              const IdleLimits& idle = kIdle);
Result<Page, StoreError> list(Store& store, const Query& query);

// "done", "lost 0: grant …: exists", "unavailable", "outcome_unknown", "broken".
std::string outcome(const Result<Committed, StoreError>& result);
inline std::string committed(Store& store, core::Changes changes, Time now = kNow) {
  return outcome(commit(store, std::move(changes), now));
}

// The rows as they are now; nothing where there is none.
core::Kept<core::Grant> grant(Store& store, const GrantId& id);
core::Kept<core::Session> session(Store& store, const SessionId& id);
core::Kept<core::User> user(Store& store, const SubjectId& id);
core::Kept<core::Consent> consent(Store& store, const SubjectId& subject, const ClientId& client);
std::shared_ptr<const core::Client> client(Store& store, const ClientId& id);

// Records that differ by `n`; their ids do.
template <class Id>
Id id_of(std::uint32_t n) {
  ByteArray<Id::kSize> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  }
  return Id(bytes);
}
core::Grant a_grant(std::uint32_t n);
core::Session a_session(std::uint32_t n, std::uint32_t person = 1);
core::Consent a_consent(std::uint32_t person, const std::string& app, std::uint32_t n = 1);
core::User a_user(std::uint32_t n, const std::string& login);
core::Client a_client(const std::string& id);
core::Client a_stranger(const std::string& id);  // registered itself, goes in an hour if not used
core::Resource a_resource(const std::string& audience);
core::Key a_key(const std::string& id);

// ---- the parameter of the conformance suite: a store that can be closed and opened again
struct Kind {
  std::string name;
  std::function<std::unique_ptr<Store>(const TemporaryDirectory&)> open;
  bool durable = false;
};
class EveryStore : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { store_ = GetParam().open(directory_); }
  Store& store() { return *store_; }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

}  // namespace grantd::store::test
