#include "apps/grantd/demo_keys.h"

#include "grantd/http/client.h"

namespace grantd::app {
namespace {

constexpr std::chrono::seconds kFetchEvery{30};

}  // namespace

Result<Unit, std::string> IssuerKeys::fetch() {
  asked_ = std::chrono::steady_clock::now();
  const http::Reply reply = TRY(http::fetch({.url = jwks_uri_}));
  if (reply.status != 200) {
    return fail(jwks_uri_ + ": expected status 200, found " + std::to_string(reply.status));
  }
  auto keys = jose::KeySet::parse(reply.body);
  if (!keys) return fail(jwks_uri_ + ": " + keys.error().reason);
  keys_ = std::move(*keys);
  return Unit{};
}

Result<jose::KeySet, std::string> IssuerKeys::get() {
  const std::lock_guard lock(mutex_);
  if (!keys_) TRY(fetch());
  return *keys_;
}

Result<jose::KeySet, std::string> IssuerKeys::get_anew() {
  const std::lock_guard lock(mutex_);
  if (!keys_ || std::chrono::steady_clock::now() - asked_ >= kFetchEvery) TRY(fetch());
  return *keys_;
}

}  // namespace grantd::app
