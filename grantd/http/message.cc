#include "grantd/http/message.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::http {
namespace {

// Before name and value of each field.
struct Lengths {
  std::uint32_t name = 0;
  std::uint32_t value = 0;
};

// Of a message's fields with their lengths, a redirect's Location among them.
constexpr std::size_t kUsualBytes = 1000;

Lengths lengths_at(const char* field) {
  Lengths lengths;
  std::memcpy(&lengths, field, sizeof lengths);
  return lengths;
}

}  // namespace

Fields::Field Fields::Iterator::operator*() const {
  const Lengths lengths = lengths_at(at_);
  const char* const name = at_ + sizeof lengths;
  return {{name, lengths.name}, {name + lengths.name, lengths.value}};
}

Fields::Iterator& Fields::Iterator::operator++() {
  const Lengths lengths = lengths_at(at_);
  at_ += sizeof lengths + lengths.name + lengths.value;
  return *this;
}

Fields::Iterator Fields::Iterator::operator++(int) {
  const Iterator before = *this;
  ++*this;
  return before;
}

Fields::Iterator Fields::begin() const { return Iterator(text_.data()); }
Fields::Iterator Fields::end() const { return Iterator(text_.data() + text_.size()); }

void Fields::add(std::string_view name, std::string_view value) {
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  CHECK(name.size() <= kMost && value.size() <= kMost);
  const Lengths lengths{static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(value.size())};
  const std::size_t more = sizeof lengths + name.size() + value.size();
  std::string outgrown;  // kept until name and value are copied: they may be parts of it
  if (text_.capacity() - text_.size() < more) {
    outgrown.reserve(std::max({2 * text_.capacity(), text_.size() + more, kUsualBytes}));
    outgrown.append(text_);
    outgrown.swap(text_);
  }
  text_.append(reinterpret_cast<const char*>(&lengths), sizeof lengths);
  text_.append(name).append(value);
  ++size_;
}

void Fields::add_as_sent(std::string_view name, std::string_view value) {
  add(name, value);
  char* const kept = text_.data() + text_.size() - value.size() - name.size();
  std::transform(kept, kept + name.size(), kept, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

void Fields::set(std::string_view name, std::string_view value) {
  Fields others;
  for (const auto& [key, kept] : *this) {
    if (key != name) others.add(key, kept);
  }
  others.add(name, value);
  *this = std::move(others);
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& [key, value] : *this) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  std::size_t count = 0;
  for (const auto& [key, value] : *this) count += key == name;
  return count;
}

std::optional<std::string_view> cookie(const Request& request, std::string_view name) {
  return cookies(request, std::array{name}).front();
}

void details::find_cookies(const Request& request, std::span<const std::string_view> names,
                           std::span<std::optional<std::string_view>> values) {
  constexpr std::size_t kNamesMax = 8;
  std::array<bool, kNamesMax> repeated{};
  CHECK(names.size() <= kNamesMax);
  for (const auto& [key, cookies] : request.fields) {
    if (key != "cookie") continue;
    // RFC 6265 §4.2.1: cookie-string = cookie-pair *( ";" SP cookie-pair ); names are exact.
    for (std::string_view left = cookies; !left.empty();) {
      const std::size_t end = std::min(left.find(';'), left.size());
      const std::string_view pair = trim(left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      const auto known = std::ranges::find(names, pair.substr(0, equals));
      if (known == names.end()) continue;
      const auto at = static_cast<std::size_t>(known - names.begin());
      // CK-03: two of one name; which of them is ours cannot be told, so neither is.
      repeated[at] = repeated[at] || values[at];
      values[at] = pair.substr(equals + 1);
    }
  }
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (repeated[at]) values[at].reset();
  }
}

}  // namespace grantd::http
