// The engine: plays a play in the room over real sockets, keeps what was really sent and answered,
// and judges the answer by what the row expects.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/lesson/book.h"
#include "apps/lesson/room.h"
#include "grantd/http/message.h"

namespace grantd::lesson {

// One parameter or field of a request, as it was sent.
struct SentField {
  enum class Place { query, form, header } place = Place::query;
  std::string name, value;
  std::string good;       // the value that it has in the good request; empty: the same, or none
  bool changed = false;   // other than in the good request
  bool left_out = false;  // in the good request, and not in this one
  bool secret = false;    // to be shown as dots until asked for
};

// One request and its answer.
struct Exchange {
  std::string request;  // the template's name; "deliver" for what Postcard itself made
  std::string who;      // whose browser; empty: a direct line
  std::string from;     // the party that sends: "mira", "postcard", "quiz"
  std::string to;  // the party that answers: "issuer", "postcard", "album", …; empty: nobody's
  std::string method, url;  // the url without the query
  bool method_changed = false;
  std::string good_method;  // where it is changed
  std::vector<SentField> fields;
  std::string query, body;  // as on the wire

  http::Reply reply;  // status 0: none came, see `problem`
  std::string problem;
  std::chrono::microseconds took{};
  std::string request_id;
  std::optional<server::WalkRecord> walk;  // the server's reasons

  std::string target() const;                       // the whole url
  std::string header(std::string_view name) const;  // of the answer; empty where absent
  std::string location_parameter(std::string_view name) const;
  std::string error() const;  // of redirect, JSON or WWW-Authenticate; empty: none
  std::string page() const;   // "login", "consent", …: the form that the answer's page holds
  Json json() const;          // of the answer; null where it is none
};

// What a learner may predict.
enum class Outcome { page, redirect, json, works };
// Of an answer: a page of the server's own (or of the app's, where it stops), a redirect with an
// error, a JSON error (or any other direct one), or that it works.
Outcome outcome_of(const Exchange& exchange);
// Neither an error status nor an error in a redirect.
bool is_good(const Exchange& exchange);

// One thing that had to come.
struct Finding {
  std::string what;  // "status", "error", …; of a probe: its id
  std::string expected, found;
  bool met = false;
  std::string says;  // of a probe: in words
};

struct Played {
  std::vector<Exchange> exchanges;   // all of them, in order
  std::size_t shown = 0;             // the one that the play is about
  std::size_t last = 0;              // the one that was judged
  std::vector<Finding> findings;     // of the answer
  std::vector<Finding> after;        // of the probes
  std::string problem;               // the play itself could not be played to its end
  bool postcard_stopped = false;     // at the callback
  Pairs values;                      // of the flow at its end, and of the room
  std::chrono::seconds code_left{};  // of the code's life, when the shown request was sent

  bool as_expected() const;
  const Exchange* shown_exchange() const;  // null: nothing was sent
  const Exchange* judged_exchange() const;
  std::string value(std::string_view name) const;
};

class Scene;

class Player {
 public:
  Player(const Book& book, Room& room);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Plays it in a scene of its own.
  Played play(const Play& play);
  // Plays the step as the next one of the learner's walk. Where the walk stands elsewhere, or its
  // code would be too old, the steps before are played anew, unseen; `began_again` says so.
  Played play_step(int number, bool* began_again = nullptr);
  // The good request of the step, in a scene of its own.
  Played put_right(const Step& step, const Play& play);
  // The request that the play would send, not sent: for showing before it is. What comes before it
  // is played, unseen.
  Exchange preview(const Play& play);
  // The same for the next step of the learner's walk; `play_step` then sends it.
  Exchange preview_step(int number);

  Room& room() { return room_; }

 private:
  std::string come_before(int number, bool* began_again);

  const Book& book_;
  Room& room_;
  std::unique_ptr<Scene> walk_;
  int walk_at_ = 0;
  std::chrono::steady_clock::time_point code_came_{};  // of the walk's last step up to it
};

}  // namespace grantd::lesson
