// The master key's file and the keys under it: checklist OP-03, OP-06, JW-15, DESIGN §6 "Keys".
#include "grantd/server/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "grantd/base/loop.h"
#include "grantd/jose/jws.h"
#include "grantd/store/sqlite/sqlite_store.h"

namespace grantd::server {
namespace {

using core::KeyState;
using core::KeyUse;
namespace files = std::filesystem;

class MasterKeyFile : public testing::Test {
 protected:
  MasterKeyFile() {
    char name[] = "/tmp/grantd-keys-XXXXXX";
    folder_ = mkdtemp(name);
    file_ = folder_ + "/master.key";
  }
  ~MasterKeyFile() override { files::remove_all(folder_); }

  // Writes the file anew and gives what reading it says.
  std::string wrong(const std::string& text, mode_t mode = 0600) const {
    files::remove(file_);
    std::ofstream(file_, std::ios::binary) << text;
    chmod(file_.c_str(), mode);
    const auto key = read_master_key(file_);
    return key ? "" : key.error();
  }

  std::string folder_, file_;
};

const std::string kGoodText = "grantd-master-key-1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(MasterKeyFile, is_made_once_for_its_owner_alone_and_reads_back) {
  const auto made = create_master_key(file_);
  ASSERT_TRUE(made) << made.error();
  struct stat status{};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  const auto read = read_master_key(file_);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(made->bytes, read->bytes);
  EXPECT_EQ(read->bytes.size(), 32U);
}

TEST_F(MasterKeyFile, a_wide_umask_does_not_widen_it) {
  const mode_t before = umask(0);
  const auto made = create_master_key(file_);
  umask(before);
  ASSERT_TRUE(made);
  EXPECT_TRUE(read_master_key(file_));
}

TEST_F(MasterKeyFile, is_never_made_over_another_or_through_a_link) {
  const auto first = create_master_key(file_);
  const auto second = create_master_key(file_);
  ASSERT_FALSE(second);
  EXPECT_TRUE(has(second.error(), "exists already")) << second.error();
  EXPECT_EQ(read_master_key(file_)->bytes, first->bytes);
  files::create_symlink(folder_ + "/elsewhere", folder_ + "/link");
  EXPECT_FALSE(create_master_key(folder_ + "/link"));
  EXPECT_FALSE(files::exists(folder_ + "/elsewhere"));
}

// OP-03: each fault has its own clear line.
TEST_F(MasterKeyFile, what_others_may_read_is_refused) {
  for (const mode_t mode : {0640, 0604, 0660, 0644}) {
    EXPECT_TRUE(has(wrong(kGoodText, mode), "expected 0600")) << mode;
  }
  EXPECT_EQ(wrong(kGoodText, 0400), "");
}

TEST_F(MasterKeyFile, a_link_is_refused) {
  ASSERT_TRUE(create_master_key(file_));
  files::create_symlink(file_, folder_ + "/link");
  const auto key = read_master_key(folder_ + "/link");
  ASSERT_FALSE(key);
  EXPECT_TRUE(has(key.error(), "symbolic link")) << key.error();
}

TEST_F(MasterKeyFile, a_missing_one_is_not_made_silently) {
  const auto key = read_master_key(file_);
  ASSERT_FALSE(key);
  EXPECT_TRUE(has(key.error(), "no such file")) << key.error();
  EXPECT_FALSE(files::exists(file_));
}

TEST_F(MasterKeyFile, other_content_is_refused_and_never_repeated) {
  EXPECT_EQ(wrong(kGoodText), "");
  EXPECT_EQ(wrong(kGoodText.substr(0, kGoodText.size() - 1)), "");  // no newline at the end
  const std::string secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  for (const std::string& text :
       {std::string(), secret + "\n", "grantd-master-key-2:" + secret, kGoodText + kGoodText,
        "grantd-master-key-1:" + secret.substr(1), "grantd-master-key-1:A" + secret,
        "grantd-master-key-1:" + secret + "=", std::string(5000, 'A')}) {
    const std::string error = wrong(text);
    EXPECT_TRUE(has(error, "expected one line of 63 characters")) << error;
    EXPECT_FALSE(has(error, "AAAAAAAA")) << error;
  }
  EXPECT_TRUE(has(read_master_key(folder_).error(), "not a plain file"));
}

MasterKey some_master(std::uint8_t fill = 7) {
  ByteArray<32> bytes;
  bytes.fill(fill);
  return {Secret(ByteView(bytes))};
}
const oauth::Issuer kIssuer{"https://auth.example.com"};
const Time kStart = from_seconds(1'800'000'000);

// What a store does with changes to keys.
void commit_to_rows(const core::Changes& changes, std::vector<core::Key>& rows) {
  for (const core::Change& change : changes) {
    if (const auto* gone = std::get_if<core::DeleteKey>(&change)) {
      EXPECT_EQ(std::erase_if(rows, [&](const core::Key& row) { return row.id == gone->id; }), 1U);
      continue;
    }
    const auto& put = std::get<core::PutKey>(change);
    const auto row = std::ranges::find(rows, put.key.id, &core::Key::id);
    ASSERT_EQ(row == rows.end() ? 0 : row->version, put.seen);
    if (row == rows.end()) {
      rows.push_back(put.key);
      rows.back().version = 1;
    } else {
      *row = put.key;
      row->version = put.seen + 1;
    }
  }
}
std::vector<core::Key> first_rows() {
  std::vector<core::Key> rows;
  commit_to_rows(first_keys(some_master(), kStart), rows);
  return rows;
}
std::vector<std::string> ids(const std::vector<core::Key>& rows, KeyUse use, KeyState state) {
  std::vector<std::string> out;
  for (const core::Key& row : rows) {
    if (row.use == use && row.state == state) out.push_back(row.id);
  }
  return out;
}

TEST(WrappedKeys, open_only_as_the_row_they_were_wrapped_for) {
  const core::Key good = first_rows().front();
  ASSERT_TRUE(unwrap_key(some_master(), good));
  const auto changed = [&](auto change) {
    core::Key row = good;
    change(row);
    const auto opened = unwrap_key(some_master(), row);
    return opened ? "" : opened.error();
  };
  EXPECT_NE(changed([](core::Key& row) { row.id += "x"; }), "");
  EXPECT_NE(changed([](core::Key& row) { row.use = KeyUse::seal_front; }), "");
  EXPECT_NE(changed([](core::Key& row) { row.algorithm = "RS256"; }), "");
  EXPECT_NE(changed([](core::Key& row) { row.wrapped.back() ^= 1; }), "");
  EXPECT_NE(changed([](core::Key& row) { row.wrapped.front() ^= 1; }), "");
  EXPECT_NE(changed([](core::Key& row) { row.wrapped.resize(40); }), "");
  EXPECT_NE(changed([](core::Key& row) { row.wrapped.clear(); }), "");
  EXPECT_FALSE(unwrap_key(some_master(8), good));
  // A letter moved from one field to the next is another row: fields stand behind their lengths.
  EXPECT_NE(changed([](core::Key& row) {
              row.algorithm = row.algorithm.substr(1);
              row.id += "E";
            }),
            "");
  // The state may change: it is not part of what was wrapped.
  EXPECT_EQ(changed([](core::Key& row) { row.state = KeyState::retired; }), "");
}

TEST(WrappedKeys, the_same_bytes_never_look_the_same) {
  const core::Key row = first_rows().front();
  const Secret bytes(std::string_view("0123456789abcdef"));
  EXPECT_NE(wrap_key(some_master(), row, bytes), wrap_key(some_master(), row, bytes));
}

TEST(Keys, a_new_store_can_sign_and_seal) {
  const auto rows = first_rows();
  const auto keys = open_keys(rows, some_master(), kIssuer, 5);
  ASSERT_TRUE(keys) << keys.error();
  const SigningKey* const signer = (*keys)->signer(jose::Algorithm::es256);
  ASSERT_NE(signer, nullptr);
  EXPECT_EQ((*keys)->signer(jose::Algorithm::rs256), nullptr);
  EXPECT_EQ((*keys)->ring->issuer, kIssuer);
  EXPECT_EQ((*keys)->ring->configuration, 5U);
  EXPECT_EQ((*keys)->ring->seal_keys.size(), 4U);  // current and next, of both uses
  EXPECT_EQ((*keys)->remember.size(), 32U);
  // RFC 7517 §4.5, RFC 7638: the kid in the JWKS is the one that signs.
  const jose::PublishedKey* const published = (*keys)->ring->verify_keys.find(signer->kid);
  ASSERT_NE(published, nullptr);
  EXPECT_EQ(published->key.thumbprint(), signer->kid);
}

// DESIGN §6: a key is in the JWKS before it signs and after it stopped. JW-13: no private member.
TEST(Keys, the_jwks_has_next_and_current_and_nothing_private) {
  const auto keys = open_keys(first_rows(), some_master(), kIssuer, 1);
  const auto jwks = Json::parse((*keys)->jwks);
  ASSERT_TRUE(jwks);
  const auto* list = jwks->find("keys")->as_array();
  ASSERT_EQ(list->size(), 2U);
  for (const Json& key : *list) {
    EXPECT_EQ(*key.find_string("alg"), "ES256");
    EXPECT_EQ(key.find("d"), nullptr);
  }
}

TEST(Keys, rotation_moves_next_to_current_to_retired_and_then_away) {
  auto rows = first_rows();
  const auto life = std::chrono::hours(1);
  const std::string first = ids(rows, KeyUse::sign, KeyState::current).at(0);
  const std::string second = ids(rows, KeyUse::sign, KeyState::next).at(0);

  commit_to_rows(rotate_keys(rows, some_master(), KeyUse::sign, "ES256", life, kStart + life),
                 rows);
  EXPECT_EQ(ids(rows, KeyUse::sign, KeyState::retired), std::vector{first});
  EXPECT_EQ(ids(rows, KeyUse::sign, KeyState::current), std::vector{second});
  ASSERT_EQ(ids(rows, KeyUse::sign, KeyState::next).size(), 1U);
  const auto keys = open_keys(rows, some_master(), kIssuer, 1);
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ((*keys)->signer(jose::Algorithm::es256)->kid, second);
  EXPECT_NE((*keys)->ring->verify_keys.find(first), nullptr);

  // A token signed just before may still live: the first key stays for its life ...
  const auto soon = kStart + life + life - std::chrono::seconds(1);
  commit_to_rows(rotate_keys(rows, some_master(), KeyUse::sign, "ES256", life, soon), rows);
  EXPECT_EQ(ids(rows, KeyUse::sign, KeyState::retired), (std::vector{first, second}));
  // ... and goes then.
  commit_to_rows(rotate_keys(rows, some_master(), KeyUse::sign, "ES256", life, kStart + 2 * life),
                 rows);
  const auto retired = ids(rows, KeyUse::sign, KeyState::retired);
  EXPECT_EQ(std::ranges::count(retired, first), 0);
  EXPECT_EQ(std::ranges::count(retired, second), 1);
}

TEST(Keys, what_was_sealed_before_a_rotation_can_still_be_opened) {
  auto rows = first_rows();
  const std::string before = ids(rows, KeyUse::seal_refresh, KeyState::current).at(0);
  commit_to_rows(rotate_keys(rows, some_master(), KeyUse::seal_refresh, kSealAlgorithm,
                             std::chrono::hours(1), kStart),
                 rows);
  EXPECT_EQ(ids(rows, KeyUse::seal_refresh, KeyState::retired), std::vector{before});
  EXPECT_EQ(ids(rows, KeyUse::seal_refresh, KeyState::current).size(), 1U);
  const auto keys = open_keys(rows, some_master(), kIssuer, 1);
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ((*keys)->ring->seal_keys.size(), 5U);
}

// Two who change the keys at the same time: the pairwise key's row lets one of them through.
TEST(Keys, whoever_changes_the_set_holds_one_row_of_it) {
  auto rows = first_rows();
  const auto held = hold_keys(rows);
  ASSERT_TRUE(held);
  const auto& put = std::get<core::PutKey>(*held);
  EXPECT_EQ(put.key.use, KeyUse::pairwise);
  EXPECT_EQ(put.seen, put.key.version);
  commit_to_rows({*held}, rows);  // changes nothing but the version
  EXPECT_TRUE(open_keys(rows, some_master(), kIssuer, 1));
  std::erase_if(rows, [](const core::Key& row) { return row.use == KeyUse::pairwise; });
  EXPECT_FALSE(hold_keys(rows));
}

// "No secret at rest in the clear" (DESIGN §7): whoever has the store's files alone has no key.
TEST(Keys, a_stores_files_hold_no_private_bytes) {
  char name[] = "/tmp/grantd-keys-XXXXXX";
  const std::string folder = mkdtemp(name);
  const core::Changes first = first_keys(
      some_master(), kStart,
      {jose::Algorithm::es256, jose::Algorithm::rs256, jose::Algorithm::eddsa});
  store::SqliteOptions place;
  place.file = folder + "/grantd.db";
  place.issuer = kIssuer;
  place.create = true;
  auto store = store::open_sqlite(place);
  ASSERT_TRUE(store) << store.error();
  BlockingLoop loop;
  bool done = false;
  (*store)->commit(core::Changes(first), kStart, [&](auto committed) {
    EXPECT_TRUE(committed && std::holds_alternative<store::Done>(*committed));
    done = true;
  });
  loop.run_until(done);

  std::string bytes;  // while it is open, so that the write-ahead log counts
  for (const auto& entry : files::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  (*store)->close();
  files::remove_all(folder);
  for (const core::Change& change : first) {
    const core::Key& row = std::get<core::PutKey>(change).key;
    // It is there, wrapped; its head, for a long one goes on in another page.
    EXPECT_TRUE(has(bytes, as_text(row.wrapped).substr(0, 32))) << row.id;
    const Secret clear = *unwrap_key(some_master(), row);
    const std::string_view all = clear.reveal_text();
    for (std::size_t at = 0; at + 16 <= all.size(); at += 8) {
      EXPECT_FALSE(has(bytes, all.substr(at, 16))) << core::to_text(row.use) << row.algorithm;
    }
  }
}

// Checklist JW-15.
TEST(Keys, a_leaked_key_is_out_of_the_jwks_at_once) {
  auto rows = first_rows();
  const auto before = open_keys(rows, some_master(), kIssuer, 1);
  commit_to_rows(replace_keys(rows, some_master(), KeyUse::sign, "ES256", kStart), rows);
  const auto after = open_keys(rows, some_master(), kIssuer, 2);
  ASSERT_TRUE(after) << after.error();
  for (const auto& old : (*before)->ring->verify_keys.keys()) {
    EXPECT_EQ((*after)->ring->verify_keys.find(old.kid), nullptr);
    EXPECT_FALSE(has((*after)->jwks, old.kid));
  }
  EXPECT_EQ((*after)->ring->verify_keys.keys().size(), 2U);
}

// OP-03: a wrong master key, a row without its key: one line that names it, and no new key.
TEST(Keys, a_foreign_master_key_or_a_missing_key_stops_the_start) {
  const auto foreign = open_keys(first_rows(), some_master(8), kIssuer, 1);
  ASSERT_FALSE(foreign);
  EXPECT_TRUE(has(foreign.error(), "does not open under this master key")) << foreign.error();
  EXPECT_FALSE(has(foreign.error(), "\n"));
  for (const KeyUse use :
       {KeyUse::sign, KeyUse::seal_front, KeyUse::seal_refresh, KeyUse::remember}) {
    auto rows = first_rows();
    std::erase_if(rows, [&](const core::Key& row) { return row.use == use; });
    const auto keys = open_keys(rows, some_master(), kIssuer, 1);
    ASSERT_FALSE(keys);
    EXPECT_TRUE(has(keys.error(), core::to_text(use))) << keys.error();
  }
}

}  // namespace
}  // namespace grantd::server
