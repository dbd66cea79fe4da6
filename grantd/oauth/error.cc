#include "grantd/oauth/error.h"

#include <iterator>

#include "grantd/base/check.h"

namespace grantd::oauth {
namespace {

using enum ErrorCode;

// One row a code, in the order of the enumeration.
constexpr ErrorRow kRows[] = {
    {invalid_request, "invalid_request", 400, true, "RFC 6749 §4.1.2.1, §5.2"},
    {invalid_client, "invalid_client", 401, false, "RFC 6749 §5.2"},
    {invalid_grant, "invalid_grant", 400, false, "RFC 6749 §5.2"},
    {unauthorized_client, "unauthorized_client", 400, true, "RFC 6749 §4.1.2.1, §5.2"},
    {unsupported_grant_type, "unsupported_grant_type", 400, false, "RFC 6749 §5.2"},
    {unsupported_response_type, "unsupported_response_type", 400, true, "RFC 6749 §4.1.2.1"},
    {invalid_scope, "invalid_scope", 400, true, "RFC 6749 §4.1.2.1, §5.2"},
    {invalid_target, "invalid_target", 400, true, "RFC 8707 §2"},
    {access_denied, "access_denied", 400, true, "RFC 6749 §4.1.2.1"},
    {server_error, "server_error", 500, true, "RFC 6749 §4.1.2.1"},
    {temporarily_unavailable, "temporarily_unavailable", 503, true, "RFC 6749 §4.1.2.1"},
    {login_required, "login_required", 400, true, "OIDC Core §3.1.2.6"},
    {consent_required, "consent_required", 400, true, "OIDC Core §3.1.2.6"},
    {interaction_required, "interaction_required", 400, true, "OIDC Core §3.1.2.6"},
    {account_selection_required, "account_selection_required", 400, true, "OIDC Core §3.1.2.6"},
    {invalid_request_uri, "invalid_request_uri", 400, true, "OIDC Core §3.1.2.6"},
    {invalid_request_object, "invalid_request_object", 400, true, "OIDC Core §3.1.2.6"},
    {registration_not_supported, "registration_not_supported", 400, true, "OIDC Core §3.1.2.6"},
    {unsupported_token_type, "unsupported_token_type", 400, false, "RFC 7009 §2.2.1"},
    {invalid_token, "invalid_token", 401, false, "RFC 6750 §3.1"},
    {insufficient_scope, "insufficient_scope", 403, false, "RFC 6750 §3.1"},
    {unmet_authentication_requirements, "unmet_authentication_requirements", 400, true,
     "OIDC Unmet Authentication Requirements §3"},
    {invalid_redirect_uri, "invalid_redirect_uri", 400, false, "RFC 7591 §3.2.2"},
    {invalid_client_metadata, "invalid_client_metadata", 400, false, "RFC 7591 §3.2.2"},
    {unapproved_software_statement, "unapproved_software_statement", 400, false,
     "RFC 7591 §3.2.2"},
    {insufficient_user_authentication, "insufficient_user_authentication", 401, false,
     "RFC 9470 §3"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  }
  return static_cast<std::size_t>(insufficient_user_authentication) + 1 == std::size(kRows);
}
static_assert(in_order());

}  // namespace

const ErrorRow& row(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  CHECK(index < std::size(kRows));
  return kRows[index];
}

}  // namespace grantd::oauth
