// What a request says it needs to be judged. Fetched in one look (store/), given back as Found.
#pragma once

#include <optional>
#include <string>

#include "grantd/core/records.h"

namespace grantd::core {

struct Wanted {
  std::optional<ClientId> client;
  std::optional<std::string> login;    // a user by login name
  std::optional<SubjectId> subject;    // a user by id
  // Also brings its user: as Found::user, or as Found::session_user where `login` is wanted too.
  std::optional<SessionId> session;
  std::optional<GrantId> grant;
  // Mostly there is no such row, and the guard of OpenGrant will say so: it need not be looked for.
  // Found::grant_left_out tells; who must know asks (AskGrant).
  bool grant_is_new = false;
  // The consent that `client` has from `subject`, else from the session's user.
  bool consent = false;
  bool resources = false;              // all of them
  std::optional<TokenId> revoked_token;
  std::optional<Hash256> once;  // was it used (UseOnce)? Brought as Found::used_once
  // A token that is asked about: its grant's row with the client, user, session and consent that
  // the row names; or, for a token without a grant, its client. Brought as Found::of_token.
  std::optional<GrantId> token_grant;
  std::optional<ClientId> token_client;
  bool unused_clients = false;  // how many registered themselves and were never given a token
  // What the session's person sees of the own account. Brought as Found::of_account.
  bool account = false;
  // The apps that are to hear when `session` ends. Brought as Found::session_clients.
  bool session_clients = false;
  // Guessing is slowed by these keys (server/limits): "client:ID address:IP".
  std::vector<std::string> throttle;
};

}  // namespace grantd::core
