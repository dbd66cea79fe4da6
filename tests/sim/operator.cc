// What the operator does on the command line: straight on the store, beside the running server.
#include "tests/sim/recorder.h"
#include "tests/sim/world.h"

namespace grantd::sim {

core::Found World::operator_looks(const core::Wanted& wanted) {
  core::Found found;
  recorder_->gather(wanted, [&](Result<core::Found, store::StoreError> done) {
    found = std::move(*done);
  });
  return found;
}

template <class Change>
void World::operator_writes(Change change) {
  recorder_->commit({std::move(change)}, now_, [this](const auto& done) {
    if (!done || !std::holds_alternative<store::Done>(*done)) {
      truth_.fail("the operator lost a race");
    }
  });
}

void World::operate() {
  core::Wanted wanted;
  wanted.subject = people_[chance_.below(people_.size())];
  wanted.client = apps_[chance_.below(apps_.size())].id;
  const core::Found found = operator_looks(wanted);
  core::User user = *found.user;
  const core::Version user_seen = user.version;
  core::Client client = found.client ? *found.client : core::Client();
  const std::string who = user.login + ", " + wanted.client->str();
  switch (chance_.below(8)) {
    case 0:  // disables, or enables again; disabling raises the counter
      user.disabled = !user.disabled;
      if (user.disabled) ++user.counter;
      truth_.note(std::string(user.disabled ? "disables " : "enables ") + user.login);
      return operator_writes(core::PutUser{user, user_seen});
    case 1:  // signs out everywhere
      ++user.counter;
      truth_.note("signs out " + user.login);
      return operator_writes(core::PutUser{user, user_seen});
    case 2:
      truth_.note("withdraws the consent of " + who);
      return operator_writes(core::WithdrawConsent{user.id, *wanted.client});
    case 3:
      ++client.counter;
      truth_.note("revokes all of " + who);
      return operator_writes(core::PutClient{client, client.version});
    case 4:
      client.disabled = !client.disabled;
      if (client.disabled) ++client.counter;
      truth_.note(std::string(client.disabled ? "disables " : "enables ") + client.id.str());
      return operator_writes(core::PutClient{client, client.version});
    case 5: {  // deletes the app; its name is used again at once
      truth_.note("deletes and recreates " + client.id.str());
      operator_writes(core::DeleteClient{client.id});
      ByteArray<8> incarnation;
      for (std::uint8_t& byte : incarnation) byte = static_cast<std::uint8_t>(chance_.next());
      client.incarnation = core::Incarnation(incarnation);
      client.counter = 1;
      client.disabled = false;
      return operator_writes(core::PutClient{client, 0});
    }
    case 6: {  // ends the session of one browser
      const Browser& browser = browsers_[chance_.below(browsers_.size())];
      const auto cookie =
          browser.session ? core::read_session_cookie(*browser.session) : std::nullopt;
      if (!cookie) return;
      truth_.note("ends a session");
      return operator_writes(core::EndSession{cookie->id});
    }
    default: {
      if (!chance_.one_in(4)) return;
      truth_.note("restores");
      ByteArray<16> epoch;
      for (std::uint8_t& byte : epoch) byte = static_cast<std::uint8_t>(chance_.next());
      return recorder_->restore(core::Epoch(epoch));
    }
  }
}

}  // namespace grantd::sim
