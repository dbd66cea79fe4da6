#include "grantd/core/refusal.h"

namespace grantd::core {

Refusal::Refusal(oauth::ErrorCode code, std::string_view description, std::string_view citation) {
  error_.code = code;
  error_.description = description;
  reason_.citation = citation;
}

Refusal&& Refusal::because(std::string text) && {
  error_.reason = text;
  reason_.text = std::move(text);
  return std::move(*this);
}

Refusal&& Refusal::expected(std::string expected, std::string found) && {
  reason_.expected = std::move(expected);
  reason_.found = std::move(found);
  return std::move(*this);
}

Refusal&& Refusal::repair(std::string step) && {
  reason_.repair.push_back(std::move(step));
  return std::move(*this);
}

Refusal&& Refusal::in(std::string_view rule) && {
  reason_.rule = rule;
  return std::move(*this);
}

Refusal&& Refusal::and_also(Change change) && {
  changes_.push_back(std::move(change));
  return std::move(*this);
}

Refusal&& Refusal::and_also(Changes changes) && {
  for (Change& change : changes) changes_.push_back(std::move(change));
  return std::move(*this);
}

Refusal&& Refusal::counting(std::string key) && {
  counted_ = std::move(key);
  return std::move(*this);
}

}  // namespace grantd::core
