// grantd resource: the APIs that tokens are for, and what their scopes mean.
#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/open_store.h"
#include "apps/grantd/resource_settings.h"
#include "grantd/base/encoding.h"
#include "grantd/store/records_json.h"

namespace grantd::app {
namespace {

constexpr std::string_view kAudience = "AUDIENCE";

Outcome<core::Resource> find_resource(OpenStore& store, const std::string& audience) {
  for (core::Resource& resource : TRY(all_resources(store))) {
    if (resource.audience.str() == audience) return std::move(resource);
  }
  return failed(
      fmt::format("there is no API \"{}\"; `grantd resource list` shows all", printable(audience)));
}

Outcome<> run_create(const Call& call) {
  OpenStore store = TRY(open_store(call));
  core::Resource resource;
  resource.audience = TRY(parse_audience(call.get("--audience")));
  resource.name = resource.audience.str();
  resource.token_lifetime = store.config().access_token;
  TRY(apply_resource_settings(call, resource));
  TRY(apply_introspectors(call, store, resource));
  TRY(check_resource(resource, TRY(all_resources(store))));
  if (TRY(store.try_commit({core::PutResource{resource, 0}}))) {
    return failed(fmt::format("there is an API \"{}\" already; `grantd resource update` changes it",
                              resource.audience.str()));
  }
  ++resource.version;  // as the store raised it
  print_record(call, store::redacted(resource));
  note_who_may_ask(resource);
  return Unit();
}

// A row of the list: of its scopes only the names.
Json listed(const core::Resource& resource) {
  Json row = store::redacted(resource);
  row.set("scope", resource.scope_set().to_text());
  return row;
}

Outcome<> run_list(const Call& call) {
  OpenStore store = TRY(open_store(call));
  Json::Array rows;
  for (const core::Resource& resource : TRY(all_resources(store))) rows.push_back(listed(resource));
  print_rows(call, rows,
             {{"AUDIENCE", "audience"},
              {"NAME", "name"},
              {"SCOPES", "scope"},
              {"TOKENS", "token_format"},
              {"LIFETIME", "token_lifetime"}},
             "There are no APIs; `grantd resource create --help` shows how to register one.");
  return Unit();
}

Outcome<> run_show(const Call& call) {
  OpenStore store = TRY(open_store(call));
  print_record(call, store::redacted(TRY(find_resource(store, call.get(kAudience)))));
  return Unit();
}

Outcome<> run_update(const Call& call) {
  OpenStore store = TRY(open_store(call));
  core::Resource resource;
  TRY(store.change([&]() -> Outcome<core::Changes> {
    resource = TRY(find_resource(store, call.get(kAudience)));
    TRY(apply_resource_settings(call, resource));
    TRY(apply_introspectors(call, store, resource));
    TRY(remove_scopes(call, resource));
    TRY(check_resource(resource, TRY(all_resources(store))));
    return core::Changes{core::PutResource{resource, resource.version}};
  }));
  ++resource.version;  // as the store raised it
  print_record(call, store::redacted(resource));
  note_who_may_ask(resource);
  return Unit();
}

// The clients that may ask for one of the API's scopes.
Outcome<std::string> users_of(OpenStore& store, const core::Resource& resource) {
  std::string out;
  TRY(store.each<core::Client>({.table = store::Query::Table::clients},
                               [&](const core::Client& client) -> Outcome<> {
                                 if (client.scope.intersection(resource.scope_set()).empty()) {
                                   return Unit();
                                 }
                                 out += (out.empty() ? "" : ", ") + client.id.str();
                                 return Unit();
                               }));
  return out;
}

Outcome<> run_delete(const Call& call) {
  OpenStore store = TRY(open_store(call));
  const core::Resource resource = TRY(find_resource(store, call.get(kAudience)));
  const std::string clients = TRY(users_of(store, resource));
  TRY(confirm(call, fmt::format("Delete the API \"{}\"{}?", resource.audience.str(),
                                clients.empty()
                                    ? std::string()
                                    : fmt::format(", whose scopes these apps have: {}", clients))));
  TRY(store.commit({core::DeleteResource{resource.audience}}));
  print_done(call, Json::object({{"audience", resource.audience.str()}, {"deleted", true}}),
             fmt::format("\"{}\" is deleted.", resource.audience.str()));
  return Unit();
}

const Argument kAudienceArgument = {kAudience, "The API's URI."};

}  // namespace

std::vector<Command> resource_commands() {
  std::vector<Option> create = {
      required({"--audience", "URI", "The `aud` of its tokens: an absolute URI."})};
  std::vector<Option> update = {
      repeated({"--remove-scope", "NAME", "It has this scope no longer."}),
      repeated({"--remove-introspector", "CLIENT_ID", "This client may ask no longer."})};
  for (const Option& option : resource_options()) create.push_back(option);
  for (const Option& option : resource_options()) update.push_back(option);
  return {
      {.path = "resource create",
       .summary = "register an API and its scopes",
       .detail = "Each scope belongs to one API and has a text that people read when they are "
                 "asked. An app may ask for the scopes of several at once; an access token is for "
                 "one of them, which the app names by `resource` (RFC 8707).",
       .options = create,
       .examples = {{"an API with two scopes, one with German words too",
                     "grantd resource create --audience https://api.example.com --name Notes "
                     "--scope notes:read=\"See your notes\" --scope notes:write=\"Change your "
                     "notes|Add, edit and delete\" --scope-text notes:read:de=\"Ihre Notizen "
                     "sehen\""}},
       .takes_json = true,
       .run = run_create},
      {.path = "resource list", .summary = "list the APIs", .takes_json = true, .run = run_list},
      {.path = "resource show",
       .summary = "show an API and its scopes",
       .arguments = {kAudienceArgument},
       .takes_json = true,
       .run = run_show},
      {.path = "resource update",
       .summary = "change an API or its scopes",
       .detail = "What is not named stays.",
       .arguments = {kAudienceArgument},
       .options = update,
       .examples = {{"one more scope",
                     "grantd resource update https://api.example.com --scope "
                     "notes:share=\"Share your notes\""},
                    {"tokens that end at once: the API asks at each use",
                     "grantd resource update https://api.example.com --token-format opaque "
                     "--introspector notes-api"}},
       .takes_json = true,
       .run = run_update},
      {.path = "resource delete",
       .summary = "delete an API",
       .arguments = {kAudienceArgument},
       .takes_json = true,
       .asks = true,
       .run = run_delete}};
}

}  // namespace grantd::app
