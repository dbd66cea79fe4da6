#include "grantd/store/sqlite/sweeping.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "grantd/store/dead.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

using Gone = Mirror::Gone;

template <class Id>
void note(const Cursor& row, std::vector<Id>& ids) {
  ByteArray<Id::kSize> bytes;
  if (row.read(0, bytes)) ids.emplace_back(bytes);
}

struct Walk {
  const char* look;
  const char* drop;
  void (*note)(const Cursor& dropped, Gone& gone);
  Duration IdleLimits::*idle = nullptr;  // that the rows of this table have
};
constexpr std::array<Walk, 6> kWalks = {{
    {kLookAtGrants, kDropGrants,
     [](const Cursor& row, Gone& gone) { note(row, gone.grants); }, &IdleLimits::offline_grant},
    {kLookAtSessions, kDropSessions,
     [](const Cursor& row, Gone& gone) { note(row, gone.sessions); }, &IdleLimits::session},
    {kLookAtRevokedTokens, kDropRevokedTokens,
     [](const Cursor&, Gone& gone) { gone.revoked_tokens = true; }},
    {kLookAtUsedOnce, kDropUsedOnce, [](const Cursor&, Gone&) {}},
    {kLookAtConsents, kDropConsents, [](const Cursor&, Gone& gone) { gone.consents = true; }},
    {kLookAtSessionClients, kDropSessionClients, [](const Cursor&, Gone&) {}},
}};

// The time is looked at after each so many rows.
constexpr int kRowsAtOnce = 64;

struct Rows {
  int looked_at = 0;
  int dead = 0;
  std::int64_t last = 0;
};

SqlResult<Rows> look(Database& database, const Walk& walk, std::int64_t after, int count,
                     const Bite& bite) {
  const Time over_at = bite.now - kKeptAfterEnd;
  const std::int64_t most = count;
  Cursor row = walk.idle ? TRY(database.select(walk.look, after, most, to_sql(over_at),
                                               to_sql(over_at - bite.idle.*walk.idle)))
                         : TRY(database.select(walk.look, after, most, to_sql(over_at)));
  TRY(row.next());
  const auto looked_at = static_cast<int>(row.integer(1));
  return Rows{looked_at, static_cast<int>(row.integer(2)), looked_at > 0 ? row.integer(0) : after};
}

SqlResult<int> drop(Database& database, const Walk& walk, std::int64_t after, std::int64_t last,
                    const Bite& bite, Gone& gone) {
  const Time over_at = bite.now - kKeptAfterEnd;
  Cursor row = walk.idle ? TRY(database.select(walk.drop, after, last, to_sql(over_at),
                                               to_sql(over_at - bite.idle.*walk.idle)))
                         : TRY(database.select(walk.drop, after, last, to_sql(over_at)));
  int dropped = 0;
  for (; TRY(row.next()); ++dropped) walk.note(row, gone);
  return dropped;
}

}  // namespace

SqlResult<Swept> Sweeping::run(Database& database, Mirror* mirror, const Bite& bite) {
  const auto begun = std::chrono::steady_clock::now();
  Transaction transaction = TRY(Transaction::begin(database, kBeginWrite));
  Mirror::Write write(mirror);
  Place place = place_;
  Swept swept;
  Gone gone;
  std::size_t tables_left = kWalks.size();
  while (swept.looked_at < bite.rows_max && tables_left > 0) {
    const Walk& walk = kWalks[place.table];
    const int count = std::min(bite.rows_max - swept.looked_at, kRowsAtOnce);
    const Rows rows = TRY(look(database, walk, place.after, count, bite));
    if (rows.dead > 0) {
      swept.removed += TRY(drop(database, walk, place.after, rows.last, bite, gone));
    }
    swept.looked_at += rows.looked_at;
    place.after = rows.last;
    if (rows.looked_at < count) {
      place = {(place.table + 1) % kWalks.size(), 0};
      swept.came_round = swept.came_round || place.table == 0;
      --tables_left;
    }
    if (std::chrono::steady_clock::now() - begun >= bite.time_max) break;
  }
  // Clients that were never used are found by an index, at the rest of the pace.
  const int left = std::min(std::max(bite.rows_max - swept.removed, 0), kRowsAtOnce);
  const int unused = TRY(database.execute(kDropUnusedClients, to_sql(bite.now - kKeptAfterEnd),
                                          std::int64_t{left}));
  if (unused > 0) TRY(database.execute(kRaiseConfiguration));
  swept.removed += unused;
  gone.clients = unused > 0;
  if (swept.removed > 0) {
    // A row that went was the mark that its code was used: after this no clock may say again that
    // the code has not expired (checklist F6, CO-16).
    TRY(database.execute(kRaiseLatest, to_sql(bite.now)));
    if (auto committed = transaction.commit(); !committed) {
      write.failed();
      return fail(committed.error());
    }
    write.swept(bite.now, gone);
  }
  place_ = place;
  swept.took = std::chrono::steady_clock::now() - begun;
  return swept;
}

}  // namespace grantd::store::sqlite
