#include "apps/lesson/doors.h"

#include <algorithm>

#include "grantd/http/client.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

http::Reply json_reply(int status, const std::string& body) {
  return plain_reply(status, "application/json", body + "\n");
}

http::Reply error_reply(int status, std::string_view error, std::string_view text) {
  Json body = Json::object();
  if (!error.empty()) body.set("error", error);
  body.set("error_description", text);
  return json_reply(status, body.dump());
}

guard::TokenError not_active() {
  return {.code = oauth::ErrorCode::invalid_token,
          .description = "the token is not accepted here",
          .reason = "the server says that it is not active"};
}

}  // namespace

Door::Door(Listener& listener, DoorOptions options) : options_(std::move(options)) {
  listener.answer_by([this](const http::Request& request) { return answer(request); });
}

http::Reply Door::answer(const http::Request& request) {
  const auto route = std::ranges::find_if(options_.routes, [&](const DoorRoute& one) {
    return one.method == request.method && one.path == request.path;
  });
  if (route == options_.routes.end()) return error_reply(404, "", "There is nothing here.");
  const auto allowed = judge(request, route->scope);
  if (allowed) return json_reply(200, route->body);
  const guard::TokenError& error = allowed.error();
  http::Reply reply =
      error_reply(error.status(), error.code ? oauth::to_text(*error.code) : std::string_view(),
                  error.code ? std::string_view(error.description) : "Bring an access token.");
  reply.fields.add("www-authenticate", guard::challenge_for(error, ""));
  return reply;
}

Result<Unit, guard::TokenError> Door::judge(const http::Request& request,
                                            const std::string& scope) {
  // Two Authorization fields could be read in two ways.
  if (request.fields.count("authorization") > 1) return fail(not_active());
  const std::optional<std::string> sent(request.fields.find("authorization"));
  const std::string token = TRY(guard::read_bearer(sent ? &*sent : nullptr));
  const auto known = keys();
  if (!known) return fail(guard::TokenError{.description = "no keys", .reason = known.error()});
  guard::Policy policy;
  policy.issuer = oauth::Issuer(options_.issuer);
  policy.audience = oauth::Audience(options_.audience);
  policy.need.scope = oauth::ScopeSet::of({scope});
  TRY(guard::check_token(token, *known, policy, options_.now()));
  if (asks_) TRY(ask(token));
  return Unit{};
}

Result<Unit, guard::TokenError> Door::ask(const std::string& token) const {
  oauth::Form form;
  form.add("token", token);
  form.add("client_id", options_.client_id);
  form.add("client_secret", options_.client_secret);
  http::Outgoing out;
  out.method = "POST";
  out.url = options_.issuer + "/introspect";
  out.body = form.encode();
  out.fields.add("content-type", "application/x-www-form-urlencoded");
  const auto reply = http::fetch(out);
  const auto said = reply ? Json::parse(reply->body) : Json();
  const bool* active = said ? said->find_bool("active") : nullptr;
  if (active && *active) return Unit{};
  return fail(not_active());
}

Result<jose::KeySet, std::string> Door::keys() {
  const std::lock_guard lock(mutex_);
  if (keys_) return *keys_;
  const http::Reply reply = TRY(http::fetch({.url = options_.issuer + "/jwks"}));
  auto parsed = jose::KeySet::parse(reply.body);
  if (!parsed) return fail(parsed.error().reason);
  keys_ = std::move(*parsed);
  return *keys_;
}

Harbour::Harbour(Listener& listener, std::string issuer) : issuer_(std::move(issuer)) {
  listener.answer_by([this](const http::Request& request) { return answer(request); });
}

http::Reply Harbour::answer(const http::Request& request) const {
  if (request.path == "/token") {
    // Rook has what he wanted: it stands in the body that was just sent here.
    return error_reply(400, "invalid_grant", "try again later");
  }
  const auto asked = oauth::Form::parse(request.query);
  if (request.path != "/authorize" || !asked) return error_reply(404, "", "There is nothing here.");
  oauth::Form on;
  for (const auto& [name, value] : asked->parameters()) {
    on.add(name, name == "client_id" ? "postcard" : value);
  }
  http::Reply reply = plain_reply(303, "text/plain", "");
  reply.fields.add("location", issuer_ + "/authorize?" + on.encode());
  return reply;
}

}  // namespace grantd::lesson
