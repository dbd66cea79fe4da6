#include "grantd/http/parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <memory>

#include "grantd/base/secret.h"

namespace grantd::http {
namespace {

namespace beast = boost::beast;
using Error = beast::error_code;
using beast::http::error;
using Text = beast::string_view;

// Chunk extensions say nothing to us (RFC 9112 §7.1.1); together they may not grow without end.
constexpr std::size_t kExtensionBytesMax = 4096;
// All fields and trailers of one message; a request's head has a smaller limit of its own.
constexpr std::size_t kFieldBytesMax = 256 * 1024;
// Beside what a head says, for the lengths that Fields keeps.
constexpr std::size_t kSpareFieldBytes = 96;
// The largest piece of a body's framing (a chunk's size line, the trailers) that must be at hand.
constexpr std::size_t kFramingBytesMax = 8192;

std::string_view view(Text text) { return {text.data(), text.size()}; }

// What requests and responses share: fields, and a body with its limit.
template <bool isRequest>
class Reader : public beast::http::basic_parser<isRequest> {
 public:
  explicit Reader(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {
    this->body_limit(body_bytes_max);
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
  }

  Fields fields;
  std::string body;

 protected:
  void on_field_impl(beast::http::field, Text name, Text value, Error& failed) override {
    // Trailers are not kept: nothing here knows what they could mean (RFC 9110 §6.5.1).
    if (!in_body_) fields.add_as_sent(view(name), view(value));
    field_bytes_ += name.size() + value.size();
    if (field_bytes_ > kFieldBytesMax) failed = error::header_limit;
  }
  void on_header_impl(Error&) override { in_body_ = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  std::size_t on_body_impl(Text bytes, Error& failed) override { return append(bytes, failed); }
  void on_chunk_header_impl(std::uint64_t, Text extension, Error& failed) override {
    extension_bytes_ += extension.size();
    const bool begins = extension.empty() || extension.front() == ';';
    bool control = false;
    for (const char c : extension) {
      const auto byte = static_cast<unsigned char>(c);
      control = control || (byte < 0x20 && c != '\t') || byte == 0x7f;
    }
    // Two readers differ on blanks and line ends inside a chunk's size line: refuse them.
    if (!begins || control || extension_bytes_ > kExtensionBytesMax) {
      failed = error::bad_chunk_extension;
    }
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Error& failed) override {
    return append(bytes, failed);
  }
  void on_finish_impl(Error&) override {}

 private:
  std::size_t append(Text bytes, Error& failed) {
    if (body.size() + bytes.size() > body_bytes_max_) {
      failed = error::body_limit;
      return 0;
    }
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  std::size_t body_bytes_max_;
  std::size_t extension_bytes_ = 0;
  std::size_t field_bytes_ = 0;
  bool in_body_ = false;
};

boost::asio::const_buffer as_buffer(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

class RequestParser::Beast : public Reader<true> {
 public:
  using Reader<true>::Reader;
  Head head;
  std::size_t head_bytes = 0;

 protected:
  void on_request_impl(beast::http::verb, Text method, Text target, int version, Error&) override {
    head.method = view(method);
    head.target = view(target);
    head.version = version;
    fields.reserve(head_bytes - target.size() + kSpareFieldBytes);
  }
  void on_response_impl(int, Text, int, Error&) override {}
};

RequestParser::RequestParser(const HeadLimits& limits)
    : body_bytes_max_(limits.body_bytes_max),
      beast_(std::make_unique<Beast>(limits.body_bytes_max)) {}
RequestParser::~RequestParser() = default;

// Beast's parser reads one message; a new one goes where the old one was. Checklist OP-07: a short
// body lay within it.
void RequestParser::reset() {
  std::destroy_at(beast_.get());
  wipe(beast_.get(), sizeof(Beast));
  std::construct_at(beast_.get(), body_bytes_max_);
}

Result<Unit, Refusal> RequestParser::read_head(std::string_view raw) {
  Error failed;
  beast_->head_bytes = raw.size();
  const std::size_t used = beast_->put(as_buffer(raw), failed);
  // TK-08: a Content-Length above the limit.
  if (failed == error::body_limit) return fail(Refusal{413, "body too large"});
  if (failed || used != raw.size() || !beast_->is_header_done()) {
    return fail(Refusal{400, "malformed header"});
  }
  beast_->head.fields = std::move(beast_->fields);
  beast_->eager(true);
  return Unit{};
}

Head& RequestParser::head() { return beast_->head; }

bool RequestParser::agrees(const Framing& framing) const {
  const auto length = beast_->content_length();
  return beast_->chunked() == framing.chunked &&
         (length ? *length : 0) == framing.content_length &&
         beast_->is_done() == (!framing.chunked && framing.content_length == 0);
}

Result<std::size_t, Refusal> RequestParser::read_body(std::string_view bytes) {
  if (beast_->is_done() || bytes.empty()) return std::size_t{0};
  Error failed;
  const std::size_t used = beast_->put(as_buffer(bytes), failed);
  if (failed == error::body_limit) return fail(Refusal{413, "body too large"});
  if (failed && failed != error::need_more) return fail(Refusal{400, "malformed body"});
  if (!beast_->is_done() && bytes.size() - used > kFramingBytesMax) {
    return fail(Refusal{400, "malformed body"});
  }
  return used;
}

bool RequestParser::done() const { return beast_->is_done(); }
std::string& RequestParser::body() { return beast_->body; }

class ResponseParser::Beast : public Reader<false> {
 public:
  using Reader<false>::Reader;
  int status = 0;
  Reply reply;

 protected:
  void on_request_impl(beast::http::verb, Text, Text, int, Error&) override {}
  void on_response_impl(int code, Text, int, Error&) override { status = code; }
};

ResponseParser::ResponseParser(bool answers_head, std::size_t body_bytes_max)
    : answers_head_(answers_head), body_bytes_max_(body_bytes_max) {}
ResponseParser::~ResponseParser() = default;

Result<std::size_t, std::string> ResponseParser::read(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !done()) {
    if (!beast_) {
      beast_ = std::make_unique<Beast>(body_bytes_max_);
      beast_->skip(answers_head_);
      beast_->header_limit(64 * 1024);
      beast_->eager(true);
    }
    Error failed;
    used += beast_->put(as_buffer(bytes.substr(used)), failed);
    if (failed == error::need_more) break;
    if (failed == error::body_limit) {
      return fail("the answer's body is larger than " + std::to_string(body_bytes_max_) + " bytes");
    }
    if (failed) return fail("the answer is malformed: " + failed.message());
    // RFC 9110 §15.2: interim responses come before the answer.
    if (beast_->is_done() && beast_->status >= 100 && beast_->status < 200) beast_.reset();
  }
  return used;
}

Result<Unit, std::string> ResponseParser::end() {
  const std::string early = "the connection closed before the answer was complete";
  if (!beast_ || !beast_->got_some()) return fail(early);
  if (beast_->is_done()) return Unit{};
  Error failed;
  beast_->put_eof(failed);
  if (failed) return fail(early);
  return Unit{};
}

bool ResponseParser::ends_with_connection() const {
  return beast_ && beast_->is_header_done() && beast_->need_eof();
}

bool ResponseParser::done() const { return beast_ && beast_->is_done(); }

Reply& ResponseParser::reply() {
  beast_->reply.status = beast_->status;
  beast_->reply.fields = std::move(beast_->fields);
  beast_->reply.body = std::move(beast_->body);
  return beast_->reply;
}

}  // namespace grantd::http
