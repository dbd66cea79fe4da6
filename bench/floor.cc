// A durable code flow with all left out that makes an authorization server: the bytes of both
// exchanges on kept connections, one P-256 signature, one row in SQLite (synchronous=FULL) by a
// writer that takes along all that wait. Nothing is parsed, judged, sealed or looked up.
// `bench/run floor` shows what it takes, beside a server.
//
//   floor PORT STORE REDIRECT TOKENS    the files hold the replies to GET and POST as they are sent
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

[[noreturn]] void give_up(const char* what, const char* found) {
  std::fprintf(stderr, "floor: %s: %s\n", what, found);
  std::exit(1);
}

// `found`: nothing, where the system says it.
void need(bool done, const char* what, const char* found = nullptr) {
  if (!done) give_up(what, found ? found : std::strerror(errno));
}

std::string content(const char* file) {
  std::ifstream in(file, std::ios::binary);
  need(in.good(), file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What grantd signs an ID token by: a context that is kept.
class Signer {
 public:
  Signer() {
    need(key_ && EVP_DigestSignInit(prepared_, nullptr, EVP_sha256(), nullptr, key_) == 1, "key",
         "OpenSSL makes none");
  }
  void sign(std::string_view text) {
    std::array<unsigned char, 80> signature;
    std::size_t size = signature.size();
    need(EVP_MD_CTX_copy_ex(used_, prepared_) == 1 &&
             EVP_DigestSign(used_, signature.data(), &size,
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1,
         "sign", "OpenSSL does not");
  }

 private:
  EVP_PKEY* key_ = EVP_EC_gen("P-256");
  EVP_MD_CTX* prepared_ = EVP_MD_CTX_new();
  EVP_MD_CTX* used_ = EVP_MD_CTX_new();
};

// The size of grantd's row of a grant (docs/performance.md, "Counted").
constexpr int kIdBytes = 16;
constexpr int kRowBytes = 141;

class Store {
 public:
  explicit Store(const char* file) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    check(sqlite3_open(file, &database_) == SQLITE_OK, file);
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE flow (id BLOB PRIMARY KEY, row BLOB) WITHOUT ROWID");
    begin_ = prepared("BEGIN IMMEDIATE");
    insert_ = prepared("INSERT INTO flow VALUES (?, ?)");
    commit_ = prepared("COMMIT");
  }

  void put(std::size_t rows) {
    step(begin_);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint64_t next = __builtin_bswap64(++last_);  // ids that grow, as grantd's do
      std::array<char, kIdBytes + kRowBytes> bytes{};
      std::memcpy(bytes.data(), &next, sizeof next);
      sqlite3_bind_blob(insert_, 1, bytes.data(), kIdBytes, SQLITE_STATIC);
      sqlite3_bind_blob(insert_, 2, bytes.data() + kIdBytes, kRowBytes, SQLITE_STATIC);
      step(insert_);
    }
    step(commit_);
  }

 private:
  void check(bool done, const char* what) {
    if (!done) give_up(what, sqlite3_errmsg(database_));
  }
  void run(const char* sql) {
    check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  sqlite3_stmt* prepared(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }
  void step(sqlite3_stmt* statement) {
    check(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  std::uint64_t last_ = 0;
};

// Group commit: whoever comes while a commit is on its way shares the next one.
class Writer {
 public:
  Writer(const char* file, int done) : store_(file), done_(done) {
    std::thread([this] { work(); }).detach();
  }

  void add(std::vector<int>& connections) {
    if (connections.empty()) return;
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) come_.notify_one();
    waiting_.insert(waiting_.end(), connections.begin(), connections.end());
    connections.clear();
  }

  std::vector<int> take_written() {
    const std::lock_guard lock(mutex_);
    return std::exchange(written_, {});
  }

 private:
  [[noreturn]] void work() {
    for (;;) {
      std::vector<int> batch;
      {
        std::unique_lock lock(mutex_);
        come_.wait(lock, [this] { return !waiting_.empty(); });
        batch.swap(waiting_);
      }
      store_.put(batch.size());
      const std::lock_guard lock(mutex_);
      if (written_.empty()) {
        const std::uint64_t one = 1;
        need(::write(done_, &one, sizeof one) == sizeof one, "wake");
      }
      written_.insert(written_.end(), batch.begin(), batch.end());
    }
  }

  Store store_;
  int done_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::vector<int> waiting_, written_;
};

class Server {
 public:
  Server(std::uint16_t port, const char* store, std::string redirect, std::string tokens)
      : redirect_(std::move(redirect)), tokens_(std::move(tokens)), writer_(store, done_) {
    const int on = 1;
    setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
    need(listen(listening_, 128) == 0, "listen");
    watch(listening_);
    watch(done_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) on_ready(events[static_cast<std::size_t>(i)].data.fd);
      writer_.add(to_write_);
      for (const auto& [connection, reply] : replies_) {
        need(send(connection, reply->data(), reply->size(), MSG_NOSIGNAL) ==
                 static_cast<ssize_t>(reply->size()),
             "send");
      }
      replies_.clear();
    }
  }

 private:
  void watch(int descriptor) {
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.fd = descriptor}};
    need(epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
  }

  void on_ready(int descriptor) {
    if (descriptor == listening_) return accept_all();
    if (descriptor != done_) return receive(descriptor);
    std::uint64_t ignored = 0;
    need(::read(done_, &ignored, sizeof ignored) == sizeof ignored, "read");
    for (const int connection : writer_.take_written()) replies_.emplace_back(connection, &tokens_);
  }

  void accept_all() {
    int connection = -1;
    while ((connection = accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
      const int on = 1;
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(connection);
    }
  }

  void receive(int connection) {
    std::array<char, 16384> buffer;
    const ssize_t size = recv(connection, buffer.data(), buffer.size(), 0);
    std::string& text = received_[connection];
    if (size <= 0) {
      close(connection);
      text.clear();
      return;
    }
    text.append(buffer.data(), static_cast<std::size_t>(size));
    const std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos) return;
    if (text.starts_with("POST")) {
      constexpr std::string_view kLength = "Content-Length: ";
      const std::size_t at = text.find(kLength);
      need(at < end, "Content-Length", "none in a POST");
      const auto body = std::strtoul(text.c_str() + at + kLength.size(), nullptr, 10);
      if (text.size() < end + 4 + body) return;
      signer_.sign(text);
      to_write_.push_back(connection);
    } else {
      replies_.emplace_back(connection, &redirect_);
    }
    text.clear();
  }

  const std::string redirect_, tokens_;
  const int listening_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int epoll_ = epoll_create1(0);
  const int done_ = eventfd(0, EFD_NONBLOCK);
  Writer writer_;
  Signer signer_;
  std::map<int, std::string> received_;
  std::vector<int> to_write_;
  std::vector<std::pair<int, const std::string*>> replies_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: floor PORT STORE REDIRECT TOKENS\n", stderr);
    return 2;
  }
  Server(static_cast<std::uint16_t>(std::atoi(arguments[1])), arguments[2], content(arguments[3]),
         content(arguments[4]))
      .run();
}
