#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/client/flow_error.h"
#include "grantd/client/inside.h"
#include "grantd/http/client.h"

namespace grantd::client {
namespace {

constexpr std::chrono::hours kKeptFor{1};
constexpr std::chrono::seconds kAnewAfter{30};

Result<Response, std::string> send_by_http(const Request& request, const App& app) {
  http::Outgoing out{
      .method = request.method, .url = request.url, .fields = {}, .body = request.body};
  for (const auto& [name, value] : request.headers) out.fields.add(name, value);
  http::FetchOptions options;
  options.deadline = app.deadline;
  options.body_bytes_max = kBodyBytesMax;
  options.ca_file = app.ca_file;
  auto reply = TRY(http::fetch(out, options));
  return Response{reply.status, {reply.fields.begin(), reply.fields.end()},
                  std::move(reply.body)};
}

}  // namespace

Result<Response, FlowError> Server::send(const Request& request) const {
  auto response = app_.transport ? app_.transport(request) : send_by_http(request, app_);
  if (response) return *std::move(response);
  return fail(unavailable("an answer of the server", shown(response.error())));
}

Result<Provider, FlowError> Server::discover() const {
  TRY(check_endpoint("issuer", app_.issuer));
  const oauth::Issuer issuer(app_.issuer);
  auto urls = metadata_urls(issuer);
  const auto scope = oauth::ScopeSet::parse(app_.scope);
  if (!scope || !scope->has(oauth::kOpenid)) std::ranges::reverse(urls);
  std::string found;
  for (const auto& url : urls) {
    const auto response = TRY(send(
        {.method = "GET", .url = url, .headers = {{"accept", "application/json"}}, .body = {}}));
    if (response.status == 200) return read_provider(issuer, response.body);
    if (response.status == 429 || response.status >= 500) {
      return fail(read_error(response, "the server's metadata"));
    }
    found += (found.empty() ? "" : ", ") + ("status " + std::to_string(response.status)) + " at " +
             shown(url);
  }
  return fail(settings_error("the metadata of a server whose issuer is " + quoted(app_.issuer),
                             found, "set issuer to exactly what the server calls itself"));
}

Result<Provider, FlowError> Server::provider() {
  const std::lock_guard turn(provider_turn_);
  if (provider_ && Clock::now() < provider_at_ + kKeptFor) return *provider_;
  auto found = discover();
  // What was good an hour ago is better than nothing.
  if (!found && provider_ && found.error().problem == FlowProblem::unavailable) return *provider_;
  if (!found) return fail(found.error());
  provider_ = *std::move(found);
  provider_at_ = Clock::now();
  return *provider_;
}

Result<jose::KeySet, FlowError> Server::keys(bool anew) {
  const auto known = TRY(provider());
  const std::lock_guard turn(keys_turn_);
  // JW-04: names of keys that nobody has must not make us ask again and again.
  if (keys_ && Clock::now() < keys_at_ + (anew ? Clock::duration(kAnewAfter) : kKeptFor)) {
    return *keys_;
  }
  TRY(check_endpoint("jwks_uri", known.jwks_uri));
  const auto response = TRY(send({.method = "GET",
                                  .url = known.jwks_uri,
                                  .headers = {{"accept", "application/json"}},
                                  .body = {}}));
  if (response.status != 200) return fail(read_error(response, "the server's keys"));
  auto keys = jose::KeySet::parse(response.body);
  if (!keys) return fail(malformed("the server's keys as a JWKS", shown(keys.error().reason)));
  keys_ = *std::move(keys);
  keys_at_ = Clock::now();
  return *keys_;
}

}  // namespace grantd::client
