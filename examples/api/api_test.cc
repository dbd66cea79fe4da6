// The test of an API's own: no server to start, no network beyond this computer. The issuer makes
// tokens, good ones and one of each bad kind.
#include <grantd/guard/guard.h>
#include <grantd/guard/testing/issuer.h>

#include <iostream>

namespace guard = grantd::guard;

int main() {
  int wrong = 0;
  const auto expect = [&](const guard::Verdict& verdict, int status, const std::string& what) {
    const int found = verdict ? 200 : verdict.error().status;
    if (found == status) return;
    ++wrong;
    std::cerr << what << ": expected " << status << ", found " << found << '\n';
  };

  grantd::testing::Issuer issuer;
  guard::Guard door(issuer.api());
  const auto need = guard::Need::of("notes.read");
  expect(door.check("Bearer " + issuer.token({.scope = "notes.read"}), need), 200, "a good one");
  expect(door.check("Bearer " + issuer.token({.scope = "notes.write"}), need), 403, "too narrow");
  expect(door.check("", need), 401, "none");
  for (const auto& bad : issuer.bad_tokens({.scope = "notes.read"})) {
    expect(door.check("Bearer " + bad.text, need), 401, bad.name);
  }
  std::cout << (wrong == 0 ? "all as expected\n" : "") << std::flush;
  return wrong == 0 ? 0 : 1;
}
