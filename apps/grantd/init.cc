#include "apps/grantd/init.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/encoding.h"
#include "grantd/server/key_plan.h"
#include "grantd/store/sqlite/sqlite_store.h"

namespace grantd::app {
namespace {

// What this run has made; it goes again, unless the run comes to its end.
class Made {
 public:
  Made() = default;
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() {
    for (const std::string& file : files_) ::unlink(file.c_str());
  }
  void add(std::string file) { files_.push_back(std::move(file)); }
  void keep() { files_.clear(); }

 private:
  std::vector<std::string> files_;
};

// --issuer and --set as name → TOML.
Outcome<std::map<std::string, std::string>> chosen_settings(const Call& call) {
  std::map<std::string, std::string> out;
  std::vector<std::string> given = call.all("--set");
  given.push_back("issuer=" + call.get("--issuer"));
  for (const std::string& each : given) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos) {
      return usage(fmt::format("--set: expected NAME=VALUE, found \"{}\"", printable(each)));
    }
    const std::string name = each.substr(0, equals);
    auto value = server::setting_as_toml(name, each.substr(equals + 1));
    if (!value) return usage(value.error());
    if (!out.emplace(name, std::move(*value)).second) {
      return usage(fmt::format("--set: {} is given twice", printable(name)));
    }
  }
  return out;
}

// As config_file() has it, but for a place of the system's: what is not asked for is made here.
std::string new_config_file(const Call& call) {
  const bool named =
      call.has("--config") || server::process_environment().contains("GRANTD_CONFIG");
  return named ? config_file(call) : "grantd.toml";
}

Outcome<> write_new_file(const std::string& file, std::string_view text) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (descriptor < 0 && errno == EEXIST) {
    return failed(
        fmt::format("{} exists already and is left as it is. Without --issuer its key and "
                    "store are made; --config FILE names another place",
                    file));
  }
  if (descriptor < 0) return failed(fmt::format("{} cannot be made: {}", file, strerror(errno)));
  // It holds no secret; people and services may read it whatever the umask.
  const bool whole =
      ::fchmod(descriptor, 0644) == 0 &&
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  if (whole) return Unit();
  ::unlink(file.c_str());
  return failed(fmt::format("{} cannot be written: {}", file, strerror(error)));
}

Outcome<> make_store(const server::Config& config, const server::MasterKey& master) {
  auto opened = store::open_sqlite({.file = database_file(config),
                                    .issuer = oauth::Issuer(config.issuer),
                                    .role = store::SqliteOptions::Role::command_line,
                                    .create = true});
  if (!opened) {
    return failed(fmt::format("the store {}: {}", database_file(config), opened.error()));
  }
  OpenStore store(config, std::move(*opened));
  return store.commit(server::first_keys(master, store.now(), server::algorithms_of(config)));
}

Outcome<> make_key_and_store(const server::Config& config, Made& made) {
  const std::string database = database_file(config);
  if (std::filesystem::exists(std::filesystem::symlink_status(database))) {
    return failed(
        fmt::format("{} exists already and is left as it is; nothing was made. Its "
                    "configuration and master key come back from their backup",
                    database));
  }
  auto master = server::create_master_key(config.master_key_file);
  if (!master) return failed(master.error() + "; nothing was made");
  made.add(config.master_key_file);
  for (const char* end : {"", "-wal", "-shm", ".lock"}) made.add(database + end);
  return make_store(config, *master);
}

Json record_of(const server::Config& config) {
  return Json::object({{"config", config.file},
                       {"issuer", config.issuer},
                       {"master_key_file", config.master_key_file},
                       {"store", database_file(config)}});
}

std::string sentence_of(std::string_view head, const server::Config& config) {
  return fmt::format(
      "{} {}\n     {} (0600; keep a copy apart from the store's backups)\n     {}\n\n"
      "Next:\n"
      "  grantd resource create --help   # your API and its scopes\n"
      "  grantd client create --help     # your app\n"
      "  grantd user create --login …    # a person\n"
      "  grantd serve --config {}\n",
      head, config.file, config.master_key_file, database_file(config), config.file);
}

}  // namespace

Outcome<> run_init(const Call& call) {
  Made made;
  const std::string file = new_config_file(call);
  if (!call.has("--issuer")) {
    // A configuration that is there: with the environment, as `serve` reads it.
    if (call.has("--set")) return usage("--set goes with --issuer, into a new configuration");
    if (access(file.c_str(), F_OK) != 0) {
      return usage(fmt::format("--issuer URL is needed: there is no configuration {}", file));
    }
    const server::Config config = TRY(read_config(call));
    TRY(make_key_and_store(config, made));
    made.keep();
    print_done(call, record_of(config), sentence_of("Made for", config));
    return Unit();
  }
  const auto chosen = TRY(chosen_settings(call));
  TRY(write_new_file(file, server::starter_config(chosen)));
  made.add(file);
  // Read without the environment: what stands in the file must be enough by itself.
  auto config = server::load_config(file, {});
  if (!config) {
    std::string text;
    for (const server::ConfigError& error : config.error()) text += error.text + "\n";
    return fail(Failure{kConfiguration, text + "nothing was made"});
  }
  TRY(make_key_and_store(*config, made));
  made.keep();
  print_done(call, record_of(*config), sentence_of("Made", *config));
  return Unit();
}

}  // namespace grantd::app
