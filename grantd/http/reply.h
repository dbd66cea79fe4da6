// A reply as bytes (RFC 9112 §4), and the Date that goes with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "grantd/http/message.h"
#include "grantd/http/strict.h"

namespace grantd::http {

// What the connection adds to a reply.
struct ReplyFrame {
  bool answers_head = false;  // to HEAD: the fields of GET, no body
  bool close = false;
  std::string_view date;         // IMF-fixdate
  std::string_view server_name;  // empty: no Server field
};

// The reply's bytes in `out`, whose memory is used again; what was in it is gone. Fields that the
// connection owns (Content-Length, Transfer-Encoding, Connection, Date, Server)
// are its own only. A field with a line end in it is left out and logged: it would let a value
// write fields of its own (CWE-113).
std::string write_reply(const Reply& reply, const ReplyFrame& frame, std::string out = {});

Reply refusal_reply(const Refusal& refusal);

// The current time as RFC 9110 §5.6.7 has it, made anew at most once a second.
class DateText {
 public:
  std::string_view now();

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace grantd::http
