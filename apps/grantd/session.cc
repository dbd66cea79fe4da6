// grantd session: the browsers that are signed in.
#include <fmt/format.h>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/life.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/encoding.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

constexpr std::string_view kSessionId = "SESSION_ID";

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  store::Query query;
  query.table = store::Query::Table::sessions;
  query.live_only = !call.has("--all");
  if (call.has("--user")) query.subject = TRY(find_user(store, call.get("--user"))).id;
  Json::Array rows;
  TRY(store.each<core::Session>(query, [&](const core::Session& session) -> Outcome<> {
    const std::string dead = TRY(why_dead(store, session));
    if (!dead.empty() && !call.has("--all")) return Unit();
    Json row = store::redacted(session);
    row.set("login", TRY(login_of(store, session.subject)));
    row.set("live", dead.empty());
    if (!dead.empty()) row.set("dead_because", dead);
    rows.push_back(std::move(row));
    return Unit();
  }));
  std::vector<Column> columns = {{"SESSION_ID", "sid"},
                                 {"LOGIN", "login"},
                                 {"SIGNED IN", "auth_time"},
                                 {"LAST SEEN", "last_seen"},
                                 {"EXPIRES", "expires"}};
  if (call.has("--all")) columns.push_back({"DEAD BECAUSE", "dead_because"});
  print_rows(call, rows, columns, "There are no sessions.");
  return Unit();
}

Outcome<> run_revoke(const Call& call) {
  const auto id = oauth::parse_id<oauth::SessionId>(call.get(kSessionId));
  if (!id) {
    return usage(
        fmt::format("{}: expected 22 characters as `grantd session list` shows them, found "
                    "\"{}\"",
                    kSessionId, printable(call.get(kSessionId))));
  }
  OpenStore store = TRY(open_store(call));
  core::Wanted wanted;
  wanted.session = *id;
  if (!TRY(store.gather(wanted)).session) {
    return failed(fmt::format("there is no session {}; `grantd session list` shows all",
                              oauth::to_text(*id)));
  }
  TRY(store.commit({core::EndSession{*id}}));
  print_done(call, Json::object({{"sid", oauth::to_text(*id)}, {"ended", true}}),
             fmt::format("Session {} has ended, and every grant that was bound to it.",
                         oauth::to_text(*id)));
  return Unit();
}

}  // namespace

std::vector<Command> session_commands() {
  return {{.path = "session list",
           .summary = "list the sessions that are alive",
           .options = {{"--user", "LOGIN", "Of one person."},
                       {"--all", "", "Those that have ended too, and why."}},
           .examples = {{"where is alice signed in?", "grantd session list --user alice"}},
           .takes_json = true,
           .run = run_list},
          {.path = "session revoke",
           .summary = "end a session, and every grant that is bound to it",
           .detail = "`grantd user sign-out` ends all of a person.",
           .arguments = {{kSessionId, "As `grantd session list` shows it."}},
           .takes_json = true,
           .run = run_revoke}};
}

}  // namespace grantd::app
