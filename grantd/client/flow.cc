#include "grantd/client/flow.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/client/flow_error.h"
#include "grantd/oauth/absolute_uri.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"
#include "grantd/oauth/pkce.h"

namespace grantd::client {
namespace {

// Parameters that the flow sets itself, or that would change what it asks for.
constexpr std::string_view kOwn[] = {"response_type",
                                     "response_mode",
                                     "client_id",
                                     "redirect_uri",
                                     "scope",
                                     "state",
                                     "code_challenge",
                                     "code_challenge_method",
                                     "request",
                                     "request_uri",
                                     "grant_type",
                                     "client_secret",
                                     "client_assertion",
                                     "client_assertion_type"};

Result<Unit, FlowError> check_client(const Settings& settings) {
  TRY(check_endpoint("token_endpoint", settings.token_endpoint));
  if (!oauth::parse_client_id(settings.client_id.view())) {
    return fail(settings_error("client_id: 1 to 255 visible ASCII characters",
                               "\"" + shown(settings.client_id.view()) + "\"",
                               "set the client_id that the server knows the app by"));
  }
  if ((settings.auth == ClientAuth::none) != settings.client_secret.empty()) {
    return fail(settings_error(
        "a client secret with client_secret_basic and client_secret_post, and none without",
        settings.client_secret.empty() ? "no secret" : "a secret, and the method none",
        "set the method that the client is registered with, and its secret"));
  }
  return Unit{};
}

Result<Unit, FlowError> check_extra(const Parameters& extra) {
  for (auto item = extra.begin(); item != extra.end(); ++item) {
    if (std::ranges::find(kOwn, item->first) != std::end(kOwn)) {
      return fail(settings_error("extra parameters beside the flow's own",
                                 "\"" + shown(item->first) + "\"",
                                 "leave it out of extra; the flow sets it itself"));
    }
    // RFC 6749 §3.1: none twice; RFC 8707 §2: but resource.
    const bool again = std::any_of(extra.begin(), item,
                                   [&](const auto& other) { return other.first == item->first; });
    if (again && item->first != "resource") {
      return fail(settings_error("each extra parameter once",
                                 "\"" + shown(item->first) + "\" twice", "leave one of them out"));
    }
  }
  return Unit{};
}

// RFC 6749 §2.3.1, §3.2.1: by header or in the body, never both; a public client only names itself.
TokenRequest make_request(const Settings& settings, oauth::Form form) {
  TokenRequest request{.url = settings.token_endpoint,
                       .headers = {{"content-type", "application/x-www-form-urlencoded"},
                                   {"accept", "application/json"}}};
  const auto secret = settings.client_secret.reveal_text();
  if (settings.auth == ClientAuth::client_secret_basic) {
    request.headers.emplace_back("authorization",
                                 oauth::make_basic(settings.client_id.view(), secret));
  } else {
    form.add("client_id", settings.client_id.str());
  }
  if (settings.auth == ClientAuth::client_secret_post) {
    form.add("client_secret", std::string(secret));
  }
  request.body = form.encode();
  return request;
}

FlowError foreign(std::string expected, std::string found) {
  return {.problem = FlowProblem::foreign,
          .expected = std::move(expected),
          .found = std::move(found),
          .remedy = "drop this answer and start the flow again from the app"};
}

// Whether the answer is one to this flow, from this flow's server.
Result<Unit, FlowError> check_origin(const Settings& settings, const Pending& pending,
                                     const oauth::Form& answer) {
  if (pending.state.empty()) {
    return fail(foreign("a flow that this browser began and that was not answered yet", "none"));
  }
  // RFC 9700 §4.4.2: the code goes to the server that this very flow was sent to, or nowhere.
  if (pending.issuer != settings.issuer || pending.client_id != settings.client_id ||
      pending.redirect_uri != settings.redirect_uri.str()) {
    return fail(foreign("a flow begun with the same issuer, client_id and redirect_uri",
                        "one begun at issuer \"" + shown(pending.issuer.view()) + "\""));
  }
  // RFC 6749 §10.12, RFC 9700 §4.7.1 (CL-01, CL-12): bound to the browser that began, by state.
  const auto* state = answer.find("state");
  if (!state) return fail(foreign("state as it was sent", "no state"));
  if (!equal_in_constant_time(*state, pending.state)) {
    return fail(foreign("state as it was sent", "another state"));
  }
  // RFC 9207 §2.4: simple string comparison, for errors too; absent only from who never sends it.
  const auto* iss = answer.find("iss");
  if (iss && *iss != settings.issuer.view()) {
    return fail(
        foreign("iss \"" + shown(settings.issuer.view()) + "\"", "\"" + shown(*iss) + "\""));
  }
  if (!iss && settings.iss_expected) {
    return fail(foreign("iss \"" + shown(settings.issuer.view()) + "\", which this server sends",
                        "no iss"));
  }
  return Unit{};
}

}  // namespace

Result<Started, FlowError> start(const Settings& settings, const Entropy& entropy) {
  TRY(check_client(settings));
  TRY(check_endpoint("authorization_endpoint", settings.authorization_endpoint));
  TRY(check_extra(settings.extra));
  const auto& redirect_uri = settings.redirect_uri.str();
  if (redirect_uri.empty()) {
    return fail(settings_error("a redirect URI, registered for this client", "none",
                               "set redirect_uri to the app's callback"));
  }
  if (settings.issuer.empty()) {
    return fail(settings_error("the server's issuer", "none", "set issuer"));
  }
  const auto verifier = oauth::CodeVerifier::from_random(entropy.verifier);
  Started started;
  started.pending.state = base64url_encode(entropy.state);
  started.pending.verifier = verifier.secret();
  started.pending.issuer = settings.issuer;
  started.pending.client_id = settings.client_id;
  started.pending.redirect_uri = redirect_uri;

  oauth::Form form;
  form.add("response_type", "code");
  form.add("client_id", settings.client_id.str());
  form.add("redirect_uri", redirect_uri);
  if (!settings.scope.empty()) form.add("scope", settings.scope.to_text());
  form.add("state", started.pending.state);
  // RFC 7636 §4.3; RFC 9700 §2.1.1: every client, the confidential too.
  form.add("code_challenge", verifier.challenge().to_text());
  form.add("code_challenge_method", "S256");
  for (const auto& [name, value] : settings.extra) form.add(name, value);
  // RFC 6749 §3.1: the endpoint may have a query of its own, which stays.
  const auto& endpoint = settings.authorization_endpoint;
  started.url = endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&") + form.encode();
  return started;
}

Result<TokenRequest, FlowError> finish(const Settings& settings, Pending&& pending,
                                       std::string_view query) {
  const Pending taken = std::exchange(pending, Pending{});
  TRY(check_client(settings));
  const auto answer = oauth::Form::parse(query);
  if (!answer) {
    return fail(malformed("a callback query of well-formed parameters", answer.error()));
  }
  // RFC 6749 §3.1: a parameter that stands twice could be read in two ways.
  if (const auto* name = answer->repeated()) {
    return fail(malformed("each parameter of the callback once", "\"" + shown(*name) + "\" twice"));
  }
  TRY(check_origin(settings, taken, *answer));

  const auto* code = answer->find("code");
  const auto* error = answer->find("error");
  if (code && error) return fail(malformed("either code or error", "both"));
  if (error) return fail(refused(*error, answer->get("error_description")));
  if (!code) return fail(malformed("either code or error", "neither"));

  oauth::Form form;
  form.add("grant_type", "authorization_code");
  form.add("code", *code);
  form.add("redirect_uri", taken.redirect_uri);
  form.add("code_verifier", std::string(taken.verifier.reveal_text()));
  return make_request(settings, std::move(form));
}

Result<TokenRequest, FlowError> refresh_request(const Settings& settings,
                                                const Secret& refresh_token,
                                                const oauth::ScopeSet& scope) {
  TRY(check_client(settings));
  if (refresh_token.empty()) {
    return fail(settings_error("a refresh token", "none", "run the flow again"));
  }
  oauth::Form form;
  form.add("grant_type", "refresh_token");
  form.add("refresh_token", std::string(refresh_token.reveal_text()));
  if (!scope.empty()) form.add("scope", scope.to_text());
  return make_request(settings, std::move(form));
}

Result<TokenRequest, FlowError> client_credentials_request(const Settings& settings,
                                                           const Parameters& extra) {
  TRY(check_client(settings));
  TRY(check_extra(extra));
  // RFC 6749 §4.4: only confidential clients.
  if (settings.auth == ClientAuth::none) {
    return fail(settings_error("a confidential client", "one without a secret",
                               "register the client with a secret and set it"));
  }
  oauth::Form form;
  form.add("grant_type", "client_credentials");
  if (!settings.scope.empty()) form.add("scope", settings.scope.to_text());
  for (const auto& [name, value] : extra) form.add(name, value);
  return make_request(settings, std::move(form));
}

std::string Pending::to_text() const {
  return Json::object({{"state", state},
                       {"verifier", verifier.reveal_text()},
                       {"issuer", issuer.str()},
                       {"client_id", client_id.str()},
                       {"redirect_uri", redirect_uri}})
      .dump();
}

Result<Pending, FlowError> Pending::parse(std::string_view text) {
  const auto document = Json::parse(text, 16 * 1024);
  const auto member = [&](std::string_view name) {
    const auto* value = document ? document->find_string(name) : nullptr;
    return value ? *value : std::string();
  };
  Pending pending;
  pending.state = member("state");
  const auto verifier = oauth::CodeVerifier::parse(member("verifier"));
  pending.issuer = oauth::Issuer(member("issuer"));
  pending.client_id = oauth::ClientId(member("client_id"));
  pending.redirect_uri = member("redirect_uri");
  if (pending.state.empty() || !verifier || pending.redirect_uri.empty()) {
    return fail(foreign("a pending flow as to_text() wrote it", "other text"));
  }
  pending.verifier = verifier->secret();
  return pending;
}

}  // namespace grantd::client
