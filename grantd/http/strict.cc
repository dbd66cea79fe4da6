#include "grantd/http/strict.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "grantd/base/encoding.h"

namespace grantd::http {
namespace {

constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kMethodBytesMax = 32;

[[gnu::cold]] std::unexpected<Refusal> refuse(int status, std::string_view reason) {
  return fail(Refusal{status, reason});
}

// Whether `is_bad` holds for any byte. Blocks of a fixed size, with no way out before the end, are
// what a compiler makes vector instructions of.
template <class Test>
bool any_byte(std::string_view text, Test is_bad) {
  constexpr std::ptrdiff_t kBlock = 16;
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  if (end - at < kBlock) return std::any_of(at, end, is_bad);
  unsigned char bad[kBlock] = {};
  for (;;) {
    for (std::ptrdiff_t i = 0; i < kBlock; ++i) {
      bad[i] |= static_cast<unsigned char>(is_bad(at[i]));
    }
    if (end - at == kBlock) break;
    at += std::min(kBlock, end - at - kBlock);  // the last block may overlap the one before
  }
  unsigned char any = 0;
  for (const unsigned char each : bad) any |= each;
  return any != 0;
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
  if (target.empty() || any_byte(target, [](unsigned char c) {
        return (c <= 0x20) | (c >= 0x7f) | (c == '#');
      })) {
    return refuse(400, "bad request target");
  }
  return Unit{};
}

constexpr std::array<bool, 256> kHostCharacters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-._~!$&'()*+,;=%")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();
bool is_host_char(char c) { return kHostCharacters[static_cast<unsigned char>(c)]; }

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

// The fields that say how the message is framed and for whom it is.
struct Told {
  struct Field {
    std::size_t count = 0;
    std::string_view value;  // the first
  };
  Field host, coding, length, encoding, expect;
  bool close = false;  // "close" is among the options of Connection

  Field* place_of(std::string_view name) {
    switch (name.size()) {
      case 4: return name == "host" ? &host : nullptr;
      case 6: return name == "expect" ? &expect : nullptr;
      case 14: return name == "content-length" ? &length : nullptr;
      case 16: return name == "content-encoding" ? &encoding : nullptr;
      case 17: return name == "transfer-encoding" ? &coding : nullptr;
      default: return nullptr;
    }
  }
};

bool says_close(std::string_view options) {
  while (!options.empty()) {
    const std::size_t end = std::min(options.find(','), options.size());
    if (same_but_case(trim(options.substr(0, end)), "close")) return true;
    options.remove_prefix(std::min(end + 1, options.size()));
  }
  return false;
}

Told told_by(const Fields& fields) {
  Told told;
  for (const auto& [name, value] : fields) {
    if (Told::Field* const field = told.place_of(name)) {
      if (field->count++ == 0) field->value = value;
    } else if (name == "connection") {
      told.close = told.close || says_close(value);
    }
  }
  return told;
}

// The target in origin-form. RFC 9112 §3.2.2: a server accepts absolute-form as well.
Result<std::string_view, Refusal> origin_form(std::string_view target, const Told::Field& host) {
  if (target.starts_with('/')) return target;
  const std::string scheme = lower_ascii(target.substr(0, 8));
  std::size_t start = 0;
  if (scheme.starts_with("http://")) start = 7;
  if (scheme.starts_with("https://")) start = 8;
  if (start == 0) return refuse(400, "bad request target");
  const std::size_t end = std::min(target.find_first_of("/?", start), target.size());
  const std::string_view authority = target.substr(start, end - start);
  // HD-03: Host must say the same (RFC 9112 §3.2).
  if (host.count == 0 || !same_but_case(authority, host.value)) {
    return refuse(400, "target and Host differ");
  }
  const std::string_view rest = target.substr(end);
  if (rest.empty()) return std::string_view("/");
  if (rest.front() != '/') return refuse(400, "bad request target");
  return rest;
}

// RFC 9112 §6.1, §6.3: how long the body is. One way to say it, said once.
Result<Unit, Refusal> check_body(const Told& told, int version, const HeadLimits& limits,
                                 Framing& framing) {
  if (told.coding.count > 0) {
    // HT-01: with both, a proxy may have read the other one.
    if (told.length.count > 0) return refuse(400, "Content-Length and Transfer-Encoding");
    // RFC 9112 §6.1: in HTTP/1.0 the framing is faulty.
    if (version < 11) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (told.coding.count > 1 || !same_but_case(told.coding.value, "chunked")) {
      return refuse(400, "unknown Transfer-Encoding");
    }
    framing.chunked = true;
  }
  if (told.length.count > 1) return refuse(400, "two Content-Lengths");
  if (told.length.count == 1) {
    const std::string_view text = told.length.value;
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
  if (told.encoding.count > 0) return refuse(415, "Content-Encoding");
  return Unit{};
}

}  // namespace

bool has_control(std::string_view text) {
  return any_byte(text, [](unsigned char c) {
    return ((c < 0x20) & (c != '\t')) | (c == 0x7f);
  });
}

// The line that begins where the one before ended.
Result<Unit, Refusal> HeadScanner::check_line(std::string_view bytes, std::size_t newline,
                                              const HeadLimits& limits) {
  // HT-06: bare LF (RFC 9112 §2.2 lets a recipient accept it; two readers then differ).
  if (newline == seen_ || bytes[newline - 1] != '\r') return refuse(400, "bare LF");
  const std::string_view line = bytes.substr(seen_, newline - 1 - seen_);
  if (!request_line_checked_) TRY(check_request_line(line, limits));
  request_line_checked_ = true;
  // RFC 9110 §5.5, HT-06: no control characters, so no bare CR either.
  if (has_control(line)) return refuse(400, "control character");
  return Unit{};
}

Result<std::size_t, Refusal> HeadScanner::scan(std::string_view bytes, const HeadLimits& limits) {
  for (;;) {
    const std::size_t newline = bytes.find('\n', seen_);
    if (newline == std::string_view::npos) break;
    TRY(check_line(bytes, newline, limits));
    if (newline == seen_ + 1) {  // the empty line
      const std::size_t size = newline + 1;
      if (size > limits.header_bytes_max) return refuse(431, "header too large");
      return size;
    }
    // The byte after the line end tells a folded line: wait for it.
    if (newline + 1 == bytes.size()) break;
    // RFC 9112 §5.2: obs-fold is refused.
    if (bytes[newline + 1] == ' ' || bytes[newline + 1] == '\t') return refuse(400, "folded line");
    seen_ = newline + 1;
  }
  // AZ-23: a line that is too long is refused before its end has come.
  if (!request_line_checked_ && bytes.size() > limits.target_bytes_max + 2 * kMethodBytesMax) {
    return refuse(414, "target too long");
  }
  if (bytes.size() >= limits.header_bytes_max) return refuse(431, "header too large");
  return std::size_t{0};
}

Result<Framing, Refusal> check_head(const Head& head, const HeadLimits& limits) {
  Framing framing;
  if (head.fields.size() > kFieldsMax) return refuse(431, "too many fields");
  const Told told = told_by(head.fields);

  // HD-03, RFC 9112 §3.2: exactly one Host in HTTP/1.1, and a well-formed one.
  if (told.host.count > 1 || (told.host.count == 0 && head.version >= 11)) {
    return refuse(400, "not one Host");
  }
  if (told.host.count == 1 && !is_host(told.host.value)) return refuse(400, "bad Host");

  // HT-13: no tunnel, no echo (RFC 9110 §9.3.6, §9.3.8), no question to the server as a whole.
  if (head.method == "CONNECT" || head.method == "TRACE" ||
      (head.method == "OPTIONS" && head.target == "*")) {
    return refuse(405, "method not allowed");
  }
  framing.target = TRY(origin_form(head.target, told.host));
  TRY(check_body(told, head.version, limits, framing));

  // HT-14, RFC 9110 §10.1.1: 100-continue is the only expectation; HTTP/1.0 has none.
  if (head.version >= 11 && told.expect.count > 0) {
    if (told.expect.count > 1 || !same_but_case(told.expect.value, "100-continue")) {
      return refuse(417, "unknown expectation");
    }
    framing.expects_continue = true;
  }
  // RFC 9110 §7.8: a server may ignore Upgrade. It is ignored: h2c is offered by default by common
  // clients, and without a 101 they go on in HTTP/1.1 (HT-13: nothing is echoed or tunnelled).
  // RFC 9112 §9.3: 1.1 stays open unless "close" is said; 1.0 always closes here.
  framing.keep_alive = head.version >= 11 && !told.close;
  return framing;
}

}  // namespace grantd::http
