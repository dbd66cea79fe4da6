#include "grantd/server/logout_notices.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "grantd/base/encoding.h"
#include "grantd/base/log.h"
#include "grantd/base/loop.h"
#include "grantd/core/oidc/logout_token.h"
#include "grantd/server/logout_lines.h"
#include "grantd/server/sign.h"

namespace grantd::server {
namespace {

// Others end sessions too: the command line, another node.
constexpr std::chrono::milliseconds kLook{2'000};
constexpr int kRowsABite = 200;
constexpr std::size_t kOnTheirWayMax = 64;  // of what Outbound lets wait, the rest is others'

using Key = std::pair<core::SessionId, core::ClientId>;

// What became of one try.
struct Told {
  core::SessionClient notice;  // as it was before the try
  std::optional<Time> again;   // when it is tried again, if this one was in vain
  std::string error;           // empty: the app has heard
  bool receiver_failed = false;  // nobody answered there, or only to say that it is broken
};

// OpenID Connect Back-Channel Logout §2.8: 200, or 204 of frameworks that know no better.
Told outcome_of(Told told, const Result<http::Reply, std::string>& reply) {
  if (!reply) {
    told.error = reply.error();
    told.receiver_failed = true;
  } else if (reply->status < 200 || reply->status > 299) {
    const bool moved = reply->status >= 300 && reply->status < 400;
    told.error = "expected status 200, found " + std::to_string(reply->status) +
                 (moved ? " (redirects are not followed: register the address it leads to)" : "");
    told.receiver_failed = reply->status != 400;  // §2.8: this one logout failed
  }
  return told;
}

}  // namespace

class LogoutNotices::Work : public std::enable_shared_from_this<Work> {
 public:
  Work(Edges& edges, const core::Policy& policy) : edges_(edges), policy_(policy) {}

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  void run(const std::stop_token& stop) {
    bool at_once = true;
    while (!stop.stop_requested()) {
      std::deque<Told> told;
      {
        std::unique_lock lock(mutex_);
        const auto something = [&] { return woken_ || !told_.empty(); };
        if (!at_once) changed_.wait_for(lock, stop, kLook, something);
        woken_ = false;
        told.swap(told_);
      }
      if (stop.stop_requested()) return;
      settle(std::move(told));
      at_once = look();
    }
  }

 private:
  // ---- what became of those that were on their way
  void settle(std::deque<Told> told) {
    core::Changes done;
    for (const Told& each : told) {
      const core::SessionClient& notice = each.notice;
      on_their_way_.erase({notice.session, notice.client});
      lines_.settled(notice.client, each.receiver_failed, edges_.now());
      if (each.error.empty()) {
        log::info("logout_told", {{"client", notice.client.view()}});
        done.push_back(core::DropNotice{notice.session, notice.client});
      } else if (each.again) {
        log::warning("logout_not_told", {{"client", notice.client.view()},
                                         {"tries", std::int64_t{notice.tries} + 1},
                                         {"again", to_rfc3339(*each.again)},
                                         {"reason", each.error}});
      } else {
        done.push_back(give_up(notice, notice.tries + 1, each.error));
      }
    }
    commit_each(std::move(done));
  }

  core::Change give_up(const core::SessionClient& notice, std::uint32_t tries,
                       std::string_view reason) {
    log::error("logout_given_up", {{"client", notice.client.view()},
                                   {"tries", std::int64_t{tries}},
                                   {"reason", reason},
                                   {"given_up_since_start", ++given_up_}});
    return core::DropNotice{notice.session, notice.client};
  }

  // ---- what is due. Whether there may be more of it
  bool look() {
    const std::optional<core::Moment> moment = edges_.moment(edges_.store().meta().latest);
    if (!moment) return false;  // on a wrong clock nothing is signed; readiness says so
    const std::vector<core::SessionClient> due = due_notices(moment->now);
    if (due.empty()) return false;
    lines_.forget_idle(moment->now);
    core::Changes changes;
    std::vector<Told> tries;
    for (const core::SessionClient& notice : due) {
      if (on_their_way_.contains({notice.session, notice.client})) continue;
      const std::shared_ptr<const core::Client> client = client_of(notice);
      if (!client) continue;  // the store does not answer
      switch (core::fate_of(notice, client->id.view().empty() ? nullptr : client.get(),
                            moment->now)) {
        case core::NoticeFate::drop:
          changes.push_back(core::DropNotice{notice.session, notice.client});
          continue;
        case core::NoticeFate::give_up:
          changes.push_back(give_up(notice, notice.tries, "its hour has passed"));
          continue;
        case core::NoticeFate::tell:
          break;
      }
      changes.push_back(try_or_put_off(notice, moment->now, tries));
    }
    const std::set<Key> written = commit_each(std::move(changes));
    send(tries, written);
    return due.size() == kRowsABite && !written.empty();
  }

  // The row's next time is written before it is tried: so nothing is lost when we stop in between,
  // and of two nodes one tries.
  core::Change try_or_put_off(const core::SessionClient& notice, Time now,
                              std::vector<Told>& tries) {
    const bool room = on_their_way_.size() + tries.size() < kOnTheirWayMax;
    const std::optional<Time> slot = lines_.take(notice.client, now, room);
    if (slot) {
      return core::PutOffNotice{notice.session, notice.client, notice.tries, notice.tries, *slot};
    }
    const std::optional<Time> again = core::next_notice(notice, now);
    tries.push_back({notice, again, {}});
    return core::PutOffNotice{notice.session, notice.client, notice.tries, notice.tries + 1,
                              again.value_or(now + core::notice_wait(1))};
  }

  void send(std::vector<Told>& tries, const std::set<Key>& written) {
    for (Told& each : tries) {
      if (!written.contains({each.notice.session, each.notice.client})) {
        lines_.given_back(each.notice.client);  // another node tries, or nothing was written
        continue;
      }
      on_their_way_.insert({each.notice.session, each.notice.client});
      send_one(std::move(each));
    }
  }

  void send_one(Told told) {
    const std::shared_ptr<const core::Client> client = client_of(told.notice);
    const std::optional<core::Moment> moment = edges_.moment(edges_.store().meta().latest);
    const std::shared_ptr<const Keys> keys = fresh_keys();
    const bool in_reach = client && moment && keys;
    if (!in_reach || !keys->signer(client->id_token_algorithm)) {
      told.error = !in_reach ? "the store is out of reach, or the clock is wrong"
                             : "no current key for " +
                                   std::string(jose::name_of(client->id_token_algorithm)) +
                                   ", the app's id_token_signed_response_alg";
      return answered(std::move(told));
    }
    const core::UnsignedToken token =
        core::make_logout_token(told.notice, *client, *moment, policy_, *keys->ring);
    http::Outgoing request;
    request.method = "POST";
    request.url = client->backchannel_logout.uri;
    // Back-Channel Logout §2.5.
    request.fields.add("content-type", "application/x-www-form-urlencoded");
    request.body = "logout_token=" + form_encode(sign(token, token.claims.dump(), *keys));
    edges_.outbound().send(
        std::move(request),
        [self = weak_from_this(), told = std::move(told)](
            Result<http::Reply, std::string> reply) mutable {
          if (const auto work = self.lock()) work->answered(outcome_of(std::move(told), reply));
        });
  }

  void answered(Told told) {
    {
      const std::lock_guard lock(mutex_);
      told_.push_back(std::move(told));
    }
    changed_.notify_one();
  }

  // ---- the store, for a thread that waits. Its loop lives only for the call, so that Outbound
  // answers on a thread of its own.
  std::vector<core::SessionClient> due_notices(Time now) {
    BlockingLoop loop;
    bool done = false;
    std::vector<core::SessionClient> rows;
    edges_.store().due_notices(
        now, kRowsABite,
        [&](Result<std::vector<core::SessionClient>, store::StoreError> found) {
          if (found) rows = *std::move(found);
          if (!found) log::warning("logout_notices_not_read", {{"reason", found.error().message}});
          done = true;
        });
    loop.run_until(done);
    return rows;
  }

  // The client of this name as it is now, one without an id where there is none; null where the
  // store does not answer.
  std::shared_ptr<const core::Client> client_of(const core::SessionClient& notice) {
    BlockingLoop loop;
    bool done = false;
    std::shared_ptr<const core::Client> client;
    core::Wanted wanted;
    wanted.client = notice.client;
    edges_.store().gather(wanted, [&](Result<core::Found, store::StoreError> found) {
      if (found) {
        client = found->client ? found->client : std::make_shared<const core::Client>();
      }
      done = true;
    });
    loop.run_until(done);
    return client;
  }

  // A change that fails takes no other with it. The answer: which rows got another time.
  std::set<Key> commit_each(core::Changes changes) {
    BlockingLoop loop;
    std::size_t left = changes.size();
    bool done = left == 0;
    std::set<Key> written;
    for (core::Change& change : changes) {
      const auto* put_off = std::get_if<core::PutOffNotice>(&change);
      const std::optional<Key> key =
          put_off ? std::optional(Key{put_off->session, put_off->client}) : std::nullopt;
      edges_.store().commit(
          {std::move(change)}, edges_.now(),
          [&, key](Result<store::Committed, store::StoreError> made) {
            if (!made) {
              log::warning("logout_notices_not_written", {{"reason", made.error().message}});
            } else if (key && std::holds_alternative<store::Done>(*made)) {
              written.insert(*key);
            }
            done = --left == 0;
          });
    }
    loop.run_until(done);
    return written;
  }

  // As new as the store's; null where it does not answer.
  std::shared_ptr<const Keys> fresh_keys() {
    std::shared_ptr<const Keys> keys = edges_.keys();
    const auto configuration = edges_.store().configuration();
    if (configuration && keys->ring->configuration >= *configuration) return keys;
    BlockingLoop loop;
    bool done = false, read = false;
    edges_.reload_keys([&](bool reloaded) {
      read = reloaded;
      done = true;
    });
    loop.run_until(done);
    return read ? edges_.keys() : nullptr;
  }

  Edges& edges_;
  const core::Policy& policy_;
  LogoutLines lines_;            // these three are the thread's own
  std::set<Key> on_their_way_;
  std::int64_t given_up_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::deque<Told> told_;
};

LogoutNotices::LogoutNotices(Edges& edges, const core::Policy& policy)
    : work_(std::make_shared<Work>(edges, policy)),
      thread_([work = work_](std::stop_token stop) { work->run(stop); }) {}

LogoutNotices::~LogoutNotices() = default;

void LogoutNotices::wake() { work_->wake(); }

}  // namespace grantd::server
