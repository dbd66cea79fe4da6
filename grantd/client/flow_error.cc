#include "grantd/client/flow_error.h"

#include "grantd/base/encoding.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::client {
namespace {

std::string_view remedy_for(std::string_view code) {
  struct Row {
    std::string_view code, remedy;
  };
  static constexpr Row kRows[] = {
      {"access_denied", "ask the person whether to try again"},
      {"invalid_client", "compare client_id, secret and method with the client's registration"},
      {"invalid_grant", "run the flow again: the code or refresh token no longer counts"},
      {"invalid_scope", "ask for scopes that the client is allowed"},
      {"invalid_target", "name one API that the server knows, and scopes of it"},
      {"login_required", "start again without prompt=none"},
      {"consent_required", "start again without prompt=none"},
      {"interaction_required", "start again without prompt=none"},
      {"unauthorized_client", "allow the client this grant type at the server"},
      {"temporarily_unavailable", "try again in a moment"},
      {"server_error", "try again in a moment; the server's log says more"},
  };
  for (const auto& row : kRows) {
    if (row.code == code) return row.remedy;
  }
  return "compare the request with the client's registration; the server's log says more";
}

}  // namespace

std::string shown(std::string_view text) {
  return printable(text.substr(0, 300)) + (text.size() > 300 ? "..." : "");
}

FlowError settings_error(std::string expected, std::string found, std::string remedy) {
  return {.problem = FlowProblem::settings,
          .expected = std::move(expected),
          .found = std::move(found),
          .remedy = std::move(remedy)};
}

FlowError malformed(std::string expected, std::string found) {
  return {.problem = FlowProblem::malformed,
          .expected = std::move(expected),
          .found = std::move(found),
          .remedy = "start again; if it stays, report it to the server's operator"};
}

FlowError refused(std::string_view code, std::string_view description) {
  return {.problem = FlowProblem::refused,
          .code = shown(code),
          .description = shown(description),
          .remedy = std::string(remedy_for(code))};
}

Result<Unit, FlowError> check_endpoint(std::string_view name, std::string_view url) {
  const auto uri = oauth::parse_absolute_uri(url);
  if (uri && oauth::is_protected(*uri)) return Unit{};
  return fail(
      settings_error(std::string(name) + ": an https URL, or http to this machine",
                     "\"" + shown(url) + "\"" + (uri ? "" : ": " + std::string(uri.error())),
                     "set it to what the server's metadata names"));
}

std::string FlowError::message() const {
  std::string text;
  const auto add = [&text](std::string_view before, std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) text += "; ";
    text.append(before).append(part);
  };
  add("the server refused: ", code);
  add("it says: ", description);
  add("expected ", expected);
  add("found ", found);
  add("", remedy);
  return text;
}

}  // namespace grantd::client
