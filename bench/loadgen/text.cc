#include "bench/loadgen/text.h"

#include <cstdio>
#include <cstdlib>

#include "grantd/base/encoding.h"

namespace loadgen {

void die(const std::string& why) {
  std::fprintf(stderr, "loadgen: %s\n", why.c_str());
  std::exit(2);
}

void append_percent_encoded(std::string& out, std::string_view text) {
  out += grantd::percent_encode(text);
}

bool url_parameter(std::string_view url, std::string_view name, std::string& out) {
  std::size_t at = url.find_first_of("?#");
  while (at != std::string_view::npos) {
    const std::size_t end = url.find_first_of("&#", at + 1);
    const std::string_view pair =
        url.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name)) {
      auto value = grantd::form_decode(pair.substr(name.size() + 1));
      if (!value) return false;
      out = *std::move(value);
      return true;
    }
    at = end;
  }
  return false;
}

namespace {

std::size_t end_of_text(std::string_view json, std::size_t quote) {
  std::size_t end = quote + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return end;
}

bool value_after(std::string_view json, std::size_t at, std::string& out) {
  at = json.find_first_not_of(" \t\r\n", at);
  if (at == std::string_view::npos) return false;
  if (json[at] == '"') {
    const std::size_t end = end_of_text(json, at);
    out = json.substr(at + 1, end - at - 1);
  } else {
    out = json.substr(at, json.find_first_of(",}] \r\n", at) - at);
  }
  return true;
}

}  // namespace

bool json_member(std::string_view json, std::string_view name, std::string& out) {
  int depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    const std::size_t end = end_of_text(json, i);
    const std::string_view text = json.substr(i + 1, end - i - 1);
    i = end;
    if (depth != 1 || text != name) continue;
    const std::size_t colon = json.find_first_not_of(" \t\r\n", end + 1);
    if (colon == std::string_view::npos || json[colon] != ':') continue;
    return value_after(json, colon + 1, out);
  }
  return false;
}

}  // namespace loadgen
