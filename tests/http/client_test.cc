#include "grantd/http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "grantd/http/url.h"
#include "tests/http/certificates.h"
#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

// A server that reads a head and then says exactly what it is told, and closes.
class Scripted {
 public:
  explicit Scripted(std::string answer) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      std::array<char, 4096> chunk;
      while (seen_.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = recv(peer, chunk.data(), chunk.size(), 0);
        if (got <= 0) break;
        seen_.append(chunk.data(), static_cast<std::size_t>(got));
      }
      std::string_view rest = answer;
      while (!rest.empty()) {
        const ssize_t sent = send(peer, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      close(peer);
    });
  }
  ~Scripted() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x?y"; }
  std::string seen() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    thread_ = std::thread([] {});
    return seen_;
  }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::string seen_;
  std::thread thread_;
};

TEST(Fetch, brings_status_fields_and_body) {
  const auto server = start_server();
  const auto reply =
      fetch({.method = "POST",
             .url = "http://localhost:" + std::to_string(server->port()) + "/p?q#fragment",
             .body = "a=b"});
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(*reply->fields.find("content-type"), "text/plain");
  EXPECT_EQ(reply->body, "POST /p?q a=b");
}

TEST(Fetch, reads_IPv6) {
  auto server = Server::start({.address = "::1"}, echo);
  ASSERT_TRUE(server) << server.error();
  const auto reply = fetch({.url = "http://[::1]:" + std::to_string((*server)->port()) + "/"});
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(reply->body, "GET /? ");
}

TEST(Fetch, sends_one_request_and_no_fragment) {
  Scripted server("HTTP/1.1 204 No Content\r\n\r\n");
  Outgoing request{.url = server.url() + "#secret"};
  request.fields.add("accept", "text/plain");
  const auto reply = fetch(request);
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(reply->status, 204);
  const std::string seen = server.seen();
  EXPECT_TRUE(seen.starts_with("GET /x?y HTTP/1.1\r\nHost: 127.0.0.1:")) << seen;
  EXPECT_NE(seen.find("\r\naccept: text/plain\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("secret"), std::string::npos);
}

TEST(Fetch, never_follows_a_redirect) {
  Scripted server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const auto reply = fetch({.url = server.url()});
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(reply->status, 302);
}

struct Answer {
  std::string_view title;
  std::string bytes;
  std::string body;  // "error": fetch fails
};

TEST(Fetch, reads_every_way_to_frame_a_body) {  // RFC 9112 §6.3
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const Answer answers[] = {
      {"by length", ok + "Content-Length: 3\r\n\r\nabcdef", "abc"},
      {"by chunks", chunked + "1\r\na\r\n2;x\r\nbc\r\n0\r\nTrailer: x\r\n\r\n", "abc"},
      {"until the end", ok + "\r\nabc", "abc"},
      {"after interim replies",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok +
           "Content-Length: 3\r\n\r\nabc", "abc"},
      {"cut off by length", ok + "Content-Length: 30\r\n\r\nabc", "error"},
      {"cut off in chunks", chunked + "1\r\na\r\n", "error"},
      {"cut off in the head", ok + "Content-", "error"},
      {"nothing at all", "", "error"},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "error"},
      {"too large by length", ok + "Content-Length: 1001\r\n\r\n", "error"},
      {"too large in chunks", chunked + "3e9\r\n" + std::string(1001, 'a') + "\r\n0\r\n\r\n",
       "error"},
      {"too large until the end", ok + "\r\n" + std::string(1001, 'a'), "error"},
      {"fields without end", ok + [] {
         std::string fields;
         for (int i = 0; i < 10'000; ++i) fields += "X-Field: " + std::string(100, 'a') + "\r\n";
         return fields;
       }() + "\r\n", "error"},
  };
  for (const Answer& answer : answers) {
    Scripted server(answer.bytes);
    const auto reply = fetch({.url = server.url()}, {.body_bytes_max = 1000});
    EXPECT_EQ(reply ? reply->body : "error", answer.body)
        << answer.title << (reply ? "" : ": " + reply.error());
  }
}

TEST(Fetch, ends_at_the_deadline) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  const auto begin = std::chrono::steady_clock::now();
  const auto reply =
      fetch({.url = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port)) + "/?secret"},
            {.deadline = std::chrono::milliseconds(200)});
  ASSERT_FALSE(reply);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(reply.error().find("secret"), std::string::npos) << reply.error();
  EXPECT_EQ(reply.error().find('\n'), std::string::npos);
  close(listener);
}

TEST(Fetch, says_what_it_could_not_reach) {
  std::uint16_t port = 0;
  { port = start_server()->port(); }
  const std::string place = "127.0.0.1:" + std::to_string(port);
  const auto refused = fetch({.url = "http://" + place + "/"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find(place), std::string::npos) << refused.error();
}

TEST(Fetch, refuses_what_would_split_the_request) {  // CWE-113
  Outgoing request{.url = "http://127.0.0.1:1/"};
  request.fields.add("x", "a\r\nInjected: b");
  const auto field = fetch(request);
  ASSERT_FALSE(field);
  EXPECT_NE(field.error().find("malformed"), std::string::npos);
  EXPECT_FALSE(fetch({.method = "GET /other HTTP/1.1\r\nX:", .url = "http://127.0.0.1:1/"}));
  EXPECT_FALSE(fetch({.url = "http://127.0.0.1:1/a b"}));
}

// TL-05: who the certificate does not name, or nobody vouches for, is not spoken to.
TEST(FetchOverTls, verifies_chain_name_and_dates) {
  const Certificates certificates;
  const Tls good = certificates.make("good");
  const Tls other = certificates.make("other");
  const Tls wrong_name = certificates.make("wrong", {.alternative_names = "DNS:other.example"});
  const auto try_fetch = [](const Tls& served, const std::string& host,
                            const std::string& trusted) {
    int requests = 0;
    const auto server = start_server({.tls = served}, [&](Request request, Respond respond) {
      ++requests;
      echo(std::move(request), std::move(respond));
    });
    const std::string authority = host + ":" + std::to_string(server->port());
    const auto reply = fetch({.url = "https://" + authority + "/"}, {.ca_file = trusted});
    server->stop(std::chrono::milliseconds(0));
    EXPECT_EQ(requests, reply ? 1 : 0);
    return reply.has_value();
  };
  EXPECT_TRUE(try_fetch(good, "localhost", good.certificate_file));
  EXPECT_TRUE(try_fetch(good, "127.0.0.1", good.certificate_file));
  EXPECT_FALSE(try_fetch(good, "localhost", other.certificate_file)) << "another authority";
  EXPECT_FALSE(try_fetch(good, "localhost", "")) << "the system knows it not";
  EXPECT_FALSE(try_fetch(wrong_name, "localhost", wrong_name.certificate_file)) << "wrong name";
  EXPECT_FALSE(try_fetch(wrong_name, "127.0.0.1", wrong_name.certificate_file)) << "wrong address";
  EXPECT_FALSE(try_fetch(good, "localhost", certificates.path("absent"))) << "no such CA file";
}

TEST(FetchOverTls, fails_on_a_plain_server) {
  const auto server = start_server();
  EXPECT_FALSE(fetch({.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/"}));
}

TEST(Url, is_taken_apart) {  // RFC 9110 §4.2
  const auto url = parse_url("HTTPS://Example.org:8443?x=1#f");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "Example.org");
  EXPECT_EQ(url->authority, "Example.org:8443");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/?x=1");
  EXPECT_EQ(parse_url("https://h/")->port, 443);
  EXPECT_EQ(parse_url("http://[::1]")->host, "::1");
}

TEST(Url, is_refused_with_a_line_that_shows_no_credential) {
  for (const char* text : {"", "h", "ftp://h/", "http://", "http:///x", "http://h:0/",
                           "http://h:65536/", "http://h:x/", "http://[::1", "http://[h]/",
                           "http://u:pass@h/",
                           "http://h/\xc3\xa4", "http://a b/", "http://h:80:80/?pass"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().find("pass"), std::string::npos) << url.error();
  }
}

}  // namespace
}  // namespace grantd::http
