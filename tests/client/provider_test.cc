// The server's metadata, in either document. RFC 8414, OpenID Connect Discovery §4; CL-04.
#include "grantd/client/provider.h"

#include <gtest/gtest.h>

#include "grantd/base/json.h"

namespace grantd::client {
namespace {

const oauth::Issuer kIssuer(std::string("https://auth.example/t"));

Json document() {
  return Json::object({{"issuer", kIssuer.view()},
                       {"authorization_endpoint", "https://auth.example/a"},
                       {"token_endpoint", "https://auth.example/x"},
                       {"jwks_uri", "https://auth.example/keys"},
                       {"code_challenge_methods_supported", Json::array({"plain", "S256"})}});
}

Json with(std::string name, Json value) {
  Json changed = document();
  changed.set(std::move(name), std::move(value));
  return changed;
}

// OpenID Connect Discovery §4; RFC 8414 §3.1.
TEST(metadata_urls, openid_puts_its_name_behind_the_path_and_rfc_8414_before_it) {
  using Urls = std::vector<std::string>;
  const auto at = [](std::string_view issuer) {
    return metadata_urls(oauth::Issuer(std::string(issuer)));
  };
  const Urls plain = {"https://auth.example/.well-known/openid-configuration",
                      "https://auth.example/.well-known/oauth-authorization-server"};
  EXPECT_EQ(at("https://auth.example"), plain);
  EXPECT_EQ(at("https://auth.example/"), plain);
  EXPECT_EQ(at("https://auth.example:8443/t/x"),
            (Urls{"https://auth.example:8443/t/x/.well-known/openid-configuration",
                  "https://auth.example:8443/.well-known/oauth-authorization-server/t/x"}));
  for (const auto* none : {"", "auth.example", "https://", "mailto:a@b.example"}) {
    EXPECT_EQ(at(none), Urls()) << none;
  }
}

TEST(read_provider, takes_what_the_document_names) {
  auto text = with("authorization_response_iss_parameter_supported", true);
  text.set("id_token_signing_alg_values_supported",
           Json::array({"HS256", "none", "ES256", "Ed25519", "EdDSA", "RS512"}));
  text.set("token_endpoint_auth_methods_supported", Json::array({"client_secret_post"}));
  text.set("end_session_endpoint", Json());  // null: as good as absent
  const auto read = read_provider(kIssuer, text.dump());
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(read->token_endpoint, "https://auth.example/x");
  EXPECT_EQ(read->jwks_uri, "https://auth.example/keys");
  EXPECT_EQ(read->end_session_endpoint, "");
  EXPECT_TRUE(read->iss_expected);
  // Never `none`, never HMAC.
  EXPECT_EQ(read->id_token_algorithms,
            (std::vector{jose::Algorithm::es256, jose::Algorithm::eddsa}));
  EXPECT_EQ(read->auth_methods, std::vector<std::string>{"client_secret_post"});
  // RFC 9207 §3, RFC 8414 §2: what holds where it is not said.
  const auto least = read_provider(kIssuer, document().dump());
  EXPECT_FALSE(least->iss_expected);
  EXPECT_EQ(least->auth_methods, std::vector<std::string>{"client_secret_basic"});
}

// CL-04; RFC 8414 §3.3, OpenID Connect Discovery §4.3: byte for byte.
TEST(read_provider, a_document_of_another_issuer_is_foreign) {
  for (const Json& issuer :
       {Json("https://evil.example"), Json("https://auth.example/t/"), Json("https://auth.example"),
        Json("HTTPS://auth.example/t"), Json("https://auth.example:443/t"), Json(""), Json(7)}) {
    const auto read = read_provider(kIssuer, with("issuer", issuer).dump());
    ASSERT_FALSE(read.has_value()) << issuer.dump();
    EXPECT_EQ(read.error().problem, FlowProblem::foreign);
  }
}

TEST(read_provider, a_server_that_is_not_safe_to_use_is_refused) {
  struct Row {
    const char* citation;
    std::string name;
    Json value;
  };
  const Row rows[] = {
      {"CL-04: plain http", "authorization_endpoint", "http://auth.example/a"},
      {"CL-04: plain http", "token_endpoint", "http://auth.example/x"},
      {"CL-04: plain http", "jwks_uri", "http://auth.example/keys"},
      {"CL-04: plain http", "userinfo_endpoint", "http://auth.example/u"},
      {"CL-04: plain http", "revocation_endpoint", "http://auth.example/r"},
      {"CL-04: plain http", "end_session_endpoint", "http://auth.example/l"},
      {"another scheme", "end_session_endpoint", "javascript:alert(1)"},
      {"another type", "token_endpoint", 7},
      {"RFC 9700 §2.1.1: S256", "code_challenge_methods_supported", Json::array({"plain"})},
  };
  for (const auto& row : rows) {
    const auto read = read_provider(kIssuer, with(row.name, row.value).dump());
    ASSERT_FALSE(read.has_value()) << row.citation << ": " << row.name;
    EXPECT_EQ(read.error().problem, FlowProblem::malformed) << row.citation;
  }
  for (const auto* text : {"", "<html>", "[]", "{}"}) {
    EXPECT_FALSE(read_provider(kIssuer, text).has_value()) << text;
  }
}

}  // namespace
}  // namespace grantd::client
