#include "apps/grantd/learn_progress.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "grantd/base/encoding.h"
#include "grantd/base/json.h"

namespace grantd::app {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;

Json list_of(const std::set<std::string>& ids) {
  Json out = Json::array();
  for (const std::string& id : ids) out.push_back(id);
  return out;
}

bool read_list(const Json& json, std::string_view name, std::set<std::string>& into) {
  const auto ids = json.find_strings(name);
  if (!ids) return false;
  into.insert(ids->begin(), ids->end());
  return true;
}

bool read_answers(const Json& json, std::string_view name, std::map<std::string, bool>& into) {
  const Json* const members = json.find(name);
  if (!members || !members->as_object()) return false;
  for (const auto& [id, value] : *members->as_object()) {
    if (!value.as_bool()) return false;
    into[id] = *value.as_bool();
  }
  return true;
}

// Nothing where it is no progress of ours.
std::optional<Progress> progress_of(const std::string& text) {
  const auto json = Json::parse(text);
  const std::int64_t* const version = json ? json->find_int("version") : nullptr;
  if (!version || *version != kVersion) return std::nullopt;
  Progress out;
  if (const std::string* const language = json->find_string("language")) out.language = *language;
  std::map<std::string, bool> moves;
  const bool whole = read_list(*json, "steps", out.steps) &&
                     read_list(*json, "experiments", out.experiments) &&
                     read_list(*json, "repaired", out.repaired) &&
                     read_answers(*json, "exercises", out.exercises) &&
                     read_answers(*json, "moves", moves);
  if (!whole) return std::nullopt;
  for (const auto& [number, right] : moves) {
    const int move = std::atoi(number.c_str());
    if (move < 1 || move > 99) return std::nullopt;
    out.moves[move] = right;
  }
  return out;
}

std::string text_of(const Progress& progress) {
  Json exercises = Json::object(), moves = Json::object();
  for (const auto& [id, solved] : progress.exercises) exercises.set(id, solved);
  for (const auto& [number, right] : progress.moves) moves.set(std::to_string(number), right);
  return Json::object({{"version", kVersion},
                       {"language", progress.language},
                       {"steps", list_of(progress.steps)},
                       {"experiments", list_of(progress.experiments)},
                       {"repaired", list_of(progress.repaired)},
                       {"exercises", std::move(exercises)},
                       {"moves", std::move(moves)}})
      .dump_pretty();
}

bool write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::string progress_file() {
  // As the XDG Base Directory Specification says: a relative path counts as unset.
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state && state[0] == '/') return std::string(state) + "/grantd/learn.json";
  const char* const home = std::getenv("HOME");
  if (!home || home[0] != '/') return {};
  return std::string(home) + "/.local/state/grantd/learn.json";
}

ProgressRead read_progress(const std::string& file) {
  std::error_code error;
  if (file.empty() || !fs::exists(fs::symlink_status(file, error))) return {};
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  std::optional<Progress> progress = in ? progress_of(text.str()) : std::nullopt;
  if (progress) return {std::move(*progress), ""};
  const std::string aside = file + ".unread";
  fs::rename(file, aside, error);
  return {{},
          fmt::format("{} could not be read (damaged, or of a newer grantd); it {} and the lesson "
                      "begins anew",
                      printable(file),
                      error ? "stays as it is" : "now lies in " + printable(aside))};
}

Outcome<> write_progress(const std::string& file, const Progress& progress) {
  if (file.empty()) return Unit();
  std::error_code error;
  fs::create_directories(fs::path(file).parent_path(), error);
  const std::string fresh = file + ".new";
  ::unlink(fresh.c_str());
  const int descriptor =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool whole = descriptor >= 0 && ::fchmod(descriptor, 0600) == 0 &&
               write_whole(descriptor, text_of(progress));
  if (descriptor >= 0) whole = ::close(descriptor) == 0 && whole;
  whole = whole && ::rename(fresh.c_str(), file.c_str()) == 0;
  if (whole) return Unit();
  return failed(fmt::format("{} cannot be written: {}", printable(file), strerror(errno)));
}

}  // namespace grantd::app
