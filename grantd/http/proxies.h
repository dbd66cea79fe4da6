// Addresses, and what a trusted proxy says of the one who asked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/http/message.h"

struct sockaddr;

namespace grantd::http {

// An IP address; IPv4 is held as IPv4-mapped IPv6, so that both spellings compare equal.
class IpAddress {
 public:
  static std::optional<IpAddress> parse(std::string_view text);
  static std::optional<IpAddress> of(const sockaddr* address);  // AF_INET or AF_INET6
  std::string text() const;  // IPv4-mapped as IPv4
  bool is_v4() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class NetworkList {
 public:
  // Each "10.0.0.1", "10.0.0.0/8", "::1" or "fd00::/8". The error names the entry.
  static Result<NetworkList, std::string> parse(const std::vector<std::string>& entries);
  bool contains(const IpAddress& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    IpAddress address;
    int prefix_bits = 128;  // of the 128
  };
  std::vector<Network> networks_;
};

// The other end of a connection, its text made once.
struct Peer {
  Peer(const IpAddress& of) : address(of), text(of.text()) {}
  IpAddress address;
  std::string text;
};

// Who asked, and whether over TLS.
struct Origin {
  std::string address;
  bool encrypted = false;
};

// HD-04: behind trusted proxies the right-most X-Forwarded-For entry that is not one of them; what
// stands left of it, the client wrote. From any other peer these fields say nothing.
Origin origin_of(const Fields& fields, const Peer& peer, bool tls, const NetworkList& proxies);

}  // namespace grantd::http
