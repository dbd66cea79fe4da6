// grantd inspect: a token in words, and what is wrong with it.
#include <fmt/format.h>

#include <iostream>

#include "apps/grantd/console.h"
#include "apps/grantd/judge_token.h"
#include "apps/grantd/login.h"
#include "apps/grantd/token_words.h"
#include "grantd/base/encoding.h"
#include "grantd/client/client.h"

namespace grantd::app {
namespace {

constexpr std::string_view kToken = "TOKEN";
constexpr std::size_t kBytesMax = 64 * 1024;

struct Keys {
  std::optional<jose::KeySet> set;
  std::string why_not;
};

Outcome<Keys> keys_for(const Call& call, const TokenReport& report) {
  if (call.has("--jwks-file")) {
    const Secret text = TRY(read_secret(call.get("--jwks-file"), kBytesMax));
    auto set = jose::KeySet::parse(text.reveal_text());
    if (!set) {
      return failed(fmt::format("{}: expected a JWKS: {}", call.get("--jwks-file"),
                                printable(set.error().reason)));
    }
    return Keys{*std::move(set), {}};
  }
  if (call.has("--offline")) return Keys{{}, "--offline"};
  const auto* named = report.claims.find_string("iss");
  const std::string issuer = call.get("--issuer", named ? *named : "");
  if (issuer.empty()) return Keys{{}, "no issuer is known; --issuer or --jwks-file names one"};
  client::Client client({.issuer = issuer, .ca_file = call.get("--ca-file")});
  auto set = client.keys();
  if (!set) return Keys{{}, set.error().message()};
  return Keys{*std::move(set), {}};
}

std::string_view mark_of(Finding::Sort sort) {
  switch (sort) {
    case Finding::Sort::good: return "ok     ";
    case Finding::Sort::wrong: return "WRONG  ";
    case Finding::Sort::unknown: return "note   ";
  }
  return "";
}

void print_report(const TokenReport& report, bool issuer_given) {
  print(report.what + "\n");
  if (!report.header.is_null()) {
    print("\nHeader\n  " + printable(report.header.dump()) + "\n");
    print("\nClaims\n" +
          claims_in_words(report.claims, report.kind == TokenKind::id_token, system_now()));
  }
  if (!report.findings.empty()) print("\nJudged\n");
  for (const Finding& finding : report.findings) {
    print(fmt::format("  {}{}\n", mark_of(finding.sort), finding.text));
  }
  if (!report.claims.is_null() && !issuer_given) {
    print("\nThe issuer is the one that the token itself names. Whether it is yours, --issuer URL "
          "judges.\n");
  }
}

Json record_of(const TokenReport& report) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back(Json::object({{"judged", trim(mark_of(finding.sort))},
                                     {"text", finding.text}}));
  }
  return Json::object({{"kind", to_text(report.kind)},
                       {"what", report.what},
                       {"header", report.header},
                       {"claims", report.claims},
                       {"wrong", report.is_wrong()},
                       {"findings", std::move(findings)}});
}

// At most what a token may be long; a longer one is none.
std::string read_all(std::istream& in) {
  std::string text(kBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

Outcome<> run(const Call& call) {
  std::string text = call.get(kToken);
  if (text == "-") text = read_all(std::cin);
  text = trim(text);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (lower_ascii(text.substr(0, 7)) == "bearer ") text = trim(std::string_view(text).substr(7));
  if (text.empty()) return usage("TOKEN: expected a token, found nothing");
  TokenReport report = read_token(text);
  const Keys keys = report.claims.is_null() ? Keys() : TRY(keys_for(call, report));
  const TokenWishes wishes{.issuer = call.get("--issuer"),
                           .audience = call.get("--audience"),
                           .client_id = call.get("--client-id"),
                           .scope = fmt::format("{}", fmt::join(call.all("--scope"), " ")),
                           .as_access_token = call.has("--audience") || call.has("--scope")};
  judge_token(report, text, keys.set ? &*keys.set : nullptr, keys.why_not, wishes, system_now());
  if (call.json()) {
    print(record_of(report).dump_pretty());
  } else {
    print_report(report, call.has("--issuer") || call.has("--jwks-file"));
  }
  if (!report.is_wrong()) return Unit();
  return failed("the token is not good: see WRONG");
}

}  // namespace

Command inspect_command() {
  return {.path = "inspect",
          .summary = "say what a token is, what it allows, and what is wrong with it",
          .detail = "Its signature is checked by the keys of its issuer, which are fetched, or by "
                    "--jwks-file. A token on the command line can be seen by others on this "
                    "machine while the command runs: `-` reads it from standard input. Exit code "
                    "1 where something is wrong.",
          .arguments = {{kToken, "The token; `-`: standard input."}},
          .options = {{"--issuer", "URL", "Who must have made it. Else the one that it names."},
                      {"--audience", "URI", "The API that it is to open."},
                      repeated({"--scope", "SCOPE", "What it must allow."}),
                      {"--client-id", "ID", "The app that an ID token must be for."},
                      {"--jwks-file", "FILE", "The issuer's keys."},
                      {"--offline", "", "Ask nobody."},
                      {"--ca-file", "FILE", "PEM: authorities to trust for the issuer."}},
          .examples = {{"what this login's token says", "grantd token | grantd inspect -"},
                       {"as an API would judge it",
                        "grantd token | grantd inspect - --audience https://api.example.com"}},
          .takes_config = false,
          .takes_json = true,
          .run = run};
}

}  // namespace grantd::app
