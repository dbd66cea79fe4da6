// oauth: words that both sides of the wire say. Pure; no state, no I/O.
//
// What lives here: identifiers, scope, redirect URIs, PKCE, the error table, forms, challenges,
// metadata. What does not: who may have what (core/), bytes on sockets (http/).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "grantd/base/strong.h"
#include "grantd/base/time.h"

namespace grantd::oauth {

using Issuer = StrongText<struct IssuerTag>;      // RFC 8414 §2, byte for byte
using ClientId = StrongText<struct ClientIdTag>;  // RFC 6749 §2.2
using Audience = StrongText<struct AudienceTag>;  // an API's URI: RFC 8707 §2, RFC 9068 §2.2

using SubjectId = StrongBytes<struct SubjectIdTag, 16>;  // a person here; `sub` is its text
using SessionId = StrongBytes<struct SessionIdTag, 16>;
using ConsentId = StrongBytes<struct ConsentIdTag, 16>;
using TokenId = StrongBytes<struct TokenIdTag, 16>;      // `jti`
using GrantId = StrongBytes<struct GrantIdTag, 16>;      // UUIDv7: the code's id is the grant's
using Incarnation = StrongBytes<struct IncarnationTag, 8>;  // a name used again is another client
using Epoch = StrongBytes<struct EpochTag, 16>;          // drawn anew by a restore

// Identifiers on the wire and in messages: base64url of their bytes (22 characters for 16 bytes).
template <class Id>
std::string to_text(const Id& id);
template <class Id>
std::optional<Id> parse_id(std::string_view text);

// An id that is drawn. Its first bit is 0, so that its text never begins with "-": a command line,
// a grep, a script take it as it is shown.
template <class Id>
Id make_id(ByteArray<Id::kSize> random) {
  random[0] &= 0x7f;
  return Id(random);
}

// UUIDv7 (RFC 9562 §5.7): 48 bits of Unix time in milliseconds, then 74 random bits, so that ids
// grow with time and an index over them appends.
GrantId make_grant_id(Time now, const ByteArray<10>& random);
Time time_of(const GrantId& id);

// A client_id is 1 to 255 characters of %x21-7E (RFC 6749 A.1, less the blank).
std::optional<ClientId> parse_client_id(std::string_view text);
// RFC 8414 §2: https without query and fragment; http on loopback for development only.
std::optional<Issuer> parse_issuer(std::string_view text);

}  // namespace grantd::oauth
