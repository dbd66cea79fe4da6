// PKCE (RFC 7636) with S256 alone: `plain` cannot be spelled.
#pragma once

#include <optional>
#include <string_view>

#include "grantd/base/hash.h"
#include "grantd/base/secret.h"

namespace grantd::oauth {

// BASE64URL(SHA256(verifier)): 32 bytes, 43 characters (§4.2).
class CodeChallenge {
 public:
  static std::optional<CodeChallenge> parse(std::string_view text);  // exactly 43 characters
  static CodeChallenge of(const Hash256& bytes) { return CodeChallenge(bytes); }
  const Hash256& bytes() const { return bytes_; }
  std::string to_text() const;
  friend bool operator==(const CodeChallenge&, const CodeChallenge&) = default;

 private:
  explicit CodeChallenge(const Hash256& bytes) : bytes_(bytes) {}
  Hash256 bytes_;
};

// 43 to 128 unreserved characters (§4.1).
class CodeVerifier {
 public:
  static std::optional<CodeVerifier> parse(std::string_view text);
  static CodeVerifier from_random(const ByteArray<32>& random);  // §4.1: 43 characters
  const Secret& secret() const { return text_; }
  CodeChallenge challenge() const;

 private:
  explicit CodeVerifier(std::string_view text) : text_(text) {}
  Secret text_;
};

// §4.6, in constant time.
bool matches(const CodeChallenge& challenge, const CodeVerifier& verifier);

}  // namespace grantd::oauth
