#include "grantd/http/connection.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "grantd/base/log.h"
#include "grantd/base/secret.h"

namespace grantd::http {
namespace {

// A reader that takes this much within write_time_max may go on.
constexpr std::size_t kWriteRenewedBytes = 64 * 1024;
// Then other connections get their turn.
constexpr int kReadsPerTurn = 8;

// What the handler's Respond holds: the way back to the connection, from whichever thread.
class Ticket {
 public:
  Ticket(std::shared_ptr<const WayBack> way, std::uint64_t number)
      : way_(std::move(way)), number_(number) {}
  Ticket(Ticket&&) = default;
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() {
    if (!way_ || way_->connection.expired()) return;
    log::error("request_unanswered");
    Reply reply;
    reply.status = 500;
    deliver(std::move(reply));
  }

  void operator()(Reply&& reply) {
    if (!way_) {
      log::error("request_answered_twice");
      return;
    }
    deliver(std::move(reply));
  }

 private:
  void deliver(Reply&& reply) {
    const std::shared_ptr<const WayBack> way = std::move(way_);
    IoLoop& loop = way->worker->loop();
    if (Loop::current() == &loop) {
      if (const auto connection = way->connection.lock()) connection->answer(number_, reply);
      return;
    }
    // The task holds no worker: it may lie in the worker's own queue for good.
    loop.post([connection = way->connection, number = number_, reply = std::move(reply)] {
      if (const auto alive = connection.lock()) alive->answer(number, reply);
    });
  }

  std::shared_ptr<const WayBack> way_;  // null: answered
  std::uint64_t number_;
};
static_assert(std::is_nothrow_move_constructible_v<Ticket> && sizeof(Ticket) <= 3 * sizeof(void*),
              "a Respond holds it in place");

}  // namespace

Connection::Connection(Worker& worker, int descriptor, const IpAddress& peer,
                       std::shared_ptr<TlsContext> tls)
    : worker_(&worker),
      tls_(std::move(tls)),
      watch_(std::in_place, worker.loop(), descriptor),
      stream_(tls_ ? Stream(descriptor, *tls_) : Stream(descriptor)),
      peer_(peer),
      phase_(tls_ ? Phase::handshake : Phase::idle) {}

void Connection::start() {
  settle();
  wait(Interest::read);
}

void Connection::enter(Phase phase) {
  worker_->move(place_, phase_, phase);
  phase_ = phase;
  deadline_ = worker_->deadline(phase);
}

void Connection::wait(Interest interest) {
  bool& waits = interest == Interest::read ? waits_to_read_ : waits_to_write_;
  if (waits) return;
  waits = true;
  if (interest == Interest::read && !drained_) {
    watch_->wait_in_turn(interest, shared_from_this());
  } else {
    watch_->wait(interest, shared_from_this());
  }
}

bool Connection::reading() const {
  if (closed_ || resuming_) return false;
  return phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body;
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  way_back_.reset();  // it holds the worker, which holds this
  watch_->close();
  worker_->leave(place_, phase_);  // may be the last who holds this
}

void Connection::on_ready(Interest interest) {
  if (closed_) return;
  (interest == Interest::read ? waits_to_read_ : waits_to_write_) = false;
  switch (phase_) {
    case Phase::handshake: return handshake();
    case Phase::idle:
    case Phase::head:
    case Phase::body: return read();
    case Phase::writing: return write();
    case Phase::closing: return drain();
    case Phase::handling: return;
  }
}

void Connection::expire() {
  // RFC 9110 §15.5.9: who began a request is told that it took too long.
  if (phase_ == Phase::head || phase_ == Phase::body) return refuse({408, "request too slow"});
  close();
}

void Connection::stop() {
  // What the kernel holds already is a request under way; read() closes where there is nothing.
  if (phase_ == Phase::idle) read();
}

void Connection::handshake() {
  worker_->write_replies();  // a handshake takes longer than many replies: none waits for it
  const IoResult result = stream_.handshake();
  switch (result.state) {
    case IoState::moved:
      enter(Phase::idle);
      return read();
    case IoState::want_read: return wait(Interest::read);
    case IoState::want_write: return wait(Interest::write);
    case IoState::closed:
    case IoState::failed:
      if (log::enabled(log::Level::debug)) {
        log::debug("tls_handshake_failed",
                   {{"peer", peer_.text}, {"why", stream_.handshake_error()}});
      }
      return close();
  }
}

void Connection::read() {
  const auto self = shared_from_this();
  const std::span<char> scratch = worker_->scratch();
  for (int turn = 0; reading(); ++turn) {
    const IoResult result = stream_.read(scratch);
    // A short read means that the kernel has no more: the next one would only say so.
    drained_ = result.state != IoState::moved ||
               (!stream_.is_tls() && result.bytes < scratch.size());
    switch (result.state) {
      case IoState::moved: break;
      case IoState::want_read:
      case IoState::want_write:
        if (phase_ == Phase::idle && worker_->stopping()) return close();
        return wait(result.state == IoState::want_read ? Interest::read : Interest::write);
      case IoState::closed:
      case IoState::failed: return close();
    }
    take({scratch.data(), result.bytes});
    // Checklist OP-07: a password stays in no buffer until somebody's next request.
    wipe(scratch.data(), result.bytes);
    if (!reading()) return;
    if (drained_) return wait(Interest::read);
    if (turn == kReadsPerTurn) return resume_later();
  }
}

void Connection::take(std::string_view fresh) {
  const bool kept = !in_.empty();
  if (kept) in_.append(fresh);
  const std::string_view input = kept ? std::string_view(in_) : fresh;
  const auto used = consume(input);
  if (!used) {
    in_ = {};
    return refuse(used.error());
  }
  if (*used == input.size()) {
    in_ = {};
  } else if (kept) {
    in_.erase(0, *used);
  } else {
    in_.assign(input.substr(*used));
  }
  if (complete_) dispatch();
}

Result<std::size_t, Refusal> Connection::consume(std::string_view input) {
  std::size_t used = 0;
  if (phase_ == Phase::idle && !input.empty()) enter(Phase::head);
  if (phase_ == Phase::head) {
    used = TRY(consume_head(input));
    if (!parser_) return used;
    enter(Phase::body);
    if (expects_continue_ && !parser_->done() && used == input.size() && !send_continue()) {
      return fail(Refusal{400, "cannot continue"});
    }
  }
  while (phase_ == Phase::body && !parser_->done() && used < input.size()) {
    const std::size_t more = TRY(parser_->read_body(input.substr(used)));
    used += more;
    if (more == 0) break;
  }
  complete_ = phase_ == Phase::body && parser_->done();
  return used;
}

Result<std::size_t, Refusal> Connection::consume_head(std::string_view input) {
  // RFC 9112 §2.2: one empty line before the request line is overlooked.
  if (!leading_line_ && input.starts_with("\r\n")) {
    leading_line_ = true;
    scanner_ = {};
    return 2 + TRY(consume_head(input.substr(2)));
  }
  if (input == "\r" && !leading_line_) return std::size_t{0};
  const std::size_t size = TRY(scanner_.scan(input, worker_->state().limits));
  if (size > 0) TRY(accept_head(input.substr(0, size)));
  return size;
}

Result<Unit, Refusal> Connection::accept_head(std::string_view raw) {
  const ServerState& server = worker_->state();
  auto parser = worker_->take_parser();
  TRY(parser->read_head(raw));
  Head& head = parser->head();
  const Framing framing = TRY(check_head(head, server.limits));
  if (!parser->agrees(framing)) return fail(Refusal{400, "unclear framing"});

  const std::size_t question = std::min(framing.target.find('?'), framing.target.size());
  request_.method = head.method;
  request_.path = framing.target.substr(0, question);
  request_.query = framing.target.substr(std::min(question + 1, framing.target.size()));
  request_.fields = std::move(head.fields);
  Origin origin = origin_of(request_.fields, peer_, stream_.is_tls(), server.proxies);
  request_.peer_address = std::move(origin.address);
  request_.encrypted = origin.encrypted;

  answers_head_ = request_.method == "HEAD";
  keep_alive_ = framing.keep_alive;
  expects_continue_ = framing.expects_continue;
  parser_ = std::move(parser);
  return Unit{};
}

// HT-14, RFC 9110 §10.1.1: only now is the client to send the body.
bool Connection::send_continue() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  const IoResult result = stream_.write(kContinue);
  return result.state == IoState::moved && result.bytes == kContinue.size();
}

void Connection::dispatch() {
  Request request = std::move(request_);
  request.body = std::move(parser_->body());
  forget_request();
  enter(Phase::handling);
  worker_->state().handler(std::move(request), Ticket(way_back_, ++request_number_));
}

void Connection::forget_request() {
  if (parser_) worker_->give_back(std::move(parser_));
  request_ = {};
  expects_continue_ = false;
  complete_ = false;
}

void Connection::answer(std::uint64_t request_number, const Reply& reply) {
  if (closed_ || phase_ != Phase::handling || request_number != request_number_) return;
  send(reply);
}

void Connection::refuse(const Refusal& refusal) {
  if (log::enabled(log::Level::debug)) {
    log::debug("request_refused", {{"peer", peer_.text},
                                   {"status", std::int64_t{refusal.status}},
                                   {"why", refusal.reason}});
  }
  forget_request();
  answers_head_ = false;
  send(refusal_reply(refusal));
}

void Connection::send(const Reply& reply) {
  if (reply.close || worker_->stopping()) keep_alive_ = false;
  out_ = write_reply(reply,
                     {.answers_head = answers_head_,
                      .close = !keep_alive_,
                      .date = worker_->date(),
                      .server_name = worker_->state().options.server_name},
                     worker_->take_buffer());
  written_ = 0;
  write_renewed_ = 0;
  enter(Phase::writing);
  worker_->write_soon(shared_from_this());
}

void Connection::write_now() {
  if (!closed_ && phase_ == Phase::writing && written_ < out_.size()) write();
}

void Connection::write() {
  while (written_ < out_.size()) {
    const IoResult result = stream_.write(std::string_view(out_).substr(written_));
    switch (result.state) {
      case IoState::moved: break;
      case IoState::want_read: return wait(Interest::read);
      case IoState::want_write: return wait(Interest::write);
      case IoState::closed:
      case IoState::failed: return close();
    }
    written_ += result.bytes;
    // HT-09: the time to take a reply is limited, but a large one may take longer.
    if (written_ - write_renewed_ >= kWriteRenewedBytes) {
      write_renewed_ = written_;
      enter(Phase::writing);
    }
  }
  worker_->give_back(std::exchange(out_, {}));
  note_served();
  if (!keep_alive_) return linger();
  next_request();
}

void Connection::next_request() {
  scanner_ = {};
  leading_line_ = false;
  enter(Phase::idle);
  if (in_.empty() && !stream_.holds_more()) {
    if (worker_->stopping()) return linger();
    return wait(Interest::read);
  }
  enter(Phase::head);
  resume_later();
}

// A turn of its own: others get theirs, and replies may be given from deep inside other work.
// Nothing is read until then: the end of the stream must not overtake what came before it.
void Connection::resume_later() {
  resuming_ = true;
  worker_->loop().post([self = shared_from_this()] { self->resume(); });
}

void Connection::resume() {
  resuming_ = false;
  if (!reading()) return;
  if (!in_.empty()) take({});
  if (reading()) read();
}

// RFC 9112 §9.6: closing while the client still sends could reset the connection and take the
// reply away; so our side ends first and what comes in is thrown away for a while.
void Connection::linger() {
  in_ = {};
  enter(Phase::closing);
  stream_.shutdown_write();
  drain();
}

void Connection::drain() {
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const IoResult result = stream_.discard(worker_->scratch());
    drained_ = result.state == IoState::want_read;
    if (drained_) break;
    if (result.state != IoState::moved) return close();
  }
  wait(Interest::read);
}

}  // namespace grantd::http
