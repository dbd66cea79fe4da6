#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "grantd/http/client.h"
#include "tests/http/certificates.h"
#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

using std::chrono::milliseconds;

// An OpenSSL client that trusts anyone and wants what the test tells it to.
class TlsClient {
 public:
  using Setting = std::function<void(SSL_CTX*)>;
  explicit TlsClient(std::uint16_t port, const Setting& setting = nullptr)
      : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, 0);
    if (setting) setting(context_);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_.descriptor());
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool shakes_hands() { return SSL_connect(ssl_) == 1; }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string read_to_end() {
    std::string all;
    std::array<char, 4096> chunk;
    for (int got; (got = SSL_read(ssl_, chunk.data(), static_cast<int>(chunk.size()))) > 0;) {
      all.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  // Until it ends so (or the peer has closed).
  bool reads_up_to(std::string_view end) {
    std::string all;
    std::array<char, 4096> chunk;
    while (!all.ends_with(end)) {
      const int got = SSL_read(ssl_, chunk.data(), static_cast<int>(chunk.size()));
      if (got <= 0) return false;
      all.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return true;
  }
  SSL* ssl() { return ssl_; }

 private:
  RawClient socket_;
  SSL_CTX* context_;
  SSL* ssl_;
};

class TlsListener : public testing::Test {
 protected:
  ServerOptions options() { return {.tls = tls_, .header_time_max = milliseconds(500)}; }
  Certificates certificates_;
  Tls tls_ = certificates_.make("server");
};

std::string closing_get() { return get("/a", "Connection: close\r\n"); }

TEST_F(TlsListener, speaks_TLS_1_2_and_1_3) {  // TL-01
  const auto server = start_server(options());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server->port(), [&](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    });
    ASSERT_TRUE(client.shakes_hands());
    EXPECT_EQ(SSL_version(client.ssl()), version);
    client.send(closing_get());
    EXPECT_EQ(body_of(client.read_to_end()), "GET /a? ");
  }
}

// ADR 11: what TLS knows of the connection goes along.
TEST_F(TlsListener, a_connection_moves_from_thread_to_thread) {
  ServerOptions moving = options();
  moving.threads = 2;
  moving.balance = {.full = 0, .together = -1};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto server = start_server(moving, [&](Request request, Respond respond) {
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    echo(std::move(request), std::move(respond));
  });
  TlsClient first(server->port()), second(server->port());
  ASSERT_TRUE(first.shakes_hands());
  ASSERT_TRUE(second.shakes_hands());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto served_by_both = [&] {
    const std::lock_guard lock(mutex);
    return threads.size() == 2;
  };
  for (int i = 0; i < 50 || !served_by_both(); ++i) {
    const std::string name = "/" + std::to_string(i);
    for (TlsClient* client : {&first, &second}) {
      ASSERT_TRUE(client->send(get(name)));
      ASSERT_TRUE(client->reads_up_to("GET " + name + "? "));
    }
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
  }
}

TEST_F(TlsListener, refuses_older_versions) {  // TL-01
  const auto server = start_server(options());
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClient client(server->port(), [&](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    });
    EXPECT_FALSE(client.shakes_hands());
  }
}

TEST_F(TlsListener, refuses_suites_without_forward_secrecy_or_AEAD) {  // TL-01
  const auto server = start_server(options());
  for (const char* suites : {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA",
                             "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256",
                             "AECDH-AES128-SHA", "NULL"}) {
    TlsClient client(server->port(), [&](SSL_CTX* context) {
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(context, suites);
    });
    EXPECT_FALSE(client.shakes_hands()) << suites;
  }
}

TEST_F(TlsListener, chooses_http_1_1_by_ALPN_and_refuses_who_speaks_none_of_it) {  // RFC 7301 §3.2
  const auto server = start_server(options());
  TlsClient both(server->port(), [](SSL_CTX* context) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"),
                            12);
  });
  ASSERT_TRUE(both.shakes_hands());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.ssl(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  TlsClient h2(server->port(), [](SSL_CTX* context) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
  });
  EXPECT_FALSE(h2.shakes_hands());
}

TEST_F(TlsListener, resumes_by_ticket_and_never_offers_early_data) {  // TL-02
  const auto server = start_server(options());
  const auto only_1_3 = [](SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  };
  TlsClient first(server->port(), only_1_3);
  ASSERT_TRUE(first.shakes_hands());
  first.send(closing_get());
  first.read_to_end();
  SSL_SESSION* session = SSL_get1_session(first.ssl());
  EXPECT_EQ(SSL_SESSION_get_max_early_data(session), 0u);

  TlsClient second(server->port(), only_1_3);
  SSL_set_session(second.ssl(), session);
  ASSERT_TRUE(second.shakes_hands());
  EXPECT_EQ(SSL_session_reused(second.ssl()), 1);
  EXPECT_NE(SSL_get_early_data_status(second.ssl()), SSL_EARLY_DATA_ACCEPTED);
  SSL_SESSION_free(session);
}

TEST_F(TlsListener, refuses_renegotiation) {  // TL-03
  const auto server = start_server(options());
  TlsClient client(server->port(), [](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  });
  ASSERT_TRUE(client.shakes_hands());
  SSL_renegotiate(client.ssl());
  EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
}

TEST_F(TlsListener, closes_on_plain_text_and_on_half_a_handshake) {  // TL-03
  const auto server = start_server(options());
  const std::string plain = ask(server->port(), get());
  EXPECT_EQ(status_of(plain), 0);
  EXPECT_EQ(plain.find("timeout"), std::string::npos);
  RawClient half(server->port());
  half.send("\x16\x03\x01");
  EXPECT_TRUE(half.closes());
  RawClient silent(server->port());
  EXPECT_TRUE(silent.closes());
}

TEST_F(TlsListener, answers_pipelined_requests_of_one_record) {  // HT-11
  const auto server = start_server(options());
  TlsClient client(server->port());
  ASSERT_TRUE(client.shakes_hands());
  std::string all;
  for (int i = 0; i < 100; ++i) all += get("/a");
  client.send(all + closing_get());
  const std::string replies = client.read_to_end();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = replies.find("GET /a? ", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 101u);
}

TEST_F(TlsListener, answers_requests_of_records_that_came_while_it_was_busy) {  // HT-11
  std::atomic<bool> sent = false;
  const auto server = start_server(options(), [&](Request request, Respond respond) {
    sent.wait(false);
    echo(std::move(request), std::move(respond));
  });
  TlsClient client(server->port());
  ASSERT_TRUE(client.shakes_hands());
  for (int i = 0; i < 3; ++i) client.send(get("/" + std::to_string(i)));
  client.send(closing_get());
  sent = true;
  sent.notify_all();
  const std::string replies = client.read_to_end();
  for (const char* one : {"GET /0? ", "GET /1? ", "GET /2? ", "GET /a? "}) {
    EXPECT_NE(replies.find(one), std::string::npos) << one;
  }
}

TEST_F(TlsListener, moves_large_bodies_both_ways) {
  ServerOptions large = options();
  large.body_bytes_max = 4 * 1024 * 1024;
  const auto server = start_server(large);
  const std::string body(3 * 1024 * 1024, 'x');
  const auto reply = fetch({.method = "POST",
                            .url = "https://localhost:" + std::to_string(server->port()) + "/",
                            .body = body},
                           {.body_bytes_max = 8 * 1024 * 1024, .ca_file = tls_.certificate_file});
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(reply->body, "POST /? " + body);
}

TEST_F(TlsListener, says_that_the_request_was_encrypted) {
  const auto server = start_server(options(), [](Request request, Respond respond) {
    Reply reply;
    reply.body = request.encrypted ? "encrypted" : "plain";
    respond(std::move(reply));
  });
  const auto reply = fetch({.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/"},
                           {.ca_file = tls_.certificate_file});
  ASSERT_TRUE(reply) << reply.error();
  EXPECT_EQ(reply->body, "encrypted");
}

TEST_F(TlsListener, reload_takes_the_new_pair_for_new_connections) {  // TL-04
  const auto server = start_server(options());
  const std::string url = "https://localhost:" + std::to_string(server->port()) + "/";
  EXPECT_TRUE(fetch({.url = url}, {.ca_file = tls_.certificate_file}));

  const Tls next = certificates_.make("next");
  std::filesystem::copy_file(tls_.certificate_file, certificates_.path("old.pem"));
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(next.certificate_file, tls_.certificate_file, overwrite);
  // Half of the swap: the pair does not match, the old one goes on.
  const auto half = server->reload_tls();
  ASSERT_FALSE(half);
  EXPECT_NE(half.error().find(tls_.key_file), std::string::npos);
  EXPECT_TRUE(fetch({.url = url}, {.ca_file = certificates_.path("old.pem")}));

  std::filesystem::copy_file(next.key_file, tls_.key_file, overwrite);
  const auto reloaded = server->reload_tls();
  ASSERT_TRUE(reloaded) << reloaded.error();
  EXPECT_TRUE(fetch({.url = url}, {.ca_file = next.certificate_file}));
  EXPECT_FALSE(fetch({.url = url}, {.ca_file = certificates_.path("old.pem")}));
}

TEST(ReloadTls, on_a_plain_listener_is_an_error) {
  EXPECT_FALSE(start_server()->reload_tls());
}

// TL-04: each failure names the file and what was found in it.
TEST(CheckTls, tells_what_is_wrong_with_a_pair) {
  const Certificates certificates;
  const Tls good = certificates.make("good");
  const Tls other = certificates.make("other");
  const Tls expired = certificates.make(
      "expired", {.valid_from = std::chrono::hours(-48), .valid_until = std::chrono::hours(-24)});
  const Tls early = certificates.make(
      "early", {.valid_from = std::chrono::hours(24), .valid_until = std::chrono::hours(48)});
  std::ofstream(certificates.path("empty")) << "nothing\n";
  const std::string empty = certificates.path("empty");
  const std::string absent = certificates.path("absent");

  EXPECT_TRUE(check_tls(good));
  const auto wrong = [](const Tls& tls, std::string_view file, std::string_view word) {
    const auto checked = check_tls(tls);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().find(file), std::string::npos) << checked.error();
    EXPECT_NE(checked.error().find(word), std::string::npos) << checked.error();
    EXPECT_EQ(checked.error().find('\n'), std::string::npos);
    EXPECT_FALSE(Server::start({.tls = tls}, echo)) << "started with it";
  };
  wrong({good.certificate_file, other.key_file}, other.key_file, "not the one");
  wrong(expired, expired.certificate_file, "expired since");
  wrong(early, early.certificate_file, "not valid before");
  wrong({absent, good.key_file}, absent, "No such file");
  wrong({good.certificate_file, absent}, absent, "No such file");
  wrong({empty, good.key_file}, empty, "PEM certificate");
  wrong({good.certificate_file, empty}, empty, "PEM private key");
}

}  // namespace
}  // namespace grantd::http
