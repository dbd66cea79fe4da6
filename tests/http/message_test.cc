#include "grantd/http/message.h"

#include <gtest/gtest.h>

namespace grantd::http {
namespace {

Request with_cookies(std::initializer_list<const char*> lines) {
  Request request;
  for (const char* line : lines) request.fields.add("cookie", line);
  return request;
}

TEST(Fields, set_replaces_every_field_of_the_name_and_find_gives_the_first) {
  Fields fields;
  fields.add("vary", "a");
  fields.add("x", "1");
  fields.add("vary", "b");
  EXPECT_EQ(fields.count("vary"), 2u);
  EXPECT_EQ(*fields.find("vary"), "a");
  fields.set("vary", "c");
  EXPECT_EQ(fields.count("vary"), 1u);
  EXPECT_EQ(*fields.find("vary"), "c");
  EXPECT_EQ(fields.find("y"), nullptr);
}

TEST(Cookie, is_found_among_others_with_its_exact_value) {  // RFC 6265 §4.2.1
  const Request request = with_cookies({"a=1; __Host-s=x=y==; b=2"});
  EXPECT_EQ(cookie(request, "__Host-s"), "x=y==");
  EXPECT_EQ(cookie(request, "b"), "2");
  EXPECT_EQ(cookie(with_cookies({"a="}), "a"), "");
}

TEST(Cookie, is_absent_when_only_its_look_alikes_are_sent) {  // RFC 6265 §5.3: names are exact
  const Request request = with_cookies({"xs=1; S=2; s; other=s=3"});
  EXPECT_EQ(cookie(request, "s"), std::nullopt);
  EXPECT_EQ(cookie(Request{}, "s"), std::nullopt);
}

TEST(Cookie, sent_twice_is_ignored) {  // CK-03
  EXPECT_EQ(cookie(with_cookies({"s=mine; s=planted"}), "s"), std::nullopt);
  EXPECT_EQ(cookie(with_cookies({"s=mine", "s=planted"}), "s"), std::nullopt);
  EXPECT_EQ(cookie(with_cookies({"s=same; s=same"}), "s"), std::nullopt);
  EXPECT_EQ(cookie(with_cookies({"s=mine;s=planted"}), "s"), std::nullopt);
}

}  // namespace
}  // namespace grantd::http
