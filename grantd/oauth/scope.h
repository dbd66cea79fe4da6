// Scope (RFC 6749 §3.3): a set of case-sensitive tokens, compared as whole words.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace grantd::oauth {

inline constexpr std::string_view kOfflineAccess = "offline_access";
// OpenID Connect Core §3.1.2.1, §5.4: these are of no API; userinfo answers to them.
inline constexpr std::string_view kOpenid = "openid";
inline constexpr std::string_view kIdentityScopes[] = {kOpenid, "profile", "email", "address",
                                                       "phone"};

class ScopeSet {
 public:
  ScopeSet() = default;
  // scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), parted by single blanks; at most 100 tokens.
  // The empty text is the empty set. Repeated tokens count once.
  static std::optional<ScopeSet> parse(std::string_view text);
  // For names already checked (a record's own list).
  static ScopeSet of(const std::vector<std::string>& tokens);

  bool empty() const { return tokens_.empty(); }
  std::size_t size() const { return tokens_.size(); }
  bool has(std::string_view token) const;
  bool includes(const ScopeSet& other) const;  // other ⊆ this
  ScopeSet intersection(const ScopeSet& other) const;
  ScopeSet united(const ScopeSet& other) const;
  ScopeSet without(std::string_view token) const;
  ScopeSet without(const ScopeSet& other) const;
  const std::vector<std::string>& tokens() const { return tokens_; }  // sorted, unique
  ScopeSet identity() const;  // the part that is of kIdentityScopes
  std::string to_text() const;                                       // parted by single blanks
  friend bool operator==(const ScopeSet&, const ScopeSet&) = default;

 private:
  std::vector<std::string> tokens_;
};

}  // namespace grantd::oauth
