#include "tests/http/certificates.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace grantd::http {
namespace {

void extend(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  ASSERT_NE(extension, nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Certificates::Certificates() {
  std::string made = (std::filesystem::temp_directory_path() / "grantd-tls-XXXXXX").string();
  EXPECT_NE(mkdtemp(made.data()), nullptr);
  folder_ = made;
}

Certificates::~Certificates() { std::filesystem::remove_all(folder_); }

Tls Certificates::make(const std::string& name, const CertificateWish& wish) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_until.count());
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  extend(certificate, NID_subject_alt_name, wish.alternative_names);
  X509_sign(certificate, key, EVP_sha256());

  const Tls tls{path(name + ".pem"), path(name + ".key")};
  FILE* file = std::fopen(tls.certificate_file.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(tls.key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return tls;
}

}  // namespace grantd::http
