#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/client/client.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::client {
namespace {

constexpr const char* kOpener = "xdg-open";

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

// Its full path; empty where there is none. A folder without a path ("", ".") is passed over.
std::string find_opener() {
  const char* path = std::getenv("PATH");
  for (const auto folder : split(path ? path : "", ':')) {
    if (!folder.starts_with('/')) continue;
    auto file = std::string(folder) + "/" + kOpener;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

}  // namespace

Moment draw_moment() {
  Moment moment;
  moment.now = system_now();
  fill_random(moment.state);
  fill_random(moment.verifier);
  fill_random(moment.nonce);
  fill_random(moment.jti);
  return moment;
}

bool open_browser(const std::string& url) {
  const auto uri = oauth::parse_absolute_uri(url);
  if (!uri || !oauth::is_protected(*uri)) return false;
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("BROWSER")) return false;
  const std::string opener = find_opener();
  if (opener.empty()) return false;
  const std::array<char*, 3> arguments = {const_cast<char*>(opener.c_str()),
                                          const_cast<char*>(url.c_str()), nullptr};
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    // Between fork and exec only what is safe there. A grandchild, so that nobody must wait for the
    // browser; out of the terminal's session, so that Ctrl-C ends this program and not the browser.
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int number = 0; number < 3 && nothing >= 0; ++number) ::dup2(nothing, number);
    ::execv(opener.c_str(), arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return true;
}

}  // namespace grantd::client
