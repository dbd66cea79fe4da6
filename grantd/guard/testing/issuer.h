// An authorization server inside a test: makes keys, mints tokens good and bad, and serves
// metadata, keys and introspection on 127.0.0.1.
//
//   grantd::testing::Issuer issuer;
//   grantd::guard::Guard guard(issuer.api());
//   guard.check("Bearer " + issuer.token({.scope = "notes.read"}), Need::of("notes.read"));
//   for (const auto& bad : issuer.bad_tokens()) … expect 401 for bad.text, which is bad.name …
//
// For tests only: a library of its own (grantd::testing), so that no API links it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/guard/guard.h"

namespace grantd::testing {

struct IssuerOptions {
  std::string audience = "https://api.test";  // the API that its tokens are for
  jose::Algorithm algorithm = jose::Algorithm::es256;
  // Whether it serves on 127.0.0.1, at any free port. Without, it is "https://issuer.test" and the
  // keys are in api().
  bool listens = true;
  std::function<Time()> clock = {};  // of iat and exp; without it the system's
};

// What a token says; each has an ordinary value.
struct Wish {
  std::string subject = "user-1";
  std::string scope = {};
  std::string client_id = "app-1";
  std::chrono::seconds lifetime{900};  // negative: expired
  // Claims to add or to replace; null takes one away.
  Json claims = {};
};

struct BadToken {
  std::string name;  // what is bad about it: "expired"
  std::string text;
};

// How it answers from now on.
enum class Mood {
  sound,
  failing,  // everything with 503
  silent,   // nothing, until the mood changes
};

// From any thread.
class Issuer {
 public:
  explicit Issuer(IssuerOptions options = {});
  ~Issuer();
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  const std::string& url() const;  // the issuer identifier
  const std::string& audience() const;
  // The settings of a guard for this API at this issuer; the same clock.
  guard::Api api() const;
  // The same with introspection, by client_secret_basic or by private_key_jwt.
  guard::Api api_with_introspection(bool by_key = false) const;

  // A JWT access token (RFC 9068) by the key of now.
  std::string token(const Wish& wish = {}) const;
  // An opaque one ("gat_…"), active until its end or until revoke().
  std::string opaque_token(const Wish& wish = {});
  void revoke(std::string_view opaque_token);
  // One of each kind that an API must refuse with 401 (RFC 8725; RFC 9068 §4).
  std::vector<BadToken> bad_tokens(const Wish& wish = {}) const;

  jose::KeySet keys() const;  // as it publishes them
  void rotate();              // another key signs from now on; the ones before stay published
  void forget_old_keys();     // after a leak: only the key of now is published

  void set_mood(Mood mood);
  // How often this path was asked for: "/jwks", "/introspect",
  // "/.well-known/oauth-authorization-server".
  int asked(std::string_view path) const;
  // Waits until it was asked so often; false after 10 s.
  bool wait_until_asked(std::string_view path, int times) const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace grantd::testing
