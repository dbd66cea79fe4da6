// The members of a registration request, each asked for with its type (RFC 7591 §2). What is null
// or empty counts as left out (RFC 7592 §2.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/result.h"
#include "grantd/core/refusal.h"

namespace grantd::core {

// RFC 7591 §3.2.2: invalid_client_metadata, invalid_redirect_uri. The client is told the member and
// what was expected of it; the operator also what was found. `expected` is plain ASCII.
Refusal refuse_member(std::string_view member, std::string_view expected,
                      std::string_view citation, std::string found = {});
Refusal refuse_uri(std::string_view member, std::string_view expected, std::string_view citation,
                   std::string found);

class Members {
 public:
  explicit Members(const Json& document) : document_(document) {}

  // Null: left out.
  const Json* find(std::string_view name) const;
  // One line of text, at most 2,000 bytes.
  Result<std::optional<std::string>, Refusal> text(std::string_view name) const;
  Result<bool, Refusal> flag(std::string_view name) const;  // left out: false
  Result<std::optional<std::int64_t>, Refusal> number(std::string_view name, std::int64_t most)
      const;
  // A list of lines; left out: empty.
  Result<std::vector<std::string>, Refusal> texts(std::string_view name) const;
  // An https URL without fragment; left out: empty.
  Result<std::string, Refusal> https(std::string_view name, std::string_view citation) const;

  static constexpr std::size_t kItemsMax = 50;  // of a list

 private:
  const Json& document_;
};

// Whether the text is an https URL; `fragment`: one may stand at its end.
enum class Fragment { forbidden, allowed };
bool is_https(std::string_view text, Fragment fragment = Fragment::forbidden);

}  // namespace grantd::core
