#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/json.h"

namespace grantd {
namespace {

constexpr int kCompact = -1;  // as a depth: no white space
constexpr char kHex[] = "0123456789abcdef";

bool is_escaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Whether the text is ASCII with nothing to escape, as tokens and most names are: eight bytes at a
// time, then one by one.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x80 * kEach;
  const auto has_zero = [](std::uint64_t word) { return (word - kEach) & ~word & kHighBits; };
  std::uint64_t word = 0;
  while (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
    const std::uint64_t below_blank = (word - 0x20 * kEach) & ~word & kHighBits;
    if ((word & kHighBits) != 0 || below_blank != 0 || has_zero(word ^ ('"' * kEach)) != 0 ||
        has_zero(word ^ ('\\' * kEach)) != 0) {
      return false;
    }
    text.remove_prefix(sizeof word);
  }
  for (const char c : text) {
    if (is_escaped(c) || static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
  }
}

// RFC 8259 §8.1: JSON is UTF-8, so a byte that is part of no character becomes U+FFFD.
std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t bytes = 1;
    while (bytes < 4 && bytes < text.size() && !is_utf8(text.substr(0, bytes))) ++bytes;
    if (is_utf8(text.substr(0, bytes))) {
      out += text.substr(0, bytes);
    } else {
      out += "\xef\xbf\xbd";
      bytes = 1;
    }
    text.remove_prefix(bytes);
  }
  return out;
}

void append_plain(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  const std::size_t end = begin + text.size() + 2;
  // What is handed in is no size to rely on: where the text grows, g++ 12 gives its new capacity.
  out.resize_and_overwrite(end, [&](char* to, std::size_t) {
    to[begin] = to[end - 1] = '"';
    std::memcpy(to + begin + 1, text.data(), text.size());
    return end;
  });
}

void append_string(std::string& out, std::string_view text) {
  if (is_plain(text)) return append_plain(out, text);
  out += '"';
  std::string mended;
  if (!is_utf8(text)) text = mended = repaired(text);
  std::size_t plain = 0;  // start of the run not yet written
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_escaped(text[i])) continue;
    out += text.substr(plain, i - plain);
    append_escape(out, text[i]);
    plain = i + 1;
  }
  out += text.substr(plain);
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_double(std::string& out, double value) {
  CHECK(std::isfinite(value));
  const std::size_t from = out.size();
  append_number(out, value);
  // Read back, it must be a double again.
  if (out.find_first_of(".e", from) == std::string::npos) out += ".0";
}

void append_line(std::string& out, int depth) {
  if (depth == kCompact) return;
  out += '\n';
  out.append(2 * static_cast<std::size_t>(depth), ' ');
}

void append_value(std::string& out, const Json& value, int depth);

void append_array(std::string& out, const Json::Array& items, int depth) {
  const int inner = depth == kCompact ? kCompact : depth + 1;
  out += '[';
  for (const Json& item : items) {
    if (&item != items.data()) out += ',';
    append_line(out, inner);
    append_value(out, item, inner);
  }
  if (!items.empty()) append_line(out, depth);
  out += ']';
}

void append_object(std::string& out, const Json::Object& members, int depth) {
  const int inner = depth == kCompact ? kCompact : depth + 1;
  out += '{';
  for (const Json::Member& member : members) {
    if (&member != members.data()) out += ',';
    append_line(out, inner);
    append_string(out, member.first);
    out += depth == kCompact ? ":" : ": ";
    append_value(out, member.second, inner);
  }
  if (!members.empty()) append_line(out, depth);
  out += '}';
}

void append_value(std::string& out, const Json& value, int depth) {
  if (const std::string* const text = value.as_string()) return append_string(out, *text);
  if (const std::int64_t* const whole = value.as_int()) return append_number(out, *whole);
  if (const Json::Object* const members = value.as_object()) {
    return append_object(out, *members, depth);
  }
  if (const Json::Array* const items = value.as_array()) return append_array(out, *items, depth);
  if (const bool* const truth = value.as_bool()) {
    out += *truth ? "true" : "false";
    return;
  }
  if (const double* const number = value.as_double()) return append_double(out, *number);
  out += "null";
}

}  // namespace

std::string Json::dump() const {
  constexpr std::size_t kUsualBytes = 512;
  std::string out;
  out.reserve(kUsualBytes);
  append_value(out, *this, kCompact);
  return out;
}

JsonText::JsonText(std::size_t usual_bytes) {
  out_.reserve(usual_bytes);
  out_ += '{';
}

void JsonText::name(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  append_string(out_, name);
  out_ += ':';
}

JsonText& JsonText::text(std::string_view name, std::string_view value) {
  this->name(name);
  append_string(out_, value);
  return *this;
}

JsonText& JsonText::number(std::string_view name, std::int64_t value) {
  this->name(name);
  append_number(out_, value);
  return *this;
}

JsonText& JsonText::member(std::string_view name, const Json& value) {
  this->name(name);
  append_value(out_, value, kCompact);
  return *this;
}

JsonText& JsonText::members(const Json& object) {
  CHECK(object.as_object() != nullptr);
  for (const auto& [name, value] : *object.as_object()) member(name, value);
  return *this;
}

std::string JsonText::take() {
  out_ += '}';
  return std::move(out_);
}

std::string Json::dump_pretty() const {
  std::string out;
  append_value(out, *this, 0);
  out += '\n';
  return out;
}

}  // namespace grantd
