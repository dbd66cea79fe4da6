#include "apps/grantd/demo_api.h"

#include <deque>
#include <map>
#include <mutex>

#include "apps/grantd/dev_demo.h"
#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/base/log.h"
#include "grantd/guard/guard.h"
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

// RFC 9110 §5.3: as one value; empty where there is none. Two tokens are none.
std::string authorization_of(const http::Request& request) {
  std::string joined;
  for (const auto& [name, value] : request.fields) {
    if (name == "authorization") joined.append(joined.empty() ? "" : ", ").append(value);
  }
  return joined;
}

guard::Api api_of(const DemoApiOptions& options) {
  return {.issuer = options.issuer,
          .audience = options.audience,
          .realm = std::string(kDemoApiName),
          .scopes_supported = {std::string(kNotesRead), std::string(kNotesWrite)},
          .name = std::string(kDemoApiName)};
}

class Listening final : public DemoApi {
 public:
  explicit Listening(const DemoApiOptions& options) : guard_(api_of(options)) {}
  ~Listening() override { stop(); }

  Result<Unit, std::string> listen(std::uint16_t port) {
    http::ServerOptions open;
    open.port = port;
    open.threads = kThreads;
    open.server_name = "grantd demo API";
    server_ = TRY(http::Server::start(
        std::move(open), [this](http::Request request, http::Respond respond) {
          answer(std::move(request), std::move(respond));
        }));
    return Unit{};
  }

  void stop() override {
    if (server_) server_->stop(kDrain);
  }

 private:
  void answer(http::Request request, http::Respond respond) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (guard_.metadata() && request.path == guard_.metadata()->path) {
      return respond(reads ? metadata_reply() : not_allowed("GET, HEAD", "GET reads it."));
    }
    if (request.path != "/notes") {
      return respond(
          error_reply(404, "", "There is /notes here, for who brings an access token."));
    }
    if (!reads && request.method != "POST") {
      return respond(not_allowed("GET, HEAD, POST", "GET reads the notes, POST adds one."));
    }
    static const auto kReading = guard::Need::of(kNotesRead);
    static const auto kWriting = guard::Need::of(kNotesWrite);
    const std::string authorization = authorization_of(request);
    guard_.check(authorization, reads ? kReading : kWriting,
                 [this, request = std::move(request), respond = std::move(respond),
                  reads](guard::Verdict token) mutable {
                   respond(token ? serve(request, **token, reads) : refuse(token.error()));
                 });
  }

  http::Reply serve(const http::Request& request, const guard::AccessToken& token, bool reads) {
    log::info("demo_api_served", {{"method", std::string_view(request.method)},
                                  {"sub", std::string_view(token.subject)},
                                  {"client", token.client_id.view()}});
    return reads ? notes_reply(200, notebook_.of(token.subject))
                 : add_note(token.subject, request.body);
  }

  static http::Reply refuse(const guard::Refusal& refusal) {
    log::info("demo_api_refused", {{"reason", std::string_view(refusal.reason)}});
    http::Reply reply;
    reply.status = refusal.status;
    for (const auto& [name, value] : refusal.fields()) reply.fields.add(lower_ascii(name), value);
    reply.fields.add("x-content-type-options", "nosniff");
    reply.body = refusal.body;
    return reply;
  }

  static http::Reply not_allowed(std::string_view methods, std::string_view description) {
    http::Reply reply = error_reply(405, "", description);
    reply.fields.add("allow", std::string(methods));
    return reply;
  }

  // RFC 9728 §3.2.
  http::Reply metadata_reply() const {
    http::Reply reply;
    reply.fields.add("content-type", "application/json");
    reply.fields.add("cache-control", "public, max-age=3600");
    reply.fields.add("x-content-type-options", "nosniff");
    reply.body = guard_.metadata()->text;
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

  Notebook notebook_;
  std::unique_ptr<http::Server> server_;
  guard::Guard guard_;  // behind the server: checks that wait are answered while it is there
};

}  // namespace

Result<std::unique_ptr<DemoApi>, std::string> DemoApi::start(const DemoApiOptions& options) {
  auto made = std::make_unique<Listening>(options);
  TRY(made->listen(options.port));
  return std::unique_ptr<DemoApi>(std::move(made));
}

}  // namespace grantd::app
