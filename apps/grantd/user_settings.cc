#include "apps/grantd/user_settings.h"

#include <fmt/format.h>

#include <set>
#include <span>
#include <vector>

#include "apps/grantd/console.h"
#include "grantd/base/encoding.h"
#include "grantd/server/config_nearest.h"
#include "grantd/server/passwords.h"

namespace grantd::app {
namespace {

// OpenID Connect Core §5.1, but for sub and updated_at (the server's own), email_verified and such,
// which are booleans, and address, which is an object.
constexpr std::string_view kTexts[] = {
    "name",     "given_name", "family_name", "middle_name", "nickname", "preferred_username",
    "profile",  "picture",    "website",     "email",       "gender",   "birthdate",
    "zoneinfo", "locale",     "phone_number"};
constexpr std::string_view kFlags[] = {"email_verified", "phone_number_verified"};
constexpr std::string_view kAddress = "address";
// §5.1.1. "address" alone is the same as "address.formatted".
constexpr std::string_view kAddressMembers[] = {"formatted", "street_address", "locality",
                                                "region",    "postal_code",    "country"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  for (const std::string_view each : names) {
    if (each == name) return true;
  }
  return false;
}

auto unknown_claim(std::string_view name) {
  std::vector<std::string_view> known(std::begin(kTexts), std::end(kTexts));
  known.insert(known.end(), std::begin(kFlags), std::end(kFlags));
  std::vector<std::string> members;
  for (const std::string_view member : kAddressMembers) {
    members.push_back(fmt::format("{}.{}", kAddress, member));
  }
  known.insert(known.end(), members.begin(), members.end());
  const std::string_view guess = server::nearest(name, known);
  return usage(
      fmt::format("--claim: \"{}\" is no standard claim (OpenID Connect Core §5.1){}; "
                  "expected one of {}",
                  printable(name), guess.empty() ? "" : fmt::format(", did you mean {}?", guess),
                  fmt::join(known, ", ")));
}

Outcome<Json> parse_text(std::string_view name, const std::string& value) {
  if (!value.empty() && value.size() <= 1000 && printable(value) == value) return Json(value);
  return usage(fmt::format("--claim {}: expected 1 to 1000 bytes of text on one line, found \"{}\"",
                           name, printable(value)));
}

Outcome<> put_claim(std::string_view name, const std::string& value, Json& claims) {
  if (is_one_of(kTexts, name)) {
    claims.set(std::string(name), TRY(parse_text(name, value)));
    return Unit();
  }
  if (is_one_of(kFlags, name)) {
    if (value != "true" && value != "false") {
      return usage(
          fmt::format("--claim {}: expected true or false, found \"{}\"", name, printable(value)));
    }
    claims.set(std::string(name), value == "true");
    return Unit();
  }
  if (name != kAddress && !name.starts_with("address.")) return unknown_claim(name);
  const std::string_view member = name == kAddress ? kAddressMembers[0] : name.substr(8);
  if (!is_one_of(kAddressMembers, member)) return unknown_claim(name);
  const Json* known = claims.find(kAddress);
  Json address = known && known->as_object() ? *known : Json::object();
  address.set(std::string(member), TRY(parse_text(name, value)));
  claims.set(std::string(kAddress), std::move(address));
  return Unit();
}

Outcome<> remove_claims(const Call& call, core::User& user) {
  for (const std::string& name : call.all("--remove-claim")) {
    Json left = Json::object();
    for (const auto& [each, value] : *user.claims.as_object()) {
      if (each != name) left.set(each, value);
    }
    if (left == user.claims) {
      return failed(fmt::format("--remove-claim: there is no claim \"{}\"", printable(name)));
    }
    user.claims = std::move(left);
  }
  return Unit();
}

}  // namespace

Outcome<> apply_claims(const Call& call, Time now, core::User& user) {
  std::vector<std::string> claims = call.all("--claim");
  if (call.has("--name")) claims.push_back("name=" + call.get("--name"));
  if (claims.empty() && !call.has("--remove-claim")) return Unit();
  if (!user.claims.as_object()) user.claims = Json::object();
  TRY(remove_claims(call, user));
  std::set<std::string> given;
  for (const std::string& claim : claims) {
    const std::size_t equals = claim.find('=');
    if (equals == std::string::npos) {
      return usage(fmt::format("--claim: expected NAME=VALUE, found \"{}\"", printable(claim)));
    }
    const std::string name = claim.substr(0, equals);
    if (!given.insert(name).second) {
      return usage(fmt::format("the claim {} is given twice", printable(name)));
    }
    TRY(put_claim(name, claim.substr(equals + 1), user.claims));
  }
  // OpenID Connect Core §5.1: when what is known of the person last changed, in seconds.
  user.claims.set("updated_at", to_seconds(now));
  return Unit();
}

Outcome<std::string> new_password(const Call& call, const server::Config& config) {
  constexpr std::string_view kOption = "--password-file";
  const Secret password = call.has(kOption)
                              ? TRY(read_secret(call.get(kOption), server::kPasswordBytesMax))
                              : TRY(ask_new_secret("password", kOption, server::kPasswordBytesMax));
  // NIST SP 800-63B §5.1.1.2: eight characters at least, any characters, nothing about their kinds.
  constexpr std::size_t kShortest = 8;
  if (password.size() < kShortest) {
    return failed(fmt::format("the password has {} characters, expected at least {}",
                              password.size(), kShortest));
  }
  return server::hash_password(
      password, {.memory_kib = config.argon2_memory_kib, .iterations = config.argon2_iterations});
}

}  // namespace grantd::app
