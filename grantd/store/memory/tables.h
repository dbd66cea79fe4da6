// The tables of the store in memory, and how a change is applied to them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "grantd/core/changes.h"
#include "grantd/core/found.h"
#include "grantd/store/memory/table.h"

namespace grantd::store {

// A withdrawn consent leaves its row behind for a while, so that its version goes on rising and no
// form that was shown before the withdrawal finds "its" version again.
struct KeptConsent {
  core::Consent consent;
  std::optional<Time> withdrawn;
};

using ConsentKey = std::pair<core::SubjectId, core::ClientId>;

struct MemoryTables {
  MemoryTable<core::ClientId, std::shared_ptr<const core::Client>> clients;
  MemoryTable<core::Audience, core::Resource> resources;
  MemoryTable<std::string, core::Key> keys;
  MemoryTable<core::SubjectId, core::User> users;
  MemoryTable<core::SessionId, core::Session> sessions;
  MemoryTable<ConsentKey, KeptConsent> consents;
  MemoryTable<core::GrantId, core::Grant> grants;
  MemoryTable<core::TokenId, core::RevokedToken> revoked_tokens;
  MemoryTable<Hash256, core::UseOnce> used_once;
  core::Meta meta;

  const core::User* find_login(std::string_view login) const;
};

// Applies one change, judged at `now`; false: its guard failed and nothing was written. What was
// written can be taken back by `undo`.
bool apply(MemoryTables& tables, const core::Change& change, Time now, UndoLog& undo);

}  // namespace grantd::store
