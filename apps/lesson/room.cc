#include "apps/lesson/room.h"

#include <algorithm>
#include <atomic>
#include <functional>

#include "apps/lesson/doors.h"
#include "apps/lesson/room_cast.h"
#include "grantd/base/loop.h"
#include "grantd/base/random.h"
#include "grantd/server/server.h"
#include "grantd/store/memory/memory_store.h"

namespace grantd::lesson {
namespace {

using store::Query;

template <class T, class Call>
Result<T, std::string> wait_for(Call call) {
  BlockingLoop loop;
  bool done = false;
  std::optional<Result<T, store::StoreError>> answer;
  call([&](Result<T, store::StoreError> result) {
    answer.emplace(std::move(result));
    done = true;
  });
  loop.run_until(done);
  if (!*answer) return fail(answer->error().message);
  return *std::move(*answer);
}

Result<Unit, std::string> commit(store::Store& store, core::Changes changes, Time now) {
  const auto committed = TRY(wait_for<store::Committed>(
      [&](auto done) { store.commit(std::move(changes), now, std::move(done)); }));
  const auto* lost = std::get_if<store::Lost>(&committed);
  if (lost) return fail("the room's store refused " + lost->row);
  return Unit{};
}

std::vector<store::Row> rows_of(store::Store& store, Query::Table table) {
  Query query;
  query.table = table;
  query.rows_max = store::kPageRowsMax;
  query.live_only = table != Query::Table::consents;
  std::vector<store::Row> out;
  do {
    auto page = wait_for<store::Page>([&](auto done) { store.list(query, std::move(done)); });
    if (!page) return out;
    for (store::Row& row : page->rows) out.push_back(std::move(row));
    query.after = page->next;
  } while (!query.after.empty());
  return out;
}

class Opened final : public Room {
 public:
  // The offset outlives whoever reads the clock.
  std::function<Time()> clock() const {
    return [offset = offset_] { return system_now() + Duration(offset->load()); };
  }

  Result<Unit, std::string> open() {
    issuer_ = TRY(Listener::start("grantd"));
    postcard_at_ = TRY(Listener::start("Postcard"));
    album_at_ = TRY(Listener::start("Album"));
    diary_at_ = TRY(Listener::start("Diary"));
    quiz_at_ = TRY(Listener::start("Quiz"));
    harbour_at_ = TRY(Listener::start("Harbour"));
    values_ = {{"issuer", issuer_->origin()},        {"postcard", postcard_at_->origin()},
               {"album", album_at_->origin()},       {"diary", diary_at_->origin()},
               {"quiz", quiz_at_->origin()},         {"harbour", harbour_at_->origin()},
               {"postcard_secret", secrets_.postcard}, {"quiz_secret", secrets_.quiz},
               {"album_secret", secrets_.album}};
    TRY(open_server());
    open_others();
    return Unit{};
  }

  ~Opened() override {
    for (auto* listener : {&issuer_, &postcard_at_, &album_at_, &diary_at_, &quiz_at_,
                           &harbour_at_}) {
      if (*listener) (*listener)->stop();
    }
    if (server_) server_->stop();
  }

  const Pairs& values() const override { return values_; }

  std::string value(std::string_view name) const override {
    const auto found = std::ranges::find(values_, name, &Pairs::value_type::first);
    return found == values_.end() ? std::string() : found->second;
  }

  Pairs values_of_app(std::string_view app) const override {
    Pairs out = {{"client_id", std::string(app)},
                 {"redirect_uri", postcard_at_->origin() + "/callback"},
                 {"scope", "openid photos.read offline_access"}};
    if (app == "postcard") out.emplace_back("client_secret", secrets_.postcard);
    if (app == "postcard-classic") out.emplace_back("client_secret", secrets_.classic);
    return out;
  }

  Person person(std::string_view login) const override {
    return login == "rook" ? secrets_.rook : secrets_.mira;
  }

  std::string party_of(std::string_view url) const override {
    for (const std::string_view name :
         {"issuer", "postcard", "album", "diary", "quiz", "harbour"}) {
      const std::string origin = value(name);
      if (url == origin || url.starts_with(origin + "/") || url.starts_with(origin + "?")) {
        return std::string(name);
      }
    }
    return {};
  }

  Time now() const override { return system_now() + Duration(offset_->load()); }
  void wait(Duration length) override {
    offset_->fetch_add(std::max(Duration(0), length).count());
  }

  void clean() override {
    core::Changes changes;
    for (const store::Row& row : rows_of(server_->store(), Query::Table::consents)) {
      const auto& consent = std::get<core::Consent>(row);
      changes.push_back(core::WithdrawConsent{consent.subject, consent.client});
    }
    // A row that went meanwhile is withdrawn already.
    if (!changes.empty()) (void)commit(server_->store(), std::move(changes), now());
    postcard_->set_build(Build::careful);
    (void)postcard_->take_wanted();
    album_->ask_the_server(false);
  }

  RoomRows rows() override {
    store::Store& store = server_->store();
    return {static_cast<int>(rows_of(store, Query::Table::grants).size()),
            static_cast<int>(rows_of(store, Query::Table::consents).size()),
            static_cast<int>(rows_of(store, Query::Table::sessions).size())};
  }

  std::optional<server::WalkRecord> explain(std::string_view request_id) override {
    return server_->explain(request_id);
  }

  Postcard& postcard() override { return *postcard_; }
  void album_asks(bool asks) override { album_->ask_the_server(asks); }

 private:
  Result<Unit, std::string> open_server() {
    server::ServerOptions options;
    options.config.issuer = issuer_->origin();
    options.config.algorithms = {"ES256"};  // an RSA key would take longer than everything else
    options.config.argon2_memory_kib = 8;
    options.config.argon2_iterations = 1;
    options.config.password_threads = 1;
    // The lesson fails on purpose, and often.
    options.config.secret_tries = options.config.login_tries = 10'000;
    options.config.address_tries = 10'000;
    options.now = clock();
    const server::MasterKey master{Secret(ByteView(random_bytes<32>()))};
    auto store = store::make_memory_store(oauth::Issuer(options.config.issuer),
                                          core::Epoch(random_bytes<16>()));
    TRY(commit(*store, server::first_keys(master, now()), now()));
    TRY(commit(*store,
               room_cast(secrets_, postcard_at_->origin(), quiz_at_->origin(), now()), now()));
    server_ = TRY(server::Server::create(std::move(options), std::move(store), master));
    issuer_->hand_to([this](http::Request request, http::Respond respond) {
      server_->handle(std::move(request), std::move(respond));
    });
    return Unit{};
  }

  void open_others() {
    Postcard::Known known;
    for (const std::string app : {"postcard", "postcard-phone", "postcard-classic"}) {
      known.emplace(std::pair(app, ""), settings(app, issuer_->origin(), app));
    }
    known.emplace(std::pair("postcard", "harbour"),
                  settings("postcard", harbour_at_->origin(), "postcard-at-harbour"));
    postcard_ = std::make_unique<Postcard>(*postcard_at_, std::move(known));

    DoorOptions album{.name = "Album",
                      .issuer = issuer_->origin(),
                      .audience = std::string(kAlbumAudience),
                      .routes = {{"GET", "/photos/7", "photos.read",
                                  R"({"photo":7,"title":"The harbour at six"})"},
                                 {"DELETE", "/photos/7", "photos.write", R"({"deleted":7})"}},
                      .client_id = "album",
                      .client_secret = secrets_.album,
                      .now = clock()};
    album_ = std::make_unique<Door>(*album_at_, std::move(album));
    DoorOptions diary{.name = "Diary",
                      .issuer = issuer_->origin(),
                      .audience = std::string(kDiaryAudience),
                      .routes = {{"GET", "/today", "diary.read", R"({"today":"Rain, and tea."})"}},
                      .client_id = {},
                      .client_secret = {},
                      .now = clock()};
    diary_ = std::make_unique<Door>(*diary_at_, std::move(diary));
    harbour_ = std::make_unique<Harbour>(*harbour_at_, issuer_->origin());
    quiz_at_->answer_by([](const http::Request&) {
      return plain_reply(200, "text/plain; charset=utf-8", "Rook was here.\n");
    });
  }

  client::Settings settings(std::string_view app, const std::string& server,
                            std::string client_id) const {
    client::Settings out;
    out.provider.issuer = oauth::Issuer(server);
    out.provider.authorization_endpoint = server + "/authorize";
    out.provider.token_endpoint = server + "/token";
    out.client_id = oauth::ClientId(std::move(client_id));
    for (const auto& [name, text] : values_of_app(app)) {
      if (name == "client_secret") {
        out.auth = client::ClientAuth::client_secret_post;
        out.client_secret = Secret(std::string_view(text));
      }
      if (name == "redirect_uri") out.redirect_uri = oauth::RedirectUri::parse(text).value();
      if (name == "scope") out.scope = oauth::ScopeSet::parse(text).value();
    }
    return out;
  }

  const RoomSecrets secrets_ = RoomSecrets::draw();
  std::shared_ptr<std::atomic<std::int64_t>> offset_ =
      std::make_shared<std::atomic<std::int64_t>>(0);
  Pairs values_;
  std::unique_ptr<Listener> issuer_, postcard_at_, album_at_, diary_at_, quiz_at_, harbour_at_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<Postcard> postcard_;
  std::unique_ptr<Door> album_, diary_;
  std::unique_ptr<Harbour> harbour_;
};

}  // namespace

Result<std::unique_ptr<Room>, std::string> Room::open() {
  auto room = std::make_unique<Opened>();
  TRY(room->open());
  return std::unique_ptr<Room>(std::move(room));
}

}  // namespace grantd::lesson
