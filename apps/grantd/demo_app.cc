#include "apps/grantd/demo_app.h"

#include <fmt/format.h>

#include <fstream>
#include <mutex>

#include "apps/grantd/demo_browsers.h"
#include "apps/grantd/dev_demo.h"
#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/base/log.h"
#include "grantd/client/client.h"
#include "grantd/http/client.h"
#include "grantd/http/server.h"
#include "grantd/oauth/form.h"

namespace grantd::app {
namespace {

using client::FlowError;
using client::FlowProblem;
using server::DemoPage;

constexpr int kThreads = 4;
constexpr std::chrono::milliseconds kDrain{2000};
constexpr std::string_view kCookie = "demo-app";
// OpenID Connect Core §5.5: what scope profile brings would be at userinfo only.
constexpr std::string_view kNameInIdToken = R"({"id_token":{"name":null}})";

http::Reply plain(int status) {
  http::Reply reply;
  reply.status = status;
  reply.fields.add("cache-control", "no-store");
  reply.fields.add("x-content-type-options", "nosniff");
  // The callback's address holds the code: no page that follows may learn it.
  reply.fields.add("referrer-policy", "no-referrer");
  return reply;
}

http::Reply see_other(std::string location) {
  http::Reply reply = plain(303);
  reply.fields.add("location", std::move(location));
  return reply;
}

http::Reply text_reply(int status, std::string text) {
  http::Reply reply = plain(status);
  reply.fields.add("content-type", "text/plain; charset=utf-8");
  reply.body = std::move(text);
  return reply;
}

void set_cookie(http::Reply& reply, std::string_view value) {
  reply.fields.add("set-cookie",
                   fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax", kCookie, value));
}

// What stands in a JWT, for the page that explains it. Unchecked: an app never judges by what an
// access token says, that is the API's business (RFC 9068 §6).
std::vector<std::pair<std::string, std::string>> claims_of(std::string_view token) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto parts = split(token, '.');
  const auto payload = parts.size() == 3 ? base64url_decode(parts[1]) : std::nullopt;
  const auto claims = payload ? Json::parse(as_text(*payload)) : Json();
  if (!claims || !claims->as_object()) return out;
  for (const auto& [name, value] : *claims->as_object()) {
    const std::string* text = value.as_string();
    out.emplace_back(name, text ? *text : value.dump());
  }
  return out;
}

FlowError ours(std::string found) {
  return {.problem = FlowProblem::unavailable, .found = std::move(found)};
}

class Listening final : public DemoApp {
 public:
  explicit Listening(DemoAppOptions options) : options_(std::move(options)) {}

  Result<Unit, std::string> listen() {
    http::ServerOptions open;
    open.port = options_.port;
    // These threads serve nothing but this demo: a handler may wait here for the token endpoint and
    // the API. A real app answers many people and would wait elsewhere.
    open.threads = kThreads;
    open.server_name = "grantd demo app";
    server_ = TRY(http::Server::start(
        std::move(open),
        [this](http::Request request, http::Respond respond) { respond(answer(request)); }));
    return Unit{};
  }

  void stop() override {
    if (server_) server_->stop(kDrain);
  }

 private:
  http::Reply answer(const http::Request& request) {
    if (request.method != "GET" && request.method != "HEAD") {
      http::Reply reply = text_reply(405, "This app only answers GET.\n");
      reply.fields.add("allow", "GET, HEAD");
      return reply;
    }
    if (request.path == "/") return page(request, 200, DemoPage{});
    if (request.path == "/start") return begin(request);
    if (request.path == "/callback") return come_back(request);
    if (request.path == "/notes") return notes(request);
    if (const server::StaticFile* file = options_.pages->file(request.path)) {
      http::Reply reply = plain(200);
      reply.fields.set("cache-control", "public, max-age=3600");
      reply.fields.add("content-type", file->content_type);
      reply.body = file->body;
      return reply;
    }
    return text_reply(404, "There is nothing here. The demo app begins at " + options_.uri + "/\n");
  }

  // The client library, with the secret that the file has now. A client keeps what it discovered,
  // so it stays until the secret changes.
  Result<std::shared_ptr<client::Client>, FlowError> library() {
    std::ifstream file(options_.secret_file);
    std::string line;
    if (!std::getline(file, line) || line.empty()) {
      return fail(ours(options_.secret_file + " cannot be read, expected the secret of " +
                       std::string(kDemoWeb)));
    }
    const Secret secret{std::string_view(line)};
    wipe(line.data(), line.size());
    const std::lock_guard lock(mutex_);
    if (library_ && secret == secret_) return library_;
    secret_ = secret;
    library_ = std::make_shared<client::Client>(client::App{
        .issuer = options_.issuer,
        .client_id = std::string(kDemoWeb),
        .client_secret = secret,
        .redirect_uri = options_.uri + "/callback",
        .scope = "openid profile email " + std::string(kNotesRead),
    });
    return library_;
  }

  // RFC 6749 §4.1, step A.
  http::Reply begin(const http::Request& request) {
    const auto known = library();
    if (!known) return failed_page(request, known.error());
    auto started = (*known)->start({.extra = {{"claims", std::string(kNameInIdToken)}}});
    if (!started) return failed_page(request, started.error());
    const std::string cookie = browsers_.begin(cookie_of(request), std::move(started->pending));
    http::Reply reply = see_other(std::move(started->url));
    set_cookie(reply, cookie);
    return reply;
  }

  // Steps C to E. The person ends on /notes, so that the code's address is left behind and a reload
  // asks the API again and nobody else.
  http::Reply come_back(const http::Request& request) {
    const std::string cookie = cookie_of(request);
    const auto query = oauth::Form::parse(request.query);
    client::Pending pending =
        browsers_.take(cookie, query ? query->get("state") : std::string_view());
    const bool answered_before = pending.state.empty();
    auto session = finish(std::move(pending), request.query);
    if (session) {
      http::Reply reply = see_other("/notes");
      set_cookie(reply, browsers_.sign_in(cookie, std::move(*session)));
      return reply;
    }
    // The back button, or a reload of this address: what was signed in stays so.
    if (answered_before && browsers_.session(cookie)) return see_other("/notes");
    return failed_page(request, session.error());
  }

  Result<client::Session, FlowError> finish(client::Pending pending, std::string_view query) {
    return TRY(library())->finish(std::move(pending), query);
  }

  // Step F, and RFC 6749 §6 where the access token's time is over.
  http::Reply notes(const http::Request& request) {
    const std::string cookie = cookie_of(request);
    auto session = browsers_.session(cookie);
    if (!session) return see_other("/");
    auto reply = ask_api(session->tokens);
    if (reply && reply->status == 401 && session->tokens.refresh_token) {
      auto fresh = refresh(*session);
      if (!fresh) {
        browsers_.sign_out(cookie);
        return failed_page(request, fresh.error());
      }
      session = std::move(*fresh);
      browsers_.replace(cookie, *session);
      reply = ask_api(session->tokens);
    }
    if (!reply) return failed_page(request, ours(reply.error()));
    return notes_page(request, *reply, *session);
  }

  Result<http::Reply, std::string> ask_api(const client::Tokens& tokens) const {
    http::Outgoing out{.method = "GET", .url = options_.api + "/notes", .fields = {}, .body = {}};
    out.fields.add("authorization", "Bearer " + std::string(tokens.access_token.reveal_text()));
    return http::fetch(out);
  }

  Result<client::Session, FlowError> refresh(const client::Session& old) {
    return TRY(library())->refresh(old);
  }

  http::Reply notes_page(const http::Request& request, const http::Reply& answer,
                         const client::Session& session) {
    const auto document = Json::parse(answer.body);
    if (answer.status != 200 || !document) {
      return failed_page(request,
                         ours("the API answered with status " + std::to_string(answer.status)));
    }
    DemoPage shown;
    shown.kind = DemoPage::Kind::signed_in;
    shown.person = session.claim("name");
    shown.token = claims_of(session.tokens.access_token.reveal_text());
    shown.notes = document->find_strings("notes").value_or(std::vector<std::string>());
    shown.api_request = "GET " + options_.api + "/notes";
    return page(request, 200, std::move(shown));
  }

  http::Reply failed_page(const http::Request& request, const FlowError& error) {
    log::warning("demo_app_failed", {{"reason", std::string_view(error.message())}});
    DemoPage shown;
    shown.kind = DemoPage::Kind::failed;
    shown.error = error.code;
    shown.error_description = error.description;
    const bool denied = error.code == "access_denied";
    return page(request, denied ? 200 : 400, std::move(shown));
  }

  http::Reply page(const http::Request& request, int status, DemoPage shown) {
    shown.app_name = kDemoWebName;
    shown.start_uri = options_.uri + "/start";
    shown.lesson_uri = options_.lesson;
    const auto accept = request.fields.find("accept-language");
    server::PageInput input;
    input.language = options_.pages->choose_language("", accept ? *accept : std::string_view());
    http::Reply reply = plain(status);
    reply.fields.add("content-type", "text/html; charset=utf-8");
    reply.fields.add("content-security-policy",
                     "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                     "frame-ancestors 'none'; form-action 'none'");
    reply.body = options_.pages->render(shown, input);
    return reply;
  }

  static std::string cookie_of(const http::Request& request) {
    return std::string(http::cookie(request, kCookie).value_or(""));
  }

  const DemoAppOptions options_;
  Browsers browsers_;
  std::mutex mutex_;  // of secret_ and library_
  Secret secret_;
  std::shared_ptr<client::Client> library_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<DemoApp>, std::string> DemoApp::start(DemoAppOptions options) {
  auto made = std::make_unique<Listening>(std::move(options));
  TRY(made->listen());
  return std::unique_ptr<DemoApp>(std::move(made));
}

}  // namespace grantd::app
