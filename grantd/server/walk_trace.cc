#include "grantd/server/walk_trace.h"

#include "grantd/server/without_credentials.h"

namespace grantd::server {
namespace {

constexpr std::size_t kTextMax = 2000;  // of each text of a reason: it may hold what was sent
constexpr std::size_t kReasonsMax = 16;

void cut(std::string& text) {
  if (text.size() <= kTextMax) return;
  text.resize(kTextMax);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
  text.shrink_to_fit();
}

Came came_of(bool there, bool dead = false) {
  return !there ? Came::absent : dead ? Came::dead : Came::there;
}

std::optional<oauth::ErrorCode> error_of(const core::Outcome& outcome) {
  if (const auto* sent = std::get_if<core::SendError>(&outcome)) return sent->error.code;
  if (const auto* sent = std::get_if<core::SendJsonError>(&outcome)) return sent->error.code;
  const auto* challenge = std::get_if<core::SendChallenge>(&outcome);
  if (challenge && challenge->error) return challenge->error->code;
  return std::nullopt;
}

}  // namespace

void WalkTrace::note_found(const core::Wanted& wanted, const core::Found& found) {
  const auto note = [this](Sought what, bool sought, Came came_now) {
    if (sought) came[static_cast<std::size_t>(what)] = came_now;
  };
  note(Sought::client, wanted.client.has_value(),
       came_of(found.client != nullptr, found.client && found.client->disabled));
  note(Sought::person, wanted.login || wanted.subject,
       came_of(found.user.has_value(), found.user && found.user->disabled));
  note(Sought::session, wanted.session.has_value(),
       came_of(found.session.has_value(), found.session && found.session->ended));
  note(Sought::grant, wanted.grant && !found.grant_left_out,
       came_of(found.grant.has_value(),
               found.grant && found.grant->state != core::GrantState::live));
  note(Sought::consent, wanted.consent, came_of(found.consent.has_value()));
  note(Sought::resources, wanted.resources, came_of(found.resources && !found.resources->empty()));
  note(Sought::revoked_token, wanted.revoked_token.has_value(), came_of(found.token_revoked));
  note(Sought::once, wanted.once.has_value(), came_of(found.used_once));
  const auto& token = found.of_token;
  note(Sought::token, wanted.token_grant || wanted.token_client,
       came_of(token.grant || token.client,
               token.grant && token.grant->state != core::GrantState::live));
  note(Sought::unused_clients, wanted.unused_clients, came_of(found.unused_clients > 0));
  note(Sought::account, wanted.account, came_of(true));
  note(Sought::session_clients, wanted.session_clients, came_of(!found.session_clients.empty()));
}

void WalkTrace::note_decision(core::Decision&& decision) {
  outcome = static_cast<std::uint8_t>(decision.outcome.index());
  error = error_of(decision.outcome);
  if (const auto* show = std::get_if<core::ShowPage>(&decision.outcome)) {
    status = static_cast<std::uint16_t>(show->status);
  }
  client = std::move(decision.client);
  event = std::move(decision.event);
  reasons = std::move(decision.reasons);
  if (reasons.size() > kReasonsMax) reasons.erase(reasons.begin(), reasons.end() - kReasonsMax);
  cut(client);
  for (core::Reason& reason : reasons) {
    for (std::string* text : {&reason.text, &reason.expected, &reason.found}) cut(*text);
    for (std::string& step : reason.repair) cut(step);
  }
}

bool WalkTrace::refused() const {
  return gave_up || error || (status >= 400 && !endpoint.empty()) || event == "login_failed" ||
         event == "password_not_changed";
}

std::size_t WalkTrace::bytes() const {
  std::size_t all = sizeof *this + request_id.capacity() + method.capacity() + path.capacity() +
                    sent.capacity() + client.capacity() + event.capacity();
  for (const core::Reason& reason : reasons) {
    all += sizeof reason + reason.rule.capacity() + reason.citation.capacity() +
           reason.text.capacity() + reason.expected.capacity() + reason.found.capacity();
    for (const std::string& step : reason.repair) all += sizeof step + step.capacity();
  }
  return all;
}

}  // namespace grantd::server
