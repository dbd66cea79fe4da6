#include "grantd/guard/fetch_issuer.h"

#include <algorithm>
#include <chrono>

#include "grantd/guard/issuer_metadata.h"
#include "grantd/http/client.h"

namespace grantd::guard {
namespace {

using Clock = std::chrono::steady_clock;

Result<std::string, std::string> get(const std::string& url, Clock::time_point deadline,
                                     const std::string& ca_file) {
  const auto left = std::chrono::ceil<Duration>(deadline - Clock::now());
  http::Outgoing request{.url = url};
  request.fields.add("accept", "application/json");
  auto reply = TRY(http::fetch(request, {.deadline = std::max(left, Duration(1)),
                                         .body_bytes_max = jose::KeySet::kBytesMax,
                                         .ca_file = ca_file}));
  if (reply.status != 200) {
    return fail("GET " + url + ": expected status 200, found " + std::to_string(reply.status));
  }
  return std::move(reply.body);
}

// The first place that has a document of this issuer. A server that knows only one of them may
// answer anything at the other.
Result<IssuerMetadata, std::string> find_metadata(const IssuerPlace& place,
                                                  Clock::time_point deadline) {
  std::string why;
  for (const std::string& url : metadata_places(place.issuer)) {
    const auto text = get(url, deadline, place.ca_file);
    if (text) {
      auto metadata = read_issuer_metadata(*text, place.issuer);
      if (metadata) return metadata;
      why.append(why.empty() ? "" : "; ").append(url).append(": ").append(metadata.error());
    } else {
      why.append(why.empty() ? "" : "; ").append(text.error());
    }
  }
  return fail(std::move(why));
}

}  // namespace

Result<IssuerDocuments, std::string> fetch_issuer(const IssuerPlace& place) {
  const auto deadline = Clock::now() + place.deadline;
  IssuerDocuments made;
  made.jwks_uri = place.jwks_uri;
  if (place.read_metadata) {
    IssuerMetadata metadata = TRY(find_metadata(place, deadline));
    if (made.jwks_uri.empty()) made.jwks_uri = std::move(metadata.jwks_uri);
    made.introspection_endpoint = std::move(metadata.introspection_endpoint);
  }
  if (made.jwks_uri.empty()) {
    return fail("the metadata of " + place.issuer.str() + " names no jwks_uri");
  }
  auto keys = jose::KeySet::parse(TRY(get(made.jwks_uri, deadline, place.ca_file)));
  if (!keys) return fail(made.jwks_uri + ": " + keys.error().reason);
  made.keys = *std::move(keys);
  return made;
}

}  // namespace grantd::guard
