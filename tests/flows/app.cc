#include "tests/flows/app.h"

#include <gtest/gtest.h>

#include <array>
#include <ostream>

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/pkce.h"

namespace grantd::flows {

std::string Reply::text(std::string_view member) const {
  const std::string* value = json.find_string(member);
  return value ? *value : std::string();
}

std::string Reply::gist() const {
  const std::string error = text("error");
  return std::to_string(status) + (error.empty() ? "" : " " + error);
}

std::ostream& operator<<(std::ostream& out, const Reply& reply) {
  return out << reply.status << " " << reply.body;
}

App::App(House& house, std::string name)
    : id(std::move(name)), secret(id + "-secret"), house_(house) {
  const core::Client client = house.client(id);
  method_ = client.auth_method;
  if (!client.redirect_uris.empty()) redirect_uri = client.redirect_uris.front().str();
}

std::string App::ask(const Fields& extra) {
  state = base64url_encode(random_bytes<16>());
  const auto drawn = oauth::CodeVerifier::from_random(random_bytes<32>());
  verifier = drawn.secret().reveal_text();
  Fields query{{"response_type", "code"}, {"client_id", id}};
  if (!redirect_uri.empty()) query.emplace_back("redirect_uri", redirect_uri);
  if (!scope.empty()) query.emplace_back("scope", scope);
  if (sends_state) query.emplace_back("state", state);
  if (pkce) {
    query.emplace_back("code_challenge", drawn.challenge().to_text());
    query.emplace_back("code_challenge_method", "S256");
  }
  for (const auto& parameter : extra) query.push_back(parameter);
  return "/authorize?" + encode(query);
}

Fields App::exchange_form(const Answer& back) const {
  EXPECT_EQ(back.status, 303) << back;
  EXPECT_TRUE(back.location().starts_with(redirect_uri)) << back;
  EXPECT_EQ(back.parameter("state"), sends_state ? state : "");
  EXPECT_EQ(back.parameter("iss"), house_.issuer());
  Fields form{{"grant_type", "authorization_code"}, {"code", back.parameter("code")}};
  if (!redirect_uri.empty()) form.emplace_back("redirect_uri", redirect_uri);
  if (pkce) form.emplace_back("code_verifier", verifier);
  return form;
}

Reply App::refresh(std::string_view refresh_token, std::string_view narrower) {
  Fields form{{"grant_type", "refresh_token"}, {"refresh_token", std::string(refresh_token)}};
  if (!narrower.empty()) form.emplace_back("scope", std::string(narrower));
  return token(form);
}

Reply App::revoke(std::string_view token) {
  return send("/revoke", {{"token", std::string(token)}});
}

Reply App::send(std::string_view path, Fields form) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.fields.add("content-type", "application/x-www-form-urlencoded");
  if (method_ == core::AuthMethod::client_secret_basic) {
    request.fields.add("authorization", oauth::make_basic(id, secret));
  } else {
    form.emplace_back("client_id", id);
    if (method_ == core::AuthMethod::client_secret_post) {
      form.emplace_back("client_secret", secret);
    }
  }
  request.body = encode(form);
  http::Reply reply = house_.ask(std::move(request));
  Reply answer{reply.status, std::move(reply.fields), std::move(reply.body), {}};
  if (answer.body.empty()) return answer;
  auto json = Json::parse(answer.body);
  EXPECT_TRUE(json.has_value()) << answer;
  if (json) answer.json = *std::move(json);
  return answer;
}

Json claims_of(House& house, std::string_view access_token) {
  http::Request request;
  request.method = "GET";
  request.path = "/jwks";
  const auto keys = jose::KeySet::parse(house.ask(std::move(request)).body);
  EXPECT_TRUE(keys.has_value());
  if (!keys) return {};
  constexpr std::array kOurs{jose::Algorithm::es256};
  const auto token = jose::verify_jwt(access_token, *keys, kOurs);
  EXPECT_TRUE(token.has_value()) << (token ? "" : token.error().reason);
  return token ? token->claims : Json();
}

}  // namespace grantd::flows
