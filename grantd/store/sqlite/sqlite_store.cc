#include "grantd/store/sqlite/sqlite_store.h"

#include <algorithm>
#include <filesystem>

#include "grantd/base/log.h"
#include "grantd/base/random.h"
#include "grantd/store/sqlite/log_file.h"
#include "grantd/store/sqlite/place.h"
#include "grantd/store/sqlite/reading.h"
#include "grantd/store/sqlite/schema.h"
#include "grantd/store/sqlite/statements.h"
#include "grantd/store/sqlite/writing.h"

namespace grantd::store {
namespace {

using Role = SqliteOptions::Role;

// The writer waits this long for the other side's lock, then its callers get 503 (DESIGN §5).
constexpr int kServerBusyMs = 1000;
constexpr int kCommandLineBusyMs = 5000;
// A live grant's row with its entry in the index, of usual length (docs/performance.md).
constexpr std::int64_t kGrantBytes = 200;

class SqliteStoreImpl final : public SqliteStore {
 public:
  SqliteStoreImpl(std::optional<sqlite::FileLock> lock, core::Meta meta,
                  sqlite::Database::Options reader, std::unique_ptr<sqlite::Database> writer,
                  std::unique_ptr<sqlite::Mirror> mirror, sqlite::FileWatch watch, int queue_max)
      : lock_(std::move(lock)),
        last_meta_(std::move(meta)),
        mirror_(std::move(mirror)),
        reading_(std::move(reader), mirror_.get()),
        writing_(std::move(writer), mirror_.get(), std::move(watch), queue_max, health_) {}
  ~SqliteStoreImpl() override { writing_.close(); }

  void gather(const core::Wanted& wanted, Completion<core::Found> done) override {
    done(read([&] { return reading_.gather(wanted); }));
  }

  void commit(core::Changes changes, Time now, Completion<Committed> done) override {
    if (changes.empty()) return done(Done{});
    writing_.commit(std::move(changes), now, std::move(done));
  }

  void sweep(const Bite& bite, Completion<Swept> done) override {
    writing_.sweep(bite, std::move(done));
  }

  void list(const Query& query, Completion<Page> done) override {
    Query bounded = query;
    bounded.rows_max = std::clamp(query.rows_max, 1, kPageRowsMax);
    done(read([&] { return reading_.list(bounded); }));
  }

  void due_notices(Time now, int rows_max,
                   Completion<std::vector<core::SessionClient>> done) override {
    done(read([&] { return reading_.due_notices(now, std::max(rows_max, 1)); }));
  }

  core::Meta meta() override {
    auto meta = reading_.meta();
    const std::lock_guard lock(mutex_);
    if (meta) last_meta_ = *std::move(meta);
    return last_meta_;
  }

  Result<std::uint64_t, StoreError> configuration() override {
    return read([&] { return reading_.configuration(); });
  }

  std::string health() override {
    if (health_->is_broken()) return health_->why();
    const std::lock_guard lock(mutex_);
    return closed_ ? "the store is closed" : "";
  }

  void close() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    writing_.close();
  }

  Counters counters() const override { return writing_.counters(); }

 private:
  template <class Read>
  auto read(Read read_it) -> Result<std::decay_t<decltype(*read_it())>, StoreError> {
    // Fail closed: a file that is not to be trusted is not read either.
    if (health_->is_broken()) return fail(StoreError{StoreError::Kind::broken, health_->why()});
    auto result = read_it();
    if (result) return *std::move(result);
    StoreError error = result.error().to_store_error();
    if (error.kind == StoreError::Kind::broken) health_->set_broken(error.message);
    return fail(std::move(error));
  }

  const std::shared_ptr<sqlite::Health> health_ = std::make_shared<sqlite::Health>();
  std::optional<sqlite::FileLock> lock_;  // goes last: the file is ours until all is closed
  std::mutex mutex_;
  core::Meta last_meta_;
  bool closed_ = false;
  const std::unique_ptr<sqlite::Mirror> mirror_;  // its count lives in the writer's connection
  sqlite::Reading reading_;
  sqlite::Writing writing_;
};

std::string in_use(const SqliteOptions& options, const std::string& held) {
  return options.file + ": another server is using it: " + held + " (" + options.file +
         ".lock); stop that one first";
}

// The lock, where this caller must have it: a server always, the command line for what changes the
// file as a whole.
Result<std::optional<sqlite::FileLock>, std::string> lock_for(const SqliteOptions& options,
                                                              const std::string& file,
                                                              bool exclusive) {
  if (!exclusive) return std::optional<sqlite::FileLock>();
  auto lock = sqlite::FileLock::take(file);
  if (!lock) return fail(in_use(options, lock.error()));
  return std::optional(*std::move(lock));
}

Result<core::Meta, std::string> check_meta(const SqliteOptions& options, const std::string& file) {
  core::Meta meta = TRY(sqlite::peek_meta(file, options.vfs));
  if (meta.schema > sqlite::kSchemaVersion) {
    return fail(options.file + ": its schema is " + std::to_string(meta.schema) +
                ", written by a newer grantd; this one knows up to " +
                std::to_string(sqlite::kSchemaVersion) +
                ". Install the newer release. Nothing was changed");
  }
  if (meta.issuer != options.issuer) {
    return fail(options.file + ": it belongs to the issuer " + meta.issuer.str() +
                ", the configuration says " + options.issuer.str() +
                ". A store serves one issuer: correct the configuration or use another store");
  }
  return meta;
}

struct Opened {
  std::unique_ptr<sqlite::Database> writer;
  sqlite::FileWatch watch;
};

Result<Opened, std::string> open_writer(const SqliteOptions& options, const std::string& file,
                                        int schema) {
  const int busy_ms = options.role == Role::server ? kServerBusyMs : kCommandLineBusyMs;
  auto writer = sqlite::Database::open({.file = file,
                                        .vfs = sqlite::one_write_vfs(options.vfs),
                                        .busy_timeout_ms = busy_ms});
  if (!writer) return fail(options.file + ": " + writer.error().message);
  if (auto ready = sqlite::set_up(**writer, options.pages_max); !ready) {
    return fail(options.file + ": " + ready.error().message);
  }
  if (auto migrated = sqlite::migrate(**writer, schema); !migrated) {
    return fail(options.file + ": " + migrated.error());
  }
  // The first read makes the log, so that it can be watched too.
  if (auto meta = sqlite::read_meta(**writer); !meta) {
    return fail(options.file + ": " + meta.error().message);
  }
  Opened opened{*std::move(writer), {}};
  TRY(opened.watch.add(file));
  TRY(opened.watch.add(file + "-wal"));
  return opened;
}

// For who plans the disk: so many grants may be in the store (a few of these are dead and go with
// the next walk), and so large its file is. Cheap at any size: the rows' numbers tell.
void log_size(sqlite::Database& database, const std::string& file) {
  auto row = database.select(sqlite::kGrantsAtMost);
  const auto read = row ? row->next() : sqlite::SqlResult<bool>(fail(row.error()));
  if (!read || !*read) return;  // what is wrong shows itself at the first request
  std::error_code ignored;
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, ignored));
  log::info("store_opened", {{"grants_at_most", row->integer(0)},
                             {"megabytes", (bytes + 500'000) / 1'000'000},
                             {"a_million_grants_take_megabytes", kGrantBytes}});
}

}  // namespace

Result<std::unique_ptr<SqliteStore>, std::string> open_sqlite(const SqliteOptions& options) {
  const sqlite::Place place = TRY(sqlite::check_place(options.file, options.create));
  const bool server = options.role == Role::server;
  if (!place.exists && !options.create) {
    return fail(options.file + ": there is no store here; start the server once to make it");
  }
  auto lock = TRY(lock_for(options, place.file, server || !place.exists));
  if (!place.exists) {
    const core::Epoch epoch =
        options.epoch_for_new ? *options.epoch_for_new : core::Epoch(random_bytes<16>());
    TRY(sqlite::make_store(place.file, options.vfs, options.issuer, epoch));
  }
  core::Meta meta = TRY(check_meta(options, place.file));
  if (meta.schema < sqlite::kSchemaVersion && !lock) {
    lock = TRY(lock_for(options, place.file, true));
    meta = TRY(check_meta(options, place.file));  // as it is now that nobody else can change it
  }
  Opened opened = TRY(open_writer(options, place.file, meta.schema));
  meta.schema = sqlite::kSchemaVersion;
  if (server) log_size(*opened.writer, place.file);
  if (!server) lock.reset();

  // Who opens beside the server asks once and goes.
  std::unique_ptr<sqlite::Mirror> mirror;
  if (const auto count = sqlite::CommitCount::of(*opened.writer); server && count) {
    mirror = std::make_unique<sqlite::Mirror>(*count);
  }
  sqlite::Database::Options reader{
      .file = place.file, .vfs = options.vfs, .busy_timeout_ms = kServerBusyMs};
  return std::make_unique<SqliteStoreImpl>(std::move(lock), std::move(meta), std::move(reader),
                                           std::move(opened.writer), std::move(mirror),
                                           std::move(opened.watch), options.queue_max);
}

}  // namespace grantd::store
