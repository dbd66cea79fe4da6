#include "tests/http/raw_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace grantd::http {

RawClient::RawClient(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{};
  patience.tv_sec = kPatience.count();
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
}

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      ended_(other.ended_),
      timed_out_(other.timed_out_) {}

RawClient::~RawClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::half_close() { shutdown(descriptor_, SHUT_WR); }

bool RawClient::read_some() {
  if (ended_ || timed_out_) return false;
  std::array<char, 65536> chunk;
  const ssize_t got = recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (got > 0) {
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }
  timed_out_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  ended_ = !timed_out_;
  return false;
}

std::string RawClient::read_to_end() {
  while (read_some()) {
  }
  return std::exchange(buffer_, {}) + (timed_out_ ? "timeout" : "");
}

std::string RawClient::read_until(std::string_view text) {
  while (buffer_.find(text) == std::string::npos && read_some()) {
  }
  const std::size_t at = buffer_.find(text);
  const std::size_t size = at == std::string::npos ? buffer_.size() : at + text.size();
  std::string found = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return found;
}

std::string RawClient::read_reply() {
  std::string head = read_until("\r\n\r\n");
  const std::size_t at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  const auto size = static_cast<std::size_t>(std::atoi(head.c_str() + at + 16));
  while (buffer_.size() < size && read_some()) {
  }
  head += buffer_.substr(0, size);
  buffer_.erase(0, std::min(size, buffer_.size()));
  return head;
}

bool RawClient::closes() {
  read_some();
  return ended_ && buffer_.empty();
}

std::string ask(std::uint16_t port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  return client.read_to_end();
}

int status_of(std::string_view reply) {
  if (!reply.starts_with("HTTP/1.1 ") || reply.size() < 12) return 0;
  return std::atoi(std::string(reply.substr(9, 3)).c_str());
}

std::string body_of(std::string_view reply) {
  const std::size_t end = reply.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(reply.substr(end + 4));
}

void echo(Request request, Respond respond) {
  Reply reply;
  reply.fields.add("content-type", "text/plain");
  reply.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
  respond(std::move(reply));
}

std::unique_ptr<Server> start_server(ServerOptions options, Handler handler) {
  auto server = Server::start(std::move(options), std::move(handler));
  if (!server) {
    ADD_FAILURE() << server.error();
    std::abort();
  }
  return std::move(*server);
}

std::string get(std::string_view target, std::string_view more_fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
         std::string(more_fields) + "\r\n";
}

}  // namespace grantd::http
