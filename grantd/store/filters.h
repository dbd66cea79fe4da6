// Which rows a list shows: the filters of Query, each where the table has the column.
#pragma once

#include "grantd/store/store.h"

namespace grantd::store {

inline bool passes(const Query&, const core::User&) {
  return true;
}

inline bool passes(const Query& query, const core::Session& session) {
  return (!query.subject || *query.subject == session.subject) &&
         (!query.live_only || !session.ended);
}

inline bool passes(const Query& query, const core::Consent& consent) {
  return (!query.subject || *query.subject == consent.subject) &&
         (!query.client || *query.client == consent.client);
}

inline bool passes(const Query& query, const core::Grant& grant) {
  return (!query.subject || *query.subject == grant.subject) &&
         (!query.client || *query.client == grant.client) &&
         (!query.session || query.session == grant.session) &&
         (!query.live_only || grant.state == core::GrantState::live);
}

}  // namespace grantd::store
