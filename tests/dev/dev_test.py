#!/usr/bin/env python3
"""`grantd dev` as a newcomer meets it (issue 2, "What a newcomer sees"): the real binary, a
scripted person, the printed commands pasted into a shell. GRANTD names the binary."""

import base64
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/person"))
from person import Person, parameters  # noqa: E402
from ports import free_ports  # noqa: E402

GRANTD = os.path.abspath(os.environ.get("GRANTD", SOURCE / "build/release/grantd"))


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("GRANTD_")}


class Dev:
    """One running `grantd dev`."""

    def __init__(self, folder, port, *arguments):
        self.folder = folder
        self.port = port
        self.issuer, self.app, self.api, self.management = (
            f"http://127.0.0.1:{port + offset}" for offset in range(4))
        self.log = open(folder / "log", "a", encoding="utf-8")
        self.process = subprocess.Popen(
            [GRANTD, "dev", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=self.log,
            text=True, env=clean_environment())
        self.text = ""
        for line in self.process.stdout:
            self.text += line
            if line.startswith("Ready in "):
                return
        code = self.process.wait()
        raise AssertionError(f"exit code {code}: {self.text}{(folder / 'log').read_text()}")

    def stop(self, how=signal.SIGINT):
        """Stops it; gives the exit code and what it said last."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        last, _ = self.process.communicate(timeout=30)
        self.log.close()
        return self.process.returncode, last


class DevCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="grantd-dev-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.port = free_ports(4)

    def start(self, *arguments):
        dev = Dev(self.folder, self.port, "--port", str(self.port), *arguments)
        self.addCleanup(lambda: dev.process.poll() is None and dev.stop())
        return dev

    @property
    def data(self):
        return self.folder / f"grantd-dev-{self.port}"

    def sign_in_by_app(self, dev, person):
        """From the demo app's link to its notes page; gives that page."""
        page = person.open(dev.app + "/start")
        self.assertIn('name="password"', page.body)
        page = person.sign_in(page, "ada", "correct horse")
        self.assertIn("Paperboat", page.body)
        self.assertIn(dev.app.removeprefix("http://"), page.body)  # where the answer goes
        return person.decide(page, "allow")


class FirstStart(DevCase):
    def test_it_says_all_that_one_needs(self):
        dev = self.start()
        for text in (dev.issuer, dev.app, dev.api, "ada", "correct horse", "grace",
                     "battery staple", "demo-web", dev.app + "/callback", "demo-cli",
                     "http://127.0.0.1/", "demo-service", dev.app + "/start", "/token", "/revoke"):
            self.assertIn(text, dev.text)
        took = int(re.search(r"^Ready in (\d+) ms", dev.text, re.M).group(1))
        self.assertLess(took, 10_000)

    def test_what_it_makes_is_for_its_owner_alone(self):  # OP-06
        self.start()
        self.assertEqual(stat.S_IMODE(self.data.stat().st_mode), 0o700)
        for name in ("master.key", "demo-web.secret", "demo-service.secret", "grantd.db"):
            self.assertEqual(stat.S_IMODE((self.data / name).stat().st_mode), 0o600, name)

    def test_a_directory_with_other_things_is_left_alone(self):
        (self.folder / "mine").mkdir()
        (self.folder / "mine/thesis.txt").write_text("years of work")
        done = subprocess.run([GRANTD, "dev", "--data", "mine", "--port", str(self.port)],
                              cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("mine", done.stderr)
        self.assertEqual([path.name for path in (self.folder / "mine").iterdir()], ["thesis.txt"])

    def test_the_command_line_opens_its_store_beside_it(self):
        self.start()
        done = subprocess.run(
            [GRANTD, "user", "list", "--config", str(self.data / "grantd.toml"), "--json"],
            capture_output=True, text=True, timeout=60, env=clean_environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(user["login"] for user in json.loads(done.stdout)),
                         ["ada", "grace"])


class StartAndStop(DevCase):
    def test_ctrl_c_stops_it_and_says_so(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            code, last = self.start().stop(how)
            self.assertEqual(code, 0)
            self.assertIn("Stopped", last)

    def test_a_second_start_keeps_everything(self):
        dev = self.start()
        person = Person()
        self.assertEqual(self.sign_in_by_app(dev, person).status, 200)
        secret = (self.data / "demo-web.secret").read_text()
        done = subprocess.run(
            [GRANTD, "client", "delete", "demo-cli", "--yes", "--config",
             str(self.data / "grantd.toml")], capture_output=True, text=True, timeout=60,
            env=clean_environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        dev.stop()
        dev = Dev(self.folder, self.port, "--data", str(self.data))  # the port is known by then
        self.addCleanup(lambda: dev.process.poll() is None and dev.stop())
        self.assertEqual((self.data / "demo-web.secret").read_text(), secret)
        # The session and the consent are still there: no page in between.
        page = person.open(dev.app + "/start")
        self.assertEqual(page.url, dev.app + "/notes")
        # What was deleted stays deleted.
        page = person.get(dev.issuer + "/authorize?response_type=code&client_id=demo-cli")
        self.assertEqual(page.status, 400)

    def test_a_port_in_use_is_named_with_what_to_do(self):
        for offset in range(4):
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", self.port + offset))
                taken.listen()
                done = subprocess.run([GRANTD, "dev", "--port", str(self.port)], cwd=self.folder,
                                      capture_output=True, text=True, timeout=60,
                                      env=clean_environment())
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"127.0.0.1:{self.port + offset}", done.stderr)
            self.assertIn("--port", done.stderr)

    def test_another_port_for_the_same_directory_is_refused(self):  # one issuer a store
        self.start().stop()
        done = subprocess.run(
            [GRANTD, "dev", "--port", str(self.port + 4), "--data", str(self.data)],
            cwd=self.folder, capture_output=True, text=True, timeout=60, env=clean_environment())
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn(str(self.port), done.stderr)

    def test_a_port_that_is_none_is_a_matter_of_usage(self):
        for port in ("0", "65535", "http", "-1", "9090x"):
            done = subprocess.run([GRANTD, "dev", f"--port={port}"], cwd=self.folder,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, port + done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])


class ByApp(DevCase):
    def setUp(self):
        super().setUp()
        self.dev = self.start()
        self.person = Person()

    def test_from_the_link_to_what_the_api_says(self):
        page = self.sign_in_by_app(self.dev, self.person)
        self.assertEqual(page.url, self.dev.app + "/notes")  # the code's address is left behind
        self.assertIn("Buy oat milk", page.body)
        self.assertIn("notes.read", page.body)
        self.assertIn("Ada Lindqvist", page.body)  # as the checked ID token has it
        self.assertNotIn("eyJ", page.body)  # the token itself is nobody's to see

    def test_the_overview_leads_there(self):
        page = self.person.get(self.dev.issuer + "/")
        self.assertEqual(page.status, 200)
        self.assertIn(self.dev.app + "/start", page.body)
        self.assertIn("battery staple", page.body)
        self.assertIn("default-src", page.headers["content-security-policy"])
        self.assertEqual(self.person.post(self.dev.issuer + "/", {}).status, 405)

    def test_deny_leads_back_with_access_denied(self):  # RFC 6749 §4.1.2.1
        page = self.person.open(self.dev.app + "/start")
        page = self.person.sign_in(page, "ada", "correct horse")
        page = self.person.decide(page, "deny")
        self.assertTrue(page.url.startswith(self.dev.app + "/callback?"), page.url)
        self.assertIn("access_denied", page.body)
        self.assertEqual(self.person.get(self.dev.app + "/notes").location, self.dev.app + "/")

    def test_the_callback_again_shows_the_notes_again(self):
        page = self.person.open(self.dev.app + "/start")
        page = self.person.sign_in(page, "ada", "correct horse")
        stop = self.person.decide(page, "allow", until=self.dev.app)
        self.assertEqual(self.person.open(stop.location).url, self.dev.app + "/notes")
        again = self.person.open(stop.location)  # back button, reload
        self.assertEqual((again.status, again.url), (200, self.dev.app + "/notes"))

    def test_the_callback_in_another_browser_gets_nothing(self):  # CL-12
        page = self.person.open(self.dev.app + "/start")
        page = self.person.sign_in(page, "ada", "correct horse")
        stop = self.person.decide(page, "allow", until=self.dev.app)
        page = Person().open(stop.location)
        self.assertEqual(page.status, 400)
        self.assertNotIn("oat milk", page.body)
        self.assertIn("/start", page.body)  # a way on
        # The code is still good for the browser that asked for it.
        self.assertEqual(self.person.open(stop.location).url, self.dev.app + "/notes")

    def test_two_tabs_each_come_to_their_end(self):
        one = self.person.open(self.dev.app + "/start")
        two = self.person.open(self.dev.app + "/start")
        one = self.person.sign_in(one, "ada", "correct horse")
        one = self.person.decide(one, "allow")
        self.assertEqual(one.url, self.dev.app + "/notes")
        two = self.person.sign_in(two, "ada", "correct horse")  # signed in by then
        self.assertEqual((two.status, two.url), (200, self.dev.app + "/notes"))

    def test_a_rotated_secret_that_the_app_was_not_told_is_an_error_of_the_app(self):
        done = subprocess.run(
            [GRANTD, "client", "rotate-secret", "demo-web", "--overlap", "0s", "--json",
             "--config", str(self.data / "grantd.toml")], capture_output=True, text=True,
            timeout=60, env=clean_environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        page = self.sign_in_by_app(self.dev, self.person)
        self.assertEqual(page.status, 400)
        self.assertIn("invalid_client", page.body)
        (self.data / "demo-web.secret").write_text(json.loads(done.stdout)["client_secret"])
        page = self.person.open(self.dev.app + "/start")
        self.assertEqual(page.url, self.dev.app + "/notes")


class ByHand(DevCase):
    def commands(self, dev):
        """The printed blocks of commands, in order, exactly as printed."""
        blocks = re.split(r"^# \d+\. .*\n", dev.text.split("The same by hand")[1], flags=re.M)[1:]
        blocks[-1] = blocks[-1].split("\nLook around")[0]
        return [block.strip("\n") for block in blocks]

    def test_the_printed_commands_work_when_pasted(self):
        dev = self.start()
        commands = self.commands(dev)
        self.assertEqual(len(commands), 7)
        shell = subprocess.Popen(["bash"], cwd=self.folder, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(shell.wait)
        self.addCleanup(shell.kill)
        self.addCleanup(shell.stdout.close)
        self.addCleanup(shell.stdin.close)

        def paste(block, until):
            shell.stdin.write(block + f"\necho; echo {until}\n")
            shell.stdin.flush()
            out = ""
            for line in shell.stdout:
                if line.strip() == until:
                    return out
                out += line
            self.fail(f"the shell ended: {out}")

        paste(commands[0], "MADE")
        echo, _, read = commands[1].rpartition("\n")
        self.assertIn("read -r code", read)
        url = paste(echo, "PRINTED").strip()
        person = Person()
        page = person.sign_in(person.open(url), "grace", "battery staple")
        landed = person.decide(page, "allow", until=f"http://127.0.0.1:{self.port + 9}/")
        self.assertIn("code", parameters(landed.location))
        shell.stdin.write(read + "\n" + landed.location + "\n")
        tokens = json.loads(paste(commands[2], "TRADED").replace("the address: ", ""))
        self.assertEqual(tokens["token_type"], "Bearer")
        self.assertIn("Buy oat milk", paste(commands[3], "SHOWN"))
        renewed = json.loads(paste(commands[4], "RENEWED"))
        self.assertNotEqual(renewed["access_token"], tokens["access_token"])
        self.assertIn("200 OK", paste(commands[5], "REVOKED"))
        self.assertIn("invalid_grant", paste(commands[4], "DEAD"))
        service = json.loads(paste(commands[6], "SERVED"))
        self.assertNotIn("refresh_token", service)
        notes = Person().get(dev.api + "/notes", headers={
            "Authorization": "Bearer " + service["access_token"]})
        self.assertEqual(notes.status, 200, notes.body)


class Api(DevCase):
    """The demo API at its door (RFC 6750 §3)."""

    def setUp(self):
        super().setUp()
        self.dev = self.start()

    def token(self, scope):
        secret = (self.data / "demo-service.secret").read_text().strip()

        basic = base64.b64encode(f"demo-service:{secret}".encode()).decode()
        answer = Person().post(self.dev.issuer + "/token",
                               {"grant_type": "client_credentials", "scope": scope},
                               headers={"Authorization": "Basic " + basic})
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)["access_token"]

    def ask(self, method, token=None, body=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        return Person().ask(method, self.dev.api + "/notes", body, headers)

    def test_without_a_token_it_says_how_to_bring_one(self):
        answer = self.ask("GET")
        self.assertEqual(answer.status, 401)
        challenge = answer.headers["www-authenticate"]
        self.assertTrue(challenge.startswith("Bearer"), challenge)
        self.assertNotIn("error=", challenge)  # RFC 6750 §3.1: none where nothing was brought

    def test_it_says_whose_tokens_it_takes(self):
        """RFC 9728 §3.3, §5.1: from the challenge to the document, which names this very API."""
        challenge = self.ask("GET").headers["www-authenticate"]
        place = re.search(r'resource_metadata="([^"]+)"', challenge).group(1)
        answer = Person().get(place)
        self.assertEqual(answer.status, 200)
        document = json.loads(answer.body)
        self.assertEqual(document["resource"], self.dev.api)
        self.assertEqual(document["authorization_servers"], [self.dev.issuer])
        self.assertEqual(document["scopes_supported"], ["notes.read", "notes.write"])

    def test_a_token_that_is_none_or_was_changed_is_401(self):
        token = self.token("notes.read")
        changed = token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")
        for wrong in ("made-up", changed, "e30.e30."):
            answer = self.ask("GET", wrong)
            self.assertEqual(answer.status, 401, wrong)
            self.assertIn('error="invalid_token"', answer.headers["www-authenticate"])

    def test_a_scope_too_few_is_403_and_names_it(self):
        answer = self.ask("POST", self.token("notes.read"), '{"note": "x"}')
        self.assertEqual(answer.status, 403)
        self.assertIn("insufficient_scope", answer.headers["www-authenticate"])
        self.assertIn("notes.write", answer.headers["www-authenticate"])

    def test_a_note_that_was_added_is_there(self):
        token = self.token("notes.read notes.write")
        self.assertEqual(self.ask("POST", token, '{"note": "Water the ferns"}').status, 201)
        self.assertIn("Water the ferns", json.loads(self.ask("GET", token).body)["notes"])
        for wrong in ('{"note": ""}', "[]", '{"note": "' + "x" * 201 + '"}', "x"):
            self.assertEqual(self.ask("POST", token, wrong).status, 400, wrong)

    def test_keys_that_were_rotated_need_no_restart(self):
        self.assertEqual(self.ask("GET", self.token("notes.read")).status, 200)
        done = subprocess.run(
            [GRANTD, "key", "rotate", "--emergency", "--yes", "--config",
             str(self.data / "grantd.toml")],
            capture_output=True, text=True, timeout=60, env=clean_environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        # The API reads the key set anew for a key that it does not know, twice a minute at most.
        until = time.monotonic() + 60
        while self.ask("GET", self.token("notes.read")).status != 200:
            self.assertLess(time.monotonic(), until, "the API never met the new keys")
            time.sleep(1)


if __name__ == "__main__":
    unittest.main()
