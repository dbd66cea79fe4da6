#include "grantd/guard/guard.h"

#include "grantd/guard/inside.h"

namespace grantd::guard {

std::vector<std::pair<std::string, std::string>> Refusal::fields() const {
  std::vector<std::pair<std::string, std::string>> made = {{"Content-Type", "application/json"},
                                                           {"Cache-Control", "no-store"}};
  if (!www_authenticate.empty()) made.emplace_back("WWW-Authenticate", www_authenticate);
  if (retry_after_seconds > 0) {
    made.emplace_back("Retry-After", std::to_string(retry_after_seconds));
  }
  return made;
}

Guard::Guard(Api api) : inside_(std::make_unique<Inside>(std::move(api))) {}

Guard::~Guard() = default;
Guard::Guard(Guard&&) noexcept = default;
Guard& Guard::operator=(Guard&&) noexcept = default;

Verdict Guard::check(std::string_view authorization, const Need& need) {
  auto looked = inside_->look(authorization, need);
  if (auto* verdict = std::get_if<Verdict>(&looked)) return std::move(*verdict);
  return inside_->wait(authorization, need, std::get<Missing>(looked));
}

void Guard::check(std::string_view authorization, const Need& need, VerdictDone done) {
  auto looked = inside_->look(authorization, need);
  if (auto* verdict = std::get_if<Verdict>(&looked)) return done(std::move(*verdict));
  inside_->wait(authorization, need, std::get<Missing>(looked), std::move(done));
}

std::optional<Verdict> Guard::look(std::string_view authorization, const Need& need) const {
  auto looked = inside_->look(authorization, need);
  if (auto* verdict = std::get_if<Verdict>(&looked)) return std::move(*verdict);
  return std::nullopt;
}

Refusal Guard::refuse(const TokenError& error) const {
  return inside_->refuse(error);
}

Result<Unit, std::string> Guard::ready(Duration wait) {
  return inside_->ready(wait);
}

const std::optional<ResourceMetadata>& Guard::metadata() const {
  return inside_->metadata();
}

}  // namespace grantd::guard
