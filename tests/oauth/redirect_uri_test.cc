// Redirect URIs: what may be registered, what equals what. RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700
// §2.1 and §4.1; the RU rows of the attack catalogue.
#include "grantd/oauth/redirect_uri.h"

#include <gtest/gtest.h>

namespace grantd::oauth {
namespace {

struct Row {
  const char* citation;
  std::string uri;
};

RedirectUri uri(std::string_view text) {
  auto parsed = RedirectUri::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error());
  return parsed.value_or(RedirectUri());
}

TEST(redirect_uri, what_is_unsafe_is_refused) {
  using namespace std::string_literals;
  const Row rows[] = {
      {"RFC 6749 §3.1.2: absolute", ""},
      {"RFC 6749 §3.1.2: absolute", "/cb"},
      {"RFC 6749 §3.1.2: absolute", "//app.example/cb"},
      {"RFC 6749 §3.1.2: absolute", "app.example/cb"},
      {"RU-11: fragment", "https://app.example/cb#x"},
      {"RU-11: empty fragment", "https://app.example/cb#"},
      {"RU-20: wildcard host", "https://*.app.example/cb"},
      {"RU-20: wildcard path", "https://app.example/*"},
      {"RU-25: raw NUL", "https://app.example/cb\0"s},
      {"RU-25: encoded NUL", "https://app.example/cb%00"},
      {"XS-06: encoded line end", "https://app.example/cb%0d%0aSet-Cookie:x"},
      {"XS-06: encoded DEL", "https://app.example/cb%7F"},
      {"RU-25: invalid UTF-8", "https://app.example/cb\xff"},
      {"RU-26: full-width host", "https://\xef\xbd\x81pp.example/cb"},
      {"RU-26: ideographic full stop",
       "https://app\xe3\x80\x82"
       "example/cb"},
      {"RU-27: ten thousand bytes", "https://app.example/" + std::string(10'000, 'a')},
      {"RFC 3986 §2.1: bad percent", "https://app.example/%6"},
      {"RFC 3986 §2.1: bad percent", "https://app.example/%zz"},
      {"lesson 5: userinfo", "https://app.example@evil.example/cb"},
      {"lesson 5: userinfo", "https://user:pw@app.example/cb"},
      {"lesson 5: empty userinfo", "https://@app.example/cb"},
      {"lesson 5: backslash", "https://app.example\\@evil.example/cb"},
      {"lesson 5: backslash", "https:\\\\app.example/cb"},
      {"lesson 5: percent-encoded host", "https://app%2eexample/cb"},
      {"lesson 5: percent-encoded at", "https://app.example%40evil.example/cb"},
      {"RFC 9110 §4.2.2: no host", "https:///cb"},
      {"RFC 9110 §4.2.2: no host", "https://:443/cb"},
      {"RFC 9110 §4.2.2: no host", "https:/cb"},
      {"RFC 9110 §4.2.2: no host", "https:app.example/cb"},
      {"lesson 6: leading blank", " https://app.example/cb"},
      {"lesson 6: leading control", "\thttps://app.example/cb"},
      {"blank inside", "https://app.example/a b"},
      {"trailing line end", "https://app.example/cb\n"},
      {"quotes would leave an attribute", "https://app.example/\"><script>"},
      {"empty label", "https://app..example/cb"},
      {"trailing dot", "https://app.example./cb"},
      {"semicolon would leave a CSP directive", "https://app.example;x/cb"},
      {"port 0", "https://app.example:0/cb"},
      {"port above 65535", "https://app.example:65536/cb"},
      {"empty port", "https://app.example:/cb"},
      {"port with a sign", "https://app.example:+443/cb"},
      {"WHATWG URL: read as 127.0.0.1", "http://127.1/cb"},
      {"WHATWG URL: read as 127.0.0.1", "http://2130706433/cb"},
      {"WHATWG URL: read as 127.0.0.1", "http://0x7f.0.0.1/cb"},
      {"WHATWG URL: read as 127.0.0.1", "http://0177.0.0.1/cb"},
      {"WHATWG URL: no address", "http://256.0.0.1/cb"},
      {"IPv6 without end", "http://[::1/cb"},
      {"IPv6 with a zone", "http://[fe80::1%25eth0]/cb"},
      {"IPv6 with text behind", "http://[::1]evil.example/cb"},
      {"brackets in the path", "https://app.example/[x]"},
      {"XS-02", "javascript:alert(1)"},
      {"XS-02: letter case", "JaVaScRiPt:alert(1)"},
      {"XS-02: dressed as a web address", "javascript://app.example/%0aalert(1)"},
      {"XS-02", "data:text/html,x"},
      {"XS-02", "file:///etc/passwd"},
      {"XS-02", "vbscript:x"},
      {"XS-02", "blob:https://app.example/x"},
      {"RFC 8252 §7.1: no dot", "myapp:/cb"},
      {"RFC 8252 §7.1: empty label", "com..app:/cb"},
      {"RFC 8252 §7.1: ends with a dot", "com.example.:/cb"},
      {"RFC 8252 §7.1: nothing behind", "com.example.app:"},
      {"RFC 8252 §7.1: no path", "com.example.app:cb"},
      {"out-of-band is gone (RFC 9700)", "urn:ietf:wg:oauth:2.0:oob"},
      {"RU-28", "https://app.example/cb?code=1"},
      {"RU-28", "https://app.example/cb?a=1&state=2"},
      {"RU-28", "https://app.example/cb?iss"},
      {"RU-28", "https://app.example/cb?error=x"},
      {"RU-28", "https://app.example/cb?response=x"},
      {"RU-28: encoded name", "https://app.example/cb?%63ode=1"},
  };
  for (const auto& row : rows) {
    const auto parsed = RedirectUri::parse(row.uri);
    EXPECT_FALSE(parsed.has_value()) << row.citation << ": " << row.uri;
    if (!parsed) {
      EXPECT_LT(parsed.error().size(), 1200u) << row.citation;
    }
  }
}

TEST(redirect_uri, what_is_sound_is_kept_byte_for_byte) {
  const Row rows[] = {
      {"RFC 6749 §3.1.2", "https://app.example/cb"},
      {"RFC 6749 §3.1.2", "https://app.example"},
      {"RFC 6749 §3.1.2", "https://app.example:8443/cb/"},
      {"RFC 3986 §6.2.1: not normalised", "https://app.example:443/cb"},
      {"RFC 3986 §6.2.1: not normalised", "HTTPS://App.Example/%63b"},
      {"RFC 3986 §6.2.1: not normalised", "https://app.example/a/../b"},
      {"RU-29: own query", "https://app.example/cb?tenant=1"},
      {"RFC 8252 §7.3", "http://127.0.0.1/cb"},
      {"RFC 8252 §7.3", "http://127.0.0.1:49152/cb"},
      {"RFC 8252 §7.3", "http://[::1]:3000/cb"},
      {"RFC 8252 §8.3", "http://localhost:3000/cb"},
      {"RU-35", "com.example.app:/cb"},
      {"RFC 8252 §7.1, as many apps write it", "com.example.app://cb"},
      {"names of services on a private network", "https://my_app.internal/cb"},
      {"reserved words only as names", "https://app.example/code?next=state&codes=1"},
  };
  for (const auto& row : rows) {
    const auto parsed = RedirectUri::parse(row.uri);
    ASSERT_TRUE(parsed.has_value()) << row.citation << ": " << parsed.error();
    EXPECT_EQ(parsed->str(), row.uri) << row.citation;
  }
}

// RFC 9700 §2.1, §4.1.3: exact comparison. RU-03, 06, 07, 10, 12, 13, 20, 23, 35.
TEST(redirect_uri, only_the_same_bytes_are_equal) {
  const auto registered = uri("https://app.example/cb");
  for (const auto* other :
       {"https://app.example/cb/", "https://app.example/cb?x=1", "https://app.example/cb/evil",
        "https://app.example/cbevil", "https://app.example.evil.example/cb",
        "https://evilapp.example/cb", "https://app.example:443/cb", "http://app.example/cb",
        "https://x.app.example/cb", "https://app.example/%63b", "https://app.example/%2563b",
        "HTTPS://app.example/cb", "https://APP.example/cb", "https://app.example/cb%23x"}) {
    EXPECT_NE(registered, uri(other)) << other;
    EXPECT_FALSE(same_but_loopback_port(registered, uri(other))) << other;
  }
  EXPECT_EQ(registered, uri("https://app.example/cb"));
  EXPECT_NE(uri("com.example.app:/cb"), uri("COM.example.app:/cb"));
  EXPECT_NE(uri("com.example.app:/cb"), uri("com.example.app://evil/cb"));
}

TEST(redirect_uri, only_the_port_of_a_loopback_address_may_vary) {
  struct {
    const char* citation;
    const char* registered;
    const char* requested;
    bool same;
  } const rows[] = {
      {"RU-14", "http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true},
      {"RU-14", "http://[::1]/cb", "http://[::1]:49152/cb", true},
      {"RU-14: own query", "http://127.0.0.1/cb?a=1", "http://127.0.0.1:5/cb?a=1", true},
      {"RU-16", "http://127.0.0.1/cb", "http://localhost:49152/cb", false},
      {"RU-16", "http://127.0.0.1/cb", "http://[::1]:49152/cb", false},
      {"RFC 8252 §8.3: localhost is a name", "http://localhost/cb", "http://localhost:5/cb", false},
      {"RU-18", "http://127.0.0.1/cb", "http://127.0.0.1:5000/other", false},
      {"RU-18: query", "http://127.0.0.1/cb", "http://127.0.0.1:5000/cb?a=1", false},
      {"registered with a port", "http://127.0.0.1:80/cb", "http://127.0.0.1:5000/cb", false},
      {"RU-13: scheme", "http://127.0.0.1/cb", "https://127.0.0.1:5000/cb", false},
      {"RU-13: scheme in capitals", "http://127.0.0.1/cb", "HTTP://127.0.0.1:5000/cb", false},
      {"RU-12: https has no exception", "https://127.0.0.1/cb", "https://127.0.0.1:5/cb", false},
      {"RU-12: another host", "http://10.0.0.1/cb", "http://10.0.0.1:5/cb", false},
      {"RU-10", "http://127.0.0.1/cb", "http://127.0.0.1.evil.example:5/cb", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(same_but_loopback_port(uri(row.registered), uri(row.requested)), row.same)
        << row.citation << ": " << row.requested;
  }
}

TEST(redirect_uri, its_parts_are_shown_as_written) {
  const auto web = uri("HTTPS://App.example:8443/a/b?c=d");
  EXPECT_EQ(web.scheme(), "https");
  EXPECT_EQ(web.host_port(), "App.example:8443");
  EXPECT_EQ(web.path_query(), "/a/b?c=d");
  EXPECT_EQ(web.origin(), "https://App.example:8443");
  EXPECT_FALSE(web.is_http());
  EXPECT_FALSE(web.is_loopback());
  EXPECT_FALSE(web.is_private_use());

  const auto app = uri("com.example.app:/cb");
  EXPECT_EQ(app.scheme(), "com.example.app");
  EXPECT_EQ(app.host_port(), "");
  EXPECT_EQ(app.path_query(), "/cb");
  EXPECT_EQ(app.origin(), "com.example.app:");
  EXPECT_TRUE(app.is_private_use());
  EXPECT_FALSE(uri("com.example.app://127.0.0.1/cb").is_loopback());

  for (const auto* loopback : {"http://127.0.0.1/cb", "http://[::1]:1/cb", "http://LocalHost/cb"}) {
    EXPECT_TRUE(uri(loopback).is_loopback()) << loopback;
    EXPECT_TRUE(uri(loopback).is_http()) << loopback;
  }
  // RU-36: these are not this machine.
  for (const auto* remote : {"http://127.0.0.1.evil.example/", "http://localhost.evil.example/",
                             "http://evil.example/127.0.0.1", "http://127.0.0.2.example/"}) {
    EXPECT_FALSE(uri(remote).is_loopback()) << remote;
  }
}

// RU-29; RFC 6749 §3.1.2: the query component is retained.
TEST(redirect_uri, the_response_is_appended_to_its_own_query) {
  EXPECT_EQ(uri("https://a.example/cb").with_query("code=1"), "https://a.example/cb?code=1");
  EXPECT_EQ(uri("https://a.example/cb?t=1").with_query("code=1"),
            "https://a.example/cb?t=1&code=1");
  EXPECT_EQ(uri("https://a.example/cb?").with_query("code=1"), "https://a.example/cb?code=1");
  EXPECT_EQ(uri("https://a.example").with_query("code=1"), "https://a.example?code=1");
  EXPECT_EQ(uri("com.example.app:/cb").with_query("code=1"), "com.example.app:/cb?code=1");
  // A second "?" is a byte of the query, an "&" of the path opens none.
  EXPECT_EQ(uri("https://a.example/cb?t?").with_query("code=1"),
            "https://a.example/cb?t?&code=1");
  EXPECT_EQ(uri("https://a.example/cb?t&").with_query("code=1"),
            "https://a.example/cb?t&code=1");
  EXPECT_EQ(uri("https://a.example/cb&").with_query("code=1"), "https://a.example/cb&?code=1");
}

}  // namespace
}  // namespace grantd::oauth
