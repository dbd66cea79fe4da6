"""Login, consent, logout, cookies and guessing under attack: LG, CN, XS, CK, EN, HD, CH."""
import base64
import concurrent.futures
import json
import re
import time
import unittest
import urllib.parse

from target import PASSWORD, REDIRECT, parameters
from rows import Attack, page

APP = REDIRECT["shop"]


def plain(body):
    """A page without what is sealed and drawn anew each time."""
    body = re.sub(r"g[a-z]+_[\w-]{40,}", "", body)
    return re.sub(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", "", body)


class Steps(Attack):
    def form_of(self, person, **changed):
        answer = person.get(self.target.query("shop", **changed))
        page(self, answer)
        return answer.form()["fields"]["form"]

    def sign_in(self, person, form, user="alice", password=PASSWORD, **more):
        return person.post("/login", {"form": form, "user": user, "password": password, **more})

    def test_LG_06_steps_cannot_be_skipped(self):
        for path in ("/consent", "/login"):
            for answer in (self.target.visitor().get(path), self.target.visitor().post(path, {}),
                           self.target.visitor().post(path, {"answer": "allow", "user": "alice",
                                                             "password": PASSWORD})):
                self.assertIn(answer.status, (303, 400, 403, 405))
                self.assertNotIn("code=", answer.headers.get("location", ""))
        person = self.target.visitor()
        login = self.form_of(person)
        answer = person.post("/consent", {"form": login, "answer": "allow"})
        self.assertEqual(answer.status, 403)

    def test_LG_07_CN_08_forms_posted_again_after_the_flow(self):
        self.target.add_person("rita")
        person = self.target.visitor()
        login = person.get(self.target.query("shop"))
        first = login.form()["fields"]
        consent = person.sign_in(login, "rita", PASSWORD)
        second = consent.form()["fields"]
        done = person.decide(consent, "allow", APP)
        code = parameters(done.location)["code"]
        self.assertEqual(self.target.redeem("shop", code).status, 200)
        # by a stranger with the forms and no cookie: nothing
        stranger = self.target.visitor()
        for path, fields in (("/login", {**first, "user": "rita", "password": "guess"}),
                             ("/consent", {**second, "answer": "allow"})):
            answer = stranger.follow(stranger.post(path, fields), APP)
            page(self, answer)
            self.assertNotIn("code=", str(answer.location))
        # with the old browser cookie that login replaced: the form is bound to it no more
        after = person.post("/login", {**first, "user": "carol", "password": PASSWORD})
        self.assertEqual(after.status, 303)
        sent = parameters(person.follow(after, APP).location)
        self.assertEqual(self.target.json("session", "list", "--user", "carol"), [],
                         "a form posted by a signed-in browser checks nothing")
        self.assertNotEqual(sent["code"], code)

    def test_LG_08_fields_beside_the_sealed_form_change_nothing(self):
        person = self.target.visitor()
        answer = self.sign_in(person, self.form_of(person), client_id="spa", state="evil",
                              redirect_uri="https://evil.example/", scope="notes:write",
                              return_to="https://evil.example/", next="//evil.example/")
        consent = person.follow(answer, APP)
        if consent.status == 200:
            self.assertNotIn("evil.example", consent.body)
            consent = person.post("/consent", {**consent.form()["fields"], "answer": "allow",
                                               "scope": "notes:write", "user": "bob",
                                               "redirect_uri": "https://evil.example/"})
            consent = person.follow(consent, APP)
        sent = parameters(consent.location)
        self.assertTrue(consent.location.startswith(APP + "?"))
        self.assertEqual(sent["state"], "st-1")
        got = json.loads(self.target.redeem("shop", sent["code"]).body)
        self.assertEqual(got["scope"], "notes:read")

    def test_LG_09_no_parameter_leads_elsewhere(self):
        for name in ("return_to", "back", "next", "continue", "rd", "url", "goto", "resume"):
            for where in ("//evil.example", "/\\evil.example", "https://evil.example",
                          "javascript:alert(1)"):
                query = "?" + urllib.parse.urlencode({name: where})
                for path in ("/login", "/logout", "/consent", "/account", "/authorize"):
                    answer = self.target.visitor().get(path + query)
                    self.assertNotIn("evil", str(answer.location) + answer.body)
                    self.assertNotIn("javascript:", answer.body)

    def test_LG_08_every_byte_of_the_form_is_sealed(self):
        person = self.target.visitor()
        form = self.form_of(person)
        for n in range(4, len(form), max(1, len(form) // 40)):
            other = form[:n] + ("A" if form[n] != "A" else "B") + form[n + 1:]
            answer = self.sign_in(person, other)
            self.assertIn(answer.status, (400, 403))
            self.assertNotIn("session", str(answer.headers.get_all("set-cookie")))
        self.assertEqual(self.sign_in(person, form).status, 303)

    def test_LG_10_session_cookies_that_are_none(self):
        person = self.target.visitor()
        self.target.allow(person, "shop")
        jar = person.cookies["127.0.0.1"]
        name = next(each for each in jar if "session" in each)
        right = jar[name]
        for value in ["", "x", right[:-1], right + "A", right[:8] + "A" + right[9:], right.lower(),
                      right[:-2] + "AA", "x" * 4000, "' OR 1=1--", right[:22], right[22:],
                      right + ".", '"' + right + '"',
                      *[right[:n] + ("A" if right[n] != "A" else "B") + right[n + 1:]
                        for n in range(0, len(right) - 1, 9)]]:
            jar[name] = value
            answer = person.get(self.target.query("shop"))
            page(self, answer)
        jar[name] = right
        self.assertEqual(person.get(self.target.query("shop")).status, 303)

    def test_CK_03_two_session_cookies(self):
        mine, other = self.target.visitor(), self.target.visitor()
        self.target.allow(mine, "shop")
        self.target.allow(other, "shop", "bob")
        name = next(each for each in mine.cookies["127.0.0.1"] if "session" in each)
        values = [each.cookies["127.0.0.1"][name] for each in (mine, other)]
        for pair in (values, values[::-1]):
            answer = self.target.visitor().get(self.target.query("shop"), headers={
                "Cookie": "; ".join(f"{name}={value}" for value in pair)})
            page(self, answer)

    def test_LG_12_LG_13_what_ends_sessions(self):
        target = self.target
        target.add_person("hana")
        for arguments, stdin in ((("user", "set-password", "hana", "--password-file", "-"),
                                  PASSWORD + "\n"), (("user", "sign-out", "hana"), ""),
                                 (("user", "disable", "hana"), ""),
                                 (("user", "enable", "hana"), "")):
            if arguments[1] != "enable":
                person = target.visitor()
                target.allow(person, "shop", "hana")
            target.run(*arguments, stdin=stdin)
            page(self, person.get(target.query("shop")))  # enabled again: what ended stays ended

    def test_LG_12_a_disabled_person_reads_like_a_wrong_password(self):
        self.target.add_person("dora")
        self.target.run("user", "disable", "dora")
        bodies = []
        for password in (PASSWORD, "wrong"):
            person = self.target.visitor()
            answer = self.sign_in(person, self.form_of(person), "dora", password)
            bodies.append((answer.status, plain(answer.body)))
        self.assertEqual(bodies[0], bodies[1])

    def test_LG_14_another_person_on_the_same_browser(self):
        person = self.target.visitor()
        first = self.target.allow(person, "shop", "alice")
        old = dict(person.cookies["127.0.0.1"])
        person.submit(person.get("/logout"), {})
        self.target.allow(person, "shop", "bob")
        new = person.cookies["127.0.0.1"]
        for name in old:
            if "session" in name or "browser" in name:
                self.assertNotEqual(old[name], new.get(name))
        self.assertEqual(self.target.redeem("shop", first["code"]).status, 400)
        stale = self.target.visitor()
        stale.cookies["127.0.0.1"] = old
        page(self, stale.get(self.target.query("shop")))

    def test_LG_05_the_session_is_new_at_login_and_takes_no_given_one(self):
        person = self.target.visitor()
        form = self.form_of(person)
        name = next(each for each in person.cookies["127.0.0.1"] if "browser" in each)
        fixed = name.replace("browser", "session")
        person.cookies["127.0.0.1"][fixed] = "fixed-by-an-attacker"
        before = person.cookies["127.0.0.1"][name]
        self.assertEqual(self.sign_in(person, form).status, 303)
        self.assertNotEqual(person.cookies["127.0.0.1"][fixed], "fixed-by-an-attacker")
        self.assertNotEqual(person.cookies["127.0.0.1"][name], before)

    def test_LG_15_two_tabs_two_clients(self):
        person = self.target.visitor()
        self.target.run("user", "sign-out", "dave")
        first = person.get(self.target.query("other", state="one"))
        second = person.get(self.target.query("evil", state="two"))
        a = person.sign_in(first, "dave", PASSWORD)
        b = person.submit(second, {"user": "dave", "password": PASSWORD})
        self.assertIn("other.example", a.body)
        self.assertIn("evilname.example", b.body)
        done_b = parameters(person.decide(b, "allow", REDIRECT["evil"]).location)
        done_a = parameters(person.decide(a, "allow", REDIRECT["other"]).location)
        self.assertEqual((done_a["state"], done_b["state"]), ("one", "two"))

    def test_LG_17_login_csrf(self):
        attacker, victim = self.target.visitor(), self.target.visitor()
        form = self.form_of(attacker)
        for set_up in (lambda: None, lambda: self.form_of(victim)):  # without and with a cookie
            set_up()
            answer = self.sign_in(victim, form, "bob")
            self.assertFalse([name for name in victim.cookies["127.0.0.1"] if "session" in name])
            self.assertNotIn("code=", str(answer.location))

    def test_CN_01_consent_of_another_session(self):
        attacker, victim = self.target.visitor(), self.target.visitor()
        self.target.add_person("ivan")
        self.target.add_person("judy")
        shown = attacker.sign_in(attacker.get(self.target.query("evil")), "ivan", PASSWORD)
        form = shown.form()["fields"]["form"]
        asked = victim.sign_in(victim.get(self.target.query("evil")), "judy", PASSWORD)
        self.assertIn("evilname.example", asked.body)
        for who in (victim, self.target.visitor()):
            for fields in ({"form": form, "answer": "allow"}, {"answer": "allow"},
                           {"form": "gcf_x", "answer": "allow"}):
                answer = who.follow(who.post("/consent", fields), REDIRECT["evil"])
                self.assertNotIn("code=", str(answer.location))
        # still asked: nothing was allowed for the victim
        self.assertIn("evilname.example", victim.get(self.target.query("evil")).body)

    def test_CN_02_only_allow_is_allow(self):
        person = self.target.visitor()
        self.target.add_person("kim")
        shown = person.sign_in(person.get(self.target.query("shop")), "kim", PASSWORD)
        fields = shown.form()["fields"]
        for answer in ("", "ALLOW", "allow ", "yes", "true", "1", None):
            sent = fields if answer is None else {**fields, "answer": answer}
            done = person.follow(person.post("/consent", sent), APP)
            self.assertEqual(parameters(done.location)["error"], "access_denied")
        done = person.ask("POST", "/consent", urllib.parse.urlencode(
            [*fields.items(), ("answer", "deny"), ("answer", "allow")]))
        self.assertNotIn("code=", str(person.follow(done, APP).location))
        done = person.get("/consent?" + urllib.parse.urlencode({**fields, "answer": "allow"}))
        self.assertNotIn("code=", str(done.location))

    def test_CN_03_CN_05_wider_is_asked_again_and_denied_is_not_kept(self):
        person = self.target.visitor()
        self.target.add_person("lena")
        shown = person.sign_in(person.get(self.target.query("shop")), "lena", PASSWORD)
        denied = person.decide(shown, "deny", APP)
        self.assertEqual(parameters(denied.location)["error"], "access_denied")
        shown = person.get(self.target.query("shop"))
        self.assertIn("app.example", shown.body)  # CN-06: where the answer goes
        person.decide(shown, "allow", APP)
        self.assertEqual(person.get(self.target.query("shop")).status, 303)
        wider = person.get(self.target.query("shop", scope="notes:read notes:write"))
        self.assertEqual(wider.status, 200)
        self.assertIn("Change your notes", wider.body)
        silent = person.get(self.target.query("shop", scope="notes:read notes:write",
                                              prompt="none"))
        self.assertEqual(parameters(silent.location)["error"], "consent_required")

    def test_CN_04_a_public_client_on_this_computer_is_never_answered_unasked(self):
        # RFC 8252 §8.6
        person = self.target.visitor()
        self.target.allow(person, "desk")
        again = person.get(self.target.query("desk"))
        self.assertEqual(again.status, 200)

    def test_LO_01_logout_needs_the_sessions_own_form(self):
        person, other = self.target.visitor(), self.target.visitor()
        self.target.allow(person, "shop")
        self.target.allow(other, "shop", "bob")
        form = other.get("/logout").form()["fields"]
        for answer in (person.get("/logout"), person.post("/logout", form),
                       person.get("/logout?confirm=yes"), person.post("/logout", {"form": "x"})):
            self.assertEqual(answer.status, 200)
        # An app's wish by POST (RP-Initiated Logout §2) is asked again by GET.
        asked = person.post("/logout", {"state": "x"})
        self.assertEqual(asked.status, 303)
        self.assertTrue(asked.location.endswith("/logout?state=x"), asked.location)
        self.assertEqual(person.get(self.target.query("shop")).status, 303)
        self.assertEqual(other.get(self.target.query("shop")).status, 303)


class Output(Attack):
    def test_XS_01_XS_09_names_are_text(self):
        target = self.target
        target.add_person("mona", PASSWORD, "--name", '<img src=x onerror=alert(1)>')
        person = target.visitor()
        login = person.get(target.query("evil"))
        consent = person.sign_in(login, "mona", PASSWORD)
        out = person.get("/logout")
        for answer in (login, consent, out):
            self.assertNotRegex(answer.body, r"<(?:script|img src=x)")
        self.assertIn("&lt;script", consent.body)
        self.assertIn("&lt;img", out.body)

    def test_XS_01_what_was_typed_is_text(self):
        person = self.target.visitor()
        answer = person.submit(person.get(self.target.query("shop")),
                               {"user": '"><script>alert(1)</script>', "password": "x"})
        page(self, answer)
        self.assertNotIn("<script", answer.body)

    def test_XS_02_uris_of_other_schemes_are_not_registered(self):
        for uri in ("javascript:alert(1)", "data:text/html,x", "http://tracker.example/"):
            done = self.target.run("client", "update", "shop", "--home-uri", uri, good=False)
            self.assertNotEqual(done.returncode, 0, uri)

    def test_CH_04_one_event_one_line(self):
        visitor = self.target.visitor()
        before = self.target.log().count('"endpoint":"token"')
        for text in ("a\r\nb", "\x1b[31m", "‮", " "):
            visitor.get(self.target.query("shop", client_id=text, scope=text),
                        headers={"User-Agent": urllib.parse.quote(text)})
            visitor.submit(visitor.get(self.target.query("shop")), {"user": text, "password": "x"})
            visitor.post("/token", {"grant_type": text, "client_id": text, "client_secret": text})
        self.assertTrue(self.target.says('"endpoint":"token"', more_than=before + 3))
        for line in self.target.log().splitlines():
            self.assertNotIn("\x1b", line)
            self.assertNotIn("‮", line)

    def test_CH_04_what_lands_in_the_wrong_field_is_not_logged(self):
        target, visitor = self.target, self.target.visitor()
        got = target.tokens("shop")
        code = target.code("shop")
        for value in (got["refresh_token"], code, target.secret["shop"], got["access_token"]):
            for name in ("user", "client_id", "grant_type", "scope", "redirect_uri", "resource",
                         "response_type", "prompt", "max_age", "code_challenge_method", value):
                target.token("shop", {"grant_type": "client_credentials", name: value})
                visitor.post("/token", {"grant_type": "refresh_token", name: value})
                visitor.get(target.query("shop", **{name: value}))
            visitor.submit(visitor.get(target.query("shop")), {"user": value, "password": "x"})
            visitor.ask("POST", "/token", "x=1", {"Content-Type": value})
            visitor.ask("POST", "/token", "x=1", {"Authorization": "Basic " + base64.b64encode(
                f"{value}:x".encode()).decode()})
        # tearDown looks for each of them

    def test_CK_01_cookie_attributes(self):
        person = self.target.visitor()
        answer = person.post("/login", {**person.get(self.target.query("shop")).form()["fields"],
                                        "user": "alice", "password": PASSWORD})
        lines = answer.headers.get_all("set-cookie")
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertIn("; HttpOnly", line)
            self.assertRegex(line, r"; SameSite=(Lax|Strict)")
            self.assertIn("; Path=/", line)
            self.assertNotIn("Domain", line)

    def test_CK_05_secrets_do_not_repeat(self):
        seen, heads = set(), set()
        for _ in range(500):
            visitor = self.target.visitor()
            visitor.get(self.target.query("shop"))
            value = next(iter(visitor.cookies["127.0.0.1"].values()))
            self.assertGreaterEqual(len(value), 22)  # 128 bits
            seen.add(value)
            heads.add(value[:4])
        self.assertEqual(len(seen), 500)
        self.assertGreater(len(heads), 480)


class Guessing(Attack):
    def try_once(self, person, user, password):
        answer = person.get(self.target.query("shop"))
        return person.post("/login", {**answer.form()["fields"], "user": user,
                                      "password": password})

    def test_EN_01_unknown_and_known_read_the_same(self):
        answers = []
        for user in ("alice", "nobody-has-this", "no such name!", "ALICE"):
            answers.append(self.try_once(self.target.visitor(), user, "wrong"))
        for answer, user in zip(answers, ("alice", "nobody-has-this", "no such name!", "ALICE")):
            self.assertEqual(answer.status, answers[0].status)
            self.assertEqual([n for n in answer.headers if n.lower() != "content-length"],
                             [n for n in answers[0].headers if n.lower() != "content-length"])
            self.assertEqual(plain(answer.body).replace(user, ""),
                             plain(answers[0].body).replace("alice", ""))

    def test_EN_04_EN_05_a_hundred_guesses_at_once(self):
        target = self.target
        target.add_person("nina")
        known = target.visitor()
        target.allow(known, "shop", "nina")  # her own browser
        known.submit(known.get("/logout"), {})
        def guess(n):
            # 503 is of a machine with much else to do, and takes no try: come again, as told.
            for _ in range(100):
                status = self.try_once(target.visitor(), "nina", f"guess-{n}").status
                if status != 503:
                    return status
                time.sleep(0.1)
            return status
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(guess, range(60)))
        more = 1 + int((time.monotonic() - begun) / 30)  # limits.login_wait
        self.assertLessEqual(statuses.count(200), 10 + more, "tries beyond the limit were judged")
        self.assertEqual(set(statuses), {200, 429})
        for _ in range(10):  # what was refilled since
            if guess("late") == 429:
                break
        stranger = self.try_once(target.visitor(), "nina", PASSWORD)
        self.assertEqual(stranger.status, 429)  # even the right one, from an unknown browser
        self.assertIn("retry-after", stranger.headers)
        known.move()
        self.assertEqual(self.try_once(known, "nina", PASSWORD).status, 303)

    def test_EN_05_a_device_cookie_serves_its_own_person_only(self):
        target = self.target
        target.add_person("olga")
        mallory = target.visitor()
        target.allow(mallory, "shop", "frank")  # the attacker has an account
        mallory.submit(mallory.get("/logout"), {})
        statuses = []
        for n in range(14):
            mallory.move()
            statuses.append(self.try_once(mallory, "olga", f"guess-{n}").status)
        self.assertIn(429, statuses)

    def test_EN_06_one_password_over_many_accounts_from_one_address(self):
        person = self.target.visitor()
        statuses = [self.try_once(person, f"user-{n}", "Summer2026!").status for n in range(56)]
        self.assertEqual(statuses[0], 200)
        self.assertEqual(statuses[-1], 429)

    def test_HD_04_forged_forwarded_entries_do_not_make_new_addresses(self):
        person = self.target.visitor()
        real = person.address
        statuses = []
        for n in range(56):
            person.address = f"203.0.113.{n}, {real}"  # the proxy appends: the right-most counts
            statuses.append(self.try_once(person, f"forged-{n}", "x").status)
        self.assertEqual(statuses[-1], 429)

    def test_EN_09_passwords_count_byte_for_byte(self):
        target = self.target
        long = "pässwörd 🐎 " + "x" * 100
        target.add_person("pete", long)
        self.assertEqual(self.try_once(target.visitor(), "pete", long).status, 303)
        for other in (long[:72], long.strip() + "y", long.upper(), long + " ", " " + long,
                      long + "\0", long.replace("ä", "a\u0308")):
            self.assertIn(self.try_once(target.visitor(), "pete", other).status, (200, 400, 403))
        self.assertEqual(self.try_once(target.visitor(), "alice", PASSWORD.strip()).status, 200)

    def test_EN_12_names_that_look_alike_are_not_the_same(self):
        for name in ("Alice", "ALICE", "аlice", "alice "):
            done = self.target.run("user", "create", "--login", name, "--password-file", "-",
                                   stdin=PASSWORD + "\n", good=False)
            self.assertNotEqual(done.returncode, 0, name)
        self.assertEqual(self.try_once(self.target.visitor(), "аlice", PASSWORD).status, 200)

    def test_EN_11_a_storm_of_logins_is_bounded(self):
        target = self.target
        def guess(n):
            return self.try_once(target.visitor(), f"storm-{n}", "x").status
        before = target.rss()
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            statuses = list(pool.map(guess, range(150)))
        self.assertTrue(set(statuses) <= {200, 503}, set(statuses))
        self.assertLess(target.rss() - before, 100 * 1024)
        self.assertEqual(target.token("nightly", {"grant_type": "client_credentials"}).status, 200)


if __name__ == "__main__":
    unittest.main()
