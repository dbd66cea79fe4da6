#include "apps/lesson/postcard.h"

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/client/client.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

using client::FlowError;
using client::FlowProblem;

constexpr std::string_view kCookie = "postcard-session";
constexpr std::string_view kClassic = "postcard-classic";  // goes without PKCE
constexpr std::string_view kSampleVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::size_t kSessionsMax = 1000;

http::Reply page(int status, std::string_view title, std::string_view text) {
  return plain_reply(status, "text/html; charset=utf-8",
                     "<!doctype html>\n<html lang=\"en\">\n<title>" + std::string(title) +
                         "</title>\n<h1>" + std::string(title) + "</h1>\n<p>" + std::string(text) +
                         "</p>\n</html>\n");
}

http::Reply see_other(std::string location) {
  http::Reply reply = plain_reply(303, "text/plain", "");
  reply.fields.add("location", std::move(location));
  return reply;
}

std::string parameter(std::string_view query, std::string_view name) {
  const auto form = oauth::Form::parse(query);
  return form ? std::string(form->get(name)) : std::string();
}

client::Moment draw(bool sample) {
  client::Moment out = client::draw_moment();
  if (!sample) return out;
  const Bytes bytes = base64url_decode(kSampleVerifier).value();
  CHECK(bytes.size() == out.verifier.size());
  std::copy(bytes.begin(), bytes.end(), out.verifier.begin());
  return out;
}

// What a careless build leaves out: it lets the answer say itself what it should be compared with.
std::string as_if_checked(Build build, std::string_view query, const client::Pending& pending,
                          const client::Settings& settings) {
  const auto form = oauth::Form::parse(query);
  if (!form) return std::string(query);
  oauth::Form out;
  const bool any_state = build == Build::careless ||
                         (build == Build::careless_if_present && !form->find("state"));
  for (const auto& [name, value] : form->parameters()) {
    if ((name == "state" && any_state) || (name == "iss" && build == Build::careless_iss)) continue;
    out.add(name, value);
  }
  if (any_state) out.add("state", pending.state);
  if (build == Build::careless_iss) out.add("iss", settings.provider.issuer.str());
  return out.encode();
}

client::Request without_verifier(client::Request request) {
  const auto form = oauth::Form::parse(request.body);
  CHECK(form);
  oauth::Form out;
  for (const auto& [name, value] : form->parameters()) {
    if (name != "code_verifier") out.add(name, value);
  }
  request.body = out.encode();
  return request;
}

}  // namespace

std::optional<Build> parse_build(std::string_view text) {
  if (text == "careful") return Build::careful;
  if (text == "careless") return Build::careless;
  if (text == "careless-if-present") return Build::careless_if_present;
  if (text == "careless-iss") return Build::careless_iss;
  return std::nullopt;
}

Postcard::Postcard(Listener& listener, Known known) : known_(std::move(known)) {
  listener.answer_by([this](const http::Request& request) { return answer(request); });
}

Postcard::Drawn Postcard::last_drawn() {
  const std::lock_guard lock(mutex_);
  return drawn_;
}

std::optional<client::Request> Postcard::take_wanted() {
  const std::lock_guard lock(mutex_);
  return std::exchange(wanted_, std::nullopt);
}

http::Reply Postcard::answer(const http::Request& request) {
  if (request.method != "GET") {
    http::Reply reply = page(405, "Postcard", "Postcard only answers GET here.");
    reply.fields.add("allow", "GET");
    return reply;
  }
  if (request.path == "/print") return begin(request);
  if (request.path == "/callback") return come_back(request);
  if (request.path == "/thanks") return page(200, "Thank you", "Your photo is on its way.");
  return page(404, "Postcard", "There is nothing here.");
}

http::Reply Postcard::begin(const http::Request& request) {
  const std::string app = parameter(request.query, "app");
  const std::string with = parameter(request.query, "with");
  const auto settings = known_.find({app, with});
  if (settings == known_.end()) return page(404, "Postcard", "Postcard knows no such server.");
  auto started = client::start(settings->second, draw(sample_.exchange(false)));
  if (!started) return page(500, "Postcard", html_escape(started.error().message()));
  const std::string cookie = base64url_encode(random_bytes<16>());
  http::Reply reply = see_other(started->url);
  reply.fields.add("set-cookie", std::string(kCookie) + "=" + cookie + "; Path=/; HttpOnly");
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= kSessionsMax) sessions_.erase(sessions_.begin());
  drawn_ = {started->url, std::string(started->pending.verifier.reveal_text())};
  sessions_[cookie] = {std::move(started->pending), app, with,
                       settings->second.provider.issuer.str()};
  return reply;
}

// RFC 6749 §10.12, RFC 9207 §2.4: compares before it believes.
http::Reply Postcard::come_back(const http::Request& request) {
  Session session;
  {
    const std::lock_guard lock(mutex_);
    wanted_.reset();
    auto node = sessions_.extract(std::string(http::cookie(request, kCookie).value_or("")));
    if (!node.empty()) session = std::move(node.mapped());
  }
  if (session.app.empty()) {
    return page(400, "Start again", "This sign-in was not started here. Start again.");
  }
  auto next = judge(session, request.query);
  if (next) {
    const std::lock_guard lock(mutex_);
    wanted_ = std::move(*next);
    return see_other("/thanks");
  }
  const FlowError& error = next.error();
  if (error.code == "access_denied") {
    return page(200, "Fine", "Nothing was printed. You can come back at any time.");
  }
  if (error.problem == FlowProblem::foreign) {
    return page(400, "Start again", "This sign-in was not started here. Start again.");
  }
  return page(400, "Start again", html_escape(error.message()));
}

Result<client::Request, FlowError> Postcard::judge(Session& session, std::string_view query) {
  const client::Settings& settings = known_.find({session.app, session.with})->second;
  const Build build = build_;
  const std::string seen = build == Build::careful
                               ? std::string(query)
                               : as_if_checked(build, query, session.pending, settings);
  client::Exchange next = TRY(
      client::finish(settings, std::move(session.pending), seen, client::draw_moment()));
  return session.app == kClassic ? without_verifier(std::move(next.request))
                                 : std::move(next.request);
}

}  // namespace grantd::lesson
