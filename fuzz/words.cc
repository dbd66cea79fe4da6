// The parsers of oauth/: no crash, and what they promise of what they accept.
#include <cstdint>
#include <string_view>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"
#include "grantd/oauth/ids.h"
#include "grantd/oauth/pkce.h"
#include "grantd/oauth/redirect_uri.h"
#include "grantd/oauth/scope.h"

using namespace grantd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  // RFC 9700 §2.1: the exact bytes are kept, and a URI equals nothing but itself.
  if (const auto uri = oauth::RedirectUri::parse(text)) {
    CHECK(uri->str() == text);
    CHECK(uri->str().find('#') == std::string::npos);
    CHECK(uri->scheme() != "javascript" && uri->scheme() != "data");
    CHECK(!uri->origin().empty());
    CHECK(oauth::RedirectUri::parse(uri->with_query("code=x")).has_value() == false);
  }
  if (const auto scope = oauth::ScopeSet::parse(text)) {
    CHECK(oauth::ScopeSet::parse(scope->to_text()) == scope);
    CHECK(scope->includes(*scope) && scope->without(*scope).empty());
  }
  if (const auto form = oauth::Form::parse(text)) {
    const auto again = oauth::Form::parse(form->encode());
    CHECK(again && again->parameters() == form->parameters());
  }
  if (const auto challenge = oauth::CodeChallenge::parse(text)) {
    CHECK(challenge->to_text() == text);
  }
  if (const auto verifier = oauth::CodeVerifier::parse(text)) {
    CHECK(size >= 43 && size <= 128);
    CHECK(oauth::matches(verifier->challenge(), *verifier));
  }
  if (const auto basic = oauth::parse_basic(text)) {
    CHECK(oauth::parse_basic(oauth::make_basic(basic->user, basic->password)).has_value());
  }
  if (const auto id = oauth::parse_id<oauth::GrantId>(text)) CHECK(oauth::to_text(*id) == text);
  if (const auto bytes = base64url_decode(text)) CHECK(base64url_encode(*bytes) == text);
  oauth::parse_issuer(text);
  oauth::parse_bearer(text);
  return 0;
}
