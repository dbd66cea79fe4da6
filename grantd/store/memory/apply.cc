#include <algorithm>

#include "grantd/store/changed.h"
#include "grantd/store/memory/tables.h"

namespace grantd::store {

const core::User* MemoryTables::find_login(std::string_view login) const {
  for (const auto& [number, user] : users.by_number()) {
    if (user.login == login) return &user;
  }
  return nullptr;
}

std::vector<core::SessionClient> MemoryTables::clients_of(const core::SessionId& session) const {
  std::vector<core::SessionClient> rows;
  for (const auto& [number, row] : session_clients.by_number()) {
    if (row.session == session) rows.push_back(row);
  }
  return rows;
}

std::vector<core::SessionClient> MemoryTables::due_notices(Time now, std::size_t rows_max) const {
  std::vector<core::SessionClient> rows;
  for (const auto& [number, row] : session_clients.by_number()) {
    if (row.ended && row.due <= now) rows.push_back(row);
  }
  std::ranges::stable_sort(rows, {}, &core::SessionClient::due);
  if (rows.size() > rows_max) rows.resize(rows_max);
  return rows;
}

namespace {

class Applying {
 public:
  Applying(MemoryTables& tables, Time now, UndoLog& undo)
      : tables_(tables), now_(now), undo_(undo) {}

  bool operator()(const core::OpenGrant& change) {
    if (tables_.grants.find(change.grant.id)) return false;
    core::Grant grant = change.grant;
    grant.version = 1;
    tables_.grants.put(change.grant.id, std::move(grant), undo_);
    return true;
  }
  bool operator()(const core::RotateGrant& change) {
    const core::Grant* row = live_grant(change.id);
    if (!row || row->version != change.version || row->generation != change.generation) {
      return false;
    }
    tables_.grants.put(change.id, rotated(*row, change.now), undo_);
    return true;
  }
  bool operator()(const core::TouchGrant& change) {
    const core::Grant* row = live_grant(change.id);
    if (!row) return false;
    core::Grant grant = *row;
    grant.last_used = std::max(grant.last_used, change.now);
    grant.version += 1;
    tables_.grants.put(change.id, std::move(grant), undo_);
    return true;
  }
  bool operator()(const core::RevokeGrant& change) {
    const core::Grant* row = live_grant(change.id);
    if (!row) return true;
    core::Grant grant = *row;
    grant.state = core::GrantState::revoked;
    grant.ended_because = change.because;
    grant.version += 1;
    tables_.grants.put(change.id, std::move(grant), undo_);
    return true;
  }

  bool operator()(const core::StartSession& change) {
    if (tables_.sessions.find(change.session.id)) return false;
    core::Session session = change.session;
    session.version = 1;
    tables_.sessions.put(change.session.id, std::move(session), undo_);
    return true;
  }
  bool operator()(const core::TouchSession& change) {
    const core::Session* row = tables_.sessions.find(change.id);
    if (!row || row->ended) return false;
    core::Session session = *row;
    session.last_seen = std::max(session.last_seen, change.now);
    session.version += 1;
    tables_.sessions.put(change.id, std::move(session), undo_);
    return true;
  }
  bool operator()(const core::EndSession& change) {
    const core::Session* row = tables_.sessions.find(change.id);
    if (!row || row->ended) return true;
    core::Session session = *row;
    session.ended = true;
    session.version += 1;
    tables_.sessions.put(change.id, std::move(session), undo_);
    for (core::SessionClient& note : tables_.clients_of(change.id)) {
      if (note.ended) continue;
      note.ended = note.due = now_;
      put_note(std::move(note));
    }
    return true;
  }

  bool operator()(const core::NoteSessionClient& change) {
    const core::SessionClient* row =
        tables_.session_clients.find({change.session, change.client});
    core::SessionClient note;
    if (row) {
      note = *row;
    } else {
      const core::Session* session = tables_.sessions.find(change.session);
      note = {change.session, change.client, {}, change.subject, {}, {}, 0};
      if (!session || session->ended) note.ended = note.due = now_;
    }
    note.incarnation = change.incarnation;  // a name used again is another client
    put_note(std::move(note));
    return true;
  }
  bool operator()(const core::PutOffNotice& change) {
    const core::SessionClient* row =
        tables_.session_clients.find({change.session, change.client});
    if (!row || !row->ended || row->tries != change.seen) return false;
    core::SessionClient note = *row;
    note.tries = change.tries;
    note.due = change.due;
    put_note(std::move(note));
    return true;
  }
  bool operator()(const core::DropNotice& change) {
    tables_.session_clients.erase({change.session, change.client}, undo_);
    return true;
  }

  bool operator()(const core::RememberConsent& change) {
    const ConsentKey key{change.consent.subject, change.consent.client};
    const KeptConsent* row = tables_.consents.find(key);
    const core::Version visible = row && !row->withdrawn ? row->consent.version : 0;
    if (visible != change.seen) return false;
    KeptConsent kept{change.consent, std::nullopt};
    kept.consent.version = row ? row->consent.version + 1 : 1;
    tables_.consents.put(key, std::move(kept), undo_);
    return true;
  }
  bool operator()(const core::WithdrawConsent& change) {
    const ConsentKey key{change.subject, change.client};
    const KeptConsent* row = tables_.consents.find(key);
    if (!row || row->withdrawn) return true;
    KeptConsent kept = *row;
    kept.withdrawn = now_;
    kept.consent.version += 1;
    tables_.consents.put(key, std::move(kept), undo_);
    return true;
  }

  bool operator()(const core::RevokeToken& change) {
    if (!tables_.revoked_tokens.find(change.token.id)) {
      tables_.revoked_tokens.put(change.token.id, change.token, undo_);
    }
    return true;
  }

  bool operator()(const core::UseOnce& change) {
    if (tables_.used_once.find(change.hash)) return false;
    tables_.used_once.put(change.hash, change, undo_);
    return true;
  }

  bool operator()(const core::PutUser& change) {
    const core::User* named = tables_.find_login(change.user.login);
    if (named && named->id != change.user.id) return false;
    return put(tables_.users, change.user.id, change.user, change.seen);
  }
  bool operator()(const core::UpgradePassword& change) {
    const core::User* row = tables_.users.find(change.subject);
    if (!row || row->version != change.seen) return true;
    core::User user = *row;
    user.password = change.password;
    user.version += 1;
    tables_.users.put(change.subject, std::move(user), undo_);
    return true;
  }
  bool operator()(const core::DeleteUser& change) {
    if (!tables_.users.find(change.subject)) return false;
    std::vector<ConsentKey> consents;
    for (const auto& [key, number] : tables_.consents.by_key()) {
      if (key.first == change.subject) consents.push_back(key);
    }
    for (const ConsentKey& key : consents) tables_.consents.erase(key, undo_);
    tables_.users.erase(change.subject, undo_);
    return true;
  }

  bool operator()(const core::PutClient& change) {
    const auto* row = tables_.clients.find(change.client.id);
    if ((row ? (*row)->version : 0) != change.seen) return false;
    auto client = std::make_shared<core::Client>(change.client);
    client->version = change.seen + 1;
    tables_.clients.put(change.client.id, std::move(client), undo_);
    return reconfigured();
  }
  bool operator()(const core::DeleteClient& change) {
    if (!tables_.clients.find(change.id)) return false;
    tables_.clients.erase(change.id, undo_);
    return reconfigured();
  }
  bool operator()(const core::MarkClientUsed& change) {
    const auto* row = tables_.clients.find(change.id);
    if (!row || !(*row)->self_registration || (*row)->self_registration->used) return true;
    auto client = std::make_shared<core::Client>(**row);
    client->self_registration->used = true;
    client->version += 1;
    tables_.clients.put(change.id, std::move(client), undo_);
    return reconfigured();
  }
  bool operator()(const core::PutResource& change) {
    return put(tables_.resources, change.resource.audience, change.resource, change.seen) &&
           reconfigured();
  }
  bool operator()(const core::DeleteResource& change) {
    if (!tables_.resources.find(change.audience)) return false;
    tables_.resources.erase(change.audience, undo_);
    return reconfigured();
  }
  bool operator()(const core::PutKey& change) {
    return put(tables_.keys, change.key.id, change.key, change.seen) && reconfigured();
  }
  bool operator()(const core::DeleteKey& change) {
    if (!tables_.keys.find(change.id)) return false;
    tables_.keys.erase(change.id, undo_);
    return reconfigured();
  }

 private:
  const core::Grant* live_grant(const core::GrantId& id) const {
    const core::Grant* row = tables_.grants.find(id);
    return row && row->state == core::GrantState::live ? row : nullptr;
  }
  void put_note(core::SessionClient note) {
    const SessionClientKey key{note.session, note.client};
    tables_.session_clients.put(key, std::move(note), undo_);
  }
  // The row must have version `seen` (0: there must be none).
  template <class Table, class Key, class Row>
  bool put(Table& table, const Key& key, Row row, core::Version seen) {
    const Row* present = table.find(key);
    if ((present ? present->version : 0) != seen) return false;
    row.version = seen + 1;
    table.put(key, std::move(row), undo_);
    return true;
  }
  bool reconfigured() {
    undo_.push_back([&meta = tables_.meta] { meta.configuration -= 1; });
    tables_.meta.configuration += 1;
    return true;
  }

  MemoryTables& tables_;
  Time now_;
  UndoLog& undo_;
};

}  // namespace

bool apply(MemoryTables& tables, const core::Change& change, Time now, UndoLog& undo) {
  return std::visit(Applying(tables, now, undo), change);
}

}  // namespace grantd::store
