// The room that the lesson is played in: a small deployment of the same server code in this
// process, with people, apps and APIs of its own, over real sockets on loopback. It lives in memory
// and goes with the process; nothing of any other store is read or written.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apps/lesson/plays.h"
#include "apps/lesson/postcard.h"
#include "grantd/base/time.h"
#include "grantd/server/walk_record.h"

namespace grantd::lesson {

// Live rows of the server's store.
struct RoomRows {
  int grants = 0, consents = 0, sessions = 0;
};

struct Person {
  std::string login, password;
};

class Room {
 public:
  // Takes some milliseconds. The error says what could not be had.
  static Result<std::unique_ptr<Room>, std::string> open();
  virtual ~Room() = default;

  // What every flow knows: issuer, the parties' origins, secrets (README.md, "Values").
  virtual const Pairs& values() const = 0;
  virtual std::string value(std::string_view name) const = 0;  // one of them; empty: there is none
  // client_id, client_secret, redirect_uri, scope of one of Postcard's registrations.
  virtual Pairs values_of_app(std::string_view app) const = 0;
  virtual Person person(std::string_view login) const = 0;
  // Whose origin it is: "issuer", "postcard", …; empty: nobody's.
  virtual std::string party_of(std::string_view url) const = 0;

  virtual Time now() const = 0;  // the machine's clock and an offset that only grows
  virtual void wait(Duration length) = 0;

  // As if nobody had ever agreed to anything: consents are withdrawn, builds and doors as at first.
  virtual void clean() = 0;
  virtual RoomRows rows() = 0;
  // Why the server answered as it did. The room is the learner's own, so it may be seen.
  virtual std::optional<server::WalkRecord> explain(std::string_view request_id) = 0;

  virtual Postcard& postcard() = 0;
  virtual void album_asks(bool asks) = 0;
};

}  // namespace grantd::lesson
