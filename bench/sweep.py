#!/usr/bin/env python3
"""The walk over what is dead: rows a second, its share of the writer's time, and what it costs
those who write beside it.

    bench/sweep.py [--binary build/release/grantd] [--rows 300000] [--seconds 20] [--connections 4]

Runs code flows (each writes a row) against `grantd serve` on SQLite (synchronous=FULL), then fills
the store with ROWS dead grants and runs them again. What a bite took in the writer, its own sync
included, is what the server logs of it.
"""

import argparse
import base64
import json
import multiprocessing
import os
import pathlib
import secrets
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
from http.client import HTTPConnection

import code_flow

COLUMNS = ("id", "version", "state", "generation", "client", "incarnation", "client_counter",
           "subject", "user_counter", "session", "consent", "scope", "audience", "created",
           "auth_time", "last_used", "expires", "code_expires", "amr", "ended_because")


def fill(database, rows):
    """Grants of an hour ago, revoked, their codes long expired."""
    begun = int(time.time() * 1000) - 3_600_000

    def grant(n):
        created = begun + n // 100
        return (created.to_bytes(6, "big") + secrets.token_bytes(10), 2, 1, 1, "bench", b"12345678",
                1, secrets.token_bytes(16), 1, secrets.token_bytes(16), secrets.token_bytes(16),
                "read", "https://api.example", created, -300_000, 0, 86_400_000, 60_000, "pwd",
                "revoked by client")

    with sqlite3.connect(database) as store:
        store.executemany(
            f"INSERT INTO grants ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
            map(grant, range(rows)))


def dead(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        return store.execute("SELECT count(*) FROM grants WHERE state = 1").fetchone()[0]


def exchanges(cookie, until, results):
    """Code flows, one after the other; gives the milliseconds of each exchange."""
    line = HTTPConnection("127.0.0.1", code_flow.PORT, timeout=30)
    basic = base64.b64encode(b"bench:a+secret+of+the+bench").decode()
    took = []
    while time.monotonic() < until:
        verifier, challenge = code_flow.pkce()
        line.request("GET", code_flow.authorize_path("s", challenge), headers={"Cookie": cookie})
        reply = line.getresponse()
        reply.read()
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(reply.headers["location"]).query)
        fields = urllib.parse.urlencode({
            "grant_type": "authorization_code", "code": query["code"][0],
            "redirect_uri": code_flow.RETURN, "code_verifier": verifier})
        begun = time.perf_counter()
        line.request("POST", "/token", fields, {
            "Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}"})
        reply = line.getresponse()
        assert reply.status == 200, reply.read()
        reply.read()
        took.append((time.perf_counter() - begun) * 1000)
    results.put(took)


def swept(log):
    """Bites, rows and seconds of the writer's that the log tells of."""
    bites = [json.loads(line) for line in log.read_text().splitlines() if '"swept"' in line]
    return len(bites), sum(b["rows"] for b in bites), sum(b["microseconds"] for b in bites) / 1e6


def measure(binary, folder, given, title):
    log = pathlib.Path(folder, "log")
    database = str(pathlib.Path(folder, "data", "grantd.db"))
    with open(log, "wb") as to:
        server = subprocess.Popen([binary, "serve"], cwd=folder, stderr=to)
    try:
        while b"server_started" not in log.read_bytes():
            time.sleep(0.01)
        cookies = [code_flow.sign_in(number) for number in range(given.connections)]
        results = multiprocessing.Queue()
        begun, rows = time.monotonic(), dead(database)
        workers = [multiprocessing.Process(target=exchanges,
                                           args=(cookie, begun + given.seconds, results))
                   for cookie in cookies]
        for worker in workers:
            worker.start()
        took = sorted(each for _ in workers for each in results.get())
        for worker in workers:
            worker.join()
        seconds = time.monotonic() - begun
        bites, removed, writing = swept(log)
        print(f"{title}: {len(took) / seconds:.0f} flows a second, an exchange "
              f"p50 {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms, "
              f"most {took[-1]:.1f} ms")
        if removed:
            print(f"  {rows} dead rows, {dead(database)} after {seconds:.0f} s: "
                  f"{removed / seconds:.0f} rows a second in {bites} bites of "
                  f"{writing / bites * 1000:.1f} ms, {writing / seconds:.2%} of the writer's time")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--binary", default=str(code_flow.ROOT / "build" / "release" / "grantd"))
    options.add_argument("--rows", type=int, default=300_000)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--connections", type=int, default=4)
    given = options.parse_args()
    os.environ.update({"GRANTD_LISTEN_PORT": str(code_flow.PORT), "GRANTD_LOG_LEVEL": "debug",
                       "GRANTD_LOG_FORMAT": "json",
                       "GRANTD_LISTEN_MANAGEMENT_PORT": str(code_flow.PORT + 1)})
    with tempfile.TemporaryDirectory() as folder:
        code_flow.set_up(given.binary, folder, given.connections)
        measure(given.binary, folder, given, "nothing dead")
        fill(str(pathlib.Path(folder, "data", "grantd.db")), given.rows)
        measure(given.binary, folder, given, "much dead")


if __name__ == "__main__":
    main()
