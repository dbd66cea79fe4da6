// A request on its way through the core, step by step, so that the simulator may let it rest
// between its look and its write while others go on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "grantd/core/endpoint.h"
#include "grantd/core/features.h"
#include "grantd/store/store.h"
#include "tests/sim/truth.h"

namespace grantd::sim {

// Seeded chance: the same seed, the same run, on every machine.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct Request {
  std::string path;
  std::string method = "POST";
  std::string query, body, authorization;
  std::optional<std::string> session_cookie, browser_cookie, device_cookie;
  int browser = -1;         // whose cookies change; -1: an app asked
  bool proves_nothing = false;  // it must write nothing
  std::string note;
  // An app's request: what the simulator knows of it.
  std::optional<core::GrantId> grant;  // of the code or the refresh token
  bool possession = true;              // everything that the app must prove is right
  bool own_client = true;              // by the client that it was issued to, authenticated
  std::uint32_t generation = 0;        // of the refresh token
};

struct Place {
  store::Store& store;
  core::House& house;
  core::Keyring& keys;
  Truth& truth;
  Chance& chance;
  Time& now;
};

class Walk {
 public:
  Walk(Place& place, Request request);

  // Until there is an answer or something to write.
  void judge();
  void look_again();  // now with nothing left out
  // Writes; a lost race is looked at and judged again, and may want to write again.
  void write();

  bool answered() const { return answered_; }
  bool unavailable() const { return unavailable_; }
  const core::Decision& decision() const { return decision_; }
  const Request& request() const { return request_; }
  Step looked() const { return looked_; }  // of the look that was judged
  Step written() const { return written_; }  // of the write; 0: none
  Time judged_at() const { return judged_at_; }

 private:
  void look();
  void decide();
  void give_up();

  Place& place_;
  Request request_;
  std::unique_ptr<core::Case> case_;
  core::Found found_;
  core::Decision decision_{.outcome = core::SendNothing{}};
  Step looked_ = 0;
  Step written_ = 0;
  Time judged_at_{};
  int rounds_ = 0;
  bool leave_nothing_out_ = false;
  bool answered_ = false;
  bool unavailable_ = false;
};

}  // namespace grantd::sim
