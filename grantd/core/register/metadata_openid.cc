// What OpenID Connect adds to a registration.
#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/register/metadata.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::core {
namespace {

constexpr std::string_view kOpenidRegistration = "OpenID Connect Registration §2";
constexpr std::int64_t kMaxAgeMost = 100'000'000;  // seconds: three years

bool offers(const Policy& policy, jose::Algorithm algorithm) {
  return std::ranges::find(policy.algorithms, algorithm) != policy.algorithms.end();
}

// What this server signs by. Neither `none` nor HMAC.
Result<std::optional<jose::Algorithm>, Refusal> read_signing(const Members& members,
                                                             std::string_view name,
                                                             const Policy& policy) {
  const std::optional<std::string> text = TRY(members.text(name));
  if (!text) return std::nullopt;
  const std::optional<jose::Algorithm> algorithm = jose::algorithm_named(*text);
  if (algorithm && offers(policy, *algorithm)) return algorithm;
  std::string names;
  for (const jose::Algorithm each : policy.algorithms) {
    names += (names.empty() ? "" : ", ") + std::string(jose::name_of(each));
  }
  return fail(refuse_member(name, "one of " + names, kOpenidRegistration, *text));
}

std::string host_of(std::string_view uri) {
  const auto parts = oauth::parse_absolute_uri(uri);
  return parts && parts->has_authority ? lower_ascii(parts->host) : std::string();
}

// OpenID Connect Core §8.1: the sector is the host of sector_identifier_uri, else the one host of
// all redirect URIs.
Result<std::string, Refusal> sector_of(const std::string& uri, const Client& client) {
  if (!uri.empty()) return host_of(uri);
  std::string sector;
  for (const RedirectUri& each : client.redirect_uris) {
    const std::string host = each.is_private_use() ? "" : host_of(each.str());
    if (host.empty() || (!sector.empty() && host != sector)) {
      return fail(refuse_member("sector_identifier_uri",
                                "one, where redirect_uris are not all of one host",
                                "OpenID Connect Core §8.1"));
    }
    sector = host;
  }
  return sector;
}

Result<Unit, Refusal> read_subject(const Members& members, ClientMetadata& metadata) {
  Client& client = metadata.client;
  const std::optional<std::string> text = TRY(members.text("subject_type"));
  const std::optional<SubjectType> type = text ? parse_subject_type(*text) : SubjectType::public_;
  if (!type) {
    return fail(refuse_member("subject_type", "public or pairwise", kOpenidRegistration, *text));
  }
  client.subject_type = *type;
  metadata.sector_identifier_uri =
      TRY(members.https("sector_identifier_uri", "OpenID Connect Registration §5"));
  if (!metadata.sector_identifier_uri.empty()) {
    client.about.set("sector_identifier_uri", metadata.sector_identifier_uri);
  }
  if (*type == SubjectType::pairwise) {
    client.sector = TRY(sector_of(metadata.sector_identifier_uri, client));
  }
  return Unit{};
}

Result<LogoutChannel, Refusal> read_channel(const Members& members, const std::string& name) {
  LogoutChannel channel;
  channel.uri = TRY(members.https(name + "_uri", "OpenID Connect " + name + " §2"));
  channel.session_required = TRY(members.flag(name + "_session_required"));
  if (channel.uri.empty()) channel.session_required = false;
  return channel;
}

Result<Unit, Refusal> read_logout(const Members& members, Client& client) {
  client.backchannel_logout = TRY(read_channel(members, "backchannel_logout"));
  client.frontchannel_logout = TRY(read_channel(members, "frontchannel_logout"));
  const std::string& uri = client.frontchannel_logout.uri;
  if (uri.empty()) return Unit{};
  // Front-Channel Logout §2: of the same scheme, host and port as a redirect URI.
  const auto page = RedirectUri::parse(uri);
  const bool same = page && std::ranges::any_of(client.redirect_uris, [&](const RedirectUri& each) {
    return !each.is_private_use() && each.origin() == page->origin();
  });
  if (same) return Unit{};
  return fail(refuse_member("frontchannel_logout_uri",
                            "the scheme, host and port of a redirect URI",
                            "OpenID Connect Front-Channel Logout §2", uri));
}

}  // namespace

Result<Unit, Refusal> read_openid(const Members& members, const Policy& policy,
                                  ClientMetadata& metadata) {
  Client& client = metadata.client;
  const auto id_token = TRY(read_signing(members, "id_token_signed_response_alg", policy));
  // OpenID Connect Registration §2: the default is RS256. A deployment without it gives what it
  // has, and the answer says so (RFC 7591 §3.2.1).
  const bool rs256 = offers(policy, jose::Algorithm::rs256);
  client.id_token_algorithm =
      id_token.value_or(rs256 ? jose::Algorithm::rs256 : policy.algorithms.front());
  client.userinfo_algorithm = TRY(read_signing(members, "userinfo_signed_response_alg", policy));
  TRY(read_subject(members, metadata));
  const std::optional<std::int64_t> age = TRY(members.number("default_max_age", kMaxAgeMost));
  if (age) client.default_max_age = std::chrono::seconds(*age);
  return read_logout(members, client);
}

Result<Unit, Refusal> refuse_what_is_not_offered(const Members& members) {
  // Members that a client relies on: it would take for encrypted, signed or bound what is not.
  constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
      {"id_token_encrypted_response_alg", kOpenidRegistration},
      {"id_token_encrypted_response_enc", kOpenidRegistration},
      {"userinfo_encrypted_response_alg", kOpenidRegistration},
      {"userinfo_encrypted_response_enc", kOpenidRegistration},
      {"request_object_encryption_alg", kOpenidRegistration},
      {"request_object_encryption_enc", kOpenidRegistration},
      {"introspection_encrypted_response_alg", "RFC 9701 §6"},
      {"introspection_encrypted_response_enc", "RFC 9701 §6"},
      {"authorization_signed_response_alg", "JARM §3"},
      {"authorization_encrypted_response_alg", "JARM §3"},
      {"authorization_encrypted_response_enc", "JARM §3"},
  };
  for (const auto& [name, citation] : kTexts) {
    if (const Json* member = members.find(name)) {
      return fail(refuse_member(name, "nothing: it is not on offer", citation, member->dump()));
    }
  }
  constexpr std::pair<std::string_view, std::string_view> kFlags[] = {
      {"tls_client_certificate_bound_access_tokens", "RFC 8705 §3.4"},
      {"dpop_bound_access_tokens", "RFC 9449 §5.2"},
      {"require_pushed_authorization_requests", "RFC 9126 §6"},
  };
  for (const auto& [name, citation] : kFlags) {
    if (TRY(members.flag(name))) {
      return fail(refuse_member(name, "false: it is not on offer", citation, "true"));
    }
  }
  // RFC 7591 §2.3: what a statement says stands above the plain members, so to ignore it could
  // register something other than its publisher stated. None is approved here (§3.2.2).
  if (members.find("software_statement")) {
    return fail(refuse(oauth::ErrorCode::unapproved_software_statement,
                       "software_statement: none is approved by this server",
                       "RFC 7591 §3.2.2")
                    .in("register/metadata")
                    .because("the request has a software_statement")
                    .repair("leave software_statement out"));
  }
  return Unit{};
}

}  // namespace grantd::core
