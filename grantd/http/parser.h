// Beast's HTTP/1 parser behind plain values. The only place that includes Beast.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/http/message.h"
#include "grantd/http/strict.h"

namespace grantd::http {

// One request: its head whole, then its body as it arrives.
class RequestParser {
 public:
  explicit RequestParser(const HeadLimits& limits);
  ~RequestParser();

  // Forgets what was read: as new, for another request.
  void reset();

  // `raw`: the head with its empty line, as HeadScanner measured it. What head() gives holds as
  // long as that.
  Result<Unit, Refusal> read_head(std::string_view raw);
  Head& head();
  // Whether Beast sees the same framing; where it does not, the request is refused.
  bool agrees(const Framing& framing) const;

  // Takes what it can of the body's bytes and gives how many; the rest must be offered again, with
  // more behind it. Nothing is taken after done().
  Result<std::size_t, Refusal> read_body(std::string_view bytes);
  bool done() const;
  std::string& body();

 private:
  class Beast;
  std::size_t body_bytes_max_;
  std::unique_ptr<Beast> beast_;
};

// One response, interim ones (1xx) skipped.
class ResponseParser {
 public:
  ResponseParser(bool answers_head, std::size_t body_bytes_max);
  ~ResponseParser();

  // As RequestParser::read_body, head and body alike.
  Result<std::size_t, std::string> read(std::string_view bytes);
  // The peer has closed its side.
  Result<Unit, std::string> end();
  // Whether only the peer's closing ends this body (RFC 9112 §6.3, 8).
  bool ends_with_connection() const;
  bool done() const;
  Reply& reply();

 private:
  class Beast;
  bool answers_head_;
  std::size_t body_bytes_max_;
  std::unique_ptr<Beast> beast_;
};

}  // namespace grantd::http
