#include "tests/sim/truth.h"

#include <algorithm>

namespace grantd::sim {

bool Deaths::between(Step born, Step until) const {
  const auto first = std::upper_bound(at_.begin(), at_.end(), born);
  return first != at_.end() && *first <= until;
}

// One change that was really written.
struct Applying {
  Truth& truth;
  Step step;
  Time at;

  void operator()(const core::OpenGrant& change) {
    std::vector<Truth::Row>& rows = truth.grants_[change.grant.id];
    if (!rows.empty()) truth.fail("a second row of one code was written");
    rows.push_back({step, change.grant.state, change.grant.generation, at});
  }
  void operator()(const core::RotateGrant& change) {
    add(change.id, [&](Truth::Row& row) {
      if (row.generation != change.generation) truth.fail("a rotation from another generation");
      ++row.generation;
      row.rotated = at;
    });
  }
  void operator()(const core::TouchGrant& change) {
    add(change.id, [](Truth::Row&) {});
  }
  void operator()(const core::RevokeGrant& change) {
    const Truth::Row* row = truth.row_at(change.id, step);
    if (!row || row->state != core::GrantState::live) return;
    add(change.id, [](Truth::Row& now) { now.state = core::GrantState::revoked; });
  }
  // A change that only a live grant may get.
  template <class Change>
  void add(const core::GrantId& id, Change change) {
    const auto found = truth.grants_.find(id);
    if (found == truth.grants_.end() || found->second.back().state != core::GrantState::live) {
      return truth.fail("a grant that is not live was written on");
    }
    Truth::Row row = found->second.back();
    row.step = step;
    change(row);
    found->second.push_back(row);
  }

  void operator()(const core::StartSession&) { ++truth.sessions_started_; }
  void operator()(const core::EndSession& change) { truth.sessions_[change.id].add(step); }
  void operator()(const core::RememberConsent& change) {
    truth.consent_born_.try_emplace(change.consent.id, step);
  }
  void operator()(const core::WithdrawConsent& change) {
    truth.consents_[{change.subject, change.client}].add(step);
  }
  void operator()(const core::PutUser& change) {
    core::User& before = truth.users_[change.user.id];
    if (change.user.disabled || change.user.counter != before.counter ||
        change.user.password != before.password) {
      truth.people_[change.user.id].add(step);
    }
    before = change.user;
  }
  void operator()(const core::DeleteUser& change) { truth.people_[change.subject].add(step); }
  void operator()(const core::PutClient& change) {
    core::Client& before = truth.registered_[change.client.id];
    if (change.client.disabled || change.client.counter != before.counter ||
        change.client.incarnation != before.incarnation) {
      truth.clients_[change.client.id].add(step);
    }
    before = change.client;
  }
  void operator()(const core::DeleteClient& change) { truth.clients_[change.id].add(step); }
  template <class Other>
  void operator()(const Other&) {}
};

void Truth::applied(const core::Changes& changes, Time at) {
  const Step step = next();
  for (const core::Change& change : changes) std::visit(Applying{*this, step, at}, change);
}

const Truth::Row* Truth::row_at(const core::GrantId& id, Step step) const {
  const auto found = grants_.find(id);
  if (found == grants_.end()) return nullptr;
  const Row* last = nullptr;
  for (const Row& row : found->second) {
    if (row.step <= step) last = &row;
  }
  return last;
}

std::optional<std::string> Truth::why_over(const Life& life, bool offline, Step until) const {
  const auto died = [&](const auto& deaths, const auto& key, Step born) {
    const auto found = deaths.find(key);
    return found != deaths.end() && found->second.between(born, until);
  };
  if (store_.between(life.born, until)) return "the store was restored since";
  if (died(people_, life.subject, life.born)) return "its person was cut off since";
  if (died(clients_, life.client, life.born)) return "its app was cut off since";
  if (!offline && life.session && died(sessions_, *life.session, 0)) return "its session ended";
  // A consent is given by a write of its own, perhaps a late one: it lives from there.
  const auto born = consent_born_.find(life.consent);
  if (born == consent_born_.end()) return "its consent was never given";
  if (died(consents_, std::pair(life.subject, life.client), born->second)) {
    return "its consent was withdrawn since";
  }
  return {};
}

void Truth::note(std::string text) {
  notes_.push_back(std::to_string(step_) + " " + std::move(text));
  if (notes_.size() > 40) notes_.pop_front();
}

std::string Truth::last_notes() const {
  std::string text;
  for (const std::string& each : notes_) text += "  " + each + "\n";
  return text;
}

}  // namespace grantd::sim
