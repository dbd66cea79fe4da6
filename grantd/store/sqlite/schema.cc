#include "grantd/store/sqlite/schema.h"

#include <array>

#include "grantd/store/sqlite/place.h"
#include "grantd/store/sqlite/statements.h"
#include "store_schema.h"

namespace grantd::store::sqlite {
namespace {

// "grtd" in the file's header: `file` and we know whose it is.
constexpr int kApplicationId = 0x67727464;

// kSteps[n] leads from schema n to n + 1. The first makes the tables.
constexpr std::array<const char*, kSchemaVersion> kSteps = {kSchema};

std::string explain(const std::string& file, const SqlError& error) {
  if (error.is(SQLITE_NOTADB) || error.is(SQLITE_CORRUPT)) {
    return file + ": damaged, or no grantd store (" + error.message + "); restore it from a backup";
  }
  return file + ": " + error.message;
}

SqlResult<Unit> fill(Database& database, const oauth::Issuer& issuer, const core::Epoch& epoch) {
  TRY(database.pragma("application_id=" + std::to_string(kApplicationId)));
  Transaction transaction = TRY(Transaction::begin(database, kBeginWrite));
  TRY(database.script(kSchema));
  TRY(database.execute(kInsertMeta, std::int64_t{1}, issuer.view(), epoch.view()));
  TRY(transaction.commit());
  // Set last: the mode is part of the file, and a file without tables must not look finished.
  const std::string mode = TRY(database.pragma("journal_mode=WAL"));
  if (mode != "wal") return fail(SqlError{SQLITE_ERROR, "the file system cannot do WAL"});
  return Unit{};
}

}  // namespace

SqlResult<core::Meta> read_meta(Database& database) {
  Cursor row = TRY(database.select(kReadMeta));
  if (!TRY(row.next())) return fail(SqlError{SQLITE_CORRUPT, "meta is empty"});
  core::Meta meta;
  ByteArray<16> epoch;
  if (!row.read(2, epoch)) return fail(SqlError{SQLITE_CORRUPT, "meta.epoch is damaged"});
  meta.schema = static_cast<int>(row.integer(0));
  meta.issuer = oauth::Issuer(row.text(1));
  meta.epoch = core::Epoch(epoch);
  meta.configuration = static_cast<std::uint64_t>(row.integer(3));
  meta.latest = row.time(4);
  return meta;
}

Result<core::Meta, std::string> peek_meta(const std::string& file, const std::string& vfs) {
  auto database =
      Database::open({.file = file, .vfs = vfs, .read_only = true, .busy_timeout_ms = 5000});
  if (!database) return fail(explain(file, database.error()));
  // The last connection to close would fold the log into the file.
  sqlite3_db_config((*database)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto id = (*database)->pragma("application_id");
  if (!id) return fail(explain(file, id.error()));
  if (*id != std::to_string(kApplicationId)) {
    return fail(file + ": no grantd store (its application id is " + *id + ")");
  }
  auto meta = read_meta(**database);
  if (!meta) return fail(explain(file, meta.error()));
  return *std::move(meta);
}

Result<Unit, std::string> make_store(const std::string& file, const std::string& vfs,
                                     const oauth::Issuer& issuer, const core::Epoch& epoch) {
  const std::string unfinished = file + ".new";
  TRY(make_private_file(unfinished));
  {
    auto database = Database::open({.file = unfinished, .vfs = vfs});
    if (!database) return fail(explain(file, database.error()));
    if (auto filled = fill(**database, issuer, epoch); !filled) {
      return fail(explain(file, filled.error()));
    }
  }
  return publish_file(unfinished, file);
}

Result<Unit, std::string> migrate(Database& database, int from) {
  for (int version = from; version < kSchemaVersion; ++version) {
    const auto step = [&]() -> SqlResult<Unit> {
      Transaction transaction = TRY(Transaction::begin(database, kBeginWrite));
      TRY(database.script(kSteps[static_cast<std::size_t>(version)]));
      TRY(database.execute(kRaiseSchema, std::int64_t{version + 1}));
      return transaction.commit();
    }();
    if (!step) {
      return fail("schema " + std::to_string(version) + " to " + std::to_string(version + 1) +
                  " failed, nothing was changed: " + step.error().message);
    }
  }
  return Unit{};
}

SqlResult<Unit> set_up(Database& database, std::int64_t pages_max) {
  const std::string mode = TRY(database.pragma("journal_mode=WAL"));
  if (mode != "wal") return fail(SqlError{SQLITE_ERROR, "the journal mode is " + mode});
  TRY(database.pragma("synchronous=FULL"));
  TRY(database.pragma("foreign_keys=OFF"));
  TRY(database.pragma("secure_delete=FAST"));
  TRY(database.pragma("temp_store=MEMORY"));
  TRY(database.pragma("journal_size_limit=67108864"));
  TRY(database.pragma("wal_autocheckpoint=0"));
  TRY(database.pragma("cache_spill=OFF"));  // log_file.h
  if (pages_max > 0) TRY(database.pragma("max_page_count=" + std::to_string(pages_max)));
  // DESIGN §5: what is acknowledged is on the disk. 2 is FULL.
  if (TRY(database.pragma("synchronous")) != "2") {
    return fail(SqlError{SQLITE_ERROR, "synchronous=FULL was not accepted"});
  }
  if (TRY(database.pragma("cache_spill")) != "0") {
    return fail(SqlError{SQLITE_ERROR, "cache_spill=OFF was not accepted"});
  }
  return Unit{};
}

}  // namespace grantd::store::sqlite
