// The same web app on Boost.Beast. The client blocks while it talks to the issuer: it works on a
// pool of threads, and the event loop never waits for it.
//
//   web_beast ISSUER CLIENT_ID SECRET_FILE PORT
#include <grantd/base/encoding.h>
#include <grantd/client/client.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "browsers.h"

namespace beast = boost::beast;
namespace client = grantd::client;
namespace http = beast::http;
using boost::asio::ip::tcp;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

// The app itself: a request in, a response out. Blocks.
class Web {
 public:
  explicit Web(client::App app) : app_(std::move(app)) {}

  Response serve(const Request& request) {
    const std::string target(request.target());
    const std::string path = target.substr(0, target.find('?'));
    if (request.method() != http::verb::get) return show(http::status::not_found, "Not here");
    if (path == "/") return front(request);
    if (path == "/start") return start();
    if (path == "/callback") return finish(request, target.substr(target.find('?') + 1));
    return show(http::status::not_found, "Not here");
  }

 private:
  Response front(const Request& request) const {
    const auto session = sessions_.find(cookie(request, "session"));
    if (!session) return show(http::status::ok, "<a href=\"/start\">Sign in</a>");
    return show(http::status::ok, "Hello " + grantd::html_escape(session->subject));
  }

  Response start() {
    auto started = app_.start();
    if (!started) return fail(started.error());
    return redirect(started->url, "flow=" + flows_.keep(std::move(started->pending)));
  }

  Response finish(const Request& request, const std::string& query) {
    // Taken out: an answer counts once, and only for the browser that asked.
    auto pending = flows_.take(cookie(request, "flow")).value_or(client::Pending());
    auto session = app_.finish(std::move(pending), query);
    if (!session) return fail(session.error());
    // A new cookie: whoever knew the one before has no part in this.
    return redirect("/", "session=" + sessions_.keep(*std::move(session)));
  }

  static std::string cookie(const Request& request, std::string_view name) {
    const auto field = request[http::field::cookie];
    return cookie_in({field.data(), field.size()}, name);
  }

  static Response show(http::status status, const std::string& text) {
    Response response(status, 11);
    response.set(http::field::content_type, "text/html");
    response.body() = "<!doctype html><title>Example</title><p>" + text;
    return response;
  }

  static Response redirect(const std::string& to, const std::string& cookie) {
    Response response(http::status::see_other, 11);
    response.set(http::field::location, to);
    response.set(http::field::set_cookie, cookie + kCookie);
    return response;
  }

  static Response fail(const client::FlowError& error) {
    std::cerr << error.message() << '\n';
    return show(http::status::bad_request,
                "That did not work. <a href=\"/start\">Try again</a>");
  }

  client::Client app_;
  Kept<client::Pending> flows_;      // begun, each for the browser that began it
  Kept<client::Session> sessions_;  // of who is signed in
};

// One connection: a request is read, served on the pool and answered, and then the next.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Web& web, boost::asio::thread_pool& pool)
      : stream_(std::move(socket)), web_(web), pool_(pool) {}

  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->serve();
                     });
  }

 private:
  void serve() {
    boost::asio::post(pool_, [self = shared_from_this()] {
      self->response_ = self->web_.serve(self->request_);
      boost::asio::post(self->stream_.get_executor(), [self] { self->write(); });
    });
  }

  void write() {
    response_.keep_alive(request_.keep_alive());
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  Request request_;
  Response response_;
  Web& web_;
  boost::asio::thread_pool& pool_;
};

void accept(tcp::acceptor& acceptor, Web& web, boost::asio::thread_pool& pool) {
  acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Connection>(std::move(socket), web, pool)->read();
    accept(acceptor, web, pool);
  });
}

int main(int count, char** values) {
  if (count != 5) {
    std::cerr << "usage: web_beast ISSUER CLIENT_ID SECRET_FILE PORT\n";
    return 2;
  }
  const std::string port = values[4];
  std::string secret;
  std::getline(std::ifstream(values[3]), secret);
  Web web({.issuer = values[1],
           .client_id = values[2],
           .client_secret = grantd::Secret(secret),
           .redirect_uri = "http://127.0.0.1:" + port + "/callback",
           .scope = "openid profile"});
  boost::asio::thread_pool pool(8);
  boost::asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {boost::asio::ip::make_address("127.0.0.1"),
                                static_cast<std::uint16_t>(std::stoi(port))});
  accept(acceptor, web, pool);
  loop.run();
}
