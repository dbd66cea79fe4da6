#include "apps/grantd/resource_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/console.h"
#include "grantd/base/encoding.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::app {
namespace {

constexpr std::string_view kEnglish = "en";

// "Title" or "Title|Detail".
Outcome<core::ScopeText> parse_text(std::string_view option, std::string_view text) {
  const std::size_t bar = text.find('|');
  core::ScopeText out;
  out.title = trim(text.substr(0, bar));
  if (bar != std::string_view::npos) out.detail = trim(text.substr(bar + 1));
  const auto fits = [](const std::string& line) {
    return line.size() <= 200 && printable(line) == line;
  };
  if (!out.title.empty() && fits(out.title) && fits(out.detail)) return out;
  return usage(
      fmt::format("{}: expected \"Title\" or \"Title|Detail\", each at most 200 bytes on "
                  "one line, found \"{}\"",
                  option, printable(text)));
}

struct NameAndText {
  std::string name;
  core::ScopeText text;
};
Outcome<NameAndText> parse_assignment(std::string_view option, const std::string& given) {
  const std::size_t equals = given.find('=');
  if (equals == std::string::npos) {
    return usage(
        fmt::format("{}: expected NAME=\"Title\": people read the title when they are "
                    "asked. Found \"{}\"",
                    option, printable(given)));
  }
  return NameAndText{given.substr(0, equals),
                     TRY(parse_text(option, std::string_view(given).substr(equals + 1)))};
}

// RFC 5646 §2.1, as far as names of string files go: "de", "pt-br".
bool is_language(std::string_view text) {
  return text.size() >= 2 && text.size() <= 12 && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

Outcome<> put_scope(const std::string& given, core::Resource& resource) {
  NameAndText parsed = TRY(parse_assignment("--scope", given));
  const auto scope = core::ScopeSet::parse(parsed.name);
  if (!scope || scope->size() != 1) {
    return usage(
        fmt::format("--scope: expected one name without blanks (RFC 6749 §3.3), found "
                    "\"{}\"",
                    printable(parsed.name)));
  }
  auto row = std::ranges::find(resource.scopes, parsed.name, &core::ResourceScope::name);
  if (row == resource.scopes.end()) {
    row = resource.scopes.insert(row, core::ResourceScope{parsed.name, {}});
  }
  row->texts[std::string(kEnglish)] = std::move(parsed.text);
  return Unit();
}

// NAME:LANG=…; a name may hold ':' itself, a language cannot.
Outcome<> put_scope_text(const std::string& given, core::Resource& resource) {
  NameAndText parsed = TRY(parse_assignment("--scope-text", given));
  const std::size_t colon = parsed.name.rfind(':');
  const std::string language = colon == std::string::npos ? "" : parsed.name.substr(colon + 1);
  if (!is_language(language)) {
    return usage(
        fmt::format("--scope-text: expected NAME:LANGUAGE=\"Title\" with a language such "
                    "as de, found \"{}\"",
                    printable(given)));
  }
  const std::string name = parsed.name.substr(0, colon);
  const auto row = std::ranges::find(resource.scopes, name, &core::ResourceScope::name);
  if (row == resource.scopes.end()) {
    return failed(fmt::format("--scope-text: the API has no scope \"{}\"; add --scope {}=\"Title\"",
                              printable(name), printable(name)));
  }
  row->texts[language] = std::move(parsed.text);
  return Unit();
}

Outcome<> apply_lifetime(const Call& call, core::Resource& resource) {
  if (!call.has("--lifetime")) return Unit();
  const Duration lifetime = parse_duration(call.get("--lifetime"));
  if (lifetime < std::chrono::seconds(30) || lifetime > std::chrono::hours(24)) {
    return usage(
        fmt::format("--lifetime: expected a length of time from \"30s\" to \"24h\", found "
                    "\"{}\"",
                    printable(call.get("--lifetime"))));
  }
  resource.token_lifetime = lifetime;
  return Unit();
}

}  // namespace

std::vector<Option> resource_options() {
  return {{"--name", "TEXT", "What people read. Default: the URI."},
          repeated({"--scope", "NAME=TITLE",
                    "A scope and what people read when asked for it, in English: NAME=\"Title\" or "
                    "NAME=\"Title|Detail\"."}),
          repeated({"--scope-text", "NAME:LANG=TITLE", "The same in another language."}),
          one_of({"jwt", "opaque"},
                 {"--token-format", "FORMAT",
                  "The access token's. jwt (RFC 9068): the API checks it alone, and a revoked one "
                  "works until it expires. opaque: the API asks (RFC 7662). Default jwt."}),
          repeated({"--introspector", "CLIENT_ID",
                    "A confidential client, the API itself say, that may ask what the API's tokens "
                    "are worth (RFC 7662)."}),
          {"--lifetime", "DURATION", "The access token's. Default: lifetimes.access_token."}};
}

Outcome<core::Audience> parse_audience(const std::string& text) {
  const auto uri = oauth::parse_absolute_uri(text);
  if (uri && text.size() <= 2000) return core::Audience(text);
  return usage(
      fmt::format("--audience: expected an absolute URI without fragment (RFC 8707 §2), "
                  "such as https://api.example.com; found \"{}\" ({})",
                  printable(text), uri ? "too long" : uri.error()));
}

Outcome<> apply_resource_settings(const Call& call, core::Resource& resource) {
  if (call.has("--name")) {
    resource.name = call.get("--name");
    if (resource.name.empty() || resource.name.size() > 200 ||
        printable(resource.name) != resource.name) {
      return usage(fmt::format("--name: expected 1 to 200 bytes of text on one line, found \"{}\"",
                               printable(resource.name)));
    }
  }
  if (call.has("--token-format")) {
    resource.token_format = *core::parse_token_format(call.get("--token-format"));
  }
  TRY(apply_lifetime(call, resource));
  for (const std::string& given : call.all("--scope")) TRY(put_scope(given, resource));
  for (const std::string& given : call.all("--scope-text")) TRY(put_scope_text(given, resource));
  return Unit();
}

Outcome<> apply_introspectors(const Call& call, OpenStore& store, core::Resource& resource) {
  std::vector<core::Introspector>& all = resource.introspectors;
  const auto named = [](const core::ClientId& id) {
    return [&id](const core::Introspector& each) { return each.client == id; };
  };
  for (const std::string& name : call.all("--remove-introspector")) {
    if (std::erase_if(all, named(core::ClientId(name))) == 0) {
      return failed(
          fmt::format("--remove-introspector: \"{}\" is no introspector of the API",
                      printable(name)));
    }
  }
  for (const std::string& name : call.all("--introspector")) {
    const core::Client client = TRY(find_client(store, name));
    // RFC 7662 §2.1: who asks proves who it is.
    if (client.is_public()) {
      return failed(fmt::format("--introspector: \"{}\" is a public client and cannot prove who it "
                                "is; name a confidential one",
                                client.id.str()));
    }
    std::erase_if(all, named(client.id));  // also of a client that had the name before
    all.push_back({client.id, client.incarnation});
  }
  return Unit();
}

void note_who_may_ask(const core::Resource& resource) {
  if (resource.token_format != core::TokenFormat::opaque || !resource.introspectors.empty()) return;
  note(
      "note: nobody may ask what the API's opaque tokens mean; `grantd resource update "
      "--introspector CLIENT_ID` names who may.");
}

Outcome<> remove_scopes(const Call& call, core::Resource& resource) {
  for (const std::string& name : call.all("--remove-scope")) {
    const auto gone = std::erase_if(
        resource.scopes, [&](const core::ResourceScope& scope) { return scope.name == name; });
    if (gone == 0) {
      return failed(fmt::format("--remove-scope: the API has no scope \"{}\"", printable(name)));
    }
  }
  return Unit();
}

Outcome<> check_resource(const core::Resource& resource, const std::vector<core::Resource>& all) {
  // RFC 6749 §3.3; OpenID Connect Core §5.4, §11.
  core::ScopeSet own = resource.scope_set().identity();
  if (resource.find(oauth::kOfflineAccess)) {
    own = own.united(core::ScopeSet::of({std::string(oauth::kOfflineAccess)}));
  }
  if (!own.empty()) {
    return failed(fmt::format("the scope {} belongs to the server itself; name it otherwise",
                              own.to_text()));
  }
  for (const core::Resource& other : all) {
    if (other.audience == resource.audience) continue;
    const core::ScopeSet shared = resource.scope_set().intersection(other.scope_set());
    if (shared.empty()) continue;
    return failed(
        fmt::format("the scope \"{}\" belongs to {} already: a token is for the one API "
                    "that owns its scopes; choose another name",
                    shared.to_text(), other.audience.str()));
  }
  return Unit();
}

}  // namespace grantd::app
