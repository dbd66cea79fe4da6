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

std::string quoted(std::string_view text) { return "\"" + shown(text) + "\""; }

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

FlowError foreign(std::string expected, std::string found) {
  return {.problem = FlowProblem::foreign,
          .expected = std::move(expected),
          .found = std::move(found),
          .remedy = "drop this answer and start the flow again from the app"};
}

FlowError unavailable(std::string expected, std::string found) {
  return {.problem = FlowProblem::unavailable,
          .expected = std::move(expected),
          .found = std::move(found),
          .remedy = "try again in a moment"};
}

FlowError signed_out(std::string found) {
  return {.problem = FlowProblem::signed_out,
          .expected = "a login",
          .found = std::move(found),
          .remedy = "sign in again"};
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
                     quoted(url) + (uri ? "" : ": " + std::string(uri.error())),
                     "set it to what the server's metadata names"));
}

Result<Json, FlowError> read_object(const Response& response, std::string_view from) {
  const auto answer = "status " + std::to_string(response.status);
  const auto type = response.header("content-type");
  if (lower_ascii(trim(type.substr(0, type.find(';')))) != "application/json") {
    return fail(malformed("application/json from " + std::string(from),
                          answer + ", content type " + quoted(type)));
  }
  auto document = Json::parse(response.body, kBodyBytesMax);
  if (!document) return fail(malformed("JSON", answer + ", " + shown(document.error())));
  if (!document->as_object()) return fail(malformed("a JSON object", answer + ", another value"));
  return *std::move(document);
}

FlowError read_error(const Response& response, std::string_view from) {
  const auto status = "status " + std::to_string(response.status);
  // CL-04: a redirect would carry code and secret to a place that nobody checked.
  if (response.status >= 300 && response.status < 400) {
    return malformed("an answer from " + std::string(from) + " itself",
                     "a redirect (" + status + "), which is not followed");
  }
  const auto document = read_object(response, from);
  const auto* code = document ? document->find_string("error") : nullptr;
  if (response.status == 429 || response.status >= 500) {
    auto error = unavailable("an answer of " + std::string(from), status);
    error.remedy = "try again in a moment, as Retry-After says where it is sent";
    if (code) error.code = shown(*code);
    return error;
  }
  if (!document) return document.error();
  if (!code) return malformed("success, or an error with its code", status);
  const auto* description = document->find_string("error_description");
  return refused(*code, description ? *description : std::string());
}

std::string FlowError::message() const {
  std::string text;
  const auto add = [&text](std::string_view before, std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) text += "; ";
    text.append(before).append(part);
  };
  add(problem == FlowProblem::unavailable ? "the server says " : "the server refused: ", code);
  add("it says: ", description);
  add("expected ", expected);
  add("found ", found);
  add("", remedy);
  return text;
}

}  // namespace grantd::client
