#include "grantd/store/sqlite/database.h"

#include <mutex>

#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

SqlError error_of(sqlite3* handle, int code) {
  return {sqlite3_extended_errcode(handle) != SQLITE_OK ? sqlite3_extended_errcode(handle) : code,
          sqlite3_errmsg(handle)};
}

SqlError error_of(sqlite3_stmt* statement, int code) {
  return {code, sqlite3_errmsg(sqlite3_db_handle(statement))};
}

// Statistics of memory would have every allocation of every thread wait for one lock. Where the
// program had SQLite in use before, it stays as it is.
void set_up_library() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

}  // namespace

StoreError SqlError::to_store_error() const {
  const std::string text = message + " (SQLite " + std::to_string(code) + ")";
  // A full disk shows as these two when the shared memory file or the cache cannot grow.
  if (code == SQLITE_IOERR_NOMEM || code == SQLITE_IOERR_SHMSIZE) {
    return {StoreError::Kind::unavailable, text};
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:  // no descriptor left
    case SQLITE_PROTOCOL:
      return {StoreError::Kind::unavailable, text};
    default:
      return {StoreError::Kind::broken, text};
  }
}

Cursor::~Cursor() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqlResult<bool> Cursor::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(error_of(statement_, code));
}

bool Cursor::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Cursor::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Cursor::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return text ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

ByteView Cursor::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes ? ByteView(bytes, static_cast<std::size_t>(size)) : ByteView();
}

SqlResult<std::unique_ptr<Database>> Database::open(const Options& options) {
  set_up_library();
  sqlite3* handle = nullptr;
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(options.file.c_str(), &handle, flags,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (!handle) return fail(SqlError{SQLITE_NOMEM, "no memory"});
  auto database = std::unique_ptr<Database>(new Database(handle));
  if (code != SQLITE_OK) return fail(error_of(handle, code));
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  // Nothing that lies in the file may run as code or reach outside it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

SqlResult<Unit> Database::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(handle_, code));
  return Unit{};
}

SqlResult<std::string> Database::pragma(const std::string& name_and_value) {
  const std::string sql = "PRAGMA " + name_and_value;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error_of(handle_, code));
  Result<std::string, SqlError> value{std::string()};
  {
    Cursor cursor(statement);
    if (auto row = cursor.next(); !row) {
      value = fail(row.error());
    } else if (*row) {
      value = cursor.text(0);
    }
  }
  sqlite3_finalize(statement);
  return value;
}

SqlResult<sqlite3_stmt*> Database::prepared(const char* sql) {
  ++statements_run_;
  sqlite3_stmt*& statement = statements_[sql];
  if (statement) return statement;
  const int code =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error_of(handle_, code));
  return statement;
}

SqlResult<int> Database::finish(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_DONE || code == SQLITE_ROW) {
    const int changed = sqlite3_changes(handle_);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return changed;
  }
  SqlError error = error_of(statement, code);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return fail(std::move(error));
}

void Database::bind(sqlite3_stmt* statement, int index, std::int64_t value,
                    sqlite3_destructor_type) {
  sqlite3_bind_int64(statement, index, value);
}

void Database::bind(sqlite3_stmt* statement, int index, std::string_view value,
                    sqlite3_destructor_type lifetime) {
  // A null pointer would bind NULL: the empty text has an address.
  sqlite3_bind_text64(statement, index, value.empty() ? "" : value.data(), value.size(), lifetime,
                      SQLITE_UTF8);
}

void Database::bind(sqlite3_stmt* statement, int index, ByteView value,
                    sqlite3_destructor_type lifetime) {
  static constexpr char kEmpty = 0;
  const void* bytes = value.empty() ? static_cast<const void*>(&kEmpty) : value.data();
  sqlite3_bind_blob64(statement, index, bytes, value.size(), lifetime);
}

SqlResult<Transaction> Transaction::begin(Database& database, const char* sql) {
  TRY(database.execute(sql));
  return Transaction(database);
}

// SQLite rolls some failures back by itself; what is left is rolled back here.
Transaction::~Transaction() {
  if (database_ && database_->in_transaction()) (void)database_->execute(kRollback);
}

SqlResult<Unit> Transaction::commit() {
  Database* database = std::exchange(database_, nullptr);
  auto committed = database->execute(kCommit);
  if (committed) return Unit{};
  if (database->in_transaction()) (void)database->execute(kRollback);
  return fail(committed.error());
}

}  // namespace grantd::store::sqlite
