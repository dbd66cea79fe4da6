#include "grantd/http/reply.h"

#include <time.h>

#include <array>
#include <charconv>

#include "grantd/base/log.h"

namespace grantd::http {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    default: return "";  // RFC 9112 §4: may be empty
  }
}

bool is_owned(std::string_view name) {
  switch (name.size()) {
    case 4: return name == "date";
    case 6: return name == "server";
    case 10: return name == "connection" || name == "keep-alive";
    case 14: return name == "content-length";
    case 17: return name == "transfer-encoding";
    default: return false;
  }
}

// RFC 9110 §5.6.2: the characters of a token, each as it is at a word's begin; 0: of none.
constexpr std::array<char, 256> kTokenCapitals = [] {
  std::array<char, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<std::size_t>(c)] = c;
  }
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = static_cast<char>(c - 'a' + 'A');
  return table;
}();

// Appends the name as people are used to read it ("Cache-Control"), and says whether it is a token.
bool append_name(std::string& out, std::string_view name) {
  out.append(name);
  char* const kept = out.data() + out.size() - name.size();
  bool token = !name.empty();
  bool first = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char capital = kTokenCapitals[static_cast<unsigned char>(kept[i])];
    token &= capital != 0;
    if (first) kept[i] = capital;
    first = capital == '-';
  }
  return token;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t begin = out.size();
  if (!append_name(out, name) || has_control(value)) {
    out.resize(begin);
    return log::error("reply_field_dropped", {{"field", name}});
  }
  out.append(": ").append(value).append("\r\n");
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

std::string write_reply(const Reply& reply, const ReplyFrame& frame, std::string out) {
  // RFC 9110 §15: an interim status cannot be the answer.
  const int status = reply.status >= 200 && reply.status <= 599 ? reply.status : 500;
  if (status != reply.status) log::error("reply_status_invalid", {{"status", reply.status}});

  out.clear();
  out.reserve(256 + reply.body.size() + reply.fields.bytes());
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reason_phrase(status)).append("\r\n");
  for (const auto& [name, value] : reply.fields) {
    if (!is_owned(name)) append_field(out, name, value);
  }
  // RFC 9110 §8.6: no Content-Length in 204; none needed in 304. Neither has a body (§6.4.1).
  const bool bodiless = status == 204 || status == 304;
  if (!bodiless) {
    out.append("Content-Length: ");
    append_number(out, reply.body.size());
    out.append("\r\n");
  }
  out.append("Date: ").append(frame.date).append("\r\n");
  if (!frame.server_name.empty()) out.append("Server: ").append(frame.server_name).append("\r\n");
  if (frame.close) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (!bodiless && !frame.answers_head) out.append(reply.body);
  return out;
}

Reply refusal_reply(const Refusal& refusal) {
  Reply reply;
  reply.status = refusal.status;
  reply.close = true;
  reply.fields.add("content-type", "text/plain; charset=utf-8");
  reply.fields.add("cache-control", "no-store");
  reply.fields.add("x-content-type-options", "nosniff");  // checklist XS-08
  // RFC 9110 §15.5.6: 405 names what is allowed.
  if (refusal.status == 405) reply.fields.add("allow", "GET, HEAD, POST");
  reply.body = std::string(refusal.reason) + "\n";
  return reply;
}

std::string_view DateText::now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME_COARSE, &time);
  if (time.tv_sec == second_) return text_;
  second_ = time.tv_sec;
  tm parts{};
  gmtime_r(&time.tv_sec, &parts);
  // IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT", in English whatever the locale.
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> buffer{};
  const int size = snprintf(buffer.data(), buffer.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                            kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                            kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                            parts.tm_hour, parts.tm_min, parts.tm_sec);
  text_.assign(buffer.data(), static_cast<std::size_t>(size));
  return text_;
}

}  // namespace grantd::http
