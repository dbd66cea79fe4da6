#include "grantd/oauth/form.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::oauth {
namespace {

// A name or a value: percent-decoded, well-formed UTF-8 (RFC 6749 Appendix B), no NUL (TK-09).
std::optional<std::string> decode(std::string_view text) {
  auto decoded = form_decode(text);
  if (!decoded || !is_utf8(*decoded) || decoded->find('\0') != decoded->npos) return std::nullopt;
  return decoded;
}

}  // namespace

Result<Form, std::string> Form::parse(std::string_view text, std::size_t parameters_max) {
  constexpr std::size_t kUsual = 12;
  Form form;
  if (!text.empty()) form.items_.reserve(std::min(kUsual, parameters_max));
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    if (form.items_.size() == parameters_max) return fail(std::string("too many parameters"));
    const auto equals = std::min(item.find('='), item.size());
    auto name = decode(item.substr(0, equals));
    auto value = decode(item.substr(std::min(equals + 1, item.size())));
    if (!name || !value) return fail(std::string("malformed"));
    form.add(*std::move(name), *std::move(value));
  }
  return form;
}

const std::string* Form::find(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : items_) {
    if (key != name) continue;
    if (found) return nullptr;  // repeated: neither value may be trusted
    found = &value;
  }
  return found && !found->empty() ? found : nullptr;
}

std::string_view Form::get(std::string_view name) const {
  const auto* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

const std::string* Form::repeated(std::initializer_list<std::string_view> allowed) const {
  for (auto item = items_.begin(); item != items_.end(); ++item) {
    if (std::ranges::find(allowed, item->first) != allowed.end()) continue;
    const auto before = std::find_if(items_.begin(), item,
                                     [&](const auto& other) { return other.first == item->first; });
    if (before != item) return &item->first;
  }
  return nullptr;
}

bool Form::is_repeated(std::string_view name) const {
  return std::ranges::count_if(items_, [&](const auto& item) { return item.first == name; }) > 1;
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : items_) {
    if (key == name && !value.empty()) values.push_back(value);
  }
  return values;
}

std::string Form::encode() const {
  std::string text;
  for (const auto& [name, value] : items_) {
    if (!text.empty()) text += '&';
    text += form_encode(name) + '=' + form_encode(value);
  }
  return text;
}

}  // namespace grantd::oauth
