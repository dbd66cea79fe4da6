#!/usr/bin/env python3
"""The store's size under apps that come and go, over the release server's own HTTP: many code
flows (authorize, token, refresh, revoke) by two public and two confidential apps. Most grants are
revoked, some are forgotten and expire, a few are replaced by new sign-ins again and again. A table
shows rows and bytes each 10 %. Rows follow what is alive, the file stops growing, and at the end
exactly the few are left and work.

The calendar's clock of the server is moved by libfaketime, 15 minutes each 10 %, since a dead row
stays for ten minutes by design. The sweeper's pace is real time, and each 10 % waits for it: the
table says how long. GRANTD_LONG=1: 100,000 flows. GRANTD names the binary; the Debian package
faketime is needed."""

import base64
import glob
import json
import os
import pathlib
import random
import re
import socket
import sqlite3
import sys
import threading
import time
import unittest
import urllib.parse

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/attacks"))
from target import CHALLENGE, PASSWORD, VERIFIER, Target  # noqa: E402

LONG = os.environ.get("GRANTD_LONG") == "1"
FLOWS = 100_000 if LONG else 2_000
TENTHS = 10
WORKERS = 4
KEPT = 20          # grants of people who are there until the end
FORGOTTEN = 0.05   # of the flows: neither revoked nor used again
MINUTES = 15       # by which the clock is moved each tenth
LIFE = 60          # minutes: lifetimes.offline_absolute
AFTER = 10         # minutes for which a dead row stays
# The variant for threads: the other one at times shows a thread the unmoved clock.
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
SCOPE = "notes:read offline_access"
APPS = ["spa-1", "spa-2", "shop-1", "shop-2"]
REDIRECT = "https://size.example/cb"


class Line:
    """One connection that is kept. Sends a request, gives status, location and body."""

    def __init__(self, port):
        self.port = port
        self.socket = None

    def open(self):
        self.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def close(self):
        if self.socket:
            self.reader.close()
            self.socket.close()
            self.socket = None

    def ask(self, method, path, fields=None, **headers):
        body = urllib.parse.urlencode(fields).encode() if fields else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if fields:
            lines += ["Content-Type: application/x-www-form-urlencoded",
                      f"Content-Length: {len(body)}"]
        if not self.socket:
            self.open()
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        status = int(self.reader.readline().split()[1])
        length, location, closes = 0, "", False
        while (field := self.reader.readline().strip()) != b"":
            name, _, value = field.partition(b":")
            name = name.lower()
            if name == b"content-length":
                length = int(value)
            elif name == b"location":
                location = value.strip().decode()
            elif name == b"connection":
                closes = b"close" in value
        answer = self.reader.read(length)
        if closes:
            self.close()
        return status, location, answer


class Worker(threading.Thread):
    """Runs flows one after the other on its own connection."""

    def __init__(self, house, number, flows):
        super().__init__()
        self.house, self.flows = house, flows
        self.line = Line(house.target.port)
        self.chance = random.Random(number)
        self.forgotten = []
        self.wrong = None

    def run(self):
        try:
            for n in range(self.flows):
                app = APPS[n % len(APPS)]
                token = self.house.signed_in(self.line, app)
                token = self.house.refresh(self.line, app, token)
                if self.chance.random() < FORGOTTEN:
                    self.forgotten.append((app, token))
                else:
                    self.house.revoke(self.line, app, token)
        except Exception as error:  # told by the main thread
            self.wrong = error
        finally:
            self.line.close()


class House:
    """A server with apps, whose calendar's clock can be moved, and one signed-in person."""

    def __init__(self, test, *settings):
        if not FAKETIME:
            raise AssertionError("the Debian package faketime is missing: dev/install test")
        self.target = Target(*settings)
        test.addCleanup(self.target.remove)
        self.target.run("resource", "create", "--audience", "https://api.example.com", "--name",
                        "Notes", "--scope", "notes:read=See your notes")
        self.sent = {}
        for app in APPS:
            made = self.target.json(
                "client", "create", "--id", app, "--consent", "implied", "--scope", SCOPE,
                "--redirect-uri", REDIRECT, "--grant", "authorization_code", "--grant",
                "refresh_token", *(["--public"] if app.startswith("spa") else []))
            self.sent[app] = self.proof(app, made.get("client_secret"))
        self.target.add_person("alice")
        self.minutes = 0
        self.move(0)
        assert self.target.start(environment={
            "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": self.clock(),
            "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "GRANTD_LOG_LEVEL": "info"}), \
            self.target.log()
        self.line = Line(self.target.port)
        test.addCleanup(self.line.close)
        self.cookie = self.sign_in()

    @staticmethod
    def proof(app, secret):
        """Fields and headers by which the app says who it is."""
        if secret is None:
            return {"client_id": app}, {}
        text = base64.b64encode(f"{app}:{secret}".encode()).decode()
        return {}, {"Authorization": f"Basic {text}"}

    # ---- the clock

    def clock(self):
        return os.path.join(self.target.folder, "clock")

    def move(self, minutes):
        """In one step: nobody may read half a file."""
        self.minutes += minutes
        with open(self.clock() + ".new", "w", encoding="ascii") as file:
            file.write(f"+{self.minutes}m\n")
        os.rename(self.clock() + ".new", self.clock())

    # ---- what apps do

    def asking(self, app):
        return "/authorize?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": app, "redirect_uri": REDIRECT, "scope": SCOPE,
            "state": "s", "code_challenge": CHALLENGE, "code_challenge_method": "S256"})

    def sign_in(self):
        person = self.target.visitor()
        page = person.open(self.asking(APPS[0]), REDIRECT)
        page = person.sign_in(page, "alice", PASSWORD, REDIRECT)
        assert (page.location or "").startswith(REDIRECT), page.body
        (jar,) = [jar for jar in person.cookies.values() if jar]
        return "; ".join(f"{name}={value}" for name, value in jar.items())

    def post(self, line, app, path, fields):
        more, headers = self.sent[app]
        status, _, body = line.ask("POST", path, {**fields, **more}, **headers)
        return status, body

    def got(self, answer):
        status, body = answer
        assert status == 200, (status, body)
        return json.loads(body)["refresh_token"]

    def signed_in(self, line, app):
        status, location, body = line.ask("GET", self.asking(app), Cookie=self.cookie)
        assert status == 303, (status, body)
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
        return self.got(self.post(line, app, "/token", {
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER}))

    def refresh(self, line, app, token):
        answer = self.post(line, app, "/token",
                           {"grant_type": "refresh_token", "refresh_token": token})
        assert answer[0] == 200, answer
        return json.loads(answer[1]).get("refresh_token", token)  # it rotates for public apps

    def revoke(self, line, app, token):
        answer = self.post(line, app, "/revoke", {"token": token})
        assert answer[0] == 200, answer

    # ---- what is measured

    def rows(self):
        with sqlite3.connect(f"file:{self.target.database()}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*), coalesce(sum(state = 0), 0) FROM grants").fetchone()

    def kib(self):
        return os.path.getsize(self.target.database()) // 1024

    def wait_for_rows(self, most, seconds):
        """Gives how long it took."""
        begun = time.monotonic()
        while self.rows()[0] > most and time.monotonic() < begun + seconds:
            time.sleep(0.1)
        return time.monotonic() - begun


class StoreSize(unittest.TestCase):
    def drive(self, tenth):
        """A tenth of the flows; gives what their apps forgot."""
        workers = [Worker(self.house, tenth * WORKERS + n, FLOWS // TENTHS // WORKERS)
                   for n in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            if worker.wrong:
                raise worker.wrong
        return [each for worker in workers for each in worker.forgotten]

    def replace(self, kept):
        """Each app refreshes once more, signs its person in anew and gives up the old grant."""
        line, fresh = self.house.line, []
        line.close()  # the server closes what stood idle; the next request opens it
        for app, token in kept:
            token = self.house.refresh(line, app, token)
            fresh.append((app, self.house.signed_in(line, app)))
            self.house.revoke(line, app, token)
        return fresh

    def test_rows_are_what_is_alive_and_the_file_stops_growing(self):
        self.house = house = House(self, f"lifetimes.offline_idle={LIFE}m",
                                   f"lifetimes.offline_absolute={LIFE}m")
        kept = [(app, house.signed_in(house.line, app)) for app in (APPS * KEPT)[:KEPT]]
        print("\n   flows  seconds     rows      KiB  after the sweep: rows      KiB  seconds")
        forgotten, sizes = [], []
        for tenth in range(TENTHS):
            begun = time.monotonic()
            forgotten.append(self.drive(tenth))
            driven = time.monotonic() - begun
            before = f"{house.rows()[0]:8} {house.kib():8}"
            house.move(MINUTES)
            kept = self.replace(kept)
            # The revoked of this tenth are dead now; left are the forgotten of the last hour.
            alive = KEPT + sum(map(len, forgotten[-((LIFE + AFTER) // MINUTES):]))
            took = house.wait_for_rows(alive, 5 + FLOWS / TENTHS / 50)
            sizes.append(house.kib())
            print(f"{(tenth + 1) * FLOWS // TENTHS:8} {driven:8.1f} {before} "
                  f"{house.rows()[0]:22} {sizes[-1]:8} {took:8.1f}", flush=True)
            self.assertLessEqual(house.rows()[0], alive, "dead rows stay")
        app, token = forgotten[-1][-1]
        for _ in range((LIFE + AFTER) // MINUTES + 1):
            house.move(MINUTES)
            kept = self.replace(kept)
        house.wait_for_rows(KEPT, 5 + FLOWS / 50)
        self.assertEqual(house.rows(), (KEPT, KEPT), "live grants, and nothing else")
        self.replace(kept)  # each of them works
        status, body = house.post(house.line, app, "/token",
                                  {"grant_type": "refresh_token", "refresh_token": token})
        self.assertEqual((status, json.loads(body)["error"]), (400, "invalid_grant"))
        # Pages that became free are used again.
        self.assertLessEqual(house.kib(), sizes[TENTHS // 2] * 1.1, sizes)
        self.assertNotRegex(house.target.log(), re.compile(r'"level":"(warning|error)"'))

    def test_a_grant_past_its_idle_limit_gives_up_its_row(self):
        house = House(self, "lifetimes.offline_idle=2d")
        kept, left = house.signed_in(house.line, "spa-1"), house.signed_in(house.line, "spa-1")
        house.move(36 * 60)
        house.line.close()
        kept = house.refresh(house.line, "spa-1", kept)
        house.move(12 * 60 + AFTER + 1)
        house.line.close()
        status, body = house.post(house.line, "spa-1", "/token",
                                  {"grant_type": "refresh_token", "refresh_token": left})
        self.assertEqual((status, json.loads(body)["error"]), (400, "invalid_grant"))
        house.wait_for_rows(1, 20)  # the walk rests after a round that found nothing
        self.assertEqual(house.rows(), (1, 1))
        house.refresh(house.line, "spa-1", kept)


if __name__ == "__main__":
    unittest.main(verbosity=2)
