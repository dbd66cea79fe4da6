#include <charconv>

#include "grantd/store/filters.h"
#include "grantd/store/sqlite/reading.h"
#include "grantd/store/sqlite/rows.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

// A page is one read transaction; it ends here even where the filter passed nothing, so that a long
// walk never holds the log back. Such a page is short, or empty, and has a `next`.
constexpr int kLookedAtMax = 20'000;

std::int64_t parse_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

template <class Record>
SqlResult<Page> by_number(Cursor rows, const Query& query,
                          SqlResult<Record> (*read)(const Cursor&)) {
  Page page;
  std::int64_t last = 0;
  for (int looked_at = 0; TRY(rows.next()); ++looked_at) {
    if (static_cast<int>(page.rows.size()) >= query.rows_max || looked_at == kLookedAtMax) {
      page.next = std::to_string(last);
      break;
    }
    last = rows.integer(0);
    Record record = TRY(read(rows));
    if (passes(query, record)) page.rows.emplace_back(std::move(record));
  }
  return page;
}

template <class Record>
SqlResult<Page> by_name(Database& database, const char* sql, const Query& query,
                        SqlResult<Record> (*read)(const Cursor&)) {
  Cursor rows = TRY(database.select(sql, query.after));
  Page page;
  std::string last;
  while (TRY(rows.next())) {
    if (static_cast<int>(page.rows.size()) >= query.rows_max) {
      page.next = last;
      break;
    }
    last = rows.text(0);
    page.rows.emplace_back(TRY(read(rows)));
  }
  return page;
}

}  // namespace

SqlResult<Page> read_page(Database& database, const Query& query) {
  const std::int64_t after = parse_number(query.after);
  switch (query.table) {
    case Query::Table::clients:
      return by_name(database, kListClients, query, &read_client);
    case Query::Table::resources:
      return by_name(database, kListResources, query, &read_resource);
    case Query::Table::keys:
      return by_name(database, kListKeys, query, &read_key);
    case Query::Table::users:
      return by_number(TRY(database.select(kListUsers, after)), query, &read_user);
    case Query::Table::sessions:
      if (query.subject) {
        return by_number(TRY(database.select(kListSessionsOf, after, query.subject->view())), query,
                         &read_session);
      }
      return by_number(TRY(database.select(kListSessions, after)), query, &read_session);
    case Query::Table::consents:
      if (query.subject) {
        return by_number(TRY(database.select(kListConsentsOf, after, query.subject->view())), query,
                         &read_consent);
      }
      return by_number(TRY(database.select(kListConsents, after)), query, &read_consent);
    case Query::Table::grants:
      return by_number(TRY(database.select(kListGrants, after)), query, &read_grant);
  }
  return Page{};
}

}  // namespace grantd::store::sqlite
