// The page /learn: the lesson in a browser, for who sits at this computer (`grantd dev`,
// `grantd learn --browser`). `grantd serve` has no such route.
//
// Decisions:
// - The whole lesson as one document would weigh some 200 kB, and dev sends uncompressed. So
//   /learn is the idea and a table of all places, and each place has an address of its own:
//   /learn/step-8, /learn/step-8/break-6, /learn/exercise-E11, /learn/challenge,
//   /learn/challenge/move-3, /learn/program, /learn/words. What a link names ("#step-8/break-6",
//   "#exercise-E11", "#challenge", "#word-nonce", "#mistake-3") is the id of an element of /learn,
//   whose own link leads on; with script it leads on by itself. Each document with its style and
//   script stays below 60 kB; tests weigh them.
// - Everything is a form: POST, then 303 to the place, whose answer was kept. So a reload sends
//   nothing again, and script only spares the loading (web/learn.js).
// - One thread plays and renders, one request after another, with a bounded queue: no I/O thread of
//   the server waits, and no two tabs meet within a room.
// - A learner is a cookie; hers is a room of her own, opened when she first needs it. At most
//   kLearnersMax are remembered and kRoomsMax rooms are open; past it the one that was away longest
//   goes. Tabs of one browser share learner and room: what a tab shows was kept by its place, and a
//   step whose walk another tab has moved is walked to anew, unseen.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "grantd/base/time.h"
#include "grantd/http/message.h"

namespace grantd::lesson {

inline constexpr std::size_t kLearnersMax = 16;
inline constexpr std::size_t kRoomsMax = 4;
inline constexpr std::size_t kWaitingMax = 32;

struct PageOptions {
  bool alone = false;  // nothing beside it: it answers "/", style and mark too
  std::function<Time()> now = system_now;
};

class Page {
 public:
  static std::unique_ptr<Page> open(PageOptions options);
  virtual ~Page() = default;

  // Answers a request of a path that begins with "/learn" (alone: of any). From any thread; does
  // not wait. 403 to who is not at this computer or asks by another name; 503 with Retry-After
  // where too many wait.
  virtual void handle(http::Request request, http::Respond respond) = 0;
  // Answers what waits, closes the rooms.
  virtual void stop() = 0;
};

}  // namespace grantd::lesson
