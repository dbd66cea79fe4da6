// The driver: read → gather → decide → commit → answer, one walk a request, the same for every
// endpoint. The asynchronous steps live here and in the edges as completions, never in the rules.
#pragma once

#include <memory>

#include "grantd/core/endpoint.h"
#include "grantd/core/features.h"
#include "grantd/http/message.h"
#include "grantd/server/answer.h"
#include "grantd/server/edges.h"
#include "grantd/server/walk_book.h"

namespace grantd::server {

// What all walks share. Outlives them.
struct Carrier {
  Edges& edges;
  core::House house;
  AnswerHouse answers;
  WalkBook* walks = nullptr;  // null: nothing is kept to be explained
};

// Judged at most this often, lost races included; then 503.
inline constexpr int kRoundsMax = 3;
// And an edge is asked this often at most: keys, keys anew, a request object, a secret.
inline constexpr int kAsksMax = 6;

// Serves one request at `endpoint`. On an I/O thread; answers on its loop.
void serve(const Carrier& carrier, const core::Endpoint& endpoint, http::Request&& request,
           std::string&& request_id, http::Respond&& respond);

}  // namespace grantd::server
