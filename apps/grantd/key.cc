// grantd key: the keys that sign and seal.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "grantd/server/key_plan.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

using core::KeyState;
using core::KeyUse;

Outcome<std::vector<core::Key>> all_keys(OpenStore& store) {
  return store.all<core::Key>({.table = store::Query::Table::keys});
}

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  const server::KeyPlan plan = server::key_plan(store.config());
  Json::Array rows;
  for (const core::Key& key : TRY(all_keys(store))) {
    Json row = store::redacted(key);
    if (key.state == KeyState::retired) {
      row.set("until", to_rfc3339(key.state_since + plan.life_of(key.use)));
    }
    rows.push_back(std::move(row));
  }
  print_rows(call, rows,
             {{"KEY_ID", "kid"},
              {"USE", "use"},
              {"ALGORITHM", "alg"},
              {"STATE", "state"},
              {"SINCE", "since"},
              {"UNTIL", "until"}},
             "There are no keys.");
  return Unit();
}

std::string_view only_algorithm(KeyUse use) {
  const bool hashes = use == KeyUse::remember || use == KeyUse::pairwise;
  return hashes ? server::kRememberAlgorithm : server::kSealAlgorithm;
}

const core::Key* find_key(const std::vector<core::Key>& keys, KeyUse use,
                          std::string_view algorithm, KeyState state) {
  const auto key = std::ranges::find_if(keys, [&](const core::Key& each) {
    return each.use == use && each.algorithm == algorithm && each.state == state;
  });
  return key == keys.end() ? nullptr : &*key;
}

// What a command does, by use and algorithm.
struct Order {
  KeyUse use = KeyUse::sign;
  std::vector<std::string> algorithms;  // empty: all that there are
  bool emergency = false;
};

Outcome<Order> read_order(const Call& call) {
  Order order;
  order.use = *core::parse_key_use(call.get("--use", "sign"));
  order.emergency = call.has("--emergency");
  if (call.has("--algorithm")) order.algorithms = {call.get("--algorithm")};
  if (order.use != KeyUse::sign && !order.algorithms.empty()) {
    return usage("--algorithm: only keys that sign have a choice of it; leave --use away");
  }
  return order;
}

// Checked, planned: a key is published for as long as a set may be cached before it signs.
Outcome<core::Changes> rotate(const Order& order, const std::string& algorithm,
                              const std::vector<core::Key>& keys, const server::MasterKey& master,
                              const server::KeyPlan& plan, Time now) {
  if (find_key(keys, order.use, algorithm, KeyState::current) && server::has_next(order.use)) {
    const core::Key* const next = find_key(keys, order.use, algorithm, KeyState::next);
    if (!next) {
      return failed(fmt::format("{} ({}): there is no next key yet; `grantd serve` makes it within "
                                "a minute. Nothing was changed",
                                core::to_text(order.use), algorithm));
    }
    const Time ripe = server::ripe_at(*next, keys, plan);
    if (now < ripe) {
      return failed(fmt::format("{} ({}): the next key {} is known since {}, and apps may hold "
                                "keys without it until {}: rotate then. Nothing was changed "
                                "(after a leak: --emergency)",
                                core::to_text(order.use), algorithm, next->id,
                                to_rfc3339(next->created), to_rfc3339(ripe)));
    }
  }
  return server::rotate_keys(keys, master, order.use, algorithm, plan.life_of(order.use), now);
}

// Keys of an algorithm that is not configured go, and none take their place.
core::Changes remove_all(const std::vector<core::Key>& keys, std::string_view algorithm) {
  core::Changes out;
  for (const core::Key& key : keys) {
    if (key.use == KeyUse::sign && key.algorithm == algorithm) {
      out.push_back(core::DeleteKey{key.id});
    }
  }
  return out;
}

Outcome<core::Changes> sign_changes(const Order& order, const std::vector<core::Key>& keys,
                                    const server::MasterKey& master, const server::Config& config,
                                    Time now) {
  std::set<std::string> algorithms(order.algorithms.begin(), order.algorithms.end());
  if (algorithms.empty()) {
    algorithms.insert(config.algorithms.begin(), config.algorithms.end());
    for (const core::Key& key : keys) {
      if (order.emergency && key.use == KeyUse::sign) algorithms.insert(key.algorithm);
    }
  }
  core::Changes out;
  for (const std::string& algorithm : algorithms) {
    core::Changes some;
    const bool configured = std::ranges::count(config.algorithms, algorithm) > 0;
    if (!configured && !order.emergency) {
      return failed(fmt::format("{} is not in keys.algorithms of {}: nothing is signed with it",
                                algorithm, config.file));
    }
    if (!configured) {
      some = remove_all(keys, algorithm);
    } else if (order.emergency) {
      some = server::replace_keys(keys, master, order.use, algorithm, now);
    } else {
      some = TRY(rotate(order, algorithm, keys, master, server::key_plan(config), now));
    }
    std::ranges::move(some, std::back_inserter(out));
  }
  return out;
}

// Only a store from before there were pairwise subjects has none.
Outcome<core::Changes> first_pairwise(const std::vector<core::Key>& keys,
                                      const server::MasterKey& master, Time now) {
  const bool there = std::ranges::any_of(
      keys, [](const core::Key& key) { return key.use == KeyUse::pairwise; });
  if (there) {
    return failed("the pairwise key never rotates: it draws the `sub` that each person has at each "
                  "app with pairwise subjects, and under another key every person would be a "
                  "stranger to every such app, for good. Nothing was changed");
  }
  return core::Changes{core::PutKey{server::new_key(master, KeyUse::pairwise,
                                                    only_algorithm(KeyUse::pairwise),
                                                    KeyState::current, now)}};
}

Outcome<core::Changes> changes_for(const Order& order, const std::vector<core::Key>& keys,
                                   const server::MasterKey& master, const server::Config& config,
                                   Time now) {
  if (order.use == KeyUse::pairwise) return first_pairwise(keys, master, now);
  if (order.use == KeyUse::sign) return sign_changes(order, keys, master, config, now);
  const std::string algorithm(only_algorithm(order.use));
  if (order.emergency) return server::replace_keys(keys, master, order.use, algorithm, now);
  return rotate(order, algorithm, keys, master, server::key_plan(config), now);
}

std::string what_ends(KeyUse use) {
  switch (use) {
    case KeyUse::sign:
      return "every access token and ID token that was signed is void at once, and apps that hold "
             "the old keys must read them anew";
    case KeyUse::seal_front:
      return "every code, open page and opaque access token is void at once";
    case KeyUse::seal_refresh:
      return "every refresh token is void at once, for good";
    case KeyUse::remember:
      return "every open page must be loaded again";
    case KeyUse::pairwise: break;
  }
  return {};
}

Outcome<> run_rotate(const Call& call) {
  const Order order = TRY(read_order(call));
  OpenStore store = TRY(open_store(call));
  const server::MasterKey master = TRY(open_master_key(store.config()));
  if (order.emergency && order.use != KeyUse::pairwise) {
    TRY(confirm(call, fmt::format("Replace all keys for \"{}\" now? Then {}.",
                                  core::to_text(order.use), what_ends(order.use))));
  }
  TRY(store.change([&]() -> Outcome<core::Changes> {
    const auto keys = TRY(all_keys(store));
    // A rotation under another master key would leave a store that nobody can open.
    for (const core::Key& key : keys) {
      const auto opened = server::unwrap_key(master, key);
      if (!opened) return fail(Failure{kConfiguration, opened.error()});
    }
    core::Changes out = TRY(changes_for(order, keys, master, store.config(), store.now()));
    if (auto held = server::hold_keys(keys)) out.insert(out.begin(), std::move(*held));
    return out;
  }));
  return run_list(call);
}

}  // namespace

std::vector<Command> key_commands() {
  return {
      {.path = "key list",
       .summary = "list the keys; never what they hold",
       .detail = "next: published, does not sign or seal yet. current: signs and seals. retired: "
                 "still verifies and opens what it made, until the time shown. docs/keys.md says "
                 "what changes when.",
       .takes_json = true,
       .run = run_list},
      {.path = "key rotate",
       .summary = "let the next key take over",
       .detail = "The current one retires and stays as long as anything that it made may live. "
                 "`grantd serve` does this by itself (lifetimes.signing_key); by command it is for "
                 "when you want it sooner. The next key must have been published for ten minutes. "
                 "After a leak: --emergency.",
       .options = {one_of({"sign", "seal_front", "seal_refresh", "remember", "pairwise"},
                          {"--use", "USE",
                           "Which keys. Default sign. pairwise never rotates: it is made where a "
                           "store has none."}),
                   one_of({"ES256", "RS256", "PS256", "EdDSA"},
                          {"--algorithm", "ALGORITHM",
                           "Only the signing keys of this one. Default: all of keys.algorithms."}),
                   {"--emergency", "",
                    "The key leaked: all keys of this use go at once, out of /jwks too, and what "
                    "they made is void."}},
       .examples = {{"a planned rotation", "grantd key rotate"},
                    {"of one algorithm", "grantd key rotate --algorithm RS256"},
                    {"the signing key leaked", "grantd key rotate --emergency --yes"}},
       .takes_json = true,
       .asks = true,
       .run = run_rotate}};
}

}  // namespace grantd::app
