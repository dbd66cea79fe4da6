#include "grantd/server/config_checks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "grantd/base/encoding.h"
#include "grantd/core/records.h"
#include "grantd/jose/jwk.h"
#include "grantd/oauth/ids.h"

namespace grantd::server {
namespace {

// The family of an IP address as digits, 0 where it is none.
int family_of(std::string_view text) {
  const std::string address(text);
  ByteArray<16> bytes;
  if (address.find('\0') != std::string::npos) return 0;
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return AF_INET;
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return AF_INET6;
  return 0;
}

bool is_one_line(std::string_view text) {
  return is_utf8(text) && printable(text) == text;
}

void check_listening(const Config& config, std::vector<Disagreement>& out) {
  const bool certificate = !config.tls_certificate_file.empty();
  const bool key = !config.tls_key_file.empty();
  if (certificate != key) {
    out.push_back({certificate ? "listen.tls_certificate_file" : "listen.tls_key_file",
                   fmt::format("TLS needs both files: set listen.{} too, or neither",
                               certificate ? "tls_key_file" : "tls_certificate_file")});
  }
  // Checklist HD-05 (RFC 9700 §2.6, §4.13): what is issued never travels in the clear.
  if (!certificate && !key && !is_loopback_address(config.address) &&
      config.trusted_proxies.empty()) {
    out.push_back(
        {"listen.address",
         fmt::format("plain HTTP on {} would send passwords and tokens in the clear: set "
                     "listen.tls_certificate_file and listen.tls_key_file, or name the proxy that "
                     "ends TLS in listen.trusted_proxies, or listen on 127.0.0.1",
                     config.address)});
  }
  if (certificate && config.issuer.starts_with("http:")) {
    out.push_back({"issuer", fmt::format("TLS is set, yet the issuer is {}: write it with https",
                                         config.issuer)});
  }
  if (config.port != 0 && config.port == config.management_port &&
      config.address == config.management_address) {
    out.push_back(
        {"listen.management_port", fmt::format("both listeners want port {} of {}: choose another",
                                               config.port, config.address)});
  }
}

void check_lifetimes(const Config& config, std::vector<Disagreement>& out) {
  const auto ordered = [&](std::string_view shorter, Duration a, std::string_view longer,
                           Duration b) {
    if (a <= b) return;
    out.push_back({shorter, fmt::format("expected at most {} ({}), found {}: shorten the one or "
                                        "lengthen the other",
                                        longer, to_text(b), to_text(a))});
  };
  ordered("lifetimes.session_idle", config.session_idle, "lifetimes.session_absolute",
          config.session_absolute);
  ordered("lifetimes.offline_idle", config.offline_idle, "lifetimes.offline_absolute",
          config.offline_absolute);
  ordered("lifetimes.access_token", config.access_token, "lifetimes.signing_key",
          config.signing_key);
}

// RFC 9068 §2.1, DESIGN §6: access tokens are signed with ES256.
void check_algorithms(const Config& config, std::vector<Disagreement>& out) {
  const auto count = [&](std::string_view name) {
    return std::ranges::count(config.algorithms, name);
  };
  if (count(jose::name_of(jose::Algorithm::es256)) == 0) {
    out.push_back({"keys.algorithms",
                   "expected \"ES256\" among them, which signs access tokens, found none: add it"});
  }
  for (const std::string& name : config.algorithms) {
    if (count(name) == 1) continue;
    out.push_back({"keys.algorithms", fmt::format("expected each name once, found \"{}\" {} times",
                                                  name, count(name))});
    return;
  }
}

// The weakest of OWASP's pairs for Argon2id with one lane, as memory times passes.
constexpr std::int64_t kArgon2Least = std::int64_t{7168} * 5;

void check_passwords(const Config& config, std::vector<Disagreement>& out) {
  const std::int64_t work =
      std::int64_t{config.argon2_memory_kib} * std::int64_t{config.argon2_iterations};
  if (work >= kArgon2Least) return;
  out.push_back({"password.argon2_memory_kib",
                 fmt::format("{} KiB and {} iterations are weaker than any of OWASP's minimum "
                             "pairs: use 19456 and 2, 12288 and 3, or more",
                             config.argon2_memory_kib, config.argon2_iterations)});
}

}  // namespace

bool is_issuer(std::string_view text) {
  return oauth::parse_issuer(text).has_value();
}
bool is_address(std::string_view text) {
  return family_of(text) != 0;
}

bool is_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const int family = family_of(text.substr(0, slash));
  if (family == 0) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view digits = text.substr(slash + 1);
  int bits = -1;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  return error == std::errc() && rest == digits.data() + digits.size() && bits >= 0 &&
         bits <= (family == AF_INET ? 32 : 128);
}

bool is_loopback_address(std::string_view text) {
  return text == "::1" || (family_of(text) == AF_INET && text.starts_with("127."));
}

bool is_algorithm(std::string_view text) {
  return jose::algorithm_named(text).has_value();
}

bool is_registration_mode(std::string_view text) {
  return text == "off" || text == "token" || text == "open";
}
bool is_pkce_policy(std::string_view text) {
  return core::parse_pkce_policy(text).has_value();
}
bool is_errors_place(std::string_view text) {
  return text == "page" || text == "redirect";
}
bool is_scope(std::string_view text) {
  return oauth::ScopeSet::parse(text).has_value();
}

bool is_path(std::string_view text) {
  return !text.empty() && text.find('\0') == std::string_view::npos;
}
bool is_path_or_empty(std::string_view text) {
  return text.empty() || is_path(text);
}

bool is_https_or_empty(std::string_view text) {
  if (text.empty()) return true;
  return text.starts_with("https://") && text.size() > 8 && text.size() <= 2000 && text[8] != '/' &&
         is_ascii_printable(text) && text.find_first_of(" \"<>\\^`{|}") == std::string_view::npos;
}

bool is_colour_or_empty(std::string_view text) {
  if (text.empty()) return true;
  return text.size() == 7 && text.front() == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

bool is_brand_name(std::string_view text) {
  // A character is at most four bytes of UTF-8.
  return !text.empty() && text.size() <= 240 && is_one_line(text) && trim(text) == text &&
         std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }) <= 60;
}

std::vector<Disagreement> check_agreement(const Config& config) {
  std::vector<Disagreement> out;
  check_listening(config, out);
  check_lifetimes(config, out);
  check_algorithms(config, out);
  check_passwords(config, out);
  return out;
}

}  // namespace grantd::server
