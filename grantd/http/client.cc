#include "grantd/http/client.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "grantd/http/parser.h"
#include "grantd/http/stream.h"
#include "grantd/http/tls.h"
#include "grantd/http/url.h"

namespace grantd::http {
namespace {

using Clock = std::chrono::steady_clock;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = AF_INET;
};

// getaddrinfo() cannot be given a deadline: it runs beside, and what comes late is thrown away.
struct Lookup {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<int> outcome;
  std::vector<Address> addresses;
};

void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int outcome = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const std::lock_guard lock(lookup->mutex);
  for (const addrinfo* at = found; outcome == 0 && at; at = at->ai_next) {
    Address address;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    address.family = at->ai_family;
    lookup->addresses.push_back(address);
  }
  if (found) freeaddrinfo(found);
  lookup->outcome = outcome;
  lookup->done.notify_all();
}

Result<std::vector<Address>, std::string> resolve(const Url& url, Clock::time_point deadline) {
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host = url.host, port = url.port] { look_up(lookup, host, port); }).detach();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->done.wait_until(lock, deadline, [&] { return lookup->outcome.has_value(); })) {
    return fail("looking up " + url.host + " took too long");
  }
  if (*lookup->outcome != 0) {
    return fail("looking up " + url.host + ": " + gai_strerror(*lookup->outcome));
  }
  return lookup->addresses;
}

// Waits until the socket is ready; false: the deadline has passed.
bool wait_for(int socket, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd one{socket, events, 0};
    if (poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000))) > 0) {
      return true;
    }
  }
}

class Socket {
 public:
  Socket() = default;
  ~Socket() { reset(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }
  void reset() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  Result<Unit, std::string> connect(const Address& to, Clock::time_point deadline) {
    reset();
    descriptor_ = socket(to.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = descriptor_ < 0 ? errno : 0;
    if (error == 0 &&
        ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to.storage), to.size) != 0) {
      error = errno;
    }
    if (error == EINPROGRESS) {
      if (!wait_for(descriptor_, POLLOUT, deadline)) return fail(std::string("timed out"));
      socklen_t size = sizeof error;
      getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error != 0) return fail(std::string(std::strerror(error)));
    return Unit{};
  }

 private:
  int descriptor_ = -1;
};

// The addresses that may be connected to. The error says which could not.
Result<std::vector<Address>, std::string> within_reach(std::vector<Address> addresses,
                                                       const Reach* reach) {
  if (!reach) return addresses;
  std::string last;
  std::erase_if(addresses, [&](const Address& each) {
    const auto address = IpAddress::of(reinterpret_cast<const sockaddr*>(&each.storage));
    if (address && reach->allows(*address)) return false;
    last = address ? address->text() : "an address of another kind";
    return true;
  });
  if (addresses.empty() && !last.empty()) {
    return fail("the name leads to " + last + ", which is no public address; outbound.allow names "
                "the networks beyond these that may be reached");
  }
  return addresses;
}

Result<Unit, std::string> connect(Socket& socket, const Url& url, const Reach* reach,
                                  Clock::time_point deadline) {
  const std::vector<Address> addresses =
      TRY(within_reach(TRY(resolve(url, deadline)), reach));
  std::string last = "no address";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // An address that does not answer leaves time for those behind it.
    const auto share = (deadline - Clock::now()) / static_cast<int>(addresses.size() - i);
    const auto connected = socket.connect(addresses[i], Clock::now() + share);
    if (connected) return Unit{};
    last = connected.error();
  }
  return fail("connecting to " + url.authority + ": " + last);
}

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Result<std::string, std::string> write_request(const Outgoing& request, const Url& url) {
  if (request.method.empty() || !is_clean(request.method) ||
      request.method.find(' ') != std::string::npos) {
    return fail(std::string("the method is malformed"));
  }
  std::string out = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority +
                    "\r\nConnection: close\r\nUser-Agent: grantd\r\n";
  for (const auto& [name, value] : request.fields) {
    // CWE-113: a line end in a value would begin a field of its own.
    if (name.empty() || !is_clean(name) || !is_clean(value)) {
      return fail("the field \"" + std::string(name) + "\" is malformed");
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }
  // RFC 9110 §8.6: a method that gives a body a meaning says its length, 0 too.
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
      request.method == "PATCH") {
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  out.append("\r\n").append(request.body);
  return out;
}

// Calls `step` until it moves, waiting in between.
template <class Step>
Result<IoResult, std::string> until_moved(int socket, Clock::time_point deadline, Step step) {
  for (;;) {
    const IoResult result = step();
    const bool read = result.state == IoState::want_read;
    if (!read && result.state != IoState::want_write) return result;
    if (!wait_for(socket, read ? POLLIN : POLLOUT, deadline)) {
      return fail(std::string("the deadline passed"));
    }
  }
}

Result<Unit, std::string> send_all(Stream& stream, int socket, std::string_view bytes,
                                   Clock::time_point deadline) {
  while (!bytes.empty()) {
    const IoResult sent = TRY(until_moved(socket, deadline, [&] { return stream.write(bytes); }));
    // A server that refuses may answer and close before it has read all: its answer counts.
    if (sent.state != IoState::moved) return Unit{};
    bytes.remove_prefix(sent.bytes);
  }
  return Unit{};
}

Result<Reply, std::string> read_reply(Stream& stream, int socket, ResponseParser& parser,
                                      Clock::time_point deadline) {
  std::string pending;
  std::array<char, 16 * 1024> chunk;
  while (!parser.done()) {
    const IoResult got = TRY(until_moved(socket, deadline, [&] { return stream.read(chunk); }));
    if (got.state == IoState::moved) {
      pending.append(chunk.data(), got.bytes);
      pending.erase(0, TRY(parser.read(pending)));
      continue;
    }
    // RFC 9112 §9.8: a body that only the end of the connection ends needs an orderly end in TLS.
    if (got.state == IoState::failed && (stream.is_tls() || !parser.ends_with_connection())) {
      return fail(std::string("the connection broke before the answer was complete"));
    }
    TRY(parser.end());
  }
  return std::move(parser.reply());
}

Result<std::shared_ptr<TlsContext>, std::string> client_context(const std::string& ca_file) {
  if (!ca_file.empty()) return TlsContext::for_client(ca_file);
  // The system's authorities take milliseconds to read: once.
  static const auto kSystem = TlsContext::for_client("");
  return kSystem;
}

Result<Reply, std::string> fetch_from(const Url& url, const Outgoing& request,
                                      const FetchOptions& options) {
  const auto deadline = Clock::now() + options.deadline;
  const std::string bytes = TRY(write_request(request, url));
  std::shared_ptr<TlsContext> context;
  if (url.tls) context = TRY(client_context(options.ca_file));

  Socket socket;
  TRY(connect(socket, url, options.reach, deadline));
  Stream stream = context ? Stream(socket.get(), *context, url.host) : Stream(socket.get());
  const IoResult greeted =
      TRY(until_moved(socket.get(), deadline, [&] { return stream.handshake(); }));
  if (greeted.state != IoState::moved) return fail("TLS: " + stream.handshake_error());
  TRY(send_all(stream, socket.get(), bytes, deadline));
  ResponseParser parser(request.method == "HEAD", options.body_bytes_max);
  return read_reply(stream, socket.get(), parser, deadline);
}

}  // namespace

Result<Reply, std::string> fetch(const Outgoing& request, const FetchOptions& options) {
  auto url = parse_url(request.url);
  if (!url) return fail(request.method + " " + url.error());
  auto reply = fetch_from(*url, request, options);
  if (!reply) {
    // Without the query, which may carry a credential.
    const std::string path = url->target.substr(0, url->target.find('?'));
    return fail(request.method + " " + (url->tls ? "https://" : "http://") + url->authority + path +
                ": " + reply.error());
  }
  return reply;
}

}  // namespace grantd::http
