// The hot pieces of a request, each alone: CPU nanoseconds a call, and in P-256 signatures.
#include <fcntl.h>
#include <sodium.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "bench/echo.h"
#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/core/features.h"
#include "grantd/core/sealed/seal.h"
#include "grantd/http/parser.h"
#include "grantd/http/reply.h"
#include "grantd/jose/jwt.h"
#include "grantd/server/pages.h"

namespace {

using namespace grantd;

// Of all threads of this program.
double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// The best of a few rounds of 20 ms: what others on the machine take shows least in it.
double measure(const std::function<void()>& piece) {
  constexpr double kRound = 20e6;
  int each = 1;
  double best = 1e18;
  for (int round = 0; round < 12; ++round) {
    const double begun = cpu_ns();
    for (int i = 0; i < each; ++i) piece();
    const double took = cpu_ns() - begun;
    if (took < kRound / 2) {
      each *= took < kRound / 20 ? 10 : 2;
      continue;
    }
    best = std::min(best, took / each);
  }
  return best;
}

core::Keyring make_ring() {
  core::Keyring ring;
  ring.issuer = oauth::Issuer("https://auth.example.com");
  core::SealKey key;
  key.id = 1;
  key.bytes = Secret(ByteView(random_bytes<32>()));
  ring.seal_keys.push_back(std::move(key));
  return ring;
}

Json id_token_claims() {
  return Json::object({{"iss", "https://auth.example.com"},
                       {"sub", "LkBbZ0pNTy2sR8wV5aQ1hw"},
                       {"aud", "web"},
                       {"exp", std::int64_t{1767269700}},
                       {"iat", std::int64_t{1767268800}},
                       {"auth_time", std::int64_t{1767268000}},
                       {"nonce", "Zk0pNTy2sR8wV5aQ1hwLkB"},
                       {"sid", "bZ0pNTy2sR8wV5aQ1hwLk0"},
                       {"at_hash", "pNTy2sR8wV5aQ1hwLkBbZ0"}});
}

constexpr std::string_view kTokenRequest =
    "POST /token HTTP/1.1\r\nHost: auth.example.com\r\nAuthorization: Basic "
    "d2ViOmJlbmNoLXNlY3JldC1iZW5jaC1zZWNyZXQtYmVuY2gtc2VjcmV0\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n";

// A service that asks for a token of its own: read, wanted and judged, all but the signature.
class Judged {
 public:
  Judged() : ring_(make_ring()) {
    house_.policy.issuer = ring_.issuer;
    house_.features = &features_;
    core::Client client;
    client.id = core::ClientId("svc");
    client.version = 1;
    client.grant_types = {core::GrantType::client_credentials};
    client.scope = core::ScopeSet::parse("api").value();
    client.secrets.push_back({.sha256 = sha256("a secret of the bench")});
    found_.client = std::make_shared<const core::Client>(std::move(client));
    core::Resource api;
    api.audience = core::Audience("https://api.example.com");
    api.scopes.push_back({.name = "api", .texts = {}});
    found_.resources = std::make_shared<const core::Resources>(core::Resources{api});
    moment_.now = from_seconds(1'767'268'800);
    endpoint_ = features_.endpoint("/token");
    CHECK(endpoint_ && sends_tokens(judge()));
  }

  core::Verdict judge() const {
    core::RawRequest raw;
    raw.method = "POST";
    raw.content_type = "application/x-www-form-urlencoded";
    raw.authorization = "Basic c3ZjOmErc2VjcmV0K29mK3RoZStiZW5jaA==";
    raw.body = "grant_type=client_credentials&scope=api";
    raw.address = "127.0.0.1";
    core::Read read = core::read(*endpoint_, raw, house_, ring_);
    const auto& asked = std::get<std::unique_ptr<core::Case>>(read);
    (void)asked->wants();
    return asked->decide(found_, moment_);
  }

 private:
  static bool sends_tokens(const core::Verdict& verdict) {
    const auto* decision = std::get_if<core::Decision>(&verdict);
    return decision && std::holds_alternative<core::SendTokens>(decision->outcome);
  }

  core::Keyring ring_;
  core::Features features_;
  core::House house_;
  core::Found found_;
  core::Moment moment_;
  const core::Endpoint* endpoint_ = nullptr;
};

// What the machine takes for a commit, whatever the program: a page written, and synced.
class SyncedFile {
 public:
  SyncedFile() : file_(mkstemp(name_.data())) {
    CHECK(file_ >= 0);
    unlink(name_.c_str());
    // As a log that has been round once: its blocks are there.
    for (int i = 0; i < kPages; ++i) write_page();
    CHECK(fsync(file_) == 0);
  }
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;
  ~SyncedFile() { close(file_); }

  void write_and_sync() {
    write_page();
    CHECK(fdatasync(file_) == 0);
  }

 private:
  static constexpr int kPages = 1024;
  void write_page() {
    const off_t at = static_cast<off_t>(next_++ % kPages) * static_cast<off_t>(page_.size());
    CHECK(pwrite(file_, page_.data(), page_.size(), at) == static_cast<ssize_t>(page_.size()));
  }

  std::string name_ = "/var/tmp/grantd-bench-XXXXXX";  // /tmp may be memory
  const int file_;
  const std::string page_ = std::string(4096, 'x');
  int next_ = 0;
};

}  // namespace

int main() {
  CHECK(sodium_init() >= 0);
  const auto key = jose::PrivateKey::generate(jose::Algorithm::es256);
  const double signature = measure([&] { key.sign(jose::Algorithm::es256, kTokenRequest); });
  const auto tell = [&](const char* name, const std::function<void()>& piece) {
    const double ns = measure(piece);
    std::printf("| %-52s | %8.0f | %6.3f |\n", name, ns, ns / signature);
  };
  std::printf("| piece | ns | in signatures |\n|---|--:|--:|\n");
  std::printf("| %-52s | %8.0f | %6.3f |\n", "ES256 signature of 260 bytes", signature, 1.0);

  const Json header = Json::object({{"typ", "JWT"}, {"kid", "pNTy2sR8wV5aQ1hwLkBbZ0pNTy2sR8w"}});
  const Json claims = id_token_claims();
  tell("sign: an ID token", [&] { sign_jwt(key, jose::Algorithm::es256, header, claims); });
  tell("write: its claims as JSON", [&] { claims.dump(); });

  const core::Keyring ring = make_ring();
  const Bytes payload(260, 7);
  const std::string code = core::seal(core::SealKind::code, payload, ring, {});
  tell("seal: a code's payload",
       [&] { core::seal(core::SealKind::code, payload, ring, random_bytes<24>()); });
  tell("open: a code", [&] { CHECK(core::open(core::SealKind::code, code, ring).has_value()); });

  const http::HeadLimits limits;
  tell("parse: the head of a token request", [&] {
    http::HeadScanner scanner;
    http::RequestParser parser(limits);
    CHECK(scanner.scan(kTokenRequest, limits).has_value());
    CHECK(parser.read_head(kTokenRequest).has_value());
    CHECK(http::check_head(parser.head(), limits).has_value());
  });
  http::Reply reply;
  reply.fields.add("content-type", "application/json");
  reply.fields.add("cache-control", "no-store");
  reply.body = std::string(900, 'x');
  tell("write: a reply of 900 bytes", [&] { http::write_reply(reply, {.date = "today"}); });

  const Judged judged;
  tell("read and judge: client_credentials", [&] { judged.judge(); });

  const auto pages = server::Pages::load({});
  CHECK(pages.has_value());
  const core::Page page(core::ProblemPage{core::ProblemPage::Problem::not_found, {}});
  server::PageInput input;
  input.language = "en";
  input.request_id = "0000-0000";
  tell("render: a page", [&] { (*pages)->render(page, input); });

  SyncedFile file;
  tell("the machine's own: 4 KiB written and synced", [&] { file.write_and_sync(); });
  bench::Echo echo;
  tell("the machine's own: a thread woken, and back", [&] { echo.ask(); });
  return 0;
}
