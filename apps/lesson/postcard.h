// Postcard, the app of the lesson: begins flows, judges what comes back by client/flow.h, and knows
// what it would send next. Its token requests are not sent by itself: the lesson sends them, so
// that they can be seen (and broken).
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "apps/lesson/listener.h"
#include "grantd/client/flow.h"

namespace grantd::lesson {

// The careless ones leave out one check each.
enum class Build { careful, careless, careless_if_present, careless_iss };
std::optional<Build> parse_build(std::string_view text);

class Postcard {
 public:
  // How Postcard is registered somewhere: by the app's name and the server's ("", "harbour").
  using Known = std::map<std::pair<std::string, std::string>, client::Settings>;

  Postcard(Listener& listener, Known known);

  // What the app drew for a flow; `url` is where it sends the browser.
  struct Drawn {
    std::string url;
    std::string verifier;  // of RFC 7636 Appendix B where `sample`
  };
  // The next flow that begins draws the verifier of RFC 7636 Appendix B, so that the learner can
  // check it by hand. Anybody's later flows draw their own.
  void draw_sample() { sample_ = true; }
  // What the last /print drew, for the lesson's notes: an app would show this to nobody.
  Drawn last_drawn();

  void set_build(Build build) { build_ = build; }
  // What the last callback led to: the request that Postcard's server wants to send; nothing where
  // it stopped. Taken out.
  std::optional<client::Request> take_wanted();

 private:
  struct Session {
    client::Pending pending;
    std::string app, with;
    std::string asked_issuer;
  };
  http::Reply answer(const http::Request& request);
  http::Reply begin(const http::Request& request);
  http::Reply come_back(const http::Request& request);
  Result<client::Request, client::FlowError> judge(Session& session, std::string_view query);

  const Known known_;
  std::mutex mutex_;
  std::map<std::string, Session> sessions_;  // by the browser's cookie
  Drawn drawn_;
  std::optional<client::Request> wanted_;
  std::atomic<bool> sample_ = false;
  std::atomic<Build> build_ = Build::careful;
};

}  // namespace grantd::lesson
