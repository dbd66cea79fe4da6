// A refusal: two texts, a reason as data, and perhaps changes. An error does not mean that nothing
// happened: a replayed code revokes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "grantd/core/changes.h"
#include "grantd/core/page.h"
#include "grantd/oauth/error.h"

namespace grantd::core {

class [[nodiscard]] Refusal {
 public:
  // Cold: where it is made, the compiler keeps what leads there out of the way of what goes well.
  [[gnu::cold]] Refusal(oauth::ErrorCode code, std::string_view description,
                        std::string_view citation);

  // For the operator: exactly what differed.
  [[gnu::cold]] Refusal&& because(std::string text) &&;
  [[gnu::cold]] Refusal&& expected(std::string expected, std::string found) &&;
  [[gnu::cold]] Refusal&& repair(std::string step) &&;
  [[gnu::cold]] Refusal&& in(std::string_view rule) &&;
  [[gnu::cold]] Refusal&& and_also(Change change) &&;
  [[gnu::cold]] Refusal&& and_also(Changes changes) &&;
  // A guess at a secret that is to be counted (server/limits).
  [[gnu::cold]] Refusal&& counting(std::string key) &&;

  const oauth::OAuthError& error() const { return error_; }
  const Reason& reason() const { return reason_; }
  const Changes& changes() const { return changes_; }
  const std::string& counted() const { return counted_; }

 private:
  oauth::OAuthError error_;
  Reason reason_;
  Changes changes_;
  std::string counted_;
};

// `citation`: the rule that forbids, "RFC 6749 §4.1.3".
inline Refusal refuse(oauth::ErrorCode code, std::string_view description,
                      std::string_view citation) {
  return Refusal(code, description, citation);
}

}  // namespace grantd::core
