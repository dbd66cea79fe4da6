#include "apps/grantd/version.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <sqlite3.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>

namespace grantd::app {
namespace {

std::string parted(int a, int b, int c) {
  return fmt::format("{}.{}.{}", a, b, c);
}

}  // namespace

Json version_record() {
  return Json::object(
      {{"version", kVersion},
       {"compiler", __VERSION__},
       {"boost", parted(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
       {"cli11", CLI11_VERSION},
       {"fmt", parted(FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
       {"libsodium", sodium_version_string()},
       {"openssl", OpenSSL_version(OPENSSL_VERSION)},
       {"sqlite", sqlite3_libversion()}});
}

}  // namespace grantd::app
