#include "grantd/base/json.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace grantd {
namespace {

using namespace std::string_literals;

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += i % 2 == 0 ? "[" : "{\"a\":";
  text += "1";
  for (int i = depth; i-- > 0;) text += i % 2 == 0 ? "]" : "}";
  return text;
}

// RFC 8259 §2-§7.
TEST(JsonParse, a_document_is_read_and_written_the_same) {
  for (const auto& text :
       {"null"s, "true"s, "false"s, "0"s, "-12"s, "9223372036854775807"s, "-9223372036854775808"s,
        "1.5"s, "-0.25"s, "\"\""s, "[]"s, "{}"s, R"({"b":1,"a":[true,null,{"c":"d"}]})"s,
        R"("quote \" backslash \\ line \n \u0001")"s, "\"\xc3\xa9 \xf0\x9f\x98\x80 /\""s}) {
    const auto json = Json::parse(text);
    ASSERT_TRUE(json) << text << ": " << json.error();
    EXPECT_EQ(json->dump(), text);
    EXPECT_EQ(Json::parse(json->dump_pretty()), *json);
  }
  EXPECT_EQ(Json::parse(R"( [ "\u00e9\/\ud83d\ude00" ] )")->dump(),
            "[\"\xc3\xa9/\xf0\x9f\x98\x80\"]");
  EXPECT_EQ(Json::parse("1.0")->dump(), "1.0");
  EXPECT_EQ(Json::parse("1e3")->as_int(), nullptr);
}

struct Refused {
  const char* why;  // citation
  std::string text;
};

TEST(JsonParse, what_two_readers_could_take_differently_is_refused) {
  const Refused rows[] = {
      {"RFC 8259 §4, RFC 7515 §4, JW-10", R"({"a":1,"a":2})"},
      {"JW-10, spelled differently", R"({"a":1,"\u0061":2})"},
      {"JW-10, inside", R"([{"x":{"a":1,"b":2,"a":1}}])"},
      {"JW-05: infinity", "1e400"},
      {"JW-05: infinity", "[-1e400]"},
      {"beyond 64 bits", "9223372036854775808"},
      {"beyond 64 bits", "18446744073709551616"},
      {"beyond 64 bits", "-9223372036854775809"},
      {"beyond 64 bits", "1" + std::string(400, '0')},
      {"NUL", R"("a\u0000b")"},
      {"NUL in a name", R"({"a\u0000":1})"},
      {"NUL, raw", "\"a\0b\""s},
      {"RFC 8259 §7: raw control character", "\"a\nb\""},
      {"RFC 8259 §8.2: lone surrogate", R"("\ud800")"},
      {"lone surrogate", R"("\ude00\ud83d")"},
      {"RFC 8259 §8.1: bad UTF-8", "\"\xc0\xaf\""},
      {"bad UTF-8", "\"\xed\xa0\x80\""},
      {"RFC 8259 §8.1: byte order mark", "\xef\xbb\xbf{}"},
      {"no JSON: comment", "{}/**/"},
      {"no JSON: trailing comma", "[1,]"},
      {"no JSON", "{\"a\":1,}"},
      {"no JSON", "NaN"},
      {"no JSON", "-Infinity"},
      {"no JSON", "'a'"},
      {"no JSON", "{a:1}"},
      {"no JSON", "01"},
      {"no JSON", "+1"},
      {"no JSON", ".5"},
      {"no JSON", "1."},
      {"no JSON: empty", ""},
      {"no JSON: blank", "  "},
      {"no JSON: cut short", "{\"a\":"},
      {"no JSON: cut short", "\"abc"},
      {"no JSON: number cut short", "-"},
      {"no JSON: two documents", "{}{}"},
      {"no JSON: text behind", "1 x"},
      {"no JSON: NUL behind", "{}\0"s},
      {"nesting", nested(33)},
      {"nesting", std::string(100000, '[')},
  };
  for (const Refused& row : rows) {
    const auto json = Json::parse(row.text);
    EXPECT_FALSE(json) << row.why << ": " << row.text.substr(0, 60);
    if (!json) {
      EXPECT_FALSE(json.error().empty());
    }
  }
}

TEST(JsonParse, thirty_two_levels_are_read) {
  EXPECT_TRUE(Json::parse(nested(32)));
}

TEST(JsonParse, a_document_beyond_the_limit_is_refused) {
  EXPECT_TRUE(Json::parse("[1,2]", 5));
  EXPECT_FALSE(Json::parse("[1,2]", 4));
}

// CWE-407: the search for duplicates must not cost the square of the members.
TEST(JsonParse, an_object_of_a_hundred_thousand_members_is_read_quickly) {
  std::string text = "{";
  for (int i = 0; i < 80000; ++i) text += "\"" + std::to_string(i) + "\":1,";
  text += "\"last\":1}";
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(Json::parse(text));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(JsonValue, members_are_found_by_name_and_type) {
  const Json json =
      *Json::parse(R"({"s":"x","i":7,"b":true,"d":1.5,"list":["a","b"],"mixed":["a",1],"n":null})");
  EXPECT_EQ(*json.find_string("s"), "x");
  EXPECT_EQ(*json.find_int("i"), 7);
  EXPECT_EQ(*json.find_bool("b"), true);
  EXPECT_EQ(*json.find("d")->as_double(), 1.5);
  EXPECT_TRUE(json.find("n")->is_null());
  EXPECT_EQ(json.find("absent"), nullptr);
  EXPECT_EQ(json.find_int("s"), nullptr);
  EXPECT_EQ(json.find_int("d"), nullptr);
  EXPECT_EQ(json.find_string("i"), nullptr);
  EXPECT_EQ(json.find_strings("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(json.find_strings("mixed"));
  EXPECT_FALSE(json.find_strings("s"));
  EXPECT_EQ(Json(5).find("s"), nullptr);
}

TEST(JsonValue, set_replaces_in_place_and_adds_at_the_end) {
  Json json = Json::object({{"a", 1}, {"b", 2}});
  json.set("a", "x").set("c", Json::array({1, "two", nullptr == nullptr}));
  EXPECT_EQ(json.dump(), R"({"a":"x","b":2,"c":[1,"two",true]})");
  Json list;
  list.push_back(1);
  EXPECT_EQ(list.dump(), "[1]");
  EXPECT_EQ(Json().set("k", Json()).dump(), R"({"k":null})");
}

// RFC 8259 §8.1: what is written is UTF-8, whatever a caller put in.
TEST(JsonWrite, bytes_that_are_no_text_become_replacement_characters) {
  EXPECT_EQ(Json("a\xff\xc3\xa9\xe2\x82").dump(),
            "\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(Json("\x7f\x1f").dump(), "\"\x7f\\u001f\"");
}

TEST(JsonWrite, text_written_member_by_member_is_as_the_objects_own) {
  const Json inner = Json::object({{"a", 1}, {"b", Json::array({"x", true})}});
  Json same = Json::object({{"name", "quote \" and \xc3\xa9 and \n"}, {"number", -7}});
  same.set("inner", inner);
  same.set("a", 1);
  same.set("b", Json::array({"x", true}));
  const std::string written = JsonText(8)
                                  .text("name", "quote \" and \xc3\xa9 and \n")
                                  .number("number", -7)
                                  .member("inner", inner)
                                  .members(inner)
                                  .take();
  EXPECT_EQ(written, same.dump());
  EXPECT_EQ(JsonText().take(), "{}");
  EXPECT_EQ(JsonText().members(Json::object()).number("n", 1).take(), "{\"n\":1}");
}

TEST(JsonWrite, texts_of_every_length_are_whole_where_the_document_grows) {
  Json::Array items;
  std::string want = "[";
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string text(length, static_cast<char>('a' + length % 26));
    want += (length ? ",\"" : "\"") + text + "\"";
    items.emplace_back(text);
    EXPECT_EQ(Json(items).dump(), want + "]");
  }
}

TEST(JsonWrite, numbers_keep_their_kind) {
  EXPECT_EQ(Json(std::numeric_limits<std::int64_t>::min()).dump(), "-9223372036854775808");
  EXPECT_EQ(Json(2.0).dump(), "2.0");
  EXPECT_EQ(*Json::parse(Json(0.1).dump())->as_double(), 0.1);
  EXPECT_EQ(*Json::parse(Json(1e300).dump())->as_double(), 1e300);
  EXPECT_EQ(*Json::parse("40e71")->as_double(), 40e71);
  EXPECT_LT(*Json::parse("4e-700")->as_double(), 1e-300);
}

TEST(JsonWrite, pretty_is_two_blanks_a_level) {
  EXPECT_EQ(Json::object({{"a", Json::array({1})}, {"b", Json::object()}}).dump_pretty(),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}\n");
}

}  // namespace
}  // namespace grantd
