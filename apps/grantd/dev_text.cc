#include "apps/grantd/dev_text.h"

#include <fmt/format.h>

#include "apps/grantd/dev_demo.h"
#include "apps/grantd/version.h"
#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

// Nothing listens there: the browser stops at an address that shows the code.
std::string by_hand_redirect_uri(const DevPlace& place) {
  return fmt::format("http://127.0.0.1:{}/", place.port + 9);
}

// A word of a shell's command line, quoted where it must be.
std::string word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

using Step = std::pair<std::string, std::string>;  // what it does, the command

// The flow of a public client (RFC 6749 §4.1, RFC 7636), then what a token is good for.
std::vector<Step> flow_steps(const DevPlace& place) {
  const std::string redirect_uri = by_hand_redirect_uri(place);
  return {
      {"Make a verifier, and the challenge that only it fits.",
       "verifier=$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')\n"
       "challenge=$(printf %s \"$verifier\" | openssl sha256 -binary |\n"
       "  base64 | tr '+/' '-_' | tr -d '=')"},
      {"Open the address that this prints, sign in, allow. Nothing answers where you land: paste "
       "that address here.",
       fmt::format("echo \"{}/authorize?response_type=code\\\n"
                   "&client_id={}&redirect_uri={}&scope={}+{}\\\n"
                   "&code_challenge=$challenge&code_challenge_method=S256\"\n"
                   "printf 'the address: '; read -r code",
                   place.issuer(), kDemoCli, percent_encode(redirect_uri), kNotesRead,
                   oauth::kOfflineAccess)},
      {"Trade the code in it for tokens, once, within 60 seconds.",
       fmt::format(
           "code=${{code##*code=}}; code=${{code%%&*}}\n"
           "answer=$(curl -s {}/token -d grant_type=authorization_code \\\n"
           "  -d client_id={} --data-urlencode redirect_uri={} \\\n"
           "  --data-urlencode \"code=$code\" --data-urlencode \"code_verifier=$verifier\")\n"
           "echo \"$answer\"",
           place.issuer(), kDemoCli, redirect_uri)},
      {"Show the access token to the API.",
       fmt::format(
           "token=$(echo \"$answer\" | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n"
           "curl -i {}/notes -H \"Authorization: Bearer $token\"",
           place.api())},
  };
}

std::vector<Step> token_steps(const DevPlace& place) {
  const std::string token_uri = place.issuer() + "/token";
  return {
      {"Get a new access token with the refresh token. It is worth one use; the answer brings the "
       "next one.",
       fmt::format(
           "refresh=$(echo \"$answer\" | sed 's/.*\"refresh_token\":\"\\([^\"]*\\)\".*/\\1/')\n"
           "curl -s {} -d grant_type=refresh_token -d client_id={} \\\n"
           "  --data-urlencode \"refresh_token=$refresh\"",
           token_uri, kDemoCli)},
      {"Revoke: everything that this sign-in gave the app ends. The refresh token is refused from "
       "now on.",
       fmt::format("curl -i {}/revoke -d client_id={} --data-urlencode \"token=$refresh\"",
                   place.issuer(), kDemoCli)},
      {"A service that acts for itself needs no person.",
       fmt::format("curl -s {} -u \"{}:$(cat {})\" \\\n"
                   "  -d grant_type=client_credentials -d scope={}",
                   token_uri, kDemoService, word(place.secret_file(kDemoService)), kNotesRead)},
  };
}

std::vector<Step> all_steps(const DevPlace& place) {
  std::vector<Step> out = flow_steps(place);
  for (Step& step : token_steps(place)) out.push_back(std::move(step));
  return out;
}

std::string people_text() {
  std::string out;
  std::string_view head = "People";
  for (const DemoPerson& person : kDemoPeople) {
    out += fmt::format("  {:<10} {:<6} password: {:<15} {}\n", head, person.login, person.password,
                       person.name);
    head = "";
  }
  return out;
}

std::string apps_text(const server::DevOverview& overview) {
  std::string out;
  std::string_view head = "Apps";
  for (const auto& app : overview.apps) {
    out += fmt::format("  {:<10} {:<13} {:<16} {}\n", head, app.client_id, app.proves_with,
                       app.redirect_uri);
    head = "";
  }
  return out;
}

}  // namespace

server::DevOverview overview_of(const DevPlace& place) {
  server::DevOverview out;
  out.issuer = place.issuer();
  out.app_uri = place.app();
  out.api_uri = place.api();
  out.data_directory = place.directory;
  out.start_uri = place.app() + "/start";
  out.lesson_uri = place.lesson();
  out.version = kVersion;
  for (const DemoPerson& person : kDemoPeople) {
    out.people.push_back(
        {std::string(person.login), std::string(person.password), std::string(person.name)});
  }
  out.apps = {
      {std::string(kDemoWeb), "secret and PKCE", place.app() + "/callback",
       place.secret_file(kDemoWeb)},
      {std::string(kDemoCli), "PKCE", "http://127.0.0.1/ (any port)", ""},
      {std::string(kDemoService), "secret", "none: client_credentials",
       place.secret_file(kDemoService)},
  };
  out.by_hand = all_steps(place);
  return out;
}

std::string welcome_text(const DevPlace& place, std::chrono::milliseconds took) {
  const server::DevOverview overview = overview_of(place);
  std::string out = fmt::format(
      "grantd dev {}: to try things with, on this computer only\n\n"
      "  Issuer     {}\n"
      "  Demo app   {}\n"
      "  Demo API   {}/notes\n"
      "  Lesson     {}\n"
      "  Readiness  http://127.0.0.1:{}/readyz\n"
      "  Data       {} stays when you stop it\n\n"
      "{}\n{}\n"
      "  Secrets    {}\n"
      "             {}\n\n"
      "The same by hand, in another terminal:\n\n",
      overview.version, overview.issuer, overview.app_uri, overview.api_uri, overview.lesson_uri,
      place.management_port(), place.directory, people_text(), apps_text(overview),
      place.secret_file(kDemoWeb), place.secret_file(kDemoService));
  int number = 0;
  for (const auto& [what, command] : overview.by_hand) {
    // At the left margin: blanks in front would become part of a quoted text.
    out += fmt::format("# {}. {}\n{}\n\n", ++number, what, command);
  }
  return out + fmt::format(
                   "Look around: grantd user list --config {}\n"
                   "Why a request ended as it did: {}/requests, or\n"
                   "  grantd explain --config {}\n\n"
                   "Start the flow in a browser: {}\n"
                   "Learn it there, played, broken and repaired: {}\n"
                   "Ready in {} ms. Ctrl-C stops it.\n",
                   word(place.config_file()), overview.issuer, word(place.config_file()),
                   overview.start_uri, overview.lesson_uri, took.count());
}

}  // namespace grantd::app
