// Token requests without a browser, the token endpoint's answers. RFC 6749 §4.4, §5, §6; CL-04.
#include <gtest/gtest.h>

#include "grantd/client/flow.h"
#include "grantd/oauth/form.h"

namespace grantd::client {
namespace {

using namespace std::string_literals;
using oauth::Form;

constexpr std::string_view kJson = "application/json";

Result<Tokens, FlowError> read_tokens(int status, std::string_view content_type,
                                      std::string_view body) {
  return client::read_tokens(
      {status, {{"content-type", std::string(content_type)}}, std::string(body)});
}

Settings service() {
  Settings settings;
  settings.provider.issuer = oauth::Issuer("https://auth.example/t");
  settings.provider.token_endpoint = "https://auth.example/t/token";
  settings.client_id = oauth::ClientId("service");
  settings.auth = ClientAuth::client_secret_post;
  settings.client_secret = Secret("secret"s);
  settings.scope = oauth::ScopeSet::parse("read").value();
  return settings;
}

// RFC 6749 §6.
TEST(refresh_request, sends_the_token_and_a_narrower_scope_where_asked) {
  const auto request = refresh_request(service(), Secret("grt_x"s), {});
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(Form::parse(request->body)->get("grant_type"), "refresh_token");
  EXPECT_EQ(Form::parse(request->body)->get("refresh_token"), "grt_x");
  EXPECT_FALSE(Form::parse(request->body)->find("scope"));
  const auto narrow =
      refresh_request(service(), Secret("grt_x"s), {}, oauth::ScopeSet::parse("read").value());
  EXPECT_EQ(Form::parse(narrow->body)->get("scope"), "read");
  EXPECT_FALSE(refresh_request(service(), Secret(), {}).has_value());
}

// RFC 6749 §4.4.
TEST(client_credentials_request, is_for_confidential_clients_alone) {
  const auto request =
      client_credentials_request(service(), {}, {{"resource", "https://api.example"}});
  ASSERT_TRUE(request.has_value());
  const auto body = Form::parse(request->body).value();
  EXPECT_EQ(body.get("grant_type"), "client_credentials");
  EXPECT_EQ(body.get("scope"), "read");
  EXPECT_EQ(body.get("resource"), "https://api.example");
  EXPECT_EQ(body.get("client_secret"), "secret");
  auto open = service();
  open.auth = ClientAuth::none;
  open.client_secret = Secret();
  EXPECT_EQ(client_credentials_request(open, {}).error().problem, FlowProblem::settings);
  EXPECT_FALSE(client_credentials_request(service(), {}, {{"grant_type", "password"}}).has_value());
}

// RFC 6749 §5.1.
TEST(read_tokens, takes_a_successful_answer) {
  const auto tokens = read_tokens(200, "Application/JSON; charset=utf-8",
                                  R"({"access_token":"a.b","token_type":"bearer","expires_in":900,)"
                                  R"("refresh_token":"grt_x","scope":"b a","id_token":"i","x":1})");
  ASSERT_TRUE(tokens.has_value()) << tokens.error().message();
  EXPECT_EQ(tokens->access_token.reveal_text(), "a.b");
  EXPECT_EQ(tokens->token_type, "Bearer");
  EXPECT_EQ(tokens->expires_in, std::chrono::seconds(900));
  EXPECT_EQ(tokens->refresh_token->reveal_text(), "grt_x");
  EXPECT_EQ(tokens->scope->to_text(), "a b");
  EXPECT_EQ(tokens->id_token, "i");
  const auto least = read_tokens(200, kJson, R"({"access_token":"a","token_type":"Bearer"})");
  ASSERT_TRUE(least.has_value());
  EXPECT_FALSE(least->expires_in || least->refresh_token || least->scope || least->id_token);
}

TEST(read_tokens, an_answer_that_breaks_the_protocol_gives_no_token) {
  struct Row {
    const char* citation;
    int status;
    std::string content_type, body;
  };
  const auto good = R"({"access_token":"a","token_type":"Bearer"})"s;
  const Row rows[] = {
      {"CL-04: a redirect", 302, std::string(kJson), good},
      {"CL-04: a redirect", 307, std::string(kJson), good},
      {"RFC 6749 §5.1: 200", 201, std::string(kJson), good},
      {"RFC 6749 §5.1: JSON", 200, "text/html", good},
      {"RFC 6749 §5.1: JSON", 200, "", good},
      {"RFC 6749 §5.1: JSON", 200, "application/jsonx", good},
      {"an object", 200, std::string(kJson), "[]"},
      {"JSON", 200, std::string(kJson), good + "x"},
      {"JW-10: twice", 200, std::string(kJson),
       R"({"access_token":"a","access_token":"b","token_type":"Bearer"})"},
      {"no token", 200, std::string(kJson), R"({"token_type":"Bearer"})"},
      {"empty token", 200, std::string(kJson), R"({"access_token":"","token_type":"Bearer"})"},
      {"RFC 6749 A.12", 200, std::string(kJson),
       R"({"access_token":"a\nb","token_type":"Bearer"})"},
      {"RFC 6749 §7.1: no type", 200, std::string(kJson), R"({"access_token":"a"})"},
      {"RFC 6749 §7.1: other type", 200, std::string(kJson),
       R"({"access_token":"a","token_type":"mac"})"},
      {"expires_in as text", 200, std::string(kJson),
       R"({"access_token":"a","token_type":"Bearer","expires_in":"900"})"},
      {"expires_in below 0", 200, std::string(kJson),
       R"({"access_token":"a","token_type":"Bearer","expires_in":-1})"},
      {"expires_in beyond reason", 200, std::string(kJson),
       R"({"access_token":"a","token_type":"Bearer","expires_in":9223372036854775807})"},
      {"scope", 200, std::string(kJson),
       R"({"access_token":"a","token_type":"Bearer","scope":"a  b"})"},
      {"refresh_token", 200, std::string(kJson),
       R"({"access_token":"a","token_type":"Bearer","refresh_token":1})"},
      {"an error page", 400, "text/html", "<h1>\x1b[31m</h1>"},
      {"an error without code", 400, std::string(kJson), "{}"},
  };
  for (const auto& row : rows) {
    const auto tokens = read_tokens(row.status, row.content_type, row.body);
    ASSERT_FALSE(tokens.has_value()) << row.citation << ": " << row.body;
    EXPECT_EQ(tokens.error().problem, FlowProblem::malformed) << row.citation;
    EXPECT_EQ(tokens.error().message().find('\x1b'), std::string::npos);
  }
}

// RFC 6749 §5.2.
TEST(read_tokens, an_error_response_says_code_and_what_to_do) {
  for (const int status : {400, 401}) {
    const auto tokens = read_tokens(
        status, kJson, R"({"error":"invalid_grant","error_description":"gone\u001b[2J"})");
    ASSERT_FALSE(tokens.has_value());
    EXPECT_EQ(tokens.error().problem, FlowProblem::refused);
    EXPECT_EQ(tokens.error().code, "invalid_grant");
    EXPECT_TRUE(tokens.error().description.starts_with("gone"));
    EXPECT_EQ(tokens.error().description.find('\x1b'), std::string::npos);
    EXPECT_FALSE(tokens.error().remedy.empty());
  }
}

// RT-16: the server cannot answer now; that is no verdict on the token.
TEST(read_tokens, a_server_out_of_breath_is_unavailable_and_not_refused) {
  for (const int status : {429, 500, 502, 503}) {
    EXPECT_EQ(read_tokens(status, "text/html", "busy").error().problem, FlowProblem::unavailable);
    EXPECT_EQ(read_tokens(status, kJson, R"({"error":"server_error"})").error().problem,
              FlowProblem::unavailable);
  }
}

}  // namespace
}  // namespace grantd::client
