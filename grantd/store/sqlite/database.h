// One SQLite connection: statements prepared once and kept, errors as values. Used by one thread at
// a time. Knows SQL, no table.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "grantd/base/bytes.h"
#include "grantd/base/result.h"
#include "grantd/store/store.h"

namespace grantd::store::sqlite {

struct SqlError {
  int code = SQLITE_ERROR;  // SQLite's extended result code
  std::string message;

  bool is(int primary) const { return (code & 0xff) == primary; }
  // What it means for a write that was not yet committed, or for a read: unavailable where it may
  // pass (busy, full, no memory), broken where it will not (corrupt, I/O, replaced, read-only).
  StoreError to_store_error() const;
};

template <class T>
using SqlResult = Result<T, SqlError>;

inline std::int64_t to_sql(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
inline std::int64_t to_sql(Time time) {
  return to_millis(time);
}

// The rows of a SELECT. What was bound is not copied: it stays the caller's until this goes. Takes
// the statement back to its start when it goes.
class Cursor {
 public:
  explicit Cursor(sqlite3_stmt* statement) : statement_(statement) {}
  Cursor(Cursor&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  SqlResult<bool> next();  // whether there is a row

  // Of the present row; columns count from 0.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  Time time(int column) const { return from_millis(integer(column)); }
  std::string text(int column) const;
  ByteView blob(int column) const;  // until the next row
  // False where the blob has another size: the row is damaged.
  template <std::size_t N>
  bool read(int column, ByteArray<N>& out) const {
    const ByteView bytes = blob(column);
    if (bytes.size() != N) return false;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return true;
  }

 private:
  sqlite3_stmt* statement_;
};

class Database {
 public:
  struct Options {
    std::string file;
    std::string vfs;  // empty: SQLite's own
    bool read_only = false;
    int busy_timeout_ms = 1000;
  };
  // Opens an existing file; never makes one, never follows a link. Nothing is read yet.
  static SqlResult<std::unique_ptr<Database>> open(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs SQL that gives no rows, several statements too. Not kept.
  SqlResult<Unit> script(const std::string& sql);
  // A pragma's value as text; empty where it has none.
  SqlResult<std::string> pragma(const std::string& name_and_value);

  // Runs a statement without rows; gives how many rows it changed.
  // `sql` is a constant: its address is the key under which it is kept prepared.
  template <class... Values>
  SqlResult<int> execute(const char* sql, const Values&... values) {
    sqlite3_stmt* statement = TRY(prepared(sql));
    int index = 0;
    (bind(statement, ++index, values, SQLITE_STATIC), ...);
    return finish(statement);
  }
  template <class... Values>
  SqlResult<Cursor> select(const char* sql, const Values&... values) {
    sqlite3_stmt* statement = TRY(prepared(sql));
    int index = 0;
    (bind(statement, ++index, values, SQLITE_STATIC), ...);
    return Cursor(statement);
  }

  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  sqlite3* handle() { return handle_; }
  std::uint64_t statements_run() const { return statements_run_; }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  SqlResult<sqlite3_stmt*> prepared(const char* sql);
  SqlResult<int> finish(sqlite3_stmt* statement);

  static void bind(sqlite3_stmt* statement, int index, std::int64_t value, sqlite3_destructor_type);
  static void bind(sqlite3_stmt* statement, int index, std::string_view value,
                   sqlite3_destructor_type lifetime);
  static void bind(sqlite3_stmt* statement, int index, ByteView value,
                   sqlite3_destructor_type lifetime);
  template <class T>
  static void bind(sqlite3_stmt* statement, int index, const std::optional<T>& value,
                   sqlite3_destructor_type lifetime) {
    if (value) {
      bind(statement, index, *value, lifetime);
    } else {
      sqlite3_bind_null(statement, index);
    }
  }

  sqlite3* handle_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  std::uint64_t statements_run_ = 0;
};

// Rolls back when it goes, unless it was committed.
class Transaction {
 public:
  static SqlResult<Transaction> begin(Database& database, const char* sql);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  SqlResult<Unit> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace grantd::store::sqlite
