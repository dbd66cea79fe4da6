// The error table. A code's row decides status, channel and citation; call sites never do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grantd::oauth {

enum class ErrorCode {
  invalid_request,
  invalid_client,
  invalid_grant,
  unauthorized_client,
  unsupported_grant_type,
  unsupported_response_type,
  invalid_scope,
  invalid_target,
  access_denied,
  server_error,
  temporarily_unavailable,
  login_required,
  consent_required,
  interaction_required,
  account_selection_required,
  invalid_request_uri,
  invalid_request_object,
  registration_not_supported,
  unsupported_token_type,
  invalid_token,
  insufficient_scope,
  unmet_authentication_requirements,
  invalid_redirect_uri,
  invalid_client_metadata,
  unapproved_software_statement,
  insufficient_user_authentication,
};

struct ErrorRow {
  ErrorCode code;
  std::string_view name;      // as on the wire
  int status;                 // of a JSON answer from a direct endpoint
  bool redirectable;          // may go back to the client by an authorization response
  std::string_view citation;  // where the code is defined
};

const ErrorRow& row(ErrorCode code);
inline std::string_view to_text(ErrorCode code) { return row(code).name; }

// Two texts: `description` for the client (ASCII of RFC 6749 §5.2; tells no prober which check
// failed), `reason` for the operator (exactly what differed; never a credential).
struct OAuthError {
  ErrorCode code = ErrorCode::invalid_request;
  std::string description;
  std::string reason;
};

}  // namespace grantd::oauth
