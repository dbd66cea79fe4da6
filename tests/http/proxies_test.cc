#include "grantd/http/proxies.h"

#include <gtest/gtest.h>

#include <ostream>

#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

struct Row {
  std::string_view title;
  std::string_view peer;
  std::vector<std::string> forwarded_for;
  std::vector<std::string> forwarded_proto;
  std::string_view address;
  bool encrypted;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.title; }

class Forwarded : public testing::TestWithParam<Row> {};

TEST_P(Forwarded, says_who_asked) {  // HD-04
  const Row& row = GetParam();
  Fields fields;
  for (const std::string& value : row.forwarded_for) fields.add("x-forwarded-for", value);
  for (const std::string& value : row.forwarded_proto) fields.add("x-forwarded-proto", value);
  const auto proxies = NetworkList::parse({"10.0.0.0/8", "192.0.2.7", "fd00::/8"});
  const auto peer = IpAddress::parse(row.peer);
  ASSERT_TRUE(proxies && peer);
  const Origin origin = origin_of(fields, *peer, false, *proxies);
  EXPECT_EQ(origin.address, row.address);
  EXPECT_EQ(origin.encrypted, row.encrypted);
}

INSTANTIATE_TEST_SUITE_P(
    HD04, Forwarded,
    testing::ValuesIn(std::vector<Row>{
        {"a stranger's word counts for nothing", "203.0.113.5", {"198.51.100.1"}, {"https"},
         "203.0.113.5", false},
        {"a stranger next to a trusted network", "11.0.0.1", {"198.51.100.1"}, {"https"},
         "11.0.0.1", false},
        {"one hop", "10.1.2.3", {"198.51.100.1"}, {"https"}, "198.51.100.1", true},
        {"a forged left-most entry", "10.1.2.3", {"127.0.0.1, 198.51.100.1"}, {"https"},
         "198.51.100.1", true},
        {"a forged field of its own", "10.1.2.3", {"127.0.0.1", "198.51.100.1"}, {},
         "198.51.100.1", false},
        {"two trusted hops", "10.1.2.3", {"127.0.0.1, 198.51.100.1, 192.0.2.7"}, {},
         "198.51.100.1", false},
        {"an entry with a port", "10.1.2.3", {"198.51.100.1:5555"}, {}, "198.51.100.1", false},
        {"IPv6 with a port", "10.1.2.3", {"[2001:db8::1]:443"}, {}, "2001:db8::1", false},
        {"IPv6", "fd00::1", {"2001:DB8::1"}, {}, "2001:db8::1", false},
        {"an IPv4-mapped peer is the IPv4 one", "::ffff:10.1.2.3", {"198.51.100.1"}, {},
         "198.51.100.1", false},
        {"nonsense stops at the last known hop", "10.1.2.3", {"127.0.0.1, unknown, 10.9.9.9"}, {},
         "10.9.9.9", false},
        {"no field", "10.1.2.3", {}, {}, "10.1.2.3", false},
        {"all hops trusted", "10.1.2.3", {"10.4.4.4, 10.5.5.5"}, {}, "10.4.4.4", false},
        {"the last scheme is the proxy's", "10.1.2.3", {}, {"https, http"}, "10.1.2.3", false},
        {"the last scheme of two fields", "10.1.2.3", {}, {"http", "HTTPS"}, "10.1.2.3", true},
    }));

TEST(NetworkList, refuses_what_is_no_network) {
  for (const char* entry : {"", "10.0.0", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/33", "::/129",
                            "10.0.0.0/8x", "proxy.example"}) {
    EXPECT_FALSE(NetworkList::parse({entry})) << entry;
  }
}

Handler tell_origin() {
  return [](Request request, Respond respond) {
    Reply reply;
    reply.body = request.peer_address + (request.encrypted ? " https" : " http");
    respond(std::move(reply));
  };
}

TEST(Origin, over_a_socket_is_the_peer_unless_it_is_trusted) {  // HD-04
  const std::string request = get("/", "X-Forwarded-For: 6.6.6.6, 198.51.100.1\r\n"
                                       "X-Forwarded-Proto: https\r\nConnection: close\r\n");
  const auto open = start_server({}, tell_origin());
  EXPECT_EQ(body_of(ask(open->port(), request)), "127.0.0.1 http");
  const auto behind = start_server({.trusted_proxies = {"127.0.0.0/8"}}, tell_origin());
  EXPECT_EQ(body_of(ask(behind->port(), request)), "198.51.100.1 https");
}

}  // namespace
}  // namespace grantd::http
