#!/usr/bin/env python3
"""Code flows a second with the durable store, and what one costs the server in CPU time.

    bench/code_flow.py [--binary build/release/grantd] [--seconds 5] [--runs 3] [--connections 16]

Starts `grantd serve` on SQLite (synchronous=FULL) in a new folder, signs in and allows once for
each connection, then repeats authorize → code → token over keep-alive connections. Every answer is
checked (a code, the state, three parts of a JWT). CPU is the server's own, from /proc; the load
generator runs in processes beside it on the same machine, so flows a second are a lower bound:
compare CPU per flow, and that to the P-256 signature timed in the same run.
"""

import argparse
import base64
import hashlib
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "person"))
from person import Person  # noqa: E402

PORT = 18930
ISSUER = f"http://127.0.0.1:{PORT}"
RETURN = "http://127.0.0.1:18999/callback"
TICK = os.sysconf("SC_CLK_TCK")


def run(binary, folder, *arguments, feed=None):
    done = subprocess.run([binary, *arguments], cwd=folder, input=feed, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"grantd {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def set_up(binary, folder, people):
    run(binary, folder, "init", "--issuer", ISSUER)
    run(binary, folder, "resource", "create", "--audience", "https://api.example", "--name", "API",
        "--scope", "read=Read")
    run(binary, folder, "client", "create", "--id", "bench", "--auth", "client_secret_basic",
        "--redirect-uri", RETURN, "--grant", "authorization_code", "--grant", "refresh_token",
        "--scope", "read", "--secret-file", "-", feed="a secret of the bench")
    for number in range(people):
        run(binary, folder, "user", "create", "--login", f"u{number}", "--password-file", "-",
            feed="a password of the bench")


def authorize_path(state, challenge):
    return "/authorize?" + urllib.parse.urlencode({
        "response_type": "code", "client_id": "bench", "redirect_uri": RETURN, "scope": "read",
        "state": state, "code_challenge": challenge, "code_challenge_method": "S256"})


def pkce():
    verifier = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=")
    digest = hashlib.sha256(verifier).digest()
    return verifier.decode(), base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sign_in(number):
    """The cookie of a browser that is signed in and has allowed the app."""
    person = Person()
    answer = person.ask("GET", ISSUER + authorize_path("s", pkce()[1]))
    for _ in range(8):
        if answer.status == 303:
            if answer.location.startswith(RETURN):
                jar = person.cookies["127.0.0.1"]
                return "; ".join(f"{name}={value}" for name, value in jar.items())
            answer = person.ask("GET", answer.location)
            continue
        form = answer.form()
        fields = dict(form["fields"], user=f"u{number}", password="a password of the bench",
                      answer="allow")
        answer = person.ask("POST", ISSUER + form["action"], urllib.parse.urlencode(fields))
    sys.exit(f"signing in does not end: {answer.status} {answer.heading}")


def flows(cookie, until, results):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    basic = base64.b64encode(b"bench:a+secret+of+the+bench").decode()
    done = 0
    while time.monotonic() < until:
        verifier, challenge = pkce()
        state = secrets.token_hex(8)
        connection.request("GET", authorize_path(state, challenge), headers={"Cookie": cookie})
        reply = connection.getresponse()
        reply.read()
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(reply.headers["location"]).query)
        assert query["state"] == [state], query
        connection.request("POST", "/token", urllib.parse.urlencode({
            "grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": RETURN,
            "code_verifier": verifier}),
            {"Content-Type": "application/x-www-form-urlencoded",
             "Authorization": f"Basic {basic}"})
        reply = connection.getresponse()
        body = json.loads(reply.read())
        assert reply.status == 200 and body["access_token"].count(".") == 2, (reply.status, body)
        done += 1
    results.put(done)


def cpu_seconds(pid):
    """User and system time of the process, all threads, from the scheduler (nanoseconds)."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        total += int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
    return total / 1e9


def resident_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def signature_us():
    text = subprocess.run(["openssl", "speed", "-seconds", "1", "ecdsap256"], capture_output=True,
                          text=True, check=True).stdout
    return 1e6 / float(re.search(r"nistp256\)\s+\S+\s+\S+\s+([\d.]+)", text)[1])


def start(binary, folder):
    begun = time.monotonic()
    server = subprocess.Popen([binary, "serve"], cwd=folder, stderr=subprocess.DEVNULL)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/.well-known/oauth-authorization-server")
            connection.getresponse().read()
            return server, time.monotonic() - begun
        except OSError:
            if server.poll() is not None:
                sys.exit("grantd did not start")
            time.sleep(0.002)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--binary", default=str(ROOT / "build" / "release" / "grantd"))
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--connections", type=int, default=16)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(given.binary, folder, given.connections)
        config = pathlib.Path(folder, "grantd.toml")
        environment = {"GRANTD_LISTEN_PORT": str(PORT), "GRANTD_LOG_LEVEL": "warning",
                       "GRANTD_LISTEN_MANAGEMENT_PORT": str(PORT + 1)}
        os.environ.update(environment)
        server, started = start(given.binary, folder)
        try:
            idle = resident_mb(server.pid)
            cookies = [sign_in(number) for number in range(given.connections)]
            rates, costs = [], []
            for _ in range(given.runs):
                results = multiprocessing.Queue()
                until = time.monotonic() + given.seconds
                before = cpu_seconds(server.pid)
                workers = [multiprocessing.Process(target=flows, args=(cookie, until, results))
                           for cookie in cookies]
                for worker in workers:
                    worker.start()
                done = sum(results.get() for _ in workers)
                for worker in workers:
                    worker.join()
                rates.append(done / given.seconds)
                costs.append((cpu_seconds(server.pid) - before) / done * 1e6)
            signature = signature_us()
            cost = statistics.median(costs)
            print(f"code flow, {given.connections} connections, {given.runs} runs of "
                  f"{given.seconds:g} s, log level warning, {config.name} otherwise as init wrote "
                  "it")
            print(f"  flows a second       median {statistics.median(rates):8.0f}   "
                  f"({min(rates):.0f} to {max(rates):.0f})")
            print(f"  server CPU a flow    median {cost:8.0f} us "
                  f"({min(costs):.0f} to {max(costs):.0f})")
            print(f"  a P-256 signature here      {signature:8.0f} us: a flow costs "
                  f"{cost / signature:.1f} signatures")
            print(f"  start to first answer       {started * 1000:8.0f} ms")
            print(f"  memory idle, after the load {idle:8.1f} MB, {resident_mb(server.pid):.1f} MB")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
