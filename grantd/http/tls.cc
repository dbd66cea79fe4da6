#include "grantd/http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "grantd/base/check.h"
#include "grantd/base/time.h"

namespace grantd::http {
namespace {

using File = std::unique_ptr<FILE, decltype([](FILE* file) { std::fclose(file); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* x) { X509_free(x); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;

// A key file with a passphrase cannot be opened by a server that starts alone.
int no_passphrase(char*, int, int, void*) { return 0; }

Result<File, std::string> open(const std::string& what, const std::string& path) {
  File file(std::fopen(path.c_str(), "re"));
  if (!file) return fail(what + " " + path + ": " + std::strerror(errno));
  return file;
}

Result<Certificate, std::string> read_certificate(const std::string& path) {
  File file = TRY(open("certificate file", path));
  Certificate certificate(PEM_read_X509(file.get(), nullptr, no_passphrase, nullptr));
  if (!certificate) {
    return fail("certificate file " + path + ": expected a PEM certificate, found none (" +
                tls_errors() + ")");
  }
  return certificate;
}

Result<Key, std::string> read_key(const std::string& path) {
  File file = TRY(open("key file", path));
  Key key(PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return fail("key file " + path +
                ": expected a PEM private key without a passphrase, found none (" + tls_errors() +
                ")");
  }
  return key;
}

std::string when(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  return to_rfc3339(from_seconds(timegm(&parts)));
}

Result<Unit, std::string> check_pair(const Tls& tls, X509* certificate, EVP_PKEY* key) {
  const std::string name = "certificate file " + tls.certificate_file;
  if (X509_check_private_key(certificate, key) != 1) {
    tls_errors();
    return fail(name + ": its key is not the one in key file " + tls.key_file);
  }
  const ASN1_TIME* from = X509_get0_notBefore(certificate);
  const ASN1_TIME* until = X509_get0_notAfter(certificate);
  const std::string now = to_rfc3339(system_now());
  if (X509_cmp_current_time(from) >= 0) {
    return fail(name + ": not valid before " + when(from) + "; it is now " + now);
  }
  if (X509_cmp_current_time(until) <= 0) {
    return fail(name + ": expired since " + when(until) + "; it is now " + now);
  }
  return Unit{};
}

// RFC 7301: of what the client offers we speak HTTP/1.1; it may also offer nothing at all.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned int at = 0; at < offered_size;) {
    const unsigned char size = offered[at];
    if (at + 1 + size > offered_size) break;
    if (size == kHttp11.size() && std::memcmp(offered + at + 1, kHttp11.data(), size) == 0) {
      *out = offered + at + 1;
      *out_size = size;
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1u + size;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// TL-01, BCP 195 (RFC 9325 §3.1, §4.2): TLS 1.2 and 1.3; ECDHE with AEAD only.
std::shared_ptr<TlsContext> make_context(const SSL_METHOD* method) {
  auto context = std::make_shared<TlsContext>(SSL_CTX_new(method));
  SSL_CTX* raw = context->get();
  CHECK(raw != nullptr);
  CHECK(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") == 1);
  CHECK(SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1);
  // TL-03: a client cannot ask for one handshake after the other on one connection.
  // The last one: what was decrypted stays in no buffer of OpenSSL's (checklist OP-07).
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                               SSL_OP_CLEANSE_PLAINTEXT);
  // An idle connection gives its record buffers back.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

std::string tls_errors() {
  std::string all;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!all.empty()) all += "; ";
    all += reason ? reason : "error " + std::to_string(code);
  }
  return all.empty() ? "no details" : all;
}

Result<std::shared_ptr<TlsContext>, std::string> TlsContext::for_server(const Tls& tls) {
  ERR_clear_error();
  const Certificate certificate = TRY(read_certificate(tls.certificate_file));
  const Key key = TRY(read_key(tls.key_file));
  TRY(check_pair(tls, certificate.get(), key.get()));

  auto context = make_context(TLS_server_method());
  SSL_CTX* raw = context->get();
  if (SSL_CTX_use_certificate_chain_file(raw, tls.certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey(raw, key.get()) != 1 || SSL_CTX_check_private_key(raw) != 1) {
    return fail("certificate file " + tls.certificate_file + ": " + tls_errors());
  }
  // TL-02, RFC 8446 §8: 0-RTT can be replayed. Resumption is by ticket, nothing is kept here.
  SSL_CTX_set_max_early_data(raw, 0);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  constexpr std::string_view kSessions = "grantd";
  SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(kSessions.data()),
                                 static_cast<unsigned>(kSessions.size()));
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  return context;
}

Result<std::shared_ptr<TlsContext>, std::string> TlsContext::for_client(
    const std::string& ca_file) {
  ERR_clear_error();
  auto context = make_context(TLS_client_method());
  SSL_CTX* raw = context->get();
  const bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(raw) == 1
                                      : SSL_CTX_load_verify_file(raw, ca_file.c_str()) == 1;
  if (!loaded) {
    return fail((ca_file.empty() ? "the system's certificate authorities" : "CA file " + ca_file) +
                ": " + tls_errors());
  }
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  return context;
}

Result<Unit, std::string> check_authorities(const std::string& ca_file) {
  TRY(TlsContext::for_client(ca_file));
  return Unit{};
}

Result<Unit, std::string> check_tls(const Tls& tls) {
  TRY(TlsContext::for_server(tls));
  return Unit{};
}

}  // namespace grantd::http
