// The same API on Boost.Beast, for an event loop: the guard is asked with a completion, so that no
// thread of the loop ever waits for the issuer.
//
//   api_beast ISSUER AUDIENCE PORT
#include <grantd/guard/guard.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace beast = boost::beast;
namespace http = beast::http;
namespace guard = grantd::guard;
using boost::asio::ip::tcp;

// One connection: a request is read, judged and answered, and then the next.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, guard::Guard& door) : stream_(std::move(socket)), door_(door) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(64 * 1024);
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->judge();
                     });
  }

 private:
  void judge() {
    const auto& request = parser_->get();
    if (door_.metadata() && request.target() == door_.metadata()->path) {
      return answer(http::status::ok, "application/json", door_.metadata()->text);
    }
    if (request.method() != http::verb::get || request.target() != "/notes") {
      return answer(http::status::not_found, "text/plain", "There is /notes.\n");
    }
    std::string authorization;
    const auto [first, last] = request.equal_range(http::field::authorization);
    for (auto at = first; at != last; ++at) {
      authorization += (at == first ? "" : ", ") + std::string(at->value());
    }
    static const auto kRead = guard::Need::of("notes.read");
    door_.check(authorization, kRead, [self = shared_from_this()](guard::Verdict verdict) {
      // Perhaps on a thread of the guard's: back to the connection's own.
      boost::asio::post(self->stream_.get_executor(),
                        [self, verdict = std::move(verdict)] { self->serve(verdict); });
    });
  }

  void serve(const guard::Verdict& verdict) {
    if (verdict) {
      return answer(http::status::ok, "text/plain", "The notes of " + (*verdict)->subject + "\n");
    }
    const guard::Refusal& refusal = verdict.error();
    std::cerr << refusal.status << ": " << refusal.reason << '\n';
    response_ = {static_cast<http::status>(refusal.status), parser_->get().version()};
    for (const auto& [name, value] : refusal.fields()) response_.set(name, value);
    response_.body() = refusal.body;
    write();
  }

  void answer(http::status status, std::string_view type, std::string body) {
    response_ = {status, parser_->get().version()};
    response_.set(http::field::content_type, type);
    response_.body() = std::move(body);
    write();
  }

  void write() {
    response_.keep_alive(parser_->get().keep_alive());
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  guard::Guard& door_;
};

void accept(tcp::acceptor& acceptor, guard::Guard& door) {
  acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Session>(std::move(socket), door)->read();
    accept(acceptor, door);
  });
}

int main(int count, char** values) {
  if (count != 4) {
    std::cerr << "usage: api_beast ISSUER AUDIENCE PORT\n";
    return 2;
  }
  boost::asio::io_context loop(1);
  // Behind the loop, so that it goes first: what it still answers finds its connections.
  guard::Guard door({.issuer = values[1],
                     .audience = values[2],
                     .scopes_supported = {"notes.read"},
                     .name = "Notes"});
  const auto port = static_cast<std::uint16_t>(std::atoi(values[3]));
  tcp::acceptor acceptor(loop, {boost::asio::ip::make_address("127.0.0.1"), port});
  accept(acceptor, door);
  loop.run();
}
