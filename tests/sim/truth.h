// What really happened, kept apart from the core and the store under test: every change that was
// truly written, when each thing died, and the invariants over both.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "grantd/core/changes.h"
#include "grantd/core/policy.h"

namespace grantd::sim {

// The order of everything: raised by each look and each write.
using Step = std::uint64_t;

// When one thing died; it may die more than once (an account disabled twice).
class Deaths {
 public:
  void add(Step step) { at_.push_back(step); }
  // Whether it died after `born` and not after `until`.
  bool between(Step born, Step until) const;

 private:
  std::vector<Step> at_;  // rising
};

// What a code hangs on, as it was when its request looked.
struct Life {
  core::SubjectId subject;
  core::ClientId client;
  std::optional<core::SessionId> session;
  core::ConsentId consent;
  Step born = 0;
};

class Truth {
 public:
  Step now() const { return step_; }
  Step next() { return ++step_; }

  // Every list of changes that the store really applied.
  void applied(const core::Changes& changes, Time at);
  void restored() { store_.add(next()); }

  // ---- what the invariants need to know of a code
  struct Code {
    Life life;
    core::ScopeSet scope;
    Time expires{};
    bool offline = false;
    Step failed_check = 0;  // its own client failed a check of possession, and was told so
    int yielded = 0;        // answers with tokens, by exchange
  };
  std::map<core::GrantId, Code> codes;

  // A grant's row through time.
  struct Row {
    Step step = 0;
    core::GrantState state = core::GrantState::live;
    std::uint32_t generation = 0;
    Time rotated{};
  };
  // The row as it was at that step; nothing where there was none.
  const Row* row_at(const core::GrantId& id, Step step) const;
  const std::map<core::GrantId, std::vector<Row>>& grants() const { return grants_; }
  std::size_t sessions() const { return sessions_started_; }

  // Why the life was over at that step; nothing where it was not.
  std::optional<std::string> why_over(const Life& life, bool offline, Step until) const;

  // ---- violations
  void fail(std::string text) {
    if (violated_.empty()) violated_ = std::move(text);
  }
  const std::string& violated() const { return violated_; }

  // ---- the last things that were done, for the report
  void note(std::string text);
  std::string last_notes() const;

 private:
  friend struct Applying;
  Step step_ = 0;
  std::map<core::SubjectId, Deaths> people_;
  std::map<core::ClientId, Deaths> clients_;
  std::map<core::SessionId, Deaths> sessions_;
  std::map<std::pair<core::SubjectId, core::ClientId>, Deaths> consents_;
  std::map<core::ConsentId, Step> consent_born_;
  Deaths store_;
  std::map<core::SubjectId, core::User> users_;
  std::map<core::ClientId, core::Client> registered_;
  std::map<core::GrantId, std::vector<Row>> grants_;
  std::size_t sessions_started_ = 0;
  std::string violated_;
  std::deque<std::string> notes_;
};

}  // namespace grantd::sim
