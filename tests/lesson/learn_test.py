#!/usr/bin/env python3
"""`grantd learn` as people meet it: the real binary, plain and on a pseudo-terminal, key by key.
GRANTD names the binary."""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import stat
import struct
import subprocess
import tempfile
import termios
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
GRANTD = os.path.abspath(os.environ.get("GRANTD", SOURCE / "build/release/grantd"))
ENTER, ESCAPE, DOWN, CTRL_C = "\r", "\x1b", "\x1b[B", "\x03"
LAST_STEP, EXPERIMENTS, MOVES = 12, 42, 12


def environment(home, **more):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("GRANTD_", "LC_")) and name not in {"NO_COLOR", "LANG"}}
    return {**kept, "XDG_STATE_HOME": str(home), "TERM": "xterm-256color", **more}


class Terminal:
    """A learner's terminal: what is on it, and keys to press."""

    def __init__(self, home, columns=80, rows=24, arguments=(), **more):
        self.columns, self.rows = columns, rows
        self.child, self.end = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(GRANTD, [GRANTD, "learn", *arguments], environment(home, **more))
        self.raw = ""
        self.lines = []
        self.exit_code = None

    def _read(self):
        try:
            block = os.read(self.end, 65536)
        except OSError:  # the other end is closed
            block = b""
        self.raw += block.decode(errors="replace")
        # Whole screens are drawn, each from the top left on.
        drawn = re.findall(r"\x1b\[H(.*?)\x1b\[J", self.raw, re.S)
        if drawn:
            text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07", "", drawn[-1])
            self.lines = [line.rstrip() for line in text.split("\r\n")]
        return bool(block)

    def until(self, *texts):
        """Waits until all of the texts stand on the screen together."""
        limit = time.monotonic() + 30
        while not all(text in "\n".join(self.lines) for text in texts):
            waits = select.select([self.end], [], [], max(0, limit - time.monotonic()))[0]
            if not waits or not self._read():
                raise AssertionError(f"expected {texts}, found:\n" + "\n".join(self.lines))
        return self

    def press(self, keys, *texts):
        os.write(self.end, keys.encode())
        return self.until(*texts)

    def leave(self, keys="q"):
        os.write(self.end, keys.encode())
        while self._read():
            pass
        os.close(self.end)
        self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])
        return self.exit_code


class LearnCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="grantd-learn-")
        self.addCleanup(holder.cleanup)
        self.home = pathlib.Path(holder.name)

    @property
    def file(self):
        return self.home / "grantd/learn.json"

    def run_learn(self, *arguments, **more):
        return subprocess.run([GRANTD, "learn", *arguments], env=environment(self.home, **more),
                              capture_output=True, text=True, timeout=120, check=False)

    def open(self, **more):
        terminal = Terminal(self.home, **more)
        terminal.until("grantd learn", " q ")
        return terminal


class Plain(LearnCase):
    def test_everything_is_played_and_comes_as_expected(self):
        done = self.run_learn("--all", "--json")
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        said = json.loads(done.stdout)
        self.assertTrue(said["ok"])
        self.assertEqual(said["problems"], [])
        kinds = lambda kind: {row["id"] for row in said["plays"] if row["kind"] == kind}
        self.assertEqual(len(kinds("step")), LAST_STEP)
        self.assertEqual(len(kinds("experiment")), EXPERIMENTS)
        self.assertEqual(kinds("experiment"), kinds("repair"))
        self.assertEqual(len(kinds("move")), MOVES)
        for row in said["plays"]:
            # What is broken or stolen is judged by something, not only sent.
            if row["kind"] in {"experiment", "move"}:
                self.assertTrue(row["findings"], row["id"])

    def test_one_experiment_shows_what_differs(self):
        done = self.run_learn("--step", "3", "--break", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = re.search(r"expected +(\S+)\n +found +(\S+)\n( +)\^", done.stdout)
        self.assertTrue(found, done.stdout)
        self.assertEqual(found.group(2), found.group(1) + "/")
        self.assertNotIn("\x1b", done.stdout)

    def test_a_secret_is_dots(self):
        done = self.run_learn("--step", "8")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"client_secret +\*{8}")
        self.assertNotIn("gcs_", done.stdout)

    def test_a_pipe_gets_plain_text_of_80_columns(self):
        done = self.run_learn()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("\x1b", done.stdout)
        for number in range(1, LAST_STEP + 1):
            self.assertIn(f"Step {number}: ", done.stdout)
        wide = [line for line in done.stdout.splitlines() if len(line) > 80]
        self.assertEqual(wide, [])
        self.assertFalse(self.file.exists())

    def test_wrong_use_is_2(self):
        for arguments in (["--step", "13"], ["--step", "x"], ["--break", "1"], ["--json"],
                          ["--step", "3", "--break", "77"], ["--all", "--step", "1"],
                          ["--program", "--json"], ["--language", "xx"], ["--language", "de_DE"]):
            done = self.run_learn(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.startswith("grantd: "), done.stderr)

    def test_the_list_has_all(self):
        rows = json.loads(self.run_learn("--list", "--json").stdout)
        self.assertEqual([row["id"] for row in rows],
                         [f"step-{number}" for number in range(1, LAST_STEP + 1)])
        self.assertEqual(sum(len(row["experiments"]) for row in rows), EXPERIMENTS)
        self.assertIn("8/9", self.run_learn("--list").stdout)

    def test_the_right_verifier_in_the_wrong_place_is_not_called_a_wrong_one(self):
        done = self.run_learn("--step", "8", "--break", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("S256 = ", done.stdout)

    def test_the_language_is_the_environments_and_the_options_before_it(self):
        first = lambda *arguments, **more: self.run_learn("--list", *arguments,
                                                          **more).stdout.split("\n")[0]
        english, german = first(), first("--language", "de")
        self.assertNotEqual(english, german)
        for more, expected in (({"LANG": "de_DE.UTF-8"}, german), ({"LANG": "de"}, german),
                               ({"LC_ALL": "de_AT"}, german), ({"LANG": "den_X"}, english),
                               ({"LC_MESSAGES": "de@x", "LANG": "en_US"}, german),
                               ({"LC_ALL": "C", "LANG": "de_DE"}, english),
                               ({"LC_ALL": "", "LANG": "de_DE"}, german),
                               ({"LANG": "fr_FR.UTF-8"}, english)):
            self.assertEqual(first(**more), expected, more)
        self.assertEqual(first("--language", "en", LANG="de_DE.UTF-8"), english)

    def test_german_is_played_as_expected_and_fits_80_columns(self):
        done = self.run_learn("--language", "de")
        self.assertEqual(done.returncode, 0, done.stderr)
        for number in range(1, LAST_STEP + 1):
            self.assertIn(f"Schritt {number}: ", done.stdout)
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 80], [])
        # The server's own pages speak it too; programs and parameters are what they are.
        self.assertIn("Anmelden bei grantd", done.stdout)
        self.assertIn("code_challenge_method", done.stdout)
        program = self.run_learn("--program", "--language", "de").stdout
        self.assertEqual(program, self.run_learn("--program").stdout)

    def test_the_mistakes_name_what_plays_them(self):
        rows = json.loads(self.run_learn("--mistakes", "--json").stdout)
        self.assertEqual(len(rows), 10)
        text = self.run_learn("--mistakes").stdout
        self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])
        experiments = [re.fullmatch(r"step-(\d+)/break-(\d+)", play)
                       for row in rows for play in row["plays"]]
        flat = " ".join(text.split())
        for found in filter(None, experiments):
            self.assertIn(f"grantd learn --step {found[1]} --break {found[2]}", flat)

    def test_the_words_are_there_and_each_alone(self):
        for language in ("en", "de"):
            rows = json.loads(self.run_learn("--words", "--json", "--language", language).stdout)
            self.assertEqual(len(rows), 25)
            text = self.run_learn("--words", "--language", language).stdout
            self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])
            for row in rows:
                self.assertIn(row["word"] + ": ", text)
                for name in (row["id"], row["word"], row["word"].upper().encode(
                        "ascii", "ignore").decode() if row["word"].isascii() else row["id"]):
                    alone = self.run_learn("--word", name, "--json", "--language", language)
                    self.assertEqual(json.loads(alone.stdout), [row])
        self.assertEqual(self.run_learn("--word", "nonsense").returncode, 2)
        self.assertEqual(self.run_learn("--word", "").returncode, 2)

    def test_the_program_is_a_program(self):
        program = self.run_learn("--program").stdout
        compile(program, "program", "exec")
        self.assertIn("code_challenge", program)

    def test_interface_words_are_used_and_known(self):
        words = (SOURCE / "web/lesson/en/interface.toml").read_text(encoding="utf-8")
        known = set(re.findall(r"^(\w+) = ", words, re.M))
        code = "".join(path.read_text(encoding="utf-8") for where in
                       ("apps/grantd/learn*.cc", "apps/lesson/*.cc") for path in SOURCE.glob(where))
        said = set(re.findall(r'(?:say|word)\(\s*"(\w+)"', code))
        said -= {"sees_", "page_sees_"}  # with a name behind it
        said |= set(re.findall(r'"((?:keys|panel|outcome|done|predicted|plain)_\w+)"', code))
        self.assertEqual(said - known, set())
        mine = {word for word in known if not word.startswith(("page_", "sees_"))}
        loose = {word for word in mine if f'"{word}"' not in code}
        self.assertEqual(loose, set())


class AtTheTerminal(LearnCase):
    def test_from_the_idea_to_the_end_of_the_flow(self):
        learner = self.open()
        for number in range(1, LAST_STEP + 1):
            learner.press("n", f"step {number} of 12", "sees it:")
            self.assertLessEqual(max(map(len, learner.lines)), 80)
            self.assertEqual(len(learner.lines), 24)
            self.assertNotIn(" ! ", "\n".join(learner.lines))
        learner.press("n", "The final challenge")
        learner.press("p", "step 12 of 12")
        self.assertEqual(learner.leave(), 0)
        self.assertIn("\x1b[?1049l", learner.raw)  # the screen that was there before is back
        steps = json.loads(self.file.read_text())["steps"]
        self.assertEqual(len(steps), LAST_STEP)

    def test_an_experiment_is_predicted_broken_and_put_right(self):
        learner = self.open()
        learner.press("g8" + ENTER, "step 8 of 12")
        learner.press("b", "A wrong verifier")
        learner.press("9", " ! code_verifier", "Predict first")
        self.assertNotIn("400 Bad", "\n".join(learner.lines))
        learner.press("1", "400 Bad Request   invalid_grant", "Not as you predicted",
                      "the code is burned")
        learner.press("r", "it works again", "200 OK", "access_token")
        learner.press("n", "Break it on purpose", "repaired")
        self.assertEqual(learner.leave(CTRL_C), 0)
        progress = json.loads(self.file.read_text())
        self.assertEqual(progress["experiments"], ["step-8/break-9"])
        self.assertEqual(progress["repaired"], ["step-8/break-9"])

    def test_variants_come_one_after_the_other(self):
        learner = self.open()
        learner.press("g8/6" + ENTER, "(1/2)")
        learner.press("3", "As you predicted")
        learner.press("r", "it works again")
        learner.press("n", "(2/2)", "Predict first")
        self.assertEqual(learner.leave(), 0)

    def test_panels_open_and_close(self):
        learner = self.open()
        learner.press("g8" + ENTER, "> POST /token")
        for key, title in (("l", "Look closer"), ("i", "Inside grantd"), ("w", "Who can see it"),
                           ("a", "Each part"), ("?", "Keys")):
            learner.press(key, " " + title)
            learner.press(key, "> POST /token")
        learner.press("a", "Each part")
        learner.press("i", "Inside grantd")  # another one at once
        learner.press(ESCAPE, "> POST /token")
        self.assertEqual(learner.leave(), 0)

    def test_a_code_runs_out_when_the_clock_moves(self):
        learner = self.open()
        learner.press("g7" + ENTER, "step 7 of 12")
        learner.press("t", "61 seconds")
        learner.press("1", "has moved")
        learner.press(ESCAPE, "> GET /callback")
        learner.press("n", "step 8 of 12", "400 Bad Request   invalid_grant", "expired")
        learner.press("r", "200 OK")
        self.assertEqual(learner.leave(), 0)

    def test_a_request_is_copied_as_curl_without_its_secret(self):
        learner = self.open()
        learner.press("g8" + ENTER, "> POST /token")
        learner.press("c", "curl -i -X POST")
        self.assertIn("$POSTCARD_SECRET", "".join(line.strip() for line in learner.lines))
        self.assertNotIn("gcs_", learner.raw)
        self.assertIn("\x1b]52;c;", learner.raw)
        learner.press(ESCAPE, "> POST /token")
        learner.press("v", "gcs_")  # shown when asked for
        self.assertEqual(learner.leave(), 0)

    def test_a_choice_is_tried_again_until_it_is_right(self):
        learner = self.open()
        learner.press("gE02" + ENTER, "Which method carries the swap")
        option = lambda text: next(line for line in learner.lines if text in line).split()[0]
        learner.press(option("GET, because"), "Not yet.", "405")
        learner.press("n", "1-4 answer")
        learner.press(option("POST, because"), "Right.")
        self.assertEqual(learner.leave(), 0)
        self.assertEqual(json.loads(self.file.read_text())["exercises"], {"E02": True})

    def test_a_typed_answer_knows_usual_mistakes(self):
        learner = self.open()
        learner.press("gE16" + ENTER, "Your answer:")
        learner.press("900" + ENTER, "Not yet.", "seconds")
        learner.press(ENTER, "Your answer: _")
        learner.press(" 15q\x7f " + ENTER, "Right.")
        self.assertEqual(learner.leave(), 0)

    def test_cards_are_put_in_order(self):
        learner = self.open()
        learner.press("gE30" + ENTER, "The numbers in order:")
        number = lambda text: next(line for line in learner.lines if text in line).split()[0]
        order = [number(text) for text in ("right client?", "this client's code?",
                                           "redirect URI the same?", "verifier fits?",
                                           "used before?")]
        learner.press("".join(reversed(order)) + ENTER, "Not yet.")
        learner.press(ENTER, "The numbers in order: _")
        learner.press(" ".join(order) + ENTER, "Right.")
        self.assertEqual(learner.leave(), 0)

    def test_a_live_exercise_is_answered_by_the_server(self):
        learner = self.open()
        learner.press("gE12" + ENTER, "What comes?")
        learner.press("1", "What the server said:", "400 Bad Request")
        self.assertEqual(learner.leave(), 0)

    def test_the_challenge_is_played_and_ends_with_a_certificate(self):
        learner = self.open()
        learner.press("gchallenge" + ENTER, "You are Rook", "/callback?code=gac_")
        self.assertNotIn("{postcard}", "\n".join(learner.lines))
        for number in range(1, MOVES + 1):
            learner.press(ENTER, "Predict first", f" {number} ")
            learner.press("4", "Not as you predicted")
            learner.press("n", "1-9 pick")
        learner.press("n", "What would have worked?")
        os.write(learner.end, b"\x1b[F")
        learner.until("challenge 0/12")
        self.assertEqual(learner.leave(), 0)

    def test_a_mistake_is_read_played_and_left(self):
        learner = self.open(rows=40)
        learner.press("n", "step 1 of 12")
        learner.press("m", "Ten mistakes of real applications", " > 1. ")
        self.assertLessEqual(max(map(len, learner.lines)), 80)
        learner.press(DOWN, " > 2. ")
        learner.press(ENTER, "2/10", "led to", "helps", "1 8/10 ", "2 8/11 ")
        learner.press("2", "8/11 A verifier that nobody asked for", "Predict first")
        learner.press("3", "As you predicted")
        learner.press("r", "it works again")
        learner.press("n", "2/10", "1 8/10 ")  # back where it came from
        learner.press("p", "Ten mistakes", " > 2. ")
        learner.press("3", "3/10", "1 E24 ")
        learner.press("1", "A page without a server of its own", "1-4 answer")
        option = next(line for line in learner.lines if "A secret in a page" in line).split()[0]
        learner.press(option, "Right.")
        learner.press("n", "3/10")
        learner.press("p", "Ten mistakes")
        learner.press("p", "step 1 of 12", "sees it:")
        self.assertEqual(learner.leave(), 0)
        progress = json.loads(self.file.read_text())
        self.assertEqual(progress["experiments"], ["step-8/break-11"])
        self.assertEqual(progress["exercises"], {"E24": True})

    def test_words_of_several_lines_are_wrapped_as_one(self):
        learner = self.open(rows=60, arguments=("--language", "de"))
        learner.press("m", "Zehn Fehler aus wirklichen Anwendungen")
        learner.press("gE22" + ENTER, "Albums Tür", "1-4 antworten")
        for line in filter(None, learner.lines):
            self.assertRegex(line, r"^( |---)")
        self.assertEqual(learner.leave(), 0)

    def test_every_mistake_leads_to_what_plays_it(self):
        learner = self.open()
        for number in range(1, 11):
            learner.press(f"gmistake-{number}" + ENTER, f"{number}/10")
            plays = [line.split()[1] for line in learner.lines
                     if re.match(r"   \d (\d+/\d+|E\d\d) ", line)]
            self.assertTrue(plays)
            for index, play in enumerate(plays, 1):
                learner.press(str(index), f" {play} ", "p back")
                learner.press("p", f"{number}/10")
        self.assertEqual(learner.leave(), 0)

    def test_words_are_read_anywhere_and_found_by_name(self):
        learner = self.open()
        learner.press("g8" + ENTER, "> POST /token")
        learner.press("d", "The words of the lesson", "access token: ")
        learner.press("d", "> POST /token")
        for name, word in (("nonce", "nonce"), ("word-jwt", "JWT"), ("STATE", "state"),
                           ("code verifier", "code challenge / code verifier")):
            learner.press("g" + name + ENTER, f" > {word}: ")
            self.assertLessEqual(max(map(len, learner.lines)), 80)
        learner.press(ESCAPE, "> POST /token")
        learner.press("gwords" + ENTER, "access token: ")
        self.assertNotIn(" > ", "\n".join(learner.lines))
        learner.press(ESCAPE, "> POST /token")
        self.assertEqual(learner.leave(), 0)

    def test_german_from_the_idea_to_the_challenge(self):
        learner = Terminal(self.home, LANG="de_DE.UTF-8").until("grantd learn", "q Ende")
        for number in range(1, LAST_STEP + 1):
            learner.press("n", f"Schritt {number} von 12", "sieht es:")
            self.assertLessEqual(max(map(len, learner.lines)), 80)
        learner.press("g8/9" + ENTER, "Ein falscher Verifier", "Sagen Sie es zuerst voraus")
        learner.press("3", "Wie vorausgesagt", "400 Bad Request   invalid_grant",
                      "der Code ist verbrannt")
        learner.press("r", "Es geht wieder", "200 OK")
        learner.press("gE07" + ENTER, "Was kommt mit PKCE hinzu?")
        learner.press("gchallenge" + ENTER, "Die letzte Prüfung")
        learner.press("m", "Zehn Fehler aus wirklichen Anwendungen")
        learner.press("1", "1/10", "die Folge", "Spielen Sie ihn")
        learner.press("gaussteller" + ENTER, " > Aussteller (iss): ")
        learner.press(ESCAPE, "1/10")
        self.assertEqual(learner.leave(), 0)
        self.assertEqual(json.loads(self.file.read_text())["language"], "de")

    def test_no_place_and_no_break_are_said(self):
        learner = self.open()
        learner.press("g99" + ENTER, "There is no \"99\" here")
        learner.press(ESCAPE, "n next")
        learner.press("n", "step 1 of 12")
        learner.press("b", "Nothing to break here")
        self.assertEqual(learner.leave(), 0)

    def test_wide_terminals_have_request_and_answer_side_by_side(self):
        learner = self.open(columns=132, rows=30)
        learner.press("g8" + ENTER, "step 8 of 12")
        line = next(line for line in learner.lines if "> POST /token" in line)
        self.assertIn("< 200 OK", line)
        self.assertEqual(learner.leave(), 0)

    def test_a_small_terminal_scrolls(self):
        learner = self.open(columns=60, rows=12)
        learner.press("g8" + ENTER, "more: space")
        os.write(learner.end, b"   ")
        learner.until("sees it:")
        self.assertLessEqual(max(map(len, learner.lines)), 60)
        self.assertEqual(learner.leave(), 0)

    def test_no_color_is_kept(self):
        learner = self.open(NO_COLOR="1")
        learner.press("g8/9" + ENTER, " ! code_verifier", "<- changed")
        learner.press("3", "As you predicted")
        self.assertEqual(learner.leave(), 0)
        self.assertNotRegex(learner.raw, r"\x1b\[[1-9][0-9;]*m")

    def test_a_dumb_terminal_gets_plain_text(self):
        learner = Terminal(self.home, TERM="dumb")
        while learner._read():
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(learner.child, 0)[1]), 0)
        os.close(learner.end)
        self.assertNotIn("\x1b", learner.raw)
        self.assertIn("Step 12", learner.raw)


class Progress(LearnCase):
    def test_it_is_ours_alone_and_holds_no_secret(self):
        learner = self.open()
        learner.press("g8" + ENTER, "> POST /token")
        learner.leave()
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        text = self.file.read_text()
        self.assertNotRegex(text, r"gac_|grt_|gcs_|eyJ")
        self.assertEqual(list(self.file.parent.iterdir()), [self.file])

    def test_it_is_there_the_next_time_and_can_be_forgotten(self):
        learner = self.open()
        learner.press("g8/9" + ENTER, "Predict first")
        learner.press("3", "As you predicted")
        learner.leave()
        learner = self.open()
        learner.press("g8" + ENTER, "step 8 of 12")
        learner.press("b", "broken")
        learner.leave()
        self.assertEqual(self.run_learn("--reset").returncode, 0)
        self.assertFalse(self.file.exists())
        self.assertEqual(self.run_learn("--reset").returncode, 0)

    def test_damaged_or_newer_is_kept_aside_and_said(self):
        for text in ("{", '{"version": 2}', '{"version": 1, "steps": 7}', "\x1b[31m"):
            self.file.parent.mkdir(exist_ok=True)
            self.file.write_text(text)
            learner = Terminal(self.home).until("could not be read")
            self.assertEqual(learner.leave(), 0)
            self.assertEqual((self.file.parent / "learn.json.unread").read_text(), text)
            self.assertEqual(json.loads(self.file.read_text())["version"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
