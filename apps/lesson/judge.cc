#include "apps/lesson/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::lesson {
namespace {

std::string kind_of(const Exchange& exchange, const Known& known) {
  const std::string type = exchange.header("content-type");
  const int status = exchange.reply.status;
  if (known.from_app) return "client";
  if (status >= 300 && status < 400) return "redirect";
  if (type.starts_with("text/html")) return "html";
  if (type.starts_with("application/json")) return "json";
  return type.empty() ? "nothing" : type;
}

std::string yes(bool value) { return value ? "yes" : "no"; }

std::string none(const std::string& text) { return text.empty() ? "none" : printable(text); }

std::string state_of(const Exchange& exchange, const Known& known) {
  const std::string state = exchange.location_parameter("state");
  if (state.empty()) return "absent";
  return state == known.state ? "same" : "another one";
}

std::string active_of(const Exchange& exchange) {
  const Json document = exchange.json();
  const bool* const active = document.find_bool("active");
  return active ? yes(*active) : "not said";
}

class Findings {
 public:
  void equal(std::string what, std::string expected, std::string found) {
    const bool met = expected == found;
    all.push_back({.what = std::move(what),
                   .expected = std::move(expected),
                   .found = std::move(found),
                   .met = met});
  }
  void flag(std::string what, std::optional<bool> expected, bool found) {
    if (expected) equal(std::move(what), yes(*expected), yes(found));
  }
  void any_of(std::string what, const std::vector<std::string>& expected, std::string found) {
    if (expected.empty()) return;
    const bool met = std::ranges::find(expected, found) != expected.end();
    all.push_back({.what = std::move(what),
                   .expected = fmt::format("{}", fmt::join(expected, " or ")),
                   .found = std::move(found),
                   .met = met});
  }
  std::vector<Finding> all;
};

}  // namespace

std::vector<Finding> judge(const Expect& expect, const Exchange& exchange, const Known& known) {
  Findings out;
  std::vector<std::string> statuses;
  for (const int one : expect.status) statuses.push_back(std::to_string(one));
  out.any_of("status", statuses, std::to_string(exchange.reply.status));
  if (!expect.kind.empty()) out.equal("kind", expect.kind, kind_of(exchange, known));
  out.any_of("error", expect.error, none(exchange.error()));
  if (!expect.allow.empty()) out.equal("allow", expect.allow, none(exchange.header("allow")));
  if (!expect.state.empty()) out.equal("state", expect.state, state_of(exchange, known));
  if (!expect.page.empty()) out.equal("page", expect.page, none(exchange.page()));
  if (!expect.to.empty()) out.equal("to", expect.to, exchange.to);
  out.flag("location", expect.location, !exchange.header("location").empty());
  out.flag("iss", expect.iss, exchange.location_parameter("iss") == known.issuer);
  out.flag("code", expect.code, !exchange.location_parameter("code").empty());
  const Json document = exchange.json();
  out.flag("token", expect.token, document.find_string("access_token") != nullptr);
  out.flag("aborts", expect.aborts, known.postcard_stopped);
  out.flag("token_request", expect.token_request, known.postcard_wants);
  if (expect.active) out.equal("active", yes(*expect.active), active_of(exchange));
  for (const auto& [name, text] : known.same) {
    const std::string* const found = document.find_string(name);
    out.equal(name, "the same", !found ? "none" : *found == text ? "the same" : "another one");
  }
  return std::move(out.all);
}

Finding judge_rows(const Probe& probe, const RoomRows& before, const RoomRows& now) {
  Finding out{.what = probe.id, .met = true, .says = probe.says};
  const auto compare = [&](std::string_view name, std::optional<int> wanted, int was, int is) {
    if (!wanted) return;
    out.expected += fmt::format("{}{:+} {}", out.expected.empty() ? "" : ", ", *wanted, name);
    out.found += fmt::format("{}{:+} {}", out.found.empty() ? "" : ", ", is - was, name);
    out.met = out.met && is - was == *wanted;
  };
  compare("grants", probe.rows.grants, before.grants, now.grants);
  compare("consents", probe.rows.consents, before.consents, now.consents);
  compare("sessions", probe.rows.sessions, before.sessions, now.sessions);
  return out;
}

}  // namespace grantd::lesson
