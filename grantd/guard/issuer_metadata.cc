#include "grantd/guard/issuer_metadata.h"

#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::guard {
namespace {

constexpr std::size_t kBytesMax = 64 * 1024;

std::string shown(std::string_view text) {
  return "\"" + printable(text.substr(0, 200)) + "\"";
}

Result<std::string, std::string> read_place(const Json& document, std::string_view name) {
  const Json* const member = document.find(name);
  if (!member) return std::string();
  const std::string* const url = member->as_string();
  if (!url || !is_trusted_place(*url)) {
    return fail(std::string(name) + ": expected an https URL, found " +
                (url ? shown(*url) : "no text"));
  }
  return *url;
}

}  // namespace

std::vector<std::string> metadata_places(const oauth::Issuer& issuer) {
  const auto uri = oauth::parse_absolute_uri(issuer.view());
  if (!uri) return {};
  const std::string origin = std::string(uri->scheme).append("://").append(uri->authority);
  std::string_view path = uri->path_query;
  // RFC 8414 §3.1 and OpenID Connect Discovery §4.1: a slash at the end goes first.
  if (path.ends_with('/')) path.remove_suffix(1);
  return {origin + "/.well-known/oauth-authorization-server" + std::string(path),
          origin + std::string(path) + "/.well-known/openid-configuration"};
}

Result<IssuerMetadata, std::string> read_issuer_metadata(std::string_view text,
                                                         const oauth::Issuer& issuer) {
  const auto document = Json::parse(text, kBytesMax);
  if (!document) return fail("no JSON: " + document.error());
  const std::string* const named = document->find_string("issuer");
  if (!named || *named != issuer.view()) {
    return fail("issuer: expected " + shown(issuer.view()) + ", found " +
                (named ? shown(*named) : "none"));
  }
  IssuerMetadata made;
  made.jwks_uri = TRY(read_place(*document, "jwks_uri"));
  made.introspection_endpoint = TRY(read_place(*document, "introspection_endpoint"));
  return made;
}

bool is_trusted_place(std::string_view url) {
  const auto uri = oauth::parse_absolute_uri(url);
  return uri && oauth::is_protected(*uri);
}

}  // namespace grantd::guard
