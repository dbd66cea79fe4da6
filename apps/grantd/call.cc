// grantd call: an API with the login's access token.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "apps/grantd/console.h"
#include "apps/grantd/login.h"
#include "apps/grantd/profile.h"
#include "grantd/base/encoding.h"
#include "grantd/client/challenge.h"
#include "grantd/http/client.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::app {
namespace {

constexpr std::string_view kUrl = "URL";
constexpr std::size_t kBodyBytesMax = 8 * 1024 * 1024;

Outcome<std::string> body_of(const std::string& text) {
  if (!text.starts_with('@')) return text;
  const Secret bytes = TRY(read_secret(text.substr(1), kBodyBytesMax));
  return std::string(bytes.reveal_text());
}

Outcome<http::Outgoing> read_request(const Call& call) {
  http::Outgoing out{.method = call.get("--request"), .url = call.get(kUrl), .fields = {},
                     .body = {}};
  const auto uri = oauth::parse_absolute_uri(out.url);
  // CL-04: whoever reads the wire would have the token.
  if (!uri || !oauth::is_protected(*uri)) {
    return usage(fmt::format("{}: expected an https address, or http to this computer, found "
                             "\"{}\"; the token is sent nowhere else", kUrl, printable(out.url)));
  }
  bool has_type = false;
  for (const std::string& line : call.all("--header")) {
    const std::size_t at = line.find(':');
    const std::string name = lower_ascii(trim(line.substr(0, at)));
    if (at == std::string::npos || name.empty()) {
      return usage(fmt::format("--header: expected \"Name: value\", found \"{}\"",
                               printable(line)));
    }
    constexpr std::string_view kOwn[] = {"authorization", "host", "connection", "content-length",
                                         "transfer-encoding"};
    if (std::ranges::find(kOwn, name) != std::end(kOwn)) {
      return usage(fmt::format("--header: {} is set by this command itself", printable(name)));
    }
    has_type = has_type || name == "content-type";
    out.fields.add(name, std::string(trim(std::string_view(line).substr(at + 1))));
  }
  if (call.has("--data")) out.body = TRY(body_of(call.get("--data")));
  if (out.method.empty()) out.method = call.has("--data") ? "POST" : "GET";
  if (call.has("--data") && !has_type) {
    const bool json = Json::parse(out.body).has_value();
    out.fields.add("content-type",
                   json ? "application/json" : "application/x-www-form-urlencoded");
  }
  return out;
}

http::Outgoing with_token(http::Outgoing request, const Secret& token) {
  request.fields.add("authorization", "Bearer " + std::string(token.reveal_text()));
  return request;
}

bool is_invalid_token(const http::Reply& reply) {
  const auto field = reply.fields.find("www-authenticate");
  if (reply.status != 401 || !field) return false;
  return std::ranges::any_of(client::read_challenges(*field), [](const client::Challenge& each) {
    return each.get("error") == "invalid_token";
  });
}

// CL-06: a terminal shows no API's escapes; a file or a pipe gets the bytes.
void print_body(const std::string& body) {
  if (!::isatty(STDOUT_FILENO)) return print(body);
  std::string out;
  for (const std::string_view line : split(body, '\n')) out += printable(line) + "\n";
  print(body.ends_with('\n') ? std::string_view(out).substr(0, out.size() - 1) : out);
}

// What is not a success, in words.
void explain(const http::Reply& reply, const Secret& token) {
  note(fmt::format("The API answered with status {}.", reply.status));
  for (const auto& [name, value] : reply.fields) {
    if (name == "location" && reply.status >= 300 && reply.status < 400) {
      note(fmt::format("It leads on to {}. Redirects are not followed: the token is for the "
                       "address that you named.", printable(value)));
    }
    if (name != "www-authenticate") continue;
    for (const auto& challenge : client::read_challenges(value)) {
      note(client::explain(challenge));
    }
  }
  const auto jwt = jose::decode_unverified(token.reveal_text());
  const auto audience = jwt ? jose::read_audience(jwt->claims)
                            : Result<std::vector<std::string>, std::string>();
  if (reply.status == 401 && audience && !audience->empty()) {
    note(fmt::format("The token is for {}; --resource at `grantd login` chooses.",
                     printable(fmt::format("{}", fmt::join(*audience, ", ")))));
  }
}

Outcome<> run(const Call& call) {
  const http::Outgoing request = TRY(read_request(call));
  const Profile profile = TRY(known_profile(call));
  client::Client client = TRY(open_client(profile));
  auto token = client.access_token();
  if (!token) return fail(failure_of(token.error(), profile));
  http::FetchOptions options;
  options.deadline = std::chrono::seconds(60);
  options.body_bytes_max = 64 * 1024 * 1024;
  options.ca_file = call.get("--ca-file");
  auto reply = http::fetch(with_token(request, *token), options);
  if (reply && is_invalid_token(*reply)) {
    // RFC 6750 §3.1: get a new one and retry, once.
    if (auto newer = client.access_token_after(*token)) {
      token = std::move(newer);
      reply = http::fetch(with_token(request, *token), options);
    }
  }
  if (!reply) return failed(reply.error());
  if (call.has("--include")) {
    print(fmt::format("HTTP/1.1 {}\n", reply->status));
    for (const auto& [name, value] : reply->fields) {
      print(fmt::format("{}: {}\n", printable(name), printable(value)));
    }
    print("\n");
  }
  print_body(reply->body);
  if (reply->status >= 200 && reply->status < 300) return Unit();
  explain(*reply, *token);
  return failed("the call did not succeed");
}

}  // namespace

Command call_command() {
  return {.path = "call",
          .summary = "call an API with the login's access token",
          .detail = "The token is refreshed where due, sent by https alone (or to this computer), "
                    "and never after a redirect. The answer's body goes to standard output; what "
                    "a refusal means, to standard error. Exit code 0 for 2xx.",
          .arguments = {{kUrl, "What to call."}},
          .options = {with_letter("-X", {"--request", "METHOD", "Else GET, or POST with --data."}),
                      with_letter("-d", {"--data", "TEXT",
                                         "The body; @FILE reads a file, @- standard input. Sent as "
                                         "JSON where it is JSON, else as a form."}),
                      repeated(with_letter("-H", {"--header", "LINE", "\"Name: value\"."})),
                      with_letter("-i", {"--include", "", "Print status and header too."}),
                      profile_option(),
                      {"--ca-file", "FILE", "PEM: authorities to trust for the API."}},
          .examples = {{"", "grantd call http://127.0.0.1:9092/notes"},
                       {"with a body", "grantd call -d '{\"note\": \"Buy milk\"}' "
                                       "http://127.0.0.1:9092/notes"}},
          .takes_config = false,
          .run = run};
}

}  // namespace grantd::app
