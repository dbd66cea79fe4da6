#include "grantd/oauth/scope.h"

#include <algorithm>
#include <array>
#include <span>

namespace grantd::oauth {
namespace {

constexpr std::size_t kTokensMax = 100;

// RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E.
constexpr std::array<bool, 256> kOfToken = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c <= 0x7e; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// scope-token = 1*( … ).
bool is_scope_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return kOfToken[static_cast<unsigned char>(c)];
  });
}

}  // namespace

bool is_identity_scope(std::string_view token) {
  return std::ranges::find(kIdentityScopes, token) != std::end(kIdentityScopes);
}

std::optional<ScopeSet> ScopeSet::parse(std::string_view text) {
  if (text.empty()) return ScopeSet();
  std::array<std::string_view, kTokensMax> tokens;
  std::size_t count = 0;
  bool sorted = true;  // as it is kept: nothing to do
  for (std::string_view rest = text;;) {
    const std::string_view token = rest.substr(0, rest.find(' '));
    if (count == kTokensMax || !is_scope_token(token)) return std::nullopt;
    sorted = sorted && (count == 0 || tokens[count - 1] < token);
    tokens[count++] = token;
    if (token.size() == rest.size()) break;
    rest.remove_prefix(token.size() + 1);
  }
  ScopeSet result;
  if (sorted) {
    result.text_ = text;
    return result;
  }
  std::ranges::sort(std::span(tokens).first(count));
  result.text_.reserve(text.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0 || tokens[i] != tokens[i - 1]) result.append(tokens[i]);
  }
  return result;
}

ScopeSet ScopeSet::of(const std::vector<std::string>& tokens) {
  std::vector<std::string_view> sorted;
  sorted.reserve(tokens.size());
  for (const std::string& token : tokens) {
    if (is_scope_token(token)) sorted.push_back(token);
  }
  std::ranges::sort(sorted);
  const auto [first, last] = std::ranges::unique(sorted);
  sorted.erase(first, last);
  ScopeSet result;
  for (const std::string_view token : sorted) result.append(token);
  return result;
}

void ScopeSet::append(std::string_view token) {
  if (!text_.empty()) text_ += ' ';
  text_ += token;
}

std::size_t ScopeSet::size() const {
  return empty() ? 0 : static_cast<std::size_t>(std::ranges::count(text_, ' ')) + 1;
}

bool ScopeSet::has(std::string_view token) const {
  return std::ranges::find(tokens(), token) != tokens().end();
}

bool ScopeSet::includes(const ScopeSet& other) const {
  return text_ == other.text_ || std::ranges::includes(tokens(), other.tokens());
}

ScopeSet ScopeSet::intersection(const ScopeSet& other) const {
  if (text_ == other.text_) return *this;
  return only([&](std::string_view token) { return other.has(token); });
}

ScopeSet ScopeSet::united(const ScopeSet& other) const {
  if (includes(other)) return *this;
  ScopeSet result;
  result.text_.reserve(text_.size() + 1 + other.text_.size());
  const Tokens mine = tokens(), others = other.tokens();
  auto a = mine.begin(), b = others.begin();
  while (a != mine.end() || b != others.end()) {
    const bool from_a = b == others.end() || (a != mine.end() && *a <= *b);
    if (from_a && b != others.end() && *a == *b) ++b;
    result.append(from_a ? *a++ : *b++);
  }
  return result;
}

ScopeSet ScopeSet::without(std::string_view token) const {
  return only([&](std::string_view each) { return each != token; });
}

ScopeSet ScopeSet::without(const ScopeSet& other) const {
  return only([&](std::string_view token) { return !other.has(token); });
}

ScopeSet ScopeSet::identity() const { return only(is_identity_scope); }

}  // namespace grantd::oauth
