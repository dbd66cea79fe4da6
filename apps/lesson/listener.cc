#include "apps/lesson/listener.h"

#include <mutex>

namespace grantd::lesson {
namespace {

constexpr std::chrono::milliseconds kDrain{200};

class Listening final : public Listener {
 public:
  Result<Unit, std::string> listen(std::string name) {
    http::ServerOptions open;
    open.server_name = std::move(name);
    server_ = TRY(http::Server::start(
        std::move(open), [this](http::Request request, http::Respond respond) {
          if (const auto handler = handler_.load()) {
            (*handler)(std::move(request), std::move(respond));
          } else {
            respond(plain_reply(503, "text/plain", "not yet\n"));
          }
        }));
    origin_ = "http://127.0.0.1:" + std::to_string(server_->port());
    return Unit{};
  }

  ~Listening() override { stop(); }

  void answer_by(Answer answer) override {
    hand_to([answer = std::move(answer)](const http::Request& request, http::Respond respond) {
      respond(answer(request));
    });
  }

  void hand_to(http::Handler handler) override {
    handler_.store(std::make_shared<const http::Handler>(std::move(handler)));
  }

  void stop() override {
    if (server_) server_->stop(kDrain);
    server_.reset();
  }

 private:
  std::atomic<std::shared_ptr<const http::Handler>> handler_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Listener>, std::string> Listener::start(std::string name) {
  auto made = std::make_unique<Listening>();
  TRY(made->listen(std::move(name)));
  return std::unique_ptr<Listener>(std::move(made));
}

http::Reply plain_reply(int status, std::string_view content_type, std::string body) {
  http::Reply reply;
  reply.status = status;
  reply.fields.add("content-type", std::string(content_type));
  reply.fields.add("cache-control", "no-store");
  reply.fields.add("referrer-policy", "no-referrer");
  reply.body = std::move(body);
  return reply;
}

}  // namespace grantd::lesson
