#include "grantd/http/reach.h"

namespace grantd::http {

bool is_public(const IpAddress& address) {
  // "2000::/3" is what IANA has given out as global unicast; the rest of IPv6 is for other uses.
  static const NetworkList kGlobal = NetworkList::parse({"0.0.0.0/0", "2000::/3"}).value();
  static const NetworkList kSpecial =
      NetworkList::parse({
                           "0.0.0.0/8",        // this network (RFC 791)
                           "10.0.0.0/8",       // private (RFC 1918)
                           "100.64.0.0/10",    // shared by carriers (RFC 6598)
                           "127.0.0.0/8",      // loopback (RFC 1122)
                           "169.254.0.0/16",   // link-local, cloud metadata (RFC 3927)
                           "172.16.0.0/12",    // private (RFC 1918)
                           "192.0.0.0/24",     // protocol assignments (RFC 6890)
                           "192.0.2.0/24",     // documentation (RFC 5737)
                           "192.88.99.0/24",   // 6to4 relays (RFC 7526)
                           "192.168.0.0/16",   // private (RFC 1918)
                           "198.18.0.0/15",    // benchmarking (RFC 2544)
                           "198.51.100.0/24",  // documentation (RFC 5737)
                           "203.0.113.0/24",   // documentation (RFC 5737)
                           "224.0.0.0/4",      // multicast (RFC 5771)
                           "240.0.0.0/4",      // reserved, broadcast (RFC 1112)
                           "2001::/23",        // Teredo, ORCHID, benchmarking (RFC 2928)
                           "2001:db8::/32",    // documentation (RFC 3849)
                           "2002::/16",        // 6to4, an IPv4 address inside (RFC 3056)
                           "3fff::/20",        // documentation (RFC 9637)
                       })
          .value();
  return kGlobal.contains(address) && !kSpecial.contains(address);
}

Result<Reach, std::string> Reach::public_and(const std::vector<std::string>& networks) {
  Reach reach;
  reach.more_ = TRY(NetworkList::parse(networks));
  return reach;
}

}  // namespace grantd::http
