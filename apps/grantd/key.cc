// grantd key: the keys that sign and seal.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "grantd/core/policy.h"
#include "grantd/server/keys.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

using core::KeyUse;

Outcome<std::vector<core::Key>> all_keys(OpenStore& store) {
  return store.all<core::Key>({.table = store::Query::Table::keys});
}

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  Json::Array rows;
  for (const core::Key& key : TRY(all_keys(store))) rows.push_back(store::redacted(key));
  print_rows(call, rows,
             {{"KEY_ID", "kid"},
              {"USE", "use"},
              {"ALGORITHM", "alg"},
              {"STATE", "state"},
              {"SINCE", "since"}},
             "There are no keys.");
  return Unit();
}

// How long the longest lives that such a key made: a retired one stays for that.
Outcome<Duration> longest_life(OpenStore& store, KeyUse use) {
  const server::Config& config = store.config();
  if (use == KeyUse::remember) return Duration::zero();
  if (use == KeyUse::seal_refresh) {
    return std::max(config.session_absolute, config.offline_absolute);
  }
  if (use == KeyUse::seal_front) {
    return std::max({config.code, config.form, core::Policy().device_lifetime});
  }
  Duration longest = config.access_token;
  for (const core::Resource& resource : TRY(all_resources(store))) {
    longest = std::max(longest, resource.token_lifetime);
  }
  return longest + config.clock_skew;
}

// The algorithms that the store has keys of for this use: rotation covers all.
std::set<std::string> algorithms_of(const std::vector<core::Key>& keys, KeyUse use) {
  std::set<std::string> out;
  for (const core::Key& key : keys) {
    if (key.use == use) out.insert(key.algorithm);
  }
  if (!out.empty()) return out;
  if (use == KeyUse::sign) return {std::string(jose::name_of(jose::Algorithm::es256))};
  return {
      std::string(use == KeyUse::remember ? server::kRememberAlgorithm : server::kSealAlgorithm)};
}

std::string what_ends(KeyUse use) {
  switch (use) {
    case KeyUse::sign:
      return "every access token that was signed is void at once";
    case KeyUse::seal_front:
      return "every code and open page is void at once";
    case KeyUse::seal_refresh:
      return "every refresh token is void at once, for good";
    case KeyUse::remember:
      return "every open page must be loaded again";
  }
  return {};
}

Outcome<> run_rotate(const Call& call) {
  const KeyUse use = *core::parse_key_use(call.get("--use", "sign"));
  const bool emergency = call.has("--emergency");
  OpenStore store = TRY(open_store(call));
  const server::MasterKey master = TRY(open_master_key(store.config()));
  if (emergency) {
    TRY(confirm(call, fmt::format("Replace all keys for \"{}\" now? Then {}.", core::to_text(use),
                                  what_ends(use))));
  }
  const Duration life = TRY(longest_life(store, use));
  TRY(store.change([&]() -> Outcome<core::Changes> {
    const auto keys = TRY(all_keys(store));
    // A rotation under another master key would leave a store that nobody can open.
    for (const core::Key& key : keys) {
      const auto opened = server::unwrap_key(master, key);
      if (!opened) return fail(Failure{kConfiguration, opened.error()});
    }
    core::Changes out;
    for (const std::string& algorithm : algorithms_of(keys, use)) {
      core::Changes some =
          emergency ? server::replace_keys(keys, master, use, algorithm, store.now())
                    : server::rotate_keys(keys, master, use, algorithm, life, store.now());
      std::ranges::move(some, std::back_inserter(out));
    }
    return out;
  }));
  return run_list(call);
}

}  // namespace

std::vector<Command> key_commands() {
  return {
      {.path = "key list",
       .summary = "list the keys; never what they hold",
       .detail = "next: published, does not sign yet. current: signs and seals. retired: still "
                 "verifies and opens what it made.",
       .takes_json = true,
       .run = run_list},
      {.path = "key rotate",
       .summary = "let the next key take over",
       .detail = "The current one retires and stays as long as anything that it made may live. "
                 "After a leak: --emergency.",
       .options = {one_of({"sign", "seal_front", "seal_refresh", "remember"},
                          {"--use", "USE", "Which keys. Default sign."}),
                   {"--emergency", "",
                    "The key leaked: all keys of this use go at once, out of /jwks too, and what "
                    "they made is void."}},
       .examples = {{"a planned rotation", "grantd key rotate"},
                    {"the signing key leaked", "grantd key rotate --emergency --yes"}},
       .takes_json = true,
       .asks = true,
       .run = run_rotate}};
}

}  // namespace grantd::app
