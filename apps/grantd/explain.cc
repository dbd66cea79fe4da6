// grantd explain: why a request ended as it did. Asks the running server; else reads its log.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <thread>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/explain_log.h"
#include "apps/grantd/open_store.h"
#include "grantd/base/encoding.h"
#include "grantd/http/client.h"
#include "grantd/server/explain_http.h"
#include "grantd/server/explain_text.h"
#include "grantd/server/request_id.h"

namespace grantd::app {
namespace {

using server::WalkRecord;

constexpr std::size_t kColumns = 80;       // of sentences
constexpr std::size_t kTableColumns = 160;
constexpr std::chrono::milliseconds kPause{500};  // between two looks of --follow

// https://no-color.org: set and not empty means none.
server::TextLook look_of_terminal(std::size_t columns_max = kColumns) {
  server::TextLook look;
  if (isatty(STDOUT_FILENO) == 0) return look;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  look.colour = (no_color == nullptr || *no_color == '\0') &&
                (terminal == nullptr || std::string_view(terminal) != "dumb");
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    look.columns = std::clamp<std::size_t>(size.ws_col, 40, columns_max);
  }
  return look;
}

Outcome<int> number(const Call& call, std::string_view option, int otherwise, int most) {
  if (!call.has(option)) return otherwise;
  const std::string text = call.get(option);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value > 0 && value <= most) {
    return value;
  }
  return usage(fmt::format("{}: expected a number from 1 to {}, found \"{}\"", option, most,
                           printable(text)));
}

// Where the management listener of the configured server is.
Outcome<std::string> listener(const Call& call, const server::Config& config) {
  const int port = TRY(number(call, "--port", config.management_port, 65535));
  if (port == 0) {
    return usage("listen.management_port is 0, any free one: say with --port which it is; the "
                 "log names it at start, as management_port");
  }
  std::string host = config.management_address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("http://{}:{}", host, port);
}

struct Answer {
  int status = 0;     // 0: no server answered
  std::string error;  // why there is none, or none of a walk
  Json body;
};

Answer ask(const std::string& at, const std::string& target) {
  http::FetchOptions options;
  options.body_bytes_max = 64 * 1024 * 1024;
  const auto reply =
      http::fetch({.method = "GET", .url = at + target, .fields = {}, .body = {}}, options);
  if (!reply) return {0, reply.error(), {}};
  Result<Json, std::string> body = Json::parse(reply->body, options.body_bytes_max);
  if (!body) return {reply->status, "what answers at " + at + " is no grantd", {}};
  const std::string* error = body->find_string("error");
  return {reply->status, error ? *error : "", std::move(*body)};
}

Outcome<WalkRecord> walk_of(const Json& json) {
  Result<WalkRecord, std::string> walk = server::read_walk_record(json);
  if (!walk) return failed("the server answered with another document: " + walk.error());
  return std::move(*walk);
}

void show(const Call& call, const WalkRecord& walk) {
  print(call.json() ? to_json(walk).dump_pretty() : explain_text(walk, look_of_terminal()));
}

// The server does not know: perhaps its log does. `why`: what the server said.
Outcome<> show_logged(const Call& call, const server::Config& config, const std::string& id,
                      const std::string& why) {
  if (config.log_file.empty()) {
    return failed(fmt::format(
        "{}\nIts log goes to standard error (log.file is empty), so look for request {} where that "
        "is kept: journalctl -u grantd | grep {}",
        why, id, id));
  }
  const auto logged = read_log(config.log_file, id);
  if (!logged) return failed(why + "\n" + logged.error());
  if (!*logged) {
    return failed(fmt::format(
        "{}\n{} does not have it either. Is it this server's? An older log may be in a file "
        "beside it; what went well is logged at level debug only.",
        why, config.log_file));
  }
  if ((*logged)->walk) {
    show(call, *(*logged)->walk);
    return Unit();
  }
  if (call.json()) {
    return failed(why + "\nIts log is written for people (log.format = \"text\"): try without "
                        "--json");
  }
  note(why);
  print(fmt::format("{} says:\n\n{}\n", config.log_file, (*logged)->line));
  return Unit();
}

Outcome<> explain_one(const Call& call, const server::Config& config, const std::string& at,
                      const std::string& typed) {
  const std::optional<std::string> id = server::read_request_id(typed);
  if (!id) {
    return usage(fmt::format("expected a request's number such as 7Q4K-M2XD, found \"{}\": it "
                             "stands on the page, in the log and in the X-Request-Id of the answer",
                             printable(typed)));
  }
  const Answer answer = ask(at, "/explain/" + *id);
  if (answer.status == 200) {
    show(call, TRY(walk_of(answer.body)));
    return Unit();
  }
  return show_logged(call, config, *id, answer.status == 0
                                            ? "the server does not answer: " + answer.error
                                            : "the server says: " + answer.error);
}

Outcome<std::vector<WalkRecord>> last_walks(const std::string& at, int most, bool refused_only) {
  const Answer answer =
      ask(at, fmt::format("/explain?last={}{}", most, refused_only ? "&refused=1" : ""));
  if (answer.status == 0) return failed("the server does not answer: " + answer.error);
  if (answer.status != 200 || !answer.body.as_array()) {
    return failed("the server says: " + answer.error);
  }
  std::vector<WalkRecord> walks;
  for (const Json& json : *answer.body.as_array()) walks.push_back(TRY(walk_of(json)));
  return walks;
}

Outcome<> list(const Call& call, const std::string& at, int most) {
  const std::vector<WalkRecord> walks = TRY(last_walks(at, most, call.has("--refused")));
  if (call.json()) {
    Json all = Json::array();
    for (const WalkRecord& walk : walks) all.push_back(to_json(walk));
    print(all.dump_pretty());
  } else if (walks.empty()) {
    print("No request yet that is still known.\n");
  } else {
    print(walks_text(walks, look_of_terminal(kTableColumns)));
  }
  return Unit();
}

// Each as it comes, until Ctrl-C.
Outcome<> follow(const Call& call, const std::string& at) {
  std::set<std::string> known;
  bool first = true;
  for (;;) {
    std::vector<WalkRecord> walks =
        TRY(last_walks(at, static_cast<int>(server::kWalksMax), call.has("--refused")));
    std::set<std::string> now;
    std::vector<WalkRecord> fresh;
    for (WalkRecord& walk : walks) {
      now.insert(walk.request_id);
      if (!first && !known.contains(walk.request_id)) fresh.push_back(std::move(walk));
    }
    std::ranges::reverse(fresh);
    for (const WalkRecord& walk : fresh) {
      print(call.json() ? to_json(walk).dump() : explain_text(walk, look_of_terminal()));
      print("\n");
    }
    TRY(finish_output());
    known = std::move(now);
    first = false;
    std::this_thread::sleep_for(kPause);
  }
}

Outcome<> run_explain(const Call& call) {
  const server::Config config = TRY(read_config(call));
  const std::string at = TRY(listener(call, config));
  const int most = TRY(number(call, "--last", 20, static_cast<int>(server::kWalksMax)));
  if (call.has("REQUEST_ID")) {
    if (call.has("--last") || call.has("--refused") || call.has("--follow")) {
      return usage("a REQUEST_ID asks for that one: --last, --refused and --follow go without it");
    }
    return explain_one(call, config, at, call.get("REQUEST_ID"));
  }
  return call.has("--follow") ? follow(call, at) : list(call, at, most);
}

}  // namespace

std::vector<Command> explain_commands() {
  return {
      {.path = "explain",
       .summary = "say why a request ended as it did, and how to mend it",
       .detail = "Every answer has a number (X-Request-Id), which people see on a problem page. "
                 "The running server is asked on its management listener; where it does not run or "
                 "no longer knows, its log. Without a number: the last requests, a line each. No "
                 "secret is shown.",
       .arguments = {{"REQUEST_ID", "The request's number: 7Q4K-M2XD. Case and dash do not count.",
                      false}},
       .options = {{"--last", "N", "How many to list, 1000 at most. Else 20."},
                   {"--refused", "", "Only those that were refused."},
                   {"--follow", "", "Explain each as it comes, until Ctrl-C."},
                   {"--port", "P",
                    "The management listener's port, where the configuration says any."}},
       .examples = {{"what a person read out on the phone", "grantd explain 7Q4K-M2XD"},
                    {"what was refused lately", "grantd explain --refused"},
                    {"of a `grantd dev`",
                     "grantd explain --config grantd-dev/grantd.toml --refused"}},
       .takes_json = true,
       .run = run_explain}};
}

}  // namespace grantd::app
