#include "grantd/http/stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "grantd/base/check.h"
#include "grantd/http/proxies.h"

namespace grantd::http {
namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that is gone would raise SIGPIPE.
int bio_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
  if (got < 0 && would_block()) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* bio_method() {
  static BIO_METHOD* method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    CHECK(made != nullptr);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

ssl_st* make_ssl(int socket, const TlsContext& context) {
  SSL* ssl = SSL_new(context.get());
  BIO* bio = BIO_new(bio_method());
  CHECK(ssl != nullptr && bio != nullptr);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return ssl;
}

IoResult socket_result(ssize_t moved, IoState blocked) {
  if (moved > 0) return {IoState::moved, static_cast<std::size_t>(moved)};
  if (moved == 0) return {IoState::closed, 0};
  return {would_block() ? blocked : IoState::failed, 0};
}

}  // namespace

Stream::Stream(int socket) : socket_(socket) {}

Stream::Stream(int socket, const TlsContext& server_context)
    : socket_(socket), ssl_(make_ssl(socket, server_context)) {
  SSL_set_accept_state(ssl_);
}

Stream::Stream(int socket, const TlsContext& client_context, const std::string& name)
    : socket_(socket), ssl_(make_ssl(socket, client_context)) {
  SSL_set_connect_state(ssl_);
  // TL-05, RFC 9525 §6.3: the certificate must name the host that was asked for.
  if (IpAddress::parse(name)) {
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), name.c_str()) == 1);
  } else {
    SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    CHECK(SSL_set1_host(ssl_, name.c_str()) == 1);
    // RFC 6066 §3: the server's name, never an address.
    CHECK(SSL_set_tlsext_host_name(ssl_, name.c_str()) == 1);
  }
}

Stream::~Stream() { SSL_free(ssl_); }

IoResult Stream::tls_result(int outcome) {
  if (outcome > 0) return {IoState::moved, static_cast<std::size_t>(outcome)};
  switch (SSL_get_error(ssl_, outcome)) {
    case SSL_ERROR_WANT_READ: return {IoState::want_read, 0};
    case SSL_ERROR_WANT_WRITE: return {IoState::want_write, 0};
    case SSL_ERROR_ZERO_RETURN: return {IoState::closed, 0};
    default: break;
  }
  const long verified = SSL_get_verify_result(ssl_);
  error_ = verified == X509_V_OK ? tls_errors() : X509_verify_cert_error_string(verified);
  ERR_clear_error();
  return {IoState::failed, 0};
}

IoResult Stream::handshake() {
  if (!ssl_) return {IoState::moved, 0};
  ERR_clear_error();
  return tls_result(SSL_do_handshake(ssl_));
}

IoResult Stream::read(std::span<char> out) {
  if (!ssl_) return socket_result(::recv(socket_, out.data(), out.size(), 0), IoState::want_read);
  ERR_clear_error();
  return tls_result(SSL_read(ssl_, out.data(), static_cast<int>(out.size())));
}

IoResult Stream::write(std::string_view bytes) {
  if (!ssl_) {
    return socket_result(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                         IoState::want_write);
  }
  ERR_clear_error();
  return tls_result(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())));
}

bool Stream::holds_more() const { return ssl_ && SSL_has_pending(ssl_) == 1; }

void Stream::shutdown_write() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_);  // sends close_notify; the peer's is not awaited (RFC 8446 §6.1)
    ERR_clear_error();
  }
  ::shutdown(socket_, SHUT_WR);
}

IoResult Stream::discard(std::span<char> buffer) {
  return socket_result(::recv(socket_, buffer.data(), buffer.size(), 0), IoState::want_read);
}

std::string Stream::handshake_error() const { return error_.empty() ? "connection lost" : error_; }

}  // namespace grantd::http
