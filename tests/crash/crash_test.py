"""kill -9 under load, a clock set back, a stranger who hammers: what was acknowledged stays,
nothing is honoured twice, who has proved nothing writes nothing (reliability I1, I2, F1, F6;
checklist AZ-28, CO-12, CO-14, CO-16, IN-11). GRANTD_LONG=1: a hundred kills, a hundred thousand
requests."""
import glob
import json
import multiprocessing
import os
import random
import re
import socket
import sqlite3
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "attacks"))
from target import CHALLENGE, PASSWORD, REDIRECT, VERIFIER, Target  # noqa: E402

LONG = os.environ.get("GRANTD_LONG") == "1"
KILLS = 100 if LONG else 10
WORKERS = 8
STRANGE = 100_000 if LONG else 20_000
# The Debian package faketime. Preloaded without its wrapper, which would stand between the server
# and the signals that end it.
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)


def counts(target):
    """Rows of every table, from the file itself."""
    with sqlite3.connect(f"file:{target.database()}?mode=ro", uri=True) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {n: db.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}


def wait_for_next_keys(target):
    """A second after its first start the server makes the keys that come next (docs/keys.md)."""
    for _ in range(300):
        with sqlite3.connect(f"file:{target.database()}?mode=ro", uri=True) as db:
            states = {}
            for use, algorithm, state in db.execute("SELECT use, algorithm, state FROM keys"):
                states.setdefault((use, algorithm), set()).add(state)
        rotating = [found for (use, _), found in states.items()
                    if use not in ("remember", "pairwise")]
        if rotating and all("next" in found for found in rotating):
            return
        time.sleep(0.1)
    raise AssertionError(f"the next keys were not made: {states}")


class Journal:
    """One worker's acknowledgements, kept outside of the server. What is under way when the server
    dies is in doubt, and judged neither way."""

    def __init__(self):
        self.redeemed = []  # codes that gave tokens
        self.revoked = []   # refresh tokens whose revocation was answered 200
        self.newest = []    # lists of refresh tokens: one a grant that lives
        self.doubt = []     # codes whose exchange was under way


class Worker(threading.Thread):
    """Gets codes, exchanges, refreshes and revokes them until the server is gone."""

    def __init__(self, target, person, seed):
        super().__init__()
        self.target, self.person = target, person
        self.chance = random.Random(seed)
        self.journal = Journal()
        self.wrong = None
        self.done = 0

    def run(self):
        try:
            while True:
                self.one_flow()
                self.done += 1
        except OSError:
            pass  # refused, reset, cut off
        except Exception as error:  # told by the main thread
            if "RemoteDisconnected" not in repr(error) and "Incomplete" not in repr(error) \
                    and "BadStatusLine" not in repr(error):
                self.wrong = error

    def one_flow(self):
        journal, target = self.journal, self.target
        answer = self.person.get(target.query("spa"))
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.location).query)["code"][0]
        journal.doubt.append(code)
        answer = target.redeem("spa", code)
        assert answer.status == 200, answer.body
        journal.doubt.pop()
        journal.redeemed.append(code)
        line = [json.loads(answer.body)["refresh_token"]]
        journal.newest.append(line)
        for _ in range(self.chance.randrange(4)):
            answer = target.refresh("spa", line[-1])
            assert answer.status == 200, answer.body
            line.append(json.loads(answer.body)["refresh_token"])
        if self.chance.random() < 0.4:
            journal.newest.pop()  # from here on in doubt, until it is acknowledged
            answer = target.token("spa", {"token": line[-1]}, path="/revoke")
            assert answer.status == 200, answer.body
            journal.revoked.append(line[-1])


class Killed(unittest.TestCase):
    def setUp(self):
        self.target = Target().furnish()
        self.addCleanup(self.target.remove)

    def whole(self):
        with sqlite3.connect(self.target.database()) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone()[0], "ok")

    def test_F1_IN_11_kill_9_at_random_points_under_load(self):
        target = self.target
        self.assertTrue(target.start())
        people = [target.visitor() for _ in range(WORKERS)]
        for person in people:
            target.allow(person, "spa")  # session and consent stand through every kill
        flows = 0
        for round_ in range(KILLS):
            workers = [Worker(target, person, round_ * 1000 + n)
                       for n, person in enumerate(people)]
            for worker in workers:
                worker.start()
            time.sleep(random.Random(round_).uniform(0.05, 0.6))
            target.kill()
            for worker in workers:
                worker.join()
                self.assertIsNone(worker.wrong)
                flows += worker.done
            self.whole()
            self.assertTrue(target.start(), target.log()[-2000:])
            for worker in workers:
                self.verify(worker.journal)
        self.assertGreater(flows, KILLS, "there was no load")
        self.assertNotIn("ALARM", target.log())  # no token was ever ahead of its row

    def verify(self, journal):
        target = self.target
        for token in journal.revoked[-20:]:  # I2
            self.assertEqual(target.refresh("spa", token).status, 400)
        for line in journal.newest[-20:]:
            answer = target.refresh("spa", line[-1])  # the newest works, or is one behind
            self.assertEqual(answer.status, 200, answer.body)
        for code in journal.redeemed[-20:]:  # I1
            self.assertEqual(target.redeem("spa", code).status, 400)
        for code in journal.doubt:  # at most one of the two exchanges gave tokens
            first = target.redeem("spa", code)
            self.assertIn(first.status, (200, 400))
            self.assertEqual(target.redeem("spa", code).status, 400)
        for line in journal.newest[-5:]:  # its code was replayed above: the grant died with it
            self.assertEqual(target.refresh("spa", line[-1]).status, 400)

    def test_CO_14_kill_9_between_commit_and_answer(self):
        """The row is there and nobody has read an answer: the code is dead after the restart."""
        target = self.target
        self.assertTrue(target.start())
        person = target.visitor()
        for _ in range(KILLS):
            code = target.code("spa", person=person)
            before = counts(target)["grants"]
            body = urllib.parse.urlencode({
                "grant_type": "authorization_code", "code": code, "client_id": "spa",
                "redirect_uri": REDIRECT["spa"], "code_verifier": VERIFIER}).encode()
            head = (f"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n"
                    "Content-Type: application/x-www-form-urlencoded\r\n\r\n").encode()
            with socket.create_connection(("127.0.0.1", target.port)) as line:
                line.sendall(head + body)
                end = time.monotonic() + 10
                while counts(target)["grants"] == before and time.monotonic() < end:
                    pass
                target.kill()  # nothing of the answer was read
            self.whole()
            self.assertTrue(target.start())
            self.assertEqual(counts(target)["grants"], before + 1)
            answer = target.redeem("spa", code)
            self.assertEqual(answer.status, 400, answer.body)
            self.assertEqual(target.redeem("spa", code).status, 400)

    def test_RT_15_kill_9_after_a_rotation_whose_answer_was_lost(self):
        target = self.target
        self.assertTrue(target.start())
        token = target.tokens("spa")["refresh_token"]
        self.assertEqual(target.refresh("spa", token).status, 200)  # the answer "is lost"
        target.kill()
        self.assertTrue(target.start())
        answer = target.refresh("spa", token)
        self.assertEqual(answer.status, 200, answer.body)
        newest = json.loads(answer.body)["refresh_token"]
        self.assertEqual(target.refresh("spa", newest).status, 200)

    def test_CO_12_no_credential_at_rest(self):
        target = self.target
        self.assertTrue(target.start())
        for client in ("spa", "shop", "other"):
            for login in ("alice", "bob"):
                got = target.tokens(client, login)
                target.refresh(client, got["refresh_token"])
                target.token(client, {"token": got["access_token"]}, path="/revoke")
        target.code("spa")
        target.check_log()
        with sqlite3.connect(target.database()) as db, \
                sqlite3.connect(os.path.join(target.folder, "data", "copy.db")) as copy:
            db.backup(copy)
        stored = b""
        for name in os.listdir(os.path.join(target.folder, "data")):  # the file, the WAL, the copy
            with open(os.path.join(target.folder, "data", name), "rb") as file:
                stored += file.read()
        self.assertGreater(len(stored), 50_000)
        self.assertGreater(len(target.issued), 40)
        for credential in target.issued:
            self.assertNotIn(credential.encode(), stored, credential[:8])
            # nor the bytes behind the text
            for part in re.split(r"[_.]", credential):
                self.assertFalse(len(part) > 30 and part.encode() in stored, credential[:8])
        target.kill()
        for name in os.listdir(os.path.join(target.folder, "data")):  # OP-06
            if name != "copy.db":
                mode = os.stat(os.path.join(target.folder, "data", name)).st_mode & 0o777
                self.assertEqual(mode, 0o600, name)


@unittest.skipUnless(FAKETIME, "needs the Debian package faketime")
class Clocks(unittest.TestCase):
    def setUp(self):
        self.target = Target().furnish()
        self.addCleanup(self.target.remove)

    def start_at(self, offset):
        """Starts with the calendar's clock moved; what measures durations stays."""
        self.assertTrue(self.target.start(environment={
            "LD_PRELOAD": FAKETIME, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}), self.target.log()[-900:])

    def answered(self, code):
        """Whatever the server says to a dead code, no token is in it."""
        answer = self.target.redeem("spa", code)
        self.assertIn(answer.status, (400, 503), answer.body)
        self.assertNotIn("access_token", answer.body)
        return answer

    def test_F6_set_back_ten_minutes_and_restarted(self):
        target = self.target
        self.assertTrue(target.start())
        used, burned = target.code("spa"), target.code("spa")
        self.assertEqual(target.redeem("spa", used).status, 200)
        self.assertEqual(target.redeem("spa", burned, code_verifier="x" * 43).status, 400)
        target.stop()
        self.start_at("-10m")
        for code in (used, burned, used):
            self.assertEqual(self.answered(code).status, 503)
        self.assertTrue(target.says("clock"), target.log())
        target.stop()
        self.start_at("-4m")
        for code in (used, burned):
            self.assertEqual(self.answered(code).status, 400)
        target.stop()
        self.assertTrue(target.start())
        self.assertEqual(self.answered(used).status, 400)

    def test_CO_16_set_back_after_the_mark_was_swept_away(self):
        """A code is used and its row cleaned up later; then the clock returns to the minute in
        which the code had not expired."""
        target = self.target
        self.assertTrue(target.start())
        burned = target.code("spa")
        self.assertEqual(target.redeem("spa", burned, code_verifier="x" * 43).status, 400)
        self.assertEqual(counts(target)["grants"], 1)
        target.stop()
        self.start_at("+20m")
        end = time.monotonic() + 60
        while counts(target)["grants"] and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(counts(target)["grants"], 0, "the sweeper did not come")
        target.stop()
        self.assertTrue(target.start())
        self.answered(burned)


def hammer(port, requests, seed):
    """Keep-alive, pipelined eight at a time; gives the statuses."""
    chance = random.Random(seed)
    statuses = {}
    line = socket.create_connection(("127.0.0.1", port))
    reader = line.makefile("rb")
    for _ in range(requests // 8):
        batch = b""
        for _ in range(8):
            n = chance.randrange(1 << 60)
            if chance.random() < 0.7:
                batch += (f"GET /authorize?response_type=code&client_id=spa&redirect_uri="
                          f"https%3A%2F%2Fspa.example%2Fcb&scope=notes%3Aread&state={n}"
                          f"&code_challenge={CHALLENGE}&code_challenge_method=S256&ui_locales=x{n}"
                          f" HTTP/1.1\r\nHost: h{n}\r\nCookie: grantd-session={n}\r\n\r\n").encode()
            else:
                body = f"form=glf_{n}&user=u{n}&password=p{n}"
                batch += (f"POST /login HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.18.{n % 250}.7"
                          "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                          f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        line.sendall(batch)
        for _ in range(8):
            status = int(reader.readline().split()[1])
            length = 0
            closing = False
            while (field := reader.readline()) not in (b"\r\n", b""):
                name, _, value = field.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                closing = closing or field.lower().startswith(b"connection: close")
            reader.read(length)
            statuses[status] = statuses.get(status, 0) + 1
            if closing:
                reader.close()
                line.close()
                line = socket.create_connection(("127.0.0.1", port))
                reader = line.makefile("rb")
                break
    reader.close()
    line.close()
    return statuses


class Strangers(unittest.TestCase):
    def test_AZ_28_hammering_writes_nothing_and_takes_bounded_memory(self):
        target = Target().furnish()
        self.addCleanup(target.remove)
        self.assertTrue(target.start(environment={"GRANTD_LOG_LEVEL": "info"}))
        target.code("spa")
        # guesses at real forms too: a failed login is counted in memory alone
        person = target.visitor()
        files = lambda: {n: os.path.getsize(os.path.join(target.folder, "data", n))  # noqa: E731
                         for n in os.listdir(os.path.join(target.folder, "data"))}
        hammer(target.port, 800, 0)
        wait_for_next_keys(target)
        before, sizes, memory = counts(target), files(), target.rss()
        for n in range(20):
            page = person.get(target.query("spa"))
            person.move()
            person.submit(page, {"user": f"stranger-{n}", "password": "x"})
        with multiprocessing.Pool(4) as pool:
            each = pool.starmap(hammer, [(target.port, STRANGE // 4, n + 1) for n in range(4)])
        told = {}
        for one in each:
            for status, count in one.items():
                told[status] = told.get(status, 0) + count
        self.assertGreater(sum(told.values()), STRANGE // 2, told)
        self.assertTrue(set(told) <= {200, 303, 400, 403, 429}, told)
        self.assertEqual(counts(target), before)
        self.assertEqual(files(), sizes)
        self.assertLess(target.rss() - memory, 32 * 1024, "memory grows with strangers")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
