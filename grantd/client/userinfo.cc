#include "grantd/client/userinfo.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/client/challenge.h"
#include "grantd/client/flow_error.h"
#include "grantd/jose/jwt.h"

namespace grantd::client {
namespace {

constexpr std::string_view kFrom = "the userinfo endpoint";

// RFC 6750 §3: the error stands in the challenge.
FlowError read_refusal(const Response& response) {
  const auto challenges = read_challenges(response.header("www-authenticate"));
  const auto bearer = std::ranges::find_if(challenges, [](const Challenge& each) {
    return lower_ascii(each.scheme) == "bearer";
  });
  if (bearer == challenges.end() || bearer->get("error").empty()) {
    return response.status == 401 ? signed_out("status 401 without a reason")
                                  : read_error(response, kFrom);
  }
  auto error = refused(bearer->get("error"), bearer->get("error_description"));
  if (response.status == 401) error.problem = FlowProblem::signed_out;
  return error;
}

// Core §5.3.2: signed by the server, for this client.
Result<Json, FlowError> read_signed(const Response& response, const Settings& settings,
                                    const jose::KeySet& keys, Time now) {
  constexpr jose::Algorithm kAllowed[] = {jose::Algorithm::es256, jose::Algorithm::rs256,
                                          jose::Algorithm::ps256, jose::Algorithm::eddsa};
  auto jwt = jose::verify_jwt(trim(response.body), keys, kAllowed);
  if (!jwt) {
    auto error = foreign("userinfo with a signature of the server's", shown(jwt.error().reason));
    error.unknown_key = jwt.error().problem == jose::JwsProblem::unknown_key;
    return fail(error);
  }
  const auto& issuer = settings.provider.issuer;
  const auto* iss = jwt->claims.find_string("iss");
  if (!iss || *iss != issuer.view()) {
    return fail(foreign("userinfo with iss " + quoted(issuer.view()),
                        iss ? quoted(*iss) : "none"));
  }
  const auto audience = jose::read_audience(jwt->claims);
  if (!audience ||
      std::ranges::find(*audience, settings.client_id.view()) == audience->end()) {
    return fail(foreign("userinfo with aud " + quoted(settings.client_id.view()), "another"));
  }
  const auto exp = jose::read_numeric_date(jwt->claims, "exp");
  if (!exp || (*exp && now >= **exp + seconds(60))) {
    return fail(foreign("userinfo with an exp to come", "another"));
  }
  return std::move(jwt->claims);
}

}  // namespace

Result<Request, FlowError> userinfo_request(const Provider& provider, const Secret& access_token) {
  TRY(check_endpoint("userinfo_endpoint", provider.userinfo_endpoint));
  return Request{.method = "GET",
                 .url = provider.userinfo_endpoint,
                 .headers = {{"authorization",
                              "Bearer " + std::string(access_token.reveal_text())},
                             {"accept", "application/json, application/jwt"}}};
}

Result<Json, FlowError> read_userinfo(const Response& response, std::string_view subject,
                                      const Settings& settings, const jose::KeySet& keys,
                                      Time now) {
  if (response.status != 200) return fail(read_refusal(response));
  const auto type = response.header("content-type");
  const bool is_signed = lower_ascii(trim(type.substr(0, type.find(';')))) == "application/jwt";
  auto claims = is_signed ? TRY(read_signed(response, settings, keys, now))
                          : TRY(read_object(response, kFrom));
  // Core §5.3.2: the sub of the ID token, exactly; else it is about somebody else.
  const auto* sub = claims.find_string("sub");
  if (subject.empty() || !sub || *sub != subject) {
    return fail(foreign("userinfo about the person of the ID token",
                        subject.empty() ? "no ID token" : sub ? "another sub" : "no sub"));
  }
  return claims;
}

}  // namespace grantd::client
