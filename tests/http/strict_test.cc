// What a listener refuses, over real sockets: each row a checklist id or a section.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

struct Row {
  std::string_view cite;
  std::string_view title;
  std::string request;
  int status;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.cite << " " << row.title; }

std::string post(std::string_view fields, std::string_view body = "") {
  return "POST /token HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

const std::string kChunked = "Transfer-Encoding: chunked\r\n";
const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

const std::vector<Row>& refused() {
  static const std::vector<Row> rows = {
      {"HT-01", "Content-Length with chunked",
       post("Content-Length: 5\r\n" + kChunked, "0\r\n\r\n" + kSmuggled), 400},
      {"HT-01", "chunked with Content-Length",
       post(kChunked + "Content-Length: 5\r\n", "0\r\n\r\n" + kSmuggled), 400},
      {"RFC 9112 §6.3", "two equal Content-Lengths",
       post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
      {"RFC 9112 §6.3", "two Content-Lengths",
       post("Content-Length: 1\r\nContent-Length: 50\r\n", "x"), 400},
      {"RFC 9112 §6.3", "a list of Content-Lengths", post("Content-Length: 1, 1\r\n", "x"), 400},
      {"RFC 9112 §6.3", "a signed Content-Length", post("Content-Length: +1\r\n", "x"), 400},
      {"RFC 9112 §6.3", "a hexadecimal Content-Length", post("Content-Length: 0x1\r\n", "x"), 400},
      {"RFC 9112 §6.3", "an empty Content-Length", post("Content-Length: \r\n"), 400},
      {"RFC 9112 §6.1", "Transfer-Encoding identity",
       post("Transfer-Encoding: identity\r\n", kSmuggled), 400},
      {"RFC 9112 §6.1", "gzip, chunked",
       post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {"RFC 9112 §6.1", "chunked twice", post(kChunked + kChunked, "0\r\n\r\n"), 400},
      {"RFC 9112 §6.1", "xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"RFC 9112 §6.1", "chunked behind a vertical tab",
       post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"RFC 9112 §6.1", "Transfer-Encoding in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: localhost\r\n" + kChunked + "\r\n0\r\n\r\n", 400},
      {"RFC 9112 §7.1", "a chunk size that is none", post(kChunked, "g\r\nx\r\n0\r\n\r\n"), 400},
      {"RFC 9112 §7.1", "a signed chunk size", post(kChunked, "+1\r\nx\r\n0\r\n\r\n"), 400},
      {"RFC 9112 §7.1", "a chunk size with 0x", post(kChunked, "0x1\r\nx\r\n0\r\n\r\n"), 400},
      {"RFC 9112 §7.1", "a blank behind the chunk size",
       post(kChunked, "1 \r\nx\r\n0\r\n\r\n"), 400},
      {"RFC 9112 §7.1", "a chunk longer than its size",
       post(kChunked, "1\r\nxy\r\n0\r\n\r\n"), 400},
      {"RFC 9112 §7.1", "a bare LF behind the chunk size",
       post(kChunked, "1\nx\r\n0\r\n\r\n"), 400},
      {"RFC 9112 §7.1.1", "a bare LF in a chunk extension",
       post(kChunked, "1;a\nb\r\nx\r\n0\r\n\r\n"), 400},
      {"HT-06", "bare LF line ends", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
      {"HT-06", "one bare LF", "GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400},
      {"HT-06", "a bare CR", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n", 400},
      {"HT-06", "an HTTP/0.9 line", "GET /\r\n", 400},
      {"HT-06", "the HTTP/2 preface in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"HT-06", "lower-case method", "get / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"HT-06", "an unknown version", "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 400},
      {"HT-06", "a TLS ClientHello", std::string("\x16\x03\x01\x02\x00\x01\x0a", 7), 400},
      {"RFC 9112 §3", "two blanks in the request line",
       "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"RFC 9112 §3.2", "a fragment in the target", get("/a#b"), 400},
      {"RFC 9112 §3.2", "a byte over 0x7e in the target", get("/\xc3\xa4"), 400},
      {"RFC 9112 §3.2", "DEL in the target", get("/\x7f"), 400},
      {"RFC 9112 §3.2", "a control in the target", get("/a\x01"), 400},
      {"RFC 9112 §3.2", "a tab in the target", get("/a\tb"), 400},
      {"RFC 9112 §3.2", "a target without a slash", get("token"), 400},
      {"RFC 9112 §5.1", "a blank before the colon", get("/", "X : y\r\n"), 400},
      {"RFC 9112 §5.1", "a field without a name", get("/", ": y\r\n"), 400},
      {"RFC 9112 §5.2", "obs-fold with a blank", get("/", "X: a\r\n b\r\n"), 400},
      {"RFC 9112 §5.2", "obs-fold with a tab", get("/", "X: a\r\n\tb\r\n"), 400},
      {"RFC 9112 §2.2", "a blank before the first field",
       "GET / HTTP/1.1\r\n X: y\r\nHost: localhost\r\n\r\n", 400},
      {"RFC 9110 §5.5", "NUL in a field", get("/", std::string("X: a\0b\r\n", 8)), 400},
      {"HD-03", "no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"HD-03", "two Hosts", get("/", "Host: localhost\r\n"), 400},
      {"HD-03", "an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"HD-03", "Host with @", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
      {"HD-03", "Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"HD-03", "Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"HD-03", "Host with a port that is none", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
      {"HD-03", "absolute-form with another host", get("http://other.example/"), 400},
      {"HD-03", "absolute-form with user information", get("http://x@localhost/"), 400},
      {"HT-13", "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405},
      {"HT-13", "TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\nX-Secret: s3\r\n\r\n", 405},
      {"HT-13", "OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
      {"HT-14", "an unknown expectation",
       post("Expect: coffee\r\nContent-Length: 1\r\n", "x"), 417},
      {"HT-14", "100-continue with an oversize body",
       post("Expect: 100-continue\r\nContent-Length: 10000000\r\n"), 413},
      {"TK-08", "an oversize body announced", post("Content-Length: 65537\r\n"), 413},
      {"RFC 9112 §6.3", "a Content-Length past 64 bits",
       post("Content-Length: 99999999999999999999999\r\n"), 400},
      {"TK-08", "one oversize chunk announced", post(kChunked, "10001\r\n"), 413},
      {"TK-12", "Content-Encoding gzip",
       post("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "x"), 415},
      {"TK-12", "Content-Encoding identity",
       post("Content-Encoding: identity\r\nContent-Length: 1\r\n", "x"), 415},
      {"AZ-23", "a query of 100 KB", get("/authorize?" + std::string(100'000, 'a')), 414},
      {"AZ-23", "a target just over the limit", get("/" + std::string(12 * 1024, 'a')), 414},
      {"RFC 6585 §5", "a header of 20 KB",
       get("/", "X: " + std::string(20'000, 'a') + "\r\n"), 431},
      {"RFC 6585 §5", "101 fields", get("/", [] {
         std::string fields;
         for (int i = 0; i < 100; ++i) fields += "X: y\r\n";
         return fields;
       }()), 431},
  };
  return rows;
}

class Refused : public testing::TestWithParam<Row> {
 protected:
  static void SetUpTestSuite() {
    handled_ = 0;
    server_ = start_server({}, [](Request request, Respond respond) {
      ++handled_;
      echo(std::move(request), std::move(respond));
    });
  }
  static void TearDownTestSuite() { server_.reset(); }
  static inline std::unique_ptr<Server> server_;
  static inline std::atomic<int> handled_ = 0;
};

TEST_P(Refused, closes_after_one_error_that_echoes_nothing) {
  const int before = handled_;
  const std::string reply = ask(server_->port(), GetParam().request);
  EXPECT_EQ(status_of(reply), GetParam().status) << reply;
  EXPECT_EQ(reply.find("HTTP/1.1", 1), std::string::npos) << "a second reply: " << reply;
  EXPECT_NE(reply.find("Connection: close\r\n"), std::string::npos) << reply;
  EXPECT_EQ(reply.find("timeout"), std::string::npos);
  EXPECT_EQ(reply.find("s3"), std::string::npos);
  EXPECT_EQ(handled_, before) << "the handler saw it";
}

// The same bytes, one at a time: the verdict may not hang on how they arrive.
class RefusedInPieces : public Refused {};

TEST_P(RefusedInPieces, alike) {
  RawClient client(server_->port());
  for (const char byte : GetParam().request) {
    if (!client.send({&byte, 1})) break;
  }
  EXPECT_EQ(status_of(client.read_to_end()), GetParam().status);
}

std::vector<Row> short_ones() {
  std::vector<Row> rows = refused();
  std::erase_if(rows, [](const Row& row) { return row.request.size() > 1000; });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Listener, Refused, testing::ValuesIn(refused()));
INSTANTIATE_TEST_SUITE_P(Listener, RefusedInPieces, testing::ValuesIn(short_ones()));

struct Served {
  std::string_view cite;
  std::string request;
  std::string_view echoed;
};

void PrintTo(const Served& row, std::ostream* out) { *out << row.cite << " " << row.request; }

const std::vector<Served>& served() {
  static const std::vector<Served> rows = {
      {"RFC 9112 §3.2.1", get("/a?b=c%20d"), "GET /a?b=c%20d "},
      {"RFC 9112 §3.2.2", get("http://LOCALHOST/x?y"), "GET /x?y "},
      {"RFC 9112 §3.2.2", get("http://localhost"), "GET /? "},
      {"RFC 9112 §2.2 an empty line first", "\r\n" + get("/a"), "GET /a? "},
      {"RFC 9112 §5.5 obs-text in a value", get("/a", "X: \xc3\xa4\r\n"), "GET /a? "},
      {"RFC 9110 §7.2 IPv6", "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET /a? "},
      {"RFC 9112 §6.2", post("Content-Length: 3\r\n", "a=b"), "POST /token? a=b"},
      {"RFC 9112 §7.1", post(kChunked, "2\r\na=\r\n1\r\nb\r\n0\r\n\r\n"), "POST /token? a=b"},
      {"RFC 9112 §7.1.1", post(kChunked, "3;x=\"y\"\r\na=b\r\n0;z\r\n\r\n"), "POST /token? a=b"},
      {"RFC 9112 §7.1.2", post(kChunked, "3\r\na=b\r\n0\r\nX: y\r\n\r\n"), "POST /token? a=b"},
      {"RFC 9112 §7 coding names fold case", post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"),
       "POST /token? "},
      {"RFC 9112 §3.2 no Host in 1.0", "GET /a HTTP/1.0\r\n\r\n", "GET /a? "},
      // HT-13: the offer to upgrade is passed over (RFC 9110 §7.8), never answered with 101.
      {"HT-13", get("/a", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                          "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"), "GET /a? "},
      {"RFC 9110 §9.1 extension methods go to the handler",
       "PURGE /a HTTP/1.1\r\nHost: localhost\r\n\r\n", "PURGE /a? "},
  };
  return rows;
}

class Accepted : public testing::TestWithParam<Served> {
 protected:
  static void SetUpTestSuite() { server_ = start_server(); }
  static void TearDownTestSuite() { server_.reset(); }
  static inline std::unique_ptr<Server> server_;
};

TEST_P(Accepted, reaches_the_handler_whole) {
  RawClient client(server_->port());
  client.send(GetParam().request);
  const std::string reply = client.read_reply();
  EXPECT_EQ(status_of(reply), 200) << reply;
  EXPECT_EQ(body_of(reply), GetParam().echoed);
}

TEST_P(Accepted, reaches_the_handler_whole_byte_by_byte) {
  RawClient client(server_->port());
  for (const char byte : GetParam().request) client.send({&byte, 1});
  EXPECT_EQ(body_of(client.read_reply()), GetParam().echoed);
}

INSTANTIATE_TEST_SUITE_P(Listener, Accepted, testing::ValuesIn(served()));

}  // namespace
}  // namespace grantd::http
