#include "grantd/server/policy.h"

#include "grantd/server/key_plan.h"
#include "grantd/server/passwords.h"

namespace grantd::server {

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
  policy.dummy_password = dummy_hash({config.argon2_memory_kib, config.argon2_iterations});
  return policy;
}

}  // namespace grantd::server
