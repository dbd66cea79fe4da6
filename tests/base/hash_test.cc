#include "grantd/base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/base/secret.h"

namespace grantd {
namespace {

// FIPS 180-2 appendix B; RFC 7636 appendix B.
TEST(Sha256, published_vectors) {
  EXPECT_EQ(hex_encode(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base64url_encode(sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

// RFC 4231 §4.2, §4.3, §4.7.
TEST(HmacSha256, published_vectors) {
  EXPECT_EQ(hex_encode(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hex_encode(hmac_sha256(Bytes(131, 0xaa),
                             as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, an_empty_key_is_not_the_key_of_the_call_before) {
  const std::string wanted = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  EXPECT_EQ(hex_encode(hmac_sha256({}, {})), wanted);
  (void)hmac_sha256(as_bytes("another key"), {});
  EXPECT_EQ(hex_encode(hmac_sha256({}, {})), wanted);
}

Bytes counting(std::uint8_t size) {
  Bytes out;
  for (std::uint8_t i = 0; i < size; ++i) out.push_back(i);
  return out;
}

// RFC 7693; the values are those of another implementation (Python's hashlib.blake2b).
TEST(KeyedHash, agrees_with_another_implementation) {
  EXPECT_EQ(hex_encode(keyed_hash(counting(32), "abc")),
            "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
  EXPECT_EQ(hex_encode(keyed_hash(counting(64), "")),
            "2fa9fbd9be36437de204e139e97d402bce68c828f43391608c891b5faed8a98a");
}

TEST(KeyedHash, differs_by_key_and_by_data) {
  const Bytes key(32, 1);
  const Bytes other(32, 2);
  EXPECT_EQ(keyed_hash(key, "a"), keyed_hash(key, "a"));
  EXPECT_NE(keyed_hash(key, "a"), keyed_hash(other, "a"));
  EXPECT_NE(keyed_hash(key, "a"), keyed_hash(key, "b"));
  EXPECT_NE(keyed_hash(key, ""), keyed_hash(key, std::string_view("\0", 1)));
}

TEST(KeyedHashDeathTest, a_key_too_short_to_protect_ends_the_process) {
  EXPECT_DEATH((void)keyed_hash(Bytes(15, 1), "a"), "invariant broken");
}

TEST(Hashes, threads_do_not_disturb_each_other) {
  const std::string text(1000, 'x');
  const Hash256 wanted = sha256(text);
  const Hash256 wanted_mac = hmac_sha256(as_bytes("key"), as_bytes(text));
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        count +=
            sha256(text) != wanted || hmac_sha256(as_bytes("key"), as_bytes(text)) != wanted_mac;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

// CWE-330: no value twice, not across refills (4 KiB), not across threads.
TEST(Random, no_value_comes_twice) {
  std::vector<std::vector<ByteArray<16>>> drawn(4);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) mine.push_back(random_bytes<16>());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<ByteArray<16>> seen;
  for (const auto& mine : drawn) seen.insert(mine.begin(), mine.end());
  EXPECT_EQ(seen.size(), 8000U);
}

TEST(Random, every_size_is_filled_to_its_end) {
  for (const std::size_t size : {1U, 255U, 256U, 257U, 5000U}) {
    // A last byte that stays zero over 64 draws has a chance of 2^-512.
    unsigned last = 0;
    for (int i = 0; i < 64; ++i) {
      Bytes bytes(size, 0);
      fill_random(bytes);
      last |= bytes.back();
    }
    EXPECT_NE(last, 0U) << size;
  }
}

TEST(Secret, compares_by_content_and_moves_out_whole) {
  Secret secret(std::string_view("s3cret"));
  EXPECT_EQ(secret, Secret(std::string_view("s3cret")));
  EXPECT_FALSE(secret == Secret(std::string_view("s3creT")));
  EXPECT_FALSE(secret == Secret(std::string_view("s3cre")));
  const Secret moved = std::move(secret);
  EXPECT_EQ(moved.reveal_text(), "s3cret");
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, wipe_overwrites) {
  Bytes bytes(64, 0xaa);
  wipe(bytes.data(), bytes.size());
  EXPECT_EQ(bytes, Bytes(64, 0));
  wipe(nullptr, 0);
}

TEST(ConstantTime, equality_is_of_length_and_content) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace grantd
