#include "grantd/oauth/ids.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::oauth {

template <class Id>
std::string to_text(const Id& id) {
  return base64url_encode(id.view());
}

template <class Id>
std::optional<Id> parse_id(std::string_view text) {
  ByteArray<Id::kSize> bytes;
  if (!base64url_decode_to(bytes, text)) return std::nullopt;
  return Id(bytes);
}

#define GRANTD_ID(Id)                         \
  template std::string to_text(const Id& id); \
  template std::optional<Id> parse_id(std::string_view text);
GRANTD_ID(SubjectId)
GRANTD_ID(SessionId)
GRANTD_ID(ConsentId)
GRANTD_ID(TokenId)
GRANTD_ID(GrantId)
GRANTD_ID(Incarnation)
GRANTD_ID(Epoch)
#undef GRANTD_ID

// RFC 9562 §5.7: unix_ts_ms (48 bits, big endian), version 7, rand_a (12), variant 10, rand_b (62).
GrantId make_grant_id(Time now, const ByteArray<10>& random) {
  ByteArray<16> id;
  const auto millis = static_cast<std::uint64_t>(to_millis(now));
  for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  std::ranges::copy(random, id.begin() + 6);
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x70);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
  return GrantId(id);
}

Time time_of(const GrantId& id) {
  std::uint64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | id.bytes()[i];
  return from_millis(static_cast<std::int64_t>(millis));
}

std::optional<ClientId> parse_client_id(std::string_view text) {
  if (text.empty() || text.size() > 255) return std::nullopt;
  // RFC 6749 A.1 allows the blank; no client needs it, and it reads badly in logs and headers.
  if (!std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e; })) {
    return std::nullopt;
  }
  return ClientId(std::string(text));
}

std::optional<Issuer> parse_issuer(std::string_view text) {
  const auto uri = parse_absolute_uri(text);
  if (!uri || text.size() > 1000) return std::nullopt;
  // RFC 8414 §2: https, no query, no fragment. Lower case, since issuers are compared as bytes.
  if (uri->scheme != "https" && uri->scheme != "http") return std::nullopt;
  if (!is_protected(*uri) || text.find('?') != text.npos) return std::nullopt;
  return Issuer(std::string(text));
}

}  // namespace grantd::oauth
