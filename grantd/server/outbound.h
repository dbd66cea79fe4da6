// The requests that this server makes to others: a few threads of their own, a bounded queue, a
// deadline, never to the inside network. Whoever is slow or dead delays only those who wait for
// him.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "grantd/base/loop.h"
#include "grantd/base/result.h"
#include "grantd/http/client.h"
#include "grantd/http/reach.h"
#include "grantd/server/config.h"

namespace grantd::server {

struct OutboundOptions {
  http::Reach reach;
  std::string ca_file;  // PEM; empty: the system's
  std::chrono::milliseconds deadline{5'000};  // checklist LO-07
  std::size_t body_bytes_max = 64 * 1024;
  int threads = 8;
  // At once, to one host and port. By host, since what one client asks for many times over, or many
  // clients of one maker, must leave threads for the others. Apps that share a host share it: who
  // asks for one path again and again goes behind who asks for another.
  int per_host_max = 2;
  std::size_t waiting_max = 256;
};

// Whether requests can go out as the configuration says; else what is wrong with outbound.ca_file.
Result<Unit, std::string> check_outbound(const Config& config);

class Outbound {
 public:
  // The error is one line for the operator: what was asked, what went wrong.
  using Done = std::move_only_function<void(Result<http::Reply, std::string>)>;

  explicit Outbound(OutboundOptions options);
  // Stops; who still waits is answered with an error. The loops of all callers must still live.
  ~Outbound();
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  // Answers once, on the loop of the calling thread, or on a thread of the pool where that has
  // none. At once with an error where the queue is full.
  void send(http::Outgoing request, Done done);

 private:
  struct Job {
    http::Outgoing request;
    std::string host;  // and port
    std::string place;  // host and path: one receiver, one key set
    Done done;
    Loop* loop;
  };
  void work();
  std::deque<Job>::iterator next_job();  // end: none
  static void answer(Job job, Result<http::Reply, std::string> reply);

  const OutboundOptions options_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  std::map<std::string, int> running_;  // by host and by place
  int idle_ = 0;                        // threads that wait for a job
  bool stopping_ = false;
  std::vector<std::jthread> threads_;  // started when they are needed
};

}  // namespace grantd::server
