#include "grantd/core/account/action.h"

#include <algorithm>
#include <charconv>

#include "grantd/core/interact/signing_in.h"

namespace grantd::core {
namespace {

using Notice = AccountPage::Notice;

// NIST SP 800-63B §5.1.1.2: at least eight characters, each code point one; nothing else is asked.
constexpr std::ptrdiff_t kPasswordCharactersMin = 8;

std::ptrdiff_t characters_of(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; });
}

ChangePassword read_password(const oauth::Form& form) {
  ChangePassword change;
  change.present = password_of(form, "password");
  change.next = password_of(form, "new_password");
  const std::string_view next = form.get("new_password");
  if (next.size() > kPasswordBytesMax) {
    change.flaw = Notice::too_long;
  } else if (characters_of(next) < kPasswordCharactersMin) {
    change.flaw = Notice::too_short;
  } else if (!(change.next == password_of(form, "again"))) {
    change.flaw = Notice::unlike;
  }
  return change;
}

}  // namespace

AccountAction read_account_action(const oauth::Form& form) {
  if (const auto id = form.find("end")) {
    return EndSignIn{oauth::parse_id<SessionId>(*id)};
  }
  if (form.find("everywhere")) return SignOutEverywhere{};
  if (const auto client = form.find("withdraw")) {
    return Withdraw{ClientId(std::string(*client))};
  }
  if (const auto client = form.find("narrow")) {
    Narrow narrow{ClientId(std::string(*client)), 0, ScopeSet::of(form.all("keep"))};
    const std::string_view seen = form.get("seen");
    std::from_chars(seen.data(), seen.data() + seen.size(), narrow.seen);
    return narrow;
  }
  if (form.get("change") == "password") return read_password(form);
  return {};
}

}  // namespace grantd::core
