// Bytes over a non-blocking socket, plain or TLS. Never waits: says what to wait for.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/http/tls.h"

struct ssl_st;

namespace grantd::http {

enum class IoState {
  moved,       // `bytes` were moved; a handshake is complete
  want_read,   // call again when the socket is readable
  want_write,  // call again when it is writable
  closed,      // the peer ended its side in order
  failed,      // the connection is broken
};

struct IoResult {
  IoState state = IoState::failed;
  std::size_t bytes = 0;
};

class Stream {
 public:
  // The socket stays the caller's, is non-blocking and outlives the stream.
  explicit Stream(int socket);
  Stream(int socket, const TlsContext& server_context);
  // `name`: the host that the certificate must be for, an address or a DNS name (RFC 9525 §6).
  Stream(int socket, const TlsContext& client_context, const std::string& name);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool is_tls() const { return ssl_ != nullptr; }
  IoResult handshake();  // moved at once where there is no TLS
  IoResult read(std::span<char> out);
  IoResult write(std::string_view bytes);
  // Whether bytes are at hand that the socket's readiness does not show.
  bool holds_more() const;
  // Says that no more will be sent; what still comes in is read by discard().
  void shutdown_write();
  IoResult discard(std::span<char> buffer);
  // Why the handshake failed, for the operator.
  std::string handshake_error() const;

 private:
  IoResult tls_result(int outcome);
  int socket_;
  ssl_st* ssl_ = nullptr;
  std::string error_;
};

}  // namespace grantd::http
