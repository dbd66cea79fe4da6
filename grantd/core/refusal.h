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
  Refusal(oauth::ErrorCode code, std::string_view description, std::string_view citation) {
    error_.code = code;
    error_.description = description;
    reason_.citation = citation;
  }

  // For the operator: exactly what differed.
  Refusal&& because(std::string text) && {
    error_.reason = text;
    reason_.text = std::move(text);
    return std::move(*this);
  }
  Refusal&& expected(std::string expected, std::string found) && {
    reason_.expected = std::move(expected);
    reason_.found = std::move(found);
    return std::move(*this);
  }
  Refusal&& repair(std::string step) && {
    reason_.repair.push_back(std::move(step));
    return std::move(*this);
  }
  Refusal&& in(std::string_view rule) && {
    reason_.rule = rule;
    return std::move(*this);
  }
  Refusal&& and_also(Change change) && {
    changes_.push_back(std::move(change));
    return std::move(*this);
  }
  Refusal&& and_also(Changes changes) && {
    for (Change& change : changes) changes_.push_back(std::move(change));
    return std::move(*this);
  }
  // A guess at a secret that is to be counted (server/limits).
  Refusal&& counting(std::string key) && {
    counted_ = std::move(key);
    return std::move(*this);
  }

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
