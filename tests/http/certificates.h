// Certificates for tests, made on the spot.
#pragma once

#include <chrono>
#include <string>

#include "grantd/http/server.h"

namespace grantd::http {

struct CertificateWish {
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1";
  std::chrono::seconds valid_from{-3600};  // from now
  std::chrono::seconds valid_until{3600};
};

// A folder of its own, removed at the end.
class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // A self-signed certificate and its key as PEM files of that name.
  Tls make(const std::string& name, const CertificateWish& wish = {}) const;
  std::string path(const std::string& file) const { return folder_ + "/" + file; }

 private:
  std::string folder_;
};

}  // namespace grantd::http
