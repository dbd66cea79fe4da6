#include "grantd/server/walk_rules.h"

#include <algorithm>
#include <iterator>

namespace grantd::server {
namespace {

// `grant`: only with this grant_type; empty: always. Rows of an endpoint in the order asked.
struct Row {
  std::string_view endpoint, rule, passed, grant = {};
};

constexpr std::string_view kCode = "authorization_code";
constexpr std::string_view kRefresh = "refresh_token";
constexpr std::string_view kOwn = "client_credentials";

constexpr Row kRows[] = {
    {"authorize", "endpoint", "the method is one that is taken"},
    {"authorize", "authorize/read", "the request could be read"},
    {"authorize", "authorize/request_object", "no request object, or a good one"},
    {"authorize", "authorize/return_address", "client and redirect_uri are registered"},
    {"authorize", "authorize/check_request", "the parameters are right"},
    {"authorize", "authorize/id_token_hint", "no id_token_hint, or a good one"},
    {"authorize", "oidc/signing", "there are keys that it can be signed by"},
    {"authorize", "authorize/next_step", "the person is signed in and allowed it"},
    {"authorize", "authorize/respond", "the code fits into a URL"},

    {"login", "endpoint", "the method is one that is taken"},
    {"login", "interact/login", "the form is this browser's, the password right"},
    {"consent", "endpoint", "the method is one that is taken"},
    {"consent", "interact/consent", "the form is this session's"},
    {"account", "endpoint", "the method is one that is taken"},
    {"account", "account/endpoint", "the form is this session's"},
    {"logout", "endpoint", "the method is one that is taken"},
    {"logout", "interact/logout", "the request was understood"},

    {"token", "endpoint", "the method is one that is taken"},
    {"token", "token/endpoint", "the body is a form with a grant_type"},
    {"token", "client_auth/authenticate", "the client proved who it is"},
    {"token", "token/endpoint", "the client may use this grant type"},
    {"token", "token/code_grant", "the code is the client's, proven and unused", kCode},
    {"token", "token/refresh_grant", "the refresh token is the client's and alive", kRefresh},
    {"token", "token/client_credentials_grant", "the client may have what it asks for", kOwn},
    {"token", "authorize/check_request", "the scopes are of one API", kOwn},
    {"token", "oidc/signing", "there are keys that it can be signed by"},

    {"revoke", "endpoint", "the method is one that is taken"},
    {"revoke", "token/endpoint", "the body is a form"},
    {"revoke", "client_auth/authenticate", "the client proved who it is"},
    {"revoke", "revoke/endpoint", "the token is the client's"},

    {"introspect", "endpoint", "the method is one that is taken"},
    {"introspect", "token/endpoint", "the body is a form"},
    {"introspect", "client_auth/authenticate", "the client proved who it is"},
    {"introspect", "introspect/endpoint", "the client may ask, and the token is alive"},

    {"userinfo", "endpoint", "the method is one that is taken"},
    {"userinfo", "token/endpoint", "the body could be read"},
    {"userinfo", "userinfo/endpoint", "the token is alive and has openid"},
    {"userinfo", "oidc/signing", "there are keys that it can be signed by"},

    {"register", "endpoint", "the method is one that is taken"},
    {"register", "register/endpoint", "the token, if one is needed, is good"},
    {"register", "register/metadata", "the metadata are right"},
};

std::string_view grant_type_of(const WalkTrace& trace) {
  constexpr std::string_view kName = "bgrant_type=";
  const std::string_view sent = trace.sent;
  std::size_t at = sent.starts_with(kName) ? 0 : sent.find("\n" + std::string(kName));
  if (at == std::string_view::npos) return {};
  at += kName.size() + (at == 0 ? 0 : 1);
  return sent.substr(at, sent.find('\n', at) - at);
}

// Guessing is slowed before anybody is authenticated.
bool was_throttled(const core::Reason& reason) { return reason.citation == "RFC 6585 §4"; }

}  // namespace

std::vector<std::string> rules_passed(const WalkTrace& trace) {
  const std::string_view grant = grant_type_of(trace);
  const bool by_rule = !trace.reasons.empty();  // else all of them let it pass
  const std::string decided = by_rule ? trace.reasons.back().rule : std::string();
  const bool early = trace.rounds == 0 || (by_rule && was_throttled(trace.reasons.back()));
  std::vector<std::string> out;
  std::size_t last = 0;  // how many stand before the row that decided
  for (const Row& row : kRows) {
    if (row.endpoint != trace.endpoint || (!row.grant.empty() && row.grant != grant)) continue;
    if (row.rule == decided) {
      last = out.size();
      if (early) break;  // the first row of that rule; else its last
    }
    if (row.rule == "endpoint") continue;  // plain by its answer
    out.push_back(std::string(row.passed) + " (" + std::string(row.rule) + ")");
  }
  if (by_rule) out.resize(std::min(last, out.size()));
  return out;
}

bool is_known_rule(std::string_view rule) {
  return std::ranges::find(kRows, rule, &Row::rule) != std::end(kRows);
}

}  // namespace grantd::server
