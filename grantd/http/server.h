// An HTTP/1.1 server: I/O threads, each with its own loop, of which as few serve as keep up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/http/balance.h"
#include "grantd/http/message.h"

namespace grantd::http {

struct Tls {
  std::string certificate_file;  // PEM: the server's certificate, then the chain
  std::string key_file;          // PEM
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // an IP address
  std::uint16_t port = 0;             // 0: any free one
  int threads = 1;  // at most
  BalanceLimits balance;
  std::optional<Tls> tls;
  std::vector<std::string> trusted_proxies;  // addresses or networks ("10.0.0.0/8")

  std::size_t header_bytes_max = 16 * 1024;  // request line and header fields together
  std::size_t target_bytes_max = 12 * 1024;  // longer: 414
  std::size_t body_bytes_max = 64 * 1024;    // larger: 413, not read
  std::chrono::milliseconds header_time_max{10'000};
  std::chrono::milliseconds body_time_max{10'000};
  std::chrono::milliseconds write_time_max{10'000};
  std::chrono::milliseconds idle_time_max{75'000};
  std::size_t connections_max = 10'000;  // in all; past it the longest idle one is closed
  std::string server_name = "grantd";    // the Server field, without a version
};

// Called on an I/O thread, whose loop is Loop::current(); must not block.
using Handler = std::function<void(Request, Respond)>;

class Server {
 public:
  // Binds and starts the threads. The error says what was tried and what the system answered.
  static Result<std::unique_ptr<Server>, std::string> start(ServerOptions options, Handler handler);
  virtual ~Server() = default;

  virtual std::uint16_t port() const = 0;
  // Stops accepting, lets requests under way finish (at most `drain`), closes, joins the threads.
  virtual void stop(std::chrono::milliseconds drain) = 0;
  // Reads certificate and key again. On error the old pair stays and the error says why.
  virtual Result<Unit, std::string> reload_tls() = 0;
};

// Whether the files make a working pair whose certificate is valid now; an error names the file,
// what was expected and found (expired since, key of another certificate, unreadable).
Result<Unit, std::string> check_tls(const Tls& tls);

}  // namespace grantd::http
