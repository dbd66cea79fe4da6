#include <sys/stat.h>

#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "apps/grantd/console.h"
#include "apps/grantd/help.h"
#include "apps/grantd/parse.h"

namespace grantd::app {
namespace {

// `grantd help client create` and `grantd --version` are what people try first.
std::vector<std::string> arguments_of(int count, char** texts) {
  std::vector<std::string> out(texts + 1, texts + count);
  if (out.empty()) return {"--help"};
  if (out.front() == "help") {
    out.erase(out.begin());
    out.emplace_back("--help");
  } else if (out.front() == "--version") {
    out.front() = "version";
  }
  return out;
}

Outcome<> run(const std::vector<std::string>& arguments) {
  const auto parsed = TRY(parse(arguments));
  if (const auto* help = std::get_if<HelpWanted>(&parsed)) {
    print(help_text(help->path));
  } else {
    const Call& call = std::get<Call>(parsed);
    TRY(call.command().run(call));
  }
  return finish_output();
}

int answer(int count, char** texts) {
  const Outcome<> outcome = run(arguments_of(count, texts));
  if (outcome) return count == 1 ? kUsage : 0;
  finish_output();
  note("grantd: " + outcome.error().text);
  return outcome.error().exit_code;
}

}  // namespace
}  // namespace grantd::app

int main(int count, char** texts) {
  umask(077);                // checklist OP-06: what we make is for us alone
  signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of the write
  try {
    return grantd::app::answer(count, texts);
  } catch (const std::exception& error) {
    grantd::app::note(std::string("grantd: out of memory or a bug: ") + error.what());
    return grantd::app::kFailed;
  }
}
