#include "grantd/server/keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "grantd/base/check.h"
#include "grantd/base/random.h"

namespace grantd::server {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

void append_field(Bytes& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(std::uint8_t(size >> shift & 0xff));
  out.insert(out.end(), text.begin(), text.end());
}

Bytes associated_data(const core::Key& key) {
  Bytes out;
  append_field(out, key.id);
  append_field(out, core::to_text(key.use));
  append_field(out, key.algorithm);
  return out;
}

// The number that travels in front of what the key sealed; nothing where the id is none.
std::optional<std::uint32_t> number_of(const std::string& id) {
  std::uint32_t number = 0;
  const char* const end = id.data() + id.size();
  const auto [rest, error] = std::from_chars(id.data(), end, number);
  if (error != std::errc() || rest != end || number == 0) return std::nullopt;
  return number;
}

void append_new_keys(const MasterKey& master, core::KeyUse use, std::string_view algorithm,
                     Time now, core::Changes& out) {
  out.push_back(core::PutKey{new_key(master, use, algorithm, core::KeyState::current, now), 0});
  if (!has_next(use)) return;
  out.push_back(core::PutKey{new_key(master, use, algorithm, core::KeyState::next, now), 0});
}

std::string name_of(const core::Key& key) {
  return fmt::format("key {} ({}, {})", key.id, core::to_text(key.use), key.algorithm);
}

}  // namespace

Bytes wrap_key(const MasterKey& master, const core::Key& key, const Secret& bytes) {
  CHECK(master.bytes.size() == kKeyBytes && sodium_init() >= 0);
  const auto nonce = random_bytes<kNonceBytes>();
  const Bytes about = associated_data(key);
  Bytes out(nonce.begin(), nonce.end());
  out.resize(kNonceBytes + bytes.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      out.data() + kNonceBytes, nullptr, bytes.reveal().data(), bytes.size(), about.data(),
      about.size(), nullptr, nonce.data(), master.bytes.reveal().data());
  return out;
}

Result<Secret, std::string> unwrap_key(const MasterKey& master, const core::Key& key) {
  CHECK(master.bytes.size() == kKeyBytes && sodium_init() >= 0);
  const Bytes& wrapped = key.wrapped;
  const Bytes about = associated_data(key);
  Bytes bytes(wrapped.size() > kNonceBytes + kTagBytes ? wrapped.size() - kNonceBytes - kTagBytes
                                                       : 0);
  if (bytes.empty() || crypto_aead_xchacha20poly1305_ietf_decrypt(
                           bytes.data(), nullptr, nullptr, wrapped.data() + kNonceBytes,
                           wrapped.size() - kNonceBytes, about.data(), about.size(), wrapped.data(),
                           master.bytes.reveal().data()) != 0) {
    return fail(
        fmt::format("{} does not open under this master key: the file named in "
                    "store.master_key_file belongs to another store, or the row was "
                    "changed. Bring back the master key or the store from a backup",
                    name_of(key)));
  }
  Secret out{ByteView(bytes)};
  wipe(bytes.data(), bytes.size());
  return out;
}

core::Key new_key(const MasterKey& master, core::KeyUse use, std::string_view algorithm,
                  core::KeyState state, Time now) {
  core::Key key;
  key.use = use;
  key.algorithm = algorithm;
  key.state = state;
  key.created = key.state_since = now;
  if (use == core::KeyUse::sign) {
    const auto kind = jose::algorithm_named(algorithm);
    CHECK(kind.has_value());
    const auto made = jose::PrivateKey::generate(*kind);
    key.id = made.public_key().thumbprint();
    key.wrapped = wrap_key(master, key, made.to_pkcs8());
    return key;
  }
  // Random, so that an id never names one key here and another in a store beside it.
  const auto number = random_bytes<4>();
  key.id =
      fmt::format("{}", std::max<std::uint32_t>(1, std::uint32_t{number[0]} << 24 |
                                                       std::uint32_t{number[1]} << 16 |
                                                       std::uint32_t{number[2]} << 8 | number[3]));
  auto bytes = random_bytes<kKeyBytes>();
  key.wrapped = wrap_key(master, key, Secret(ByteView(bytes)));
  wipe(bytes.data(), bytes.size());
  return key;
}

bool has_next(core::KeyUse use) {
  return use == core::KeyUse::sign || use == core::KeyUse::seal_front ||
         use == core::KeyUse::seal_refresh;
}

std::optional<core::Change> hold_keys(const std::vector<core::Key>& keys) {
  const auto row = std::ranges::find(keys, core::KeyUse::pairwise, &core::Key::use);
  if (row == keys.end()) return std::nullopt;
  return core::PutKey{*row, row->version};
}

core::Changes first_keys(const MasterKey& master, Time now,
                         const std::vector<jose::Algorithm>& algorithms) {
  core::Changes out;
  for (const jose::Algorithm algorithm : algorithms) {
    append_new_keys(master, core::KeyUse::sign, jose::name_of(algorithm), now, out);
  }
  append_new_keys(master, core::KeyUse::seal_front, kSealAlgorithm, now, out);
  append_new_keys(master, core::KeyUse::seal_refresh, kSealAlgorithm, now, out);
  append_new_keys(master, core::KeyUse::remember, kRememberAlgorithm, now, out);
  append_new_keys(master, core::KeyUse::pairwise, kRememberAlgorithm, now, out);
  return out;
}

core::Changes rotate_keys(const std::vector<core::Key>& keys, const MasterKey& master,
                          core::KeyUse use, std::string_view algorithm, Duration longest_life,
                          Time now) {
  using core::KeyState;
  core::Changes out;
  bool has_current = false;
  const auto becomes = [&](core::Key key, KeyState state) {
    key.state = state;
    key.state_since = now;
    const core::Version seen = key.version;
    out.push_back(core::PutKey{std::move(key), seen});
  };
  for (const core::Key& key : keys) {
    if (key.use != use || key.algorithm != algorithm) continue;
    if (key.state == KeyState::current) becomes(key, KeyState::retired);
    if (key.state == KeyState::retired && key.state_since + longest_life <= now) {
      out.push_back(core::DeleteKey{key.id});
    }
    if (key.state == KeyState::next) {
      becomes(key, has_current ? KeyState::retired : KeyState::current);
      has_current = true;
    }
  }
  if (!has_current) {
    out.push_back(core::PutKey{new_key(master, use, algorithm, KeyState::current, now), 0});
  }
  if (has_next(use)) {
    out.push_back(core::PutKey{new_key(master, use, algorithm, KeyState::next, now), 0});
  }
  return out;
}

core::Changes replace_keys(const std::vector<core::Key>& keys, const MasterKey& master,
                           core::KeyUse use, std::string_view algorithm, Time now) {
  core::Changes out;
  for (const core::Key& key : keys) {
    if (key.use == use && key.algorithm == algorithm) out.push_back(core::DeleteKey{key.id});
  }
  append_new_keys(master, use, algorithm, now, out);
  return out;
}

const SigningKey* Keys::signer(jose::Algorithm algorithm) const {
  const auto key = std::ranges::find(signing, algorithm, &SigningKey::algorithm);
  return key == signing.end() ? nullptr : &*key;
}

namespace {

// A signing key's row becomes a key that verifies and, while current, one that signs.
Result<Unit, std::string> open_signing_key(const core::Key& row, const Secret& bytes, Keys& keys,
                                           core::Keyring& ring) {
  const auto algorithm = jose::algorithm_named(row.algorithm);
  if (!algorithm) {
    return fail(
        fmt::format("{}: this version of grantd does not know its algorithm: run the "
                    "version that made it",
                    name_of(row)));
  }
  auto key = jose::PrivateKey::from_pkcs8(bytes);
  if (!key) return fail(fmt::format("{}: {}", name_of(row), key.error().reason));
  if (!ring.verify_keys.add({row.id, key->public_key(), algorithm})) {
    return fail(
        fmt::format("{}: stands twice, or its bytes are a key of another kind", name_of(row)));
  }
  if (row.state == core::KeyState::current) {
    keys.signing.push_back({row.id, *algorithm, std::move(*key)});
  }
  return Unit();
}

Result<Unit, std::string> open_key(const core::Key& row, const MasterKey& master, Keys& keys,
                                   core::Keyring& ring) {
  Secret bytes = TRY(unwrap_key(master, row));
  if (row.use == core::KeyUse::sign) return open_signing_key(row, bytes, keys, ring);
  const auto number = number_of(row.id);
  if (!number || bytes.size() != kKeyBytes) {
    return fail(fmt::format("{}: expected a number as its id and {} bytes, found {} bytes",
                            name_of(row), kKeyBytes, bytes.size()));
  }
  if (row.use == core::KeyUse::remember) {
    if (row.state == core::KeyState::current) keys.remember = std::move(bytes);
    return Unit();
  }
  if (row.use == core::KeyUse::pairwise) {
    if (row.state == core::KeyState::current) ring.pairwise = std::move(bytes);
    return Unit();
  }
  ring.seal_keys.push_back({*number, row.use, row.state, std::move(bytes)});
  return Unit();
}

bool seals(const core::Keyring& ring, core::KeyUse use) {
  return std::ranges::any_of(ring.seal_keys, [&](const core::SealKey& key) {
    return key.use == use && key.state == core::KeyState::current;
  });
}

}  // namespace

Result<std::shared_ptr<const Keys>, std::string> open_keys(const std::vector<core::Key>& keys,
                                                           const MasterKey& master,
                                                           const oauth::Issuer& issuer,
                                                           std::uint64_t configuration) {
  auto out = std::make_shared<Keys>();
  auto ring = std::make_shared<core::Keyring>();
  ring->issuer = issuer;
  ring->configuration = configuration;
  for (const core::Key& row : keys) TRY(open_key(row, master, *out, *ring));

  const char* const missing = out->signing.empty()                        ? "sign"
                              : !seals(*ring, core::KeyUse::seal_front)   ? "seal_front"
                              : !seals(*ring, core::KeyUse::seal_refresh) ? "seal_refresh"
                              : out->remember.empty()                     ? "remember"
                              : ring->pairwise.empty()                    ? "pairwise"
                                                                          : nullptr;
  if (missing != nullptr) {
    return fail(
        fmt::format("the store has no current key for \"{0}\": bring the store back from a "
                    "backup, or make a new one with `grantd key rotate --use {0}`",
                    missing));
  }
  out->jwks = ring->verify_keys.to_json().dump();
  out->ring = std::move(ring);
  return out;
}

}  // namespace grantd::server
