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
  EXPECT_FALSE(fields.find("y"));
}

TEST(Fields, hold_what_was_added_in_order_however_many_there_are) {
  Fields fields;
  for (int i = 0; i < 100; ++i) fields.add("n" + std::to_string(i), std::string(50, 'v'));
  fields.add("empty", "");
  EXPECT_EQ(fields.size(), 101u);
  int next = 0;
  for (const auto& [name, value] : fields) {
    if (next == 100) break;
    EXPECT_EQ(name, "n" + std::to_string(next++));
    EXPECT_EQ(value, std::string(50, 'v'));
  }
  EXPECT_EQ(*fields.find("empty"), "");
}

TEST(Fields, a_value_of_theirs_may_be_added_again) {  // it lies in what grows
  Fields fields;
  fields.add("first", std::string(900, 'x'));
  fields.add("second", *fields.find("first"));
  EXPECT_EQ(*fields.find("second"), std::string(900, 'x'));
}

TEST(Fields, stay_whole_when_they_move) {
  Fields fields;
  fields.add("a", "b");
  const Fields moved = std::move(fields);
  EXPECT_EQ(*moved.find("a"), "b");
}

TEST(Fields, names_as_sent_are_kept_in_lower_case) {  // RFC 9110 §5.1
  Fields fields;
  fields.add_as_sent("X-Some-NAME", "Value");
  EXPECT_EQ(*fields.find("x-some-name"), "Value");
}

TEST(Cookie, several_are_found_at_once_and_a_repeated_one_is_ignored) {  // CK-03
  const Request request = with_cookies({"a=1; b=2", "c=3; b=4; b=5"});
  const auto [a, b, c, d] =
      cookies(request, std::array<std::string_view, 4>{"a", "b", "c", "d"});
  EXPECT_EQ(a, "1");
  EXPECT_EQ(b, std::nullopt);
  EXPECT_EQ(c, "3");
  EXPECT_EQ(d, std::nullopt);
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
