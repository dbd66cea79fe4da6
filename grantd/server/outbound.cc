#include "grantd/server/outbound.h"

#include <algorithm>

#include "grantd/http/url.h"

namespace grantd::server {

Outbound::Outbound(OutboundOptions options) : options_(std::move(options)) {}

Outbound::~Outbound() {
  std::deque<Job> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(jobs_);
  }
  ready_.notify_all();
  threads_.clear();  // joins
  for (Job& job : left) answer(std::move(job), fail(std::string("the server stops")));
}

void Outbound::send(http::Outgoing request, Done done) {
  const auto url = http::parse_url(request.url);
  Job job{std::move(request), url ? url->host + ":" + std::to_string(url->port) : std::string(),
          std::move(done), Loop::current()};
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() < options_.waiting_max && !stopping_) {
      jobs_.push_back(std::move(job));
      const bool more = threads_.size() < static_cast<std::size_t>(options_.threads);
      if (idle_ == 0 && more) threads_.emplace_back([this] { work(); });
      ready_.notify_one();
      return;
    }
  }
  answer(std::move(job), fail("too many requests to others wait already (" +
                              std::to_string(options_.waiting_max) + ")"));
}

std::deque<Outbound::Job>::iterator Outbound::next_job() {
  return std::ranges::find_if(jobs_, [&](const Job& job) {
    const auto busy = running_.find(job.host);
    return busy == running_.end() || busy->second < options_.per_host_max;
  });
}

void Outbound::work() {
  const http::FetchOptions fetch{.deadline = options_.deadline,
                                 .body_bytes_max = options_.body_bytes_max,
                                 .ca_file = options_.ca_file,
                                 .reach = &options_.reach};
  std::unique_lock lock(mutex_);
  while (true) {
    auto next = jobs_.end();
    ++idle_;
    ready_.wait(lock, [&] { return stopping_ || (next = next_job()) != jobs_.end(); });
    --idle_;
    if (stopping_) return;
    Job job = std::move(*next);
    jobs_.erase(next);
    ++running_[job.host];
    lock.unlock();
    Result<http::Reply, std::string> reply = http::fetch(job.request, fetch);
    const std::string host = job.host;
    answer(std::move(job), std::move(reply));
    lock.lock();
    if (--running_[host] == 0) running_.erase(host);
    ready_.notify_one();  // somebody may wait for this host
  }
}

void Outbound::answer(Job job, Result<http::Reply, std::string> reply) {
  if (!job.loop) return job.done(std::move(reply));
  Loop* const loop = job.loop;
  loop->post([done = std::move(job.done), reply = std::move(reply)]() mutable {
    done(std::move(reply));
  });
}

}  // namespace grantd::server
