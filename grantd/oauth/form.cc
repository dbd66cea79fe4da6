#include "grantd/oauth/form.h"

#include <algorithm>
#include <limits>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::oauth {
namespace {

constexpr std::size_t kBytesMax = std::numeric_limits<std::uint32_t>::max();

// A name or a value, decoded to `out`: how many bytes it has. Percent-decoded, well-formed UTF-8
// (RFC 6749 Appendix B), no NUL (TK-09).
std::optional<std::uint32_t> decode(std::string_view text, char* out) {
  const std::optional<DecodedText> decoded = form_decode_to(out, text);
  if (!decoded) return std::nullopt;
  const std::string_view read(out, decoded->bytes);
  if (!decoded->plain && (!is_utf8(read) || read.find('\0') != read.npos)) return std::nullopt;
  return static_cast<std::uint32_t>(decoded->bytes);
}

}  // namespace

Result<Form, std::string> Form::parse(std::string_view text, std::size_t parameters_max) {
  constexpr std::size_t kUsual = 12;
  CHECK(text.size() <= kBytesMax);
  Form form;
  if (text.empty()) return form;
  form.items_.reserve(std::min(kUsual, parameters_max));
  form.text_.resize(text.size());  // decoded, it is never longer
  char* const begin = form.text_.data();
  std::uint32_t at = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    if (form.items_.size() == parameters_max) return fail(std::string("too many parameters"));
    const auto equals = std::min(item.find('='), item.size());
    const auto name = decode(item.substr(0, equals), begin + at);
    if (!name) return fail(std::string("malformed"));
    const auto value = decode(item.substr(std::min(equals + 1, item.size())), begin + at + *name);
    if (!value) return fail(std::string("malformed"));
    form.note({at, *name, *value});
    at += *name + *value;
  }
  form.text_.resize(at);
  return form;
}

void Form::note(const Item& item) {
  const std::string_view name = name_of(item);
  may_repeat_ = may_repeat_ || std::ranges::any_of(items_, [&](const Item& before) {
                  return is_named(before, name);
                });
  items_.push_back(item);
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  const Item* found = nullptr;
  for (const Item& item : items_) {
    if (!is_named(item, name)) continue;
    if (found) return std::nullopt;  // repeated: neither value may be trusted
    found = &item;
    if (!may_repeat_) break;
  }
  if (!found || found->value_bytes == 0) return std::nullopt;
  return value_of(*found);
}

std::string_view Form::get(std::string_view name) const {
  return find(name).value_or(std::string_view());
}

std::optional<std::string_view> Form::repeated(
    std::initializer_list<std::string_view> allowed) const {
  if (!may_repeat_) return std::nullopt;
  for (auto item = items_.begin(); item != items_.end(); ++item) {
    const std::string_view name = name_of(*item);
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    const auto before = std::find_if(items_.begin(), item,
                                     [&](const Item& other) { return is_named(other, name); });
    if (before != item) return name;
  }
  return std::nullopt;
}

bool Form::is_repeated(std::string_view name) const {
  return may_repeat_ && std::ranges::count_if(items_, [&](const Item& item) {
                          return is_named(item, name);
                        }) > 1;
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Item& item : items_) {
    if (item.value_bytes > 0 && is_named(item, name)) values.emplace_back(value_of(item));
  }
  return values;
}

std::vector<Form::Parameter> Form::parameters() const {
  std::vector<Parameter> all;
  all.reserve(items_.size());
  for (const Item& item : items_) all.emplace_back(name_of(item), value_of(item));
  return all;
}

std::size_t Form::size() const {
  std::size_t bytes = 0;
  for (const Item& item : items_) bytes += item.name_bytes + item.value_bytes;
  return bytes;
}

void Form::add(std::string_view name, std::string_view value) {
  CHECK(text_.size() + name.size() + value.size() <= kBytesMax);
  const Item item{static_cast<std::uint32_t>(text_.size()),
                  static_cast<std::uint32_t>(name.size()),
                  static_cast<std::uint32_t>(value.size())};
  text_.reserve(text_.size() + name.size() + value.size());
  text_.append(name).append(value);
  note(item);
}

void Form::keep_only(std::span<const std::string_view> names) {
  std::erase_if(items_, [&](const Item& item) {
    return std::ranges::none_of(names, [&](std::string_view name) { return is_named(item, name); });
  });
}

std::string Form::encode() const {
  std::string text;
  for (const Item& item : items_) {
    if (!text.empty()) text += '&';
    text += form_encode(name_of(item)) + '=' + form_encode(value_of(item));
  }
  return text;
}

}  // namespace grantd::oauth
