#include "grantd/core/account/page.h"

#include <algorithm>

#include "grantd/core/alive.h"
#include "grantd/core/authorize/return_address.h"

namespace grantd::core {
namespace {

AccountPage::SignIn sign_in_of(const Session& session, bool here, const Moment& moment,
                               const Policy& policy) {
  AccountPage::SignIn row;
  row.id = session.id;
  row.here = here;
  row.by_password = session.amr == "pwd";
  row.since = session.auth_time;
  row.unused = moment.now - session.last_seen;
  row.lately = row.unused < policy.session_idle / 10;  // alive.h: touch
  return row;
}

// The client that a consent is for; null where it is gone, or another one took its name.
const Client* client_of(const Consent& consent, const Found& found) {
  for (const auto& client : found.of_account.clients) {
    if (client->id == consent.client && client->incarnation == consent.incarnation) {
      return client.get();
    }
  }
  return nullptr;
}

AccountPage::App app_of(const Consent& consent, const Client& client, const Resources& resources) {
  AccountPage::App row;
  row.id = client.id;
  row.seen = consent.version;
  row.app.name = client.name.empty() ? client.id.str() : client.name;
  row.app.verified = client.verified;
  if (!client.redirect_uris.empty()) row.app = app_on_page(client, client.redirect_uris.front());
  row.since = consent.created;
  row.offline = consent.scope.has(oauth::kOfflineAccess);
  const ScopeSet identity = consent.scope.identity();
  for (const std::string_view scope : oauth::kIdentityScopes) {  // in that order, sign-in first
    if (identity.has(scope)) row.identity.emplace_back(scope);
  }
  ScopeSet left = consent.scope.without(identity).without(oauth::kOfflineAccess);
  for (const Resource& resource : resources) {
    AccountPage::App::Api api{resource.name, {}};
    for (const ResourceScope& scope : resource.scopes) {
      if (!left.has(scope.name)) continue;
      api.items.push_back(&scope);
      left = left.without(scope.name);
    }
    if (!api.items.empty()) row.apis.push_back(std::move(api));
  }
  for (const std::string_view token : left.tokens()) row.unknown.emplace_back(token);
  return row;
}

}  // namespace

AccountPage account_page(const Session& session, const Found& found, const Moment& moment,
                         const Policy& policy) {
  const User* user = found.user_of(session);
  AccountPage page;
  page.person_login = user->login;
  page.has_password = !user->password.empty();
  if (const std::string* name = user->claims.find_string("name")) page.person_name = *name;
  if (const std::string* email = user->claims.find_string("email")) page.person_email = *email;

  page.sign_ins.push_back(sign_in_of(session, true, moment, policy));
  for (const Session& other : found.of_account.sessions) {
    if (other.id == session.id) continue;
    if (why_session_dead(other, user, found.epoch, moment, policy)) continue;
    page.sign_ins.push_back(sign_in_of(other, false, moment, policy));
  }

  page.keep = found.resources;
  for (const Consent& consent : found.of_account.consents) {
    const Client* client = client_of(consent, found);
    if (client) page.apps.push_back(app_of(consent, *client, *page.keep));
  }
  std::ranges::stable_sort(page.apps, std::greater(), &AccountPage::App::since);
  return page;
}

}  // namespace grantd::core
