#include "grantd/core/register/members.h"

#include "grantd/base/encoding.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRule = "register/metadata";
constexpr std::string_view kTypes = "RFC 7591 §2";
constexpr std::size_t kTextMax = 2000;
constexpr std::size_t kShownMax = 200;

Refusal refuse_as(oauth::ErrorCode code, std::string_view member, std::string_view expected,
                  std::string_view citation, std::string found) {
  const std::string what = std::string(member) + ": expected " + std::string(expected);
  return refuse(code, what, citation)
      .in(kRule)
      .because(what)
      .expected(std::string(expected), printable(found.substr(0, kShownMax)))
      .repair("send as " + std::string(member) + ": " + std::string(expected));
}

bool is_line(const std::string& text) {
  return !text.empty() && text.size() <= kTextMax && printable(text) == text;
}

}  // namespace

Refusal refuse_member(std::string_view member, std::string_view expected,
                      std::string_view citation, std::string found) {
  return refuse_as(oauth::ErrorCode::invalid_client_metadata, member, expected, citation,
                   std::move(found));
}

Refusal refuse_uri(std::string_view member, std::string_view expected, std::string_view citation,
                   std::string found) {
  return refuse_as(oauth::ErrorCode::invalid_redirect_uri, member, expected, citation,
                   std::move(found));
}

const Json* Members::find(std::string_view name) const {
  const Json* member = document_.find(name);
  if (!member || member->is_null()) return nullptr;
  const std::string* text = member->as_string();
  return text && text->empty() ? nullptr : member;
}

Result<std::optional<std::string>, Refusal> Members::text(std::string_view name) const {
  const Json* member = find(name);
  if (!member) return std::nullopt;
  const std::string* text = member->as_string();
  if (text && is_line(*text)) return *text;
  return fail(refuse_member(name, "text on one line, at most 2000 bytes", kTypes,
                            member->dump()));
}

Result<bool, Refusal> Members::flag(std::string_view name) const {
  const Json* member = find(name);
  if (!member) return false;
  if (const bool* value = member->as_bool()) return *value;
  return fail(refuse_member(name, "true or false", kTypes, member->dump()));
}

Result<std::optional<std::int64_t>, Refusal> Members::number(std::string_view name,
                                                             std::int64_t most) const {
  const Json* member = find(name);
  if (!member) return std::nullopt;
  const std::int64_t* value = member->as_int();
  if (value && *value >= 0 && *value <= most) return *value;
  return fail(refuse_member(name, "a whole number from 0 to " + std::to_string(most), kTypes,
                            member->dump()));
}

Result<std::vector<std::string>, Refusal> Members::texts(std::string_view name) const {
  std::vector<std::string> out;
  const Json* member = find(name);
  if (!member) return out;
  const Json::Array* items = member->as_array();
  bool good = items != nullptr && items->size() <= kItemsMax;
  for (std::size_t i = 0; good && i < items->size(); ++i) {
    const std::string* text = (*items)[i].as_string();
    good = text && is_line(*text);
    if (good) out.push_back(*text);
  }
  if (good) return out;
  return fail(refuse_member(name, "a list of texts, at most " + std::to_string(kItemsMax), kTypes,
                            member->dump()));
}

Result<std::string, Refusal> Members::https(std::string_view name,
                                            std::string_view citation) const {
  const std::optional<std::string> uri = TRY(text(name));
  if (!uri) return std::string();
  if (is_https(*uri)) return *uri;
  return fail(refuse_member(name, "an https URL without fragment", citation, *uri));
}

bool is_https(std::string_view text, Fragment fragment) {
  if (fragment == Fragment::allowed) text = text.substr(0, text.find('#'));
  const auto uri = oauth::parse_absolute_uri(text);
  return uri && uri->has_authority && lower_ascii(uri->scheme) == "https";
}

}  // namespace grantd::core
