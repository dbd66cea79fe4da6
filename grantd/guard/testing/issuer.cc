#include "grantd/guard/testing/issuer.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/guard/testing/mint.h"
#include "grantd/http/server.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"

namespace grantd::testing {
namespace {

constexpr std::string_view kApiClient = "the-api";
constexpr std::string_view kApiSecret = "the api's secret: +%";
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kDrain{1000};

SigningKey make_key(jose::Algorithm algorithm) {
  auto key = jose::PrivateKey::generate(algorithm);
  std::string kid = key.public_key().thumbprint();
  return {std::move(key), algorithm, std::move(kid)};
}

jose::PublishedKey published(const SigningKey& key) {
  return {key.kid, key.key.public_key(), key.algorithm};
}

http::Reply json_reply(int status, const Json& body) {
  http::Reply reply;
  reply.status = status;
  reply.fields.add("content-type", "application/json");
  reply.body = body.dump();
  return reply;
}

}  // namespace

class Issuer::Inside {
 public:
  explicit Inside(IssuerOptions with)
      : options(std::move(with)),
        key(make_key(options.algorithm)),
        stranger(make_key(options.algorithm)),
        api_key(make_key(jose::Algorithm::es256)) {
    published_keys.add(published(key));
    if (!options.listens) return;
    auto started = http::Server::start({}, [this](http::Request request, http::Respond respond) {
      take(std::move(request), std::move(respond));
    });
    CHECK(started.has_value());
    server = *std::move(started);
    url = "http://127.0.0.1:" + std::to_string(server->port());
  }

  ~Inside() {
    set_mood(Mood::failing);
    if (server) server->stop(kDrain);
  }

  Time now() const { return options.clock ? options.clock() : system_now(); }

  Json claims(const Wish& wish) const { return claims_of(wish, url, options.audience, now()); }

  void take(http::Request request, http::Respond respond) {
    {
      const std::lock_guard lock(mutex);
      ++asked[request.path];
      changed.notify_all();
      if (mood == Mood::silent) {
        held.emplace_back(std::move(request), std::move(respond));
        return;
      }
    }
    respond(answer(request));
  }

  void set_mood(Mood to) {
    std::vector<std::pair<http::Request, http::Respond>> free;
    {
      const std::lock_guard lock(mutex);
      mood = to;
      if (to != Mood::silent) free.swap(held);
    }
    for (auto& [request, respond] : free) respond(answer(request));
  }

  http::Reply answer(const http::Request& request) {
    const std::lock_guard lock(mutex);
    if (mood == Mood::failing) return json_reply(503, Json::object());
    if (request.path == "/.well-known/oauth-authorization-server") {
      return json_reply(200, Json::object({{"issuer", url},
                                           {"jwks_uri", url + "/jwks"},
                                           {"introspection_endpoint", url + "/introspect"}}));
    }
    if (request.path == "/jwks") return json_reply(200, published_keys.to_json());
    if (request.path == "/introspect") return introspect(request);
    return json_reply(404, Json::object());
  }

  // RFC 7662 §2.
  http::Reply introspect(const http::Request& request) {
    const auto form = oauth::Form::parse(request.body);
    if (request.method != "POST" || !form) return json_reply(400, Json::object());
    if (!is_the_api(request, *form)) {
      return json_reply(401, Json::object({{"error", "invalid_client"}}));
    }
    const auto found = opaque.find(form->get("token"));
    const bool active = found != opaque.end() && *found->second.find_int("exp") > to_seconds(now());
    return json_reply(200, active ? found->second : Json::object({{"active", false}}));
  }

  bool is_the_api(const http::Request& request, const oauth::Form& form) const {
    if (const auto basic = request.fields.find("authorization")) {
      const auto who = oauth::parse_basic(*basic);
      return who && who->user == kApiClient && who->password == kApiSecret;
    }
    jose::KeySet known;
    known.add(published(api_key));
    const jose::Algorithm allowed[] = {api_key.algorithm};
    const auto assertion = jose::verify_jwt(form.get("client_assertion"), known, allowed);
    if (!assertion) return false;
    const auto is = [&](std::string_view name, std::string_view value) {
      const auto* text = assertion->claims.find_string(name);
      return text && *text == value;
    };
    const auto* end = assertion->claims.find_int("exp");
    return is("iss", kApiClient) && is("sub", kApiClient) && is("aud", url) && end &&
           *end > to_seconds(now());
  }

  const IssuerOptions options;
  std::string url = "https://issuer.test";
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  SigningKey key;
  const SigningKey stranger;
  const SigningKey api_key;
  jose::KeySet published_keys;
  std::map<std::string, Json, std::less<>> opaque;  // what introspection says of each
  std::map<std::string, int, std::less<>> asked;
  Mood mood = Mood::sound;
  std::vector<std::pair<http::Request, http::Respond>> held;
  std::unique_ptr<http::Server> server;  // last: its threads use all of the above
};

Issuer::Issuer(IssuerOptions options) : inside_(std::make_unique<Inside>(std::move(options))) {}
Issuer::~Issuer() = default;

const std::string& Issuer::url() const {
  return inside_->url;
}

const std::string& Issuer::audience() const {
  return inside_->options.audience;
}

guard::Api Issuer::api() const {
  guard::Api api;
  api.issuer = url();
  api.audience = audience();
  api.clock = inside_->options.clock;
  if (!inside_->options.listens) api.keys = keys();
  return api;
}

guard::Api Issuer::api_with_introspection(bool by_key) const {
  guard::Api api = this->api();
  guard::Introspection settings;
  settings.client_id = kApiClient;
  settings.prefix = "gat_";
  if (by_key) {
    const SigningKey& key = inside_->api_key;
    settings.key = guard::IntrospectionKey{key.key, key.algorithm, key.kid};
  } else {
    settings.client_secret = Secret(kApiSecret);
  }
  api.introspection = std::move(settings);
  return api;
}

std::string Issuer::token(const Wish& wish) const {
  const std::lock_guard lock(inside_->mutex);
  return mint(inside_->key, inside_->claims(wish));
}

std::string Issuer::opaque_token(const Wish& wish) {
  std::string token = "gat_" + base64url_encode(random_bytes<24>());
  Json says = inside_->claims(wish);
  says.set("active", true).set("token_type", "Bearer");
  const std::lock_guard lock(inside_->mutex);
  inside_->opaque.emplace(token, std::move(says));
  return token;
}

void Issuer::revoke(std::string_view opaque_token) {
  const std::lock_guard lock(inside_->mutex);
  const auto found = inside_->opaque.find(opaque_token);
  if (found != inside_->opaque.end()) inside_->opaque.erase(found);
}

std::vector<BadToken> Issuer::bad_tokens(const Wish& wish) const {
  const std::lock_guard lock(inside_->mutex);
  return mint_bad(inside_->key, inside_->stranger, inside_->claims(wish));
}

jose::KeySet Issuer::keys() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->published_keys;
}

void Issuer::rotate() {
  SigningKey next = make_key(inside_->options.algorithm);
  const std::lock_guard lock(inside_->mutex);
  inside_->published_keys.add(published(next));
  inside_->key = std::move(next);
}

void Issuer::forget_old_keys() {
  const std::lock_guard lock(inside_->mutex);
  jose::KeySet rest;
  rest.add(published(inside_->key));
  inside_->published_keys = std::move(rest);
}

void Issuer::set_mood(Mood mood) {
  inside_->set_mood(mood);
}

int Issuer::asked(std::string_view path) const {
  const std::lock_guard lock(inside_->mutex);
  const auto found = inside_->asked.find(path);
  return found == inside_->asked.end() ? 0 : found->second;
}

bool Issuer::wait_until_asked(std::string_view path, int times) const {
  std::unique_lock lock(inside_->mutex);
  return inside_->changed.wait_for(lock, kPatience, [&] {
    const auto found = inside_->asked.find(path);
    return found != inside_->asked.end() && found->second >= times;
  });
}

}  // namespace grantd::testing
