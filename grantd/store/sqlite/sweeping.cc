#include "grantd/store/sqlite/sweeping.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "grantd/store/dead.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

struct Walk {
  const char* look;
  const char* drop;
};
constexpr std::array<Walk, 6> kWalks = {{
    {kWalkGrants, kDropGrant},
    {kWalkSessions, kDropSession},
    {kWalkRevokedTokens, kDropRevokedToken},
    {kWalkUsedOnce, kDropUsedOnce},
    {kWalkConsents, kDropConsent},
    {kWalkSessionClients, kDropSessionClient},
}};

// DESIGN §5: writes come in bites of 20 ms. The time is looked at between bites of this many rows.
constexpr int kRowsAtOnce = 64;
constexpr std::chrono::milliseconds kTimeMax{20};

struct Bite {
  int looked_at = 0;
  std::int64_t last = 0;
  std::vector<std::int64_t> dead;
};

SqlResult<Bite> look(Database& database, const Walk& walk, std::int64_t after, int rows,
                     std::int64_t over_at) {
  Bite bite;
  bite.last = after;
  Cursor row = TRY(database.select(walk.look, after, std::int64_t{rows}, over_at));
  for (; TRY(row.next()); ++bite.looked_at) {
    bite.last = row.integer(0);
    if (row.integer(1) != 0) bite.dead.push_back(bite.last);
  }
  return bite;
}

}  // namespace

SqlResult<int> Sweeping::run(Database& database, Time now, int rows_max) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeMax;
  const std::int64_t over_at = to_millis(now - kKeptAfterEnd);
  Transaction transaction = TRY(Transaction::begin(database, kBeginWrite));
  Place place = place_;
  int removed = 0;
  std::size_t tables_left = kWalks.size();
  for (int budget = rows_max; budget > 0 && tables_left > 0;) {
    const Walk& walk = kWalks[place.table];
    const int rows = std::min(budget, kRowsAtOnce);
    const Bite bite = TRY(look(database, walk, place.after, rows, over_at));
    for (const std::int64_t number : bite.dead) {
      removed += TRY(database.execute(walk.drop, number));
    }
    budget -= bite.looked_at;
    place.after = bite.last;
    if (bite.looked_at < rows) {
      place = {(place.table + 1) % kWalks.size(), 0};
      --tables_left;
    }
    if (std::chrono::steady_clock::now() >= deadline) break;
  }
  // Clients that were never used are found by an index, at the rest of the pace.
  const int left = std::min(std::max(rows_max - removed, 0), kRowsAtOnce);
  const int unused = TRY(database.execute(kDropUnusedClients, over_at, std::int64_t{left}));
  if (unused > 0) TRY(database.execute(kRaiseConfiguration));
  removed += unused;
  if (removed > 0) {
    // A row that went was the mark that its code was used: after this no clock may say again that
    // the code has not expired (checklist F6, CO-16).
    TRY(database.execute(kRaiseLatest, to_sql(now)));
    TRY(transaction.commit());
  }
  place_ = place;
  return removed;
}

}  // namespace grantd::store::sqlite
