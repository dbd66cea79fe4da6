#include "grantd/server/pages_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/server/pages_view.h"
#include "web/embedded.h"

namespace grantd::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 256 * 1024;
constexpr std::size_t kLogoBytesMax = 64 * 1024;

// At most one byte more than `bytes_max`, so that the caller sees what is too long.
std::optional<std::string> read_whole(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

StaticFile make_file(std::string content_type, std::string body) {
  const std::string digest = base64url_encode(sha256(body));
  return {std::move(content_type), std::move(body), '"' + digest.substr(0, 16) + '"'};
}

bool is_language_tag(std::string_view text) {
  if (text.size() < 2 || text.size() > 35) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_accent(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

// Whether an SVG could do something when it is opened by itself: then it has no place here.
bool is_active_svg(const std::string& svg) {
  const std::string text = lower_ascii(svg);
  for (const std::string_view sign : {"<script", "<foreignobject", "javascript:", "<!entity"}) {
    if (text.find(sign) != std::string::npos) return true;
  }
  // An attribute like onload=.
  for (std::size_t at = text.find("on"); at != std::string::npos; at = text.find("on", at + 1)) {
    if (at == 0 || (text[at - 1] != ' ' && text[at - 1] != '\n' && text[at - 1] != '\t')) continue;
    std::size_t end = at;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    while (end < text.size() && text[end] == ' ') ++end;
    if (end < text.size() && text[end] == '=') return true;
  }
  return false;
}

Result<std::pair<std::string, StaticFile>, std::string> read_logo(const std::string& path) {
  auto bytes = read_whole(path, kLogoBytesMax);
  const std::string start = "brand.logo_file: " + path;
  if (!bytes) return fail(start + " cannot be read; name a file that this user may read");
  if (bytes->size() > kLogoBytesMax) return fail(start + " is over 64 KiB; make it smaller");
  if (bytes->starts_with("\x89PNG\r\n\x1a\n")) {
    return std::pair("/brand/logo.png", make_file("image/png", std::move(*bytes)));
  }
  if (!is_utf8(*bytes) || bytes->find("<svg") == std::string::npos) {
    return fail(start + " is neither an SVG nor a PNG; give one of these");
  }
  if (is_active_svg(*bytes)) {
    return fail(start + " holds script; save it as a plain SVG without script and entities");
  }
  return std::pair("/brand/logo.svg", make_file("image/svg+xml", std::move(*bytes)));
}

}  // namespace

Result<ReadFile, std::string> page_files(const std::string& directory) {
  std::error_code error;
  if (!directory.empty() && !fs::is_directory(directory, error)) {
    return fail("pages.directory: " + directory +
                " is no folder; create it, or remove the setting to use the built-in pages");
  }
  return ReadFile([directory](std::string_view path) -> std::optional<std::string> {
    if (!directory.empty()) {
      if (auto own = read_whole(directory + "/" + std::string(path), kFileBytesMax)) return own;
    }
    const auto embedded = web::file(path);
    if (!embedded) return std::nullopt;
    return std::string(*embedded);
  });
}

std::vector<std::string> languages_in(const std::string& directory) {
  std::set<std::string> found;
  const auto add = [&](std::string_view file) {
    if (!file.ends_with(".toml")) return;
    file.remove_suffix(5);
    if (is_language_tag(file) && file != "en") found.emplace(file);
  };
  for (const std::string_view path : web::paths()) {
    if (path.starts_with("strings/")) add(path.substr(8));
  }
  std::error_code error;
  if (!directory.empty()) {
    for (const auto& entry : fs::directory_iterator(directory + "/strings", error)) {
      add(entry.path().filename().string());
    }
  }
  std::vector<std::string> languages = {"en"};
  std::copy(found.begin(), found.end(), std::back_inserter(languages));
  return languages;
}

Result<Unit, std::string> check_brand(const Brand& brand) {
  if (brand.name.empty() || brand.name != shown_name(brand.name)) {
    return fail(std::string("brand.name is \"") + printable(brand.name) +
                "\"; expected 1 to 64 visible characters, single blanks between words");
  }
  if (!brand.accent.empty() && !is_accent(brand.accent)) {
    return fail("brand.accent is \"" + printable(brand.accent) +
                "\"; expected a colour like \"#0a4d5d\"");
  }
  for (const auto& [key, uri] : {std::pair("brand.help_uri", brand.help_uri),
                                 std::pair("brand.privacy_uri", brand.privacy_uri)}) {
    if (uri.empty() || PageUrl::parse(uri)) continue;
    return fail(std::string(key) + " is \"" + printable(uri) +
                "\"; expected an https address without blanks, or leave it out");
  }
  return Unit{};
}

Result<std::map<std::string, StaticFile, std::less<>>, std::string> static_files(
    const Brand& brand, const ReadFile& read) {
  std::map<std::string, StaticFile, std::less<>> files;
  files.emplace("/style.css", make_file("text/css; charset=utf-8", read("style.css").value_or("")));
  files.emplace("/mark.svg", make_file("image/svg+xml", read("mark.svg").value_or("")));
  files.emplace("/continue.js",
                make_file("text/javascript; charset=utf-8", read("continue.js").value_or("")));
  if (!brand.accent.empty()) {
    files.emplace("/brand.css", make_file("text/css; charset=utf-8",
                                          ":root{--brand:" + lower_ascii(brand.accent) + "}\n"));
  }
  if (!brand.logo_file.empty()) files.insert(TRY(read_logo(brand.logo_file)));
  return files;
}

}  // namespace grantd::server
