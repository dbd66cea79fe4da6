// One connection: reads a request, hands it to the handler, writes the reply, and again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "grantd/http/io_loop.h"
#include "grantd/http/parser.h"
#include "grantd/http/stream.h"
#include "grantd/http/worker.h"

namespace grantd::http {

class Connection;

// From whichever thread to the connection, made once for all its requests.
struct WayBack {
  std::shared_ptr<Worker> worker;
  std::weak_ptr<Connection> connection;
};

// All of it runs on its worker's loop, which changes between requests only. One request at a time:
// what a client sends ahead (RFC 9112 §9.3.2) waits in a bounded buffer or in the kernel's. An idle
// connection holds none.
class Connection final : public Ready, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Worker& worker, int descriptor, const IpAddress& peer,
             std::shared_ptr<TlsContext> tls);
  ~Connection() override;

  void start();
  void on_ready(Interest interest) override;
  // The reply to the request of that number; ignored if that is not the one being handled.
  void answer(std::uint64_t request_number, const Reply& reply);
  void write_now();      // the reply, which Worker::write_soon() put off
  void expire();         // the time of its phase is over
  void stop();           // the server stops
  void close();          // now; on_ready() is not called any more
  // `makes_room`: the longest idle one goes there (HT-10).
  enum class Arrival { plain, makes_room };
  // Another thread serves it from now on. Nothing of it may be under way, on the stack neither.
  void move_to(Worker& to, Arrival arrival = Arrival::plain);
  Moment deadline() const { return deadline_; }

 private:
  void handshake();
  void read();
  void take(std::string_view fresh);
  Result<std::size_t, Refusal> consume(std::string_view input);
  Result<std::size_t, Refusal> consume_head(std::string_view input);
  Result<Unit, Refusal> accept_head(std::string_view raw);
  bool send_continue();
  void dispatch();
  void forget_request();
  void refuse(const Refusal& refusal);
  void send(const Reply& reply);
  void write();
  void next_request();
  void resume_later();
  void resume();
  void settle();
  void arrive(Worker& at, Arrival arrival);
  void note_served();
  void move_if_wanted();
  void linger();
  void drain();
  void enter(Phase phase);
  void wait(Interest interest);
  bool reading() const;

  Worker* worker_;
  std::shared_ptr<const WayBack> way_back_;  // null: closed
  std::shared_ptr<TlsContext> tls_;
  std::optional<Watch> watch_;
  int between_ = -1;  // the descriptor, from one thread to another: then there is no watch_
  Stream stream_;
  Peer peer_;
  Phase phase_;
  Worker::Place place_;
  Moment deadline_;
  bool closed_ = false;
  bool waits_to_read_ = false;
  bool waits_to_write_ = false;
  bool drained_ = true;  // the kernel's buffer was empty when last read

  std::string in_;  // read and not yet consumed
  HeadScanner scanner_;
  std::unique_ptr<RequestParser> parser_;  // while a request is read
  Request request_;                        // its head, until it is dispatched
  bool expects_continue_ = false;
  bool complete_ = false;  // the request is whole
  bool leading_line_ = false;
  bool resuming_ = false;  // resume() is queued
  bool answers_head_ = false;
  bool keep_alive_ = true;
  std::uint64_t request_number_ = 0;
  std::uint64_t served_in_ = 0;  // Worker::tick_number() of its last reply
  bool leaves_ = false;          // move_if_wanted() is queued

  std::string out_;  // the reply, while it is written
  std::size_t written_ = 0;
  std::size_t write_renewed_ = 0;  // of out_, when its time was last renewed
};

}  // namespace grantd::http
