// What was read of the file, kept in memory for as long as it is true.
//
// A look that finds all it wants here asks SQLite nothing. Nothing here is ever older than the last
// commit that was acknowledged, by whomever: this server's writer tells what it changed before it
// acknowledges, and another process's commit shows in CommitCount, and then all is forgotten. What
// is not there is not remembered: an absent row is always looked for in the file.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "grantd/core/changes.h"
#include "grantd/core/found.h"
#include "grantd/store/sqlite/commit_count.h"

namespace grantd::store::sqlite {

// Of meta: what every look brings along.
struct Versions {
  core::Epoch epoch;
  std::uint64_t configuration = 0;
  Time latest{};
};

// Records by key, the ones that were asked for last: two halves, of which the older goes when the
// younger is full.
template <class Key, class Record, class Hash = std::hash<Key>>
class Recent {
 public:
  std::shared_ptr<const Record> find(const Key& key) {
    if (const auto at = young_.find(key); at != young_.end()) return at->second;
    auto node = old_.extract(key);
    if (!node) return nullptr;
    std::shared_ptr<const Record> record = node.mapped();
    young_.insert(std::move(node));
    make_room();
    return record;
  }
  void keep(const Key& key, std::shared_ptr<const Record> record) {
    old_.erase(key);
    young_.insert_or_assign(key, std::move(record));
    make_room();
  }
  void erase(const Key& key) {
    young_.erase(key);
    old_.erase(key);
  }
  void clear() {
    young_.clear();
    old_.clear();
  }

 private:
  static constexpr std::size_t kHalf = 4096;
  void make_room() {
    if (young_.size() < kHalf) return;
    old_ = std::move(young_);
    young_.clear();
  }

  std::unordered_map<Key, std::shared_ptr<const Record>, Hash> young_, old_;
};

class Mirror {
 public:
  explicit Mirror(CommitCount count) : count_(count) {}

  // What a reader knew before its first read of the file: what it reads may be kept as long as
  // nothing has changed since.
  struct Look {
    bool good = false;  // the mirror may be asked
    std::uint64_t changes = 0;
    std::optional<Versions> versions;
  };
  Look look();

  std::shared_ptr<const core::User> find(const core::SubjectId& id);
  std::shared_ptr<const core::Session> find(const core::SessionId& id);
  std::shared_ptr<const core::Consent> find(const core::SubjectId& person,
                                            const core::ClientId& client);
  std::shared_ptr<const core::Grant> find(const core::GrantId& id);
  std::optional<bool> is_revoked(const core::TokenId& id);  // none: look in the file

  void keep(const Look& look, const Versions& versions);
  void keep(const Look& look, std::shared_ptr<const core::User> user);
  void keep(const Look& look, std::shared_ptr<const core::Session> session);
  void keep(const Look& look, std::shared_ptr<const core::Consent> consent);
  void keep(const Look& look, std::shared_ptr<const core::Grant> grant);
  // All ids that are revoked, or the first ones past kRevokedMax: then they are too many to keep.
  static constexpr std::size_t kRevokedMax = 4096;
  bool may_keep_revoked();
  void keep_revoked(const Look& look, const std::vector<core::TokenId>& ids);

  // What a sweep took.
  struct Gone {
    std::vector<core::GrantId> grants;
    std::vector<core::SessionId> sessions;
    bool consents = false, revoked_tokens = false, clients = false;
  };

  // The writer's transaction, from its BEGIN IMMEDIATE on. Goes before the transaction does, but
  // SQLite may have rolled that back and given the file to another process by then. Without a
  // commit nothing has changed.
  class Write {
   public:
    explicit Write(Mirror* mirror);  // null: there is no mirror
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;
    ~Write();
    // It was committed, and had written: what it changed is told before anybody hears of it.
    void committed(Time latest, const std::vector<const core::Change*>& changes);
    void swept(Time latest, const Gone& gone);
    // The commit failed: what the file holds must be read anew.
    void failed();

   private:
    void end(Time latest);
    Mirror* mirror_;
  };

 private:
  struct ConsentKey {
    core::SubjectId person;
    core::ClientId client;
    bool operator==(const ConsentKey&) const = default;
  };
  struct ConsentHash {
    std::size_t operator()(const ConsentKey& key) const;
  };
  struct Telling;  // what a change means here

  bool is_now(const Look& look) const { return look.good && look.changes == changes_; }
  void forget_all();
  void forget_versions();

  const CommitCount count_;
  std::mutex mutex_;
  std::uint32_t count_kept_ = 0;  // of commits, at which what is kept is true
  bool known_ = false;
  bool writing_ = false;
  std::uint64_t changes_ = 0;  // of what may have been kept

  std::optional<Versions> versions_;
  Time latest_{};
  Recent<core::SubjectId, core::User> users_;
  Recent<core::SessionId, core::Session> sessions_;
  Recent<ConsentKey, core::Consent, ConsentHash> consents_;
  Recent<core::GrantId, core::Grant> grants_;
  std::optional<std::unordered_set<core::TokenId>> revoked_;  // all of them
  bool revoked_are_many_ = false;
};

}  // namespace grantd::store::sqlite
