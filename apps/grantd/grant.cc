// grantd grant: what people let apps do, one row a flow.
#include <fmt/format.h>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/life.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/encoding.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

constexpr std::string_view kGrantId = "GRANT_ID";

Outcome<Json> shown(OpenStore& store, const core::Grant& grant, const std::string& dead) {
  Json row = store::redacted(grant);
  row.set("login", TRY(login_of(store, grant.subject)));
  row.set("live", dead.empty());
  if (!dead.empty()) row.set("dead_because", dead);
  return row;
}

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  store::Query query;
  query.table = store::Query::Table::grants;
  query.live_only = !call.has("--all");
  if (call.has("--user")) query.subject = TRY(find_user(store, call.get("--user"))).id;
  if (call.has("--client")) query.client = TRY(find_client(store, call.get("--client"))).id;
  Json::Array rows;
  TRY(store.each<core::Grant>(query, [&](const core::Grant& grant) -> Outcome<> {
    const std::string dead = TRY(why_dead(store, grant));
    if (dead.empty() || call.has("--all")) rows.push_back(TRY(shown(store, grant, dead)));
    return Unit();
  }));
  std::vector<Column> columns = {{"GRANT_ID", "grant"},     {"CLIENT_ID", "client_id"},
                                 {"LOGIN", "login"},        {"SCOPE", "scope"},
                                 {"OFFLINE", "offline"},    {"CREATED", "created"},
                                 {"LAST USED", "last_used"}};
  if (call.has("--all")) columns.push_back({"DEAD BECAUSE", "dead_because"});
  print_rows(call, rows, columns, "There are no grants.");
  return Unit();
}

Outcome<> run_revoke(const Call& call) {
  const auto id = oauth::parse_id<oauth::GrantId>(call.get(kGrantId));
  if (!id) {
    return usage(
        fmt::format("{}: expected 22 characters as `grantd grant list` shows them, found "
                    "\"{}\"",
                    kGrantId, printable(call.get(kGrantId))));
  }
  OpenStore store = TRY(open_store(call));
  core::Wanted wanted;
  wanted.grant = *id;
  if (!TRY(store.gather(wanted)).grant) {
    return failed(
        fmt::format("there is no grant {}; `grantd grant list` shows all", oauth::to_text(*id)));
  }
  TRY(store.commit({core::RevokeGrant{*id, "revoked by the operator"}}));
  print_done(
      call, Json::object({{"grant", oauth::to_text(*id)}, {"revoked", true}}),
      fmt::format("Grant {} is revoked. Access tokens that are JWTs work at APIs that do not "
                  "ask until they expire.",
                  oauth::to_text(*id)));
  return Unit();
}

}  // namespace

std::vector<Command> grant_commands() {
  return {{.path = "grant list",
           .summary = "list the grants that are alive",
           .options = {{"--user", "LOGIN", "Of one person."},
                       {"--client", "CLIENT_ID", "Of one app."},
                       {"--all", "", "Those that have ended too, and why."}},
           .examples = {{"what may the shop do for alice?",
                         "grantd grant list --user alice --client shop"}},
           .takes_json = true,
           .run = run_list},
          {.path = "grant revoke",
           .summary = "end a grant: its refresh token works no more",
           .arguments = {{kGrantId, "As `grantd grant list` shows it."}},
           .takes_json = true,
           .run = run_revoke}};
}

}  // namespace grantd::app
