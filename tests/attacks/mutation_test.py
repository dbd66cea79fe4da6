"""Structured mutation (reliability B3): every parameter of every endpoint, about forty ways each.
No answer is 5xx or outside of the documented ones, and the server stays whole."""
import http.client
import json
import time
import unittest
import urllib.parse

from target import CHALLENGE, REDIRECT, VERIFIER, shared

HEX = "%%%02x"


def mutations(right):
    """(what, encoded value or None to leave the parameter out); raw percent-encoded text."""
    quoted = urllib.parse.quote(right, safe="")
    rows = [("missing", None), ("empty", ""), ("twice", quoted + "&{name}=" + quoted),
            ("twice, another", quoted + "&{name}=x"), ("brackets", quoted + "&{name}[]=x"),
            ("upper", urllib.parse.quote(right.upper(), safe="")), ("encoded whole",
             "".join(HEX % byte for byte in right.encode())), ("bad escape", "%"),
            ("bad escape too", "%zz"), ("half an escape", quoted + "%4"), ("plus", quoted + "+"),
            ("invalid UTF-8", "%ff%fe"), ("overlong", "%c0%ae"), ("surrogate", "%ed%a0%80"),
            ("long", "x" * 5000), ("beyond every bound", "x" * 70_000)]
    for what in ["\0", right + "\0", "\r\n", right + "\r\nX: y", " ", right + " ", "x", "0", "-1",
                 "1e400", "2147483648", "99999999999999999999", "1.5", "NaN", "true", "null", "[]",
                 "{}", '{"a":1}', "'", '"', "' OR '1'='1", "{{form}}", "${7*7}", "%n%s", "../../x",
                 "<script>", "ａ", "\u202e", "🐎", "*", ",".join([right, right]), right[:-1],
                 right + "x", "gac_x", "grt_" + "A" * 200, "eyJhbGciOiJub25lIn0.e30."]:
        rows.append((repr(what)[:30], urllib.parse.quote(what, safe="")))
    return rows


def endpoints(target):
    """(method, path, headers, right parameters, statuses that may be answered)"""
    basic = target.basic("shop")
    ask = {"response_type": "code", "client_id": "shop", "redirect_uri": REDIRECT["shop"],
           "scope": "notes:read", "state": "s", "code_challenge": CHALLENGE, "nonce": "n",
           "code_challenge_method": "S256", "prompt": "login", "max_age": "60", "resource":
           "https://api.example.com", "ui_locales": "de", "login_hint": "alice", "resume": "x",
           "response_mode": "query", "request": "", "registration": "", "request_uri": ""}
    page = {200, 303, 400, 403, 405, 413, 414, 429, 431}
    told = {200, 400, 401, 413, 429}
    code, refresh = target.code("spa"), target.tokens("shop")["refresh_token"]
    return [
        ("GET", "/authorize", {}, ask, page), ("POST", "/authorize", {}, ask, page),
        ("POST", "/login", {}, {"form": "glf_x", "user": "alice", "password": "p"}, page),
        ("POST", "/consent", {}, {"form": "gcf_x", "answer": "allow"}, page),
        ("GET", "/account", {}, {"said": "gmf_x", "ui_locales": "de"}, page),
        ("POST", "/account", {}, {"form": "gmf_x", "end": "x", "withdraw": "shop", "narrow": "shop",
                                  "seen": "1", "keep": "notes:read"}, page),
        ("POST", "/logout", {}, {"form": "gof_x", "ui_locales": "de"}, page),
        ("POST", "/token", {}, {"grant_type": "authorization_code", "client_id": "spa",
                                "code": code, "redirect_uri": REDIRECT["spa"], "resource": "",
                                "code_verifier": VERIFIER}, told),
        ("POST", "/token", basic, {"grant_type": "refresh_token", "refresh_token": refresh,
                                   "scope": "notes:read", "client_id": "shop"}, told),
        ("POST", "/token", {}, {"grant_type": "client_credentials", "client_id": "imported",
                                "client_secret": "x", "scope": "notes:read"}, told),
        ("POST", "/revoke", basic, {"token": refresh, "token_type_hint": "refresh_token"}, told),
    ]


class Mutations(unittest.TestCase):
    def test_every_parameter_of_every_endpoint(self):
        target = shared()
        asked, begun = 0, time.monotonic()
        for method, path, headers, right, statuses in endpoints(target):
            for name in [*right, "x"]:
                for what, value in mutations(right.get(name, "y")):
                    pairs = [f"{n}={urllib.parse.quote(v, safe='')}" for n, v in right.items()
                             if n != name and (v or n == name)]
                    if value is not None:
                        pairs.append(f"{name}={value}".replace("{name}", name))
                    status, error = self.send(target, method, path, "&".join(pairs), headers)
                    where = f"{method} {path} {name} {what}"
                    self.assertIn(status, statuses, where)
                    if path in ("/token", "/revoke") and status in (400, 401):
                        self.assertRegex(error, r"^(invalid_|unauthorized_client|unsupported_)",
                                         where)
                    asked += 1
        self.assertGreater(asked, 2000)
        self.assertIsNone(target.process.poll())
        target.check_log()
        print(f"{asked} requests in {time.monotonic() - begun:.1f} s")

    def send(self, target, method, path, text, headers):
        address = f"198.51.{self.__dict__.setdefault('n', 0) // 250 % 250}.{self.n % 250}"
        self.n += 1
        line = http.client.HTTPConnection("127.0.0.1", target.port, timeout=20)
        try:
            if method == "GET":
                line.putrequest("GET", path + "?" + text)
                body = b""
            else:
                line.putrequest("POST", path)
                body = text.encode()
                line.putheader("Content-Type", "application/x-www-form-urlencoded")
                line.putheader("Content-Length", str(len(body)))
            for name, value in {**headers, "X-Forwarded-For": address}.items():
                line.putheader(name, value)
            try:
                line.endheaders(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all was sent: the answer is there
            try:
                reply = line.getresponse()
            except (ConnectionResetError, http.client.RemoteDisconnected):
                self.assertGreater(len(text), 60_000, "cut off without an answer")
                return 413, "invalid_"
            said = reply.read()
        finally:
            line.close()
        is_json = reply.headers.get("content-type") == "application/json"
        return reply.status, json.loads(said).get("error", "") if is_json and said else ""


if __name__ == "__main__":
    unittest.main()
