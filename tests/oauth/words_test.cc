// Identifiers, scope, PKCE and the error table.
#include <gtest/gtest.h>

#include <set>

#include "grantd/base/encoding.h"
#include "grantd/oauth/error.h"
#include "grantd/oauth/ids.h"
#include "grantd/oauth/pkce.h"
#include "grantd/oauth/scope.h"

namespace grantd::oauth {
namespace {

using namespace std::string_literals;

TEST(ids, text_and_back) {
  ByteArray<16> bytes{};
  for (std::size_t i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(250 - i);
  const SubjectId id(bytes);
  EXPECT_EQ(to_text(id).size(), 22u);
  EXPECT_EQ(parse_id<SubjectId>(to_text(id)), id);
  EXPECT_EQ(to_text(Incarnation(ByteArray<8>{1})).size(), 11u);
  // RFC 4648 §3.5: one identifier has one text.
  for (const auto& text : {""s, to_text(id) + "=", to_text(id) + "A", to_text(id).substr(1),
                           "+/" + to_text(id).substr(2), to_text(id).substr(0, 21) + "x"}) {
    EXPECT_FALSE(parse_id<SubjectId>(text).has_value()) << text;
  }
}

TEST(ids, an_id_that_is_drawn_begins_like_no_option) {
  for (int first = 0; first < 256; ++first) {
    ByteArray<16> random;
    random.fill(0xff);
    random[0] = static_cast<std::uint8_t>(first);
    const std::string text = to_text(make_id<SubjectId>(random));
    EXPECT_FALSE(text.starts_with('-')) << text;
    EXPECT_EQ(text.substr(2), to_text(SubjectId(random)).substr(2)) << "the rest as drawn";
  }
}

// RFC 9562 §5.7, with the example of its appendix A.6.
TEST(ids, a_grant_id_is_a_uuid_of_version_7) {
  const auto example = hex_decode("017f22e279b07cc398c4dc0c0c07398f").value();
  ByteArray<10> random;
  std::copy(example.begin() + 6, example.end(), random.begin());
  const auto id = make_grant_id(from_millis(0x017F22E279B0), random);
  EXPECT_EQ(hex_encode(id.view()), "017f22e279b07cc398c4dc0c0c07398f");
  EXPECT_EQ(to_millis(time_of(id)), 0x017F22E279B0);
  EXPECT_EQ(parse_id<GrantId>(to_text(id)), id);
  random.fill(0xff);
  EXPECT_EQ(hex_encode(make_grant_id(from_millis(1), random).view()),
            "0000000000017fffbfffffffffffffff");
  EXPECT_LT(make_grant_id(from_millis(1), random), make_grant_id(from_millis(2), {}));
}

// RFC 6749 A.1, less the blank.
TEST(ids, a_client_id_is_visible_ascii) {
  for (const auto& good : {"a"s, "abc123"s, "https://app.example/id"s, std::string(255, 'x')}) {
    EXPECT_TRUE(parse_client_id(good).has_value()) << good;
  }
  for (const auto& bad :
       {""s, "a b"s, "a\n"s, "\x7f"s, "caf\xc3\xa9"s, "a\0b"s, std::string(256, 'x')}) {
    EXPECT_FALSE(parse_client_id(bad).has_value()) << bad;
  }
}

// RFC 8414 §2; MX-03: kept byte for byte.
TEST(ids, an_issuer_is_https_without_query_and_fragment) {
  for (const auto* good :
       {"https://auth.example", "https://auth.example/", "https://auth.example:8443/a",
        "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080/t"}) {
    const auto issuer = parse_issuer(good);
    ASSERT_TRUE(issuer.has_value()) << good;
    EXPECT_EQ(issuer->str(), good);
  }
  for (const auto* bad :
       {"", "auth.example", "http://auth.example", "https://auth.example?x",
        "https://auth.example/?", "https://auth.example#", "https://u@auth.example",
        "HTTPS://auth.example", "https:///x", "https://auth.example\\x", "https:auth",
        "http://localhost.evil.example", "com.example.app:/x", " https://a.example"}) {
    EXPECT_FALSE(parse_issuer(bad).has_value()) << bad;
  }
}

// RFC 6749 §3.3.
TEST(scope, is_a_set_of_whole_words) {
  const auto scope = ScopeSet::parse("write read read").value();
  EXPECT_EQ(scope.to_text(), "read write");
  EXPECT_EQ(scope.size(), 2u);
  // CL-10: `read` is not in `readwrite`, and case matters.
  EXPECT_FALSE(ScopeSet::parse("readwrite")->has("read"));
  EXPECT_FALSE(scope.has("Read"));
  EXPECT_FALSE(scope.has(""));
  EXPECT_TRUE(scope.has("read"));
  EXPECT_TRUE(ScopeSet::parse("")->empty());
}

TEST(scope, is_cut_by_what_its_tokens_are) {
  const auto scope = ScopeSet::parse("openid a ab b").value();
  EXPECT_EQ(scope.only([](std::string_view token) { return token.size() == 1; }).to_text(), "a b");
  EXPECT_TRUE(scope.only([](std::string_view) { return false; }).empty());
  EXPECT_EQ(scope.identity().to_text(), "openid");
  EXPECT_EQ(ScopeSet::of({"b", "a b", "", "a\"", "a"}).to_text(), "a b");  // no words among them
  EXPECT_FALSE(scope.has("a ab"));
  const std::vector<std::string_view> tokens(scope.tokens().begin(), scope.tokens().end());
  EXPECT_EQ(tokens, (std::vector<std::string_view>{"a", "ab", "b", "openid"}));
}

TEST(scope, follows_the_grammar) {
  for (const auto& bad : {" read"s, "read "s, "read  write"s, " "s, "read\twrite"s, "a\"b"s,
                          "a\\b"s, "\xc3\xa9"s, "a\0b"s, "a\nb"s, "\x7f"s}) {
    EXPECT_FALSE(ScopeSet::parse(bad).has_value()) << bad;
  }
  for (const auto* good : {"!", "#$%&'()*+,-./0:;<=>?@A[]^_`a{|}~", "https://api.example/read"}) {
    EXPECT_TRUE(ScopeSet::parse(good).has_value()) << good;
  }
  std::string many = "s0";
  for (int i = 1; i < 100; ++i) many += " s" + std::to_string(i);
  EXPECT_EQ(ScopeSet::parse(many)->size(), 100u);
  EXPECT_FALSE(ScopeSet::parse(many + " s0").has_value());
}

TEST(scope, counts_as_sets_do) {
  const auto set = [](std::string_view text) { return ScopeSet::parse(text).value(); };
  EXPECT_TRUE(set("a b c").includes(set("c a")));
  EXPECT_TRUE(set("a").includes(set("")));
  EXPECT_FALSE(set("a b").includes(set("b c")));
  EXPECT_EQ(set("a b c").intersection(set("d c b")), set("b c"));
  EXPECT_EQ(set("a b").united(set("b c")), set("a b c"));
  EXPECT_EQ(set("a b").without("b"), set("a"));
  EXPECT_EQ(set("a b c").without(set("a c d")), set("b"));
  EXPECT_EQ(ScopeSet::of({"b", "a", "b"}), set("a b"));
}

// RFC 7636 appendix B.
constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

TEST(pkce, the_example_of_the_rfc_matches) {
  const auto verifier = CodeVerifier::parse(kVerifier).value();
  const auto challenge = CodeChallenge::parse(kChallenge).value();
  EXPECT_EQ(verifier.challenge().to_text(), kChallenge);
  EXPECT_TRUE(matches(challenge, verifier));
  EXPECT_FALSE(matches(challenge, CodeVerifier::from_random({})));
  EXPECT_EQ(CodeVerifier::from_random({}).secret().reveal_text(), std::string(43, 'A'));
  // §4.2 of the RFC: a `plain` challenge is the verifier itself; here it is just another hash.
  EXPECT_FALSE(matches(CodeChallenge::parse(kVerifier).value_or(challenge),
                       CodeVerifier::parse(kChallenge).value()));
}

// PK-06.
TEST(pkce, a_challenge_is_exactly_43_characters) {
  const std::string good(kChallenge);
  for (const auto& bad :
       {""s, good.substr(1), good + "A", std::string(129, 'A'), good.substr(1) + "=", good + "=",
        "+" + good.substr(1), "/" + good.substr(1), " " + good.substr(1), good.substr(1) + "\n",
        "\xc3\xa9" + good.substr(2), good.substr(0, 42) + "\0"s,
        good.substr(0, 42) + "N"}) {  // the last: non-zero trailing bits
    EXPECT_FALSE(CodeChallenge::parse(bad).has_value()) << bad;
  }
}

// PK-10, PK-15; RFC 7636 §4.1.
TEST(pkce, a_verifier_is_43_to_128_unreserved_characters) {
  EXPECT_TRUE(CodeVerifier::parse(std::string(43, '~')).has_value());
  EXPECT_TRUE(CodeVerifier::parse(std::string(128, 'a')).has_value());
  const std::string good(kVerifier);
  for (const auto& bad :
       {std::string(42, 'a'), std::string(129, 'a'), ""s, good + "\n", good + "\0"s, good + "=",
        "+" + good, "/" + good, " " + good, "%41" + good, "\xc3\xa9" + good}) {
    EXPECT_FALSE(CodeVerifier::parse(bad).has_value()) << bad;
  }
}

// TK-21: RFC 6749 §5.2 error = %x20-21 / %x23-5B / %x5D-7E.
TEST(errors, each_code_has_a_row) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::insufficient_scope); ++code) {
    const auto& error = row(static_cast<ErrorCode>(code));
    EXPECT_EQ(static_cast<int>(error.code), code);
    EXPECT_TRUE(names.insert(error.name).second) << error.name;
    EXPECT_EQ(error.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), error.name.npos);
    EXPECT_GE(error.status, 400);
    EXPECT_FALSE(error.citation.empty());
  }
  EXPECT_EQ(row(ErrorCode::invalid_client).status, 401);      // RFC 6749 §5.2
  EXPECT_EQ(row(ErrorCode::invalid_token).status, 401);       // RFC 6750 §3.1
  EXPECT_EQ(row(ErrorCode::insufficient_scope).status, 403);  // RFC 6750 §3.1
  EXPECT_EQ(row(ErrorCode::invalid_grant).status, 400);       // RFC 6749 §5.2
  // RFC 6749 §4.1.2.1: these two are of the token endpoint alone.
  EXPECT_FALSE(row(ErrorCode::invalid_client).redirectable);
  EXPECT_FALSE(row(ErrorCode::invalid_grant).redirectable);
  EXPECT_TRUE(row(ErrorCode::access_denied).redirectable);
}

}  // namespace
}  // namespace grantd::oauth
