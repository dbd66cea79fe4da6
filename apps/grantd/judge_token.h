// What a token is, what it says, and what is wrong with it; for `grantd inspect`. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/time.h"
#include "grantd/jose/jwks.h"

namespace grantd::app {

enum class TokenKind { sealed, encrypted, opaque, access_token, id_token, other_jwt, malformed };
std::string_view to_text(TokenKind kind);  // "access token"

struct Finding {
  enum class Sort { good, wrong, unknown } sort = Sort::good;
  std::string text;  // one printable line
};

struct TokenReport {
  TokenKind kind = TokenKind::opaque;
  std::string what;  // what it is, in a sentence or two
  Json header, claims;
  std::vector<Finding> findings;

  bool is_wrong() const;
};

// What the asker expects; empty: not judged.
struct TokenWishes {
  std::string issuer, audience, client_id, scope;
  bool as_access_token = false;  // it is to open an API
};

// Kind, header and claims, unverified. `text` without blanks around it.
TokenReport read_token(std::string_view text);

// Adds what the signature and the claims say. `keys`: the issuer's, null where they could not be
// had, for the reason `why_no_keys`.
void judge_token(TokenReport& report, std::string_view text, const jose::KeySet* keys,
                 std::string_view why_no_keys, const TokenWishes& wishes, Time now);

}  // namespace grantd::app
