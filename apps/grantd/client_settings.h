// A client's registration from options, and what must hold of it.
#pragma once

#include <vector>

#include "apps/grantd/command.h"
#include "apps/grantd/open_store.h"
#include "grantd/core/records.h"

namespace grantd::app {

std::vector<Option> settings_options();  // of create and update
std::vector<Option> change_options();    // of update alone

Outcome<core::ClientId> new_client_id(const Call& call);  // --id, else a random one
// Takes what settings_options name into the client; what is absent stays as it is.
Outcome<> apply_settings(const Call& call, core::Client& client);
Outcome<> apply_changes(const Call& call, core::Client& client);
// RFC 6749 §2, §3.1.2; RFC 9700 §2.1, §2.6: what no registration may look like.
Outcome<> check_client(const Call& call, const core::Client& client,
                       const std::vector<core::Resource>& resources);

struct NewSecret {
  core::ClientSecret stored;
  Secret shown;  // empty where it was imported
};
// Imported with --secret-file (Argon2id), else drawn: "gcs_" and 256 bits (its SHA-256).
Outcome<NewSecret> make_secret(const Call& call, const OpenStore& store);
// Two are live at most: the newest of the old ones until `overlap` has passed, and the new one.
void rotate_secret(core::Client& client, const core::ClientSecret& secret, Duration overlap,
                   Time now);

}  // namespace grantd::app
