// The app's side of the flow: what goes out, what comes back, what is refused.
// RFC 6749 §4.1, RFC 7636, RFC 9207, RFC 9700; CL-01, CL-04, CL-06, CL-12.
#include "grantd/client/flow.h"

#include <gtest/gtest.h>

#include "grantd/base/encoding.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"
#include "grantd/oauth/pkce.h"

namespace grantd::client {
namespace {

using namespace std::string_literals;
using oauth::Form;

Settings app() {
  Settings settings;
  settings.provider.issuer = oauth::Issuer("https://auth.example");
  settings.provider.authorization_endpoint = "https://auth.example/authorize";
  settings.provider.token_endpoint = "https://auth.example/token";
  settings.client_id = oauth::ClientId("app");
  settings.redirect_uri = oauth::RedirectUri::parse("https://app.example/cb").value();
  settings.scope = oauth::ScopeSet::parse("write read").value();
  return settings;
}

Settings confidential(ClientAuth auth) {
  auto settings = app();
  settings.auth = auth;
  settings.client_secret = Secret("s e:c%ret"s);
  return settings;
}

Moment moment(std::uint8_t seed) {
  Moment made;
  made.now = from_seconds(1'800'000'000);
  made.nonce.fill(static_cast<std::uint8_t>(seed + 2));
  made.jti.fill(static_cast<std::uint8_t>(seed + 3));
  made.state.fill(seed);
  made.verifier.fill(static_cast<std::uint8_t>(seed + 1));
  return made;
}

Started begin(const Settings& settings, std::uint8_t seed = 1) {
  auto started = start(settings, moment(seed));
  EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message());
  return started ? *std::move(started) : Started{};
}

Form query_of(std::string_view url) {
  return Form::parse(url.substr(url.find('?') + 1)).value();
}

const std::string* header(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string answer_to(const Pending& pending, std::string_view rest) {
  return "state=" + pending.state + "&iss=https%3A%2F%2Fauth.example&" + std::string(rest);
}

TEST(start, asks_with_state_and_an_s256_challenge) {
  const auto started = begin(app());
  EXPECT_TRUE(started.url.starts_with("https://auth.example/authorize?"));
  const auto query = query_of(started.url);
  EXPECT_EQ(query.get("response_type"), "code");
  EXPECT_EQ(query.get("client_id"), "app");
  EXPECT_EQ(query.get("redirect_uri"), "https://app.example/cb");
  EXPECT_EQ(query.get("scope"), "read write");
  EXPECT_EQ(query.get("state"), started.pending.state);
  EXPECT_EQ(query.get("code_challenge_method"), "S256");
  const auto verifier = oauth::CodeVerifier::parse(started.pending.verifier.reveal_text());
  const auto challenge = oauth::CodeChallenge::parse(query.get("code_challenge"));
  ASSERT_TRUE(verifier && challenge);
  EXPECT_TRUE(matches(*challenge, *verifier));
  // RFC 7636 §7.1: the verifier itself is not in the URL.
  EXPECT_EQ(started.url.find(started.pending.verifier.reveal_text()), std::string::npos);
  EXPECT_NE(begin(app(), 9).pending.state, started.pending.state);
}

// RFC 6749 §3.1: the endpoint's own query is retained.
TEST(start, keeps_the_endpoints_own_query_and_adds_extra_parameters) {
  auto settings = app();
  settings.provider.authorization_endpoint = "https://auth.example/authorize?tenant=a";
  settings.extra = {{"resource", "https://api.example/a b"},
                    {"resource", "https://two.example"},
                    {"prompt", "login"}};
  const auto query = query_of(begin(settings).url);
  EXPECT_EQ(query.get("tenant"), "a");
  EXPECT_EQ(query.get("prompt"), "login");
  EXPECT_EQ(query.all("resource").size(), 2u);
  EXPECT_EQ(query.all("resource")[0], "https://api.example/a b");
}

TEST(start, settings_that_would_leak_or_mislead_are_refused) {
  struct Row {
    const char* citation;
    void (*spoil)(Settings&);
  };
  const Row rows[] = {
      {"CL-04: plain http",
       [](Settings& s) { s.provider.token_endpoint = "http://auth.example/token"; }},
      {"CL-04: plain http",
       [](Settings& s) { s.provider.authorization_endpoint = "http://auth.example/a"; }},
      {"CL-04: not loopback",
       [](Settings& s) { s.provider.token_endpoint = "http://127.0.0.1.x.example/"; }},
      {"CL-04: userinfo",
       [](Settings& s) { s.provider.token_endpoint = "https://a@auth.example/token"; }},
      {"RFC 6749 §3.2: fragment", [](Settings& s) { s.provider.token_endpoint += "#x"; }},
      {"RFC 6749 §3.1: fragment", [](Settings& s) { s.provider.authorization_endpoint += "#"; }},
      {"no endpoint", [](Settings& s) { s.provider.token_endpoint.clear(); }},
      {"no client", [](Settings& s) { s.client_id = oauth::ClientId(); }},
      {"no redirect URI", [](Settings& s) { s.redirect_uri = oauth::RedirectUri(); }},
      {"no issuer", [](Settings& s) { s.provider.issuer = oauth::Issuer(); }},
      {"secret without method", [](Settings& s) { s.client_secret = Secret("x"s); }},
      {"method without secret", [](Settings& s) { s.auth = ClientAuth::client_secret_basic; }},
      {"its own state", [](Settings& s) { s.extra = {{"state", "fixed"}}; }},
      {"another method", [](Settings& s) { s.extra = {{"code_challenge_method", "plain"}}; }},
      {"another response", [](Settings& s) { s.extra = {{"response_type", "token"}}; }},
      {"RFC 6749 §3.1: twice", [](Settings& s) { s.extra = {{"prompt", "a"}, {"prompt", "b"}}; }},
  };
  for (const auto& row : rows) {
    auto settings = app();
    row.spoil(settings);
    const auto started = start(settings, moment(1));
    ASSERT_FALSE(started.has_value()) << row.citation;
    EXPECT_EQ(started.error().problem, FlowProblem::settings) << row.citation;
    EXPECT_FALSE(started.error().remedy.empty()) << row.citation;
  }
  auto local = app();
  local.provider.authorization_endpoint = "http://127.0.0.1:8080/authorize";
  local.provider.token_endpoint = "http://localhost:8080/token";
  EXPECT_TRUE(start(local, moment(1)).has_value());
}

TEST(finish, exchanges_the_code_with_the_verifier) {
  auto started = begin(app());
  const auto verifier = started.pending.verifier;
  const auto query = answer_to(started.pending, "code=a%2Bb");
  const auto request = finish(app(), std::move(started.pending), query, moment(7));
  ASSERT_TRUE(request.has_value()) << request.error().message();
  EXPECT_EQ(request->request.url, "https://auth.example/token");
  EXPECT_EQ(*header(request->request, "content-type"), "application/x-www-form-urlencoded");
  const auto body = Form::parse(request->request.body).value();
  EXPECT_EQ(body.get("grant_type"), "authorization_code");
  EXPECT_EQ(body.get("code"), "a+b");
  EXPECT_EQ(body.get("redirect_uri"), "https://app.example/cb");
  EXPECT_EQ(body.get("code_verifier"), verifier.reveal_text());
  EXPECT_EQ(body.get("client_id"), "app");
  EXPECT_FALSE(body.find("client_secret"));
  EXPECT_EQ(header(request->request, "authorization"), nullptr);
}

// RFC 6749 §2.3.1: one method a request; each part form-encoded before Basic.
TEST(finish, authenticates_by_exactly_the_method_of_the_settings) {
  auto basic = begin(confidential(ClientAuth::client_secret_basic));
  auto query = answer_to(basic.pending, "code=c");
  const auto by_header = finish(confidential(ClientAuth::client_secret_basic),
                                std::move(basic.pending), query, moment(7));
  ASSERT_TRUE(by_header.has_value());
  const auto credentials = oauth::parse_basic(*header(by_header->request, "authorization"));
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->user, "app");
  EXPECT_EQ(credentials->password, "s e:c%ret");
  EXPECT_FALSE(Form::parse(by_header->request.body)->find("client_secret"));
  EXPECT_FALSE(Form::parse(by_header->request.body)->find("client_id"));

  auto post = begin(confidential(ClientAuth::client_secret_post));
  query = answer_to(post.pending, "code=c");
  const auto by_body = finish(confidential(ClientAuth::client_secret_post),
                              std::move(post.pending), query, moment(7));
  ASSERT_TRUE(by_body.has_value());
  EXPECT_EQ(header(by_body->request, "authorization"), nullptr);
  EXPECT_EQ(Form::parse(by_body->request.body)->get("client_secret"), "s e:c%ret");
  EXPECT_EQ(Form::parse(by_body->request.body)->get("client_id"), "app");
}

TEST(finish, an_answer_that_is_not_to_this_flow_is_dropped) {
  const auto state = begin(app()).pending.state;
  const auto iss = "&iss=https%3A%2F%2Fauth.example"s;
  struct Row {
    const char* citation;
    std::string query;
    FlowProblem problem;
  };
  const Row rows[] = {
      {"CL-01: no state", "code=c" + iss, FlowProblem::foreign},
      {"CL-01: empty state", "code=c&state=" + iss, FlowProblem::foreign},
      {"CL-01: wrong state", "code=c&state=x" + iss, FlowProblem::foreign},
      {"CL-01: longer state", "code=c&state=" + state + "A" + iss, FlowProblem::foreign},
      {"CL-01: an error with a wrong state", "error=access_denied&state=x" + iss,
       FlowProblem::foreign},
      {"RFC 9207 §2.4: no iss", "code=c&state=" + state, FlowProblem::foreign},
      {"RFC 9207 §2.4: no iss in an error", "error=e&state=" + state, FlowProblem::foreign},
      {"RFC 9207 §2.4: other iss", "code=c&iss=https%3A%2F%2Fevil.example&state=" + state,
       FlowProblem::foreign},
      {"RFC 9207 §2.4: a slash more", "code=c&iss=https%3A%2F%2Fauth.example%2F&state=" + state,
       FlowProblem::foreign},
      {"RFC 6749 §3.1: code twice", "code=c&code=d&state=" + state + iss, FlowProblem::malformed},
      {"RFC 6749 §3.1: state twice", "code=c&state=" + state + "&state=" + state + iss,
       FlowProblem::malformed},
      {"RFC 6749 §3.1: iss twice", "code=c&state=" + state + iss + iss, FlowProblem::malformed},
      {"RFC 6749 §4.1.2: code and error", "code=c&error=e&state=" + state + iss,
       FlowProblem::malformed},
      {"RFC 6749 §4.1.2: neither", "state=" + state + iss, FlowProblem::malformed},
      {"RFC 6749 §4.1.2: empty code", "code=&state=" + state + iss, FlowProblem::malformed},
      {"not UTF-8", "code=%ff&state=" + state + iss, FlowProblem::malformed},
      {"nothing", "", FlowProblem::foreign},
  };
  for (const auto& row : rows) {
    const auto request = finish(app(), begin(app()).pending, row.query, moment(7));
    ASSERT_FALSE(request.has_value()) << row.citation;
    EXPECT_EQ(request.error().problem, row.problem) << row.citation;
    EXPECT_FALSE(request.error().expected.empty()) << row.citation;
    EXPECT_FALSE(request.error().remedy.empty()) << row.citation;
    EXPECT_EQ(request.error().message().find(state), std::string::npos) << row.citation;
  }
}

// CL-01: the same answer delivered twice.
TEST(finish, an_answer_counts_once) {
  auto pending = begin(app()).pending;
  const auto query = answer_to(pending, "code=c");
  EXPECT_TRUE(finish(app(), std::move(pending), query, moment(7)).has_value());
  const auto again = finish(app(), std::move(pending), query, moment(7));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().problem, FlowProblem::foreign);
}

// CL-12: the answer to one browser's flow does not finish another browser's.
TEST(finish, an_answer_in_another_browsers_session_is_dropped) {
  const auto attackers = begin(app(), 1);
  auto victims = begin(app(), 50);
  const auto request =
      finish(app(), std::move(victims.pending), answer_to(attackers.pending, "code=c"), moment(7));
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().problem, FlowProblem::foreign);
}

// RFC 9700 §4.4.2: the code of one server's flow never goes to another's token endpoint.
TEST(finish, a_flow_begun_at_another_server_is_dropped) {
  auto pending = begin(app()).pending;
  const auto query = answer_to(pending, "code=c");
  auto other = app();
  other.provider.issuer = oauth::Issuer("https://evil.example");
  other.provider.token_endpoint = "https://evil.example/token";
  EXPECT_FALSE(finish(other, std::move(pending), query, moment(7)).has_value());
}

// RFC 9207 §2.4: servers without iss are for the app to allow; one that is sent must still be
// right.
TEST(finish, without_iss_only_where_the_server_does_not_send_it) {
  auto settings = app();
  settings.provider.iss_expected = false;
  auto started = begin(settings);
  auto query = "code=c&state=" + started.pending.state;
  EXPECT_TRUE(finish(settings, std::move(started.pending), query, moment(7)).has_value());
  started = begin(settings);
  query = "code=c&iss=https%3A%2F%2Fevil.example&state=" + started.pending.state;
  EXPECT_FALSE(finish(settings, std::move(started.pending), query, moment(7)).has_value());
}

// RFC 6749 §4.1.2.1; CL-06: what the server says is shown without its controls.
TEST(finish, an_error_response_is_a_value_and_printable) {
  auto started = begin(app());
  const auto query = answer_to(started.pending,
                               "error=access_denied&error_description=no%1b%5b31m%0a%E2%80%AEway");
  const auto request = finish(app(), std::move(started.pending), query, moment(7));
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().problem, FlowProblem::refused);
  EXPECT_EQ(request.error().code, "access_denied");
  for (const auto& text : {request.error().description, request.error().message()}) {
    EXPECT_EQ(text.find_first_of("\x1b\n"), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
    EXPECT_NE(text.find("way"), std::string::npos);
  }
}

TEST(pending, is_kept_as_text) {
  auto started = begin(app());
  const auto text = started.pending.to_text();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  auto read = Pending::parse(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->to_text(), text);
  const auto query = answer_to(started.pending, "code=c");
  EXPECT_EQ(finish(app(), *std::move(read), query, moment(7))->request.body,
            finish(app(), std::move(started.pending), query, moment(7))->request.body);
  for (const auto& bad : {""s, "{}"s, "x"s, text + "x", text.substr(0, text.size() - 1),
                          R"({"state":"","verifier":"x","redirect_uri":"y"})"s}) {
    EXPECT_FALSE(Pending::parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace grantd::client
