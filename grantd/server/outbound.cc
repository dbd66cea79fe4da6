#include "grantd/server/outbound.h"

#include <algorithm>
#include <array>

#include "grantd/http/url.h"

namespace grantd::server {

Result<Unit, std::string> check_outbound(const Config& config) {
  if (config.outbound_ca_file.empty()) return Unit{};
  auto checked = http::check_authorities(config.outbound_ca_file);
  if (checked) return Unit{};
  return fail("outbound.ca_file: " + checked.error() +
              "; expected certificates in PEM that the server may read");
}

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
  std::string host = url ? url->host + ":" + std::to_string(url->port) : std::string();
  std::string place = host + (url ? url->target.substr(0, url->target.find('?')) : "/");
  Job job{std::move(request), std::move(host), std::move(place), std::move(done), Loop::current()};
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

// Of a host that is not busy, the first whose place nobody asks already, else the first.
std::deque<Outbound::Job>::iterator Outbound::next_job() {
  const auto free = [&](const Job& job) {
    const auto busy = running_.find(job.host);
    return busy == running_.end() || busy->second < options_.per_host_max;
  };
  const auto fresh = std::ranges::find_if(
      jobs_, [&](const Job& job) { return free(job) && !running_.contains(job.place); });
  return fresh != jobs_.end() ? fresh : std::ranges::find_if(jobs_, free);
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
    const std::array<std::string, 2> busy = {job.host, job.place};
    for (const std::string& each : busy) ++running_[each];
    lock.unlock();
    Result<http::Reply, std::string> reply = http::fetch(job.request, fetch);
    answer(std::move(job), std::move(reply));
    lock.lock();
    for (const std::string& each : busy) {
      if (--running_[each] == 0) running_.erase(each);
    }
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
