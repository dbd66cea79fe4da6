// Keys over time: next, current, retired; published before use and after retirement; nobody who
// holds a set for its max-age meets a key that is not in it (DESIGN §6 "Keys", OpenID Connect Core
// §10.1.1, checklist JW-15).
#include "grantd/server/key_keeper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <map>
#include <set>
#include <thread>

#include "grantd/base/loop.h"
#include "grantd/core/decision.h"
#include "grantd/core/policy.h"
#include "grantd/core/sealed/seal.h"
#include "grantd/jose/jwt.h"
#include "grantd/store/memory/memory_store.h"

namespace grantd::server {
namespace {

using core::KeyState;
using core::KeyUse;
using std::chrono::hours;
using std::chrono::minutes;

const oauth::Issuer kIssuer{"https://auth.example"};
const Time kStart = from_seconds(1'767'268'800);
const Duration kMaxAge = core::SendDocument().max_age;

MasterKey some_master() {
  ByteArray<32> bytes;
  bytes.fill(7);
  return {Secret(ByteView(bytes))};
}

// A store with its keys, and whoever works on it.
class Deployment {
 public:
  explicit Deployment(std::vector<std::string> algorithms = {"ES256"}) {
    config.algorithms = std::move(algorithms);
    commit(first_keys(master, now));
  }

  KeyPlan plan() const { return key_plan(config); }
  bool look(Due due = Due::all) {
    const auto kept = keep_keys(*store, master, plan(), due, now);
    EXPECT_TRUE(kept) << kept.error();
    return kept && *kept;
  }
  bool commit(core::Changes changes) {
    BlockingLoop loop;
    bool done = false, lost = true;
    store->commit(std::move(changes), now, [&](Result<store::Committed, store::StoreError> made) {
      lost = !made || std::holds_alternative<store::Lost>(*made);
      done = true;
    });
    loop.run_until(done);
    return !lost;
  }
  std::vector<core::Key> rows() const {
    BlockingLoop loop;
    bool done = false;
    std::vector<core::Key> out;
    store->list({.table = store::Query::Table::keys, .after = {}, .rows_max = 1000},
                [&](Result<store::Page, store::StoreError> page) {
                  for (const store::Row& row : page->rows) out.push_back(std::get<core::Key>(row));
                  done = true;
                });
    loop.run_until(done);
    return out;
  }
  std::vector<core::Key> rows(KeyUse use, KeyState state, std::string_view algorithm = "") const {
    std::vector<core::Key> out = rows();
    std::erase_if(out, [&](const core::Key& key) {
      return key.use != use || key.state != state ||
             (!algorithm.empty() && key.algorithm != algorithm);
    });
    return out;
  }
  std::shared_ptr<const Keys> open() {
    const std::uint64_t version = store->meta().configuration;
    if (opened_ && opened_->ring->configuration == version) return opened_;
    auto keys = open_keys(rows(), master, kIssuer, version);
    EXPECT_TRUE(keys) << keys.error();
    return opened_ = *keys;
  }
  // As `grantd key rotate` does it; false where the next key has not been published long enough.
  bool command(std::string_view algorithm) {
    const auto keys = rows();
    const auto next = rows(KeyUse::sign, KeyState::next, algorithm);
    if (next.empty() || ripe_at(next[0], keys, plan()) > now) return false;
    core::Changes changes = rotate_keys(keys, master, KeyUse::sign, algorithm,
                                        plan().life_of(KeyUse::sign), now);
    changes.insert(changes.begin(), *hold_keys(keys));
    EXPECT_TRUE(commit(std::move(changes)));
    return true;
  }

  Config config;
  MasterKey master = some_master();
  Time now = kStart;
  std::unique_ptr<store::Store> store =
      store::make_memory_store(kIssuer, core::Epoch(ByteArray<16>{1}));

 private:
  std::shared_ptr<const Keys> opened_;  // as the store has them at its version
};

// An API or app that reads the set and keeps it for its max-age, whatever it meets meanwhile.
struct Verifier {
  jose::KeySet set;
  Time read{};

  void at(Time now, const jose::KeySet& published) {
    if (now - read < kMaxAge) return;
    set = published;
    read = now;
  }
};

struct Token {
  std::string text, kid;
  Time expires{};
};

// A year with tokens of the longest life, verifiers that read at different minutes, sealed things,
// the schedule and commands mixed.
class Year {
 public:
  explicit Year(Deployment& deployment) : house_(deployment) {
    for (int i = 0; i < 5; ++i) verifiers_.push_back({published(), house_.now - minutes(i)});
  }

  void run() {
    int busy = 0;            // steps of a minute that are left
    bool impatient = false;  // somebody rotates by command as soon as that is let
    for (int step = 0; house_.now < kStart + hours(365 * 24); ++step) {
      for (Verifier& verifier : verifiers_) verifier.at(house_.now, published());
      const std::string before = signer();
      bool changed = house_.look();
      if (signer() != before) impatient = true;
      if (impatient && house_.command("ES256")) {
        changed = true;
        impatient = false;
      }
      if (step % 97 == 41) changed |= house_.command("ES256");
      if (step % 211 == 100) changed |= house_.command("EdDSA");
      check();
      if (changed) busy = 12;
      house_.now += busy-- > 0 ? Duration(minutes(1)) : Duration(hours(5));
    }
  }
  std::size_t signers_seen() const { return signers_.size(); }

 private:
  void check() {
    const auto keys = house_.open();
    for (const Verifier& verifier : verifiers_) check_cached(verifier, *keys);
    for (const SigningKey& signer : keys->signing) issue(signer);
    check_live(*keys);
    check_set(*keys);
    check_sealed(*keys);
  }

  std::string signer() { return house_.open()->signer(jose::Algorithm::es256)->kid; }

  // The document of /jwks, as whoever reads it now has it.
  const jose::KeySet& published() {
    const auto keys = house_.open();
    if (keys->jwks != document_) {
      document_ = keys->jwks;
      published_ = jose::KeySet::parse(document_).value();
    }
    return published_;
  }

  void issue(const SigningKey& signer) {
    signers_.insert(signer.kid);
    const Json header = Json::object({{"typ", "JWT"}, {"kid", signer.kid}});
    tokens_.push_back({jose::sign_jwt(signer.key, signer.algorithm, header, Json::object()),
                       signer.kid, house_.now + kTokenLifeMost});
  }

  // What is signed now verifies by a set that was read up to a max-age ago.
  void check_cached(const Verifier& verifier, const Keys& keys) const {
    for (const SigningKey& signer : keys.signing) {
      EXPECT_NE(verifier.set.find(signer.kid), nullptr)
          << to_rfc3339(house_.now) << ": " << signer.kid << " signs and is not in a set read "
          << to_text(house_.now - verifier.read) << " ago";
    }
  }

  // What lives verifies by the set of now and so by each that is read from now on.
  void check_live(const Keys& keys) {
    constexpr jose::Algorithm kAll[] = {jose::Algorithm::es256, jose::Algorithm::rs256,
                                        jose::Algorithm::ps256, jose::Algorithm::eddsa};
    std::erase_if(tokens_, [&](const Token& token) { return token.expires <= house_.now; });
    for (const Token& token : tokens_) {
      ASSERT_NE(keys.ring->verify_keys.find(token.kid), nullptr) << to_rfc3339(house_.now);
    }
    EXPECT_TRUE(jose::verify_jwt(tokens_.front().text, keys.ring->verify_keys, kAll));
    EXPECT_TRUE(jose::verify_jwt(tokens_.back().text, verifiers_[0].set, kAll));
  }

  void check_set(const Keys& keys) const {
    std::map<std::string, int> current, next;
    for (const core::Key& key : house_.rows()) {
      if (key.use != KeyUse::sign) continue;
      if (key.state == KeyState::current) ++current[key.algorithm];
      if (key.state == KeyState::next) ++next[key.algorithm];
      if (key.state == KeyState::retired) {
        EXPECT_LT(house_.now - key.state_since, house_.plan().life_of(KeyUse::sign));
      }
    }
    for (const std::string& algorithm : house_.config.algorithms) {
      EXPECT_EQ(current[algorithm], 1) << algorithm;
      EXPECT_EQ(next[algorithm], 1) << algorithm;
    }
    // Two of each algorithm, and what retired within the last day: one by schedule, two by command.
    EXPECT_LE(keys.ring->verify_keys.keys().size(), 5 * house_.config.algorithms.size());
  }

  void check_sealed(const Keys& keys) {
    const auto still = [&](auto& sealed, core::SealKind kind, Duration life) {
      std::erase_if(sealed, [&](const auto& each) { return each.second + life <= house_.now; });
      for (const auto& [text, since] : sealed) {
        ASSERT_TRUE(core::open(kind, text, *keys.ring)) << "sealed " << to_rfc3339(since);
      }
      if (!sealed.empty() && sealed.back().second + hours(24) > house_.now) return;
      sealed.emplace_back(core::seal(kind, as_bytes("x"), *keys.ring, core::SealNonce{}),
                          house_.now);
    };
    still(devices_, core::SealKind::device, core::Policy().device_lifetime);
    still(refresh_, core::SealKind::refresh_token, house_.config.offline_absolute);
    EXPECT_LE(keys.ring->seal_keys.size(), 2U * 11U);
  }

  Deployment& house_;
  std::string document_;
  jose::KeySet published_;
  std::vector<Verifier> verifiers_;
  std::vector<Token> tokens_;
  std::vector<std::pair<std::string, Time>> devices_, refresh_;
  std::set<std::string> signers_;
};

TEST(key_keeper, over_a_year_whoever_cached_the_old_set_notices_nothing) {
  Deployment house({"ES256", "EdDSA"});
  house.look(Due::missing);
  house.look();
  house.now += hours(1);
  Year year(house);
  year.run();
  // 365 days of 90 by schedule alone would be five a kind; the commands make it more.
  EXPECT_GE(year.signers_seen(), 10U);
}

TEST(key_keeper, keys_that_change_as_often_as_they_may_are_as_well) {
  Deployment house({"ES256", "EdDSA"});
  house.config.signing_key = hours(24 * 14);
  house.look(Due::missing);
  house.look();
  house.now += hours(1);
  Year(house).run();
}

// DESIGN §6: RS256 where OpenID Connect asks for it (Core §15.1), made before the first request.
TEST(key_keeper, a_configured_algorithm_has_a_key_before_the_first_request) {
  Deployment house({"ES256", "RS256", "EdDSA"});
  EXPECT_EQ(house.open()->signer(jose::Algorithm::rs256), nullptr);
  EXPECT_TRUE(house.look(Due::missing));
  const auto keys = house.open();
  for (const auto algorithm :
       {jose::Algorithm::es256, jose::Algorithm::rs256, jose::Algorithm::eddsa}) {
    ASSERT_NE(keys->signer(algorithm), nullptr);
  }
  EXPECT_TRUE(house.rows(KeyUse::sign, KeyState::next, "RS256").empty());  // no time for it yet
  EXPECT_FALSE(house.look(Due::missing));
  EXPECT_TRUE(house.look());
  EXPECT_EQ(house.rows(KeyUse::sign, KeyState::next, "RS256").size(), 1U);
  EXPECT_FALSE(house.look());
}

// RFC 8725 §3.1: a key is for one algorithm; RS256 and PS256 are both RSA.
// JW-13: /jwks holds no private member.
TEST(key_keeper, every_algorithm_has_a_key_of_its_own_in_the_set) {
  Deployment house({"ES256", "RS256", "PS256", "EdDSA"});
  house.look();
  const Json document = Json::parse(house.open()->jwks).value();
  std::map<std::string, int> count;
  std::set<std::string> kids;
  for (const Json& jwk : *document.find("keys")->as_array()) {
    ++count[*jwk.find_string("alg")];
    kids.insert(*jwk.find_string("kid"));
    EXPECT_EQ(*jwk.find_string("use"), "sig");
    for (const auto* name : {"d", "p", "q", "dp", "dq", "qi", "k"}) {
      EXPECT_EQ(jwk.find(name), nullptr) << name;
    }
    // RFC 7638: the kid is the thumbprint.
    EXPECT_EQ(jose::PublicKey::parse(jwk)->thumbprint(), *jwk.find_string("kid"));
  }
  EXPECT_EQ(count, (std::map<std::string, int>{{"ES256", 2}, {"RS256", 2}, {"PS256", 2},
                                               {"EdDSA", 2}}));
  EXPECT_EQ(kids.size(), 8U);
}

TEST(key_keeper, an_algorithm_that_is_taken_out_runs_out) {
  Deployment house({"ES256", "EdDSA"});
  house.look();
  house.now += hours(1);
  const std::string signer = house.open()->signer(jose::Algorithm::eddsa)->kid;
  house.config.algorithms = {"ES256"};
  EXPECT_TRUE(house.look());
  auto keys = house.open();
  EXPECT_EQ(keys->signer(jose::Algorithm::eddsa), nullptr);
  EXPECT_NE(keys->ring->verify_keys.find(signer), nullptr);  // what it signed still verifies
  EXPECT_EQ(keys->ring->verify_keys.keys().size(), 3U);      // the next one signed nothing: gone

  house.now += kTokenLifeMost;
  house.look();
  EXPECT_NE(house.open()->ring->verify_keys.find(signer), nullptr);
  house.now += minutes(3);
  house.look();
  EXPECT_EQ(house.open()->ring->verify_keys.find(signer), nullptr);
  // Put back, it has new keys.
  house.config.algorithms = {"ES256", "EdDSA"};
  house.look(Due::missing);
  EXPECT_NE(house.open()->signer(jose::Algorithm::eddsa)->kid, signer);
}

// DESIGN §1.2: sealing keys go next → current → opening-only.
TEST(key_keeper, a_sealing_key_waits_as_next_before_anything_is_sealed_with_it) {
  Deployment house;
  const auto next = house.rows(KeyUse::seal_refresh, KeyState::next);
  ASSERT_EQ(next.size(), 1U);
  house.now += house.config.signing_key;
  EXPECT_TRUE(house.look());
  const auto current = house.rows(KeyUse::seal_refresh, KeyState::current);
  ASSERT_EQ(current.size(), 1U);
  EXPECT_EQ(current[0].id, next[0].id);
  EXPECT_EQ(house.rows(KeyUse::seal_refresh, KeyState::retired).size(), 1U);
  EXPECT_NE(house.rows(KeyUse::seal_refresh, KeyState::next)[0].id, next[0].id);
}

// OpenID Connect Core §8.1: the same person at the same app keeps the sub.
TEST(key_keeper, the_pairwise_and_the_remembering_key_stay) {
  Deployment house;
  const auto pairwise = house.rows(KeyUse::pairwise, KeyState::current);
  const auto remember = house.rows(KeyUse::remember, KeyState::current);
  for (int i = 0; i < 8; ++i) {
    house.now += house.config.signing_key;
    house.look();
  }
  ASSERT_EQ(pairwise.size(), 1U);
  EXPECT_EQ(house.rows(KeyUse::pairwise, KeyState::current)[0].id, pairwise[0].id);
  EXPECT_EQ(house.rows(KeyUse::pairwise, KeyState::current)[0].wrapped, pairwise[0].wrapped);
  EXPECT_EQ(house.rows(KeyUse::remember, KeyState::current)[0].id, remember[0].id);
}

TEST(key_keeper, a_next_key_that_sets_lack_is_not_ripe) {
  Deployment house;
  const auto next = [&] { return house.rows(KeyUse::sign, KeyState::next)[0]; };
  // Made with the first ones: no set is without it.
  EXPECT_EQ(ripe_at(next(), house.rows(), house.plan()), house.now);
  house.now += hours(1);
  EXPECT_TRUE(house.command("ES256"));
  EXPECT_GT(ripe_at(next(), house.rows(), house.plan()), house.now + kMaxAge);
  EXPECT_FALSE(house.command("ES256"));
  house.now += 2 * kMaxAge + house.config.clock_skew;
  EXPECT_TRUE(house.command("ES256"));
}

// A store in which an older command line raced: one of two stays.
TEST(key_keeper, of_two_current_keys_the_newer_stays) {
  Deployment house;
  house.now += minutes(1);
  core::Key second =
      new_key(house.master, KeyUse::sign, "ES256", KeyState::current, house.now);
  ASSERT_TRUE(house.commit({core::PutKey{second, 0}}));
  EXPECT_TRUE(house.look());
  const auto current = house.rows(KeyUse::sign, KeyState::current);
  ASSERT_EQ(current.size(), 1U);
  EXPECT_EQ(current[0].id, second.id);
}

// Two keepers and a command line on one store: whoever is late loses the guard.
TEST(key_keeper, however_many_look_at_once_one_current_and_one_next_remain) {
  Deployment house({"ES256", "EdDSA"});
  const Duration period = house.plan().period_of(KeyUse::sign);
  constexpr int kRounds = 12, kKeepers = 3;
  std::barrier round(kKeepers + 1);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kKeepers; ++i) {
      threads.emplace_back([&] {
        for (int r = 0; r < kRounds; ++r) {
          round.arrive_and_wait();
          if (!keep_keys(*house.store, house.master, house.plan(), Due::all, house.now)) ++wrong;
          round.arrive_and_wait();
        }
      });
    }
    for (int r = 0; r < kRounds; ++r) {
      round.arrive_and_wait();
      round.arrive_and_wait();
      for (const std::string& algorithm : house.config.algorithms) {
        EXPECT_EQ(house.rows(KeyUse::sign, KeyState::current, algorithm).size(), 1U);
        EXPECT_EQ(house.rows(KeyUse::sign, KeyState::next, algorithm).size(), 1U);
      }
      for (const KeyUse use : {KeyUse::seal_front, KeyUse::seal_refresh}) {
        EXPECT_EQ(house.rows(use, KeyState::current).size(), 1U);
        EXPECT_EQ(house.rows(use, KeyState::next).size(), 1U);
      }
      house.now += period;
      if (r % 2 == 0) continue;
      // In odd rounds an algorithm is new: there is no row of it whose version could guard.
      core::Changes gone;
      for (const core::Key& key : house.rows()) {
        if (key.algorithm == "EdDSA") gone.push_back(core::DeleteKey{key.id});
      }
      EXPECT_TRUE(house.commit(std::move(gone)));
    }
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace grantd::server
