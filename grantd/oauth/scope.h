// Scope (RFC 6749 §3.3): a set of case-sensitive tokens, compared as whole words.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace grantd::oauth {

inline constexpr std::string_view kOfflineAccess = "offline_access";
// OpenID Connect Core §3.1.2.1, §5.4: these are of no API; userinfo answers to them.
inline constexpr std::string_view kOpenid = "openid";
inline constexpr std::string_view kIdentityScopes[] = {kOpenid, "profile", "email", "address",
                                                       "phone"};
bool is_identity_scope(std::string_view token);

// Over the tokens of a ScopeSet.
class ScopeIterator {
 public:
  using value_type = std::string_view;
  using difference_type = std::ptrdiff_t;
  ScopeIterator() = default;
  explicit ScopeIterator(std::string_view rest) : rest_(rest), size_(rest.find(' ')) {}
  std::string_view operator*() const { return rest_.substr(0, size_); }
  ScopeIterator& operator++() {
    return *this = size_ == rest_.npos ? ScopeIterator() : ScopeIterator(rest_.substr(size_ + 1));
  }
  ScopeIterator operator++(int) {
    ScopeIterator before = *this;
    ++*this;
    return before;
  }
  // Of iterators over the same text: how much is left tells where they are.
  friend bool operator==(const ScopeIterator& a, const ScopeIterator& b) {
    return a.rest_.size() == b.rest_.size();
  }

 private:
  std::string_view rest_;
  std::size_t size_ = std::string_view::npos;
};

// Kept as one text, its tokens sorted, unique and parted by single blanks: equal sets are equal
// texts.
class ScopeSet {
 public:
  using Tokens = std::ranges::subrange<ScopeIterator>;

  ScopeSet() = default;
  // scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), parted by single blanks; at most 100 tokens.
  // The empty text is the empty set. Repeated tokens count once.
  static std::optional<ScopeSet> parse(std::string_view text);
  // For names already checked (a record's own list). What is no scope-token is left out.
  static ScopeSet of(const std::vector<std::string>& tokens);

  bool empty() const { return text_.empty(); }
  std::size_t size() const;
  bool has(std::string_view token) const;
  bool includes(const ScopeSet& other) const;  // other ⊆ this
  ScopeSet intersection(const ScopeSet& other) const;
  ScopeSet united(const ScopeSet& other) const;
  ScopeSet without(std::string_view token) const;
  ScopeSet without(const ScopeSet& other) const;
  ScopeSet identity() const;  // the part that is of kIdentityScopes
  // The tokens for which `keep` is true.
  template <class Keep>
  ScopeSet only(Keep keep) const {
    ScopeSet result;
    result.text_.reserve(text_.size());
    for (const std::string_view token : tokens()) {
      if (keep(token)) result.append(token);
    }
    return result;
  }
  // Sorted, unique; they live as long as the set.
  Tokens tokens() const { return {ScopeIterator(text_), ScopeIterator()}; }
  const std::string& to_text() const { return text_; }  // parted by single blanks
  friend bool operator==(const ScopeSet&, const ScopeSet&) = default;

 private:
  void append(std::string_view token);  // one that sorts behind all that are there

  std::string text_;
};

}  // namespace grantd::oauth
