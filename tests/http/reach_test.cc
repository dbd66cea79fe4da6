// Where an outgoing request may go: DR-04, LO-07, CWE-918.
#include "grantd/http/reach.h"

#include <gtest/gtest.h>

namespace grantd::http {
namespace {

bool is_public_text(const char* text) { return is_public(IpAddress::parse(text).value()); }

TEST(reach, public_addresses_are_public) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
                           "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
                           "192.169.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1"}) {
    EXPECT_TRUE(is_public_text(text)) << text;
  }
}

TEST(reach, the_inside_is_not) {
  for (const char* text :
       {"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255",
        // IPv6, and IPv4 in each of its disguises
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"}) {
    EXPECT_FALSE(is_public_text(text)) << text;
  }
}

TEST(reach, what_the_operator_names_is_reached_too) {
  const Reach reach = Reach::public_and({"10.1.0.0/16", "::1"}).value();
  EXPECT_TRUE(reach.allows(IpAddress::parse("10.1.2.3").value()));
  EXPECT_TRUE(reach.allows(IpAddress::parse("::1").value()));
  EXPECT_TRUE(reach.allows(IpAddress::parse("1.1.1.1").value()));
  EXPECT_FALSE(reach.allows(IpAddress::parse("10.2.0.1").value()));
  EXPECT_FALSE(reach.allows(IpAddress::parse("127.0.0.1").value()));
  EXPECT_FALSE(Reach::public_and({"localhost"}).has_value());
}

}  // namespace
}  // namespace grantd::http
