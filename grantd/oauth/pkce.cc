#include "grantd/oauth/pkce.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::oauth {
namespace {

// RFC 7636 §4.1: code-verifier = 43*128unreserved.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<CodeChallenge> CodeChallenge::parse(std::string_view text) {
  Hash256 hash;
  if (!base64url_decode_to(hash, text)) return std::nullopt;
  return CodeChallenge(hash);
}

std::string CodeChallenge::to_text() const {
  return base64url_encode(bytes_);
}

std::optional<CodeVerifier> CodeVerifier::parse(std::string_view text) {
  if (text.size() < 43 || text.size() > 128) return std::nullopt;
  if (!std::ranges::all_of(text, is_unreserved)) return std::nullopt;
  return CodeVerifier(text);
}

CodeVerifier CodeVerifier::from_random(const ByteArray<32>& random) {
  std::string text = base64url_encode(random);
  CodeVerifier verifier(text);
  wipe(text.data(), text.size());
  return verifier;
}

// RFC 7636 §4.2, S256.
CodeChallenge CodeVerifier::challenge() const {
  return CodeChallenge::of(sha256(text_.reveal()));
}

bool matches(const CodeChallenge& challenge, const CodeVerifier& verifier) {
  return equal_in_constant_time(challenge.bytes(), verifier.challenge().bytes());
}

}  // namespace grantd::oauth
