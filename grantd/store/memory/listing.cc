#include "grantd/store/memory/listing.h"

#include <charconv>

#include "grantd/store/filters.h"

namespace grantd::store {
namespace {

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Rows in the order in which they came; the cursor is the row's number.
template <class Table, class Take>
Page by_number(const Table& table, const Query& query, Take take) {
  Page page;
  const auto& rows = table.by_number();
  for (auto at = rows.upper_bound(parse_number(query.after)); at != rows.end(); ++at) {
    if (static_cast<int>(page.rows.size()) == query.rows_max) {
      page.next = std::to_string(std::prev(at)->first);
      break;
    }
    if (const auto* row = take(at->second); row && passes(query, *row)) page.rows.push_back(*row);
  }
  return page;
}

// Rows by name; the cursor is the name.
template <class Table, class Key, class Text, class Take>
Page by_name(const Table& table, const Query& query, const Key& after, Text text, Take take) {
  Page page;
  const auto& keys = table.by_key();
  for (auto at = query.after.empty() ? keys.begin() : keys.upper_bound(after); at != keys.end();
       ++at) {
    if (static_cast<int>(page.rows.size()) == query.rows_max) {
      page.next = text(std::prev(at)->first);
      break;
    }
    page.rows.push_back(take(*table.find(at->first)));
  }
  return page;
}

}  // namespace

Page list_page(const MemoryTables& tables, const Query& query) {
  const auto itself = [](const auto& row) { return row; };
  const auto address = [](const auto& row) { return &row; };
  const auto str = [](const auto& name) { return name.str(); };
  switch (query.table) {
    case Query::Table::clients:
      return by_name(tables.clients, query, core::ClientId(query.after), str,
                     [](const auto& client) { return *client; });
    case Query::Table::resources:
      return by_name(tables.resources, query, core::Audience(query.after), str, itself);
    case Query::Table::keys:
      return by_name(tables.keys, query, query.after, itself, itself);
    case Query::Table::users:
      return by_number(tables.users, query, address);
    case Query::Table::sessions:
      return by_number(tables.sessions, query, address);
    case Query::Table::consents:
      return by_number(tables.consents, query, [](const KeptConsent& kept) {
        return kept.withdrawn ? nullptr : &kept.consent;
      });
    case Query::Table::grants:
      return by_number(tables.grants, query, address);
  }
  return {};
}

}  // namespace grantd::store
