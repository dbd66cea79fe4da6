// TLS settings of the server and of the client, made once and shared by their connections.
#pragma once

#include <memory>
#include <string>

#include "grantd/base/result.h"
#include "grantd/http/server.h"

struct ssl_ctx_st;

namespace grantd::http {

class TlsContext {
 public:
  // TLS 1.2 and 1.3 with forward-secret AEAD suites only. Errors as check_tls.
  static Result<std::shared_ptr<TlsContext>, std::string> for_server(const Tls& tls);
  // Verifies the peer against `ca_file` (PEM), or the system's authorities where it is empty.
  static Result<std::shared_ptr<TlsContext>, std::string> for_client(const std::string& ca_file);

  explicit TlsContext(ssl_ctx_st* owned) : context_(owned) {}
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ssl_ctx_st* get() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

// What OpenSSL put on this thread's error queue, as one line; empties the queue.
std::string tls_errors();

}  // namespace grantd::http
