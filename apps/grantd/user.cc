// grantd user: the people who sign in.
#include <fmt/format.h>

#include <utility>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "apps/grantd/user_settings.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/core/login_name.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

constexpr std::string_view kUser = "LOGIN";

Outcome<> run_create(const Call& call) {
  OpenStore store = TRY(open_store(call));
  core::User user;
  const auto login = core::canonical_login(call.get("--login"));
  // Checklist EN-12: one canonical form; letters that look alike cannot be confused.
  if (!login) {
    return usage(
        fmt::format("--login: expected 1 to 254 printable ASCII characters without blanks "
                    "(a name or an e-mail address), found \"{}\"",
                    printable(call.get("--login"))));
  }
  user.login = *login;
  user.id = oauth::make_id<oauth::SubjectId>(random_bytes<16>());
  user.created = store.now();
  user.claims = Json::object();
  TRY(apply_claims(call, user.created, user));
  const auto taken = failed(fmt::format("there is a user \"{}\" already", user.login));
  core::Wanted wanted;
  wanted.login = user.login;
  if (TRY(store.gather(wanted)).user) return taken;  // before a password is asked for
  if (!call.has("--no-password")) user.password = TRY(new_password(call, store.config()));
  if (TRY(store.try_commit({core::PutUser{user, 0}}))) return taken;
  ++user.version;  // as the store raised it
  print_record(call, store::redacted(user));
  return Unit();
}

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  Json::Array rows;
  TRY(store.each<core::User>({.table = store::Query::Table::users},
                             [&](const core::User& user) -> Outcome<> {
                               Json row = store::redacted(user);
                               if (const auto* name = user.claims.find_string("name")) {
                                 row.set("name", *name);
                               }
                               rows.push_back(std::move(row));
                               return Unit();
                             }));
  print_rows(call, rows,
             {{"LOGIN", "login"},
              {"NAME", "name"},
              {"SUB", "sub"},
              {"PASSWORD", "has_password"},
              {"DISABLED", "disabled"},
              {"CREATED", "created"}},
             "There are no users; `grantd user create --login NAME` makes one.");
  return Unit();
}

Outcome<> run_show(const Call& call) {
  OpenStore store = TRY(open_store(call));
  print_record(call, store::redacted(TRY(find_user(store, call.get(kUser)))));
  return Unit();
}

// They are dead by the person's counter already (DESIGN §1.2, 7). Ended one by one, so that the
// apps hear of it (OpenID Connect Back-Channel Logout §2.3), in bites.
Outcome<> end_sessions(OpenStore& store, const core::SubjectId& person) {
  constexpr std::size_t kAtOnce = 100;
  store::Query query{.table = store::Query::Table::sessions};
  query.subject = person;
  query.live_only = true;
  core::Changes ends;
  for (const core::Session& session : TRY(store.all<core::Session>(query))) {
    if (session.expires <= store.now()) continue;
    ends.push_back(core::EndSession{session.id});
    if (ends.size() == kAtOnce) TRY(store.commit(std::exchange(ends, {})));
  }
  if (!ends.empty()) TRY(store.commit(std::move(ends)));
  return Unit();
}

// Reads the user anew, changes the row and writes it, until no one else was faster.
template <class Change>
Outcome<> change_user(const Call& call, std::string_view sentence, Change change) {
  OpenStore store = TRY(open_store(call));
  core::User user;
  core::Counter before = 0;
  TRY(store.change([&]() -> Outcome<core::Changes> {
    user = TRY(find_user(store, call.get(kUser)));
    before = user.counter;
    TRY(change(store, user));
    return core::Changes{core::PutUser{user, user.version}};
  }));
  if (user.counter != before) TRY(end_sessions(store, user.id));
  ++user.version;  // as the store raised it
  print_done(call, store::redacted(user), fmt::format("{}: {}", user.login, sentence));
  return Unit();
}

Outcome<> run_update(const Call& call) {
  return change_user(call, "changed", [&](OpenStore& store, core::User& user) {
    return apply_claims(call, store.now(), user);
  });
}

Outcome<> run_set_password(const Call& call) {
  std::string password;  // asked for once, however often the row is read
  return change_user(call, "the password is set; all sessions and grants have ended",
                     [&](OpenStore& store, core::User& user) -> Outcome<> {
                       if (password.empty()) password = TRY(new_password(call, store.config()));
                       user.password = password;
                       ++user.counter;  // checklist LG-13
                       return Unit();
                     });
}

Outcome<> run_disable(const Call& call) {
  return change_user(call, "disabled; all sessions and grants have ended",
                     [](OpenStore&, core::User& user) -> Outcome<> {
                       user.disabled = true;
                       ++user.counter;  // DESIGN §1.2, 7: enabling brings none of them back
                       return Unit();
                     });
}

Outcome<> run_enable(const Call& call) {
  return change_user(call, "enabled; what had ended stays ended",
                     [](OpenStore&, core::User& user) -> Outcome<> {
                       user.disabled = false;
                       return Unit();
                     });
}

Outcome<> run_sign_out(const Call& call) {
  return change_user(call, "signed out everywhere; all sessions and grants have ended",
                     [](OpenStore&, core::User& user) -> Outcome<> {
                       ++user.counter;
                       return Unit();
                     });
}

Outcome<> run_delete(const Call& call) {
  OpenStore store = TRY(open_store(call));
  const core::User user = TRY(find_user(store, call.get(kUser)));
  TRY(confirm(call, fmt::format("Delete the user \"{}\" ({}) and end all sessions and grants?",
                                user.login, oauth::to_text(user.id))));
  TRY(store.commit({core::DeleteUser{user.id}}));
  TRY(end_sessions(store, user.id));
  print_done(
      call,
      Json::object({{"sub", oauth::to_text(user.id)}, {"login", user.login}, {"deleted", true}}),
      fmt::format("{} is deleted.", user.login));
  return Unit();
}

const Argument kUserArgument = {kUser, "The login name, or the `sub`."};

const Option kName = {"--name", "TEXT", "The full name; the same as --claim name=TEXT."};
const Option kClaim =
    repeated({"--claim", "NAME=VALUE",
              "A standard claim (OpenID Connect Core §5.1), such as email=alice@example.com, "
              "email_verified=true or address.locality=Berlin."});

Command update_row() {
  return {.path = "user update",
          .summary = "change what apps may learn of a person",
          .detail = "What is not named stays. Apps see it at the next use of userinfo.",
          .arguments = {kUserArgument},
          .options = {kName, kClaim,
                      repeated({"--remove-claim", "NAME", "Nothing is known of this any more."})},
          .examples = {{"an address",
                        "grantd user update alice --claim address.locality=Berlin --claim "
                        "address.country=Germany"}},
          .takes_json = true,
          .run = run_update};
}

Command create_row() {
  return {.path = "user create",
          .summary = "add a person",
          .detail =
              "The password is asked for, or comes from a file; it counts byte for byte and is "
              "stored as Argon2id. Login names are ASCII or e-mail addresses, in lower case.",
          .options = {required({"--login", "NAME", "What the person signs in with."}),
                      kName, kClaim,
                      {"--password-file", "FILE", "The password; -: standard input."},
                      {"--no-password", "", "Nobody can sign in as this person with a password."}},
          .examples = {{"asks for the password",
                        "grantd user create --login alice --name \"Alice Adams\""},
                       {"from a program",
                        "pass show alice | grantd user create --login alice --password-file - "
                        "--json"}},
          .takes_json = true,
          .run = run_create};
}

Command change_row(std::string_view path, std::string_view summary, Outcome<> (*run)(const Call&)) {
  return {.path = path,
          .summary = summary,
          .arguments = {kUserArgument},
          .takes_json = true,
          .run = run};
}

}  // namespace

std::vector<Command> user_commands() {
  Command set_password = change_row(
      "user set-password", "give a person a new password, and end all sessions", run_set_password);
  set_password.options = {{"--password-file", "FILE", "The password; -: standard input."}};
  Command remove =
      change_row("user delete", "delete a person, all sessions and grants", run_delete);
  remove.asks = true;
  return {
      create_row(),
      {.path = "user list", .summary = "list the people", .takes_json = true, .run = run_list},
      change_row("user show", "show a person; never the password nor its hash", run_show),
      update_row(),
      set_password,
      change_row("user disable", "shut a person out, and end all sessions and grants", run_disable),
      change_row("user enable", "let a person sign in again", run_enable),
      change_row("user sign-out", "end all sessions and grants of a person", run_sign_out),
      remove};
}

}  // namespace grantd::app
