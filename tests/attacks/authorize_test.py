"""The authorization endpoint under attack: RU, AZ, PK, MX, CR and CH of the checklist."""
import json
import re
import unittest
import urllib.parse

from target import API, CHALLENGE, ISSUER, PASSWORD, parameters
from rows import (Attack, accepted, authorize, authorize_raw, err, fill, page, red,
                  with_redirect)

RIGHT = ("response_type=code&client_id=shop&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
         f"&scope=notes%3Aread&state=st-1&code_challenge={CHALLENGE}&code_challenge_method=S256")


class RedirectUri(Attack):
    def test_RU_28_RU_36_registrations_that_are_refused(self):
        for uri in ["https://a.example/cb?code=1", "https://a.example/cb?state=x",
                    "https://a.example/cb?iss=x", "https://a.example/cb?error=x",
                    "https://a.example/cb?response=x", "http://a.example/cb",  # RU-36
                    "https://*.example/cb", "javascript:alert(1)", "JavaScript:alert(1)",
                    "data:text/html,x", "file:///etc/passwd", "https://a.example/cb#x",
                    "https://u:p@a.example/cb", "https://a.example/\ncb", " https://a.example/cb"]:
            done = self.target.run("client", "create", "--id", "no", "--redirect-uri", uri,
                                   "--scope", "notes:read", good=False)
            self.assertIn(done.returncode, (1, 2), f"{uri}: {done.stdout}")
        names = [each["client_id"] for each in self.target.json("client", "list")]
        self.assertNotIn("no", names)

    def test_RU_29_a_registered_query_stays_and_is_appended_to(self):
        uri = "https://app.example/cb?tenant=1"
        visitor = self.target.visitor()
        answer = visitor.get(self.target.query("shop", redirect_uri=uri, response_type="token"))
        self.assertTrue(answer.location.startswith(uri + "&error="), answer.location)
        self.assertEqual(parameters(answer.location)["tenant"], "1")

    def test_RU_32_a_disabled_client_reads_like_an_unknown_one(self):
        visitor = self.target.visitor()
        bodies = []
        for client in ("gone", "nosuch"):
            answer = visitor.get(self.target.query("gone", client_id=client))
            err(self, answer)
            bodies.append(answer.body.replace(answer.headers["x-request-id"], ""))
        self.assertEqual(bodies[0], bodies[1])


AT_SHOP = [
    ("RU-02", "another host", "https://evil.example/cb"),
    ("RU-03", "a slash at the end", "https://app.example/cb/"),
    ("RU-06", "a query more", "https://app.example/cb?x=1"),
    ("RU-06", "another tenant", "https://app.example/cb?tenant=2"),
    ("RU-07", "a longer path", "https://app.example/cb/evil"),
    ("RU-07", "a longer last segment", "https://app.example/cbevil"),
    ("RU-07", "a path that goes up", "https://app.example/x/../cb"),
    ("RU-10", "the host as a prefix", "https://app.example.evil.example/cb"),
    ("RU-10", "the host as a suffix", "https://evilapp.example/cb"),
    ("RU-10", "the host as user information", "https://app.example@evil.example/cb"),
    ("RU-10", "a backslash for the slash", "https://app.example\\@evil.example/cb"),
    ("RU-11", "an empty fragment", "https://app.example/cb#"),
    ("RU-11", "a fragment", "https://app.example/cb#x"),
    ("RU-11", "an encoded fragment", "https://app.example/cb%23x"),
    ("RU-12", "the default port written out", "https://app.example:443/cb"),
    ("RU-12", "another port", "https://app.example:8443/cb"),
    ("RU-13", "http for https", "http://app.example/cb"),
    ("RU-13", "the scheme in capitals", "HTTPS://app.example/cb"),
    ("RU-13", "the host in capitals", "https://APP.example/cb"),
    ("RU-20", "a sub-domain", "https://x.app.example/cb"),
    ("RU-20", "a star", "https://*.example/cb"),
    ("RU-20", "a star alone", "*"),
    ("RU-23", "an unreserved character encoded", "https://app.example/%63b"),
    ("RU-23", "encoded twice", "https://app.example/%2563b"),
    ("RU-25", "a zero byte", "https://app.example/cb\0"),
    ("RU-25", "an encoded zero byte", "https://app.example/cb%00"),
    ("RU-25", "an encoded invalid byte", "https://app.example/cb%ff"),
    ("RU-26", "a full-width host", "https://ａpp.example/cb"),
    ("RU-26", "an ideographic full stop", "https://app。example/cb"),
    ("RU-27", "ten thousand characters", "https://app.example/cb?" + "x" * 10_000),
    ("RU-02", "no scheme", "//app.example/cb"),
    ("RU-02", "javascript", "javascript:alert(1)"),
    ("RU-02", "two in one", "https://app.example/cb https://evil.example/cb"),
    ("RU-02", "a line break", "https://app.example/cb\r\nLocation: https://evil.example"),
    ("RU-02", "white space before", " https://app.example/cb"),
]
fill(RedirectUri, [{"id": i, "what": w, "request": with_redirect(u), "required": err}
                   for i, w, u in AT_SHOP])
fill(RedirectUri, [
    {"id": "RU-01", "what": "no redirect_uri and two registered",
     "request": authorize(redirect_uri=None), "required": err},
    {"id": "RU-02", "what": "another host and another parameter bad too",
     "request": authorize(redirect_uri="https://evil.example/cb", response_type="token"),
     "required": err},
    {"id": "RU-02", "what": "redirect_uri twice, the right one first",
     "request": authorize_raw(RIGHT + "&redirect_uri=https%3A%2F%2Fevil.example"), "required": err},
    {"id": "RU-02", "what": "redirect_uri twice, the same",
     "request": authorize_raw(RIGHT + "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"),
     "required": err},
    {"id": "RU-14", "what": "loopback with another port",
     "request": with_redirect("http://127.0.0.1:49152/cb", "desk"), "required": accepted},
    {"id": "RU-16", "what": "localhost where 127.0.0.1 is registered",
     "request": with_redirect("http://localhost:49152/cb", "desk"), "required": err},
    {"id": "RU-16", "what": "the IPv6 loopback where 127.0.0.1 is registered",
     "request": with_redirect("http://[::1]:49152/cb", "desk"), "required": err},
    {"id": "RU-16", "what": "another address of the loopback network",
     "request": with_redirect("http://127.0.0.2:49152/cb", "desk"), "required": err},
    {"id": "RU-16", "what": "a host that begins like loopback",
     "request": with_redirect("http://127.0.0.1.evil.example:5000/cb", "desk"), "required": err},
    {"id": "RU-16", "what": "user information that reads like loopback",
     "request": with_redirect("http://127.0.0.1:5000@evil.example/cb", "desk"), "required": err},
    {"id": "RU-16", "what": "a port that is no number",
     "request": with_redirect("http://127.0.0.1:5000evil/cb", "desk"), "required": err},
    {"id": "RU-16", "what": "a port beyond 65535",
     "request": with_redirect("http://127.0.0.1:99999/cb", "desk"), "required": err},
    {"id": "RU-18", "what": "another path on loopback",
     "request": with_redirect("http://127.0.0.1:5000/other", "desk"), "required": err},
    {"id": "RU-13", "what": "https on loopback where http is registered",
     "request": with_redirect("https://127.0.0.1:5000/cb", "desk"), "required": err},
    {"id": "RU-25", "what": "an invalid byte", "required": err,
     "request": authorize_raw(RIGHT.replace("%2Fcb", "%2Fcb%ff"))},
    {"id": "RU-30", "what": "an unknown client with a foreign redirect_uri",
     "request": authorize(client_id="nosuch", redirect_uri="https://evil.example/"),
     "required": err},
    {"id": "RU-30", "what": "client_id twice",
     "request": authorize_raw(RIGHT + "&client_id=other"), "required": err},
    {"id": "RU-30", "what": "another client's redirect_uri",
     "request": authorize(redirect_uri="https://other.example/cb"), "required": err},
    {"id": "RU-30", "what": "client_id in other case", "request": authorize(client_id="SHOP"),
     "required": err},
    {"id": "RU-30", "what": "client_id with a blank", "request": authorize(client_id="shop "),
     "required": err},
    {"id": "RU-30", "what": "client_id with a zero byte", "request": authorize(client_id="shop\0"),
     "required": err},
    {"id": "RU-30", "what": "client_id as a statement", "request": authorize(
        client_id="' OR '1'='1"), "required": err},
    {"id": "RU-35", "what": "a private-use scheme with a host",
     "request": with_redirect("com.example.app://evil/cb", "mobile"), "required": err},
    {"id": "RU-35", "what": "a private-use scheme in capitals",
     "request": with_redirect("COM.example.app:/cb", "mobile"), "required": err},
    {"id": "AZ-29", "what": "Redirect_URI is no redirect_uri",
     "request": authorize(redirect_uri=None, Redirect_URI="https://app.example/cb"),
     "required": err},
    {"id": "AZ-29", "what": "redirect_uri with brackets",
     "request": authorize(redirect_uri=None, **{"redirect_uri[]": "https://app.example/cb"}),
     "required": err},
])


class AuthorizationRequest(Attack):
    def test_AZ_06_parameters_in_query_and_body(self):
        answer = self.target.visitor().post("/authorize?" + RIGHT, {"scope": "notes:write"})
        err(self, answer)

    def test_AZ_06_a_post_is_the_same_request_by_get(self):
        answer = self.target.visitor().ask("POST", "/authorize", RIGHT)
        self.assertEqual(answer.status, 303)
        self.assertTrue(answer.location.startswith(self.target.base + "/authorize?"))

    def test_AZ_06_a_post_cannot_be_sent_elsewhere(self):
        answer = self.target.visitor().ask("POST", "/authorize", "client_id=x%0d%0aSet-Cookie:%20a")
        self.assertNotIn("set-cookie", answer.headers)
        self.assertTrue(answer.location.startswith(self.target.base + "/authorize?"))

    def test_AZ_10_state_comes_back_byte_for_byte(self):
        for state in ["<>\"'&%=+;?#", "ünï ☃ ‮", "x" * 4096, "a\r\nSet-Cookie: x=1", "%00", "+"]:
            answer = self.target.visitor().get(
                self.target.query("shop", state=state, response_type="token"))
            if answer.status == 400:  # what cannot be carried is refused whole
                self.assertIsNone(answer.location)
                continue
            self.assertEqual(parameters(answer.location)["state"], state)
            self.assertNotIn("set-cookie", answer.headers)

    def test_AZ_11_silent_without_session_shows_and_sets_nothing(self):
        answer = self.target.visitor().get(self.target.query("shop", prompt="none"))
        red("login_required")(self, answer)
        self.assertNotIn("set-cookie", answer.headers)

    def test_AZ_13_prompt_login_demands_the_password_of_a_signed_in_person(self):
        person = self.target.visitor()
        self.target.allow(person, "shop")
        for changed in ({"prompt": "login"}, {"max_age": "0"}):  # AZ-14 too
            answer = person.get(self.target.query("shop", **changed))
            page(self, answer)
            again = person.follow(person.post("/login", {**answer.form()["fields"],
                                                         "user": "alice", "password": "wrong"}),
                                  "https://app.example")
            page(self, again)
            done = person.sign_in(again, "alice", PASSWORD, "https://app.example/cb")
            self.assertIn("code", parameters(done.location))

    def test_AZ_13_a_forged_or_other_resume_does_not_stand_for_a_login(self):
        person = self.target.visitor()
        first = person.get(self.target.query("shop"))
        after = person.post("/login", {**first.form()["fields"], "user": "alice",
                                       "password": PASSWORD})
        resume = urllib.parse.urlsplit(after.location).query
        # the address of one's own fresh login, opened by another browser that is signed in
        other = self.target.visitor()
        self.target.allow(other, "shop", "bob")
        answer = other.get("/authorize?" + resume)
        self.assertIn("code" if answer.status == 303 else "form", str(answer.location or
                                                                      answer.body))
        forced = person.get(self.target.query("shop", prompt="login"))
        page(self, forced)
        # a parameter beside `resume` changes nothing
        beside = person.get("/authorize?" + resume + "&redirect_uri=https://evil.example"
                            "&prompt=none&scope=notes:write")
        self.assertNotIn("evil.example", str(beside.location) + beside.body)

    def test_AZ_18_ten_thousand_locales_leave_no_trace(self):
        before = self.target.rss()
        visitor = self.target.visitor()
        for n in range(1000):
            visitor.get(self.target.query("shop", ui_locales=f"x{n}-yy zz-{n}"),
                        headers={"Accept-Language": f"q{n}, w{n};q=0.3"})
        self.assertLess(self.target.rss() - before, 5 * 1024)

    def test_AZ_22_other_methods(self):
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"):
            for path in ("/authorize", "/login", "/consent", "/token", "/revoke", "/jwks"):
                reply, body = self.target.raw(
                    f"{method} {path} HTTP/1.1\r\nHost: a\r\nX-Canary: c4n4ry\r\n"
                    "Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                self.assertIsNotNone(reply, method)
                # Fetch Standard §3.2.2: a browser asks before a page's script may call it.
                asks_first = method == "OPTIONS" and path in ("/token", "/revoke")
                refused = (204,) if asks_first else (405, 400, 501)
                self.assertIn(reply.status, refused, f"{method} {path}")
                self.assertNotIn(b"c4n4ry", body)
                if reply.status == 405:
                    self.assertTrue(reply.headers["allow"])

    def test_AZ_24_a_login_hint_is_escaped_and_tells_nothing(self):
        hints = ['"><script>alert(1)</script>', "alice", "nobody-has-this-name"]
        bodies = []
        for hint in hints:
            answer = self.target.visitor().get(self.target.query("shop", login_hint=hint))
            page(self, answer)
            self.assertNotIn("<script", answer.body)
            body = answer.body.replace(f'value="{hint}"', "")
            body = re.sub(r"g[a-z]+_[\w-]{40,}", "", body)  # what is sealed
            bodies.append(body.replace(answer.headers["x-request-id"], ""))
        self.assertEqual(bodies[1], bodies[2])

    def test_MX_01_success_and_error_name_the_issuer(self):
        sent = self.target.allow(self.target.visitor(), "shop")
        self.assertEqual(sent["iss"], ISSUER)
        self.assertEqual(sent["state"], "st-1")
        self.assertEqual(set(sent), {"code", "state", "iss"})

    def test_MX_03_the_host_header_changes_no_document(self):
        visitor = self.target.visitor()
        plain = visitor.get("/.well-known/oauth-authorization-server")
        self.assertEqual(json.loads(plain.body)["issuer"], ISSUER)
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"},
                        {"Forwarded": "host=evil.example;proto=https"},
                        {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Prefix": "/evil"}):
            for path in ("/.well-known/oauth-authorization-server", self.target.query("shop")):
                answer = visitor.get(path, headers=headers)
                self.assertNotIn("evil", answer.body + str(answer.headers))
            self.assertEqual(visitor.get("/.well-known/oauth-authorization-server",
                                         headers=headers).body, plain.body)

    def test_CR_01_CH_01_LG_16_headers_of_every_page(self):
        person = self.target.visitor()
        login = person.get(self.target.query("shop"), headers={"Origin": "https://evil.example"})
        consent = person.sign_in(login, "erin", PASSWORD)
        self.assertIn("notes", consent.body.lower())
        problem = person.get("/authorize")
        out = person.get("/logout")
        missing = person.get("/nowhere")
        for answer in (login, consent, problem, out, missing):
            names = [name.lower() for name in answer.headers]
            self.assertFalse([n for n in names if n.startswith("access-control")], names)
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertEqual(answer.headers["x-frame-options"], "DENY")
            self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
            self.assertEqual(answer.headers["cross-origin-opener-policy"], "same-origin")
            policy = answer.headers["content-security-policy"]
            for word in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
                self.assertIn(word, policy)
            self.assertNotIn("unsafe", policy)  # XS-07
            self.assertNotIn("*", policy)
            self.assertNotRegex(answer.body, r'(?:src|href)="https?://')  # CH-02

    def test_CR_04_documents_are_for_every_origin_without_credentials(self):
        for path in ("/jwks", "/.well-known/oauth-authorization-server"):
            answer = self.target.visitor().get(path, headers={"Origin": "https://evil.example"})
            self.assertIn(answer.headers.get("access-control-allow-origin"), (None, "*"))
            self.assertNotIn("access-control-allow-credentials", answer.headers)
            self.assertNotIn("set-cookie", answer.headers)  # CK-02

    def test_JW_13_no_private_member_in_the_published_keys(self):
        for key in json.loads(self.target.visitor().get("/jwks").body)["keys"]:
            self.assertFalse({"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys())

    def test_HD_03_hosts_that_are_none(self):
        for lines in ("", "Host: a\r\nHost: b\r\n", "Host: a@b\r\n", "Host: a b\r\n"):
            reply, _ = self.target.raw(
                f"GET /jwks HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
            self.assertEqual(reply.status, 400, lines)

    def test_AD_07_files_stay_in_their_folder(self):
        for path in ("/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd",
                     "/style.css%00",
                     "/static/..%2f..%2fgrantd.toml", "/..%5cgrantd.toml", "/master.key",
                     "//evil.example/", "/data/grantd.db"):
            reply, body = self.target.raw(
                f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            self.assertIn(reply.status, (400, 404), path)
            self.assertNotIn(b"root:", body)

    def test_DR_01_CH_07_nothing_else_is_served(self):
        for path in ("/register", "/metrics", "/debug", "/livez", "/readyz", "/health", "/admin",
                     "/.git/config", "/server-status"):
            self.assertEqual(self.target.visitor().get(path).status, 404, path)


fill(AuthorizationRequest, [
    {"id": "AZ-01", "what": "no response_type", "request": authorize(response_type=None),
     "required": red("invalid_request")},
    *[{"id": "AZ-02", "what": f"response_type {kind}", "request": authorize(response_type=kind),
       "required": red("unsupported_response_type", "unauthorized_client")}
      for kind in ("token", "id_token", "id_token token", "code token", "code id_token", "CODE",
                   "code ", "none")],
    *[{"id": "AZ-02", "what": f"a zero byte in {name}", "request": authorize(**{name: "S256\0"}),
       "required": err} for name in ("response_type", "scope", "code_challenge_method", "state")],
    *[{"id": i, "what": f"response_mode {mode}", "request": authorize(response_mode=mode),
       "required": red("invalid_request")}
      for i, mode in (("AZ-03", "foo"), ("AZ-04", "fragment"), ("AZ-04", "web_message"),
                      ("AZ-04", "query fragment"))],
    *[{"id": "AZ-07", "what": f"scope {name}", "request": authorize(scope=scope),
       "required": red("invalid_scope")}
      for name, scope in (("of nobody", "admin"), ("of another api", "bills:read"),
                          ("with a quote", 'notes:read"'),
                          ("with a tab", "notes:read\tnotes:write"),
                          ("with two blanks", "notes:read  notes:write"),
                          ("offline_access alone", "offline_access"),
                          ("in capitals", "NOTES:READ"))],
    {"id": "AZ-25", "what": "scopes of two apis, one of them named",
     "request": authorize("mixed", scope="notes:read bills:read", resource=API),
     "required": red("invalid_target", client="mixed")},
    {"id": "AZ-12", "what": "prompt none login", "request": authorize(prompt="none login"),
     "required": red("invalid_request")},
    {"id": "AZ-12", "what": "prompt unknown", "request": authorize(prompt="create"),
     "required": red("invalid_request")},
    *[{"id": "AZ-14", "what": f"max_age {value!r}", "request": authorize(max_age=value),
       "required": red("invalid_request")}
      for value in ("-1", "1e9", "99999999999999999999", "abc", "0x10", " 1", "1 ", "+1", "-0",
                    "1.5")],
    {"id": "AZ-15", "what": "prompt none with a hint of someone else", "required":
     red("login_required"), "request": authorize(prompt="none", id_token_hint="eyJhbGciOiJub25l")},
    {"id": "AZ-19", "what": "a request object",
     "request": authorize(request="eyJhbGciOiJub25lIn0.e30."),
     "required": red("invalid_request_object")},
    {"id": "AZ-19", "what": "a request_uri", "required": red("invalid_request_uri"),
     "request": authorize(request_uri="http://169.254.169.254/")},
    {"id": "AZ-21", "what": "registration", "request": authorize(registration="{}"),
     "required": red("registration_not_supported")},
    *[{"id": "AZ-25", "what": f"resource {name}", "request": authorize(resource=resource),
       "required": red("invalid_target")}
      for name, resource in (("unknown", "https://x.example"), ("of other scopes",
                                                                "https://bills.example.com"),
                             ("with a fragment", "https://api.example.com#x"))],
    {"id": "AZ-26", "what": "a client without the grant", "required": err,
     "request": authorize("nightly")},
    {"id": "AZ-29", "what": "response_type with brackets", "required": red("invalid_request"),
     "request": authorize(response_type=None, **{"response_type[]": "code"})},
    *[{"id": "AZ-29", "what": f"{name} twice", "required": red("invalid_request"),
       "request": authorize_raw(RIGHT + "&" + name + "=code")}
      for name in ("response_type", "scope", "code_challenge", "code_challenge_method", "prompt")],
    {"id": "PK-01", "what": "no challenge from a public client", "required":
     red("invalid_request", client="spa"), "request": authorize(
         "spa", code_challenge=None, code_challenge_method=None)},
    {"id": "PK-01", "what": "no challenge from a confidential client", "required":
     red("invalid_request"), "request": authorize(code_challenge=None, code_challenge_method=None)},
    {"id": "PK-01", "what": "an empty challenge from a client that may go without", "required":
     red("invalid_request", client="classic"), "request": authorize("classic", code_challenge="")},
    *[{"id": i, "what": f"method {method!r}", "required": red("invalid_request"),
       "request": authorize(code_challenge_method=method)}
      for i, method in (("PK-03", "plain"), ("PK-03", None), ("PK-05", "s256"), ("PK-05", "S512"),
                        ("PK-05", "none"), ("PK-05", "S256 plain"))],
    *[{"id": "PK-06", "what": f"challenge {name}", "required": red("invalid_request"),
       "request": authorize(code_challenge=value)}
      for name, value in (("of 42", CHALLENGE[:42]), ("of 44", CHALLENGE + "A"),
                          ("of 129", "A" * 129), ("padded", CHALLENGE[:42] + "="),
                          ("with plus", "+" + CHALLENGE[1:]), ("with slash", "/" + CHALLENGE[1:]),
                          ("with a blank", " " + CHALLENGE[1:]),
                          ("in unicode", "ä" + CHALLENGE[1:]),
                          ("with loose bits", "A" * 42 + "B"))],
])


class Oversize(Attack):
    def test_AZ_23_a_query_of_100_kilobytes(self):
        reply, body = self.target.raw(b"GET /authorize?client_id=shop&x=" + b"a" * 100_000 +
                                      b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertIn(reply.status, (400, 414, 431))
        self.assertNotIn(b"aaaa", body)

    def test_AZ_17_claims_without_end(self):
        for claims in ("[" * 200, "{" * 3000, "x" * 7000):
            answer = self.target.visitor().get(self.target.query("shop", claims=claims))
            self.assertIn(answer.status, (200, 303, 400, 414, 431))

    def test_XS_06_no_header_injection_by_any_parameter(self):
        for name in ("state", "scope", "nonce", "ui_locales", "login_hint", "response_type",
                     "redirect_uri", "client_id", "prompt", "resource"):
            answer = self.target.visitor().get(self.target.query(
                "shop", **{name: "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"}))
            self.assertNotIn("evil=1", str(answer.headers.get("set-cookie")))
            self.assertNotIn("<script", answer.body)
            self.assertNotIn("\n", answer.headers.get("location", ""))

    def test_AZ_29_a_form_that_breaks_the_decoder(self):
        for query in ("%", "%zz", "a=%f", "&&&&", "=", "=x", "a" * 4000, "&" * 4000, "%00=%00",
                      "client_id=%c0%ae", "client_id=%ed%a0%80", "client_id=shop;scope=x"):
            err(self, self.target.visitor().get("/authorize?" + query))


if __name__ == "__main__":
    unittest.main()
