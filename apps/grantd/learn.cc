#include "apps/grantd/learn.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "apps/grantd/console.h"
#include "apps/grantd/learn_session.h"
#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

constexpr int kSteps = 12;

Outcome<int> number_in(const Call& call, std::string_view option, int most) {
  if (!call.has(option)) return 0;
  const std::string text = call.get(option);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= most) {
    return number;
  }
  return usage(fmt::format("{}: expected a number from 1 to {}, found \"{}\"", option, most,
                           printable(text)));
}

const std::vector<std::string>& known_languages() {
  static const std::vector<std::string> all = lesson::languages();
  return all;
}

// --language, else the person's where the lesson speaks it ("de_DE.UTF-8" → "de"), else English.
std::string language_of(const Call& call) {
  if (call.has("--language")) return call.get("--language");
  for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const set = std::getenv(name);
    if (!set || !*set) continue;
    const std::string_view value = set;
    const std::string_view wanted = value.substr(0, value.find_first_of("_.@-"));
    const auto known = std::ranges::find(known_languages(), wanted);
    return known == known_languages().end() ? "en" : *known;
  }
  return "en";
}

Outcome<std::unique_ptr<lesson::Room>> room_of(RoomFuture coming) {
  auto room = coming.get();
  if (!room) return failed("the lesson's room cannot be opened: " + room.error());
  return std::move(*room);
}

Outcome<> forget() {
  const std::string file = progress_file();
  std::error_code error;
  const bool was_there = !file.empty() && std::filesystem::remove(file, error);
  if (error) return failed(printable(file) + " cannot be removed: " + error.message());
  print(was_there ? "Forgotten.\n" : "There was nothing to forget.\n");
  return Unit();
}

Outcome<> at_the_terminal(const lesson::Book& book, RoomFuture room) {
  const std::string file = progress_file();
  auto [progress, said] = read_progress(file);
  progress.language = book.language;
  std::string failure;
  {
    Session session(book, std::move(room), progress, std::move(said));
    Terminal terminal;
    for (bool on = true; on;) {
      const Screen screen = session.screen(terminal.size());
      terminal.show(screen.lines);
      if (screen.cursor) terminal.show_cursor(screen.cursor->first, screen.cursor->second);
      on = session.handle(terminal.read());
      if (const auto text = session.take_copied()) terminal.copy(*text);
    }
    failure = session.failed();
  }
  const Outcome<> written = write_progress(file, progress);
  if (!failure.empty()) return failed("the lesson's room cannot be opened: " + failure);
  return written;
}

// Nothing is played: no room is needed.
bool only_says(const Call& call) {
  constexpr std::string_view kLists[] = {"--list", "--mistakes", "--words", "--word", "--program"};
  return std::ranges::any_of(kLists, [&](std::string_view one) { return call.has(one); });
}

Outcome<> check(const Call& call, int step, int experiment) {
  if (experiment != 0 && step == 0) return usage("--break: of which step? Add --step N");
  if (call.has("--all") && step != 0) return usage("--all plays everything; leave --step away");
  const bool has_json = call.has("--all") || (only_says(call) && !call.has("--program"));
  if (call.json() && !has_json) {
    return usage("--json goes with --all, --list, --mistakes, --words or --word");
  }
  if (call.has("--word") && call.get("--word").empty()) return usage("--word: expected a word");
  return Unit();
}

Outcome<> run_learn(const Call& call) {
  const int step = TRY(number_in(call, "--step", kSteps));
  const int experiment = TRY(number_in(call, "--break", 99));
  TRY(check(call, step, experiment));
  if (call.has("--browser")) return learn_in_browser();
  if (call.has("--reset")) return forget();
  // The room is made ready while the lesson is read.
  RoomFuture room;
  if (!only_says(call)) room = std::async(std::launch::async, [] { return lesson::Room::open(); });
  const lesson::Book book = lesson::load_book(language_of(call));
  if (call.has("--list")) {
    list_lesson(book, call.json());
  } else if (call.has("--mistakes")) {
    list_mistakes(book, call.json());
  } else if (call.has("--words") || call.has("--word")) {
    return list_words(book, call.get("--word"), call.json());
  } else if (call.has("--program")) {
    print_program(book);
  } else if (call.has("--all")) {
    const auto opened = TRY(room_of(std::move(room)));
    return learn_all(book, *opened, call.json());
  } else if (call.has("--plain") || step != 0 || !has_terminal()) {
    const auto opened = TRY(room_of(std::move(room)));
    return learn_plainly(book, *opened, step, experiment);
  } else {
    return at_the_terminal(book, std::move(room));
  }
  return Unit();
}

}  // namespace

std::vector<Command> learn_commands() {
  return {
      {.path = "learn",
       .summary = "the authorization code flow as a lesson: played, broken, repaired",
       .detail = "Twelve steps against a server of its own in this process: each request is really "
                 "sent, each answer really came. Then break it on purpose and see which defence "
                 "answers. No account, no network, nothing of your own store is read or written.",
       .options = {{"--plain", "", "As text, one step after another; so it is too where there is "
                                   "no terminal."},
                   {"--step", "N", "This step alone, as text."},
                   {"--break", "M",
                    "With --step: this experiment. Exit code 0 where the answer was as expected, "
                    "1 where not."},
                   {"--all", "", "Play everything, and say what was not as expected."},
                   {"--browser", "", "In a browser, on this computer only, until Ctrl-C: the page "
                                     "that `grantd dev` has at /learn."},
                   {"--list", "", "Show the steps and experiments."},
                   {"--mistakes", "", "Show ten mistakes of real applications, and what plays "
                                      "each."},
                   {"--words", "", "Show the words of the lesson."},
                   {"--word", "WORD", "Show this one: nonce, aud, \"code verifier\"."},
                   one_of({known_languages().begin(), known_languages().end()},
                          {"--language", "LANG", "The words' language. Else that of the "
                                                 "environment, where there is one: LC_ALL, "
                                                 "LC_MESSAGES, LANG."}),
                   {"--program", "", "Print the flow as a small Python program, and nothing else."},
                   {"--reset", "", "Forget what was seen and solved."}},
       .examples = {{"the lesson", "grantd learn"},
                    {"the same in a browser", "grantd learn --browser"},
                    {"one experiment: a wrong verifier", "grantd learn --step 8 --break 9"}},
       .takes_config = false,
       .takes_json = true,
       .run = run_learn}};
}

}  // namespace grantd::app
