#include "apps/grantd/client_openid.h"

#include <fmt/format.h>

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/server/policy.h"

namespace grantd::app {
namespace {

using core::SubjectType;

constexpr std::string_view kNone = "none";
constexpr Duration kMaxAgeMax = std::chrono::hours(24 * 365);

// One of those that this deployment has keys for.
Outcome<jose::Algorithm> signing_algorithm(const Call& call, std::string_view option,
                                           const server::Config& config) {
  const jose::Algorithm wanted = *jose::algorithm_named(call.get(option));  // one of its choices
  const std::vector<jose::Algorithm> ours = server::policy_of(config).algorithms;
  if (std::ranges::find(ours, wanted) != ours.end()) return wanted;
  std::string names;
  for (const jose::Algorithm each : ours) {
    names += (names.empty() ? "" : ", ") + std::string(jose::name_of(each));
  }
  return failed(fmt::format("{}: this server does not sign with {}; expected one of {}", option,
                            jose::name_of(wanted), names));
}

// Core §8.1: the host that pairwise subjects are drawn for.
Outcome<std::string> host_of_redirects(const core::Client& client) {
  std::string host;
  for (const core::RedirectUri& uri : client.redirect_uris) {
    const std::string authority = lower_ascii(uri.host_port());
    const std::size_t end = authority.starts_with('[') ? authority.find(']') + 1
                                                       : authority.find(':');
    const std::string here = authority.substr(0, end);
    if (here.empty() || (!host.empty() && here != host)) {
      return failed(
          fmt::format("--subject-type pairwise: the redirect URIs have no host in common (\"{}\" "
                      "and \"{}\"), so that nobody knows what the app's subjects belong to (OpenID "
                      "Connect Core §8.1): name one with --sector HOST",
                      host, uri.str()));
    }
    host = here;
  }
  if (!host.empty()) return host;
  return failed("--subject-type pairwise: there is no redirect URI to take the sector's host from; "
                "name it with --sector HOST");
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

Outcome<> apply_subjects(const Call& call, core::Client& client) {
  if (call.has("--subject-type")) {
    client.subject_type = *core::parse_subject_type(call.get("--subject-type"));
  }
  const bool pairwise = client.subject_type == SubjectType::pairwise;
  if (call.has("--sector")) {
    const std::string sector = lower_ascii(call.get("--sector"));
    if (!pairwise) return usage("--sector comes with --subject-type pairwise");
    if (!is_host(sector)) {
      return usage(fmt::format("--sector: expected a host like example.com, found \"{}\"",
                               printable(call.get("--sector"))));
    }
    client.sector = sector;
  }
  if (!pairwise) client.sector.clear();
  if (pairwise && client.sector.empty()) client.sector = TRY(host_of_redirects(client));
  return Unit();
}

Outcome<> apply_default_max_age(const Call& call, core::Client& client) {
  constexpr std::string_view kOption = "--default-max-age";
  if (!call.has(kOption)) return Unit();
  client.default_max_age.reset();
  if (call.get(kOption) == kNone) return Unit();
  const Duration age = parse_duration(call.get(kOption));
  const bool whole = age % std::chrono::seconds(1) == Duration::zero();
  if (age < Duration::zero() || age > kMaxAgeMax || !whole) {
    return usage(
        fmt::format("{}: expected whole seconds from \"0s\" to \"365d\", or none; found \"{}\"",
                    kOption, printable(call.get(kOption))));
  }
  client.default_max_age = age;
  return Unit();
}

// What a client registers for one way of hearing of logouts.
struct LogoutOptions {
  std::string_view uri;
  std::string_view session_required;
};
constexpr LogoutOptions kBackchannel = {"--backchannel-logout-uri",
                                        "--backchannel-session-required"};
constexpr LogoutOptions kFrontchannel = {"--frontchannel-logout-uri",
                                         "--frontchannel-session-required"};

// Back-Channel Logout §2.2, Front-Channel Logout §2: absolute, without a fragment, over https; http
// on loopback where the server itself is there, for development.
Outcome<core::RedirectUri> logout_uri(const Call& call, std::string_view option,
                                      const server::Config& config) {
  const auto uri = core::RedirectUri::parse(call.get(option));
  if (!uri) return usage(fmt::format("{}: {}", option, uri.error()));
  const bool develops = config.issuer.starts_with("http:");
  if (uri->scheme() == "https" || (develops && uri->is_http() && uri->is_loopback())) return *uri;
  return usage(fmt::format("{}: expected an https URL{}, found \"{}\"", option,
                           develops ? " (or http on loopback, since the issuer is http)" : "",
                           printable(uri->str())));
}

Outcome<> apply_logout(const Call& call, const LogoutOptions& options,
                       const server::Config& config, core::LogoutChannel& channel) {
  if (!call.has(options.uri)) {
    if (!call.has(options.session_required)) return Unit();
    return usage(fmt::format("{} comes with {}", options.session_required, options.uri));
  }
  channel = {};
  if (call.get(options.uri).empty()) return Unit();
  channel.uri = TRY(logout_uri(call, options.uri, config)).str();
  channel.session_required = call.has(options.session_required);
  return Unit();
}

// Front-Channel Logout §2: scheme, host and port are those of a redirect URI.
Outcome<> check_frontchannel(const core::Client& client) {
  const auto uri = core::RedirectUri::parse(client.frontchannel_logout.uri);
  if (!uri || std::ranges::count(client.redirect_uris, uri->origin(),
                                 &core::RedirectUri::origin) > 0) {
    return Unit();
  }
  return failed(
      fmt::format("{} {}: no redirect URI of the app has the origin {} (OpenID Connect "
                  "Front-Channel Logout §2)",
                  kFrontchannel.uri, uri->str(), uri->origin()));
}

}  // namespace

std::vector<Option> openid_options() {
  return {
      one_of({"RS256", "ES256", "PS256", "EdDSA"},
             {"--id-token-alg", "ALG", "What its ID tokens are signed with. Default RS256."}),
      one_of({"none", "RS256", "ES256", "PS256", "EdDSA"},
             {"--userinfo-alg", "ALG", "Userinfo as a signed JWT; none (the default): as JSON."}),
      one_of({"public", "pairwise"},
             {"--subject-type", "TYPE",
              "pairwise: people have a sub that no app of another sector has."}),
      {"--sector", "HOST",
       "What pairwise subjects are drawn for. Default: the host of its redirect URIs."},
      one_of({"jwt", "opaque", "api"},
             {"--token-format", "FORMAT",
              "Of its access tokens; api (the default): as each API has it."}),
      {"--default-max-age", "DURATION",
       "People sign in anew after so long, where a request says nothing; or none."},
      {kBackchannel.uri, "URI",
       "Told by this server when a session ends (Back-Channel Logout); \"\": no more."},
      {kBackchannel.session_required, "", "The app needs the session's id to act on it."},
      {kFrontchannel.uri, "URI",
       "Loaded by the browser when a session ends (Front-Channel Logout); \"\": no more."},
      {kFrontchannel.session_required, "", "It is given the issuer and the session's id."},
  };
}

Outcome<> apply_openid(const Call& call, const server::Config& config, core::Client& client) {
  if (call.has("--id-token-alg")) {
    client.id_token_algorithm = TRY(signing_algorithm(call, "--id-token-alg", config));
  }
  if (call.get("--userinfo-alg") == kNone) {
    client.userinfo_algorithm.reset();
  } else if (call.has("--userinfo-alg")) {
    client.userinfo_algorithm = TRY(signing_algorithm(call, "--userinfo-alg", config));
  }
  if (call.has("--token-format")) {
    client.token_format = core::parse_token_format(call.get("--token-format"));  // api: nothing
  }
  TRY(apply_default_max_age(call, client));
  TRY(apply_logout(call, kBackchannel, config, client.backchannel_logout));
  TRY(apply_logout(call, kFrontchannel, config, client.frontchannel_logout));
  TRY(check_frontchannel(client));
  return apply_subjects(call, client);
}

}  // namespace grantd::app
