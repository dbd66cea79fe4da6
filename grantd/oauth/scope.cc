#include "grantd/oauth/scope.h"

#include <algorithm>
#include <iterator>

namespace grantd::oauth {
namespace {

constexpr std::size_t kTokensMax = 100;

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
bool is_scope_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c >= 0x21 && c <= 0x7e && c != '"' && c != '\\';
  });
}

void sort_and_unite(std::vector<std::string>& tokens) {
  std::ranges::sort(tokens);
  const auto [first, last] = std::ranges::unique(tokens);
  tokens.erase(first, last);
}

}  // namespace

std::optional<ScopeSet> ScopeSet::parse(std::string_view text) {
  if (text.empty()) return ScopeSet();
  if (static_cast<std::size_t>(std::ranges::count(text, ' ')) >= kTokensMax) return std::nullopt;
  ScopeSet result;
  result.tokens_.reserve(static_cast<std::size_t>(std::ranges::count(text, ' ')) + 1);
  for (;;) {
    const std::size_t end = text.find(' ');
    if (!is_scope_token(text.substr(0, end))) return std::nullopt;
    result.tokens_.emplace_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  sort_and_unite(result.tokens_);
  return result;
}

ScopeSet ScopeSet::of(const std::vector<std::string>& tokens) {
  ScopeSet result;
  result.tokens_ = tokens;
  sort_and_unite(result.tokens_);
  return result;
}

bool ScopeSet::has(std::string_view token) const {
  return std::binary_search(tokens_.begin(), tokens_.end(), token);
}

bool ScopeSet::includes(const ScopeSet& other) const {
  return std::ranges::includes(tokens_, other.tokens_);
}

ScopeSet ScopeSet::intersection(const ScopeSet& other) const {
  ScopeSet result;
  std::ranges::set_intersection(tokens_, other.tokens_, std::back_inserter(result.tokens_));
  return result;
}

ScopeSet ScopeSet::united(const ScopeSet& other) const {
  ScopeSet result;
  std::ranges::set_union(tokens_, other.tokens_, std::back_inserter(result.tokens_));
  return result;
}

ScopeSet ScopeSet::without(std::string_view token) const {
  ScopeSet result = *this;
  std::erase(result.tokens_, token);
  return result;
}

ScopeSet ScopeSet::without(const ScopeSet& other) const {
  ScopeSet result;
  std::ranges::set_difference(tokens_, other.tokens_, std::back_inserter(result.tokens_));
  return result;
}

ScopeSet ScopeSet::identity() const {
  ScopeSet result;
  for (const auto& token : tokens_) {
    if (std::ranges::find(kIdentityScopes, token) != std::end(kIdentityScopes)) {
      result.tokens_.push_back(token);
    }
  }
  return result;
}

std::string ScopeSet::to_text() const {
  std::string text;
  for (const auto& token : tokens_) {
    if (!text.empty()) text += ' ';
    text += token;
  }
  return text;
}

}  // namespace grantd::oauth
