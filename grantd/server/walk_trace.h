// A walk as the driver notes it: small, moved and never built for show. What can be read of it is
// made when somebody asks (WalkRecord).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/core/wanted.h"
#include "grantd/http/message.h"
#include "grantd/server/walk_record.h"

namespace grantd::server {

enum class Step : std::uint8_t { read, gather, decide, commit, answer };
inline constexpr std::size_t kSteps = 5;

// What a look can bring, and what came of it.
enum class Sought : std::uint8_t {
  client,
  person,
  session,
  grant,
  consent,
  resources,
  revoked_token,
  once,
  token,
  unused_clients,
  account,
  session_clients,
};
inline constexpr std::size_t kSought = 12;
enum class Came : std::uint8_t { not_sought, absent, there, dead };

inline constexpr std::size_t kMethodMax = 32;  // kept of a method, which anybody makes up

struct WalkTrace {
  using Clock = std::chrono::steady_clock;

  std::string request_id;
  Time when{};
  std::string_view endpoint;  // of core/features.cc; empty: nothing is at that path
  std::string method;
  std::string path;
  std::string sent;  // note_sent's
  std::array<std::uint32_t, kSteps> micros{};
  Step at = Step::read;  // where it stands, at the end: where it stopped
  Clock::time_point since = Clock::now();
  std::array<Came, kSought> came{};
  std::uint32_t changes = 0;  // a bit a kind of core::Change that the decision wanted
  bool gave_up = false;  // no decision: trouble, which is the last of `reasons`
  std::uint8_t rounds = 0;
  std::uint8_t asks = 0;
  std::uint8_t outcome = 0;  // the index in core::Outcome
  std::uint16_t status = 0;
  std::optional<oauth::ErrorCode> error;
  std::string client;
  std::string event;
  std::vector<core::Reason> reasons;

  // The next step begins; the time until now was the one's before.
  void enter(Step next) {
    const Clock::time_point now = Clock::now();
    micros[static_cast<std::size_t>(at)] += static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - since).count());
    at = next;
    since = now;
  }
  void note_found(const core::Wanted& wanted, const core::Found& found);
  void note_changes(const core::Changes& wanted) {
    changes = 0;
    for (const core::Change& change : wanted) changes |= 1U << change.index();
  }
  // Takes what may be kept of the decision, once it was answered.
  void note_decision(core::Decision&& decision);

  // An error was the answer, or a login that failed: kept longer.
  bool refused() const;
  std::size_t bytes() const;  // of memory, about
};
static_assert(std::variant_size_v<core::Change> <= 32);

// Names and harmless values of what was sent, as one text; read_sent takes it apart again. Of a
// secret it holds the length alone.
std::string note_sent(const http::Request& request);
std::vector<SentItem> read_sent(std::string_view noted);

WalkRecord record_of(const WalkTrace& trace);

}  // namespace grantd::server
