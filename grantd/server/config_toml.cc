#include "grantd/server/config_toml.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

std::string why_not_opened() {
  if (errno == ENOENT) {
    return "no such file; `grantd init` writes one, --config FILE names another";
  }
  if (errno == EACCES) {
    return fmt::format("may not be read by this user (uid {}); check its owner and mode",
                       geteuid());
  }
  if (errno == ELOOP) return "a chain of symbolic links that never ends; name the file itself";
  return fmt::format("cannot be opened: {}", strerror(errno));
}

Result<std::string, ConfigError> read_all(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return fail(ConfigError{file, 0, why_not_opened()});
  struct stat status{};
  std::string text;
  std::string wrong;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) wrong = "is not a plain file";
  char block[8192];
  while (wrong.empty()) {
    const ssize_t count = read(descriptor, block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) wrong = fmt::format("cannot be read: {}", strerror(errno));
    if (count <= 0) break;
    text.append(block, static_cast<std::size_t>(count));
    if (text.size() > kBytesMax) wrong = "is larger than 1 MiB: is this the right file?";
  }
  close(descriptor);
  if (!wrong.empty()) return fail(ConfigError{file, 0, wrong});
  return text;
}

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

// As it stands in the file, cut to a line that can be read.
std::string found_text(const toml::node& node) {
  constexpr std::size_t kShown = 60;
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_table<decltype(value)>) {
      out << "a table";
    } else if constexpr (toml::is_string<decltype(value)>) {
      out << '"' << *value << '"';
    } else {
      out << value;
    }
  });
  std::string text = printable(out.str());
  if (text.size() > kShown) text = text.substr(0, kShown) + "…";
  return text;
}

Written written(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  const toml::array* const array = node.as_array();
  if (array == nullptr) return Other{};
  std::vector<std::string> items;
  for (const toml::node& item : *array) {
    if (!item.is_string()) return Other{};
    items.push_back(item.as_string()->get());
  }
  return items;
}

void flatten(const toml::table& table, const std::string& prefix, std::vector<Given>& out) {
  for (const auto& [key, node] : table) {
    std::string name = prefix + std::string(key.str());
    const toml::table* const inner = node.as_table();
    if (inner != nullptr && !inner->empty()) {
      flatten(*inner, name + ".", out);
    } else {
      out.push_back({std::move(name), written(node), found_text(node), line_of(node)});
    }
  }
}

}  // namespace

Result<std::vector<Given>, ConfigError> read_toml(const std::string& file) {
  const std::string text = TRY(read_all(file));
  const toml::parse_result parsed = toml::parse(std::string_view(text), std::string_view(file));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ConfigError{file, static_cast<int>(error.source().begin.line),
                            fmt::format("not TOML: {}", printable(error.description()))});
  }
  std::vector<Given> out;
  flatten(parsed.table(), "", out);
  std::ranges::stable_sort(out, {}, &Given::line);
  return out;
}

}  // namespace grantd::server
