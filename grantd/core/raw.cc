#include "grantd/core/raw.h"

#include "grantd/base/encoding.h"
#include "grantd/core/policy.h"

namespace grantd::core {

bool is_form(std::string_view content_type) {
  const std::size_t semicolon = content_type.find(';');
  if (!same_but_case(trim(content_type.substr(0, semicolon)),
                     "application/x-www-form-urlencoded")) {
    return false;
  }
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim(content_type.substr(semicolon + 1));
  return parameter.empty() || same_but_case(parameter, "charset=utf-8") ||
         same_but_case(parameter, "charset=\"utf-8\"");
}

std::string Policy::path() const {
  const std::string& text = issuer.str();
  const std::size_t host = text.find("://") + 3;
  const std::size_t path = text.find('/', host);
  if (path == std::string::npos) return {};
  std::string below = text.substr(path);
  while (below.ends_with('/')) below.pop_back();
  return below;
}

std::string Policy::url_of(std::string_view path) const {
  std::string url = issuer.str();
  if (url.ends_with('/')) url.pop_back();
  return url.append(path);
}

}  // namespace grantd::core
