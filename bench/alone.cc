// What a request costs in the server without a network, in one process, one at a time; and how much
// of that is owed to what ran just before: the same request after nothing, after other data, after
// a signature, after a round trip through the kernel's TCP, after another thread, in turns.
// `bench/run alone` makes the folder and the requests.
//
//   alone FOLDER REQUESTS    FOLDER has grantd.toml; REQUESTS is JSON: [{"name", "method",
//                            "path", "query", "fields": {name: value}, "body", "status"}, …]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "bench/echo.h"
#include "grantd/base/check.h"
#include "grantd/base/json.h"
#include "grantd/jose/jwk.h"
#include "grantd/server/config.h"
#include "grantd/server/server.h"

namespace {

using namespace grantd;

// Of each request after each of the others; all requests take part in a round, since the machine is
// slow for seconds at a time.
constexpr int kRounds = 20, kTurns = 200;
constexpr std::size_t kDataBytes = 512 * 1024;
constexpr std::size_t kCacheLine = 64;

// Both ends of a connection over loopback, on this thread: what a request and its reply weigh.
class RoundTrip {
 public:
  RoundTrip() {
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    CHECK(bind(listening, address, size) == 0 && listen(listening, 1) == 0);
    CHECK(getsockname(listening, address, &size) == 0);
    CHECK(connect(client_, address, size) == 0);
    server_ = accept(listening, nullptr, nullptr);
    CHECK(server_ >= 0);
    close(listening);
  }
  RoundTrip(const RoundTrip&) = delete;
  RoundTrip& operator=(const RoundTrip&) = delete;
  ~RoundTrip() {
    close(client_);
    close(server_);
  }

  void go() {
    pass(client_, server_, 600);
    pass(server_, client_, 700);
  }

 private:
  void pass(int from, int to, std::size_t bytes) {
    CHECK(write(from, buffer_.data(), bytes) == static_cast<ssize_t>(bytes));
    CHECK(read(to, buffer_.data(), buffer_.size()) == static_cast<ssize_t>(bytes));
  }

  const int client_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int server_ = -1;
  std::array<char, 1024> buffer_{};
};

struct Sent {
  std::string name;
  http::Request request;
  int status = 200;
};

std::string text_of(const Json& object, std::string_view name) {
  const std::string* text = object.find_string(name);
  return text ? *text : std::string();
}

std::vector<Sent> read_requests(const char* file) {
  std::ifstream in(file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const Result<Json, std::string> json = Json::parse(text);
  CHECK(json.has_value() && json->as_array());
  std::vector<Sent> requests;
  for (const Json& item : *json->as_array()) {
    Sent sent;
    sent.name = text_of(item, "name");
    sent.request.method = text_of(item, "method");
    sent.request.path = text_of(item, "path");
    sent.request.query = text_of(item, "query");
    sent.request.body = text_of(item, "body");
    sent.request.peer_address = "127.0.0.1";
    CHECK(item.find("fields") && item.find("fields")->as_object());
    for (const auto& [name, value] : *item.find("fields")->as_object()) {
      sent.request.fields.add(name, *value.as_string());
    }
    CHECK(item.find_int("status"));
    sent.status = static_cast<int>(*item.find_int("status"));
    requests.push_back(std::move(sent));
  }
  return requests;
}

struct Before {
  const char* name;
  std::function<void()> run;
};

// Microseconds.
double play(server::Server& server, const Sent& sent, const Before& before) {
  http::Request request = sent.request;
  before.run();
  const auto begun = std::chrono::steady_clock::now();
  const http::Reply reply = server.handle(std::move(request));
  const std::chrono::duration<double, std::micro> passed = std::chrono::steady_clock::now() - begun;
  if (reply.status != sent.status) {
    std::printf("%s: expected %d, found %d %s\n", sent.name.c_str(), sent.status, reply.status,
                reply.body.c_str());
    std::exit(1);
  }
  return passed.count();
}

// The fastest tenth took no longer: what others on the machine take shows least in it.
double lowest_tenth(std::vector<double>& took) {
  const auto tenth = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 10);
  std::nth_element(took.begin(), tenth, took.end());
  return *tenth;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::puts("usage: alone FOLDER REQUESTS (bench/run alone makes both)");
    return 2;
  }
  auto config = server::load_config(std::string(arguments[1]) + "/grantd.toml",
                                    server::process_environment());
  if (!config) {
    std::printf("%s/grantd.toml is no configuration of grantd's\n", arguments[1]);
    return 1;
  }
  server::ServerOptions options;
  options.config = *std::move(config);
  const auto server = server::Server::open(std::move(options));
  if (!server) {
    std::puts(server.error().c_str());
    return 1;
  }
  const std::vector<Sent> requests = read_requests(arguments[2]);

  std::vector<char> data(kDataBytes);
  const auto key = jose::PrivateKey::generate(jose::Algorithm::es256);
  RoundTrip trip;
  bench::Echo other;
  const std::array before{
      Before{"nothing", [] {}},
      Before{"512 KiB of data", [&] {
               for (std::size_t i = 0; i < data.size(); i += kCacheLine) ++data[i];
             }},
      Before{"a signature", [&] { key.sign(jose::Algorithm::es256, "signed between"); }},
      Before{"TCP, there and back", [&] { trip.go(); }},
      Before{"another thread", [&] { other.ask(); }},
  };
  std::printf("| microseconds after |");
  for (const Before& each : before) std::printf(" %s |", each.name);
  std::printf("\n|---|%s\n", "--:|--:|--:|--:|--:|");
  std::vector<std::array<std::vector<double>, before.size()>> took(requests.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t r = 0; r < requests.size(); ++r) {
      for (std::size_t i = 0; i < kTurns * before.size(); ++i) {
        const std::size_t which = i % before.size();
        took[r][which].push_back(play(**server, requests[r], before[which]));
      }
    }
  }
  for (std::size_t r = 0; r < requests.size(); ++r) {
    std::printf("| %s |", requests[r].name.c_str());
    for (std::vector<double>& each : took[r]) std::printf(" %.1f |", lowest_tenth(each));
    std::printf("\n");
  }
  (*server)->stop();
  return 0;
}
