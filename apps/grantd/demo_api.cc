#include "apps/grantd/demo_api.h"

#include <deque>
#include <map>
#include <mutex>

#include "apps/grantd/demo_keys.h"
#include "apps/grantd/dev_demo.h"
#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/base/log.h"
#include "grantd/guard/check_token.h"
#include "grantd/http/server.h"

namespace grantd::app {
namespace {

constexpr int kThreads = 2;
constexpr std::chrono::milliseconds kDrain{2000};
constexpr std::size_t kPeopleMax = 1000;
constexpr std::size_t kNotesMax = 50;
constexpr std::size_t kNoteBytesMax = 200;

using Notes = std::deque<std::string>;

// Whose notes are what, in bounded memory; they go with the process.
class Notebook {
 public:
  Notes of(const std::string& subject) {
    const std::lock_guard lock(mutex_);
    return page_of(subject);
  }

  Notes add(const std::string& subject, std::string note) {
    const std::lock_guard lock(mutex_);
    Notes& notes = page_of(subject);
    notes.push_back(std::move(note));
    if (notes.size() > kNotesMax) notes.pop_front();
    return notes;
  }

 private:
  Notes& page_of(const std::string& subject) {
    const auto found = notes_.find(subject);
    if (found != notes_.end()) return found->second;
    if (notes_.size() >= kPeopleMax) notes_.erase(notes_.begin());
    return notes_
        .emplace(subject, Notes{"Buy oat milk", "Bring back the library books by Friday",
                                "Ask Grace how she proved it"})
        .first->second;
  }

  std::mutex mutex_;
  std::map<std::string, Notes> notes_;
};

http::Reply json_reply(int status, const Json& body) {
  http::Reply reply;
  reply.status = status;
  reply.fields.add("content-type", "application/json");
  reply.fields.add("cache-control", "no-store");
  reply.fields.add("x-content-type-options", "nosniff");
  reply.body = body.dump() + "\n";
  return reply;
}

http::Reply error_reply(int status, std::string_view error, std::string_view description) {
  Json body = Json::object();
  if (!error.empty()) body.set("error", error);
  if (!description.empty()) body.set("error_description", description);
  return json_reply(status, body);
}

http::Reply notes_reply(int status, const Notes& notes) {
  Json list = Json::array();
  for (const std::string& note : notes) list.push_back(note);
  return json_reply(status, Json::object({{"notes", std::move(list)}}));
}

class Listening final : public DemoApi {
 public:
  explicit Listening(DemoApiOptions options)
      : options_(std::move(options)), keys_(options_.issuer + "/jwks") {}

  Result<Unit, std::string> listen() {
    http::ServerOptions open;
    open.port = options_.port;
    // These threads serve nothing but this demo: a handler may wait here for the issuer's keys.
    open.threads = kThreads;
    open.server_name = "grantd demo API";
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
    if (request.path != "/notes") {
      return error_reply(404, "", "There is /notes here, for who brings an access token.");
    }
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (!reads && request.method != "POST") {
      http::Reply reply = error_reply(405, "", "GET reads the notes, POST adds one.");
      reply.fields.add("allow", "GET, HEAD, POST");
      return reply;
    }
    auto keys = keys_.get();
    if (!keys) return no_keys(keys.error());
    const auto token = judge(request, *keys, reads ? kNotesRead : kNotesWrite);
    if (!token) return refuse(token.error());
    log::info("demo_api_served", {{"method", std::string_view(request.method)},
                                  {"sub", std::string_view(token->subject)},
                                  {"client", token->client_id.view()}});
    return reads ? notes_reply(200, notebook_.of(token->subject))
                 : add_note(token->subject, request.body);
  }

  Result<guard::AccessToken, guard::TokenError> judge(const http::Request& request,
                                                      const jose::KeySet& keys,
                                                      std::string_view scope) {
    // Two Authorization fields could be read in two ways.
    if (request.fields.count("authorization") > 1) {
      return fail(guard::TokenError{.code = oauth::ErrorCode::invalid_request,
                                    .description = "The Authorization header stands twice",
                                    .reason = "more than one Authorization header"});
    }
    const std::string token = TRY(guard::read_bearer(request.fields.find("authorization")));
    guard::Policy policy;
    policy.issuer = oauth::Issuer(options_.issuer);
    policy.audience = oauth::Audience(options_.audience);
    policy.need = guard::Need::of(scope);
    auto checked = guard::check_token(token, keys, policy, system_now());
    if (checked || !checked.error().unknown_key) return checked;
    // The issuer has rotated its keys, or somebody made the kid up.
    const auto fresh = keys_.get_anew();
    if (!fresh) return checked;
    return guard::check_token(token, *fresh, policy, system_now());
  }

  static http::Reply refuse(const guard::TokenError& error) {
    log::info("demo_api_refused", {{"reason", std::string_view(error.reason)}});
    http::Reply reply =
        error_reply(error.status(), error.code ? oauth::to_text(*error.code) : std::string_view(),
                    error.code ? std::string_view(error.description)
                               : "Bring an access token: Authorization: Bearer …");
    reply.fields.add("www-authenticate", guard::challenge_for(error, "demo notes"));
    return reply;
  }

  static http::Reply no_keys(const std::string& why) {
    log::warning("demo_api_has_no_keys", {{"reason", std::string_view(why)}});
    http::Reply reply = error_reply(503, "", "The issuer's keys cannot be had; try again.");
    reply.fields.add("retry-after", "2");
    return reply;
  }

  http::Reply add_note(const std::string& subject, const std::string& body) {
    const auto document = Json::parse(body, 4 * kNoteBytesMax);
    const std::string* note = document ? document->find_string("note") : nullptr;
    if (!note || note->empty() || note->size() > kNoteBytesMax) {
      return error_reply(400, "", "Expected {\"note\": \"…\"} with 1 to 200 bytes of text.");
    }
    return notes_reply(201, notebook_.add(subject, printable(*note)));
  }

  const DemoApiOptions options_;
  IssuerKeys keys_;
  Notebook notebook_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<DemoApi>, std::string> DemoApi::start(DemoApiOptions options) {
  auto made = std::make_unique<Listening>(std::move(options));
  TRY(made->listen());
  return std::unique_ptr<DemoApi>(std::move(made));
}

}  // namespace grantd::app
