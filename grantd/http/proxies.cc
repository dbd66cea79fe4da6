#include "grantd/http/proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "grantd/base/encoding.h"

namespace grantd::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// The last of a list field's members (RFC 9110 §5.6.1), fields of the name taken as one list.
std::vector<std::string_view> members(const Fields& fields, std::string_view name) {
  std::vector<std::string_view> all;
  for (const auto& [key, value] : fields) {
    if (key != name) continue;
    for (const std::string_view member : split(value, ',')) all.push_back(trim(member));
  }
  return all;
}

// Proxies write "192.0.2.1", "192.0.2.1:443", "2001:db8::1" and "[2001:db8::1]:443".
std::optional<IpAddress> forwarded_address(std::string_view member) {
  if (member.starts_with('[')) {
    const std::size_t end = member.find(']');
    return end == std::string_view::npos ? std::nullopt
                                         : IpAddress::parse(member.substr(1, end - 1));
  }
  const std::size_t colon = member.find(':');
  if (colon != std::string_view::npos && member.find(':', colon + 1) == std::string_view::npos) {
    member = member.substr(0, colon);
  }
  return IpAddress::parse(member);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  in_addr four{};
  if (inet_pton(AF_INET, terminated.c_str(), &four) == 1) {
    std::copy(kMapped.begin(), kMapped.end(), address.bytes_.begin());
    std::memcpy(address.bytes_.data() + 12, &four, 4);
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr* from) {
  IpAddress address;
  if (from->sa_family == AF_INET) {
    std::copy(kMapped.begin(), kMapped.end(), address.bytes_.begin());
    std::memcpy(address.bytes_.data() + 12,
                &reinterpret_cast<const sockaddr_in*>(from)->sin_addr, 4);
    return address;
  }
  if (from->sa_family != AF_INET6) return std::nullopt;
  std::memcpy(address.bytes_.data(), &reinterpret_cast<const sockaddr_in6*>(from)->sin6_addr, 16);
  return address;
}

bool IpAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin()); }

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const bool four = is_v4();
  inet_ntop(four ? AF_INET : AF_INET6, bytes_.data() + (four ? 12 : 0), buffer.data(),
            static_cast<socklen_t>(buffer.size()));
  return buffer.data();
}

Result<NetworkList, std::string> NetworkList::parse(const std::vector<std::string>& entries) {
  NetworkList list;
  for (const std::string& entry : entries) {
    const std::size_t slash = entry.find('/');
    const auto address = IpAddress::parse(std::string_view(entry).substr(0, slash));
    int bits = address && address->is_v4() ? 32 : 128;
    bool whole = true;
    if (slash != std::string::npos) {
      int prefix = -1;
      const char* end = entry.data() + entry.size();
      const auto [rest, error] = std::from_chars(entry.data() + slash + 1, end, prefix);
      whole = error == std::errc() && rest == end && prefix >= 0 && prefix <= bits;
      if (whole) bits = prefix;
    }
    if (!address || !whole) {
      return fail("\"" + printable(entry) +
                  "\": expected an IP address or a network such as 10.0.0.0/8");
    }
    list.networks_.push_back({*address, address->is_v4() ? 96 + bits : bits});
  }
  return list;
}

bool NetworkList::contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    const auto bytes = static_cast<std::size_t>(network.prefix_bits / 8);
    const int rest = network.prefix_bits % 8;
    const auto& a = address.bytes();
    const auto& b = network.address.bytes();
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(bytes), b.begin())) {
      return false;
    }
    return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
  });
}

Origin origin_of(const Fields& fields, const Peer& peer, bool tls, const NetworkList& proxies) {
  if (proxies.empty() || !proxies.contains(peer.address)) return {peer.text, tls};

  IpAddress found = peer.address;
  const auto hops = members(fields, "x-forwarded-for");
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const auto address = forwarded_address(*hop);
    if (!address) break;  // what stands further left was passed on by one who writes nonsense
    found = *address;
    if (!proxies.contains(found)) break;
  }
  const auto schemes = members(fields, "x-forwarded-proto");
  const bool encrypted = schemes.empty() ? tls : lower_ascii(schemes.back()) == "https";
  return {found.text(), encrypted};
}

}  // namespace grantd::http
