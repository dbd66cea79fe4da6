#include "tests/sim/world.h"

#include "grantd/base/encoding.h"
#include "grantd/store/memory/memory_store.h"
#include "tests/sim/recorder.h"

namespace grantd::sim {
namespace {

using core::AuthMethod;
using core::Client;
using core::GrantType;

constexpr int kPeople = 5;
constexpr int kBrowsers = 7;
constexpr std::size_t kRestingMax = 8;

core::Keyring make_keys() {
  core::Keyring keys;
  keys.issuer = oauth::parse_issuer("https://auth.example").value();
  const Bytes front(32, 1), refresh(32, 2);
  keys.seal_keys = {{1, core::KeyUse::seal_front, core::KeyState::current, Secret(ByteView(front))},
                    {2, core::KeyUse::seal_refresh, core::KeyState::current,
                     Secret(ByteView(refresh))}};
  return keys;
}

// Confidential ones (Basic; post with an imported secret and optional PKCE; implied consent) and
// public ones (on the web; on the person's computer).
std::vector<Client> make_apps(Chance& chance) {
  std::vector<Client> apps;
  for (const std::string name : {"web", "classic", "own", "spa", "native"}) {
    Client app;
    app.id = core::ClientId(name);
    ByteArray<8> incarnation;
    for (std::uint8_t& byte : incarnation) byte = static_cast<std::uint8_t>(chance.next());
    app.incarnation = core::Incarnation(incarnation);
    app.name = name;
    app.grant_types = {GrantType::authorization_code, GrantType::refresh_token};
    app.scope = core::ScopeSet::parse("read write view offline_access").value();
    app.redirect_uris = {core::RedirectUri::parse(name == "native" ? "com.example.app:/cb"
                                                                   : "https://app.example/cb")
                             .value()};
    app.secrets = {core::ClientSecret{.sha256 = sha256(name + "-secret")}};
    if (name == "classic") {
      app.auth_method = AuthMethod::client_secret_post;
      app.secrets = {core::ClientSecret{.argon2id = "pw:classic-secret"}};
      app.pkce = core::PkcePolicy::optional;
    }
    if (name == "own") app.consent = core::ConsentPolicy::implied;
    if (name == "spa" || name == "native") {
      app.auth_method = AuthMethod::none;
      app.secrets.clear();
    }
    apps.push_back(std::move(app));
  }
  return apps;
}

core::Resources make_apis() {
  core::Resources apis(2);
  apis[0].audience = core::Audience("https://notes.example");
  apis[0].scopes = {{"read", {}}, {"write", {}}};
  apis[1].audience = core::Audience("https://photos.example");
  apis[1].scopes = {{"view", {}}};
  return apis;
}

}  // namespace

World::World(std::uint64_t seed, const Wrap& wrap) : chance_(seed), keys_(make_keys()) {
  house_.policy.issuer = keys_.issuer;
  house_.policy.dummy_password = "none";
  house_.policy.userinfo.audience = core::Audience(keys_.issuer.str());
  house_.features = &features_;
  const core::Epoch epoch(ByteArray<16>{1});
  auto recorder = std::make_unique<Recorder>(store::make_memory_store(keys_.issuer, epoch), truth_,
                                             epoch);
  recorder_ = recorder.get();
  store_ = wrap(std::move(recorder));
  place_ = std::make_unique<Place>(Place{*store_, house_, keys_, truth_, chance_, now_});

  apps_ = make_apps(chance_);
  apis_ = make_apis();
  core::Changes changes;
  for (const core::Resource& api : apis_) changes.push_back(core::PutResource{api});
  for (const Client& app : apps_) changes.push_back(core::PutClient{app});
  for (int i = 0; i < kPeople; ++i) {
    core::User user;
    user.id = core::SubjectId(ByteArray<16>{static_cast<std::uint8_t>(i + 1)});
    user.login = "person" + std::to_string(i);
    user.password = "pw:" + user.login;
    user.claims = Json::object();
    people_.push_back(user.id);
    changes.push_back(core::PutUser{user});
  }
  recorder_->commit(changes, now_, [](const auto&) {});
  browsers_.resize(kBrowsers);
}

World::~World() = default;

bool World::step() {
  ++counts_.steps;
  struct Action {
    int weight;
    void (World::*act)();
  };
  constexpr Action kActions[] = {
      {20, &World::open_app}, {24, &World::post_page},     {3, &World::go_back},
      {2, &World::sign_out},  {16, &World::exchange},      {18, &World::refresh},
      {5, &World::revoke},    {4, &World::guess},          {3, &World::operate},
      {10, &World::let_time_pass}, {1, &World::sweep},
  };
  int sum = 0;
  for (const Action& action : kActions) sum += action.weight;
  auto left = static_cast<int>(chance_.below(static_cast<std::size_t>(sum)));
  for (const Action& action : kActions) {
    left -= action.weight;
    if (left >= 0) continue;
    (this->*action.act)();
    break;
  }
  now_ += Duration(chance_.below(400));
  if (!resting_.empty() && chance_.one_in(3)) go_on(chance_.below(resting_.size()));
  if (chance_.one_in(500)) check_rows();
  return truth_.violated().empty();
}

void World::run(Request request) {
  truth_.note(request.note);
  // A double click, a retry, a thief at the same moment: judged on the same facts, both write.
  const int copies = chance_.one_in(7) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    auto walk = std::make_unique<Walk>(*place_, request);
    walk->judge();
    resting_.push_back(std::move(walk));
  }
  if (copies == 2) ++counts_.raced;
  for (int i = 0; i < copies; ++i) {
    if (resting_.size() <= kRestingMax && chance_.one_in(6)) continue;  // it comes late
    go_on(resting_.size() - 1);
  }
}

void World::go_on(std::size_t index) {
  std::unique_ptr<Walk> walk = std::move(resting_[index]);
  resting_.erase(resting_.begin() + static_cast<std::ptrdiff_t>(index));
  while (!walk->answered()) walk->write();
  finish(*walk);
}

void World::finish(const Walk& walk) {
  if (walk.unavailable()) {
    ++counts_.unavailable;
    truth_.note("  503: " + walk.request().note);
    return;
  }
  answer(walk);
}

std::string World::seal(core::SealKind kind, const Bytes& payload) {
  core::SealNonce nonce;
  for (std::uint8_t& byte : nonce) byte = static_cast<std::uint8_t>(chance_.next());
  return core::seal(kind, payload, keys_, nonce);
}

void World::let_time_pass() {
  const Duration lengths[] = {seconds(1), seconds(20), seconds(61), std::chrono::minutes(5),
                              std::chrono::hours(1), std::chrono::hours(9),
                              std::chrono::hours(24 * 8)};
  std::size_t which = 0;
  while (which + 1 < std::size(lengths) && chance_.one_in(3)) ++which;
  now_ += lengths[which];
}

void World::sweep() {
  const core::Policy& policy = house_.policy;
  store_->sweep({.now = now_,
                 .idle = {.session = policy.session_idle, .offline_grant = policy.offline_idle},
                 .rows_max = 1 + static_cast<int>(chance_.below(50))},
                [](const auto&) {});
}

}  // namespace grantd::sim
