// The comfortable guard: keys, introspection and memory of its own.
//
//   grantd::guard::Guard guard({.issuer = "https://auth.example",
//                               .audience = "https://api.example"});
//   static const auto kRead = grantd::guard::Need::of("notes.read");
//
//   auto token = guard.check(request.header("Authorization"), kRead);
//   if (!token) return reply(token.error().status, token.error().fields(), token.error().body);
//   … (*token)->subject …
//
// What lives here: how an API learns and keeps its issuer's keys, what it remembers of tokens. What
// does not: the rules (check_token.h, introspection.h), which need none of this.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/guard/check_token.h"
#include "grantd/guard/introspection.h"
#include "grantd/guard/resource_metadata.h"

namespace grantd::guard {

// The API. Issuer and audience say all that must be said; what is left out has a safe meaning.
struct Api {
  std::string issuer = {};    // https, or http to this machine; byte for byte
  std::string audience = {};  // its own URI, as tokens have it in `aud`
  std::string realm = {};     // in challenges (RFC 9110 §11.5); may be empty
  // The algorithms that the issuer signs with; fewer are better.
  std::vector<jose::Algorithm> algorithms = {jose::Algorithm::es256, jose::Algorithm::rs256,
                                             jose::Algorithm::ps256, jose::Algorithm::eddsa};
  Duration skew = kSkewMax;  // between the clocks

  // For opaque tokens; without it every token must be a JWT.
  std::optional<Introspection> introspection = {};

  // For the metadata document (RFC 9728 §2).
  std::vector<std::string> scopes_supported = {};
  std::string name = {};
  std::string documentation = {};

  // ---- the keys
  std::string jwks_uri = {};               // empty: as the issuer publishes it
  std::optional<jose::KeySet> keys = {};   // these and no others: nothing is ever fetched
  Duration keys_every = std::chrono::minutes(5);  // how often they are read anew, behind the scenes
  // How long they count while the issuer is out of reach; then every JWT is answered with 503.
  Duration keys_stale_max = std::chrono::hours(24);
  Duration fetch_max = std::chrono::seconds(5);  // of each fetch, in all
  std::string ca_file = {};  // PEM: authorities to trust instead of the system's

  // ---- limits
  Duration wait_max = std::chrono::seconds(2);  // of a check, for keys or an answer that is missing
  std::size_t waiting_max = 256;    // checks that wait at one time; past it the answer is 503
  std::size_t tokens_max = 10'000;  // verified JWTs that are remembered; 0: none

  // Told in one line, on a thread of the guard's, when keys or answers cannot be had and when they
  // can again. Without it: a line of grantd's log (base/log.h; standard error).
  std::function<void(const std::string& line)> notice = {};
  std::function<Time()> clock = {};  // for tests, from any thread; without it the system's
};

// Why a request is not served, ready to be sent.
struct Refusal {
  int status = 401;              // 401, 400 or 403; 503: nobody can say at the moment
  std::string www_authenticate;  // RFC 6750 §3; empty with 503
  int retry_after_seconds = 0;   // of 503
  std::string body;              // application/json: {"error": …, "error_description": …}
  std::string reason;            // for the operator's log; not for the client

  // The header fields of the answer: Content-Type, Cache-Control, WWW-Authenticate or Retry-After.
  std::vector<std::pair<std::string, std::string>> fields() const;
};

// What the token says, or why not. The token stays whole for as long as somebody holds it.
using Verdict = Result<std::shared_ptr<const AccessToken>, Refusal>;
using VerdictDone = std::move_only_function<void(Verdict)>;

// For any thread. Once the keys are there and a token has been seen, checking it again takes no
// lock and does no I/O.
class Guard {
 public:
  // Begins to fetch the keys, on a thread of its own, and waits for nothing. What is wrong with the
  // settings is told by ready(), and then everything is refused with 503.
  explicit Guard(Api api);
  // Checks that wait are answered with 503; waits for a fetch under way, at most fetch_max.
  ~Guard();
  Guard(Guard&&) noexcept;
  Guard& operator=(Guard&&) noexcept;

  // Judges the value of the request's Authorization field; empty: it has none. A request with two
  // of them is judged by both, joined by ", " (RFC 9110 §5.3), and so refused.
  //
  // Waits, at most wait_max, where something must be fetched first: the first keys, the keys anew
  // for a token of an unknown one (at most once in 30 s, JW-04), the issuer's answer about an
  // opaque token. Not from a VerdictDone.
  Verdict check(std::string_view authorization, const Need& need = {});
  // The same for an event loop: never waits. `done` is called once: before this returns where
  // nothing is missing, else later on a thread of the guard's.
  void check(std::string_view authorization, const Need& need, VerdictDone done);
  // The same without fetching: nothing where something is missing.
  std::optional<Verdict> look(std::string_view authorization, const Need& need = {}) const;

  // A refusal of the API's own, with the guard's realm and metadata in its challenge.
  Refusal refuse(const TokenError& error) const;

  // Whether the keys are there, waiting at most `wait` for them: for a readiness probe. The error
  // is one line: what is wrong with the settings, or why the keys cannot be had.
  Result<Unit, std::string> ready(Duration wait = Duration::zero());

  // RFC 9728: the document and where to serve it; nothing where the audience is no https URI.
  const std::optional<ResourceMetadata>& metadata() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace grantd::guard
