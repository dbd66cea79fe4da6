#include "grantd/client/client_proof.h"

#include "grantd/base/encoding.h"
#include "grantd/client/flow_error.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"

namespace grantd::client {
namespace {

constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";  // RFC 7523 §2.2
constexpr std::int64_t kAssertionSeconds = 60;
constexpr std::string_view kBegin = "-----BEGIN PRIVATE KEY-----";
constexpr std::string_view kEnd = "-----END PRIVATE KEY-----";

// RFC 7523 §3. The audience is the issuer alone: an endpoint's URL could be one that another server
// talked us into, and the assertion would be good at the real one.
std::string make_assertion(const Settings& settings, const Moment& moment) {
  const auto& key = *settings.key;
  Json header = Json::object({{"typ", "JWT"}});
  if (!key.kid.empty()) header.set("kid", key.kid);
  const auto now = to_seconds(moment.now);
  return jose::sign_jwt(key.key, key.algorithm, header,
                        Json::object({{"iss", settings.client_id.view()},
                                      {"sub", settings.client_id.view()},
                                      {"aud", settings.provider.issuer.view()},
                                      {"jti", base64url_encode(moment.jti)},
                                      {"iat", now},
                                      {"exp", now + kAssertionSeconds}}));
}

jose::Algorithm usual_algorithm(jose::KeyType type) {
  switch (type) {
    case jose::KeyType::ec_p256: return jose::Algorithm::es256;
    case jose::KeyType::rsa: return jose::Algorithm::rs256;
    case jose::KeyType::ed25519: return jose::Algorithm::eddsa;
  }
  return jose::Algorithm::es256;
}

FlowError key_error(std::string found) {
  return settings_error(
      "a PKCS#8 private key in PEM (P-256, Ed25519, or RSA of 2048 bits and more)",
      std::move(found), "make one by `openssl genpkey -algorithm ed25519`, for example");
}

}  // namespace

Result<Unit, FlowError> check_client(const Settings& settings) {
  if (!oauth::parse_client_id(settings.client_id.view())) {
    return fail(settings_error("client_id: 1 to 255 visible ASCII characters",
                               quoted(settings.client_id.view()),
                               "set the client_id that the server knows the app by"));
  }
  const bool by_secret = settings.auth == ClientAuth::client_secret_basic ||
                         settings.auth == ClientAuth::client_secret_post;
  if (by_secret == settings.client_secret.empty()) {
    return fail(settings_error(
        "a client secret with client_secret_basic and client_secret_post, and none without",
        settings.client_secret.empty() ? "no secret" : "a secret, and another method",
        "set the method that the client is registered with, and its secret"));
  }
  if ((settings.auth == ClientAuth::private_key_jwt) != settings.key.has_value()) {
    return fail(settings_error("a key with private_key_jwt, and none without",
                               settings.key ? "a key, and another method" : "no key",
                               "set the method that the client is registered with, and its key"));
  }
  if (settings.key && !jose::fits(settings.key->key.type(), settings.key->algorithm)) {
    return fail(settings_error("an algorithm that the client's key can sign by",
                               std::string(jose::name_of(settings.key->algorithm)),
                               "set the algorithm that fits the key"));
  }
  return Unit{};
}

Request prove(const Settings& settings, const std::string& url, oauth::Form form,
              const Moment& moment) {
  Request request{.url = url,
                  .headers = {{"content-type", "application/x-www-form-urlencoded"},
                              {"accept", "application/json"}}};
  const auto secret = settings.client_secret.reveal_text();
  if (settings.auth == ClientAuth::client_secret_basic) {
    request.headers.emplace_back("authorization",
                                 oauth::make_basic(settings.client_id.view(), secret));
  } else {
    form.add("client_id", settings.client_id.str());
  }
  if (settings.auth == ClientAuth::client_secret_post) {
    form.add("client_secret", std::string(secret));
  }
  if (settings.auth == ClientAuth::private_key_jwt) {
    form.add("client_assertion_type", std::string(kAssertionType));
    form.add("client_assertion", make_assertion(settings, moment));
  }
  request.body = form.encode();
  return request;
}

Result<ClientKey, FlowError> read_client_key(std::string_view pem, std::string kid) {
  const auto begin = pem.find(kBegin);
  const auto end = pem.find(kEnd);
  if (begin == pem.npos || end == pem.npos || end < begin) {
    return fail(key_error("no \"" + std::string(kBegin) + "\""));
  }
  std::string text;
  for (const char c : pem.substr(begin + kBegin.size(), end - begin - kBegin.size())) {
    if (c != '\n' && c != '\r' && c != ' ') text += c;
  }
  auto der = base64_decode(text);
  wipe(text.data(), text.size());
  if (!der) return fail(key_error("other text than base64 between its lines"));
  const auto key = jose::PrivateKey::from_pkcs8(Secret(ByteView(*der)));
  wipe(der->data(), der->size());
  if (!key) return fail(key_error(shown(key.error().reason)));
  return ClientKey{*key, usual_algorithm(key->type()), std::move(kid)};
}

}  // namespace grantd::client
