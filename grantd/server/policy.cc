#include "grantd/server/policy.h"

#include "grantd/server/key_plan.h"
#include "grantd/server/passwords.h"

namespace grantd::server {
namespace {

core::RegistrationPolicy registration_of(const Config& config) {
  using Mode = core::RegistrationPolicy::Mode;
  core::RegistrationPolicy policy;
  policy.mode = config.registration_mode == "open"    ? Mode::open
                : config.registration_mode == "token" ? Mode::token
                                                      : Mode::off;
  // The table's own checks let nothing else through.
  policy.scope = core::ScopeSet::parse(config.registration_scope).value_or(core::ScopeSet());
  policy.pkce =
      core::parse_pkce_policy(config.registration_pkce).value_or(core::PkcePolicy::required);
  policy.errors_on_page = config.registration_errors == "page";
  policy.unused_max = config.registration_clients_max;
  policy.unused_lifetime = config.registration_unused_lifetime;
  return policy;
}

}  // namespace

core::Policy policy_of(const Config& config) {
  core::Policy policy;
  policy.issuer = oauth::Issuer(config.issuer);
  policy.code_lifetime = config.code;
  policy.form_lifetime = config.form;
  policy.session_idle = config.session_idle;
  policy.session_absolute = config.session_absolute;
  policy.offline_idle = config.offline_idle;
  policy.offline_absolute = config.offline_absolute;
  policy.refresh_retry_window = config.refresh_retry_window;
  policy.userinfo.audience = core::Audience(config.issuer);
  policy.userinfo.name = config.brand.name;
  policy.userinfo.token_lifetime = policy.id_token_lifetime = config.access_token;
  policy.algorithms = algorithms_of(config);
  policy.registration = registration_of(config);
  policy.dummy_password = dummy_hash({config.argon2_memory_kib, config.argon2_iterations});
  return policy;
}

}  // namespace grantd::server
