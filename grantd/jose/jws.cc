#include "grantd/jose/jws.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::jose {
namespace {

std::unexpected<JwsError> refuse(JwsProblem problem, std::string reason) {
  return fail(JwsError{problem, std::move(reason)});
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShownMax = 80;
  return '"' + printable(text.substr(0, kShownMax)) + '"';
}

Result<Json, JwsError> read_header(std::string_view part) {
  const std::optional<Bytes> bytes = base64url_decode(part);
  if (!bytes) return refuse(JwsProblem::malformed, "the header is no canonical base64url");
  // RFC 7515 §4, JW-10: a header with a repeated name is refused, which Json::parse does.
  Result<Json, std::string> header = Json::parse(as_text(*bytes), kJwsBytesMax);
  if (!header) return refuse(JwsProblem::malformed, "the header is no JSON: " + header.error());
  if (header->as_object() == nullptr) {
    return refuse(JwsProblem::malformed, "the header is no object");
  }
  return *std::move(header);
}

Result<Algorithm, JwsError> choose_algorithm(const Json& header,
                                             std::span<const Algorithm> allowed) {
  const std::string* const name = header.find_string("alg");
  if (name == nullptr) return refuse(JwsProblem::algorithm, "alg is missing or no text");
  // RFC 7515 §4.1.1: case-sensitive. RFC 8725 §3.1: only what the caller has allowed, so neither
  // none nor HS256 (JW-01, JW-02), of which there is no code.
  const std::optional<Algorithm> algorithm = algorithm_as_written(*name);
  if (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end()) {
    return refuse(JwsProblem::algorithm, "alg " + quoted(*name) + " is not allowed here");
  }
  return *algorithm;
}

Result<Unit, JwsError> check_extensions(const Json& header) {
  // RFC 7515 §4.1.11: what is critical must be understood, and no extension is (JW-08).
  if (header.find("crit") != nullptr) {
    return refuse(JwsProblem::extension, "crit names an extension; none is understood");
  }
  // RFC 7797 §3: an unencoded payload; refused also where crit does not announce it.
  if (header.find("b64") != nullptr) {
    return refuse(JwsProblem::extension, "b64 is not supported");
  }
  return Unit();
}

bool is_for(const PublishedKey& key, Algorithm algorithm) {
  return key.algorithm ? *key.algorithm == algorithm : fits(key.key.type(), algorithm);
}

// RFC 7515 §6, RFC 8725 §3.2: the key comes from the set that the caller trusts, by name; the
// header's own offers (jwk, jku, x5c, x5u) are not looked at (JW-03).
Result<const PublishedKey*, JwsError> choose_key(const Json& header, const KeySet& keys,
                                                 Algorithm algorithm) {
  if (const Json* const member = header.find("kid")) {
    const std::string* const kid = member->as_string();
    if (kid == nullptr) return refuse(JwsProblem::malformed, "kid is no text");
    const PublishedKey* const key = keys.find(*kid);
    if (key == nullptr) return refuse(JwsProblem::unknown_key, "no key has kid " + quoted(*kid));
    if (!is_for(*key, algorithm)) {
      return refuse(JwsProblem::wrong_key, "the key of kid " + quoted(*kid) + " is not for " +
                                               std::string(name_of(algorithm)));
    }
    return key;
  }
  const PublishedKey* only = nullptr;
  for (const PublishedKey& key : keys.keys()) {
    if (!is_for(key, algorithm)) continue;
    if (only != nullptr) {
      return refuse(JwsProblem::unknown_key, "no kid, and several keys could be meant");
    }
    only = &key;
  }
  if (only == nullptr) return refuse(JwsProblem::unknown_key, "no kid, and no key fits alg");
  return only;
}

}  // namespace

std::string sign_compact(const PrivateKey& key, Algorithm algorithm, const Json& header,
                         std::string_view payload) {
  CHECK(header.as_object() != nullptr && fits(key.type(), algorithm));
  constexpr std::size_t kHeaderBytes = 128;     // the usual ones
  constexpr std::size_t kSignatureBytes = 384;  // as text: up to RSA of 2048 bits
  JsonText members(kHeaderBytes);
  members.text("alg", name_of(algorithm));
  for (const auto& [name, value] : *header.as_object()) {
    if (name != "alg") members.member(name, value);
  }
  const std::string head = members.take();
  std::string token;
  token.reserve((head.size() + payload.size()) * 4 / 3 + kSignatureBytes);
  append_base64url(token, as_bytes(head));
  token += '.';
  append_base64url(token, as_bytes(payload));
  const Bytes signature = key.sign(algorithm, token);
  token += '.';
  append_base64url(token, signature);
  return token;
}

Result<UnverifiedJws, JwsError> split_compact(std::string_view token) {
  if (token.size() > kJwsBytesMax) {
    return refuse(JwsProblem::too_long, "a token of " + std::to_string(token.size()) +
                                            " bytes; at most " + std::to_string(kJwsBytesMax));
  }
  // RFC 7515 §7.1: exactly three parts. Five are a JWE, a brace opens a JSON serialisation (JW-09).
  const std::vector<std::string_view> parts = split(token, '.');
  if (parts.size() != 3) {
    return refuse(JwsProblem::malformed,
                  "a compact JWS has 3 parts, this has " + std::to_string(parts.size()));
  }
  Json header = TRY(read_header(parts[0]));
  std::optional<Bytes> payload = base64url_decode(parts[1]);
  if (!payload) return refuse(JwsProblem::malformed, "the payload is no canonical base64url");
  std::optional<Bytes> signature = base64url_decode(parts[2]);
  if (!signature) return refuse(JwsProblem::malformed, "the signature is no canonical base64url");
  return UnverifiedJws{std::move(header), std::string(as_text(*payload)),
                       token.substr(0, parts[0].size() + 1 + parts[1].size()),
                       *std::move(signature)};
}

Result<VerifiedJws, JwsError> verify_compact(std::string_view token, const KeySet& keys,
                                             std::span<const Algorithm> allowed) {
  UnverifiedJws jws = TRY(split_compact(token));
  const Algorithm algorithm = TRY(choose_algorithm(jws.header, allowed));
  TRY(check_extensions(jws.header));
  const PublishedKey* const key = TRY(choose_key(jws.header, keys, algorithm));
  if (!key->key.verify(algorithm, jws.signing_input, jws.signature)) {
    return refuse(JwsProblem::signature, "the signature is not one of kid " + quoted(key->kid));
  }
  return VerifiedJws{std::move(jws.header), std::move(jws.payload), algorithm, key->kid};
}

}  // namespace grantd::jose
