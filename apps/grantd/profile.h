// A login on this computer: which app it is of, at which server, and where its tokens lie.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/grantd/command.h"
#include "grantd/base/json.h"
#include "grantd/client/client.h"

namespace grantd::app {

inline constexpr std::string_view kProfile = "--profile";

// Kept as a file of mode 0600, $XDG_CONFIG_HOME/grantd/profiles/NAME.json. Secrets and keys stay in
// their own files.
struct Profile {
  std::string name;
  std::string issuer;
  std::string client_id;
  std::string secret_file, key_file, kid;  // absolute paths; empty: none
  std::string auth;                        // the method; empty: by what is there
  std::string scope;
  std::vector<std::string> resources;
  std::string redirect_uri;  // as registered; empty: http://127.0.0.1/
  std::string keep;          // "file" or "keyring"
  std::string ca_file;

  Json to_json() const;
};

// The option, else $GRANTD_PROFILE, else "default". The error names what a name may be.
Outcome<std::string> profile_name(const Call& call);
// What stands there; nothing where there is none of that name.
Outcome<std::optional<Profile>> read_profile(const std::string& name);
// The same, where it must be there: else how to make one.
Outcome<Profile> known_profile(const Call& call);
Outcome<> write_profile(const Profile& profile);
Outcome<std::vector<std::string>> profile_names();

// "keyring" where there is one, else "file".
std::string best_place(const std::string& name);
// The client library with this profile's login. Reads secret and key.
Outcome<client::Client> open_client(const Profile& profile);

// What went wrong, as the command's failure; a login that is over says how to get a new one.
Failure failure_of(const client::FlowError& error, const Profile& profile);

Option profile_option();

}  // namespace grantd::app
