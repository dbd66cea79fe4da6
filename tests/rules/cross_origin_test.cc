// Which web pages may read an answer: Fetch Standard §3.2.
#include "grantd/core/cross_origin.h"

#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

TEST(cross_origin, the_origins_of_registered_redirect_uris_may_read) {
  Scene scene;
  Client native = scene.facts.client("native");  // http://127.0.0.1/cb, com.example.app:/cb
  Found found;
  // https://app.example/cb
  found.client = std::make_shared<const Client>(scene.facts.client("spa"));
  EXPECT_TRUE(may_read("https://app.example", found));
  for (const char* other : {"", "null", "https://app.example/", "http://app.example",
                            "https://evil.example", "https://app.example:444",
                            "https://app.example.evil.example"}) {
    EXPECT_FALSE(may_read(other, found)) << other;
  }
  found.client = std::make_shared<const Client>(std::move(native));
  EXPECT_TRUE(may_read("http://127.0.0.1", found));
  EXPECT_FALSE(may_read("com.example.app:", found)) << "no web page";
  EXPECT_FALSE(may_read("https://app.example", Found())) << "of no client";
}

TEST(cross_origin, a_browser_asks_first_and_learns_the_methods) {
  const auto preflight = [](std::string path) {
    return Row{"Fetch §3.2.2", path, [=](Scene& scene) {
                 Sent sent = scene.token({});
                 sent.path = path;
                 sent.method = "OPTIONS";
                 return sent;
               }, "preflight POST"};
  };
  run({preflight("/token"), preflight("/revoke")});
}

// Fetch Standard §3.2.2: pages are nobody's to read.
TEST(cross_origin, the_pages_answer_no_preflight) {
  Scene scene;
  for (const char* path : {"/authorize", "/login", "/consent", "/logout"}) {
    Sent sent = scene.post(path, {});
    sent.method = "OPTIONS";
    EXPECT_TRUE(scene.answer(sent).starts_with("method_not_allowed")) << scene.answer(sent);
  }
}

}  // namespace
}  // namespace grantd::core
