// Requests that the app signed: OpenID Connect Core §6, RFC 9101.
#include "grantd/base/encoding.h"
#include "tests/rules/client_keys.h"
#include "tests/rules/openid.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kObjectAt = "https://app.example/request.jwt";
const std::string kBadObject = "error invalid_request_object" + kOpenidBack;

void with_keys(Scene& scene) {
  with_openid(scene);
  Client& web = scene.facts.client("web");
  web.jwks = own_keys().to_json().dump();
  web.request_uris = {std::string(kObjectAt) + "#a-version"};
}

// All parameters of the request inside.
Signed object() {
  Signed made;
  made.claims = Json::object({{"iss", "web"}, {"aud", kIssuerText}});
  const Params params = openid_request();
  for (const char* name : {"client_id", "redirect_uri", "response_type", "scope", "state",
                           "code_challenge", "code_challenge_method"}) {
    if (!params.get(name).empty()) made.claims.set(name, params.get(name));
  }
  return made;
}

using Change = std::function<void(Scene&, Signed&)>;
void as_it_is(Scene&, Signed&) {}

// OpenID Connect Core §6.1: what must stand outside too, and redirect_uri and state for answers.
Params outside() {
  return {{"client_id", "web"},
          {"response_type", "code"},
          {"scope", "openid"},
          {"redirect_uri", std::string(kAppUri)},
          {"state", "xyz"}};
}

Row by_value(std::string id, std::string title, std::string want, Change change = as_it_is,
             Params beside = outside()) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            with_keys(scene);
            Signed made = object();
            change(scene, made);
            return scene.signed_in(beside.with("request", made.text()));
          }, std::move(want)};
}

Change claim(std::string name, Json value) {
  return [=](Scene&, Signed& made) { made.claims.set(name, value); };
}
Change header(std::string name, Json value) {
  return [=](Scene&, Signed& made) { made.header.set(name, value); };
}
Change time_claim(std::string name, Duration from_now) {
  return [=](Scene& scene, Signed& made) {
    made.claims.set(name, to_seconds(scene.now + from_now));
  };
}

TEST(request_object, says_what_is_asked) {
  const Params minimal = Params{{"client_id", "web"}, {"response_type", "code"},
                                {"scope", "openid"}};
  run({
      by_value("OIDC Core §6.1", "all of it inside", kOpenidCode),
      by_value("oidcc-ensure-request-object-with-redirect-uri", "redirect_uri inside alone",
               kOpenidCode, as_it_is, minimal),
      by_value("oidcc-ensure-request-object-with-redirect-uri", "another outside", kOpenidCode,
               as_it_is, outside().with("redirect_uri", "https://app.example/cb_invalid")),
      by_value("OIDC Core §6.1", "the object's state counts",
               "code to https://app.example/cb state=inside scope=openid",
               claim("state", "inside")),
      by_value("OIDC Core §6.1", "max_age as a number", kLoginPage.data(),
               [](Scene& scene, Signed& made) {
                 scene.session().auth_time = scene.now - minutes(5);
                 made.claims.set("max_age", 60);
               }),
      by_value("OIDC Core §6.1", "claims as an object", kOpenidCode,
               claim("claims", Json::object({{"userinfo", Json::object({{"name", Json()}})}}))),
      by_value("RFC 9101 §4", "its own type", kOpenidCode,
               header("typ", "oauth-authz-req+jwt")),
      by_value("OIDC Core §6.1", "prompt outside counts too", "page login 200", as_it_is,
               outside().with("prompt", "login")),
      by_value("RFC 9101 §6.3", "of its own type, what is outside does not", kOpenidCode,
               header("typ", "oauth-authz-req+jwt"), outside().with("prompt", "login")),
      by_value("RFC 9101 §5", "neither iss nor aud", kOpenidCode,
               [](Scene&, Signed& made) {
                 Json claims = Json::object();
                 for (const auto& [name, value] : *made.claims.as_object()) {
                   if (name != "iss" && name != "aud") claims.set(name, value);
                 }
                 made.claims = claims;
               }),
  });
}

// RFC 8707 §2.1: several are an array.
TEST(request_object, names_resources) {
  const auto asks_for = [](std::string scope, Json resource) {
    return [=](Scene&, Signed& made) {
      made.claims.set("scope", scope);
      made.claims.set("resource", resource);
    };
  };
  const Json notes("https://notes.example"), photos("https://photos.example");
  run({
      by_value("RFC 8707 §2.1", "one as a text", "code" + kOpenidBack + " scope=openid read",
               asks_for("openid read", notes)),
      by_value("RFC 8707 §2.1", "one in an array", "code" + kOpenidBack + " scope=openid read",
               asks_for("openid read", Json(Json::Array{notes}))),
      by_value("RFC 8707 §2.1", "two, and photos is new", "page consent:more 200",
               asks_for("openid read view", Json(Json::Array{notes, photos}))),
      by_value("AZ-25", "one too many", "error invalid_target" + kOpenidBack,
               asks_for("openid read", Json(Json::Array{notes, photos}))),
      by_value("RFC 9101 §6.2", "no texts", kBadObject,
               asks_for("openid read", Json(Json::Array{notes, Json(1)}))),
  });
}

TEST(request_object, that_is_not_right_is_refused) {
  run({
      by_value("OIDC Core §6.1", "of another client", kBadObject, claim("iss", "spa")),
      by_value("fapi2 ensure-request-object-with-bad-aud-fails", "for another server", kBadObject,
               claim("aud", "https://other.example")),
      by_value("fapi2 ensure-request-object-with-multiple-aud-succeeds", "for us and another",
               kOpenidCode, claim("aud", Json::array({kIssuerText, "https://other.example"}))),
      by_value("fapi2 ensure-expired-request-object-fails", "expired", kBadObject,
               time_claim("exp", -seconds(1))),
      by_value("fapi2 ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
               "nbf 8 seconds ahead", kOpenidCode, time_claim("nbf", seconds(8))),
      by_value("RFC 7519 §4.1.5", "nbf an hour ahead", kBadObject,
               time_claim("nbf", minutes(60))),
      by_value("fapi2 ensure-request-object-with-invalid-signature-fails", "another key",
               kBadObject, [](Scene&, Signed& made) { made.key = 2; }),
      by_value("OIDC Registration §2", "another algorithm than registered", kBadObject,
               [](Scene& scene, Signed&) {
                 scene.facts.client("web").request_object_algorithm = jose::Algorithm::ps256;
               }),
      by_value("RFC 8725 §3.11", "another kind of token", kBadObject,
               header("typ", "client-authentication+jwt")),
      by_value("OIDC Core §6.1", "client_id differs", kBadObject, claim("client_id", "spa")),
      by_value("OIDC Core §6.1", "response_type differs", kBadObject,
               claim("response_type", "token")),
      by_value("RFC 9101 §4", "an object in an object", kBadObject, claim("request", "x.y.z")),
      by_value("fapi2 par-authorization-request-containing-request_uri", "a reference in it",
               kBadObject, claim("request_uri", kObjectAt)),
      by_value("OIDC Core §6.1", "a list for a scope", kBadObject,
               claim("scope", Json::array({"openid"}))),
      by_value("OIDC Core §6.1", "max_age with a fraction", kBadObject, claim("max_age", 1.5)),
  });
}

// What the object says is judged as if it had been sent.
TEST(request_object, opens_nothing_that_a_request_does_not) {
  run({
      by_value("RU-01", "an unregistered redirect_uri inside", "page bad_return_address 400",
               claim("redirect_uri", "https://evil.example/cb")),
      by_value("RFC 6749 §3.3", "a scope beyond", "error invalid_scope" + kOpenidBack,
               claim("scope", "openid admin")),
      by_value("OIDC Core §3.1.2.1", "prompt=none with login",
               "error invalid_request" + kOpenidBack, claim("prompt", "none login")),
  });
}

Row plain(std::string id, std::string title, std::string want, Params params,
          std::function<void(Scene&)> arrange = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            with_keys(scene);
            arrange(scene);
            return scene.signed_in(params);
          }, std::move(want)};
}

TEST(request_object, is_read_strictly) {
  const std::string none = base64url_encode(as_bytes(R"({"alg":"none"})")) + "." +
                           base64url_encode(as_bytes(object().claims.dump())) + ".";
  const auto required = [](Scene& scene) {
    scene.facts.client("web").require_request_object = true;
  };
  run({
      plain("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
            "alg none", kBadObject, outside().with("request", none)),
      plain("AZ-19", "no JWT", kBadObject, outside().with("request", "x.y.z")),
      plain("AZ-19", "a client without keys", kBadObject, outside().with("request", none),
            [](Scene& scene) { scene.facts.client("web").jwks.clear(); }),
      plain("RFC 6749 §3.1", "sent twice", "error invalid_request" + kOpenidBack,
            outside().with("request", "x.y.z").also("request", "x.y.z")),
      plain("RFC 9101 §5", "by value and by reference", "error invalid_request" + kOpenidBack,
            outside().with("request", none).with("request_uri", std::string(kObjectAt))),
      plain("RFC 9101 §10.5", "required, and not there", "error invalid_request" + kOpenidBack,
            openid_request(), required),
      plain("RU-34", "nowhere to answer", "page bad_return_address 400",
            outside().with("request", "x.y.z").with("redirect_uri", "https://evil.example/")),
      by_value("RFC 9101 §10.5", "required, and there", kOpenidCode,
               [=](Scene& scene, Signed&) { required(scene); }),
  });
}

TEST(request_object, by_reference_is_fetched_where_it_was_registered) {
  const std::string uri(kObjectAt);
  const std::string ask_it = "ask document " + uri;
  const Params referred = outside().with("request_uri", uri);
  const std::string bad_uri = "error invalid_request_uri" + kOpenidBack;
  const auto lies_there = [=](std::string body, std::string error = {}) {
    return [=](Scene& scene) {
      scene.facts.documents[uri] = {.body = body, .error = error, .fetched = scene.now};
    };
  };
  run({
      plain("OIDC Core §6.2, RFC 9101 §5.2", "asked for", ask_it, referred),
      plain("oidcc-request-uri-signed-rs256", "with the fragment that was registered",
            ask_it, outside().with("request_uri", uri + "#a-version")),
      plain("JW-04", "with a fragment that nobody registered: the same document", ask_it,
            outside().with("request_uri", uri + "#" + std::string(43, 'x'))),
      plain("OIDC Core §6.2", "a hash that the kept one has not: it is asked for anew",
            ask_it + " anew", outside().with("request_uri", uri + "#" + std::string(43, 'x')),
            lies_there(object().text())),
      {"OIDC Core §6.2", "a hash that the kept one has",
       [=](Scene& scene) {
         with_keys(scene);
         const std::string text = object().text();
         lies_there(text)(scene);
         return scene.signed_in(
             outside().with("request_uri", uri + "#" + base64url_encode(sha256(text))));
       },
       kOpenidCode},
      plain("JW-04", "asked anew: what is there is what there is", kOpenidCode,
            outside().with("request_uri", uri + "#" + std::string(43, 'x')),
            [=](Scene& scene) {
              lies_there(object().text())(scene);
              scene.facts.documents[uri].asked_anew = true;
            }),
      plain("oidcc-request-uri-signed-rs256", "it says what is asked", kOpenidCode, referred,
            lies_there(object().text() + "\n")),
      plain("RFC 9110 §15.5.15", "longer than a request may be", kBadObject, referred,
            [=](Scene& scene) {
              Signed made = object();
              made.claims.set("login_hint", std::string(9000, 'a'));
              lies_there(made.text())(scene);
            }),
      plain("OIDC Core §6.2", "out of reach", bad_uri, referred, lies_there("", "refused")),
      plain("OIDC Core §6.2", "something else lies there", kBadObject, referred,
            lies_there("<html>")),
      plain("AZ-19, RFC 9101 §10.4.1", "not registered: never fetched", bad_uri,
            outside().with("request_uri", "https://app.example/other.jwt")),
      plain("DR-04", "the inside network", bad_uri,
            outside().with("request_uri", "http://169.254.169.254/latest")),
      plain("DR-04", "a prefix of what is registered", bad_uri,
            outside().with("request_uri", uri + ".evil.example/")),
  });
}

// The form that a person fills in carries what the object said: nothing is fetched or judged twice.
TEST(request_object, is_resolved_once) {
  Scene scene;
  with_keys(scene);
  scene.facts.documents[std::string(kObjectAt)] = {.body = object().text(), .fetched = scene.now};
  scene.session().ended = true;
  const Decision login = scene.decide(
      scene.signed_in(outside().with("request_uri", std::string(kObjectAt))));
  const auto& form = std::get<LoginFormPayload>(std::get<ShowPage>(login.outcome).form);
  EXPECT_FALSE(form.request.has("request_uri"));
  EXPECT_EQ(form.request.get("code_challenge"), openid_request().get("code_challenge"));
}

}  // namespace
}  // namespace grantd::core
