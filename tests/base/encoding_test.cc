#include "grantd/base/encoding.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace grantd {
namespace {

using namespace std::string_literals;

const std::string kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string text_of(const std::optional<Bytes>& bytes) {
  return bytes ? std::string(as_text(*bytes)) : "refused";
}

struct Pair {
  std::string plain;
  std::string coded;
};

TEST(Base64, rfc_4648_section_10_vectors_both_ways) {
  const Pair rows[] = {{"", ""},
                       {"f", "Zg=="},
                       {"fo", "Zm8="},
                       {"foo", "Zm9v"},
                       {"foob", "Zm9vYg=="},
                       {"fooba", "Zm9vYmE="},
                       {"foobar", "Zm9vYmFy"},
                       {"\xfb\xff", "+/8="}};
  for (const auto& [plain, coded] : rows) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), coded);
    EXPECT_EQ(text_of(base64_decode(coded)), plain);
    std::string bare = coded.substr(0, coded.find('='));
    for (char& c : bare) c = c == '+' ? '-' : c == '/' ? '_' : c;
    EXPECT_EQ(base64url_encode(as_bytes(plain)), bare);
    EXPECT_EQ(text_of(base64url_decode(bare)), plain);
  }
}

// RFC 7515 appendix C.
TEST(Base64, rfc_7515_appendix_c_octets) {
  EXPECT_EQ(base64url_encode(Bytes{3, 236, 255, 224, 193}), "A-z_4ME");
}

// RFC 4648 §3.3, §3.5; JW-09.
TEST(Base64, what_is_not_canonical_is_refused) {
  for (const auto& text :
       {"Zg=="s, "Zm8="s, "Zh"s, "Zm9"s, "Z"s, "Zm9vY"s, "+/8"s, "Zm 9v"s, "Zm9v\n"s, "Zm9v\0"s,
        "\xc3\xa9"s
        "ab"s}) {
    EXPECT_EQ(text_of(base64url_decode(text)), "refused") << printable(text);
  }
  for (const auto& text : {"Zg"s, "Zg="s, "Zh=="s, "Zm9="s, "Zg==="s, "===="s, "Zm9v===="s, "-_8="s,
                           "Z=g="s, "Zg==Zg=="s, "Zm9v\n"s, "="s}) {
    EXPECT_EQ(text_of(base64_decode(text)), "refused") << printable(text);
  }
}

TEST(Base64, every_length_comes_back) {
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 + 200));
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
  }
}

// Against an encoder that somebody else wrote.
TEST(Base64, every_length_is_as_openssl_writes_it) {
  Bytes bytes;
  for (std::size_t size = 0; size < 200; ++size) {
    std::string expected(size * 2 + 5, '\0');
    expected.resize(static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(expected.data()), bytes.data(),
                        static_cast<int>(size))));
    EXPECT_EQ(base64_encode(bytes), expected);
    EXPECT_EQ(base64_decode(expected), bytes);
    bytes.push_back(static_cast<std::uint8_t>(size * 89 + 7));
  }
}

TEST(Base64, each_byte_at_each_place_of_each_length_is_a_character_or_refused) {
  for (const std::size_t size : {4, 12, 16, 20, 32, 44}) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'A');
        text[place] = static_cast<char>(byte);
        const std::size_t value = kUrlAlphabet.find(text[place]);
        const std::optional<Bytes> decoded = base64url_decode(text);
        ASSERT_EQ(decoded.has_value(), value != std::string::npos) << size << printable(text);
        if (!decoded) continue;
        // The value's six bits where they belong, and no other.
        Bytes expected(size * 3 / 4);
        for (std::size_t bit = 0; bit < 6; ++bit) {
          const std::size_t at = place * 6 + bit;
          if (value >> (5 - bit) & 1) expected[at / 8] |= static_cast<std::uint8_t>(128U >> at % 8);
        }
        ASSERT_EQ(*decoded, expected) << size << ' ' << printable(text);
        ASSERT_EQ(base64url_encode(expected), text);
      }
    }
  }
}

// RFC 4648 §3.5: of the last of two characters four bits, of the last of three two.
TEST(Base64, bits_that_carry_nothing_are_zero_behind_whole_blocks_too) {
  for (std::size_t before = 0; before < 40; before += 4) {
    for (std::size_t last = 0; last < 64; ++last) {
      const std::string two = std::string(before, 'x') + 'Z' + kUrlAlphabet[last];
      const std::string three = std::string(before, 'x') + "Zm" + kUrlAlphabet[last];
      EXPECT_EQ(base64url_decode(two).has_value(), last % 16 == 0) << two;
      EXPECT_EQ(base64url_decode(three).has_value(), last % 4 == 0) << three;
    }
    EXPECT_FALSE(base64url_decode(std::string(before, 'x') + 'Z'));
  }
}

TEST(Hex, reads_both_cases_and_refuses_the_rest) {
  EXPECT_EQ(hex_encode(Bytes{0x00, 0xfa, 0x10}), "00fa10");
  EXPECT_EQ(hex_decode("00Fa10"), (Bytes{0x00, 0xfa, 0x10}));
  for (const char* text : {"0", "0g", " 00", "0x00", "-1"}) EXPECT_FALSE(hex_decode(text)) << text;
}

// RFC 3986 §2.1, §2.3.
TEST(Percent, encodes_all_but_unreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~ &=+/%\xc3\xa9"), "aZ09-._~%20%26%3D%2B%2F%25%C3%A9");
  EXPECT_EQ(percent_decode("%c3%A9+%20"), "\xc3\xa9+ ");
  for (const char* text : {"%", "%2", "a%zz", "%-1", "%%20"}) EXPECT_FALSE(percent_decode(text));
}

// RFC 6749 appendix B.
TEST(Form, rfc_6749_appendix_b_example) {
  const std::string raw = " %&+\xc2\xa3\xe2\x82\xac";
  EXPECT_EQ(form_encode(raw), "+%25%26%2B%C2%A3%E2%82%AC");
  EXPECT_EQ(form_decode("+%25%26%2B%C2%A3%E2%82%AC"), raw);
  EXPECT_FALSE(form_decode("a+%4"));
}

// RFC 3629 §3, §4, §10.
// Eight bytes are taken at a time: what is special may stand anywhere among them.
TEST(Form, what_is_special_is_seen_at_every_place) {
  const Pair rows[] = {{" ", "+"}, {"%", "%25"}, {"\xc3\xa9", "%C3%A9"}, {"\xff", "%ff"},
                       {"\0"s, "%00"}, {"\xc3\xa9", "\xc3\xa9"}};
  for (const auto& [plain, coded] : rows) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string text = std::string(before, 'a') + coded + std::string(19 - before, 'b');
      const std::string wanted = std::string(before, 'a') + plain + std::string(19 - before, 'b');
      std::string out(text.size(), '?');
      const auto decoded = form_decode_to(out.data(), text);
      ASSERT_TRUE(decoded) << text;
      EXPECT_EQ(out.substr(0, decoded->bytes), wanted);
      EXPECT_EQ(form_decode(text), wanted);
      EXPECT_EQ(decoded->plain, plain == " " || plain == "%") << text;
    }
  }
}

TEST(Form, a_broken_percent_is_refused_at_every_place) {
  for (const std::string broken : {"%", "%4", "%4g", "%g4", "%%4"}) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string text = std::string(before, 'a') + broken;
      std::string out(text.size(), '?');
      EXPECT_FALSE(form_decode_to(out.data(), text)) << text;
    }
  }
}

TEST(Base64, decoding_to_a_place_takes_exactly_its_size) {
  ByteArray<3> out{};
  EXPECT_TRUE(base64url_decode_to(out, "Zm9v"));
  EXPECT_EQ(as_text(out), "foo");
  for (const std::string_view other : {"", "Zm8", "Zm9vYg", "Zm9=", "Zm9 ", "Zm9vY"}) {
    EXPECT_FALSE(base64url_decode_to(out, other)) << other;
  }
}

TEST(Utf8, only_the_shortest_form_of_a_scalar_value_is_text) {
  for (const auto& text :
       {""s, "plain"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s, "\xee\x80\x80"s,
        "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s, "\0"s}) {
    EXPECT_TRUE(is_utf8(text)) << hex_encode(as_bytes(text));
  }
  for (const auto& text : {"\x80"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s,
                           "\xed\xbf\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5"s,
                           "\xff"s, "\xc3"s, "\xe2\x82"s, "\xc3("s, "\xe2\x82("s}) {
    EXPECT_FALSE(is_utf8(text)) << hex_encode(as_bytes(text));
  }
}

TEST(Html, markup_and_quotes_lose_their_meaning) {
  EXPECT_EQ(html_escape("<a href=\"x\" id='y'>&amp;"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
}

// CH-04: CR, LF, ESC and bidirectional controls.
TEST(Printable, one_line_that_a_terminal_takes_no_orders_from) {
  const Pair rows[] = {{"plain \xc3\xa9 \xf0\x9f\x98\x80", "plain \xc3\xa9 \xf0\x9f\x98\x80"},
                       {"a\r\nb\x1b[31m\x7f", "a\\x0d\\x0ab\\x1b[31m\\x7f"},
                       {"nul\0"s, "nul\\x00"},
                       {"x\xe2\x80\xaey", "x\\u{202e}y"},
                       {"\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c", "\\u{2066}\\u{200f}\\u{061c}"},
                       {"\xe2\x80\xa8\xc2\x85", "\\u{2028}\\u{0085}"},
                       {"\xff\xc0\xaf", "\\xff\\xc0\\xaf"}};
  for (const auto& [plain, coded] : rows) EXPECT_EQ(printable(plain), coded);
}

TEST(Ascii, lower_trim_split) {
  EXPECT_EQ(lower_ascii("BASIC \xc3\x89"), "basic \xc3\x89");
  EXPECT_TRUE(is_ascii_printable(" ~"));
  EXPECT_FALSE(is_ascii_printable("a\n"));
  EXPECT_FALSE(is_ascii_printable("\xc3\xa9"));
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

}  // namespace
}  // namespace grantd
