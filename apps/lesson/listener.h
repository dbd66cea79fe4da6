// A party of the lesson that listens on a free loopback port.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "grantd/base/result.h"
#include "grantd/http/server.h"

namespace grantd::lesson {

class Listener {
 public:
  using Answer = std::function<http::Reply(const http::Request&)>;

  // Listens at once; requests that come before answer_by() are answered with 503.
  static Result<std::unique_ptr<Listener>, std::string> start(std::string name);
  virtual ~Listener() = default;
  virtual void answer_by(Answer answer) = 0;         // may wait in its thread
  virtual void hand_to(http::Handler handler) = 0;   // must not
  virtual void stop() = 0;

  const std::string& origin() const { return origin_; }  // "http://127.0.0.1:4401"

 protected:
  std::string origin_;
};

http::Reply plain_reply(int status, std::string_view content_type, std::string body);

}  // namespace grantd::lesson
