// private_key_jwt: OpenID Connect Core §9, RFC 7521 §4.2, RFC 7523 §3; checklist CA-17 to CA-24.
#include "grantd/base/encoding.h"
#include "grantd/core/client_auth/assertion.h"
#include "tests/rules/client_keys.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::string kGiven = "tokens scope=read + use_once";
const std::string kRefused = "json invalid_client";

void by_key(Scene& scene) {
  Client& robot = scene.facts.client("robot");
  robot.scope = ScopeSet::parse("read").value();
  robot.auth_method = AuthMethod::private_key_jwt;
  robot.secrets.clear();
  robot.jwks = own_keys().to_json().dump();
}

Signed assertion(const Scene& scene) {
  Signed made;
  made.claims = Json::object({{"iss", "robot"},
                              {"sub", "robot"},
                              {"aud", kIssuerText},
                              {"jti", "one"},
                              {"iat", to_seconds(scene.now)},
                              {"exp", to_seconds(scene.now + minutes(1))}});
  return made;
}

Params with_assertion(std::string text) {
  return Params{{"grant_type", "client_credentials"}, {"scope", "read"}}
      .with("client_assertion_type", std::string(kAssertionType))
      .with("client_assertion", std::move(text));
}

using Change = std::function<void(Scene&, Signed&)>;
void as_it_is(Scene&, Signed&) {}

// robot's assertion, as `change` makes it; `arrange` then changes the request.
Row asserted(std::string id, std::string title, std::string want, Change change = as_it_is,
             std::function<Params(Params)> arrange = [](Params params) { return params; }) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            by_key(scene);
            Signed made = assertion(scene);
            change(scene, made);
            return scene.token(arrange(with_assertion(made.text())));
          }, std::move(want)};
}

Change claim(std::string name, Json value) {
  return [=](Scene&, Signed& made) { made.claims.set(name, value); };
}
Change time_claim(std::string name, Duration from_now) {
  return [=](Scene& scene, Signed& made) {
    made.claims.set(name, to_seconds(scene.now + from_now));
  };
}
Change without(std::string name) {
  return [=](Scene&, Signed& made) {
    Json claims = Json::object();
    for (const auto& [each, value] : *made.claims.as_object()) {
      if (each != name) claims.set(each, value);
    }
    made.claims = claims;
  };
}
Change header(std::string name, Json value) {
  return [=](Scene&, Signed& made) { made.header.set(name, value); };
}

TEST(assertion, proves_the_client_once) {
  run({
      asserted("oidcc-ensure-client-assertion-with-iss-aud-succeeds", "aud the issuer", kGiven),
      asserted("OIDC Core §9", "aud the token endpoint, as authlib sends it", kGiven,
               claim("aud", "https://auth.example/token")),
      asserted("RFC 7523 §3", "aud a list with us in it", kGiven,
               claim("aud", Json::array({"https://other.example", kIssuerText}))),
      asserted("RFC 7521 §4.2", "client_id beside it", kGiven, as_it_is,
               [](Params params) { return params.with("client_id", "robot"); }),
      asserted("RFC 7521 §4.2", "another client_id beside it", "json invalid_request", as_it_is,
               [](Params params) { return params.with("client_id", "web"); }),
      asserted("RFC 7523 §3", "a jti that was used", kRefused,
               [](Scene& scene, Signed& made) {
                 scene.facts.used_once = {read_assertion(made.text())->once};
               }),
      asserted("RFC 7519 §5.1", "typ JWT", kGiven, header("typ", "JWT")),
      asserted("RFC 7523 §3", "typ client-authentication+jwt", kGiven,
               header("typ", "client-authentication+jwt")),
      asserted("RFC 8725 §3.11", "another kind of token of the client's", kRefused,
               header("typ", "oauth-authz-req+jwt")),
  });
}

TEST(assertion, says_who_for_whom_and_how_long) {
  run({
      asserted("CA-17", "iss is not sub", kRefused, claim("iss", "web")),
      asserted("CA-17", "no iss", kRefused, without("iss")),
      asserted("CA-17", "sub is another client", kRefused, claim("sub", "web")),
      asserted("CA-17", "no sub", kRefused, without("sub")),
      asserted("CA-17", "no jti", kRefused, without("jti")),
      asserted("CA-17", "an empty jti", kRefused, claim("jti", "")),
      asserted("CA-17", "no exp", kRefused, without("exp")),
      asserted("CA-17", "exp past", kRefused, time_claim("exp", -seconds(1))),
      asserted("CA-17", "exp now", kRefused, time_claim("exp", seconds(0))),
      asserted("CA-17", "exp five minutes ahead", kGiven, time_claim("exp", minutes(5))),
      asserted("CA-17", "exp six minutes ahead", kRefused, time_claim("exp", minutes(6))),
      asserted("CA-19", "exp a year ahead", kRefused, time_claim("exp", minutes(60 * 24 * 365))),
      asserted("CA-17", "exp as text", kRefused, claim("exp", "1767268860")),
      asserted("CA-17", "nbf 8 seconds ahead", kGiven, time_claim("nbf", seconds(8))),
      asserted("CA-17", "nbf over 60 seconds ahead", kRefused, time_claim("nbf", seconds(61))),
      asserted("CA-17", "iat over 60 seconds ahead", kRefused, time_claim("iat", seconds(61))),
      asserted("RFC 7523 §3", "no aud", kRefused, without("aud")),
      asserted("RFC 7523 §3", "aud another server", kRefused,
               claim("aud", "https://other.example")),
      asserted("RFC 7523 §3", "aud with a slash more", kRefused,
               claim("aud", "https://auth.example/")),
      asserted("RFC 7523 §3", "aud another endpoint than the one asked", kRefused,
               claim("aud", "https://auth.example/introspect")),
  });
}

TEST(assertion, audience_policy_issuer_takes_that_string_alone) {
  const auto strict = [](Change change) {
    return [=](Scene& scene, Signed& made) {
      scene.facts.client("robot").assertion_audience = AssertionAudience::issuer;
      change(scene, made);
    };
  };
  run({
      asserted("FAPI2 §5.3.2.1", "the issuer", kGiven, strict(as_it_is)),
      asserted("fapi2 par-test-array-as-audience-fails", "a list", kRefused,
               strict(claim("aud", Json::array({kIssuerText})))),
      asserted("fapi2 par-test-token-endpoint-url-as-audience-fails", "the endpoint", kRefused,
               strict(claim("aud", "https://auth.example/token"))),
  });
}

TEST(assertion, is_signed_by_a_key_that_the_client_registered) {
  const auto registered = [](jose::Algorithm algorithm) {
    return [=](Scene& scene, Signed& made) {
      scene.facts.client("robot").jwks = own_keys(algorithm).to_json().dump();
      made.algorithm = algorithm;
    };
  };
  run({
      asserted("OIDC Core §9", "RS256", kGiven, registered(jose::Algorithm::rs256)),
      asserted("OIDC Core §9", "PS256", kGiven, registered(jose::Algorithm::ps256)),
      asserted("OIDC Core §9", "EdDSA", kGiven, registered(jose::Algorithm::eddsa)),
      asserted("OIDC Registration §2", "ES256, where PS256 is registered", kRefused,
               [](Scene& scene, Signed&) {
                 scene.facts.client("robot").assertion_algorithm = jose::Algorithm::ps256;
               }),
      asserted("CA-21", "an unregistered key of the same kid", kRefused,
               [](Scene&, Signed& made) { made.key = 2; }),
      asserted("CA-21", "a key in the header", kRefused,
               [](Scene&, Signed& made) {
                 made.key = 2;
                 made.header.set("jwk", *own_keys(made.algorithm, 2).to_json().find("keys")
                                             ->as_array()->begin());
               }),
      asserted("CA-21", "jku", kRefused,
               [](Scene&, Signed& made) {
                 made.key = 2;
                 made.header.set("jku", "https://evil.example/jwks");
               }),
      asserted("CA-21", "an unknown crit", kRefused, header("crit", Json::array({"x"}))),
      asserted("CA-22", "kid a path", kRefused, header("kid", "../../etc/passwd")),
      asserted("CA-22", "kid of SQL", kRefused, header("kid", "' OR '1'='1")),
      asserted("CA-23", "no signature", kRefused, as_it_is,
               [](Params params) {
                 const std::string text = params.get("client_assertion");
                 return params.with("client_assertion", text.substr(0, text.rfind('.') + 1));
               }),
      asserted("CA-23", "r = s = 0", kRefused, as_it_is,
               [](Params params) {
                 const std::string text = params.get("client_assertion");
                 return params.with("client_assertion", text.substr(0, text.rfind('.') + 1) +
                                                            base64url_encode(Bytes(64)));
               }),
      asserted("OIDC Core §9", "a client without keys", kRefused,
               [](Scene& scene, Signed&) { scene.facts.client("robot").jwks.clear(); }),
      asserted("CA-11", "a client of another method", kRefused,
               [](Scene& scene, Signed&) {
                 scene.facts.client("robot").auth_method = AuthMethod::client_secret_basic;
               }),
  });
}

TEST(assertion, comes_alone_and_with_its_type) {
  const auto set = [](std::string name, std::string value) {
    return [=](Params params) { return params.with(name, value); };
  };
  run({
      asserted("CA-24, RFC 7523 §2.2", "another type", kRefused, as_it_is,
               set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2")),
      asserted("CA-24", "no type", kRefused, as_it_is,
               [](Params params) { return params.without("client_assertion_type"); }),
      asserted("CA-24", "a type alone", kRefused, as_it_is,
               [](Params params) { return params.without("client_assertion"); }),
      asserted("CA-24", "a secret beside it", "json invalid_request", as_it_is,
               set("client_secret", "robot-secret")),
      asserted("CA-24", "two", "json invalid_request", as_it_is,
               [](Params params) { return params.also("client_assertion", "x.y.z"); }),
      asserted("CA-22", "64 KB of it", kRefused, as_it_is,
               set("client_assertion", std::string(65'536, 'a'))),
      {"CA-24", "Basic beside it",
       [](Scene& scene) {
         by_key(scene);
         return scene.token(with_assertion(assertion(scene).text()),
                            basic("robot", "robot-secret"));
       },
       "json invalid_request"},
  });
}

// RFC 7591 §2, jwks_uri; OIDC Core §10.1.1: an unknown key is looked for again, once.
TEST(assertion, keys_by_reference_are_asked_for) {
  const auto by_reference = [](Change change) {
    return [=](Scene& scene, Signed& made) {
      Client& robot = scene.facts.client("robot");
      robot.jwks.clear();
      robot.jwks_uri = kKeysAt;
      change(scene, made);
    };
  };
  const auto lies_there = [](jose::KeySet keys, bool anew = false) {
    return [=](Scene& scene, Signed&) {
      scene.facts.documents[std::string(kKeysAt)] = {
          .body = keys.to_json().dump(), .fetched = scene.now - minutes(5), .asked_anew = anew};
    };
  };
  const auto says = [](std::string body, std::string error = {}) {
    return [=](Scene& scene, Signed&) {
      scene.facts.documents[std::string(kKeysAt)] = {
          .body = body, .error = error, .fetched = scene.now};
    };
  };
  const std::string ask_them = "ask document " + std::string(kKeysAt);
  run({
      asserted("oidcc-registration-jwks-uri", "not read yet", ask_them, by_reference(as_it_is)),
      asserted("oidcc-registration-jwks-uri", "the key is there", kGiven,
               by_reference(lies_there(own_keys()))),
      asserted("oidcc-refresh-token-rp-key-rotation", "a new kid", ask_them + " anew",
               by_reference(lies_there(own_keys(jose::Algorithm::es256, 2)))),
      asserted("OIDC Core §10.1.1", "a new key of an old kid", ask_them + " anew",
               by_reference([=](Scene& scene, Signed& made) {
                 made.key = 2;
                 lies_there(own_keys())(scene, made);
               })),
      asserted("JW-04", "asked anew, and still not there", kRefused,
               by_reference(lies_there(own_keys(jose::Algorithm::es256, 2), true))),
      asserted("JW-12", "no key set", kRefused, by_reference(says("<html>"))),
      asserted("RFC 7591 §2", "out of reach", kRefused,
               by_reference(says("", "connection refused"))),
  });
}

// RFC 7009 §2.1, RFC 7662 §2.1: the other endpoints know it too, by their own URL.
TEST(assertion, works_at_every_endpoint_that_clients_call) {
  for (const std::string path : {"/revoke", "/introspect"}) {
    Scene scene;
    by_key(scene);
    Signed made = assertion(scene);
    made.claims.set("aud", std::string(kIssuerText) + path);
    const Sent sent = scene.post(path, with_assertion(made.text()).with("token", "x"));
    EXPECT_TRUE(scene.answer(sent).ends_with(" + use_once")) << path << scene.answer(sent);
  }
}

// RFC 7523 §3: what a request used up stays used, refused or not.
TEST(assertion, is_used_up_by_a_request_that_is_refused_for_something_else) {
  run({asserted("RFC 7523 §3", "a scope beyond", "json invalid_scope + use_once", as_it_is,
                [](Params params) { return params.with("scope", "write"); })});
}

}  // namespace
}  // namespace grantd::core
