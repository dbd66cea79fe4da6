#include "grantd/store/memory/memory_store.h"

#include <algorithm>
#include <mutex>
#include <ranges>

#include "grantd/store/dead.h"
#include "grantd/store/lost_row.h"
#include "grantd/store/memory/listing.h"
#include "grantd/store/memory/tables.h"

namespace grantd::store {
namespace {

constexpr int kTables = 7;  // that the walk goes over

// Where the walk goes on: a table and the number of the last row looked at.
struct Walk {
  int table = 0;
  std::uint64_t after = 0;
};

class MemoryStore final : public Store {
 public:
  MemoryStore(oauth::Issuer issuer, core::Epoch epoch) {
    tables_.meta = {.schema = 1, .issuer = std::move(issuer), .epoch = epoch, .configuration = 1};
  }

  void gather(const core::Wanted& wanted, Completion<core::Found> done) override {
    std::unique_lock lock(mutex_);
    if (closed_) return refuse(lock, done);
    core::Found found = look(wanted);
    lock.unlock();
    done(std::move(found));
  }

  void commit(core::Changes changes, Time now, Completion<Committed> done) override {
    std::unique_lock lock(mutex_);
    if (closed_) return refuse(lock, done);
    Committed committed = apply_all(changes, now);
    lock.unlock();
    done(std::move(committed));
  }

  void sweep(const Bite& bite, Completion<Swept> done) override {
    std::unique_lock lock(mutex_);
    if (closed_) return refuse(lock, done);
    const auto begun = std::chrono::steady_clock::now();
    Swept swept = walk(bite);
    // As in the other stores: no clock may bring back a code whose mark went (checklist F6).
    if (swept.removed > 0) tables_.meta.latest = std::max(tables_.meta.latest, bite.now);
    swept.took = std::chrono::steady_clock::now() - begun;
    lock.unlock();
    done(swept);
  }

  void list(const Query& query, Completion<Page> done) override {
    std::unique_lock lock(mutex_);
    if (closed_) return refuse(lock, done);
    Query bounded = query;
    bounded.rows_max = std::clamp(query.rows_max, 1, kPageRowsMax);
    Page page = list_page(tables_, bounded);
    lock.unlock();
    done(std::move(page));
  }

  void due_notices(Time now, int rows_max,
                   Completion<std::vector<core::SessionClient>> done) override {
    std::unique_lock lock(mutex_);
    if (closed_) return refuse(lock, done);
    auto rows = tables_.due_notices(now, static_cast<std::size_t>(std::max(rows_max, 1)));
    lock.unlock();
    done(std::move(rows));
  }

  core::Meta meta() override {
    const std::lock_guard lock(mutex_);
    return tables_.meta;
  }
  std::string health() override {
    const std::lock_guard lock(mutex_);
    return closed_ ? "the store is closed" : "";
  }
  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  template <class T>
  static void refuse(std::unique_lock<std::mutex>& lock, Completion<T>& done) {
    lock.unlock();
    done(fail(StoreError{StoreError::Kind::unavailable, "the store is closed"}));
  }

  core::Found look(const core::Wanted& wanted) const;
  void look_up_token(const core::Wanted& wanted, core::Found& found) const;
  void look_up_account(const core::SubjectId& person, core::Found::OfAccount& of) const;
  void look_up_session_clients(const core::SessionId& session, core::Found& found) const;
  Committed apply_all(const core::Changes& changes, Time now);
  Swept walk(const Bite& bite);
  template <class Table, class Dead>
  int walk_table(Table& table, const Bite& bite, Swept& swept, Dead dead);
  bool is_stale(const KeptConsent& kept, Time now) const;

  std::mutex mutex_;
  MemoryTables tables_;
  Walk walk_;
  bool closed_ = false;
};

template <class Row>
std::optional<Row> copy(const Row* row) {
  return row ? std::optional<Row>(*row) : std::nullopt;
}

core::Found MemoryStore::look(const core::Wanted& wanted) const {
  core::Found found;
  found.epoch = tables_.meta.epoch;
  found.latest = tables_.meta.latest;
  found.configuration = tables_.meta.configuration;
  if (wanted.client) {
    if (const auto* client = tables_.clients.find(*wanted.client)) found.client = *client;
  }
  if (wanted.session) found.session = copy(tables_.sessions.find(*wanted.session));
  if (wanted.subject) {
    found.user = copy(tables_.users.find(*wanted.subject));
  } else if (wanted.login) {
    found.user = copy(tables_.find_login(*wanted.login));
    if (found.session) found.session_user = copy(tables_.users.find(found.session->subject));
  } else if (found.session) {
    found.user = copy(tables_.users.find(found.session->subject));
  }
  if (wanted.consent && wanted.client && (wanted.subject || found.session)) {
    const core::SubjectId subject = wanted.subject ? *wanted.subject : found.session->subject;
    const KeptConsent* kept = tables_.consents.find({subject, *wanted.client});
    if (kept && !kept->withdrawn) found.consent = kept->consent;
  }
  found.grant_left_out = wanted.grant && wanted.grant_is_new;
  if (wanted.grant && !found.grant_left_out) {
    found.grant = copy(tables_.grants.find(*wanted.grant));
  }
  look_up_token(wanted, found);
  if (wanted.account && found.session) look_up_account(found.session->subject, found.of_account);
  if (wanted.session_clients && wanted.session) look_up_session_clients(*wanted.session, found);
  if (wanted.resources) {
    auto resources = std::make_shared<core::Resources>();
    for (const auto& [audience, number] : tables_.resources.by_key()) {
      resources->push_back(*tables_.resources.find(audience));
    }
    found.resources = std::move(resources);
  }
  if (wanted.revoked_token) {
    found.token_revoked = tables_.revoked_tokens.find(*wanted.revoked_token) != nullptr;
  }
  if (wanted.unused_clients) {
    found.unused_clients = static_cast<int>(
        std::ranges::count_if(tables_.clients.by_number(), [](const auto& row) {
          return row.second->self_registration && !row.second->self_registration->used;
        }));
  }
  if (wanted.once) found.used_once = tables_.used_once.find(*wanted.once) != nullptr;
  return found;
}

void MemoryStore::look_up_token(const core::Wanted& wanted, core::Found& found) const {
  core::Found::OfToken& of = found.of_token;
  if (wanted.token_grant) of.grant = copy(tables_.grants.find(*wanted.token_grant));
  const std::optional<core::ClientId> client =
      of.grant ? std::optional(of.grant->client) : wanted.token_client;
  if (client) {
    if (const auto* row = tables_.clients.find(*client)) of.client = *row;
  }
  if (!of.grant) return;
  of.user = copy(tables_.users.find(of.grant->subject));
  if (of.grant->session) of.session = copy(tables_.sessions.find(*of.grant->session));
  const KeptConsent* kept = tables_.consents.find({of.grant->subject, of.grant->client});
  if (kept && !kept->withdrawn) of.consent = kept->consent;
}

void MemoryStore::look_up_account(const core::SubjectId& person,
                                  core::Found::OfAccount& of) const {
  for (const auto& [number, session] : tables_.sessions.by_number() | std::views::reverse) {
    if (of.sessions.size() == core::kAccountRowsMax) break;
    if (session.subject == person && !session.ended) of.sessions.push_back(session);
  }
  for (const auto& [number, kept] : tables_.consents.by_number() | std::views::reverse) {
    if (of.consents.size() == core::kAccountRowsMax) break;
    if (kept.consent.subject != person || kept.withdrawn) continue;
    of.consents.push_back(kept.consent);
    if (const auto* client = tables_.clients.find(kept.consent.client)) {
      of.clients.push_back(*client);
    }
  }
}

void MemoryStore::look_up_session_clients(const core::SessionId& session,
                                          core::Found& found) const {
  for (const core::SessionClient& note : tables_.clients_of(session)) {
    if (found.session_clients.size() == core::kSessionClientsMax) break;
    const auto* client = tables_.clients.find(note.client);
    if (client && (*client)->incarnation == note.incarnation) {
      found.session_clients.push_back(*client);
    }
  }
}

Committed MemoryStore::apply_all(const core::Changes& changes, Time now) {
  UndoLog undo;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (apply(tables_, changes[i], now, undo)) continue;
    for (; !undo.empty(); undo.pop_back()) undo.back()();
    return Lost{i, lost_row(changes[i])};
  }
  if (!changes.empty()) tables_.meta.latest = std::max(tables_.meta.latest, now);
  return Done{};
}

// Withdrawn long ago, or of a person or an app that is gone.
bool MemoryStore::is_stale(const KeptConsent& kept, Time now) const {
  if (kept.withdrawn) return is_over(*kept.withdrawn, now);
  const auto* client = tables_.clients.find(kept.consent.client);
  return !tables_.users.find(kept.consent.subject) || !client ||
         (*client)->incarnation != kept.consent.incarnation;
}

template <class Table, class Dead>
int MemoryStore::walk_table(Table& table, const Bite& bite, Swept& swept, Dead dead) {
  using Key = std::decay_t<decltype(table.by_key().begin()->first)>;
  std::vector<Key> removed;
  const auto& rows = table.by_number();
  auto at = rows.upper_bound(walk_.after);
  for (; at != rows.end() && swept.looked_at < bite.rows_max; ++at, ++swept.looked_at) {
    walk_.after = at->first;
    if (auto key = dead(at->second)) removed.push_back(*std::move(key));
  }
  if (at == rows.end()) {
    walk_ = {(walk_.table + 1) % kTables, 0};
    swept.came_round = swept.came_round || walk_.table == 0;
  }
  UndoLog unused;
  for (const Key& key : removed) table.erase(key, unused);
  swept.removed += static_cast<int>(removed.size());
  return static_cast<int>(removed.size());
}

Swept MemoryStore::walk(const Bite& bite) {
  Swept swept;
  const auto dead_id = [&](const auto& row) {
    return is_dead(row, bite) ? std::optional(row.id) : std::nullopt;
  };
  const auto dead_grant = [&](const core::Grant& grant) {
    const bool session_gone = grant.session && !tables_.sessions.find(*grant.session);
    return is_dead(grant, session_gone, bite) ? std::optional(grant.id) : std::nullopt;
  };
  const auto dead_hash = [&](const core::UseOnce& used) {
    return is_dead(used, bite) ? std::optional(used.hash) : std::nullopt;
  };
  const auto dead_client = [&](const std::shared_ptr<const core::Client>& client) {
    return is_dead(*client, bite) ? std::optional(client->id) : std::nullopt;
  };
  const auto stale = [&](const KeptConsent& kept) {
    return is_stale(kept, bite.now)
               ? std::optional(ConsentKey{kept.consent.subject, kept.consent.client})
               : std::nullopt;
  };
  // What was promised of a session that only expired, once its row is gone.
  const auto without_session = [&](const core::SessionClient& note) {
    return !note.ended && !tables_.sessions.find(note.session)
               ? std::optional(SessionClientKey{note.session, note.client})
               : std::nullopt;
  };
  for (int tables = 0; tables < kTables && swept.looked_at < bite.rows_max; ++tables) {
    switch (walk_.table) {
      case 0:
        walk_table(tables_.grants, bite, swept, dead_grant);
        break;
      case 1:
        walk_table(tables_.sessions, bite, swept, dead_id);
        break;
      case 2:
        walk_table(tables_.revoked_tokens, bite, swept, dead_id);
        break;
      case 3:
        walk_table(tables_.used_once, bite, swept, dead_hash);
        break;
      case 4:
        if (walk_table(tables_.clients, bite, swept, dead_client) > 0) {
          tables_.meta.configuration += 1;
        }
        break;
      case 5:
        walk_table(tables_.consents, bite, swept, stale);
        break;
      default:
        walk_table(tables_.session_clients, bite, swept, without_session);
        break;
    }
  }
  return swept;
}

}  // namespace

std::unique_ptr<Store> make_memory_store(oauth::Issuer issuer, core::Epoch epoch) {
  return std::make_unique<MemoryStore>(std::move(issuer), epoch);
}

}  // namespace grantd::store
