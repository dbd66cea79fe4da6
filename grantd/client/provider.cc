#include "grantd/client/provider.h"

#include <algorithm>

#include "grantd/base/json.h"
#include "grantd/client/flow_error.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::client {
namespace {

constexpr std::string_view kOpenid = "/.well-known/openid-configuration";
constexpr std::string_view kOauth = "/.well-known/oauth-authorization-server";

struct EndpointRow {
  std::string_view name;
  std::string Provider::* member;
};
constexpr EndpointRow kEndpoints[] = {
    {"authorization_endpoint", &Provider::authorization_endpoint},
    {"token_endpoint", &Provider::token_endpoint},
    {"revocation_endpoint", &Provider::revocation_endpoint},
    {"userinfo_endpoint", &Provider::userinfo_endpoint},
    {"end_session_endpoint", &Provider::end_session_endpoint},
    {"jwks_uri", &Provider::jwks_uri},
};

Result<Unit, FlowError> read_endpoints(const Json& document, Provider& provider) {
  for (const auto& row : kEndpoints) {
    const auto* member = document.find(row.name);
    if (!member || member->is_null()) continue;
    const auto* url = member->as_string();
    if (!url) return fail(malformed(std::string(row.name) + " as text", "another value"));
    // RFC 8414 §2: https. A server that names one endpoint in the clear is not to be talked to.
    const auto uri = oauth::parse_absolute_uri(*url);
    if (!uri || !oauth::is_protected(*uri)) {
      return fail(malformed(std::string(row.name) + ": an https URL, or http to this machine",
                            quoted(*url)));
    }
    provider.*row.member = *url;
  }
  return Unit{};
}

}  // namespace

std::vector<std::string> metadata_urls(const oauth::Issuer& issuer) {
  const auto uri = oauth::parse_absolute_uri(issuer.view());
  if (!uri || !uri->has_authority) return {};
  // RFC 8414 §3.1, Discovery §4.1: a "/" that ends the issuer goes first.
  auto path = uri->path_query;
  if (path.ends_with('/')) path.remove_suffix(1);
  const std::string origin(issuer.view().substr(0, issuer.view().size() - uri->path_query.size()));
  return {std::string(origin).append(path).append(kOpenid),
          std::string(origin).append(kOauth).append(path)};
}

Result<Provider, FlowError> read_provider(const oauth::Issuer& issuer, std::string_view text) {
  const auto document = Json::parse(text, kBodyBytesMax);
  if (!document) return fail(malformed("the server's metadata as JSON", shown(document.error())));
  const auto* named = document->find_string("issuer");
  // RFC 8414 §3.3, Discovery §4.3: identical, or the document must not be used.
  if (!named || *named != issuer.view()) {
    auto error = foreign("metadata of issuer " + quoted(issuer.view()),
                         named ? "issuer " + quoted(*named) : "no issuer");
    error.remedy = "set issuer to exactly what the server calls itself";
    return fail(error);
  }
  Provider provider;
  provider.issuer = issuer;
  TRY(read_endpoints(*document, provider));
  // RFC 9700 §2.1.1: S256, where the server says what it can do.
  const auto pkce = document->find_strings("code_challenge_methods_supported");
  if (pkce && std::ranges::find(*pkce, "S256") == pkce->end()) {
    return fail(malformed("S256 among code_challenge_methods_supported", "other methods only"));
  }
  const auto* iss = document->find_bool("authorization_response_iss_parameter_supported");
  provider.iss_expected = iss && *iss;
  if (auto methods = document->find_strings("token_endpoint_auth_methods_supported")) {
    provider.auth_methods = *std::move(methods);
  }
  const auto algorithms = document->find_strings("id_token_signing_alg_values_supported");
  for (const auto& name : algorithms.value_or(std::vector<std::string>())) {
    const auto algorithm = jose::algorithm_as_written(name);
    auto& known = provider.id_token_algorithms;
    if (algorithm && std::ranges::find(known, *algorithm) == known.end()) {
      known.push_back(*algorithm);
    }
  }
  return provider;
}

}  // namespace grantd::client
