// What the demo app remembers of each browser, found by the browser's cookie and by nothing else.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "grantd/client/client.h"

namespace grantd::app {

// In bounded memory: past kBrowsersMax the browser that came first is forgotten, past kPendingMax a
// browser's oldest flow (a tab that was never answered). From any thread.
class Browsers {
 public:
  static constexpr std::size_t kBrowsersMax = 1000;
  static constexpr std::size_t kPendingMax = 8;

  // Keeps a flow that this browser began. Gives the browser's cookie: `cookie`, where it is one of
  // ours, else a new one.
  std::string begin(std::string_view cookie, client::Pending pending);
  // Takes out this browser's flow of that state; an empty one where there is none (checklist CL-01,
  // CL-12: an answer counts once, and only for the browser that asked).
  client::Pending take(std::string_view cookie, std::string_view state);

  // Keeps the session. Gives a new cookie, to which everything moves: whoever knew the one before
  // has no part in the signed-in session (CWE-384).
  std::string sign_in(std::string_view cookie, client::Session session);
  std::optional<client::Session> session(std::string_view cookie) const;
  // After a refresh. Nothing where the browser is gone.
  void replace(std::string_view cookie, client::Session session);
  void sign_out(std::string_view cookie);

 private:
  struct Browser {
    std::deque<client::Pending> pending;
    std::optional<client::Session> session;
  };
  Browser* find(std::string_view cookie);
  std::string add(Browser browser);

  mutable std::mutex mutex_;
  std::map<std::string, Browser, std::less<>> browsers_;
  std::deque<std::string> order_;  // as they came
};

}  // namespace grantd::app
