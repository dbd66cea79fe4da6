"""A server of peers/: its life, its endpoints, and the work that it is given.

A folder peers/NAME has setup.sh (installs or builds it; $PEER_HOME), start.sh (runs it in the
foreground on $PORT with its data in $RUN_DIR, which is empty for a fresh start), fill (optional:
fills the stopped server's store up to so many grants) and peer.json.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
HOME = pathlib.Path(os.environ.get("BENCH_HOME", tempfile.gettempdir() + "/bench-peers"))
LOADGEN = ROOT / "build" / "release" / "bench" / "loadgen"


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def quoted(text):
    return urllib.parse.quote(text, safe="")


def filled(text, values):
    """${x} is a variable, ${x:u} the same percent-encoded."""
    return re.sub(r"\$\{(\w+)(:u)?\}", lambda found: quoted(values[found[1]])
                  if found[2] else values[found[1]], text)


def tree(pid):
    """A process and all its descendants."""
    out = [pid]
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                out += tree(int(child))
    return out


def memory_mb(pid):
    total = 0
    for process in tree(pid):
        with contextlib.suppress(OSError):
            text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
            total += int(re.search(r"^Rss:\s+(\d+)", text, re.M)[1])
    return round(total / 1024, 1)


class Browser:
    """Plays steps (the load generator's, see README.md) one by one, with a cookie jar."""

    def __init__(self, port):
        self.port, self.jar = port, {}

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = dict(headers or {})
        if self.jar:
            sent["Cookie"] = self.cookie()
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        data = reply.read().decode("utf-8", "replace")
        for line in reply.msg.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if value:
                self.jar[name] = value
            else:
                self.jar.pop(name, None)
        connection.close()
        return reply.status, reply.getheader("Location") or "", data

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def play(self, steps, values):
        verifier = base64url(secrets.token_bytes(32))
        challenge = base64url(hashlib.sha256(verifier.encode()).digest())
        values = {"state": base64url(secrets.token_bytes(16)), "verifier": verifier,
                  "nonce": base64url(secrets.token_bytes(16)), "challenge": challenge, **values}

        for step in steps:
            headers = dict(filled(line, values).split(": ", 1) for line in step.get("headers", []))
            body = filled(step["body"], values) if "body" in step else None
            status, location, data = self.send(step.get("method", "GET"),
                                               filled(step["path"], values), body, headers)
            if (status not in step.get("status", [200])
                    or not location.startswith(step.get("location_prefix", ""))):
                raise SystemExit(f"{step['name']}: {status} {location} {data[:300]}")
            if "save_location" in step:
                url = urllib.parse.urlsplit(location)
                values[step["save_location"]] = url.path + ("?" + url.query if url.query else "")
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
            for name, variable in step.get("location_save", {}).items():
                values[variable] = query[name][0]
            for name, variable in step.get("json_save", {}).items():
                values[variable] = json.loads(data)[name]
            for variable, (before, after) in step.get("body_save", {}).items():
                found = data.split(before, 1)[1].split(after, 1)[0]
                values[variable] = found.replace("&amp;", "&")
        return values


class Peer:
    def __init__(self, name, users=None, port=None, **environment):
        self.name = name
        self.folder = HERE / "peers" / name
        self.json = json.loads((self.folder / "peer.json").read_text())
        self.port = port or self.json["port"]
        self.users = users or self.json["users"]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.home = HOME / name
        self.run = self.home / (f"run-{port}" if port else "run")
        self.environment = {
            **os.environ, "PEER_HOME": str(self.home), "RUN_DIR": str(self.run),
            "PORT": str(self.port), "SECRET": self.json.get("secret", ""),
            "USERS": str(self.users), **environment}
        self.process = None
        self.wrap = []  # a program to run it under

    def set_up(self):
        self.home.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([self.folder / "setup.sh"], env=self.environment, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: setup.sh failed\n{done.stdout}{done.stderr}")

    # ---- its life

    def start(self, fresh=True):
        """Until its first answer; gives the milliseconds."""
        if fresh:
            shutil.rmtree(self.run, ignore_errors=True)
        self.run.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise SystemExit(f"something else is listening on port {self.port}")
        begun = time.monotonic()
        with open(self.run / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*self.wrap, self.folder / "start.sh"], env=self.environment, stdout=log,
                stderr=log, start_new_session=True)
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if Browser(self.port).send("GET", self.json["discovery"])[0] == 200:
                    break
            if self.process.poll() is not None or time.monotonic() - begun > 300:
                raise SystemExit(f"{self.name} did not start, see {self.run}/log")
            time.sleep(0.001)
        milliseconds = (time.monotonic() - begun) * 1000
        document = json.loads(Browser(self.port).send("GET", self.json["discovery"])[2])
        self.path = {name: urllib.parse.urlsplit(value).path
                     for name, value in document.items() if isinstance(value, str)}
        self.jwks = json.loads(Browser(self.port).send("GET", self.path["jwks_uri"])[2])
        return milliseconds

    def stop(self, how=signal.SIGTERM):
        if not self.process:
            return
        pids = tree(self.process.pid)
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, how)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def fill(self, grants, users):
        filler = next(self.folder.glob("fill*"))
        subprocess.run([filler, str(grants), str(users)], env=self.environment, check=True)

    def slow_sync(self):
        """A library that makes each sync of the process that loads it take 5 ms."""
        library = self.home / "slow_sync.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, HERE / "slow_sync.c"],
                       check=True)
        return library

    def memory_mb(self):
        return memory_mb(self.process.pid)

    def sessions(self):
        """A signed-in browser with consent for each user: its variables."""
        out = []
        for number in range(1, self.users + 1):
            browser = Browser(self.port)
            browser.play(self.json["login"], {"user": str(number)})
            for client in {c["id"]: c for c in self.json["clients"].values()}.values():
                if "allow" in self.json and "body" not in client:
                    browser.play(self.json["allow"], {
                        "client": client["id"], "scope": self.scope(client),
                        "redirect_uri": self.redirect(client)})
            out.append({"cookie": browser.cookie(), "user": str(number)})
        return out

    # ---- its steps

    def scope(self, client):
        return client.get("scope", self.json["scope"])

    def credentials(self, client):
        """Header lines, and what goes into the body."""
        if client.get("public"):
            return [], "&client_id=" + client["id"]
        drawn = self.run / "secrets"  # by the server itself, where it draws them
        lines = drawn.read_text().splitlines() if drawn.exists() else []
        own = dict(line.split() for line in lines)
        secret = client.get("secret") or own.get(client["id"]) or self.json.get("secret")
        pair = f"{client['id']}:{secret}".encode()
        return ["Authorization: Basic " + base64.b64encode(pair).decode()], ""

    def redirect(self, client):
        return client.get("redirect_uri", self.json["redirect_uri"])

    def authorize(self, client):
        redirect = self.redirect(client)
        return {
            "name": "authorize", "headers": ["Cookie: ${cookie}"], "status": [302, 303],
            "path": self.path["authorization_endpoint"] + "?response_type=code&client_id="
            + client["id"] + "&redirect_uri=" + quoted(redirect) + "&scope="
            + quoted(self.scope(client)) + "&state=${state}&nonce=${nonce}"
            "&code_challenge=${challenge}&code_challenge_method=S256" + client.get("extra", ""),
            "location_prefix": redirect, "location_equals": {"state": "${state}"},
            "location_save": {"code": "code"}, "unique": ["code"]}

    def tokens(self, client, name, body, unique):
        """A token request; what must come back, and be right, is the same for every peer."""
        headers, more = self.credentials(client)
        claims = {"iss": self.issuer}
        if name == "token":
            claims["nonce"] = "${nonce}"
        step = {
            "name": name, "method": "POST", "path": self.path["token_endpoint"],
            "headers": headers, "body": body + more, "unique": unique,
            "json_save": {"access_token": "access", "refresh_token": "refresh", "id_token": "id"},
            "jwt": {"id": {"alg": "ES256", "claims": claims}}}
        if client["access"] != "opaque":
            step["jwt"]["access"] = {"alg": client["access"]}
        return step

    def exchange(self, client):
        return self.tokens(
            client, "token",
            "grant_type=authorization_code&code=${code:u}&code_verifier=${verifier}"
            "&redirect_uri=" + quoted(self.redirect(client)) + client.get("extra", ""),
            ["access", "refresh"])

    def refresh(self, client, rotates=True):
        step = self.tokens(client, "refresh", "grant_type=refresh_token&refresh_token=${refresh:u}",
                           ["access", "refresh"] if rotates else ["access"])
        if not rotates:
            del step["json_save"]["refresh_token"]
        return step

    def workloads(self):
        """Name → scenario, in the order of the table."""
        clients = self.json["clients"]
        flow, rotating = clients["flow"], clients["rotating"]
        signed_in = [self.authorize(flow), self.exchange(flow)]
        headers, _ = self.credentials(flow)
        out = {
            "W1 discovery": {"steps": [{"name": "discovery", "path": self.json["discovery"],
                                        "contains": ["token_endpoint"]}]},
            "W1 jwks": {"steps": [{"name": "jwks", "path": self.path["jwks_uri"],
                                   "contains": ["\"kty\""]}]},
            "W2 client_credentials": {"steps": [self.service_token(clients["service"])]},
            "W3 authorize": {"steps": [self.authorize(flow)], "sessions": True},
            "W5 code flow": {"steps": signed_in, "sessions": True},
            "W5j code flow, JWT access token": {
                "steps": [self.authorize(clients["jwt"]), self.exchange(clients["jwt"])],
                "sessions": True},
            "W6 refresh, rotating": {
                "prepare": [self.authorize(rotating), self.exchange(rotating)],
                "steps": [self.refresh(rotating)], "sessions": True}}
        if "lasting" in clients:
            out["W6n refresh, not rotating"] = {
                "prepare": signed_in, "steps": [self.refresh(clients["lasting"], False)],
                "sessions": True}
        out["W7 introspection"] = {
            "prepare": signed_in, "sessions": True, "steps": [{
                "name": "introspect", "method": "POST", "headers": headers,
                "path": self.path["introspection_endpoint"], "body": "token=${access:u}",
                "json_equals": {"active": "true", "client_id": flow["id"]}}]}
        out["W7 userinfo"] = {
            "prepare": signed_in, "sessions": True, "steps": [{
                "name": "userinfo", "path": self.path["userinfo_endpoint"],
                "headers": ["Authorization: Bearer ${access}"], "contains": ["\"sub\""]}]}
        out["W8 password login"] = {
            "cookies": True, "steps": self.json["login"],
            "users": [{"user": str(n)} for n in range(1, self.users + 1)]}
        return out

    def service_token(self, client):
        headers, _ = self.credentials(client)
        return {"name": "token", "method": "POST", "path": self.path["token_endpoint"],
                "headers": headers, "body": client["body"], "unique": ["access"],
                "json_save": {"access_token": "access"}, "jwt": {"access": {"alg": "ES256"}}}

    # ---- load

    def scenario(self, workload, sessions, shed=()):
        scenario = {"port": self.port, "jwks": self.jwks, **workload}
        if scenario.pop("sessions", False):
            scenario["users"] = sessions
        if shed:
            scenario["steps"] = [{**step, "shed": list(shed)} for step in scenario["steps"]]
        return scenario

    def begin_load(self, scenario, **options):
        """Starts a load generator; options: its letters, by name."""
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(scenario, file)
        arguments = [str(part) for name, value in options.items() for part in (f"-{name}", value)]
        process = subprocess.Popen(
            [LOADGEN, file.name, "-p", str(self.process.pid), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.scenario_file = file.name
        return process

    @staticmethod
    def end_load(process):
        out, wrong = process.communicate()
        os.unlink(process.scenario_file)
        if not out:
            return {"failed": wrong.strip(), "errors": 1, "flows": 0, "why": {}}
        return json.loads(out)

    def load(self, scenario, **options):
        return self.end_load(self.begin_load(scenario, **options))


def build(*more):
    """The server as shipped, the load generator, and other targets that are asked for."""
    if not (ROOT / "build" / "release" / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
    targets = ["grantd", "loadgen", *more]
    done = subprocess.run(["ninja", "-C", str(ROOT / "build" / "release"), *targets],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
