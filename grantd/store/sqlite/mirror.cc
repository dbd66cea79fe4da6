#include "grantd/store/sqlite/mirror.h"

#include <algorithm>
#include <utility>

#include "grantd/store/changed.h"

namespace grantd::store::sqlite {

std::size_t Mirror::ConsentHash::operator()(const ConsentKey& key) const {
  constexpr std::size_t kOdd = 0x9e3779b97f4a7c15;
  return std::hash<core::SubjectId>()(key.person) * kOdd + std::hash<core::ClientId>()(key.client);
}

Mirror::Look Mirror::look() {
  const std::lock_guard lock(mutex_);
  const std::uint32_t now = count_.now();
  // The writer's commit, not yet told here; or, after SQLite rolled that back by itself, another
  // process's. What it was shows at the end of the Write: till then the file knows.
  if (writing_ && now != count_kept_) return {};
  if (!known_ || now != count_kept_) {
    forget_all();
    count_kept_ = now;
    known_ = true;
  }
  return {true, changes_, versions_};
}

void Mirror::forget_all() {
  ++changes_;
  known_ = false;
  forget_versions();
  users_.clear();
  sessions_.clear();
  consents_.clear();
  grants_.clear();
  revoked_.reset();
  revoked_are_many_ = false;
}

void Mirror::forget_versions() {
  versions_.reset();
  ++changes_;
}

// ---- readers

std::shared_ptr<const core::User> Mirror::find(const core::SubjectId& id) {
  const std::lock_guard lock(mutex_);
  return users_.find(id);
}

std::shared_ptr<const core::Session> Mirror::find(const core::SessionId& id) {
  const std::lock_guard lock(mutex_);
  return sessions_.find(id);
}

std::shared_ptr<const core::Consent> Mirror::find(const core::SubjectId& person,
                                                  const core::ClientId& client) {
  const std::lock_guard lock(mutex_);
  return consents_.find({person, client});
}

std::shared_ptr<const core::Grant> Mirror::find(const core::GrantId& id) {
  const std::lock_guard lock(mutex_);
  return grants_.find(id);
}

std::optional<bool> Mirror::is_revoked(const core::TokenId& id) {
  const std::lock_guard lock(mutex_);
  if (!revoked_) return {};
  return revoked_->contains(id);
}

void Mirror::keep(const Look& look, const Versions& versions) {
  const std::lock_guard lock(mutex_);
  if (!is_now(look)) return;
  versions_ = versions;
  versions_->latest = std::max(versions.latest, latest_);
}

void Mirror::keep(const Look& look, std::shared_ptr<const core::User> user) {
  const std::lock_guard lock(mutex_);
  const auto id = user->id;
  if (is_now(look)) users_.keep(id, std::move(user));
}

void Mirror::keep(const Look& look, std::shared_ptr<const core::Session> session) {
  const std::lock_guard lock(mutex_);
  const auto id = session->id;
  if (is_now(look)) sessions_.keep(id, std::move(session));
}

void Mirror::keep(const Look& look, std::shared_ptr<const core::Consent> consent) {
  const std::lock_guard lock(mutex_);
  const ConsentKey key{consent->subject, consent->client};
  if (is_now(look)) consents_.keep(key, std::move(consent));
}

void Mirror::keep(const Look& look, std::shared_ptr<const core::Grant> grant) {
  const std::lock_guard lock(mutex_);
  const auto id = grant->id;
  if (is_now(look)) grants_.keep(id, std::move(grant));
}

bool Mirror::may_keep_revoked() {
  const std::lock_guard lock(mutex_);
  return !revoked_are_many_;
}

void Mirror::keep_revoked(const Look& look, const std::vector<core::TokenId>& ids) {
  const std::lock_guard lock(mutex_);
  if (!is_now(look)) return;
  revoked_are_many_ = ids.size() > kRevokedMax;
  if (!revoked_are_many_) revoked_.emplace(ids.begin(), ids.end());
}

// ---- the writer

// What a change means for what is kept. Whoever read the row before must not keep it after.
struct Mirror::Telling {
  Mirror& mirror;

  // Nobody can have read this row before.
  void operator()(const core::OpenGrant& change) {
    auto grant = std::make_shared<core::Grant>(change.grant);
    grant->version = 1;
    mirror.grants_.keep(change.grant.id, std::move(grant));
  }
  void operator()(const core::RotateGrant& change) {
    ++mirror.changes_;
    const std::shared_ptr<const core::Grant> kept = mirror.grants_.find(change.id);
    if (!kept) return;
    mirror.grants_.erase(change.id);
    if (kept->version != change.version) return;
    mirror.grants_.keep(change.id, std::make_shared<core::Grant>(rotated(*kept, change.now)));
  }
  void operator()(const core::TouchGrant& change) { forget(mirror.grants_, change.id); }
  void operator()(const core::RevokeGrant& change) { forget(mirror.grants_, change.id); }

  void operator()(const core::StartSession&) {}
  void operator()(const core::TouchSession& change) { forget(mirror.sessions_, change.id); }
  void operator()(const core::EndSession& change) { forget(mirror.sessions_, change.id); }
  void operator()(const core::NoteSessionClient&) {}
  void operator()(const core::PutOffNotice&) {}
  void operator()(const core::DropNotice&) {}

  void operator()(const core::RememberConsent& change) {
    forget(mirror.consents_, ConsentKey{change.consent.subject, change.consent.client});
  }
  void operator()(const core::WithdrawConsent& change) {
    forget(mirror.consents_, ConsentKey{change.subject, change.client});
  }

  void operator()(const core::RevokeToken& change) {
    ++mirror.changes_;
    if (!mirror.revoked_) return;
    mirror.revoked_->insert(change.token.id);
    mirror.revoked_are_many_ = mirror.revoked_->size() > kRevokedMax;
    if (mirror.revoked_are_many_) mirror.revoked_.reset();
  }
  void operator()(const core::UseOnce&) {}

  void operator()(const core::PutUser& change) { forget(mirror.users_, change.user.id); }
  void operator()(const core::UpgradePassword& change) { forget(mirror.users_, change.subject); }
  void operator()(const core::DeleteUser& change) {
    forget(mirror.users_, change.subject);
    mirror.consents_.clear();
  }

  // Clients, resources and keys are judged by the version of the configuration.
  void operator()(const core::PutClient&) { mirror.forget_versions(); }
  void operator()(const core::DeleteClient&) { mirror.forget_versions(); }
  void operator()(const core::MarkClientUsed&) { mirror.forget_versions(); }
  void operator()(const core::PutResource&) { mirror.forget_versions(); }
  void operator()(const core::DeleteResource&) { mirror.forget_versions(); }
  void operator()(const core::PutKey&) { mirror.forget_versions(); }
  void operator()(const core::DeleteKey&) { mirror.forget_versions(); }

 private:
  template <class Records, class Key>
  void forget(Records& records, const Key& key) {
    ++mirror.changes_;
    records.erase(key);
  }
};

Mirror::Write::Write(Mirror* mirror) : mirror_(mirror) {
  if (!mirror_) return;
  const std::lock_guard lock(mirror_->mutex_);
  const std::uint32_t now = mirror_->count_.now();
  if (!mirror_->known_ || now != mirror_->count_kept_) mirror_->forget_all();
  mirror_->count_kept_ = now;
  mirror_->known_ = mirror_->writing_ = true;
}

Mirror::Write::~Write() {
  if (!mirror_) return;
  const std::lock_guard lock(mirror_->mutex_);
  mirror_->writing_ = false;
}

void Mirror::Write::end(Time latest) {
  mirror_->writing_ = false;
  mirror_->latest_ = std::max(mirror_->latest_, latest);
  if (mirror_->versions_) {
    mirror_->versions_->latest = std::max(mirror_->versions_->latest, latest);
  }
  if (mirror_->count_.now() == mirror_->count_kept_) return mirror_->forget_all();
  ++mirror_->count_kept_;  // ours; what another process committed since is seen at the next look
}

void Mirror::Write::committed(Time latest, const std::vector<const core::Change*>& changes) {
  if (!mirror_) return;
  const std::lock_guard lock(mirror_->mutex_);
  end(latest);
  for (const core::Change* change : changes) std::visit(Telling{*mirror_}, *change);
}

void Mirror::Write::swept(Time latest, const Gone& gone) {
  if (!mirror_) return;
  const std::lock_guard lock(mirror_->mutex_);
  end(latest);
  ++mirror_->changes_;
  for (const core::GrantId& id : gone.grants) mirror_->grants_.erase(id);
  for (const core::SessionId& id : gone.sessions) mirror_->sessions_.erase(id);
  if (gone.consents) mirror_->consents_.clear();
  if (gone.clients) mirror_->forget_versions();
  if (!gone.revoked_tokens) return;
  mirror_->revoked_.reset();
  mirror_->revoked_are_many_ = false;
}

void Mirror::Write::failed() {
  if (!mirror_) return;
  const std::lock_guard lock(mirror_->mutex_);
  mirror_->writing_ = false;
  mirror_->forget_all();
}

}  // namespace grantd::store::sqlite
