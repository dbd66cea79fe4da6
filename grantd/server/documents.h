// What clients have at URLs that they registered: key sets, request objects, lists of redirect
// URIs. Kept for a while, and read anew twice a minute at most, whoever asks.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "grantd/base/loop.h"
#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/server/outbound.h"

namespace grantd::server {

class Documents {
 public:
  using Now = std::function<Time()>;
  using Done = std::move_only_function<void(core::Document)>;

  static constexpr Duration kKept = std::chrono::minutes(10);
  static constexpr Duration kErrorKept = std::chrono::seconds(10);
  static constexpr Duration kAnewAfter = std::chrono::seconds(30);  // checklist JW-04
  static constexpr std::size_t kDocumentsMax = 1000;  // at most 64 KiB each (OutboundOptions)

  // `outbound` outlives this, and is stopped first.
  Documents(Outbound& outbound, Now now) : outbound_(outbound), now_(std::move(now)) {}

  // Answers once, on the loop of the calling thread (which must have one), perhaps at once. Who
  // asks for what is under way already gets its answer too.
  void get(const core::AskDocument& ask, Done done);

 private:
  struct Waiting {
    Loop* loop;
    Done done;
  };
  struct Entry {
    core::Document document;
    bool there = false;  // it was answered at least once
    bool under_way = false;
    std::vector<Waiting> waiting;
  };
  bool will_do(const Entry& entry, const core::AskDocument& ask) const;
  void make_room();
  void fetch(const std::string& url);
  void keep(const std::string& url, Result<http::Reply, std::string> reply);

  Outbound& outbound_;
  Now now_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace grantd::server
