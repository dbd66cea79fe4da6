#include "grantd/http/strict.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "grantd/base/encoding.h"

namespace grantd::http {
namespace {

constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kMethodBytesMax = 32;

std::unexpected<Refusal> refuse(int status, std::string_view reason) {
  return fail(Refusal{status, reason});
}

// RFC 9112 §3: request-line = method SP request-target SP HTTP-version
Result<Unit, Refusal> check_request_line(std::string_view line, const HeadLimits& limits) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  // HT-06: HTTP/0.9 has no version and so one blank only.
  if (first == std::string_view::npos || first == last) return refuse(400, "bad request line");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);

  // HT-06: methods are case-sensitive, and every registered one is in capitals (RFC 9110 §9.1).
  if (method.empty() || method.size() > kMethodBytesMax ||
      !std::all_of(method.begin(), method.end(),
                   [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; })) {
    return refuse(400, "bad method");
  }
  // HT-06: the HTTP/2 preface in clear ends here too.
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(400, "unknown HTTP version");
  // AZ-23, RFC 9110 §15.5.15
  if (target.size() > limits.target_bytes_max) return refuse(414, "target too long");
  // RFC 9112 §3.2: only visible ASCII; a fragment is never sent.
  if (target.empty() || !std::all_of(target.begin(), target.end(),
                                     [](char c) { return c > 0x20 && c < 0x7f && c != '#'; })) {
    return refuse(400, "bad request target");
  }
  return Unit{};
}

// RFC 9110 §5.5: no control characters but the tab. CR and LF stand only at the end of a line.
bool has_control(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (i % 8 == 0) i += visible_prefix(head.substr(i));
    if (i == head.size()) break;
    const auto c = static_cast<unsigned char>(head[i]);
    if (c >= 0x20 && c != 0x7f) continue;
    if (c == '\t' || c == '\n') continue;  // a bare LF was refused before
    if (c == '\r' && i + 1 < head.size() && head[i + 1] == '\n') continue;
    return true;
  }
  return false;
}

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
}

// RFC 9110 §7.2: Host = uri-host [ ":" port ]. No user information, no blanks, not empty.
bool is_host(std::string_view host) {
  std::string_view port;
  std::string_view name = host;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    name = host.substr(1, end - 1);
    if (name.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
    port = host.substr(end + 1);
    if (!port.empty() && port.front() != ':') return false;
  } else {
    const std::size_t colon = host.find(':');
    if (colon != std::string_view::npos) {
      name = host.substr(0, colon);
      port = host.substr(colon);
    }
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_host_char)) return false;
  }
  return port.size() <= 6 &&
         (port.empty() || std::all_of(port.begin() + 1, port.end(),
                                      [](char c) { return c >= '0' && c <= '9'; }));
}

// The target in origin-form. RFC 9112 §3.2.2: a server accepts absolute-form as well.
Result<std::string_view, Refusal> origin_form(std::string_view target, const std::string* host) {
  if (target.starts_with('/')) return target;
  const std::string scheme = lower_ascii(target.substr(0, 8));
  std::size_t start = 0;
  if (scheme.starts_with("http://")) start = 7;
  if (scheme.starts_with("https://")) start = 8;
  if (start == 0) return refuse(400, "bad request target");
  const std::size_t end = std::min(target.find_first_of("/?", start), target.size());
  const std::string_view authority = target.substr(start, end - start);
  // HD-03: Host must say the same (RFC 9112 §3.2).
  if (!host || lower_ascii(authority) != lower_ascii(*host)) {
    return refuse(400, "target and Host differ");
  }
  const std::string_view rest = target.substr(end);
  if (rest.empty()) return std::string_view("/");
  if (rest.front() != '/') return refuse(400, "bad request target");
  return rest;
}

// RFC 9112 §6.1, §6.3: how long the body is. One way to say it, said once.
Result<Unit, Refusal> check_body(const Head& head, const HeadLimits& limits, Framing& framing) {
  const std::size_t codings = head.fields.count("transfer-encoding");
  const std::size_t lengths = head.fields.count("content-length");
  if (codings > 0) {
    // HT-01: with both, a proxy may have read the other one.
    if (lengths > 0) return refuse(400, "Content-Length and Transfer-Encoding");
    // RFC 9112 §6.1: in HTTP/1.0 the framing is faulty.
    if (head.version < 11) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (codings > 1 || lower_ascii(*head.fields.find("transfer-encoding")) != "chunked") {
      return refuse(400, "unknown Transfer-Encoding");
    }
    framing.chunked = true;
  }
  if (lengths > 1) return refuse(400, "two Content-Lengths");
  if (lengths == 1) {
    const std::string& text = *head.fields.find("content-length");
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, framing.content_length);
    if (text.empty() || text.front() < '0' || text.front() > '9' || rest != end ||
        error != std::errc()) {
      return refuse(400, "bad Content-Length");
    }
    // TK-08: an announced size is believed, and not read.
    if (framing.content_length > limits.body_bytes_max) return refuse(413, "body too large");
  }
  // TK-12: nothing here inflates (RFC 9110 §8.4: 415).
  if (head.fields.count("content-encoding") > 0) return refuse(415, "Content-Encoding");
  return Unit{};
}

// RFC 9112 §9.3: 1.1 stays open unless "close" is said; 1.0 always closes here.
bool keeps_alive(const Head& head) {
  if (head.version < 11) return false;
  for (const auto& [name, value] : head.fields.all()) {
    if (name != "connection") continue;
    for (const std::string_view option : split(value, ',')) {
      if (lower_ascii(trim(option)) == "close") return false;
    }
  }
  return true;
}

}  // namespace

std::size_t visible_prefix(std::string_view text) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x80 * kEach;
  std::size_t size = 0;
  for (std::uint64_t word = 0; text.size() - size >= sizeof word; size += sizeof word) {
    std::memcpy(&word, text.data() + size, sizeof word);
    const std::uint64_t deleted = word ^ (0x7f * kEach);
    const std::uint64_t control = ((word - 0x20 * kEach) & ~word) | ((deleted - kEach) & ~deleted);
    if ((control & kHighBits) != 0) break;
  }
  return size;
}

Result<Unit, Refusal> HeadScanner::check_line_end(std::string_view bytes, std::size_t newline,
                                                  const HeadLimits& limits) {
  // HT-06: bare LF (RFC 9112 §2.2 lets a recipient accept it; two readers then differ).
  if (newline == 0 || bytes[newline - 1] != '\r') return refuse(400, "bare LF");
  if (line_checked_) return Unit{};
  line_checked_ = true;
  return check_request_line(bytes.substr(0, newline - 1), limits);
}

Result<std::size_t, Refusal> HeadScanner::scan(std::string_view bytes, const HeadLimits& limits) {
  for (;;) {
    const std::size_t newline = bytes.find('\n', seen_);
    if (newline == std::string_view::npos) break;
    TRY(check_line_end(bytes, newline, limits));
    if (newline >= 3 && bytes.substr(newline - 3, 3) == "\r\n\r") {
      const std::size_t size = newline + 1;
      if (size > limits.header_bytes_max) return refuse(431, "header too large");
      if (has_control(bytes.substr(0, size))) return refuse(400, "control character");
      return size;
    }
    // The byte after the line end tells a folded line: wait for it.
    if (newline + 1 == bytes.size()) break;
    // RFC 9112 §5.2: obs-fold is refused.
    if (bytes[newline + 1] == ' ' || bytes[newline + 1] == '\t') return refuse(400, "folded line");
    seen_ = newline + 1;
  }
  // AZ-23: a line that is too long is refused before its end has come.
  if (!line_checked_ && bytes.size() > limits.target_bytes_max + 2 * kMethodBytesMax) {
    return refuse(414, "target too long");
  }
  if (bytes.size() >= limits.header_bytes_max) return refuse(431, "header too large");
  return std::size_t{0};
}

Result<Framing, Refusal> check_head(const Head& head, const HeadLimits& limits) {
  Framing framing;
  if (head.fields.all().size() > kFieldsMax) return refuse(431, "too many fields");

  // HD-03, RFC 9112 §3.2: exactly one Host in HTTP/1.1, and a well-formed one.
  const std::size_t hosts = head.fields.count("host");
  if (hosts > 1 || (hosts == 0 && head.version >= 11)) return refuse(400, "not one Host");
  const std::string* host = head.fields.find("host");
  if (host && !is_host(*host)) return refuse(400, "bad Host");

  // HT-13: no tunnel, no echo (RFC 9110 §9.3.6, §9.3.8), no question to the server as a whole.
  if (head.method == "CONNECT" || head.method == "TRACE" ||
      (head.method == "OPTIONS" && head.target == "*")) {
    return refuse(405, "method not allowed");
  }
  framing.target = TRY(origin_form(head.target, host));
  TRY(check_body(head, limits, framing));

  // HT-14, RFC 9110 §10.1.1: 100-continue is the only expectation; HTTP/1.0 has none.
  if (head.version >= 11 && head.fields.count("expect") > 0) {
    if (head.fields.count("expect") > 1 ||
        lower_ascii(*head.fields.find("expect")) != "100-continue") {
      return refuse(417, "unknown expectation");
    }
    framing.expects_continue = true;
  }
  // RFC 9110 §7.8: a server may ignore Upgrade. It is ignored: h2c is offered by default by common
  // clients, and without a 101 they go on in HTTP/1.1 (HT-13: nothing is echoed or tunnelled).
  framing.keep_alive = keeps_alive(head);
  return framing;
}

}  // namespace grantd::http
