// The facts: what the look brought, and the answers to what was asked.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grantd/core/records.h"

namespace grantd::core {

using Resources = std::vector<Resource>;

inline constexpr std::size_t kAccountRowsMax = 100;
inline constexpr std::size_t kSessionClientsMax = 50;

// The answer to an AskProof.
struct ProofAnswer {
  enum class Kind {
    matches,
    differs,
    throttled,   // not looked at: wait `wait`
    overloaded,  // not looked at: the pool is full
  };
  Kind kind = Kind::differs;
  Duration wait{};
  std::string upgraded;  // a new PHC string where the old one's parameters are too weak
  std::string hashed;    // of AskProof::successor, as a PHC string
};

// The answer to an AskDocument.
struct Document {
  std::string body;
  std::string error;  // not empty: there is none, and why; for the operator
  Time fetched{};
  bool asked_anew = false;  // AskDocument::newer_than was said: there is no newer one to be had
};

// A record that was found, or none. It does not change, and whoever keeps it shares it.
template <class Record>
class Kept {
 public:
  Kept() = default;
  Kept(std::nullopt_t) {}
  Kept(Record record) : record_(std::make_shared<const Record>(std::move(record))) {}
  Kept(std::optional<Record> record) {
    if (record) record_ = std::make_shared<const Record>(*std::move(record));
  }
  Kept(std::shared_ptr<const Record> record) : record_(std::move(record)) {}

  bool has_value() const { return record_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const Record& operator*() const { return *record_; }
  const Record* operator->() const { return record_.get(); }
  const Record* get() const { return record_.get(); }  // null: none

 private:
  std::shared_ptr<const Record> record_;
};

struct Found {
  std::shared_ptr<const Client> client;
  Kept<User> user;
  Kept<Session> session;
  Kept<User> session_user;  // the session's user, where `login` asked for another's
  Kept<Consent> consent;
  Kept<Grant> grant;
  bool grant_left_out = false;  // it was not looked for: Wanted::grant_is_new
  std::shared_ptr<const Resources> resources;  // never null when wanted
  bool token_revoked = false;
  bool used_once = false;  // Wanted::once was used
  int unused_clients = 0;
  struct OfToken {
    std::shared_ptr<const Client> client;
    Kept<Grant> grant;
    Kept<User> user;
    Kept<Session> session;
    Kept<Consent> consent;
  } of_token;
  // The newest first, at most kAccountRowsMax of each: sessions that were not ended, consents that
  // stand, the clients that these name (none for a client that is gone).
  struct OfAccount {
    std::vector<Session> sessions;
    std::vector<Consent> consents;
    std::vector<std::shared_ptr<const Client>> clients;
  } of_account;
  // In the order in which they came, at most kSessionClientsMax; none whose client is gone.
  std::vector<std::shared_ptr<const Client>> session_clients;

  Epoch epoch;                      // the store's, now
  Time latest{};                    // of the last commit
  std::uint64_t configuration = 0;  // the version that clients, resources and keys were judged at

  std::optional<Duration> throttled;  // one of the wanted keys must wait this long
  std::optional<ProofAnswer> proof;   // there once it was asked for
  std::map<std::string, Document> documents;  // likewise, by URL

  // The person whose session this is; null where the row is gone.
  const User* user_of(const Session& of) const {
    if (session_user && session_user->id == of.subject) return &*session_user;
    if (user && user->id == of.subject) return &*user;
    return nullptr;
  }
};

}  // namespace grantd::core
