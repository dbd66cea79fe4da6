#include "web/embedded.h"

namespace grantd::web {
namespace {
struct File {
  std::string_view path;
  const char* begin;
  const char* end;
};
}  // namespace
}  // namespace grantd::web

#include "files.inc"  // kFiles, made by CMakeLists.txt

namespace grantd::web {

std::optional<std::string_view> file(std::string_view path) {
  for (const File& one : kFiles) {
    if (one.path == path) return std::string_view(one.begin, one.end);
  }
  return std::nullopt;
}

std::vector<std::string_view> paths() {
  std::vector<std::string_view> all;
  for (const File& one : kFiles) all.push_back(one.path);
  return all;
}

}  // namespace grantd::web
