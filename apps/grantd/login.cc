// grantd login: the flow in the person's browser, and what came of it in words.
#include "apps/grantd/login.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "apps/grantd/console.h"
#include "apps/grantd/profile.h"
#include "apps/grantd/token_words.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::app {
namespace {

using client::Session;

constexpr std::string_view kLoopback = "http://127.0.0.1/";
constexpr std::size_t kAddressMax = 64 * 1024;

std::string absolute(const std::string& file) {
  return file.empty() || file == "-" ? file : std::filesystem::absolute(file).string();
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// As it is registered, with the port that is wanted.
Outcome<std::string> with_port(std::string uri, const std::string& port) {
  if (uri.empty()) uri = kLoopback;
  const auto parsed = oauth::parse_absolute_uri(uri);
  if (!parsed || parsed->scheme != "http" || !oauth::is_loopback_host(parsed->host)) {
    return usage(fmt::format("--redirect-uri: expected an http address of this computer, such as "
                             "{}, found \"{}\"", kLoopback, printable(uri)));
  }
  if (port.empty()) return uri;
  if (!parsed->port.empty()) {
    return usage("--port: --redirect-uri has a port already; leave one of them out");
  }
  const auto moved = fmt::format("http://{}:{}{}", parsed->host, port, parsed->path_query);
  if (!oauth::parse_absolute_uri(moved)) {
    return usage(fmt::format("--port: expected a number from 1 to 65535, found \"{}\"",
                             printable(port)));
  }
  return moved;
}

// What was said last time, and over it what is said now.
Outcome<Profile> wanted(const Call& call) {
  Profile profile = TRY(read_profile(TRY(profile_name(call)))).value_or(Profile());
  const bool another = call.has("--issuer") && call.get("--issuer") != profile.issuer;
  const bool other_app = call.has("--client-id") && call.get("--client-id") != profile.client_id;
  if (another || other_app) {  // nothing of one app is sent in another's name
    Profile fresh;
    fresh.issuer = profile.issuer;
    if (!another) fresh.ca_file = profile.ca_file;
    profile = std::move(fresh);
  }
  profile.name = TRY(profile_name(call));
  profile.issuer = call.get("--issuer", profile.issuer);
  profile.client_id = call.get("--client-id", profile.client_id);
  if (profile.issuer.empty() || profile.client_id.empty()) {
    return usage(fmt::format("--issuer URL and --client-id ID are needed the first time; "
                             "`grantd login` alone repeats what it did before"));
  }
  profile.secret_file = absolute(call.get("--client-secret-file", profile.secret_file));
  profile.key_file = absolute(call.get("--key-file", profile.key_file));
  if (profile.secret_file == "-" || profile.key_file == "-") {
    return usage("--client-secret-file: expected a file, as it is read at each refresh");
  }
  profile.kid = call.get("--kid", profile.kid);
  profile.auth = call.get("--auth", profile.auth);
  profile.ca_file = absolute(call.get("--ca-file", profile.ca_file));
  profile.redirect_uri = call.get("--redirect-uri", profile.redirect_uri);
  if (call.has("--scope")) profile.scope = joined(call.all("--scope"));
  if (profile.scope.empty()) profile.scope = "openid";
  if (call.has("--resource")) profile.resources = call.all("--resource");
  profile.keep = call.get("--keep", profile.keep);
  if (profile.keep.empty()) profile.keep = best_place(profile.name);
  return profile;
}

Outcome<client::Parameters> more_parameters(const Call& call) {
  client::Parameters out;
  for (const std::string& text : call.all("--parameter")) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos || at == 0) {
      return usage(fmt::format("--parameter: expected NAME=VALUE, found \"{}\"", printable(text)));
    }
    out.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  return out;
}

void show_address(const std::string& url, bool browser) {
  const bool opened = browser && client::open_browser(url);
  note(opened ? "Your browser opens to sign you in. Where it does not, open this address there:"
              : "To sign in, open this address in a browser on this computer:");
  note(fmt::format("\n  {}\n\nWaiting for you to come back (Ctrl-C stops) ...", url));
}

// Where the browser runs on another computer: the person carries the answer over.
Result<Session, client::FlowError> by_paste(client::Client& client, client::Wish wish) {
  // Nothing listens there: the browser stops, and its address bar holds the answer.
  const auto parsed = oauth::parse_absolute_uri(wish.redirect_uri);
  if (parsed && parsed->port.empty()) {
    const auto drawn = random_bytes<2>();
    const int port = 49152 + ((drawn[0] << 8) | drawn[1]) % 16384;
    wish.redirect_uri = fmt::format("http://{}:{}{}", parsed->host, port, parsed->path_query);
  }
  auto started = TRY(client.start(wish));
  note(fmt::format("Open this address in a browser, on any computer:\n\n  {}\n\n"
                   "After you signed in, the browser will say that it cannot reach {}. That is "
                   "right:\ncopy the whole address from its address bar, and paste it here.\n",
                   started.url, wish.redirect_uri));
  std::fputs("The address: ", stderr);
  std::string line;
  std::getline(std::cin, line);
  if (line.size() > kAddressMax) line.clear();
  std::string_view query = trim(line);
  if (query.ends_with('\r')) query.remove_suffix(1);
  query = query.substr(0, query.find('#'));
  if (const auto at = query.find('?'); at != query.npos) query.remove_prefix(at + 1);
  auto session = TRY(client.finish(std::move(started.pending), query));
  TRY(client.keep(session));
  return session;
}

// What the server knows of the person beyond the ID token; null where it says nothing more.
Json more_about(client::Client& client, const Session& session) {
  const auto provider = client.provider();
  if (!session.id_token || !provider || provider->userinfo_endpoint.empty()) return {};
  const auto told = client.userinfo(session);
  if (!told) {
    note("What the server knows of you could not be asked: " + told.error().message());
    return {};
  }
  Json more;
  for (const auto& [name, value] : *told->as_object()) {
    if (!session.id_token->claims.find(name)) more.set(name, value);
  }
  return more;
}

std::string who(const Session& session, const Json& more) {
  for (const auto* claim : {"name", "preferred_username", "email"}) {
    if (const auto text = session.claim(claim); !text.empty()) return printable(text);
    if (const auto* text = more.find_string(claim)) return printable(*text);
  }
  return session.subject.empty() ? "" : printable(session.subject);
}

std::string about_access_token(const Session& session, Time now) {
  std::string out = "\nThe access token, for the API\n";
  if (session.expires_at) out += fmt::format("  It ends {}.\n", from_now(*session.expires_at, now));
  const auto jwt = jose::decode_unverified(session.tokens.access_token.reveal_text());
  if (!jwt) {
    return out + fmt::format("  Nothing can be read from it: the API asks the server.\n"
                             "  {:<14} {}\n", "scope", printable(session.scope.to_text()));
  }
  return out + claims_in_words(jwt->claims, false, now);
}

void explain(const Profile& profile, const Session& session, const Json& more, Time now) {
  const std::string person = who(session, more);
  print(fmt::format("You are signed in{}{}, at {}.\n", person.empty() ? "" : " as ", person,
                    printable(profile.issuer)));
  if (session.id_token) {
    print("\nThe ID token, for this app: signed by the server, and checked\n" +
          claims_in_words(session.id_token->claims, true, now));
  }
  if (!more.is_null()) {
    print("\nWhat the server says of you beside it (userinfo)\n" +
          claims_in_words(more, true, now));
  }
  print(about_access_token(session, now));
  print(session.tokens.refresh_token
            ? "\nThe refresh token\n  With it, `grantd token` gets new access tokens without you, "
              "until `grantd logout`.\n"
            : "\nThere is no refresh token: when the access token ends, log in again.\n");
}

Json record_of(const Profile& profile, const Session& session) {
  Json out = profile.to_json();
  out.set("subject", session.subject);
  out.set("granted_scope", session.scope.to_text());
  if (session.expires_at) out.set("expires_at", to_rfc3339(*session.expires_at));
  out.set("refresh_token", session.tokens.refresh_token.has_value());
  if (session.id_token) out.set("id_token", session.id_token->claims);
  return out;
}

Outcome<> run(const Call& call) {
  Profile profile = TRY(wanted(call));
  client::Client client = TRY(open_client(profile));
  client::LoginOptions options;
  options.wish.extra = TRY(more_parameters(call));
  options.wish.redirect_uri = TRY(with_port(profile.redirect_uri, call.get("--port")));
  options.show = [&call](const std::string& url) { show_address(url, !call.has("--no-browser")); };
  const auto session =
      call.has("--paste") ? by_paste(client, options.wish) : client.login(options);
  if (!session) return fail(Failure{kFailed, session.error().message()});
  TRY(write_profile(profile));
  if (call.json()) {
    print(record_of(profile, *session).dump_pretty());
    return Unit();
  }
  explain(profile, *session, more_about(client, *session), system_now());
  const std::string more = profile.name == "default" ? "" : " --profile " + profile.name;
  print(fmt::format("\nKept in {}.\n  grantd token{}       prints an access token, for scripts\n"
                    "  grantd call{} URL    calls an API with it\n"
                    "  grantd logout{}      ends it\n",
                    profile.keep == "keyring" ? "the desktop's keyring" : "a file for you alone",
                    more, more, more));
  return Unit();
}

}  // namespace

Command login_command() {
  return {
      .path = "login",
      .summary = "sign in at a server by the browser, and see what the tokens say",
      .detail = "At any OAuth 2.1 or OpenID Connect server: authorization code with PKCE, the "
                "answer caught on this computer. The tokens are kept for the commands beside this "
                "one, in the desktop's keyring or in a file for you alone, and are not printed. "
                "Later, `grantd login` alone does the same again.",
      .options =
          {{"--issuer", "URL", "The server, exactly as it calls itself."},
           {"--client-id", "ID", "The app, as the server knows it."},
           {"--client-secret-file", "FILE", "Its secret, where it has one."},
           {"--key-file", "FILE", "Its private key (PKCS#8, PEM): private_key_jwt."},
           {"--kid", "ID", "The key's id, where the app has several."},
           one_of({"none", "client_secret_basic", "client_secret_post", "private_key_jwt"},
                  {"--auth", "METHOD", "How the app proves itself. Else by what it has."}),
           repeated({"--scope", "SCOPE", "What to ask for. Else openid."}),
           repeated({"--resource", "URI", "The API that the token is for (RFC 8707)."}),
           repeated({"--parameter", "NAME=VALUE", "More for the server, such as prompt=login."}),
           profile_option(),
           {"--redirect-uri", "URI",
            "As it is registered, without the port. Else http://127.0.0.1/"},
           {"--port", "PORT", "Where to catch the answer. Else any free port."},
           {"--no-browser", "", "Only print the address."},
           {"--paste", "", "The browser is on another computer: paste its last address here."},
           one_of({"keyring", "file"},
                  {"--keep", "WHERE",
                   "Where the tokens lie. Else the keyring, where there is one."}),
           {"--ca-file", "FILE", "PEM: authorities to trust instead of the system's."}},
      .examples = {{"with `grantd dev` running",
                    "grantd login --issuer http://127.0.0.1:9090 --client-id demo-cli --scope "
                    "\"openid notes.read\""},
                   {"on a machine without a browser", "grantd login --paste"},
                   {"as somebody else beside it", "grantd login --profile work --issuer "
                                                  "https://auth.example.com --client-id my-tool"}},
      .takes_config = false,
      .takes_json = true,
      .run = run};
}

std::vector<Command> app_commands() {
  return {login_command(),  token_command(),   call_command(),
          logout_command(), profiles_command(), inspect_command()};
}

}  // namespace grantd::app
