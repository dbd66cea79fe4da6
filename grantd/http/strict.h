// What a request's head must look like before anything acts on it. Pure: bytes in, a verdict out.
//
// Beast's parser accepts more than is safe behind a proxy that reads differently (obs-fold, equal
// Content-Lengths, unknown transfer codings, a missing Host). Whatever two readers could understand
// in two ways is refused here, and the connection is closed (RFC 9112 §11.2).
#pragma once

#include <cstdint>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/http/message.h"

namespace grantd::http {

// A request that is not answered by the handler; the connection closes after it.
struct Refusal {
  int status = 400;
  std::string_view reason;  // a constant; never a part of the request
};

struct HeadLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t target_bytes_max = 12 * 1024;
  std::size_t body_bytes_max = 64 * 1024;
};

// Finds the end of a head in bytes that arrive bit by bit, and refuses raw bytes early.
class HeadScanner {
 public:
  // `bytes`: the head as far as it has arrived; each call begins with the bytes of the one before.
  // Gives the size of the head with its empty line, or 0 while that has not come.
  Result<std::size_t, Refusal> scan(std::string_view bytes, const HeadLimits& limits);

 private:
  Result<Unit, Refusal> check_line(std::string_view bytes, std::size_t newline,
                                   const HeadLimits& limits);
  std::size_t seen_ = 0;  // where the line begins whose end has not come
  bool request_line_checked_ = false;
};

// RFC 9110 §5.5: whether a control character is in the text, the tab aside.
bool has_control(std::string_view text);

// A head after Beast's parser. Method and target are parts of the raw head.
struct Head {
  std::string_view method;
  std::string_view target;  // as sent
  int version = 11;    // 10 or 11
  Fields fields;
};

// How the message goes on, as its head says.
struct Framing {
  std::string_view target;  // origin-form: a part of the head's; "/" where absolute-form had none
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

// The rules of RFC 9112 §3, §6 and RFC 9110 §10.1.1 that a parsed head must meet.
Result<Framing, Refusal> check_head(const Head& head, const HeadLimits& limits);

}  // namespace grantd::http
