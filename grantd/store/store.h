// store: I remember.
//
// What lives here: the tables, behind five verbs; memory/ and sqlite/ keep the same promises, which
// conformance/ (tests/stores) states. What does not: any rule about who may have what. A store
// applies guards; it never decides.
//
// Completions are called exactly once, on the caller's loop (Loop::current() at the call), perhaps
// before the call returns.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/core/changes.h"
#include "grantd/core/found.h"
#include "grantd/core/wanted.h"

namespace grantd::store {

struct StoreError {
  enum class Kind {
    unavailable,      // nothing was written; try again later (busy, queue full, disk full)
    outcome_unknown,  // perhaps written: answer 503, never judge again
    broken,           // the store must not be used on: corrupt, replaced, failed sync
  };
  Kind kind = Kind::unavailable;
  std::string message;  // for the operator
};

// All changes are durable, or none is and `lost` names the first whose guard failed.
struct Done {};
struct Lost {
  std::size_t change = 0;  // its index in the list
  std::string row;         // which row stood in the way, for the operator: "grant 0197…: exists"
};
using Committed = std::variant<Done, Lost>;

template <class T>
using Completion = std::move_only_function<void(Result<T, StoreError>)>;

// Lists for the command line and for admins: a page at a time. Clients, resources and keys by
// name, the rest in the order in which they came. A filter may leave a page short or empty though
// more follows: `next` alone says whether that was all.
inline constexpr int kPageRowsMax = 1000;  // a larger rows_max counts as this
struct Query {
  enum class Table { clients, resources, users, sessions, consents, grants, keys };
  Table table = Table::clients;
  std::string after;  // Page::next of the page before; empty: from the start
  int rows_max = 100;
  std::optional<core::SubjectId> subject;  // sessions, consents, grants of one person
  std::optional<core::ClientId> client;    // consents, grants of one app
  std::optional<core::SessionId> session;  // grants of one session
  bool live_only = false;                  // sessions and grants that are not ended
};
using Row = std::variant<core::Client, core::Resource, core::User, core::Session, core::Consent,
                         core::Grant, core::Key>;
struct Page {
  std::vector<Row> rows;
  std::string next;  // empty: that was all
};

// How long a row may go without use until nothing can come of it any more, beside its own absolute
// end. The limits of the rules, as they are now: one that is lengthened later finds the rows gone.
struct IdleLimits {
  Duration session{};        // from last_seen
  Duration offline_grant{};  // from last_used, of a grant that hangs on no session
};
// A bite of the walk over what is dead.
struct Bite {
  Time now{};
  IdleLimits idle;
  int rows_max = 0;  // to look at
  // Of the writer's time: the store stops after the rows it is at. DESIGN §5: writes come in bites
  // of 20 ms at most. Nobody waits for this one, but who waits behind it waits for its sync too.
  std::chrono::nanoseconds time_max = std::chrono::milliseconds(5);
};
struct Swept {
  int looked_at = 0;
  int removed = 0;
  bool came_round = false;          // past the last row of the last table
  std::chrono::nanoseconds took{};  // of the writer's time, without what waited before it
};

class Store {
 public:
  virtual ~Store() = default;

  // One look, one round trip. What is absent is absent in Found; that is no error.
  virtual void gather(const core::Wanted& wanted, Completion<core::Found> done) = 0;
  // Durable when it completes. `now` is the judged moment; Meta::latest becomes at least this.
  virtual void commit(core::Changes changes, Time now, Completion<Committed> done) = 0;
  // Removes the dead among the next rows, walking on from where the last call stopped. Dead: DESIGN
  // "Size"; grants, sessions, revoked tokens, marks of what was used once, stale consents,
  // self-registered clients that were never used, promises of a notice whose session went without
  // being ended.
  virtual void sweep(const Bite& bite, Completion<Swept> done) = 0;
  virtual void list(const Query& query, Completion<Page> done) = 0;
  // The notices of ended sessions that are due by `now`, the longest due first, at most `rows_max`.
  virtual void due_notices(Time now, int rows_max,
                           Completion<std::vector<core::SessionClient>> done) = 0;

  // As of now; where it cannot be read, as it was read last.
  virtual core::Meta meta() = 0;
  // Meta::configuration, as of now and at once. It decides what may be used of what is in memory:
  // where it cannot be read that is an error.
  virtual Result<std::uint64_t, StoreError> configuration() { return meta().configuration; }
  // Asks whether the store can serve: readiness. Empty: yes; else what is wrong.
  virtual std::string health() = 0;
  virtual void close() = 0;  // finishes what is queued
};

}  // namespace grantd::store
