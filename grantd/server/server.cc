#include "grantd/server/server.h"

#include <algorithm>
#include <thread>

#include "grantd/base/loop.h"
#include "grantd/server/answer.h"
#include "grantd/server/edges.h"
#include "grantd/server/explain_http.h"
#include "grantd/server/key_keeper.h"
#include "grantd/server/logout_notices.h"
#include "grantd/server/policy.h"
#include "grantd/server/request_id.h"
#include "grantd/server/serve.h"
#include "grantd/server/sweeper.h"
#include "grantd/store/sqlite/sqlite_store.h"

namespace grantd::server {
namespace {

constexpr std::chrono::milliseconds kDrain{10'000};

int threads_of(const Config& config) {
  if (config.threads > 0) return config.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// What is off by the configuration is absent (DESIGN §4).
std::set<std::string> off_of(const ServerOptions& options) {
  std::set<std::string> off = options.off;
  if (options.config.registration_mode == "off") off.insert("register");
  return off;
}

class Assembled final : public Server {
 public:
  Assembled(ServerOptions options, std::unique_ptr<store::Store> store, MasterKey master,
            const std::shared_ptr<const Pages>& pages)
      : options_(std::move(options)),
        store_(std::move(store)),
        master_(std::move(master)),
        edges_(*store_, master_, options_.config, oauth::Issuer(options_.config.issuer),
               options_.now),
        features_(off_of(options_)),
        walks_(options_.config.explain_kept),
        carrier_{edges_, core::House{policy(*pages), &features_},
                 AnswerHouse{policy(*pages), pages, options_.developer}, &walks_},
        path_(carrier_.house.policy.path()) {}

  ~Assembled() override { stop(); }

  Result<Unit, std::string> open_keys() {
    // Opened first: under a master key that does not open what is there, nothing is added.
    TRY(edges_.open());
    const bool made = TRY(keep_keys(*store_, master_, plan(), Due::missing, options_.now()));
    if (made) TRY(edges_.open());
    return Unit{};
  }

  void handle(http::Request request, http::Respond respond) override {
    const http::Handler* const beside = beside_at(request.path);
    if (beside) return (*beside)(std::move(request), std::move(respond));
    std::string request_id = make_request_id();
    const AnswerTo to{request, request_id};
    const core::Endpoint* endpoint = route(request.path);
    if (!endpoint) {
      http::Reply reply = answer_other(to);
      if (reply.status >= 400) keep_other(request, request_id, reply.status);
      return respond(std::move(reply));
    }
    serve(carrier_, *endpoint, std::move(request), std::move(request_id), std::move(respond));
  }

  http::Reply handle(http::Request request) override {
    BlockingLoop loop;
    http::Reply reply;
    bool done = false;
    handle(std::move(request), [&](http::Reply answered) {
      reply = std::move(answered);
      done = true;
    });
    loop.run_until(done);
    return reply;
  }

  void handle_management(http::Request request, http::Respond respond) override {
    if (request.path == kExplainPath || request.path.starts_with("/explain/")) {
      return respond(explain_reply(request, walks_));
    }
    http::Reply reply;
    reply.fields.add("content-type", "text/plain; charset=utf-8");
    reply.fields.add("cache-control", "no-store");
    if (request.path == "/livez") {
      reply.body = "alive\n";
    } else if (request.path == "/readyz") {
      const std::string wrong = not_ready();
      reply.status = wrong.empty() ? 200 : 503;
      reply.body = wrong.empty() ? "ready\n" : wrong + "\n";
    } else {
      reply.status = 404;
      reply.body = "there are /livez, /readyz and /explain here\n";
    }
    respond(std::move(reply));
  }

  Result<Unit, std::string> start() override {
    const Config& config = options_.config;
    http::ServerOptions open;
    open.address = config.address;
    open.port = static_cast<std::uint16_t>(config.port);
    open.threads = threads_of(config);
    open.trusted_proxies = config.trusted_proxies;
    open.connections_max = static_cast<std::size_t>(config.connections_max);
    if (!config.tls_certificate_file.empty()) {
      open.tls = http::Tls{config.tls_certificate_file, config.tls_key_file};
    }
    public_ = TRY(http::Server::start(
        std::move(open), [this](http::Request&& request, http::Respond&& respond) {
          handle(std::move(request), std::move(respond));
        }));
    http::ServerOptions inner;
    inner.address = config.management_address;
    inner.port = static_cast<std::uint16_t>(config.management_port);
    management_ = TRY(http::Server::start(
        std::move(inner), [this](http::Request request, http::Respond respond) {
          handle_management(std::move(request), std::move(respond));
        }));
    sweeper_ = std::make_unique<Sweeper>(*store_, idle_limits(carrier_.house.policy), options_.now);
    keeper_ = std::make_unique<KeyKeeper>(*store_, master_, plan(), options_.now);
    notices_ = std::make_unique<LogoutNotices>(edges_, carrier_.house.policy);
    edges_.when_session_ended([this] { notices_->wake(); });
    return Unit{};
  }

  std::uint16_t port() const override { return public_ ? public_->port() : 0; }
  std::uint16_t management_port() const override { return management_ ? management_->port() : 0; }

  Result<Unit, std::string> reload() override {
    if (!public_ || options_.config.tls_certificate_file.empty()) return Unit{};
    return public_->reload_tls();
  }

  void stop() override {
    if (stopped_) return;
    stopped_ = true;
    keeper_.reset();
    sweeper_.reset();
    if (public_) public_->stop(kDrain);
    if (management_) management_->stop(std::chrono::milliseconds(1000));
    edges_.when_session_ended(nullptr);
    notices_.reset();
    edges_.close();
    store_->close();
  }

  std::optional<WalkRecord> explain(std::string_view request_id) const override {
    return walks_.find(request_id);
  }
  std::vector<WalkRecord> last_walks(std::size_t most, bool refused_only) const override {
    return walks_.last(most, refused_only);
  }

  store::Store& store() override { return *store_; }

 private:
  core::Policy policy(const Pages& pages) const {
    core::Policy policy = policy_of(options_.config);
    policy.languages = pages.languages();
    policy.refresh_tokens = features_.grant(core::GrantType::refresh_token) != nullptr;
    return policy;
  }

  KeyPlan plan() const { return key_plan(options_.config); }

  // Below the issuer's path, where OpenID Connect Discovery §4.1 has its document too; RFC 8414's
  // goes between host and path (§3.1).
  const core::Endpoint* route(std::string_view path) const {
    constexpr std::string_view kWellKnown = "/.well-known/oauth-authorization-server";
    if (path.starts_with(kWellKnown)) {
      return path.substr(kWellKnown.size()) == path_ ? features_.endpoint(kWellKnown) : nullptr;
    }
    if (!path.starts_with(path_)) return nullptr;
    return features_.endpoint(path.substr(path_.size()));
  }

  // "/learn" and "/learn/…", not "/learned".
  const http::Handler* beside_at(std::string_view path) const {
    for (const auto& [first, handler] : options_.beside) {
      if (path == first || path.starts_with(first + "/")) return &handler;
    }
    return nullptr;
  }

  http::Reply answer_other(const AnswerTo& to) const {
    const std::string_view path = to.request.path;
    const StaticFile* file = path.starts_with(path_)
                                 ? carrier_.answers.pages->file(path.substr(path_.size()))
                                 : nullptr;
    const bool overview = options_.overview && path == path_ + "/";
    const bool walks = is_of_walks(to.request);
    if (!file && !overview && !walks) return answer_not_found(to, carrier_.answers);
    if (to.request.method != "GET" && to.request.method != "HEAD") {
      return answer_method_not_allowed("GET, HEAD", true, to, carrier_.answers);
    }
    if (overview) return answer_overview(*options_.overview, to, carrier_.answers);
    if (walks) return answer_of_walks(to);
    return answer_file(*file, to, carrier_.answers);
  }

  // The developer's pages (`grantd dev`), to who sits at this computer.
  bool is_of_walks(const http::Request& request) const {
    const std::string pages = path_ + "/requests";
    return options_.developer && from_this_computer(request) &&
           (request.path == pages || request.path.starts_with(pages + "/"));
  }

  http::Reply answer_of_walks(const AnswerTo& to) const {
    const std::string_view below = std::string_view(to.request.path).substr(path_.size() + 9);
    if (below.empty()) {
      constexpr std::size_t kShown = 100;
      const bool refused_only = to.request.query.starts_with("refused=1");
      return answer_walks({walks_.last(kShown, refused_only), refused_only}, to, carrier_.answers);
    }
    const std::optional<std::string> id = read_request_id(below.substr(1));
    std::optional<WalkRecord> walk = id ? walks_.find(*id) : std::nullopt;
    if (!walk) return answer_not_found(to, carrier_.answers);
    return answer_walk({*std::move(walk), options_.config.file}, to, carrier_.answers);
  }

  // There is no walk to nowhere; still the page shows a number, which somebody may ask about.
  void keep_other(const http::Request& request, const std::string& request_id, int status) {
    if (!walks_.keeps()) return;
    WalkTrace trace;
    trace.request_id = request_id;
    trace.when = options_.now();
    trace.method = request.method.substr(0, kMethodMax);
    trace.path = request.path.substr(0, 200);
    trace.status = static_cast<std::uint16_t>(status);
    walks_.keep(std::move(trace));
  }

  std::string not_ready() {
    std::string wrong = store_->health();
    if (!wrong.empty()) return wrong;
    if (!edges_.moment(store_->meta().latest)) {
      return "the clock is more than five minutes behind the store's latest commit";
    }
    return {};
  }

  ServerOptions options_;
  std::unique_ptr<store::Store> store_;
  MasterKey master_;
  Edges edges_;
  core::Features features_;
  WalkBook walks_;
  Carrier carrier_;
  std::string path_;
  std::unique_ptr<http::Server> public_;
  std::unique_ptr<http::Server> management_;
  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<KeyKeeper> keeper_;
  std::unique_ptr<LogoutNotices> notices_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>, std::string> Server::create(ServerOptions options,
                                                            std::unique_ptr<store::Store> store,
                                                            MasterKey master) {
  TRY(check_outbound(options.config));
  PagesOptions look;
  look.brand = options.config.brand;
  look.directory = options.config.pages_directory;
  look.developer = options.developer;
  look.path = policy_of(options.config).path();
  std::shared_ptr<const Pages> pages = TRY(Pages::load(look));
  auto server = std::make_unique<Assembled>(std::move(options), std::move(store),
                                            std::move(master), pages);
  TRY(server->open_keys());
  return std::unique_ptr<Server>(std::move(server));
}

Result<std::unique_ptr<Server>, std::string> Server::open(ServerOptions options) {
  const Config& config = options.config;
  if (!config.tls_certificate_file.empty()) {
    TRY(http::check_tls({config.tls_certificate_file, config.tls_key_file}));
  }
  MasterKey master = TRY(read_master_key(config.master_key_file));
  store::SqliteOptions lies;
  lies.file = config.data_directory + "/grantd.db";
  lies.issuer = oauth::Issuer(config.issuer);
  lies.role = store::SqliteOptions::Role::server;
  lies.create = false;
  std::unique_ptr<store::Store> store = TRY(store::open_sqlite(lies));
  return create(std::move(options), std::move(store), std::move(master));
}

}  // namespace grantd::server
