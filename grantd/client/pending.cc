#include "grantd/base/json.h"
#include "grantd/client/flow.h"
#include "grantd/client/flow_error.h"
#include "grantd/oauth/pkce.h"

namespace grantd::client {
namespace {

constexpr std::size_t kTextMax = 16 * 1024;

}  // namespace

std::string Pending::to_text() const {
  Json document = Json::object({{"state", state},
                                {"verifier", verifier.reveal_text()},
                                {"nonce", nonce},
                                {"issuer", issuer.str()},
                                {"client_id", client_id.str()},
                                {"redirect_uri", redirect_uri},
                                {"scope", scope.to_text()}});
  if (max_age) document.set("max_age", static_cast<std::int64_t>(max_age->count()));
  Json ways = Json::array();
  for (const auto& value : acr_values) ways.push_back(value);
  document.set("acr_values", std::move(ways));
  return document.dump();
}

Result<Pending, FlowError> Pending::parse(std::string_view text) {
  const auto document = Json::parse(text, kTextMax);
  const auto member = [&](std::string_view name) {
    const auto* value = document ? document->find_string(name) : nullptr;
    return value ? *value : std::string();
  };
  Pending pending;
  pending.state = member("state");
  const auto verifier = oauth::CodeVerifier::parse(member("verifier"));
  pending.nonce = member("nonce");
  pending.issuer = oauth::Issuer(member("issuer"));
  pending.client_id = oauth::ClientId(member("client_id"));
  pending.redirect_uri = member("redirect_uri");
  const auto scope = oauth::ScopeSet::parse(member("scope"));
  const auto ways = document ? document->find_strings("acr_values") : std::nullopt;
  if (pending.state.empty() || !verifier || pending.redirect_uri.empty() || !scope || !ways) {
    return fail(foreign("a pending flow as to_text() wrote it", "other text"));
  }
  pending.verifier = verifier->secret();
  pending.scope = *scope;
  pending.acr_values = *ways;
  if (document->find("max_age")) {
    const auto* value = document->find_int("max_age");
    if (!value) return fail(foreign("max_age as to_text() wrote it", "other text"));
    pending.max_age = seconds(*value);
  }
  return pending;
}

}  // namespace grantd::client
