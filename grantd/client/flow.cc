#include "grantd/client/flow.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/client/client_proof.h"
#include "grantd/client/flow_error.h"
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
                                     "client_assertion_type",
                                     "nonce",
                                     "max_age",
                                     "acr_values"};

Result<Unit, FlowError> check_extra(const Parameters& extra) {
  for (auto item = extra.begin(); item != extra.end(); ++item) {
    if (std::ranges::find(kOwn, item->first) != std::end(kOwn)) {
      return fail(settings_error("extra parameters beside the flow's own",
                                 quoted(item->first),
                                 "leave it out of extra; the flow sets it itself"));
    }
    // RFC 6749 §3.1: none twice; RFC 8707 §2: but resource.
    const bool again = std::any_of(extra.begin(), item,
                                   [&](const auto& other) { return other.first == item->first; });
    if (again && item->first != "resource") {
      return fail(settings_error("each extra parameter once",
                                 quoted(item->first) + " twice", "leave one of them out"));
    }
  }
  return Unit{};
}

// Whether the answer is one to this flow, from this flow's server.
Result<Unit, FlowError> check_origin(const Settings& settings, const Pending& pending,
                                     const oauth::Form& answer) {
  if (pending.state.empty()) {
    return fail(foreign("a flow that this browser began and that was not answered yet", "none"));
  }
  const auto& provider = settings.provider;
  // RFC 9700 §4.4.2: the code goes to the server that this very flow was sent to, or nowhere.
  if (pending.issuer != provider.issuer || pending.client_id != settings.client_id) {
    return fail(foreign("a flow begun with the same issuer and client_id",
                        "one begun at issuer " + quoted(pending.issuer.view())));
  }
  // RFC 6749 §10.12, RFC 9700 §4.7.1 (CL-01, CL-12): bound to the browser that began, by state.
  const auto state = answer.find("state");
  if (!state) return fail(foreign("state as it was sent", "no state"));
  if (!equal_in_constant_time(*state, pending.state)) {
    return fail(foreign("state as it was sent", "another state"));
  }
  // RFC 9207 §2.4: simple string comparison, for errors too; absent only from who never sends it.
  const auto iss = answer.find("iss");
  if (iss && *iss != provider.issuer.view()) {
    return fail(foreign("iss " + quoted(provider.issuer.view()), quoted(*iss)));
  }
  if (!iss && provider.iss_expected) {
    return fail(foreign("iss " + quoted(provider.issuer.view()) + ", which this server sends",
                        "no iss"));
  }
  return Unit{};
}

Result<Unit, FlowError> check_token_endpoint(const Settings& settings) {
  TRY(check_endpoint("token_endpoint", settings.provider.token_endpoint));
  return check_client(settings);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// What of the request is about the person's sign-in (OpenID Connect Core §3.1.2.1).
void ask_for_sign_in(const Settings& settings, const Moment& moment, oauth::Form& form,
                     Pending& pending) {
  if (settings.scope.has(oauth::kOpenid)) {
    pending.nonce = base64url_encode(moment.nonce);
    form.add("nonce", pending.nonce);
  }
  if (settings.max_age) form.add("max_age", std::to_string(settings.max_age->count()));
  if (!settings.acr_values.empty()) form.add("acr_values", joined(settings.acr_values));
  pending.max_age = settings.max_age;
  pending.acr_values = settings.acr_values;
}

}  // namespace

Result<Started, FlowError> start(const Settings& settings, const Moment& moment) {
  const auto& provider = settings.provider;
  TRY(check_token_endpoint(settings));
  TRY(check_endpoint("authorization_endpoint", provider.authorization_endpoint));
  TRY(check_extra(settings.extra));
  const auto& redirect_uri = settings.redirect_uri.str();
  if (redirect_uri.empty()) {
    return fail(settings_error("a redirect URI, registered for this client", "none",
                               "set redirect_uri to the app's callback"));
  }
  if (provider.issuer.empty()) {
    return fail(settings_error("the server's issuer", "none", "set issuer"));
  }
  const auto verifier = oauth::CodeVerifier::from_random(moment.verifier);
  Started started;
  started.pending.state = base64url_encode(moment.state);
  started.pending.verifier = verifier.secret();
  started.pending.issuer = provider.issuer;
  started.pending.client_id = settings.client_id;
  started.pending.redirect_uri = redirect_uri;
  started.pending.scope = settings.scope;

  oauth::Form form;
  form.add("response_type", "code");
  form.add("client_id", settings.client_id.str());
  form.add("redirect_uri", redirect_uri);
  if (!settings.scope.empty()) form.add("scope", settings.scope.to_text());
  form.add("state", started.pending.state);
  ask_for_sign_in(settings, moment, form, started.pending);
  // RFC 7636 §4.3; RFC 9700 §2.1.1: every client, the confidential too.
  form.add("code_challenge", verifier.challenge().to_text());
  form.add("code_challenge_method", "S256");
  for (const auto& [name, value] : settings.extra) form.add(name, value);
  // RFC 6749 §3.1: the endpoint may have a query of its own, which stays.
  const auto& endpoint = provider.authorization_endpoint;
  started.url = endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&") + form.encode();
  return started;
}

Result<Exchange, FlowError> finish(const Settings& settings, Pending&& pending,
                                   std::string_view query, const Moment& moment) {
  const Pending taken = std::exchange(pending, Pending{});
  TRY(check_token_endpoint(settings));
  const auto answer = oauth::Form::parse(query);
  if (!answer) {
    return fail(malformed("a callback query of well-formed parameters", answer.error()));
  }
  // RFC 6749 §3.1: a parameter that stands twice could be read in two ways.
  if (const auto name = answer->repeated()) {
    return fail(malformed("each parameter of the callback once", quoted(*name) + " twice"));
  }
  TRY(check_origin(settings, taken, *answer));

  const auto code = answer->find("code");
  const auto error = answer->find("error");
  if (code && error) return fail(malformed("either code or error", "both"));
  if (error) return fail(refused(*error, answer->get("error_description")));
  if (!code) return fail(malformed("either code or error", "neither"));

  oauth::Form form;
  form.add("grant_type", "authorization_code");
  form.add("code", *code);
  form.add("redirect_uri", taken.redirect_uri);
  form.add("code_verifier", taken.verifier.reveal_text());
  Exchange exchange;
  exchange.request = prove(settings, settings.provider.token_endpoint, std::move(form), moment);
  exchange.scope = taken.scope;
  exchange.wants_id_token = !taken.nonce.empty();
  exchange.id_token = expected_of(settings);
  exchange.id_token.nonce = taken.nonce;
  exchange.id_token.max_age = taken.max_age;
  exchange.id_token.acr_values = taken.acr_values;
  return exchange;
}

Expected expected_of(const Settings& settings) {
  Expected expected;
  expected.issuer = settings.provider.issuer;
  expected.client_id = settings.client_id;
  // Core §3.1.3.7 item 7: the one that was registered, else what the server says it signs with.
  expected.algorithms = settings.provider.id_token_algorithms;
  if (settings.id_token_algorithm) expected.algorithms = {*settings.id_token_algorithm};
  return expected;
}

Result<Request, FlowError> refresh_request(const Settings& settings, const Secret& refresh_token,
                                           const Moment& moment, const oauth::ScopeSet& scope) {
  TRY(check_token_endpoint(settings));
  if (refresh_token.empty()) {
    return fail(settings_error("a refresh token", "none", "run the flow again"));
  }
  oauth::Form form;
  form.add("grant_type", "refresh_token");
  form.add("refresh_token", std::string(refresh_token.reveal_text()));
  if (!scope.empty()) form.add("scope", scope.to_text());
  return prove(settings, settings.provider.token_endpoint, std::move(form), moment);
}

Result<Request, FlowError> client_credentials_request(const Settings& settings,
                                                      const Moment& moment,
                                                      const Parameters& extra) {
  TRY(check_token_endpoint(settings));
  TRY(check_extra(extra));
  // RFC 6749 §4.4: only confidential clients.
  if (settings.auth == ClientAuth::none) {
    return fail(settings_error("a confidential client", "one without a secret or key",
                               "register the client with a secret or a key, and set it"));
  }
  oauth::Form form;
  form.add("grant_type", "client_credentials");
  if (!settings.scope.empty()) form.add("scope", settings.scope.to_text());
  for (const auto& [name, value] : extra) form.add(name, value);
  return prove(settings, settings.provider.token_endpoint, std::move(form), moment);
}

Result<Request, FlowError> revocation_request(const Settings& settings, const Secret& token,
                                              std::string_view hint, const Moment& moment) {
  TRY(check_endpoint("revocation_endpoint", settings.provider.revocation_endpoint));
  TRY(check_client(settings));
  oauth::Form form;
  form.add("token", std::string(token.reveal_text()));
  if (!hint.empty()) form.add("token_type_hint", std::string(hint));
  return prove(settings, settings.provider.revocation_endpoint, std::move(form), moment);
}

Result<std::string, FlowError> end_session_url(const Settings& settings,
                                               std::string_view id_token_hint,
                                               std::string_view after, std::string_view state) {
  const auto& endpoint = settings.provider.end_session_endpoint;
  TRY(check_endpoint("end_session_endpoint", endpoint));
  oauth::Form form;
  if (!id_token_hint.empty()) form.add("id_token_hint", std::string(id_token_hint));
  form.add("client_id", settings.client_id.str());
  if (!after.empty()) form.add("post_logout_redirect_uri", std::string(after));
  if (!after.empty() && !state.empty()) form.add("state", std::string(state));
  return endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&") + form.encode();
}

}  // namespace grantd::client
