// What a login and a new password share: whose tries are counted together, and the session that
// follows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/raw.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

inline constexpr std::size_t kPasswordBytesMax = 1024;  // a longer one is nobody's (EN-09)

// The password field; empty where it is longer than a password may be.
Secret password_of(const oauth::Form& form, std::string_view name);

// A browser that signed somebody in before, by its cookie.
std::optional<DevicePayload> device_of(const RawRequest& request, const Keyring& keys);
bool knows(const std::optional<DevicePayload>& device, std::string_view login, const Found& found,
           const Moment& moment);

// AskProof::throttle. Tries from a browser that signed this person in before are counted apart
// (EN-05).
std::vector<std::string> tries_of(std::string_view login,
                                  const std::optional<DevicePayload>& device,
                                  std::string_view address, const Found& found,
                                  const Moment& moment);

// A new session, and the cookies that go with it.
struct SignedIn {
  Session session;
  std::vector<SetCookie> cookies;
};
SignedIn sign_in(const User& user, const std::optional<DevicePayload>& device, const Found& found,
                 const Moment& moment, const Policy& policy);

}  // namespace grantd::core
