#include "grantd/core/client_auth/client_keys.h"

#include <array>

namespace grantd::core {
namespace {

constexpr std::array kAlgorithms{jose::Algorithm::es256, jose::Algorithm::rs256,
                                 jose::Algorithm::ps256, jose::Algorithm::eddsa};

using Verified = std::variant<jose::VerifiedJwt, NotTheirs, Ask>;

bool may_be_a_new_key(const jose::JwsError& error) {
  return error.problem == jose::JwsProblem::unknown_key ||
         error.problem == jose::JwsProblem::signature;
}

Verified verify_by_reference(std::string_view token, const Client& client,
                             std::span<const jose::Algorithm> allowed, const Found& found) {
  const auto at = found.documents.find(client.jwks_uri);
  if (at == found.documents.end()) return Ask(AskDocument{client.jwks_uri});
  const Document& document = at->second;
  if (!document.error.empty()) {
    return NotTheirs{"the client's keys cannot be read: " + document.error};
  }
  const auto keys = jose::KeySet::parse(document.body);
  if (!keys) return NotTheirs{client.jwks_uri + ": " + keys.error().reason};
  auto verified = jose::verify_jwt(token, *keys, allowed);
  if (verified) return *std::move(verified);
  if (may_be_a_new_key(verified.error()) && !document.asked_anew) {
    return Ask(AskDocument{client.jwks_uri, document.fetched});
  }
  return NotTheirs{verified.error().reason};
}

}  // namespace

std::span<const jose::Algorithm> client_algorithms() { return kAlgorithms; }

Verified verify_client_jwt(std::string_view token, const Client& client,
                           std::optional<jose::Algorithm> wanted, const Found& found) {
  const std::array one{wanted.value_or(jose::Algorithm::es256)};
  const std::span<const jose::Algorithm> allowed =
      wanted ? std::span<const jose::Algorithm>(one) : client_algorithms();
  if (!client.jwks_uri.empty()) return verify_by_reference(token, client, allowed, found);
  if (client.jwks.empty()) return NotTheirs{"the client has neither jwks nor jwks_uri"};
  const auto keys = jose::KeySet::parse(client.jwks);
  if (!keys) return NotTheirs{"the client's jwks: " + keys.error().reason};
  auto verified = jose::verify_jwt(token, *keys, allowed);
  if (!verified) return NotTheirs{verified.error().reason};
  return *std::move(verified);
}

}  // namespace grantd::core
