#include "grantd/server/serve.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "grantd/base/log.h"
#include "grantd/base/secret.h"
#include "grantd/core/cross_origin.h"
#include "grantd/server/spare_memory.h"
#include "grantd/server/walk_log.h"
#include "grantd/server/walk_trace.h"

namespace grantd::server {
namespace {

using core::CookieKind;

// The algorithm that the decision signs by and these keys do not. Core gives only algorithms of the
// Policy; still, somebody may have taken the keys away beside the server.
std::optional<jose::Algorithm> lacks_signer(const core::Decision& decision, const Keys& keys) {
  const core::UnsignedToken* signs[2] = {};
  if (const auto* send = std::get_if<core::SendTokens>(&decision.outcome)) {
    signs[0] = std::get_if<core::UnsignedToken>(&send->access_token);
    if (send->id_token) signs[1] = &*send->id_token;
  } else if (const auto* document = std::get_if<core::SendJwt>(&decision.outcome)) {
    signs[0] = &document->token;
  }
  for (const core::UnsignedToken* token : signs) {
    if (token && !keys.signer(token->algorithm)) return token->algorithm;
  }
  return std::nullopt;
}

// The walk of one request. It keeps itself alive through the completions that it waits for.
class Walk : public std::enable_shared_from_this<Walk> {
 public:
  Walk(const Carrier& carrier, const core::Endpoint& endpoint, http::Request&& request,
       std::string&& request_id, http::Respond&& respond)
      : carrier_(carrier),
        endpoint_(endpoint),
        request_(std::move(request)),
        request_id_(std::move(request_id)),
        respond_(std::move(respond)) {}

  ~Walk() {
    // A password or a secret may stand in the body.
    wipe(request_.body.data(), request_.body.size());
  }

  // ---- read
  void read() {
    keys_ = carrier_.edges.keys();
    if (was_published()) return finish();
    read_with(*keys_->ring);
  }

 private:
  void read_with(const core::Keyring& ring) {
    address_ = address_key(request_.peer_address);
    core::RawRequest raw;
    raw.method = request_.method;
    raw.query = request_.query;
    raw.body = request_.body;
    raw.content_type = request_.fields.find("content-type").value_or("");
    raw.authorization = request_.fields.find("authorization").value_or("");
    raw.accept = request_.fields.find("accept").value_or("");
    raw.address = address_;
    const auto [session, browser, device] = http::cookies(
        request_, std::array{name_of(CookieKind::session), name_of(CookieKind::browser),
                             name_of(CookieKind::device)});
    raw.session_cookie = std::optional<std::string>(session);
    raw.browser_cookie = std::optional<std::string>(browser);
    raw.device_cookie = std::optional<std::string>(device);

    core::Read read = core::read(endpoint_, raw, carrier_.house, ring);
    if (auto* decision = std::get_if<core::Decision>(&read)) {
      // What is answered from the keys alone is judged by the store's version too (JW-15).
      if (!reloaded_ && !stands_alone(*decision)) {
        const auto configuration = carrier_.edges.store().configuration();
        if (!configuration) return give_up(Trouble::unavailable, configuration.error().message);
        if (*configuration > ring.configuration) {
          return reload([self = shared_from_this()] { self->read_with(*self->keys_->ring); });
        }
      }
      decision_ = std::move(*decision);
      return commit();
    }
    if (std::holds_alternative<core::UnknownKey>(read)) return read_again();
    case_ = std::get<std::unique_ptr<core::Case>>(std::move(read));
    gather();
  }

  // Answered by the method alone, whatever the store knows.
  static bool stands_alone(const core::Decision& decision) {
    return std::holds_alternative<core::AllowCrossOrigin>(decision.outcome) ||
           std::holds_alternative<core::MethodNotAllowed>(decision.outcome);
  }

  std::string_view name_of(CookieKind kind) const {
    return cookie_name(kind, carrier_.answers.secure());
  }

  // Sealed by a key that we lack: perhaps another process made it. The keys are reloaded once; if
  // they are as new as the store's configuration, what that key sealed is not ours.
  void read_again() {
    const auto configuration = carrier_.edges.store().configuration();
    if (!configuration) return give_up(Trouble::unavailable, configuration.error().message);
    if (keys_->ring->configuration == *configuration || reloaded_) {
      all_keys_ = std::make_unique<core::Keyring>(*keys_->ring);
      all_keys_->complete = true;
      return read_with(*all_keys_);
    }
    reload([self = shared_from_this()] { self->read_with(*self->keys_->ring); });
  }

  void reload(std::move_only_function<void()> then) {
    reloaded_ = true;
    carrier_.edges.reload_keys(
        [self = shared_from_this(), then = std::move(then)](bool done) mutable {
          if (!done) return self->give_up(Trouble::unavailable, "the keys cannot be read");
          self->keys_ = self->carrier_.edges.keys();
          then();
        });
  }

  // ---- gather
  void gather() {
    wanted_ = case_->wants();
    look_up();
  }

  void look_up() {
    trace_.enter(Step::gather);
    carrier_.edges.store().gather(
        wanted_, [self = shared_from_this()](Result<core::Found, store::StoreError> found) {
          if (!found) return self->give_up(Trouble::unavailable, found.error().message);
          self->found_ = std::move(*found);
          self->found_.documents = self->documents_;
          self->look();
        });
  }

  // Now with nothing left out.
  void look_again() {
    wanted_.grant_is_new = false;
    look_up();
  }

  void look() {
    // Keys, clients and APIs are judged at one version: where it moved, the keys come first.
    if (found_.configuration > keys_->ring->configuration && !reloaded_) {
      return reload([self = shared_from_this()] { self->read_with(*self->keys_->ring); });
    }
    found_.throttled = carrier_.edges.must_wait(wanted_.throttle);
    trace_.enter(Step::decide);
    decide();
  }

  // ---- decide
  void decide() {
    if (++rounds_ > kRoundsMax) {
      return give_up(Trouble::unavailable, "judged three times, and each time the race was lost");
    }
    const std::optional<core::Moment> moment = carrier_.edges.moment(found_.latest);
    if (!moment) {
      return give_up(Trouble::wrong_clock,
                     "the clock is more than five minutes behind the store's latest commit at " +
                         to_rfc3339(found_.latest) + ": set the clock, then it goes on");
    }
    now_ = moment->now;
    core::Verdict verdict = case_->decide(found_, *moment);
    if (auto* ask = std::get_if<core::Ask>(&verdict)) return find_out(std::move(*ask));
    decision_ = std::get<core::Decision>(std::move(verdict));
    commit();
  }

  void find_out(core::Ask asked) {
    // What was asked for is no lost race; yet nobody asks without end.
    --rounds_;
    if (++asks_ > kAsksMax) {
      return give_up(Trouble::unavailable, "what was asked for did not help to decide");
    }
    if (std::holds_alternative<core::AskGrant>(asked)) return look_again();
    if (auto* document = std::get_if<core::AskDocument>(&asked)) {
      return carrier_.edges.read_document(
          *document, [self = shared_from_this(), url = document->url,
                      anew = document->newer_than.has_value()](core::Document read) {
            read.asked_anew = anew;
            self->found_.documents[url] = self->documents_[url] = std::move(read);
            self->decide();
          });
    }
    find_out_proof(std::get<core::AskProof>(std::move(asked)));
  }

  void find_out_proof(core::AskProof ask) {
    // After a lost race the same question has its answer already.
    if (proof_ && proof_phc_ == ask.phc + ask.or_phc) {
      found_.proof = proof_;
      return decide();
    }
    carrier_.edges.ask(ask, [self = shared_from_this(),
                             phc = ask.phc + ask.or_phc](core::ProofAnswer answer) {
      self->proof_phc_ = phc;
      self->proof_ = answer;
      self->found_.proof = std::move(answer);
      self->decide();
    });
  }

  // ---- commit
  void commit() {
    if (const auto algorithm = lacks_signer(decision_, *keys_)) {
      return give_up(Trouble::unavailable,
                     "no current key for " + std::string(jose::name_of(*algorithm)) +
                         ": was it removed beside the server? It is made anew within a minute");
    }
    trace_.note_changes(decision_.changes);
    if (!decision_.counted.empty()) carrier_.edges.count(decision_.counted);
    if (decision_.changes.empty()) return finish();
    trace_.enter(Step::commit);
    const bool ends = std::ranges::any_of(decision_.changes, [](const core::Change& change) {
      return std::holds_alternative<core::EndSession>(change);
    });
    carrier_.edges.store().commit(
        std::move(decision_.changes), now_,
        [self = shared_from_this(), ends](Result<store::Committed, store::StoreError> committed) {
          // The outcome is unknown or nothing was written: 503, never judged again.
          if (!committed) return self->give_up(Trouble::unavailable, committed.error().message);
          if (const auto* lost = std::get_if<store::Lost>(&*committed)) {
            log::debug("race_lost", {{"request", self->request_id_}, {"row", lost->row}});
            return self->look_again();
          }
          if (ends) self->carrier_.edges.session_ended();
          self->finish();
        });
  }

  // ---- documents: the same for all who ask without a query, as any cache between may answer them
  bool may_be_published() const { return request_.method == "GET" && request_.query.empty(); }

  // A document of an earlier request, where nothing that it says can have changed.
  bool was_published() {
    Published& published = carrier_.edges.published();
    if (!may_be_published() || !published.has(endpoint_.name)) return false;
    const auto configuration = carrier_.edges.store().configuration();
    known_ = published.find(endpoint_.name, *keys_,
                            configuration ? std::optional(*configuration) : std::nullopt);
    if (known_) decision_ = *known_;
    return known_ != nullptr;
  }

  void publish() {
    const bool document = std::holds_alternative<core::SendDocument>(decision_.outcome);
    if (!document || known_ || !may_be_published()) return;
    carrier_.edges.published().keep(
        endpoint_.name, keys_, case_ ? found_.configuration : keys_->ring->configuration,
        decision_);
  }

  // ---- answer
  void finish() {
    publish();
    trace_.enter(Step::answer);
    std::optional<WalkRecord> so_far;
    if (carrier_.answers.developer) so_far = record_so_far();
    http::Reply reply = answer(decision_, {request_, request_id_, so_far ? &*so_far : nullptr},
                               carrier_.answers, *keys_);
    if (endpoint_.cross_origin) {
      const auto origin = request_.fields.find("origin");
      if (origin && core::may_read(*origin, found_)) allow_origin(reply, *origin);
    }
    trace_.note_decision(std::move(decision_));
    tell(reply.status);
    respond_(std::move(reply));
  }

  void give_up(Trouble trouble, const std::string& reason) {
    trace_.gave_up = true;
    trace_.event = "request_failed";
    const std::string_view repair =
        trouble == Trouble::wrong_clock
            ? "set this computer's clock, and keep it by NTP"
            : "see /readyz on the management listener and the log; apps may try again";
    trace_.reasons.push_back({"server/serve", "RFC 9110 §15.6.4", reason, {}, {},
                              {std::string(repair)}});
    http::Reply reply = answer_trouble(trouble, endpoint_.person, {request_, request_id_},
                                       carrier_.answers);
    tell(reply.status);
    respond_(std::move(reply));
  }

  // The log, and what `grantd explain` knows.
  void tell(int status) {
    trace_.enter(trace_.at);
    trace_.status = static_cast<std::uint16_t>(status);
    trace_.endpoint = endpoint_.name;
    trace_.request_id = std::move(request_id_);
    log_walk(trace_);
    if (!carrier_.walks || !carrier_.walks->keeps()) return;
    complete(trace_);
    carrier_.walks->keep(std::move(trace_));
  }

  void complete(WalkTrace& trace) const {
    trace.when = carrier_.edges.now();
    trace.rounds = static_cast<std::uint8_t>(rounds_);
    trace.asks = static_cast<std::uint8_t>(asks_);
    trace.note_found(wanted_, found_);
    trace.sent = note_sent(request_);
    trace.method = request_.method.substr(0, kMethodMax);
    trace.path = request_.path;
  }

  // For a developer's page, which is a part of the answer.
  WalkRecord record_so_far() const {
    WalkTrace trace = trace_;
    trace.request_id = request_id_;
    trace.endpoint = endpoint_.name;
    complete(trace);
    trace.note_decision(core::Decision(decision_));
    return record_of(trace);
  }

  const Carrier& carrier_;
  const core::Endpoint& endpoint_;
  http::Request request_;
  std::string request_id_;
  http::Respond respond_;
  WalkTrace trace_;

  std::string address_;
  std::shared_ptr<const Keys> keys_;
  std::unique_ptr<core::Keyring> all_keys_;
  bool reloaded_ = false;
  std::shared_ptr<const core::Decision> known_;  // what was published before

  std::unique_ptr<core::Case> case_;
  core::Wanted wanted_;
  core::Found found_;
  Time now_{};
  std::map<std::string, core::Document> documents_;
  int rounds_ = 0;
  int asks_ = 0;
  std::string proof_phc_;
  std::optional<core::ProofAnswer> proof_;
  core::Decision decision_{.outcome = core::SendNothing{}};
};

}  // namespace

void serve(const Carrier& carrier, const core::Endpoint& endpoint, http::Request&& request,
           std::string&& request_id, http::Respond&& respond) {
  std::allocate_shared<Walk>(SpareMemory<Walk>(), carrier, endpoint, std::move(request),
                             std::move(request_id), std::move(respond))
      ->read();
}

}  // namespace grantd::server
