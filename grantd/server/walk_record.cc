#include "grantd/server/walk_record.h"

#include "grantd/base/encoding.h"
#include "grantd/server/walk_rules.h"
#include "grantd/server/walk_trace.h"
#include "grantd/server/without_credentials.h"

namespace grantd::server {
namespace {

constexpr std::string_view kStepNames[kSteps] = {"read", "gather", "decide", "commit", "answer"};

// What was looked for, and what it means that it is there, dead or absent.
struct SoughtWords {
  std::string_view what, there, dead, absent;
};
constexpr SoughtWords kSoughtWords[kSought] = {
    {"the client", "found", "found, but disabled", "there is none"},
    {"the person", "found", "found, but disabled", "there is none"},
    {"the session", "found", "found, but ended", "there is none"},
    {"a grant of this code or token", "found", "found, but no longer live", "there is none"},
    {"the consent", "found", "found", "there is none"},
    {"the APIs", "found", "found", "there are none"},
    {"the token among the revoked ones", "found: revoked", "found", "not among them"},
    {"a mark that it was used before", "found: used", "found", "there is none"},
    {"what the token was issued from", "found", "found, but no longer live", "nothing is left"},
    {"clients that were never used", "there are some", "found", "there are none"},
    {"the person's sign-ins and apps", "found", "found", "there are none"},
    {"apps that hear of the session's end", "there are some", "found", "there are none"},
};

constexpr std::string_view kChangeWords[] = {
    "open a grant",
    "rotate the refresh token",
    "note the grant's last use",
    "revoke the grant",
    "start a session",
    "note the session's last use",
    "end the session",
    "promise the app to tell it of the session's end",
    "put off a notice",
    "drop a notice",
    "remember the consent",
    "withdraw the consent",
    "revoke the token",
    "mark it as used",
    "write the person",
    "hash the password anew",
    "delete the person",
    "write the client",
    "delete the client",
    "mark the client as used",
    "write the API",
    "delete the API",
    "write a key",
    "delete a key",
};
static_assert(std::size(kChangeWords) == std::variant_size_v<core::Change>);

constexpr std::string_view kOutcomeWords[] = {
    "sent the code to the app",
    "sent the error to the app",
    "sent the browser back to /authorize",
    "sent the browser to ask again by GET",
    "sent the browser back to the app after the logout",
    "sent the browser to the person's own page",
    "showed a page",
    "sent tokens",
    "sent the error as JSON",
    "sent JSON",
    "sent a signed document",
    "sent a challenge: the access token will not do",
    "sent an empty answer",
    "sent a public document",
    "told the browser which methods other origins may use",
    "said which methods there are",
};
static_assert(std::size(kOutcomeWords) == std::variant_size_v<core::Outcome>);

std::string harmless(std::string_view text) { return without_credentials(printable(text)); }
// Lists have an item a line.
std::string harmless_lines(std::string_view text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    out += (out.empty() ? "" : "\n") + harmless(line);
  }
  return out;
}

core::Reason harmless(const core::Reason& reason) {
  core::Reason out{.rule = reason.rule,
                   .citation = reason.citation,
                   .text = harmless(reason.text),
                   .expected = harmless_lines(reason.expected),
                   .found = harmless_lines(reason.found)};
  for (const std::string& step : reason.repair) out.repair.push_back(harmless(step));
  return out;
}

std::vector<std::string> words_of_gather(const WalkTrace& trace) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < kSought; ++i) {
    const SoughtWords& row = kSoughtWords[i];
    const std::string_view came = trace.came[i] == Came::there  ? row.there
                                  : trace.came[i] == Came::dead ? row.dead
                                                                : row.absent;
    if (trace.came[i] != Came::not_sought) {
      words.push_back(std::string(row.what) + ": " + std::string(came));
    }
  }
  return words;
}

std::vector<std::string> words_of_changes(const WalkTrace& trace) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::size(kChangeWords); ++i) {
    if (trace.changes & 1U << i) words.emplace_back(kChangeWords[i]);
  }
  return words;
}

// Where it was decided: in decide, or in read where the bytes were no request. What was not
// gathered was never judged.
Step decided_at(const WalkTrace& trace) { return trace.rounds > 0 ? Step::decide : Step::read; }

std::vector<std::string> words_of_decision(const WalkTrace& trace) {
  std::vector<std::string> words = rules_passed(trace);
  if (trace.rounds > 1) {
    words.push_back("judged " + std::to_string(trace.rounds) +
                    " times: other requests were faster");
  }
  if (!trace.reasons.empty()) {
    const core::Reason& last = trace.reasons.back();
    words.push_back("decided by " + last.rule +
                    (last.citation.empty() ? "" : ", " + last.citation));
  }
  return words;
}

std::vector<std::string> words_of(Step step, const WalkTrace& trace) {
  if (step == Step::gather) return words_of_gather(trace);
  if (step == Step::commit) return words_of_changes(trace);
  return step == decided_at(trace) && !trace.gave_up ? words_of_decision(trace)
                                                     : std::vector<std::string>();
}

core::Reason nothing_there() {
  return core::Reason{.rule = "server/server",
                      .citation = "RFC 9110 §15.5.5",
                      .text = "nothing is at this path",
                      .expected = {},
                      .found = {},
                      .repair = {"take the addresses from the metadata: "
                                 "/.well-known/oauth-authorization-server"}};
}

WalkStep::State state_of(Step step, const WalkTrace& trace) {
  using State = WalkStep::State;
  if (trace.gave_up && step == trace.at) return State::stopped;
  if (trace.gave_up && step > trace.at && step != Step::answer) return State::not_reached;
  if (trace.gave_up) return State::passed;
  const Step decided = decided_at(trace);
  if (step == decided) return State::decided;
  if (step > decided && step < Step::commit) return State::not_reached;
  if (step < decided || step == Step::answer) return State::passed;
  return trace.changes != 0 ? State::passed : State::not_reached;
}

}  // namespace

WalkRecord record_of(const WalkTrace& trace) {
  WalkRecord out;
  out.request_id = trace.request_id;
  out.when = trace.when;
  out.endpoint = trace.endpoint;
  out.method = harmless(trace.method);
  out.path = harmless(trace.path);
  out.status = trace.status;
  out.refused = trace.refused();
  if (trace.error) out.error = oauth::to_text(*trace.error);
  if (trace.endpoint.empty()) {
    out.outcome = trace.status == 404 ? "said that nothing is here" : "sent a file or a page";
  } else if (trace.gave_up) {
    out.outcome = "said that it cannot be answered now";
  } else {
    out.outcome = kOutcomeWords[trace.outcome];
  }
  out.event = trace.event;
  out.client = harmless(trace.client);
  out.sent = read_sent(trace.sent);
  out.rounds = trace.rounds;
  out.asks = trace.asks;
  if (trace.endpoint.empty()) {
    if (trace.status == 404) out.reasons.push_back(nothing_there());
    return out;
  }
  for (std::size_t i = 0; i < kSteps; ++i) {
    const auto step = static_cast<Step>(i);
    out.steps.push_back({state_of(step, trace), std::string(kStepNames[i]), trace.micros[i],
                         words_of(step, trace)});
    out.micros += trace.micros[i];
  }
  for (const core::Reason& reason : trace.reasons) out.reasons.push_back(harmless(reason));
  return out;
}

}  // namespace grantd::server
