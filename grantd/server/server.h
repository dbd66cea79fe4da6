// server: I carry between the rooms.
//
// What lives here: the driver, everything impure that it needs, the configuration, the keys, the
// pages. What does not: a rule about who may have what (core/).
//
// The public class for embedding: mount handle() under any HTTP library, or let it listen.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "grantd/base/result.h"
#include "grantd/base/time.h"
#include "grantd/http/server.h"
#include "grantd/server/config.h"
#include "grantd/server/keys.h"
#include "grantd/server/pages.h"
#include "grantd/server/walk_record.h"
#include "grantd/store/store.h"

namespace grantd::server {

struct ServerOptions {
  Config config;
  bool developer = false;            // problem pages show their reasons (`grantd dev`)
  std::set<std::string> off;         // endpoints and grants to do without, by name
  std::function<Time()> now = system_now;
  std::optional<DevOverview> overview;  // the page at "/" (`grantd dev`); nothing: there is none
  // Pages of the program that embeds this server, by the first part of their path ("/learn").
  // Called on an I/O thread; must not wait.
  std::map<std::string, http::Handler> beside = {};
};

class Server {
 public:
  // Over a store of the caller's. The error says what was expected, what was found, what to do.
  static Result<std::unique_ptr<Server>, std::string> create(ServerOptions options,
                                                             std::unique_ptr<store::Store> store,
                                                             MasterKey master);
  // The same over the SQLite store and the master key's file that the configuration names.
  static Result<std::unique_ptr<Server>, std::string> open(ServerOptions options);
  virtual ~Server() = default;

  // Answers any request of the public listener. On a thread that has a loop (base/loop.h).
  virtual void handle(http::Request request, http::Respond respond) = 0;
  // The same for a thread that may wait.
  virtual http::Reply handle(http::Request request) = 0;
  // /livez, /readyz and /explain, for the management listener only.
  virtual void handle_management(http::Request request, http::Respond respond) = 0;

  // Listens as the configuration says, sweeps, changes keys when they are due, until stop().
  virtual Result<Unit, std::string> start() = 0;
  virtual std::uint16_t port() const = 0;
  virtual std::uint16_t management_port() const = 0;
  // Certificate and key are read again; on error the old pair stays.
  virtual Result<Unit, std::string> reload() = 0;
  // Stops accepting, drains (10 s at most), closes the store.
  virtual void stop() = 0;

  // What the request of this number (X-Request-Id, "7Q4K-M2XD") met on its way; nothing where it is
  // not, or no longer, known (Config::explain_kept). Known before its answer is given. From any
  // thread. For operators and embedding programs, never for who asked.
  virtual std::optional<WalkRecord> explain(std::string_view request_id) const = 0;
  // The last ones, the newest first, at most `most`.
  virtual std::vector<WalkRecord> last_walks(std::size_t most, bool refused_only) const = 0;

  virtual store::Store& store() = 0;
};

}  // namespace grantd::server
