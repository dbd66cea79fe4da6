#include "apps/grantd/judge_token.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/token_words.h"
#include "grantd/base/encoding.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/scope.h"

namespace grantd::app {
namespace {

using Sort = Finding::Sort;

constexpr Duration kSkew = seconds(60);
constexpr Duration kLongLife = std::chrono::hours(24);
constexpr jose::Algorithm kKnown[] = {jose::Algorithm::es256, jose::Algorithm::rs256,
                                      jose::Algorithm::ps256, jose::Algorithm::eddsa};

struct SealedRow {
  std::string_view prefix, what;
};
// What grantd seals: encrypted for itself alone, named so that secret scanners find a leak.
constexpr SealedRow kSealed[] = {
    {"gac_", "An authorization code of a grantd server. It is good for one exchange within a "
             "minute, by the app that holds the verifier."},
    {"grt_", "A refresh token of a grantd server. With it the app gets new access tokens for as "
             "long as the permission lasts: a secret. Where it has leaked, revoke it."},
    {"gat_", "An opaque access token of a grantd server. The API asks the server what it allows "
             "(introspection), so it ends at once when it is revoked."},
    {"glf_", "A sign-in form of a grantd server, as the page carries it."},
    {"gcf_", "A consent form of a grantd server, as the page carries it."},
    {"gof_", "A sign-out form of a grantd server, as the page carries it."},
    {"gmf_", "A form of a grantd server's account page."},
    {"gar_", "An authorization request on its way through a grantd server's pages."},
    {"gdv_", "A device's request at a grantd server."},
    {"gia_", "An invitation of a grantd server: whoever holds it may register one app."},
    {"gcs_", "A client secret that grantd made, no token: an app's password. Where it has leaked, "
             "`grantd client rotate-secret` makes another."},
};

std::string shown(std::string_view text) {
  return "\"" + printable(text.substr(0, 200)) + (text.size() > 200 ? "...\"" : "\"");
}

std::string text_of(const Json& object, std::string_view name) {
  const auto* text = object.find_string(name);
  return text ? *text : std::string();
}

// RFC 9068 §2.1, OpenID Connect Core §2: by typ where it says, else by what only one of them has.
TokenKind kind_of(const Json& header, const Json& claims) {
  const std::string typ = lower_ascii(text_of(header, "typ"));
  if (typ == "at+jwt" || typ == "application/at+jwt") return TokenKind::access_token;
  if (!typ.empty() && typ != "jwt" && typ != "application/jwt") return TokenKind::other_jwt;
  for (const auto* name : {"nonce", "at_hash", "c_hash"}) {
    if (claims.find(name)) return TokenKind::id_token;
  }
  for (const auto* name : {"scope", "scp", "client_id", "roles"}) {
    if (claims.find(name)) return TokenKind::access_token;
  }
  const bool core = claims.find("sub") && claims.find("iat") && claims.find("exp");
  return core && claims.find("auth_time") ? TokenKind::id_token : TokenKind::other_jwt;
}

std::string_view what_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::access_token:
      return "An access token as a JWT: a key for an API. Whoever holds it can use it and read it.";
    case TokenKind::id_token:
      return "An ID token: it tells one app who signed in. It opens no API.";
    case TokenKind::other_jwt:
      return "A JWT, neither an access token nor an ID token.";
    default: return "";
  }
}

class Judging {
 public:
  Judging(TokenReport& report, const TokenWishes& wishes, Time now)
      : report_(report), wishes_(wishes), now_(now) {}

  void good(std::string text) { report_.findings.push_back({Sort::good, std::move(text)}); }
  void wrong(std::string text) { report_.findings.push_back({Sort::wrong, std::move(text)}); }
  void unknown(std::string text) { report_.findings.push_back({Sort::unknown, std::move(text)}); }

  // RFC 8725 §3.1, §3.2.
  void signature(std::string_view text, const jose::KeySet* keys, std::string_view why_no_keys) {
    const std::string alg = text_of(report_.header, "alg");
    if (lower_ascii(alg) == "none") {
      return wrong("alg is none: nobody signed it, anybody can write one like it");
    }
    if (alg.starts_with("HS")) {
      return wrong(fmt::format("alg {}: signed by a shared secret, so whoever can check it can "
                               "also forge it; a public key taken for that secret is an old attack",
                               shown(alg)));
    }
    if (!jose::algorithm_as_written(alg)) {
      return wrong(fmt::format("alg {}: expected ES256, RS256, PS256 or EdDSA", shown(alg)));
    }
    if (!keys) {
      return unknown(fmt::format("the signature was not checked: {}; anybody could have written it",
                                 why_no_keys));
    }
    const auto verified = jose::verify_jwt(text, *keys, kKnown);
    if (!verified) return wrong("the signature: " + printable(verified.error().reason));
    good(fmt::format("signed with {} by the issuer's key{}", jose::name_of(verified->algorithm),
                     verified->kid.empty() ? "" : " " + shown(verified->kid)));
  }

  void kind() {
    const std::string typ = text_of(report_.header, "typ");
    if (wishes_.as_access_token && report_.kind == TokenKind::id_token) {
      wrong("an ID token is no access token: an API that takes it takes every app's sign-in for a "
            "permission");
    } else if (wishes_.as_access_token && report_.kind != TokenKind::access_token) {
      wrong("it is no access token");
    }
    if (report_.kind == TokenKind::access_token && lower_ascii(typ) != "at+jwt" &&
        lower_ascii(typ) != "application/at+jwt") {
      unknown(fmt::format("typ {}: RFC 9068 has at+jwt, by which an API tells it from an ID token",
                          typ.empty() ? "is absent" : shown(typ)));
    }
    if (report_.claims.find("cnf")) {
      good("bound to a key (cnf): a copy alone is useless; an API must ask for proof");
    }
  }

  void times() {
    const auto exp = date("exp"), nbf = date("nbf"), iat = date("iat");
    if (exp && now_ >= *exp + kSkew) wrong("it ended " + from_now(*exp, now_));
    if (exp && now_ < *exp + kSkew) good("it ends " + from_now(*exp, now_));
    if (!exp && !report_.claims.find("exp")) wrong("it has no exp: it would be good for ever");
    if (nbf && *nbf > now_ + kSkew) wrong("it does not count yet: " + from_now(*nbf, now_));
    if (iat && *iat > now_ + kSkew) {
      wrong(fmt::format("it was made {}: a clock is wrong, or somebody lies",
                        from_now(*iat, now_)));
    }
    if (exp && iat && *exp - *iat > kLongLife && report_.kind == TokenKind::access_token) {
      unknown(fmt::format("it lives for {} days: a stolen one is good for as long",
                          (*exp - *iat) / std::chrono::hours(24)));
    }
  }

  void parties() {
    const std::string iss = text_of(report_.claims, "iss");
    if (iss.empty()) wrong("it does not say who made it (iss)");
    if (!wishes_.issuer.empty() && !iss.empty()) {
      if (iss == wishes_.issuer) good("made by " + shown(iss));
      else wrong(fmt::format("iss: expected {}, found {}", shown(wishes_.issuer), shown(iss)));
    }
    const auto audience = jose::read_audience(report_.claims);
    if (!audience) return wrong("aud: " + printable(audience.error()));
    if (audience->empty()) wrong("it does not say for whom it is (aud): every API could take it");
    const std::string wanted =
        report_.kind == TokenKind::id_token && !wishes_.as_access_token ? wishes_.client_id
                                                                         : wishes_.audience;
    if (wanted.empty() || audience->empty()) return;
    if (std::ranges::find(*audience, wanted) != audience->end()) {
      good("it is for " + shown(wanted));
    } else {
      wrong(fmt::format("aud: expected {}, found {}", shown(wanted),
                        shown(fmt::format("{}", fmt::join(*audience, " ")))));
    }
  }

  void scope() {
    const std::string text = text_of(report_.claims, "scope");
    const auto has = oauth::ScopeSet::parse(text);
    if (!has) return wrong("scope: expected words parted by single blanks, found " + shown(text));
    if (report_.kind == TokenKind::access_token) {
      if (text.empty()) unknown("it has no scope: what it allows is for the API to know");
      else good("it allows: " + printable(has->to_text()));
    }
    const auto wanted = oauth::ScopeSet::parse(wishes_.scope);
    if (wishes_.scope.empty() || !wanted) return;
    if (!has->includes(*wanted)) {
      wrong(fmt::format("scope: expected {}, found {}", shown(wishes_.scope), shown(text)));
    }
  }

 private:
  std::optional<Time> date(std::string_view name) {
    const auto value = jose::read_numeric_date(report_.claims, name);
    if (value) return *value;
    wrong(fmt::format("{}: {}", name, printable(value.error())));
    return {};
  }

  TokenReport& report_;
  const TokenWishes& wishes_;
  const Time now_;
};

}  // namespace

std::string_view to_text(TokenKind kind) {
  switch (kind) {
    case TokenKind::sealed: return "sealed by grantd";
    case TokenKind::encrypted: return "encrypted";
    case TokenKind::opaque: return "opaque";
    case TokenKind::access_token: return "access token";
    case TokenKind::id_token: return "ID token";
    case TokenKind::other_jwt: return "JWT";
    case TokenKind::malformed: return "malformed";
  }
  return "";
}

bool TokenReport::is_wrong() const {
  return std::ranges::any_of(findings, [](const Finding& f) { return f.sort == Sort::wrong; });
}

TokenReport read_token(std::string_view text) {
  TokenReport report;
  for (const auto& row : kSealed) {
    if (!text.starts_with(row.prefix)) continue;
    report.kind = TokenKind::sealed;
    report.what = row.what;
    return report;
  }
  const auto dots = std::ranges::count(text, '.');
  if (dots == 4) {
    report.kind = TokenKind::encrypted;
    report.what = "An encrypted token (JWE): only who has the key reads it.";
    return report;
  }
  if (dots != 2) {
    report.what = "No JWT, and nothing of grantd's: an opaque token, which only its server can "
                  "read, by introspection (RFC 7662).";
    return report;
  }
  auto jwt = jose::decode_unverified(text);
  if (!jwt) {
    report.kind = TokenKind::malformed;
    report.what = "It looks like a JWT, and is none.";
    report.findings.push_back({Sort::wrong, printable(jwt.error().reason)});
    return report;
  }
  report.header = std::move(jwt->header);
  report.claims = std::move(jwt->claims);
  report.kind = kind_of(report.header, report.claims);
  report.what = what_of(report.kind);
  return report;
}

void judge_token(TokenReport& report, std::string_view text, const jose::KeySet* keys,
                 std::string_view why_no_keys, const TokenWishes& wishes, Time now) {
  Judging judging(report, wishes, now);
  if (report.claims.is_null()) {
    if (wishes.as_access_token && report.kind == TokenKind::sealed && !text.starts_with("gat_")) {
      judging.wrong("it is no access token");
    }
    return;
  }
  judging.signature(text, keys, why_no_keys);
  judging.kind();
  judging.parties();
  judging.times();
  judging.scope();
}

}  // namespace grantd::app
