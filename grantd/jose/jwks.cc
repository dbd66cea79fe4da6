#include "grantd/jose/jwks.h"

#include <algorithm>
#include <map>

#include "grantd/base/encoding.h"

namespace grantd::jose {
namespace {

std::unexpected<KeyError> refuse(KeyProblem problem, std::string reason) {
  return fail(KeyError{problem, std::move(reason)});
}

// What a stranger wrote, as much of it as helps the operator.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 80;
  return printable(text.substr(0, kShownMax));
}

// RFC 7518 §6.2.2, §6.3.2, §6.4.1: what a published key must never hold.
constexpr std::string_view kPrivateMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

Result<Unit, KeyError> check_public(const Json& jwk) {
  for (const std::string_view name : kPrivateMembers) {
    // Whoever sent it has given the key away: it proves nothing any more.
    if (jwk.find(name) != nullptr) {
      return refuse(KeyProblem::has_private, "holds the private member " + std::string(name));
    }
  }
  return Unit();
}

// RFC 7517 §4.2, §4.3: a key marked for something else verifies no signature.
Result<Unit, KeyError> check_use(const Json& jwk) {
  const Json* const use = jwk.find("use");
  if (use != nullptr && (use->as_string() == nullptr || *use->as_string() != "sig")) {
    return refuse(KeyProblem::unsupported, "use is not \"sig\"");
  }
  if (jwk.find("key_ops") == nullptr) return Unit();
  const auto operations = jwk.find_strings("key_ops");
  if (!operations ||
      std::find(operations->begin(), operations->end(), "verify") == operations->end()) {
    return refuse(KeyProblem::unsupported, "key_ops does not list \"verify\"");
  }
  return Unit();
}

// RFC 7517 §4.4.
Result<std::optional<Algorithm>, KeyError> read_algorithm(const Json& jwk, KeyType type) {
  const Json* const member = jwk.find("alg");
  if (member == nullptr) return std::nullopt;
  const std::string* const name = member->as_string();
  const std::optional<Algorithm> algorithm =
      name == nullptr ? std::nullopt : algorithm_as_written(*name);
  if (!algorithm) {
    return refuse(KeyProblem::unsupported, "alg " + shown(member->dump()) + " is not on offer");
  }
  if (!fits(type, *algorithm)) {
    return refuse(KeyProblem::unsupported, "alg " + *name + " does not fit kty");
  }
  return algorithm;
}

Result<PublishedKey, KeyError> read_published(const Json& jwk) {
  if (jwk.as_object() == nullptr) return refuse(KeyProblem::malformed, "is no object");
  const Json* const kid = jwk.find("kid");
  if (kid != nullptr && kid->as_string() == nullptr) {
    return refuse(KeyProblem::malformed, "kid is no text");
  }
  TRY(check_public(jwk));
  TRY(check_use(jwk));
  PublicKey key = TRY(PublicKey::parse(jwk));
  const std::optional<Algorithm> algorithm = TRY(read_algorithm(jwk, key.type()));
  return PublishedKey{kid == nullptr ? std::string() : *kid->as_string(), std::move(key),
                      algorithm};
}

// How often each kid occurs, in keys that cannot be used too.
std::map<std::string, int> count_kids(const Json::Array& items) {
  std::map<std::string, int> out;
  for (const Json& item : items) {
    if (const std::string* const kid = item.find_string("kid")) ++out[*kid];
  }
  return out;
}

}  // namespace

Result<KeySet, KeyError> KeySet::parse(std::string_view text) {
  const Result<Json, std::string> document = Json::parse(text, kBytesMax);
  if (!document) return refuse(KeyProblem::malformed, "no JWKS: " + document.error());
  return from_json(*document);
}

Result<KeySet, KeyError> KeySet::from_json(const Json& document) {
  const Json* const list = document.find("keys");
  const Json::Array* const items = list == nullptr ? nullptr : list->as_array();
  if (items == nullptr) return refuse(KeyProblem::malformed, "no JWKS: no array \"keys\"");
  if (items->size() > kKeysMax) {
    return refuse(KeyProblem::malformed, "a JWKS of " + std::to_string(items->size()) +
                                             " keys; at most " + std::to_string(kKeysMax));
  }
  const std::map<std::string, int> kids = count_kids(*items);
  KeySet out;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string* const kid = (*items)[i].find_string("kid");
    std::string where = "key " + std::to_string(i);
    if (kid != nullptr) where += " (kid \"" + shown(*kid) + "\")";
    // Two keys of one name: which is meant, nobody can say (JW-12).
    if (kid != nullptr && kids.at(*kid) > 1) {
      out.skipped_.push_back(where + ": the kid occurs twice");
      continue;
    }
    Result<PublishedKey, KeyError> key = read_published((*items)[i]);
    if (key) {
      out.keys_.push_back(*std::move(key));
    } else {
      out.skipped_.push_back(where + ": " + key.error().reason);
    }
  }
  return out;
}

bool KeySet::add(PublishedKey key) {
  if (!key.kid.empty() && find(key.kid) != nullptr) return false;
  if (key.algorithm && !fits(key.key.type(), *key.algorithm)) return false;
  keys_.push_back(std::move(key));
  return true;
}

const PublishedKey* KeySet::find(std::string_view kid) const {
  if (kid.empty()) return nullptr;
  for (const PublishedKey& key : keys_) {
    if (key.kid == kid) return &key;
  }
  return nullptr;
}

Json KeySet::to_json() const {
  Json::Array list;
  for (const PublishedKey& key : keys_) {
    Json jwk = key.key.members();
    if (!key.kid.empty()) jwk.set("kid", key.kid);
    if (key.algorithm) jwk.set("alg", name_of(*key.algorithm));
    jwk.set("use", "sig");
    list.push_back(std::move(jwk));
  }
  return Json::object({{"keys", std::move(list)}});
}

}  // namespace grantd::jose
