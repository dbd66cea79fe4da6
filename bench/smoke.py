"""Is a peer doing the real job? Signatures, PKCE, single use, rotation, durability."""

import json
import re
import secrets
import signal

from peer import Browser, base64url, quoted

FLOWS = 20


class Smoke:
    def __init__(self, peer):
        self.peer, self.bad = peer, 0
        self.flow = peer.json["clients"]["flow"]

    def say(self, good, what, detail=""):
        self.bad += not good
        print(("ok   " if good else "FAIL ") + what, "" if good else str(detail)[:300], flush=True)

    def refused(self, answer, code, what):
        self.say(answer[0] in (400, 401, 403) and code in answer[2], f"{what}: {code}", answer)

    def ask(self, body, headers=None):
        if headers is None:
            headers = dict(line.split(": ", 1) for line in self.peer.credentials(self.flow)[0])
        return Browser(self.peer.port).send("POST", self.peer.path["token_endpoint"], "&".join(
            f"{name}={quoted(value)}" for name, value in body.items() if value), headers)

    def code(self):
        return Browser(self.peer.port).play([self.peer.authorize(self.flow)], next(self.users))

    def exchange(self, code, headers=None, **other):
        return self.ask({"grant_type": "authorization_code", "code": code["code"],
                         "code_verifier": code["verifier"],
                         "redirect_uri": self.peer.json["redirect_uri"], **other}, headers)

    def check_refusals(self):
        self.refused(self.exchange(self.code(), code_verifier=base64url(secrets.token_bytes(32))),
                     "invalid_grant", "wrong verifier")
        self.refused(self.exchange(self.code(), code_verifier=""), "invalid_", "no verifier")
        code = self.code()
        first, again = self.exchange(code), self.exchange(code)
        self.say(first[0] == 200, "code exchange", first)
        self.refused(again, "invalid_grant", "reused code")
        self.refused(self.exchange(self.code(), redirect_uri="http://127.0.0.1:9/other"),
                     "invalid_grant", "other redirect_uri")
        wrong = self.peer.credentials({**self.flow, "secret": "wrong"})[0][0].split(": ", 1)
        self.refused(self.exchange(self.code(), headers=dict([wrong])), "invalid_client",
                     "wrong client secret")
        path = re.sub(r"\$\{\w+\}", "x" * 43, self.peer.authorize(self.flow)["path"])
        browser = Browser(self.peer.port)
        cookie = {"Cookie": next(self.users)["cookie"]}
        _, location, _ = browser.send(
            "GET", re.sub(r"&code_challenge[^&]*", "", path), None, cookie)
        self.say("code=" not in location, "authorize without PKCE: no code", location)
        _, location, _ = browser.send("GET", path)
        self.say("code=" not in location, "authorize without a session: no code", location)

    def check_durable(self):
        token = json.loads(self.exchange(self.code())[2])["refresh_token"]
        self.peer.stop(signal.SIGKILL)
        self.peer.start(fresh=False)
        answer = self.ask({"grant_type": "refresh_token", "refresh_token": token})
        self.say(answer[0] == 200, "a refresh token outlives kill -9", answer)
        self.say(self.code()["code"], "a session outlives kill -9")

    def run(self):
        self.peer.start()
        try:
            sessions = self.peer.sessions()
            for name, workload in self.peer.workloads().items():
                result = self.peer.load(self.peer.scenario(workload, sessions), c=2, d=20, v=1,
                                        n=FLOWS)
                jwts = any(step.get("jwt") for step in workload["steps"])
                good = (not result["errors"] and result["flows"] == FLOWS
                        and (not jwts or result["signatures_verified"] >= FLOWS))
                self.say(good, f"{name}: {FLOWS} flows" + (", every signature verified" * jwts),
                         result.get("failed") or result["why"])
            self.users = iter(sessions)  # each once: some servers end its grant after misuse
            self.check_refusals()
            self.check_durable()
        finally:
            self.peer.stop()
        return self.bad
