"""The token and revocation endpoints under attack: PK, CO, CA, TK, RT and IN of the checklist."""
import base64
import concurrent.futures
import json
import unittest
import urllib.parse

from target import (API, BILLS, IMPORTED, PASSWORD, REDIRECT, VERIFIER, challenge_of)
from rows import Attack, fill, refused, tokens


def posted(body, headers=None, path="/token"):
    """The body as it stands."""
    return lambda target: target.visitor().ask("POST", path, body, headers)


def service(changed=None, headers=None, client="nightly"):
    """A right client_credentials request, changed."""
    fields = {"grant_type": "client_credentials", **(changed or {})}
    return lambda target: target.token(
        client, {k: v for k, v in fields.items() if v is not None}, headers)


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


bad_grant = refused(400, "invalid_grant")
bad_request = refused(400, "invalid_request")
bad_client = refused(401, "invalid_client")


class Codes(Attack):
    def redeem(self, client="shop", **changed):
        return self.target.redeem(client, self.target.code(client), **changed)

    def test_CO_01_a_second_use_is_refused_and_ends_the_first(self):
        code = self.target.code("shop")
        first = tokens(self, self.target.redeem("shop", code))
        bad_grant(self, self.target.redeem("shop", code))
        bad_grant(self, self.target.refresh("shop", first["refresh_token"]))

    def test_CO_01_a_hundred_at_once_give_one(self):
        code = self.target.code("shop")
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: self.target.redeem("shop", code), range(100)))
        good = [json.loads(each.body) for each in answers if each.status == 200]
        self.assertLessEqual(len(good), 1)
        for each in answers:
            if each.status != 200:
                bad_grant(self, each)
        for each in good:
            bad_grant(self, self.target.refresh("shop", each["refresh_token"]))

    def test_CO_01_a_stranger_with_the_code_alone_ends_nothing(self):
        code = self.target.code("spa")
        first = tokens(self, self.target.redeem("spa", code))
        for changed in ({"code_verifier": "x" * 43}, {"code_verifier": None},
                        {"redirect_uri": "https://evil.example/"}):
            bad_grant(self, self.target.redeem("spa", code, **changed))
        bad_grant(self, self.target.redeem("shop", code))  # another client
        tokens(self, self.target.refresh("spa", first["refresh_token"]))

    def test_CO_03_another_clients_code_does_not_burn_it(self):
        code = self.target.code("shop")
        bad_grant(self, self.target.redeem("other", code, redirect_uri=REDIRECT["shop"]))
        bad_grant(self, self.target.redeem("spa", code, redirect_uri=REDIRECT["shop"]))
        tokens(self, self.target.redeem("shop", code))

    def test_CO_04_another_redirect_uri_burns(self):
        for other in ("https://app.example/cb?tenant=1", "https://app.example/cb/", " ",
                      "x" * 9000):
            code = self.target.code("shop")
            bad_grant(self, self.target.redeem("shop", code, redirect_uri=other))
            bad_grant(self, self.target.redeem("shop", code))

    def test_CO_05_redirect_uri_may_be_left_out_where_pkce_binds_and_only_there(self):
        tokens(self, self.redeem(redirect_uri=None))
        code = self.target.code("classic", code_challenge=None, code_challenge_method=None)
        bad_grant(self, self.target.redeem("classic", code, redirect_uri=None, code_verifier=None))

    def test_PK_07_PK_08_a_verifier_wrong_or_missing_burns(self):
        for verifier in (None, "x" * 43, VERIFIER + "x", VERIFIER.upper(), VERIFIER + "\n",
                         VERIFIER + "\0", VERIFIER + "=", VERIFIER[:42], "x" * 129, ""):
            code = self.target.code("shop")
            answer = self.target.redeem("shop", code, code_verifier=verifier)
            refused(400, "invalid_grant", "invalid_request")(self, answer)
            if b"\0" not in str(verifier).encode():  # a zero byte ends it before the code is read
                bad_grant(self, self.target.redeem("shop", code))

    def test_PK_10_PK_15_a_verifier_that_would_match_but_is_none(self):
        for verifier in ("v" * 129, "v" * 42, "v" * 43 + "=", "v" * 43 + " ", "v" * 43 + "ä"):
            code = self.target.code("shop", code_challenge=challenge_of(verifier))
            bad_grant(self, self.target.redeem("shop", code, code_verifier=verifier))

    def test_PK_12_a_verifier_without_a_challenge(self):
        code = self.target.code("classic", code_challenge=None, code_challenge_method=None)
        bad_grant(self, self.target.redeem("classic", code))
        bad_grant(self, self.target.redeem("classic", code, code_verifier=None))

    def test_PK_13_the_verifier_twice(self):
        code = self.target.code("spa")
        body = urllib.parse.urlencode([("grant_type", "authorization_code"), ("code", code),
                                       ("client_id", "spa"), ("redirect_uri", REDIRECT["spa"]),
                                       ("code_verifier", "x" * 43), ("code_verifier", VERIFIER)])
        bad_request(self, self.target.visitor().ask("POST", "/token", body))
        tokens(self, self.target.redeem("spa", code))

    def test_CO_08_codes_that_are_none(self):
        right = self.target.code("shop")
        for code in ["", "x", "x" * 65536, right[:-1], right + "A", right[:-1] + "\0",
                     right.upper(),
                     "' OR 1=1--", "../../x", "\xff\xfe", "gac_", right[4:], "grt_" + right[4:],
                     *[right[:n] + ("A" if right[n] != "A" else "B") + right[n + 1:]
                       for n in range(4, len(right), 31)]]:
            self.refused_somehow(self.target.redeem("shop", code))
        body = urllib.parse.urlencode({"grant_type": "authorization_code"}) + "&code=%ff%fe%c0%ae"
        refused(400, "invalid_grant", "invalid_request")(
            self, self.target.visitor().ask("POST", "/token", body, self.target.basic("shop")))
        tokens(self, self.target.redeem("shop", right))  # none of it touched the right one

    def test_one_kind_of_what_is_sealed_is_never_another(self):  # lesson 1; DESIGN §1.2
        person = self.target.visitor()
        page = person.get(self.target.query("shop"))
        sealed = {"form": page.form()["fields"]["form"]}
        sent = self.target.allow(person, "shop")
        sealed["code"] = sent["code"]
        sealed.update({f"cookie{n}": value
                       for n, value in enumerate(person.cookies["127.0.0.1"].values())})
        got = self.target.tokens("shop")
        sealed["refresh"] = got["refresh_token"]
        sealed["access"] = got["access_token"]
        for name, value in sealed.items():
            body = value.partition("_")[2]
            for text in (value, "gac_" + body, "grt_" + body):
                if name != "code" or not text.startswith("gac_"):
                    bad_grant(self, self.target.redeem("shop", text))
                if name != "refresh" or not text.startswith("grt_"):
                    bad_grant(self, self.target.refresh("shop", text))
            self.assertIn(person.get("/authorize?resume=" + urllib.parse.quote(value)).status,
                          (400,), name)
        tokens(self, self.target.refresh("shop", got["refresh_token"]))

    def test_CO_10_what_ends_a_code_before_it_is_used(self):
        target = self.target
        target.add_person("coded")
        def of_coded(*arguments):
            code = target.code("spa", "coded")
            target.run(*arguments)
            bad_grant(self, target.redeem("spa", code))
        of_coded("user", "sign-out", "coded")
        target.run("user", "set-password", "coded", "--password-file", "-", stdin=PASSWORD + "\n")
        of_coded("client", "revoke-tokens", "spa")
        code = target.code("spa", "coded")
        target.run("user", "set-password", "coded", "--password-file", "-", stdin=PASSWORD + "\n")
        bad_grant(self, target.redeem("spa", code))
        code = target.code("spa", "coded")
        target.run("user", "disable", "coded")
        bad_grant(self, target.redeem("spa", code))
        target.run("user", "enable", "coded")
        bad_grant(self, target.redeem("spa", code))  # death is for good

    def test_CO_17_logout_before_the_exchange(self):
        person = self.target.visitor()
        code = self.target.code("shop", person=person)
        person.submit(person.get("/logout"), {})
        bad_grant(self, self.target.redeem("shop", code))


class Refresh(Attack):
    def test_RT_10_three_rotations_then_the_first(self):
        first = self.target.tokens("spa")["refresh_token"]
        token = first
        for _ in range(3):
            token = tokens(self, self.target.refresh("spa", token))["refresh_token"]
        bad_grant(self, self.target.refresh("spa", first))
        bad_grant(self, self.target.refresh("spa", token))

    def test_RT_15_a_lost_answer_is_asked_for_again(self):
        first = self.target.tokens("spa")["refresh_token"]
        tokens(self, self.target.refresh("spa", first))
        again = tokens(self, self.target.refresh("spa", first))["refresh_token"]
        tokens(self, self.target.refresh("spa", again))

    def test_RT_11_fifty_at_once_leave_one_line(self):
        first = self.target.tokens("spa")["refresh_token"]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.target.refresh("spa", first), range(50)))
        for each in answers:
            self.assertEqual(each.status, 200, each.body)
        next_ones = [json.loads(each.body)["refresh_token"] for each in answers]
        third = tokens(self, self.target.refresh("spa", next_ones[0]))["refresh_token"]
        for each in next_ones[1:]:  # all name the same generation: the retry window's, no fork
            tokens(self, self.target.refresh("spa", each))
        fourth = tokens(self, self.target.refresh("spa", third))["refresh_token"]
        bad_grant(self, self.target.refresh("spa", next_ones[1]))
        bad_grant(self, self.target.refresh("spa", fourth))

    def test_RT_05_narrow_then_the_whole_but_never_past_it(self):
        token = self.target.tokens("spa", scope="notes:read notes:write")["refresh_token"]
        narrow = tokens(self, self.target.refresh("spa", token, scope="notes:read"))
        self.assertEqual(narrow["scope"], "notes:read")
        self.assertEqual(claims(narrow["access_token"])["scope"], "notes:read")
        whole = tokens(self, self.target.refresh("spa", narrow["refresh_token"],
                                                 scope="notes:read notes:write"))
        for beyond in ("bills:read", "notes:read bills:read", "offline_access", "openid"):
            refused(400, "invalid_scope")(
                self, self.target.refresh("spa", whole["refresh_token"], scope=beyond))
        tokens(self, self.target.refresh("spa", whole["refresh_token"]))

    def test_RT_06_without_or_with_anothers_authentication(self):
        token = self.target.tokens("shop")["refresh_token"]
        fields = {"grant_type": "refresh_token", "refresh_token": token}
        visitor = self.target.visitor()
        bad_client(self, visitor.post("/token", fields))
        bad_client(self, visitor.post("/token", {**fields, "client_id": "shop"}))
        bad_client(self, visitor.post("/token", fields, headers=self.target.basic("shop", "x")))
        bad_grant(self, self.target.refresh("spa", token))
        bad_grant(self, self.target.refresh("other", token))
        tokens(self, self.target.refresh("shop", token))

    def test_RT_07_RT_08_what_ends_a_refresh_token(self):
        target = self.target
        target.add_person("gina")
        def dead_after(*arguments, client="spa", stdin=""):
            token = target.tokens(client, "gina")["refresh_token"]
            target.run(*arguments, stdin=stdin)
            answer = target.refresh(client, token)
            refused((400, 401), "invalid_grant", "unauthorized_client", "invalid_client")(
                self, answer)
            return token
        dead_after("user", "sign-out", "gina")
        dead_after("user", "set-password", "gina", "--password-file", "-", stdin=PASSWORD + "\n")
        dead_after("client", "revoke-tokens", "spa")
        token = dead_after("client", "update", "spa", "--disable")
        target.run("client", "update", "spa", "--enable")
        bad_grant(self, target.refresh("spa", token))
        token = dead_after("user", "disable", "gina")
        target.run("user", "enable", "gina")
        bad_grant(self, target.refresh("spa", token))
        token = target.tokens("spa", "gina")["refresh_token"]
        target.run("client", "update", "spa", "--grant", "authorization_code", "--scope",
                   "notes:read notes:write")
        refused(400, "unauthorized_client")(self, target.refresh("spa", token))
        target.run("client", "update", "spa", "--grant", "authorization_code", "--grant",
                   "refresh_token", "--scope", "notes:read notes:write offline_access")
        session = target.json("session", "list", "--user", "gina")
        token = target.tokens("spa", "gina")["refresh_token"]
        for each in target.json("session", "list", "--user", "gina"):
            if each not in session:
                target.run("session", "revoke", each["sid"])
        bad_grant(self, target.refresh("spa", token))

    def test_RT_13_no_refresh_token_unless_allowed(self):
        self.assertNotIn("refresh_token", self.target.tokens("desk"))

    def test_RT_14_tokens_that_are_none(self):
        right = self.target.tokens("spa")["refresh_token"]
        for token in ["", "x", "x" * 65536, right[:-1], right + "A", right + "\0", "' OR 1=1--",
                      *[right[:n] + ("A" if right[n] != "A" else "B") + right[n + 1:]
                        for n in range(4, len(right), 29)]]:
            self.refused_somehow(self.target.refresh("spa", token))
        tokens(self, self.target.refresh("spa", right))

    def test_RT_17_logout_ends_what_hangs_on_the_session_only(self):
        person = self.target.visitor()
        bound = tokens(self, self.target.redeem("spa", self.target.code("spa", person=person)))
        offline = tokens(self, self.target.redeem("spa", self.target.code(
            "spa", person=person, scope="notes:read offline_access")))
        person.submit(person.get("/logout"), {})
        bad_grant(self, self.target.refresh("spa", bound["refresh_token"]))
        tokens(self, self.target.refresh("spa", offline["refresh_token"]))

    def test_RT_19_RT_21_a_foreign_resource_and_unknown_parameters(self):
        token = self.target.tokens("shop")["refresh_token"]
        refused(400, "invalid_target")(
            self, self.target.refresh("shop", token, resource=BILLS))
        tokens(self, self.target.refresh("shop", token, client_session_host="http://169.254.1.1/",
                                         resource=API))

    def test_RT_19_a_token_for_one_API_is_no_good_at_the_other(self):
        code = self.target.code("mixed", scope="notes:read bills:read")
        bad_target = refused(400, "invalid_target")
        bad_target(self, self.target.redeem("mixed", code))
        bad_target(self, self.target.redeem("mixed", code, resource="https://x.example"))
        both = "&".join(f"resource={urllib.parse.quote(each, safe='')}" for each in (API, BILLS))
        fields = urllib.parse.urlencode({
            "grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER,
            "redirect_uri": REDIRECT["mixed"]})
        bad_target(self, posted(f"{fields}&{both}", self.target.basic("mixed"))(self.target))
        given = tokens(self, self.target.redeem("mixed", code, resource=API))
        token = claims(given["access_token"])
        self.assertEqual((token["aud"], token["scope"]), (API, "notes:read"))


class Clients(Attack):
    def test_CA_13_both_secrets_live_during_a_rotation(self):
        target = self.target
        for kind in ("generated", "imported"):
            name = "turn-" + kind
            first, second = target.new_secret(), target.new_secret()
            options = ["--id", name, "--grant", "client_credentials", "--scope", "notes:read",
                       "--auth", "client_secret_post"]
            if kind == "imported":
                target.run("client", "create", *options, "--secret-file", "-", stdin=first)
                target.run("client", "rotate-secret", name, "--secret-file", "-", stdin=second)
            else:
                first = target.json("client", "create", *options)["client_secret"]
                second = target.json("client", "rotate-secret", name)["client_secret"]
            target.issued.update([first, second])
            for secret in (first, second, first):
                answer = target.visitor().post("/token", {
                    "grant_type": "client_credentials", "client_id": name, "client_secret": secret})
                tokens(self, answer)
            target.run("client", "rotate-secret", name, "--overlap", "0s")  # CA-15
            for secret in (first, second):
                bad_client(self, target.visitor().post("/token", {
                    "grant_type": "client_credentials", "client_id": name,
                    "client_secret": secret}))

    def test_CA_14_a_thousand_guesses(self):
        for client, headers in (("nightly", None), ("imported", "post")):
            guesser = self.target.visitor()
            statuses = []
            for n in range(60):
                body = {"grant_type": "client_credentials"}
                if headers:
                    body.update({"client_id": client, "client_secret": f"guess-{n}"})
                answer = guesser.post("/token", body, headers=None if headers else
                                      self.target.basic(client, f"guess-{n}"))
                statuses.append(answer.status)
            self.assertEqual(set(statuses), {401, 429})
            self.assertIn("retry-after", answer.headers)
            tokens(self, self.target.token(client, {"grant_type": "client_credentials"}))

    def test_CA_14_guessing_by_the_body_counts_like_by_the_header(self):
        guesser = self.target.visitor()
        answers = [guesser.post("/revoke" if n % 2 else "/token", {
            "grant_type": "client_credentials", "token": "x", "client_id": "other",
            "client_secret": f"guess-{n}"}).status for n in range(60)]
        self.assertIn(429, answers)

    def test_CA_12_timing_free_words_unknown_client_and_wrong_secret_read_the_same(self):
        visitor = self.target.visitor()
        bodies = {visitor.post("/token", {"grant_type": "client_credentials", "client_id": name,
                                          "client_secret": "x"}).body
                  for name in ("nosuch", "other", "spa", "gone", "shop")}
        self.assertEqual(len(bodies), 1)

    def test_TK_20_a_client_cannot_take_the_name_of_a_person(self):
        subject = self.target.json("user", "show", "alice")
        subject = subject.get("sub") or subject["id"]
        done = self.target.run("client", "create", "--id", subject, "--grant", "client_credentials",
                               "--scope", "notes:read", "--json", good=False)
        if done.returncode == 0:
            made = json.loads(done.stdout)
            self.target.issued.add(made["client_secret"])
            refused(400, "unauthorized_client")(self, self.target.visitor().post(
                "/token", {"grant_type": "client_credentials"},
                headers=self.target.basic(subject, made["client_secret"])))


def wrong_basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def both_ways(target):
    return target.visitor().post("/token", {"grant_type": "client_credentials",
                                            "client_secret": target.secret["nightly"]},
                                 headers=target.basic("nightly"))


def by_body(target, client, **more):
    return target.visitor().post("/token", {"grant_type": "client_credentials",
                                            "client_id": client, **more})


fill(Clients, [
    {"id": "CA-01", "what": "two methods at once", "request": both_ways, "required": bad_request},
    {"id": "CA-02", "what": "a wrong secret by header", "required": bad_client,
     "request": posted("grant_type=client_credentials", wrong_basic("nightly:wrong"))},
    {"id": "CA-03", "what": "a wrong secret by body", "required": bad_client,
     "request": lambda t: by_body(t, "other", client_secret="wrong")},
    {"id": "CA-06", "what": "an empty secret by header", "required": bad_client,
     "request": posted("grant_type=client_credentials", wrong_basic("nightly:"))},
    {"id": "CA-06", "what": "an empty secret by body", "required": bad_client,
     "request": lambda t: by_body(t, "other", client_secret="")},
    {"id": "CA-06", "what": "an empty imported secret", "required": bad_client,
     "request": lambda t: by_body(t, "imported", client_secret="")},
    {"id": "CA-07", "what": "a public client with a secret", "required": bad_client,
     "request": lambda t: by_body(t, "spa", client_secret="x")},
    {"id": "CA-07", "what": "a public client by header", "required": bad_client,
     "request": posted("grant_type=refresh_token&refresh_token=x", wrong_basic("spa:"))},
    {"id": "CA-08", "what": "a confidential client with its name alone", "required": bad_client,
     "request": lambda t: by_body(t, "shop")},
    {"id": "CA-10", "what": "two clients in one request", "required":
     refused((400, 401), "invalid_request", "invalid_client"), "request": lambda t:
     t.visitor().post("/token", {"grant_type": "client_credentials", "client_id": "shop"},
                      headers=t.basic("nightly"))},
    {"id": "CA-11", "what": "the right secret by the other method", "required": bad_client,
     "request": lambda t: by_body(t, "nightly", client_secret=t.secret["nightly"])},
    {"id": "CA-11", "what": "the right secret by header for a client of the body", "required":
     bad_client, "request": lambda t: t.visitor().post(
         "/token", {"grant_type": "client_credentials"}, headers=t.basic("imported", IMPORTED))},
    {"id": "CA-06", "what": "the hash in place of the secret", "required": bad_client, "request":
     lambda t: by_body(t, "imported", client_secret="$argon2id$v=19$m=19456,t=2,p=1$YWFh$YWFh")},
    {"id": "RU-32", "what": "a disabled client with its right secret", "required": bad_client,
     "request": lambda t: t.visitor().post("/token", {"grant_type": "client_credentials"},
                                           headers=t.basic("gone"))},
    *[{"id": "CA-02", "what": f"a header that is {name}", "required":
       refused((400, 401), "invalid_client", "invalid_request"),
       "request": posted("grant_type=client_credentials", {"Authorization": value})}
      for name, value in (("no base64", "Basic %%%"), ("empty", "Basic "), ("without a colon",
                          "Basic bmlnaHRseQ=="), ("of another scheme", "Digest x"),
                          ("a bearer", "Bearer x"), ("huge", "Basic " + "QUFB" * 1500),
                          ("with a zero byte", "Basic bmlnaHRseQA6AA=="),
                          ("with a bad escape", "Basic JXp6OiV6eg=="))],
])


class Requests(Attack):
    def test_TK_01_TK_17_a_get_gets_nothing(self):
        code = self.target.code("spa")
        query = urllib.parse.urlencode({"grant_type": "authorization_code", "code": code,
                                        "client_id": "spa", "redirect_uri": REDIRECT["spa"],
                                        "code_verifier": VERIFIER})
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            for headers in ({}, {"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "POST"}):
                answer = self.target.visitor().ask(method, "/token?" + query + "&_method=POST",
                                                   headers=headers)
                self.assertEqual(answer.status, 405)
                self.assertEqual(answer.headers["allow"], "POST")
                self.assertNotIn("access_token", answer.body)
        bad_request(self, self.target.visitor().ask("POST", "/token?" + query, ""))  # TK-02
        tokens(self, self.target.redeem("spa", code))  # nothing of that was looked at

    def test_TK_15_success_and_error_are_not_stored(self):
        for answer in (self.target.token("nightly", {"grant_type": "client_credentials"}),
                       self.target.token("nightly", {"grant_type": "x"})):
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertEqual(answer.headers["content-type"], "application/json")
            self.assertNotIn("set-cookie", answer.headers)  # CK-02

    def test_TK_16_unknown_is_ignored_and_empty_is_left_out(self):
        body = tokens(self, self.target.token("nightly", {
            "grant_type": "client_credentials", "scope": "", "x": "y", "audience": "z"}))
        self.assertEqual(body["scope"], "notes:read")
        self.assertNotIn("refresh_token", body)
        self.assertNotIn("id_token", body)

    def test_TK_09_a_zero_byte_in_every_parameter(self):
        for name in ("grant_type", "code", "redirect_uri", "client_id", "client_secret",
                     "code_verifier", "refresh_token", "scope", "resource", "x\0"):
            fields = {"grant_type": "authorization_code", "code": "x", "client_id": "other",
                      "client_secret": self.target.secret["other"], name: "a\0b"}
            refused((400, 401), "invalid_request", "invalid_grant", "invalid_client",
                    "unsupported_grant_type")(self, self.target.visitor().post("/token", fields))

    def test_TK_13_very_many_parameters(self):
        for body in ("&".join(f"a{n}=1" for n in range(100_000)), "a=1&" * 10_000,
                     "&" * 60_000, "=" * 60_000, "%61" * 20_000):
            answer = self.target.visitor().ask("POST", "/token", body)
            self.refused_somehow(answer)

    def test_TK_21_nothing_sent_is_said_again(self):
        for name in ("grant_type", "scope", "client_id", "code", "refresh_token"):
            fields = {"grant_type": "client_credentials", name: 'c4n4ry"\\ä\n'}
            answer = self.target.token("nightly", fields)
            self.assertGreaterEqual(answer.status, 400 if name in ("grant_type", "scope",
                                                                   "client_id") else 200)
            self.assertNotIn("c4n4ry", answer.body)


FORM = "application/x-www-form-urlencoded"
fill(Requests, [
    {"id": "TK-05", "what": "an unknown grant_type", "request": service({"grant_type": "x"}),
     "required": refused(400, "unsupported_grant_type")},
    {"id": "TK-06", "what": "no grant_type", "request": service({"grant_type": None}),
     "required": bad_request},
    *[{"id": "TK-07", "what": f"grant_type {kind}",
       "request": service({"grant_type": kind, "username": "alice", "password": PASSWORD}),
       "required": refused(400, "unsupported_grant_type", "unauthorized_client")}
      for kind in ("password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer",
                   "CLIENT_CREDENTIALS", "client_credentials ")],
    *[{"id": "TK-11", "what": f"content type {kind!r}", "required": bad_request,
       "request": service(headers={"Content-Type": kind})}
      for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "",
                   FORM + "; charset=utf-16", FORM + "; charset=utf-7", FORM + "x")],
    {"id": "TK-11", "what": "charset utf-8 is fine", "request":
     service(headers={"Content-Type": FORM + "; charset=UTF-8"}), "required": tokens},
    {"id": "TK-12", "what": "a compressed body", "request":
     service(headers={"Content-Encoding": "gzip"}),
     "required": lambda test, answer: test.assertEqual(answer.status, 415)},
    {"id": "TK-14", "what": "a grant that the client lacks", "required":
     refused(400, "unauthorized_client"), "request": service(client="shop")},
    {"id": "TK-14", "what": "the code grant of a service", "required":
     refused(400, "unauthorized_client"),
     "request": service({"grant_type": "authorization_code", "code": "x"})},
    {"id": "TK-18", "what": "client_credentials of a public client", "required":
     refused((400, 401), "unauthorized_client", "invalid_client"),
     "request": service(client="spa")},
    *[{"id": "TK-19", "what": f"scope {scope}", "required": refused(400, "invalid_scope"),
       "request": service({"scope": scope})}
      for scope in ("notes:write", "openid", "offline_access", "notes:read openid", "bills:read",
                    "notes:read,notes:write", "NOTES:READ")],
    {"id": "TK-19", "what": "a resource of other scopes", "required":
     refused(400, "invalid_target"),
     "request": service({"resource": BILLS})},
    *[{"id": "TK-09", "what": f"body {body[:12]!r}", "request": posted(body),
       "required": refused((400, 401), "invalid_request", "invalid_client")}
      for body in ("", "%", "%zz", "grant_type", "grant_type=%ff", "{}", "grant_type=client_cred",
                   "grant_type=x&grant_type=x", "client_id=shop&client_id=spa&grant_type=x")],
])


class Revocation(Attack):
    def test_IN_07_IN_08_unknown_is_fine_and_a_wrong_hint_does_not_hide(self):
        visitor = self.target.visitor()
        for token in ("x", "grt_x", "a.b.c", "x" * 20_000):
            answer = visitor.post("/revoke", {"token": token}, headers=self.target.basic("shop"))
            self.assertEqual(answer.status, 200)
        token = self.target.tokens("shop")["refresh_token"]
        answer = visitor.post("/revoke", {"token": token, "token_type_hint": "access_token"},
                              headers=self.target.basic("shop"))
        self.assertEqual((answer.status, answer.body), (200, "{}"))
        self.assertEqual(answer.headers["cache-control"], "no-store")
        bad_grant(self, self.target.refresh("shop", token))

    def test_IN_09_other_methods_types_and_repeats(self):
        visitor = self.target.visitor()
        self.assertEqual(visitor.get("/revoke?token=x").status, 405)
        basic = self.target.basic("shop")
        bad_request(self, visitor.ask("POST", "/revoke", '{"token":"x"}',
                                      {**basic, "Content-Type": "application/json"}))
        bad_request(self, visitor.ask("POST", "/revoke", "token=x&token=y", basic))
        bad_request(self, visitor.ask("POST", "/revoke", "", basic))

    def test_IN_10_only_who_it_belongs_to(self):
        got = self.target.tokens("shop")
        visitor = self.target.visitor()
        for token in (got["refresh_token"], got["access_token"]):
            bad_client(self, visitor.post("/revoke", {"token": token}))
            bad_client(self, visitor.post("/revoke", {"token": token, "client_id": "shop"}))
            bad_client(self, visitor.post("/revoke", {"token": token},
                                          headers=self.target.basic("shop", "x")))
            for client in ("spa", "other"):
                answer = self.target.token(client, {"token": token}, path="/revoke")
                self.assertEqual(answer.status, 400)
        tokens(self, self.target.refresh("shop", got["refresh_token"]))

    def test_IN_07_an_altered_access_token_revokes_nothing(self):
        access = self.target.tokens("shop")["access_token"]
        head, body, signature = access.split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
        before = self.target.log().count('"token_revoked"')
        for token in (f"{none}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}."):
            answer = self.target.token("shop", {"token": token}, path="/revoke")
            self.assertEqual(answer.status, 200)
        self.assertTrue(self.target.says('"token_revoked"', more_than=before))


if __name__ == "__main__":
    unittest.main()
