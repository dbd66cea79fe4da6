// The rule table of an authorization request: RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2,
// OpenID Connect Core §3.1.2.1; checklists AZ and PK (authorize).
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

const std::string kBack = " to https://app.example/cb state=xyz";
const std::string kCode = "code" + kBack + " scope=read";
std::string red(std::string_view error) { return "error " + std::string(error) + kBack; }

Row asked(std::string id, std::string title, Params params, std::string want,
          std::function<void(Scene&)> arrange = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            arrange(scene);
            return scene.signed_in(params);
          }, std::move(want)};
}

// OAuth 2.1 §4.1, RFC 9700 §2.1.2.
TEST(authorize, only_the_code_flow_by_query_is_answered) {
  std::vector<Row> rows{
      asked("RFC 6749 §4.1.1", "as it should be", ask(), kCode),
      asked("AZ-01, RFC 6749 §3.1.1", "no response_type", ask().without("response_type"),
            red("invalid_request")),
      asked("AZ-01", "an empty one", ask().with("response_type", ""), red("invalid_request")),
      asked("AZ-26", "the client lacks the grant",
            ask("robot").with("redirect_uri", std::string(kAppUri)), red("unauthorized_client"),
            [](Scene& scene) {
              scene.facts.client("robot").redirect_uris = {
                  RedirectUri::parse(kAppUri).value()};
            }),
      asked("AZ-03", "an unknown response_mode", ask().with("response_mode", "foo"),
            red("invalid_request")),
      asked("AZ-03", "response_mode=query", ask().with("response_mode", "query"), kCode),
      asked("AZ-19", "request=", ask().with("request", "eyJhbGciOiJub25lIn0.e30."),
            red("invalid_request_object")),
      asked("AZ-19", "request_uri=", ask().with("request_uri", "https://evil.example/r"),
            red("invalid_request_uri")),
      asked("AZ-21, OIDC Core §7.2.1", "registration=", ask().with("registration", "{}"),
            red("registration_not_supported")),
  };
  for (const char* type : {"token", "id_token", "id_token token", "code token", "CODE", "none",
                           "code code", " code"}) {
    rows.push_back(asked("AZ-02", type, ask().with("response_type", type),
                         red("unsupported_response_type")));
  }
  for (const char* mode : {"fragment", "web_message", "Form_post", "Query", "jwt"}) {
    rows.push_back(asked("AZ-04", mode, ask().with("response_mode", mode),
                         red("invalid_request")));
  }
  run(rows);
}

TEST(authorize, a_parameter_stands_once) {
  std::vector<Row> rows;
  for (const char* name : {"response_type", "scope", "code_challenge", "code_challenge_method",
                           "nonce", "prompt", "response_mode", "max_age", "ui_locales"}) {
    rows.push_back(asked("RFC 6749 §3.1", name, ask().with(name, "code").also(name, "code"),
                         red("invalid_request")));
  }
  rows.push_back(asked("RFC 6749 §3.1", "state: none is sent back", ask().also("state", "abc"),
                       "error invalid_request to https://app.example/cb state="));
  rows.push_back(asked("RFC 6749 §3.1", "an unknown one may", ask().also("x", "1").also("x", "2"),
                       kCode));
  // Parameters of OpenID Connect are unknown until it is there: ignored, whatever is in them.
  rows.push_back(asked("AZ-17", "claims", ask().with("claims", std::string(5'000, '[')), kCode));
  rows.push_back(asked("AZ-15", "id_token_hint", ask().with("id_token_hint", "e30.e30."), kCode));
  rows.push_back(asked("AZ-29", "names in other case are unknown",
                       ask().with("SCOPE", "write").with("scope[]", "write"), kCode));
  run(rows);
}

TEST(authorize, scope_is_what_the_client_may_ask_for) {
  const auto narrow = [](Scene& scene) {
    scene.facts.client("web").scope = ScopeSet::parse("read").value();
  };
  run({
      asked("AZ-07", "beyond the client's", ask().with("scope", "read write"),
            red("invalid_scope"), narrow),
      asked("RFC 6749 §3.3", "of no API", ask().with("scope", "read root"), red("invalid_scope")),
      asked("RFC 6749 §3.3", "of no API, though the client may", ask().with("scope", "root"),
            red("invalid_scope"),
            [](Scene& scene) {
              scene.facts.client("web").scope = ScopeSet::parse("root").value();
            }),
      asked("RFC 6749 §3.3", "two blanks", ask().with("scope", "read  write"),
            red("invalid_scope")),
      asked("RFC 6749 §3.3", "a quote", ask().with("scope", "re\"ad"), red("invalid_scope")),
      asked("RFC 6749 §3.3", "in other case", ask().with("scope", "READ"), red("invalid_scope")),
      asked("RFC 6749 §3.3", "none, and no default", ask().without("scope"),
            red("invalid_scope")),
      asked("RFC 6749 §3.3", "none: the default stands in", ask().without("scope"), kCode,
            [](Scene& scene) {
              scene.facts.client("web").default_scope = ScopeSet::parse("read").value();
            }),
      asked("RFC 6749 §3.3", "offline_access alone opens nothing",
            ask().with("scope", "offline_access"), red("invalid_scope")),
      asked("RT-13", "offline_access of a client that may not refresh is left out",
            ask("short").with("scope", "read offline_access"), kCode),
  });
}

TEST(authorize, pkce_is_required_and_s256) {
  const Params bare = ask().without("code_challenge").without("code_challenge_method");
  const auto relaxed = [](std::string_view id) {
    return [id = std::string(id)](Scene& scene) {
      scene.facts.client(id).pkce = PkcePolicy::optional;
    };
  };
  std::vector<Row> rows{
      asked("PK-01", "none, a public client", bare.with("client_id", "spa"),
            red("invalid_request")),
      asked("PK-01", "none, a public client that was marked optional",
            bare.with("client_id", "spa"), red("invalid_request"), relaxed("spa")),
      asked("PK-01", "none, a confidential client", bare, red("invalid_request")),
      asked("OAuth 2.1 §7.5.1", "none, a confidential client marked optional",
            bare.with("client_id", "classic"), kCode),
      asked("PK-03, RFC 7636 §4.4.1", "plain", ask().with("code_challenge_method", "plain"),
            red("invalid_request")),
      asked("PK-03", "plain, where PKCE is optional",
            ask("classic").with("code_challenge_method", "plain"), red("invalid_request")),
      asked("PK-03", "no method means plain", ask().without("code_challenge_method"),
            red("invalid_request")),
      asked("RFC 7636 §4.3", "a method without a challenge",
            ask("classic").without("code_challenge"), red("invalid_request")),
  };
  for (const char* method : {"s256", "S512", "none", "S256 plain", "S256 "}) {
    rows.push_back(asked("PK-05", method, ask().with("code_challenge_method", method),
                         red("invalid_request")));
  }
  const std::string good(kChallenge);
  for (const std::string& challenge :
       {good.substr(0, 42), good + "A", std::string(129, 'a'), good.substr(0, 42) + "=",
        good.substr(0, 42) + "+", good.substr(0, 42) + "/", good.substr(0, 42) + " ",
        good.substr(0, 41) + "\xc3\xa4", good.substr(0, 42) + "N", good + "="}) {
    rows.push_back(asked("PK-06, RFC 7636 §4.2", challenge, ask().with("code_challenge", challenge),
                         red("invalid_request")));
  }
  run(rows);
}

TEST(authorize, max_age_and_prompt_are_read_strictly) {
  std::vector<Row> rows{
      asked("AZ-12", "prompt=none login", ask().with("prompt", "none login"),
            red("invalid_request")),
      asked("AZ-12", "prompt=consent none", ask().with("prompt", "consent none"),
            red("invalid_request")),
      asked("OIDC Core §3.1.2.1", "an unknown prompt", ask().with("prompt", "create"),
            red("invalid_request")),
      asked("OIDC Core §3.1.2.1", "a nonce of 513 characters",
            ask().with("nonce", std::string(513, 'n')), red("invalid_request")),
      asked("OIDC Core §3.1.2.1", "a nonce of 512", ask().with("nonce", std::string(512, 'n')),
            kCode),
  };
  for (const char* age : {"-1", "1e9", "99999999999999999999", "abc", "1.5", " 1", "1 ", "+1",
                          "0x10", "100000001", "-0"}) {
    rows.push_back(asked("AZ-14", age, ask().with("max_age", age), red("invalid_request")));
  }
  for (const char* age : {"100000000", "3600"}) {
    rows.push_back(asked("AZ-14", age, ask().with("max_age", age), kCode));
  }
  run(rows);
}

TEST(authorize, state_comes_back_byte_for_byte) {
  for (const std::string& state :
       {std::string("<>\"'&;%+ #?/\\"), std::string("\xc3\xa4\xf0\x9f\x9b\xb6"),
        std::string(4096, '&'), std::string("a\r\nSet-Cookie: x=1")}) {
    Scene scene;
    const Decision good = scene.decide(scene.signed_in(ask().with("state", state)));
    ASSERT_TRUE(std::holds_alternative<SendCode>(good.outcome)) << "AZ-10";
    EXPECT_EQ(std::get<SendCode>(good.outcome).to.state(), state) << "AZ-10";
    const Decision bad =
        scene.decide(scene.signed_in(ask().with("state", state).with("scope", "root")));
    ASSERT_TRUE(std::holds_alternative<SendError>(bad.outcome)) << "AZ-10";
    EXPECT_EQ(std::get<SendError>(bad.outcome).to.state(), state) << "AZ-10";
  }
}

// AZ-10, AZ-23: what is accepted must also come back from the login page, whose answer carries it
// sealed in a URL; heads are limited to 16 KiB.
TEST(authorize, what_is_accepted_fits_into_the_way_back) {
  Scene scene;
  std::string umlauts;
  while (umlauts.size() < 7'000) umlauts += "\xc3\xa4";
  for (const std::string& state : {std::string(4096, '&'), umlauts}) {
    const Decision shown = scene.decide(scene.authorize(ask().with("state", state)));
    const auto* page = std::get_if<ShowPage>(&shown.outcome);
    ASSERT_TRUE(page);
    ASSERT_TRUE(page->again.has_value());
    EXPECT_LE(scene.text(*page->again).size(), 12u * 1024);
  }
  EXPECT_EQ(scene.answer(scene.signed_in(ask().with("state", std::string(9'000, 'x')))),
            "page bad_request 400");
  EXPECT_EQ(scene.answer(scene.signed_in(ask().with("x", std::string(9'000, 'x')))), kCode)
      << "unknown parameters are not carried";
}

TEST(authorize, a_post_is_asked_again_by_get) {
  Scene scene;
  Sent post = scene.post("/authorize", ask().with("x", "1"));
  EXPECT_EQ(scene.answer(post), "ask_by_get " + ask().encode()) << "RFC 6749 §3.1";
  post.query = "scope=write";
  EXPECT_EQ(scene.answer(post), "page bad_request 400") << "AZ-06";
  post.query.clear();
  post.content_type = "application/json";
  EXPECT_EQ(scene.answer(post), "page bad_request 400");
  post.content_type = "application/x-www-form-urlencoded;charset=utf-16";
  EXPECT_EQ(scene.answer(post), "page bad_request 400") << "TK-11";
  // RFC 9110 §9.3.2: HEAD would be GET, and draw a code.
  for (const char* method : {"HEAD", "PUT", "DELETE", "TRACE", "PATCH", "get"}) {
    Sent sent = scene.signed_in(ask());
    sent.method = method;
    EXPECT_EQ(scene.answer(sent), "method_not_allowed GET, POST") << "AZ-22 " << method;
  }
}

TEST(authorize, a_request_has_bounds) {
  const auto hint = [](std::size_t size) {
    return ask().with("login_hint", std::string(size, 'h'));
  };
  run({
      asked("RFC 9110 §15.5.15", "more than 8 KiB", hint(8 * 1024), "page bad_request 400"),
      asked("RFC 9110 §15.5.15", "not quite", hint(7 * 1024), kCode),
  });
}

// AZ-24: the hint is only ever text in the form; a known and an unknown name read the same.
TEST(authorize, a_login_hint_fills_the_form_and_tells_nothing) {
  Scene scene;
  for (const std::string& hint : {std::string("\"><script>"), std::string("ada"),
                                  std::string("nobody"), std::string(300, 'h')}) {
    const Decision shown = scene.decide(scene.authorize(ask().with("login_hint", hint)));
    EXPECT_EQ(gist(shown), "page login 200");
    const auto& login = std::get<LoginPage>(std::get<ShowPage>(shown.outcome).page);
    EXPECT_EQ(login.login, hint.substr(0, 254));
  }
}

// MX-01: errors and codes both go to a ReturnAddress, to which the answer adds iss; here: every
// error of this table says so by a code that may be sent to the client at all.
TEST(authorize, an_error_that_is_sent_back_may_be_sent_back) {
  Scene scene;
  for (const Params& params :
       {ask().without("response_type"), ask().with("response_type", "token"),
        ask().with("scope", "root"), ask().with("resource", "https://other.example"),
        ask().with("request", "x"), ask().with("prompt", "none").with("client_id", "native")
            .with("redirect_uri", "com.example.app:/cb")}) {
    const Decision decision = scene.decide(scene.signed_in(params));
    const auto* error = std::get_if<SendError>(&decision.outcome);
    ASSERT_TRUE(error) << params.encode();
    EXPECT_TRUE(oauth::row(error->error.code).redirectable) << params.encode();
    EXPECT_TRUE(decision.changes.empty());
  }
}

}  // namespace
}  // namespace grantd::core
