#include "grantd/core/token/client_state.h"

#include <charconv>

#include "grantd/oauth/ids.h"

namespace grantd::core {

std::string client_state_text(const ClientState& state) {
  return oauth::to_text(state.incarnation) + "." + std::to_string(state.counter);
}

std::optional<ClientState> parse_client_state(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == text.npos) return {};
  const std::optional<Incarnation> incarnation =
      oauth::parse_id<Incarnation>(text.substr(0, dot));
  const std::string_view digits = text.substr(dot + 1);
  ClientState state;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), state.counter);
  if (!incarnation || error != std::errc() || end != digits.data() + digits.size()) return {};
  state.incarnation = *incarnation;
  return state;
}

}  // namespace grantd::core
