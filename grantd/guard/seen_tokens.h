// Tokens that were judged before, found by the SHA-256 of their text; the text itself is not kept.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "grantd/base/bytes.h"
#include "grantd/guard/check_token.h"
#include "grantd/guard/published.h"

namespace grantd::guard {

struct Seen {
  std::shared_ptr<const AccessToken> token;  // null: the issuer said that it is none
  Time good_until;                           // looked at no more from then on
  // Of the keys that verified it (KeyKeeper); 0: the issuer itself was asked.
  std::uint64_t generation = 0;
};

// Bounded: a token has four places, by its hash; where they are taken, the one that ends first
// goes. find() takes no lock and never waits; keep() is for who has just done something slower.
class SeenTokens {
 public:
  // For about so many tokens: a power of two from 4 on, rounded up. 0: nothing is kept.
  explicit SeenTokens(std::size_t tokens_max);
  ~SeenTokens();
  SeenTokens(const SeenTokens&) = delete;
  SeenTokens& operator=(const SeenTokens&) = delete;

  // Whoever asks judges good_until and generation.
  std::optional<Seen> find(const Hash256& key) const;
  void keep(const Hash256& key, Seen seen, Time now);

 private:
  struct Node {
    Hash256 key;
    Seen seen;
  };
  struct Place {
    std::atomic<std::uint64_t> tag{0};  // a part of the key, so that most misses read nothing else
    std::atomic<const Node*> node{nullptr};
  };
  static constexpr std::size_t kPlaces = 4;
  struct alignas(64) Row {
    std::array<Place, kPlaces> places;
  };
  const Row* row_of(const Hash256& key) const;

  std::vector<Row> rows_;
  std::mutex writing_;
  Retired<Node> retired_;
};

}  // namespace grantd::guard
