// Forms and challenges: what comes in by body, query and Authorization header.
#include "grantd/oauth/form.h"

#include <gtest/gtest.h>

#include "grantd/base/encoding.h"
#include "grantd/oauth/challenge.h"

namespace grantd::oauth {
namespace {

using namespace std::string_literals;

TEST(form, decodes_names_and_values) {
  const auto form = Form::parse("a=1&b+c=x%20y%2Bz&&utf=%C3%A9&flag&empty=").value();
  EXPECT_EQ(form.get("a"), "1");
  EXPECT_EQ(form.get("b c"), "x y+z");
  EXPECT_EQ(form.get("utf"), "\xc3\xa9");
  // TK-16; RFC 6749 §3.1: sent without a value means omitted.
  EXPECT_FALSE(form.find("flag"));
  EXPECT_FALSE(form.find("empty"));
  EXPECT_FALSE(form.find("absent"));
  EXPECT_TRUE(Form::parse("")->parameters().empty());
}

// RFC 6749 §3.1, §3.2; PK-13.
TEST(form, neither_value_of_a_repeated_parameter_is_given) {
  const auto form = Form::parse("code=1&state=s&code=2").value();
  EXPECT_FALSE(form.find("code"));
  EXPECT_TRUE(form.is_repeated("code"));
  EXPECT_FALSE(form.is_repeated("state"));
  ASSERT_TRUE(form.repeated());
  EXPECT_EQ(*form.repeated(), "code");
  EXPECT_TRUE(Form::parse("a=1&a=1")->repeated());    // the same value twice
  EXPECT_TRUE(Form::parse("a=1&%61=2")->repeated());  // one of them encoded
  EXPECT_TRUE(Form::parse("a=&a=2")->repeated());     // one of them empty
}

// RFC 8707 §2: resource may stand more than once.
TEST(form, an_allowed_name_may_stand_twice) {
  const auto form = Form::parse("resource=a&resource=b&x=1").value();
  EXPECT_FALSE(form.repeated({"resource"}));
  EXPECT_EQ(form.all("resource"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(Form::parse("resource=a&x=1&x=2&resource=b")->repeated({"resource"}));
}

// AZ-29: other names are other names.
TEST(form, names_are_compared_byte_for_byte) {
  const auto form = Form::parse("Redirect_URI=a&redirect_uri[]=b&redirect_uri%20=c").value();
  EXPECT_FALSE(form.find("redirect_uri"));
  EXPECT_FALSE(form.repeated());
}

// TK-09, RU-25, CO-08.
TEST(form, what_is_malformed_is_refused) {
  for (const auto* bad :
       {"a=%00", "a%00=1", "a=%", "a=%4", "a=%zz", "a=%ff", "a=%c3", "%ed%a0%80=1"}) {
    const auto form = Form::parse(bad);
    ASSERT_FALSE(form.has_value()) << bad;
    EXPECT_EQ(form.error(), "malformed");
  }
  EXPECT_FALSE(Form::parse("a=\xff").has_value());
  EXPECT_FALSE(Form::parse("a=\0"s).has_value());
}

// TK-13.
TEST(form, parameters_are_counted) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "p" + std::to_string(i) + "=1&";
  EXPECT_TRUE(Form::parse(text).has_value());
  EXPECT_EQ(Form::parse(text + "q=1").error(), "too many parameters");
  EXPECT_FALSE(Form::parse("a=1&b=2", 1).has_value());
}

TEST(form, encode_and_parse_are_inverse) {
  Form form;
  form.add("state", "<>\"'& =+%\xc3\xa9");
  form.add("a b", "");
  EXPECT_EQ(Form::parse(form.encode())->parameters(), form.parameters());
  EXPECT_EQ(form.encode().find_first_of(" \"'<>"), std::string::npos);
}

// RFC 9110 §11.6.1; XS-06, CH-04.
TEST(challenge, no_value_can_leave_its_quotes) {
  EXPECT_EQ(challenge("Bearer", {}), "Bearer");
  EXPECT_EQ(challenge("Bearer", {{"realm", "a"}, {"error", "invalid_token"}}),
            "Bearer realm=\"a\", error=\"invalid_token\"");
  EXPECT_EQ(challenge("Basic", {{"realm", "a\"b\\c\r\nX: y\xc3\xa9"}}),
            "Basic realm=\"a\\\"b\\\\cX: y\"");
}

// RFC 6749 §2.3.1.
TEST(basic, each_part_is_form_decoded_after_base64) {
  const auto both = parse_basic(make_basic("a:b c", "p+w%:\xc3\xa9"));
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->user, "a:b c");
  EXPECT_EQ(both->password, "p+w%:\xc3\xa9");
  EXPECT_EQ(make_basic("s6BhdRkqt3", "gX1fBat3bV"), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
  const auto empty = parse_basic("basic " + base64_encode(as_bytes("id:")));
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->password, "");
}

TEST(basic, what_is_malformed_is_refused) {
  const auto basic = [](std::string_view text) { return "Basic " + base64_encode(as_bytes(text)); };
  for (const auto& bad : {"Basic"s, "Basic "s, "Basic !!!"s, basic("nocolon"), basic("a:%zz"),
                          basic("a:%00"), basic("a:\xff"), basic("%ff:b"), "Bearer YTpi"s,
                          "BasicYTpi"s, "Basic YTpi YTpi"s, ""s, "Basic YTpi,"s}) {
    EXPECT_FALSE(parse_basic(bad).has_value()) << bad;
  }
}

// RFC 6750 §2.1.
TEST(bearer, a_token_is_a_b64token) {
  EXPECT_EQ(parse_bearer("Bearer mF_9.B5f-4.1JqM~+/=="), "mF_9.B5f-4.1JqM~+/==");
  EXPECT_EQ(parse_bearer("bearer  x"), "x");
  for (const auto* bad : {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b",
                          "Bearer \"a\"", "Bearer a\x7f", "Bearer\ta", "Bearera", "Basic a", ""}) {
    EXPECT_FALSE(parse_bearer(bad).has_value()) << bad;
  }
  EXPECT_TRUE(has_scheme("BEARER x", "Bearer"));
  EXPECT_FALSE(has_scheme("BearerX x", "Bearer"));
}

}  // namespace
}  // namespace grantd::oauth
