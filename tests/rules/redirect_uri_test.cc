// Where may we answer? RFC 6749 §3.1.2, §4.1.2.1; RFC 9700 §2.1, §4.1; RFC 8252 §7; checklist RU.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

const std::string kBad = "page bad_return_address 400";
const std::string kUnknown = "page unknown_app 400";

Row uri(std::string id, std::string title, std::string redirect_uri, std::string want = kBad,
        std::string client = "web") {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            return scene.signed_in(ask(client).with("redirect_uri", redirect_uri));
          }, std::move(want)};
}

Row changed(std::string id, std::string title, std::function<void(Scene&)> arrange, Params params,
            std::string want) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            arrange(scene);
            return scene.signed_in(params);
          }, std::move(want)};
}

void as_it_is(Scene&) {}

// The browser is signed in and the app is allowed: if anything were sent, it would be a code.
TEST(redirect_uri, only_a_registered_one_byte_for_byte_is_answered) {
  run({
      uri("RU-02", "another host", "https://evil.example/cb"),
      uri("RU-03", "a trailing slash", "https://app.example/cb/"),
      uri("RU-06", "an extra query", "https://app.example/cb?x=1"),
      uri("RU-06", "another value of the registered query", "https://app.example/cb?tenant=2"),
      uri("RU-06", "a second parameter after it", "https://app.example/cb?tenant=1&x=1"),
      uri("RU-07", "a longer path", "https://app.example/cb/evil"),
      uri("RU-07", "a longer name", "https://app.example/cbevil"),
      uri("RU-07", "a shorter path", "https://app.example/c"),
      uri("RU-07", "dot segments", "https://app.example/x/../cb"),
      uri("RU-10", "the host as a prefix", "https://app.example.evil.example/cb"),
      uri("RU-10", "the host as a suffix", "https://evilapp.example/cb"),
      uri("RU-10", "userinfo", "https://app.example@evil.example/cb"),
      uri("RU-10", "userinfo before the right host", "https://evil@app.example/cb"),
      uri("RU-10", "a backslash", "https://app.example\\@evil.example/cb"),
      uri("RU-11", "an empty fragment", "https://app.example/cb#"),
      uri("RU-11", "a fragment", "https://app.example/cb#x"),
      uri("RU-11", "an encoded fragment", "https://app.example/cb%23x"),
      uri("RU-12", "the default port", "https://app.example:443/cb"),
      uri("RU-12", "another port", "https://app.example:8443/cb"),
      uri("RU-12", "an empty port", "https://app.example:/cb"),
      uri("RU-13", "http for https", "http://app.example/cb"),
      uri("RU-13", "the scheme in capitals", "HTTPS://app.example/cb"),
      uri("RU-10", "the host in capitals", "https://APP.example/cb"),
      uri("RU-20", "a sub-domain", "https://x.app.example/cb"),
      uri("RU-20", "a wildcard", "https://*.example/cb"),
      uri("RU-20", "a dot at the end of the host", "https://app.example./cb"),
      uri("RU-23", "an encoded letter", "https://app.example/%63b"),
      uri("RU-23", "an encoded letter, twice", "https://app.example/%2563b"),
      uri("RU-25", "invalid UTF-8, encoded in the URI", "https://app.example/cb%ff"),
      uri("RU-25", "NUL, encoded in the URI", "https://app.example/cb%00"),
      uri("RU-26", "a full-width letter", "https://\xef\xbd\x81pp.example/cb"),
      uri("RU-26", "an ideographic full stop", "https://app\xe3\x80\x82" "example/cb"),
      uri("RU-27", "10,000 characters", "https://app.example/" + std::string(10'000 - 20, 'a'),
          "page bad_request 400"),
      uri("RU-27", "5,000 characters", "https://app.example/" + std::string(5'000, 'a')),
      uri("XS-02", "javascript:", "javascript:alert(1)//https://app.example/cb"),
      uri("XS-02", "data:", "data:text/html,x"),
      uri("XS-06", "CR and LF", "https://app.example/cb\r\nLocation: https://evil.example"),
      uri("RU-02", "a blank before it", " https://app.example/cb"),
      uri("RU-02", "relative", "/cb"),
      uri("RU-02", "another app's", "com.example.app:/cb"),
  });
}

TEST(redirect_uri, the_registered_one_is_answered) {
  const std::string code = " state=xyz scope=read";
  run({
      uri("RFC 6749 §4.1.2", "as registered", "https://app.example/cb",
          "code to https://app.example/cb" + code),
      uri("RU-29", "with its own query", "https://app.example/cb?tenant=1",
          "code to https://app.example/cb?tenant=1" + code),
      changed("RFC 6749 §3.1.2.3", "left out, one is registered", as_it_is,
              ask("post").without("redirect_uri"), "code to https://app.example/cb" + code),
      changed("RU-01", "left out, two are registered", as_it_is, ask().without("redirect_uri"),
              kBad),
      changed("RU-01", "empty counts as left out", as_it_is, ask().with("redirect_uri", ""), kBad),
      changed("AZ-29", "its name in another case is no redirect_uri", as_it_is,
              ask("post").without("redirect_uri").with("Redirect_URI", "https://evil.example/"),
              "code to https://app.example/cb" + code),
      changed("AZ-29", "its name with brackets is no redirect_uri", as_it_is,
              ask("post").without("redirect_uri").with("redirect_uri[]", "https://evil.example/"),
              "code to https://app.example/cb" + code),
  });
  // RU-29: the answer keeps tenant=1 and is appended with '&'.
  const RedirectUri own_query = RedirectUri::parse("https://app.example/cb?tenant=1").value();
  EXPECT_EQ(own_query.with_query("code=c"), "https://app.example/cb?tenant=1&code=c");
}

TEST(redirect_uri, a_bad_one_wins_over_every_other_error) {
  const Params evil = ask().with("redirect_uri", "https://evil.example/cb");
  run({
      changed("RU-02", "with an unknown response_type", as_it_is,
              evil.with("response_type", "token"), kBad),
      changed("RU-02", "with an unknown scope", as_it_is, evil.with("scope", "root"), kBad),
      changed("RU-02", "with prompt=none", as_it_is, evil.with("prompt", "none"), kBad),
      changed("RU-02", "with a repeated parameter", as_it_is, evil.also("scope", "read"), kBad),
      changed("AZ-29", "sent twice", as_it_is,
              ask().also("redirect_uri", "https://evil.example/cb"), kBad),
      changed("AZ-29", "sent twice, the same", as_it_is,
              ask().also("redirect_uri", std::string(kAppUri)), kBad),
      {"RU-25", "bytes that are no UTF-8, and NUL, end before any look",
       [](Scene& scene) {
         Sent sent = scene.signed_in(ask());
         sent.query += "&nonce=%ff";
         return sent;
       },
       "page bad_request 400"},
      {"RU-25", "NUL in redirect_uri itself",
       [](Scene& scene) {
         Sent sent = scene.signed_in(ask().without("redirect_uri"));
         sent.query += "&redirect_uri=https://app.example/cb%00";
         return sent;
       },
       "page bad_request 400"},
  });
}

TEST(redirect_uri, an_unknown_app_is_never_sent_anywhere) {
  run({
      changed("RU-30", "unknown client_id", as_it_is,
              ask("nobody").with("redirect_uri", "https://evil.example/cb"), kUnknown),
      changed("RU-30", "unknown client_id with a registered URI", as_it_is, ask("nobody"),
              kUnknown),
      changed("RU-30", "unknown client_id with prompt=none", as_it_is,
              ask("nobody").with("prompt", "none"), kUnknown),
      changed("RFC 6749 §4.1.1", "no client_id", as_it_is, ask().without("client_id"), kUnknown),
      changed("RU-30", "a client_id that cannot be one", as_it_is, ask("we b"), kUnknown),
      changed("RU-30", "a client_id in other case", as_it_is, ask("WEB"), kUnknown),
      changed("RU-30", "a client_id of 300 characters", as_it_is, ask(std::string(300, 'w')),
              kUnknown),
      changed("RFC 6749 §3.1", "client_id sent twice", as_it_is, ask().also("client_id", "spa"),
              kBad),
      changed("RU-32", "a disabled client reads as an unknown one",
              [](Scene& scene) { scene.facts.client("web").disabled = true; }, ask(), kUnknown),
      changed("RU-32", "a deleted client",
              [](Scene& scene) { scene.facts.clients.erase(scene.facts.clients.begin()); }, ask(),
              kUnknown),
  });
}

TEST(redirect_uri, on_this_computer_only_the_port_may_vary) {
  const auto on = [](std::string id, std::string title, std::string text, bool good) {
    // A public app on this computer is asked about each time: RFC 8252 §8.6.
    return uri(std::move(id), std::move(title), std::move(text),
               good ? "page consent 200" : kBad, "native");
  };
  run({
      on("RU-14", "another port", "http://127.0.0.1:49152/cb", true),
      on("RU-14", "as registered", "http://127.0.0.1/cb", true),
      on("RU-14", "a port that is none", "http://127.0.0.1:99999/cb", false),
      on("RU-14", "https on loopback", "https://127.0.0.1:49152/cb", false),
      on("RU-14", "another query", "http://127.0.0.1:49152/cb?x=1", false),
      on("RU-16", "localhost", "http://localhost:49152/cb", false),
      on("RU-16", "IPv6", "http://[::1]:49152/cb", false),
      on("RU-16", "another loopback address", "http://127.0.0.2:49152/cb", false),
      on("RU-16", "a short form of the address", "http://127.1:49152/cb", false),
      on("RU-16", "userinfo before the address", "http://127.0.0.1:80@evil.example/cb", false),
      on("RU-16", "the address as a prefix", "http://127.0.0.1.evil.example/cb", false),
      on("RU-18", "another path", "http://127.0.0.1:5000/other", false),
      on("RU-35", "the private-use scheme as registered", "com.example.app:/cb", true),
      on("RU-35", "with an authority", "com.example.app://evil/cb", false),
      on("RU-35", "in capitals", "COM.example.app:/cb", false),
      on("RU-35", "another path", "com.example.app:/other", false),
      uri("RU-12", "a loopback port for an app on the web", "http://127.0.0.1:80/cb"),
  });
}

// RU-14: the exchange must name the URI of the request, port and all.
TEST(redirect_uri, the_code_is_bound_to_the_port_that_was_asked_for) {
  Scene scene;
  CodePayload code = scene.code("native");
  code.redirect_uri_hash = sha256("http://127.0.0.1:49152/cb");
  const Params right = redeem(scene.text(code))
                           .with("client_id", "native")
                           .with("redirect_uri", "http://127.0.0.1:49152/cb");
  EXPECT_EQ(scene.answer(scene.token(right)), "tokens scope=read refresh=g1 + open g1");
  EXPECT_EQ(scene.answer(scene.token(right.with("redirect_uri", "http://127.0.0.1:49153/cb"))),
            "json invalid_grant + burn");
}

// RU-28, RU-36: refused where they are registered, so that no request meets them.
TEST(redirect_uri, what_would_be_read_in_the_answers_place_cannot_be_registered) {
  for (const char* text :
       {"https://app.example/cb?code=x", "https://app.example/cb?a=1&state=x",
        "https://app.example/cb?iss=x", "https://app.example/cb?error=x",
        "https://app.example/cb?response=x", "https://app.example/cb?c%6fde=x"}) {
    EXPECT_FALSE(RedirectUri::parse(text).has_value()) << "RU-28: " << text;
  }
}

}  // namespace
}  // namespace grantd::core
