#include "grantd/server/documents.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/log.h"

namespace grantd::server {
namespace {

core::Document document_of(Result<http::Reply, std::string> reply, const std::string& url,
                           Time now) {
  core::Document document{.fetched = now};
  if (!reply) {
    document.error = reply.error();
  } else if (reply->status != 200) {
    // A redirect is not followed: it would lead past the check of the registered URL.
    document.error = url + ": expected status 200, found " + std::to_string(reply->status);
  } else {
    document.body = std::move(reply->body);
  }
  return document;
}

}  // namespace

bool Documents::will_do(const Entry& entry, const core::AskDocument& ask) const {
  if (!entry.there) return false;
  const Duration age = now_() - entry.document.fetched;
  if (!entry.document.error.empty()) return age < kErrorKept;
  if (age >= kKept) return false;
  return !ask.newer_than || entry.document.fetched > *ask.newer_than || age < kAnewAfter;
}

void Documents::get(const core::AskDocument& ask, Done done) {
  Loop* const loop = Loop::current();
  CHECK(loop);
  std::unique_lock lock(mutex_);
  if (!entries_.contains(ask.url)) make_room();
  Entry& entry = entries_[ask.url];
  if (will_do(entry, ask)) {
    core::Document document = entry.document;
    lock.unlock();
    return done(std::move(document));
  }
  entry.waiting.push_back({loop, std::move(done)});
  if (std::exchange(entry.under_way, true)) return;
  lock.unlock();
  fetch(ask.url);
}

// The one that was read the longest ago goes.
void Documents::make_room() {
  while (entries_.size() >= kDocumentsMax) {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->second.under_way) continue;
      const bool older = oldest == entries_.end() ||
                         at->second.document.fetched < oldest->second.document.fetched;
      if (older) oldest = at;
    }
    if (oldest == entries_.end()) return;  // bounded by what Outbound lets wait
    entries_.erase(oldest);
  }
}

void Documents::fetch(const std::string& url) {
  http::Outgoing request{.url = url};
  request.fields.add("accept", "application/json, application/jwt, */*;q=0.5");
  outbound_.send(std::move(request), [this, url](Result<http::Reply, std::string> reply) {
    keep(url, std::move(reply));
  });
}

void Documents::keep(const std::string& url, Result<http::Reply, std::string> reply) {
  core::Document document = document_of(std::move(reply), url, now_());
  if (!document.error.empty()) log::warning("document_not_read", {{"reason", document.error}});
  std::vector<Waiting> waiting;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[url];
    entry.document = document;
    entry.there = true;
    entry.under_way = false;
    waiting.swap(entry.waiting);
  }
  for (Waiting& each : waiting) {
    each.loop->post([done = std::move(each.done), document]() mutable { done(document); });
  }
}

}  // namespace grantd::server
