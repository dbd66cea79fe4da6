#include "apps/lesson/page.h"

#include <algorithm>
#include <list>

#include "apps/lesson/page_acts.h"
#include "apps/lesson/page_frame.h"
#include "apps/lesson/worker.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/base/log.h"
#include "grantd/base/random.h"
#include "grantd/server/explain_http.h"
#include "grantd/server/pages_language.h"
#include "web/embedded.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

struct Served {
  std::string_view path, file, type;
  bool alone;  // only where nothing else serves it
};
constexpr Served kServed[] = {
    {"/learn/page.css", "learn.css", "text/css; charset=utf-8", false},
    {"/learn/page.js", "learn.js", "text/javascript; charset=utf-8", false},
    {"/style.css", "style.css", "text/css; charset=utf-8", true},
    {"/mark.svg", "mark.svg", "image/svg+xml", true},
};

http::Reply plain(int status, std::string_view type = {}) {
  http::Reply reply;
  reply.status = status;
  if (!type.empty()) reply.fields.add("content-type", std::string(type));
  reply.fields.add("x-content-type-options", "nosniff");
  reply.fields.add("referrer-policy", "no-referrer");
  reply.fields.add("cross-origin-resource-policy", "same-origin");
  return reply;
}

http::Reply unstored(int status, std::string_view type = {}) {
  http::Reply reply = plain(status, type);
  reply.fields.add("cache-control", "no-store");
  return reply;
}

http::Reply text_reply(int status, std::string text) {
  http::Reply reply = unstored(status, "text/plain; charset=utf-8");
  reply.body = std::move(text);
  return reply;
}

http::Reply see_other(std::string where) {
  http::Reply reply = unstored(303);
  reply.fields.add("location", std::move(where));
  return reply;
}

// Asked about each time, so that a newer program is seen at once.
http::Reply file_reply(const Served& served, const http::Request& request) {
  const std::string_view whole = web::file(served.file).value_or("");
  const std::string body = served.alone ? std::string(whole) : lean(whole);
  const std::string etag = "\"" + base64url_encode(sha256(body)).substr(0, 22) + "\"";
  const auto known = request.fields.find("if-none-match");
  const bool same = known && *known == etag;
  http::Reply reply = plain(same ? 304 : 200, served.type);
  reply.fields.add("cache-control", "no-cache");
  reply.fields.add("etag", etag);
  reply.fields.add("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
  if (!same) reply.body = body;
  return reply;
}

std::string drawn() { return base64url_encode(random_bytes<16>()); }

// A cookie knows no port: each deployment on this computer has its own name for it.
std::string cookie_name(const http::Request& request) {
  const auto host = request.fields.find("host");
  const std::size_t colon = host ? host->rfind(':') : std::string::npos;
  std::string out = "grantd_learn";
  if (colon == std::string::npos) return out;
  const std::string port(host->substr(colon + 1));
  const bool digits = !port.empty() && port.find_first_not_of("0123456789") == std::string::npos;
  return digits ? out + "_" + port : out;
}

// A page elsewhere that loads ours as a picture, a frame or the like: it would open rooms and learn
// nothing. Following a link from elsewhere is fine.
bool is_embedded_elsewhere(const http::Request& request) {
  const auto site = request.fields.find("sec-fetch-site");
  const auto destination = request.fields.find("sec-fetch-dest");
  return site && *site == "cross-site" && (!destination || *destination != "document");
}

class Opened final : public Page {
 public:
  explicit Opened(PageOptions options) : options_(std::move(options)), worker_(kWaitingMax) {}
  ~Opened() override { stop(); }

  void handle(http::Request request, http::Respond respond) override {
    if (!server::from_this_computer(request) || is_embedded_elsewhere(request)) {
      return respond(text_reply(403, "The lesson is for this computer: ask by its address.\n"));
    }
    for (const Served& served : kServed) {
      if (request.path != served.path || (served.alone && !options_.alone)) continue;
      if (request.method == "GET" || request.method == "HEAD") {
        return respond(file_reply(served, request));
      }
    }
    const auto kept = std::make_shared<http::Respond>(std::move(respond));
    Worker::Task task = [this, kept, request = std::move(request)] { (*kept)(answer(request)); };
    if (worker_.post(task)) return;
    http::Reply reply = text_reply(503, "The lesson is busy. Try again in a second.\n");
    reply.fields.add("retry-after", "1");
    (*kept)(std::move(reply));
  }

  void stop() override {
    worker_.stop();
    learners_.clear();
  }

 private:
  struct Known {
    std::string id;
    std::unique_ptr<Learner> learner;
  };

  // ---- all below: on the worker's thread alone

  http::Reply answer(const http::Request& request) {
    if (options_.alone && request.path == "/") return see_other("/learn");
    const std::string language = language_of(request);
    const Book& book = book_in(language);
    Learner* learner = known_learner(request);
    const auto where = place_at(book, request.path, request.query);
    if (!where) {
      Learner nobody;
      return page(404, problem_sheet(Sight{book, nobody}, "page_nothing", "page_nothing_text",
                                     "/learn"),
                  Sight{book, nobody}, "/learn");
    }
    if (request.method == "POST") return post(request, *where, learner, book);
    if (request.method != "GET" && request.method != "HEAD") {
      http::Reply reply = text_reply(405, "GET, HEAD or POST.\n");
      reply.fields.add("allow", "GET, HEAD, POST");
      return reply;
    }
    std::string cookie;
    if (!learner) learner = &new_learner(cookie);
    speak(*learner, language, book);
    http::Reply reply = get(*where, *learner, book);
    if (!cookie.empty()) {
      reply.fields.add("set-cookie", cookie_name(request) + "=" + cookie +
                                         "; Path=/learn; HttpOnly; SameSite=Lax");
    }
    return reply;
  }

  http::Reply get(const Where& where, Learner& learner, const Book& book) {
    if (plays(where)) {
      const std::string wrong = open_room(learner, book);
      if (!wrong.empty()) return no_room(wrong);
    }
    const auto preview = make_ready(where, learner, chance_);
    const Sight sight{book, learner, values_of(learner)};
    return page(200, sheet_of(where, sight, preview), sight, where.path);
  }

  http::Reply post(const http::Request& request, const Where& where, Learner* learner,
                   const Book& book) {
    const auto form = oauth::Form::parse(request.body);
    const auto type = request.fields.find("content-type");
    const bool is_form = type && type->starts_with("application/x-www-form-urlencoded");
    if (!learner || !form || !is_form ||
        !equal_in_constant_time(form->get("token"), std::string_view(learner->form_token))) {
      Learner nobody;
      const Sight sight{book, nobody};
      return page(403, problem_sheet(sight, "page_lost", "page_lost_text", where.path), sight,
                  where.path);
    }
    if (where.kind == Where::Kind::contents) {
      if (form->get("do") == "forget") forget(*learner);
      return see_other("/learn");
    }
    if (plays(where)) {
      const std::string wrong = open_room(*learner, book);
      if (!wrong.empty()) return no_room(wrong);
    }
    return see_other(where.path + std::string(act(where, *form, *learner, book)));
  }

  Sheet sheet_of(const Where& where, const Sight& sight,
                 const std::optional<Exchange>& preview) const {
    switch (where.kind) {
      case Where::Kind::step:
        return step_sheet(sight, *where.step, preview ? &*preview : nullptr);
      case Where::Kind::experiment:
        return experiment_sheet(sight, *where.experiment, where.play);
      case Where::Kind::exercise:
        return exercise_sheet(sight, *where.exercise);
      case Where::Kind::challenge:
        return challenge_sheet(sight, options_.now());
      case Where::Kind::move:
        return move_sheet(sight, *where.move);
      case Where::Kind::program:
        return program_sheet(sight);
      case Where::Kind::words:
        return words_sheet(sight);
      case Where::Kind::contents:
        break;
    }
    return contents_sheet(sight);
  }

  http::Reply page(int status, const Sheet& sheet, const Sight& sight, std::string_view path) {
    Frame frame;
    frame.leaves = !options_.alone;
    frame.path = path;
    if (sight.learner.room) frame.room = sight.learner.room->value("issuer");
    for (const std::string& other : languages_) {
      if (other == sight.book.language) continue;
      frame.languages.emplace_back(other, book_in(other).word("page_language"));
    }
    http::Reply reply = unstored(status, "text/html; charset=utf-8");
    reply.fields.add("content-security-policy", std::string(kPolicy));
    reply.fields.add("x-frame-options", "DENY");
    reply.fields.add("cross-origin-opener-policy", "same-origin");
    reply.body = document(sight, sheet, frame);
    return reply;
  }

  http::Reply no_room(const std::string& wrong) {
    log::warning("lesson_room_not_opened", {{"reason", std::string_view(wrong)}});
    return text_reply(503, "The lesson's room cannot be opened: " + printable(wrong) + "\n");
  }

  // ---- learners and rooms; the one that came last stands first

  Learner* known_learner(const http::Request& request) {
    const std::string_view id = http::cookie(request, cookie_name(request)).value_or("");
    const auto found = std::ranges::find(learners_, id, &Known::id);
    if (id.empty() || found == learners_.end()) return nullptr;
    learners_.splice(learners_.begin(), learners_, found);
    return learners_.front().learner.get();
  }

  Learner& new_learner(std::string& cookie) {
    if (learners_.size() >= kLearnersMax) learners_.pop_back();
    cookie = drawn();
    learners_.push_front({cookie, std::make_unique<Learner>()});
    learners_.front().learner->form_token = drawn();
    return *learners_.front().learner;
  }

  // The cookie stays, and with it the forms that other tabs show.
  static void forget(Learner& learner) {
    Learner fresh;
    fresh.form_token = learner.form_token;
    fresh.language = learner.language;
    learner.player.reset();  // before its room
    learner = std::move(fresh);
  }

  // What was said in another language is not kept.
  static void speak(Learner& learner, const std::string& language, const Book& book) {
    if (learner.language == language) return;
    learner.language = language;
    learner.tries.clear();
    if (learner.room) learner.player = std::make_unique<Player>(book, *learner.room);
  }

  std::string open_room(Learner& learner, const Book& book) {
    if (learner.player) return {};
    close_oldest_room();
    auto room = Room::open();
    if (!room) return room.error();
    learner.room = std::move(*room);
    learner.player = std::make_unique<Player>(book, *learner.room);
    return {};
  }

  void close_oldest_room() {
    const auto open = [](const Known& one) { return one.learner->room != nullptr; };
    if (std::ranges::count_if(learners_, open) < static_cast<std::ptrdiff_t>(kRoomsMax)) return;
    const auto oldest = std::find_if(learners_.rbegin(), learners_.rend(), open);
    oldest->learner->player.reset();
    oldest->learner->room.reset();
  }

  static Pairs values_of(const Learner& learner) {
    if (!learner.room) return {};
    Pairs out = learner.room->values();
    out.emplace_back("mira_password", learner.room->person("mira").password);
    return out;
  }

  // ---- languages

  std::string language_of(const http::Request& request) {
    const auto query = oauth::Form::parse(request.query);
    const std::string asked(query ? query->get("ui_locales") : std::string_view());
    const Learner* const learner = known_learner(request);
    if (asked.empty() && learner) return learner->language;
    const auto accept = request.fields.find("accept-language");
    return languages_[server::choose_language(languages_, asked,
                                              accept ? *accept : std::string_view())];
  }

  const Book& book_in(const std::string& language) {
    auto& book = books_[language];
    if (!book) book = std::make_unique<const Book>(load_book(language));
    return *book;
  }

  static std::vector<std::string> known_languages() {
    std::vector<std::string> all = languages();
    // English is what there is for all others.
    std::ranges::stable_partition(all, [](const std::string& one) { return one == "en"; });
    return all;
  }

  const PageOptions options_;
  const std::vector<std::string> languages_ = known_languages();
  std::map<std::string, std::unique_ptr<const Book>> books_;
  std::list<Known> learners_;
  std::mt19937 chance_{std::random_device()()};
  Worker worker_;  // the last: its thread uses all of the above
};

}  // namespace

std::unique_ptr<Page> Page::open(PageOptions options) {
  return std::make_unique<Opened>(std::move(options));
}

}  // namespace grantd::lesson
