#include "grantd/core/interact/signing_in.h"

#include "grantd/base/encoding.h"
#include "grantd/core/authorize/endpoint.h"

namespace grantd::core {
namespace {

Time whole_seconds(Time time) { return from_seconds(to_seconds(time)); }

SetCookie remember_device(const User& user, const std::optional<DevicePayload>& device,
                          const Found& found, const Moment& moment, const Policy& policy) {
  DevicePayload next;
  next.epoch = found.epoch;
  next.expires = moment.now + policy.device_lifetime;
  next.login_hash = sha256(user.login);
  next.id = knows(device, user.login, found, moment) ? device->id : moment.draw<16>("device");
  return SetCookie{.kind = CookieKind::device, .to_seal = std::move(next)};
}

}  // namespace

Secret password_of(const oauth::Form& form, std::string_view name) {
  const std::string_view password = form.get(name);
  return Secret(password.size() <= kPasswordBytesMax ? password : std::string_view());
}

std::optional<DevicePayload> device_of(const RawRequest& request, const Keyring& keys) {
  if (!request.device_cookie) return {};
  Result<DevicePayload, OpenError> opened = open_device(*request.device_cookie, keys);
  if (!opened) return {};
  return std::move(*opened);
}

bool knows(const std::optional<DevicePayload>& device, std::string_view login, const Found& found,
           const Moment& moment) {
  return device && device->epoch == found.epoch && moment.now < device->expires &&
         device->login_hash == sha256(login);
}

std::vector<std::string> tries_of(std::string_view login,
                                  const std::optional<DevicePayload>& device,
                                  std::string_view address, const Found& found,
                                  const Moment& moment) {
  const std::string name(login);
  return {knows(device, login, found, moment)
              ? "device:" + base64url_encode(device->id) + " " + name
              : "account:" + name,
          "address:" + std::string(address)};
}

SignedIn sign_in(const User& user, const std::optional<DevicePayload>& device, const Found& found,
                 const Moment& moment, const Policy& policy) {
  const ByteArray<32> secret = moment.draw<32>("session secret");

  // OAuth 2.1 §7.10 and ASVS 7.2.4: a new session id at each login.
  Session session;
  session.id = oauth::make_id<SessionId>(moment.draw<16>("session"));
  session.secret_hash = sha256(ByteView(secret));
  session.subject = user.id;
  session.user_counter = user.counter;  // as judged: a commit that comes late is born dead
  session.epoch = found.epoch;
  session.auth_time = whole_seconds(moment.now);
  session.amr = "pwd";
  session.created = session.last_seen = moment.now;
  session.expires = moment.now + policy.session_absolute;

  SignedIn signed_in{std::move(session), {}};
  signed_in.cookies = {SetCookie{.kind = CookieKind::session,
                                 .value = make_session_cookie(signed_in.session.id, secret)},
                       new_browser(moment), remember_device(user, device, found, moment, policy)};
  return signed_in;
}

}  // namespace grantd::core
