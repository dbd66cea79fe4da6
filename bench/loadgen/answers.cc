// The answers: taken off a connection, and judged.
#include <strings.h>

#include <algorithm>
#include <cstring>

#include "bench/loadgen/engine.h"
#include "bench/loadgen/text.h"
#include "grantd/base/encoding.h"

namespace loadgen {
namespace {

constexpr std::size_t kShownMax = 160;

bool is(std::string_view name, const char* wanted) {
  return name.size() == std::strlen(wanted) &&
         strncasecmp(name.data(), wanted, name.size()) == 0;
}

struct Head {
  bool chunked = false;
  bool close = false;
  std::size_t length = std::string::npos;
};

// `at`: after the last chunk. False: more bytes are needed.
bool take_chunks(const std::string& in, std::size_t& at, std::string& body) {
  for (;;) {
    const std::size_t end = in.find("\r\n", at);
    if (end == std::string::npos) return false;
    const std::size_t size = std::strtoul(in.c_str() + at, nullptr, 16);
    if (in.size() < end + 2 + size + 2) return false;
    body.append(in, end + 2, size);
    at = end + 2 + size + 2;
    if (size == 0) return true;
  }
}

bool take_body(const std::string& in, const Head& head, bool closed, std::size_t& at,
               Answer& answer) {
  if (answer.status == 204 || answer.status == 304) return true;
  if (head.chunked) return take_chunks(in, at, answer.body);
  if (head.length == std::string::npos) {
    if (!closed) return false;
    answer.body.assign(in, at);
    at = in.size();
    return true;
  }
  if (in.size() - at < head.length) return false;
  answer.body.assign(in, at, head.length);
  at += head.length;
  return true;
}

void unescape_ampersands(std::string& text) {
  for (std::size_t at; (at = text.find("&amp;")) != std::string::npos;) text.erase(at + 1, 4);
}

}  // namespace

bool Engine::take_answer(Connection& connection, Answer& answer, bool closed) {
  const std::string& in = connection.in;
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  answer.status = std::atoi(in.c_str() + 9);
  Head head;
  std::vector<std::string_view> cookies;
  for (std::size_t at = in.find("\r\n") + 2; at < end + 2;) {
    const std::size_t line_end = in.find("\r\n", at);
    const std::size_t colon = in.find(':', at);
    if (colon < line_end) {
      const std::string_view name(in.data() + at, colon - at);
      const std::string_view value =
          grantd::trim(std::string_view(in.data() + colon + 1, line_end - colon - 1));
      if (is(name, "content-length")) head.length = std::strtoul(value.data(), nullptr, 10);
      if (is(name, "transfer-encoding")) head.chunked = is(value, "chunked");
      if (is(name, "connection")) head.close = is(value, "close");
      if (is(name, "location")) answer.location = value;
      if (is(name, "retry-after")) answer.retry_after = !value.empty();
      if (is(name, "set-cookie") && scenario_.cookies) cookies.push_back(value);
    }
    at = line_end + 2;
  }
  std::size_t at = end + 4;
  if (!take_body(in, head, closed, at, answer)) return false;
  for (const std::string_view cookie : cookies) {
    const std::string_view pair = cookie.substr(0, cookie.find(';'));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name(pair.substr(0, equals));
    const std::string value(pair.substr(equals + 1));
    if (value.empty()) {
      connection.jar.erase(name);
    } else {
      connection.jar[name] = value;
    }
  }
  connection.in.erase(0, at);
  if (head.close) connection.reconnect = true;
  return true;
}

// Empty: as it must be.
std::string Engine::check(Connection& connection, const Answer& answer) {
  const Step& step = current(connection);
  if (std::ranges::find(step.status, answer.status) == step.status.end()) {
    const std::string& shown = answer.location.empty() ? answer.body : answer.location;
    return "status " + std::to_string(answer.status) + " " + shown.substr(0, kShownMax);
  }
  if (std::string reason = check_location(connection, answer); !reason.empty()) return reason;
  if (std::string reason = check_body(connection, answer); !reason.empty()) return reason;
  for (const JwtCheck& wanted : step.jwt) {
    if (std::string reason = check_jwt(connection, wanted); !reason.empty()) return reason;
  }
  for (const std::size_t variable : step.unique) {
    if (!seen_.insert(std::hash<std::string>{}(connection.values[variable])).second) {
      return "a code or token was issued twice";
    }
  }
  return {};
}

std::string Engine::check_location(Connection& connection, const Answer& answer) {
  const Step& step = current(connection);
  const std::string& location = answer.location;
  const std::string shown = location.substr(0, kShownMax);
  if (!location.starts_with(step.location_prefix)) return "location " + shown;
  for (const auto& [name, wanted] : step.location_equals) {
    std::string found, expected;
    wanted.fill(expected, connection.values);
    if (!url_parameter(location, name, found) || found != expected) {
      return "location: " + name + " is wrong";
    }
  }
  for (const auto& [name, variable] : step.location_save) {
    if (!url_parameter(location, name, connection.values[variable])) {
      return "location has no " + name + ": " + shown;
    }
  }
  for (const std::size_t variable : step.save_location) {
    const std::size_t scheme = location.find("://");
    const std::size_t path = scheme == std::string::npos ? 0 : location.find('/', scheme + 3);
    connection.values[variable] = location.substr(path);
  }
  return {};
}

std::string Engine::check_body(Connection& connection, const Answer& answer) {
  const Step& step = current(connection);
  const std::string& body = answer.body;
  for (const auto& [name, wanted] : step.json_equals) {
    std::string found, expected;
    wanted.fill(expected, connection.values);
    if (!json_member(body, name, found) || found != expected) {
      return name + " is wrong: " + body.substr(0, kShownMax);
    }
  }
  constexpr std::size_t kTokenBytesMin = 8;
  for (const auto& [name, variable] : step.json_save) {
    std::string& value = connection.values[variable];
    if (!json_member(body, name, value) || value.size() < kTokenBytesMin) {
      return "no " + name + ": " + body.substr(0, kShownMax);
    }
  }
  for (const std::string& text : step.contains) {
    if (body.find(text) == std::string::npos) return "the body has no " + text;
  }
  for (const Between& between : step.body_save) {
    const std::size_t before = body.find(between.before);
    const std::size_t at = before + between.before.size();
    const std::size_t end = before == std::string::npos ? before : body.find(between.after, at);
    if (end == std::string::npos) return "the body has no " + between.before;
    std::string& value = connection.values[between.variable];
    value = body.substr(at, end - at);
    unescape_ampersands(value);
  }
  return {};
}

std::string Engine::check_jwt(Connection& connection, const JwtCheck& wanted) {
  const std::string_view token = connection.values[wanted.variable];
  const auto parts = grantd::split(token, '.');
  if (parts.size() != 3) return "no JWS";
  const auto header = grantd::base64url_decode(parts[0]);
  std::string algorithm;
  if (!header || !json_member(grantd::as_text(*header), "alg", algorithm) ||
      algorithm != wanted.algorithm) {
    return "alg is " + algorithm + ", not " + wanted.algorithm;
  }
  if (options_.verify_every == 0 || tokens_seen_++ % options_.verify_every != 0) return {};
  const auto claims = grantd::base64url_decode(parts[1]);
  const auto signature = grantd::base64url_decode(parts[2]);
  if (!claims || !signature) return "no canonical base64url";
  std::string kid;
  json_member(grantd::as_text(*header), "kid", kid);
  for (const auto& [name, value] : wanted.claims) {
    std::string found, expected;
    value.fill(expected, connection.values);
    if (!json_member(grantd::as_text(*claims), name, found) || found != expected) {
      return "claim " + name + " is wrong";
    }
  }
  const std::string_view signed_part = token.substr(0, parts[0].size() + 1 + parts[1].size());
  if (!scenario_.keys.verify(kid, algorithm, signed_part,
                             std::string(grantd::as_text(*signature)))) {
    return "the signature is wrong";
  }
  ++verified_;
  return {};
}

}  // namespace loadgen
