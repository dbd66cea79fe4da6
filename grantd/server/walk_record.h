// What one request met on its way: read → gather → decide → commit → answer, and why it ended as it
// did. For operators (`grantd explain`, the management listener, the developer's pages) and for
// programs that embed the server; strangers are shown the request's number alone.
//
// No secret is in here. Of what was sent it has the names that OAuth knows, and values only of
// parameters that are no secret by their kind (walk_sent.cc); what was put in a wrong field is
// cut by without_credentials.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/time.h"
#include "grantd/core/page.h"

namespace grantd::server {

// One thing that was sent: a parameter of query or body, or a credential beside them.
struct SentItem {
  enum class Place { query, body, header, cookie } place = Place::query;
  std::string name;        // "redirect_uri"; empty: a name that nobody knows, so it is not shown
  std::string value;       // where it may be shown; printable
  bool shown = false;      // `value` is what was sent; else it stays unsaid
  std::int64_t bytes = 0;  // of the value as it came, encoded
  std::string meant;       // the known name that this unknown one is nearest to; may be empty
};

// One of the five steps.
struct WalkStep {
  enum class State { passed, decided, stopped, not_reached } state = State::not_reached;
  std::string name;             // "read", "gather", "decide", "commit", "answer"
  std::int64_t micros = 0;      // spent in it, lost races and questions included
  std::vector<std::string> what;  // in words: "looked for the client: found"
};

struct WalkRecord {
  std::string request_id;  // "7Q4K-M2XD"
  Time when{};
  std::string endpoint;  // "token", as core/features.cc names it; empty: nothing is at that path
  std::string method;    // "POST"
  std::string path;      // "/token", without the query
  int status = 0;        // of the answer
  bool refused = false;  // an error was the answer, or a login that failed
  std::string error;     // "invalid_grant" (RFC 6749 §5.2); empty where the answer has none
  std::string outcome;   // in words: "sent tokens", "sent the error to the app"
  std::string event;     // as the log has it: "grant_opened"; may be empty
  std::string client;    // client_id, where one was named
  std::vector<SentItem> sent;
  std::vector<WalkStep> steps;  // five, in order
  int rounds = 0;               // how often it was judged; more than 1: races were lost
  int asks = 0;                 // questions to an edge: passwords, documents
  std::int64_t micros = 0;      // in all
  std::vector<core::Reason> reasons;  // in order; the last one decided
  // Only the log knew of it: steps, what was sent and earlier reasons are not there.
  bool from_log = false;
};

// The same as a document for programs, and back. `when` is milliseconds since 1970. Reading fails
// where this is no such document; the text says what was expected.
Json to_json(const WalkRecord& record);
Result<WalkRecord, std::string> read_walk_record(const Json& json);

}  // namespace grantd::server
