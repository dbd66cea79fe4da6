// A socket that sends exactly the bytes it is told to, and a server to send them to.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "grantd/http/server.h"

namespace grantd::http {

// Every read ends after this long; a test that gets there has failed.
constexpr std::chrono::seconds kPatience{10};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  // Whether the peer took all of it.
  bool send(std::string_view bytes);
  void half_close();
  // All bytes until the peer closes; "timeout" is appended where it does not.
  std::string read_to_end();
  // Until the text has come (or the peer has closed, or patience is over).
  std::string read_until(std::string_view text);
  // One reply with a Content-Length, head and body.
  std::string read_reply();
  // Whether the peer closes without sending anything more.
  bool closes();
  int descriptor() const { return descriptor_; }

 private:
  bool read_some();
  int descriptor_;
  std::string buffer_;
  bool ended_ = false;
  bool timed_out_ = false;
};

// One exchange on a connection of its own: sends, half closes nothing, reads to the end.
std::string ask(std::uint16_t port, std::string_view bytes);

int status_of(std::string_view reply);  // 0: no reply
std::string body_of(std::string_view reply);

// Answers 200 with "METHOD path?query body" of what arrived.
void echo(Request request, Respond respond);

std::unique_ptr<Server> start_server(ServerOptions options = {}, Handler handler = echo);

std::string get(std::string_view target = "/", std::string_view more_fields = "");

}  // namespace grantd::http
