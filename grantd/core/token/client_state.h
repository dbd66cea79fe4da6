// The state of a client that its own token (client_credentials) was issued at: a token without a
// grant hangs on nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "grantd/core/records.h"

namespace grantd::core {

struct ClientState {
  Incarnation incarnation;
  Counter counter = 0;
  friend bool operator==(const ClientState&, const ClientState&) = default;
};

std::string client_state_text(const ClientState& state);  // "AAAAAAAAAAA.1"
std::optional<ClientState> parse_client_state(std::string_view text);

}  // namespace grantd::core
