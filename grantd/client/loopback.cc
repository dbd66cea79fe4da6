#include "grantd/client/loopback.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "grantd/base/bytes.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/client/flow_error.h"
#include "grantd/http/server.h"
#include "grantd/oauth/absolute_uri.h"
#include "grantd/oauth/form.h"

namespace grantd::client {
namespace {

constexpr std::chrono::milliseconds kDrain{2000};
constexpr std::string_view kStyle =
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1rem;"
    "color-scheme:light dark}h1{font-size:1.5rem;font-weight:600}";

http::Reply page(int status, std::string_view heading, std::string_view text) {
  static const std::string kPolicy =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "style-src 'sha256-" + base64_encode(sha256(kStyle)) + "'";
  http::Reply reply;
  reply.status = status;
  reply.close = true;
  reply.fields.add("content-type", "text/html; charset=utf-8");
  reply.fields.add("cache-control", "no-store");
  reply.fields.add("content-security-policy", kPolicy);
  reply.fields.add("referrer-policy", "no-referrer");  // the address holds the code
  reply.fields.add("x-content-type-options", "nosniff");
  // CL-06: what the server said may stand in here.
  const std::string head = html_escape(printable(heading));
  reply.body = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + head +
               "</title><meta name=\"viewport\" content=\"width=device-width\"><style>" +
               std::string(kStyle) + "</style></head><body><h1>" + head + "</h1><p>" +
               html_escape(printable(text)) + "</p></body></html>\n";
  return reply;
}

// Shows a page once; at the latest when nobody is left who could.
class Showing {
 public:
  explicit Showing(http::Respond respond) : respond_(std::move(respond)) {}
  Showing(const Showing&) = delete;
  Showing& operator=(const Showing&) = delete;
  ~Showing() { show(500, "The program ended", "Go back to it and try again."); }
  void show(int status, std::string_view heading, std::string_view text) {
    if (auto respond = std::exchange(respond_, nullptr)) respond(page(status, heading, text));
  }

 private:
  http::Respond respond_;
};

class Listening final : public Loopback {
 public:
  Listening() = default;
  ~Listening() override {
    {
      const std::lock_guard lock(mutex_);
      answer_.reset();  // its page says that the program ended
    }
    for (auto& server : servers_) server->stop(kDrain);
  }

  Result<Unit, FlowError> open(std::string_view host, std::uint16_t port,
                               std::string_view path_query) {
    const auto address = host == "[::1]" ? "::1" : "127.0.0.1";
    auto bound = TRY(bind(address, port));
    // Where a browser takes localhost for is its own affair: both, on one port.
    if (lower_ascii(host) == "localhost") (void)bind("::1", bound);
    path_ = path_query.substr(0, path_query.find('?'));
    if (path_.empty()) path_ = "/";  // RFC 9110 §4.2.3: so it is asked for
    // As it is registered, but for the port: the server compares bytes.
    const auto authority = std::string(host) + ":" + std::to_string(bound);
    redirect_uri_ = "http://" + authority + std::string(path_query);
    host_ = lower_ascii(bound == 80 ? host : authority);  // RFC 9110 §7.2: as browsers write it
    return Unit{};
  }

  const std::string& redirect_uri() const override { return redirect_uri_; }

  void expect(std::string_view state) override {
    const std::lock_guard lock(mutex_);
    state_ = state;
  }

  Result<Answer, FlowError> wait(std::chrono::milliseconds deadline,
                                 std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, stop, deadline, [this] { return answer_.has_value(); });
    if (answer_) {
      Answer out = *std::move(answer_);
      answer_.reset();
      return out;
    }
    state_.clear();  // what comes now is too late
    return fail(FlowError{.problem = FlowProblem::abandoned,
                          .expected = "the browser to come back to " + redirect_uri_,
                          .found = stop.stop_requested() ? "the wish to stop" : "nobody in time",
                          .remedy = "start again"});
  }

 private:
  Result<std::uint16_t, FlowError> bind(const std::string& address, std::uint16_t port) {
    http::ServerOptions options;
    options.address = address;
    options.port = port;
    options.connections_max = 64;
    options.body_bytes_max = 1024;
    options.header_time_max = std::chrono::seconds(5);
    options.idle_time_max = std::chrono::seconds(5);
    options.server_name = "";
    auto server = http::Server::start(std::move(options),
                                      [this](http::Request request, http::Respond respond) {
                                        take(request, std::move(respond));
                                      });
    if (!server) {
      return fail(settings_error("an address of this computer to listen at", shown(server.error()),
                                 "name another port, or none, and a free one is drawn"));
    }
    servers_.push_back(*std::move(server));
    return servers_.back()->port();
  }

  // On an I/O thread.
  void take(const http::Request& request, http::Respond respond) {
    const auto host = request.fields.find("host");
    // A page of another site whose name leads here (DNS rebinding) says its own name.
    if (!host || request.fields.count("host") != 1 ||
        lower_ascii(*host) != host_) {
      return respond(page(421, "Not here", "Nothing of that name is at this address."));
    }
    if (request.path != path_) return respond(page(404, "Nothing here", "Close this window."));
    if (request.method != "GET") {
      auto reply = page(405, "Not that way", "This address only answers GET.");
      reply.fields.add("allow", "GET");
      return respond(std::move(reply));
    }
    const auto query = oauth::Form::parse(request.query);
    const std::lock_guard lock(mutex_);
    // CL-01, CL-12: an answer to another flow, or a second one to this.
    if (state_.empty() || !query || !equal_in_constant_time(query->get("state"), state_)) {
      return respond(page(400, "This is not the answer that is waited for",
                          "Nothing happened. Go back to the program; if it does not wait any "
                          "more, start again there."));
    }
    state_.clear();
    const auto showing = std::make_shared<Showing>(std::move(respond));
    answer_.emplace(Answer{request.query, [showing](bool good, std::string_view heading,
                                                    std::string_view text) {
                             showing->show(good ? 200 : 400, heading, text);
                           }});
    came_.notify_all();
  }

  std::vector<std::unique_ptr<http::Server>> servers_;
  std::string redirect_uri_, host_, path_;
  std::mutex mutex_;
  std::condition_variable_any came_;
  std::string state_;  // empty: no answer is expected, any more or yet
  std::optional<Answer> answer_;
};

Result<std::unique_ptr<Loopback>, FlowError> listen_at(std::string_view text) {
  const auto uri = oauth::parse_absolute_uri(text);
  if (!uri || lower_ascii(uri->scheme) != "http" || !oauth::is_loopback_host(uri->host)) {
    return fail(settings_error("a redirect URI of this computer: http://127.0.0.1/ for example",
                               quoted(text), "register one of those for the client, and set it"));
  }
  const auto port = uri->port.empty() ? 0 : std::stoi(std::string(uri->port));
  auto listening = std::make_unique<Listening>();
  TRY(listening->open(uri->host, static_cast<std::uint16_t>(port), uri->path_query));
  return std::unique_ptr<Loopback>(std::move(listening));
}

}  // namespace

Result<std::unique_ptr<Loopback>, FlowError> Loopback::listen(std::string_view redirect_uri) {
  if (!redirect_uri.empty()) return listen_at(redirect_uri);
  auto listening = listen_at("http://127.0.0.1/");
  if (listening) return listening;
  auto other = listen_at("http://[::1]/");  // RFC 8252 §7.3
  return other ? std::move(other) : std::move(listening);
}

}  // namespace grantd::client
