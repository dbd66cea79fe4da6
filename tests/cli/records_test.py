"""client, resource, user, session, grant, key, against the real store and beside a running server
(checklist AD-04, AD-08, CA-13, EN-12, JW-15, LG-13, RU-20, RU-28, RU-36, TK-20)."""
import datetime
import json
import os
import time
import urllib.request

from house import House, clean_environment, main


def everything_in(folder):
    out = b""
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            out += file.read()
    return out


class Clients(House):
    def setUp(self):
        super().setUp()
        self.with_api()

    def create(self, *more):
        return self.json("client", "create", "--id", "shop", "--redirect-uri",
                         "https://shop.example/cb", "--scope", "notes:read", *more)

    def test_a_generated_secret_is_shown_once_and_stored_as_a_hash(self):  # CA-13, AD-04
        made = self.create()
        secret = made["client_secret"]
        self.assertRegex(secret, r"^gcs_[A-Za-z0-9_-]{43}$")
        for text in (self.good("client", "show", "shop"), self.good("client", "list"),
                     self.good("client", "show", "shop", "--json")):
            self.assertNotIn(secret, text)
            self.assertNotIn("sha256", text)
        self.assertNotIn(secret.encode(), everything_in(self.path("data")))

    def test_an_imported_secret_is_never_shown_and_stored_as_argon2id(self):
        done = self.run_grantd("client", "create", "--id", "abc123", "--redirect-uri",
                               "https://myapp.com/callback", "--scope", "notes:read", "--auth",
                               "client_secret_post", "--pkce", "optional", "--secret-file", "-",
                               stdin="secret\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("short enough to be guessed", done.stderr)
        self.assertIn(b"$argon2id$", everything_in(self.path("data")))
        self.assertNotIn("argon2id", self.good("client", "show", "abc123", "--json"))
        self.assertNotIn("client_secret ", done.stdout)

    def test_a_public_client_has_no_secret(self):
        made = self.create("--public")
        self.assertNotIn("client_secret", made)
        self.assertEqual(made["token_endpoint_auth_method"], "none")
        self.assertEqual(made["secrets"], [])
        self.assertIn("has no secret", self.bad(1, "client", "rotate-secret", "shop"))

    def test_what_no_registration_may_look_like(self):
        uri = "https://shop.example/cb"
        rows = [
            # RU-36: http beyond loopback
            (1, ["--redirect-uri", "http://shop.example/cb"], "http is for loopback only"),
            (2, ["--redirect-uri", "https://*.shop.example/cb"], "--redirect-uri"),  # RU-20
            (2, ["--redirect-uri", "https://shop.example/cb?code=1"], "--redirect-uri"),  # RU-28
            (2, ["--redirect-uri", "https://shop.example/cb#x"], "--redirect-uri"),
            (2, ["--redirect-uri", "/cb"], "--redirect-uri"),
            (1, [], "needs a --redirect-uri"),
            (1, ["--redirect-uri", uri, "--public", "--pkce", "optional"], "--pkce optional"),
            (1, ["--redirect-uri", uri, "--public", "--grant", "client_credentials"],
             "confidential"),
            (2, ["--redirect-uri", uri, "--public", "--auth", "client_secret_post"], "exclude"),
            (1, ["--redirect-uri", uri, "--scope", "notes:reed"], "did you mean notes:read?"),
            (1, ["--redirect-uri", uri, "--scope", "offline_access"], "refresh_token"),
            (1, ["--redirect-uri", uri, "--scope", "notes:read", "--default-scope", "notes:write"],
             "--default-scope"),
            (2, ["--redirect-uri", uri, "--scope", "a  b"], "--scope"),
            (2, ["--redirect-uri", uri, "--id", "with blank"], "--id"),
            # TK-20: 22 base64url characters could be a person's `sub`.
            (2, ["--redirect-uri", uri, "--id", "-CPVRJknEhLuY4XTkX7lmw"], "--id"),
            (2, ["--redirect-uri", uri, "--id", "aCPVRJknEhLuY4XTkX7lmw"], "person"),
            (2, ["--redirect-uri", uri, "--name", "\u202eevil"], "--name"),
            (2, ["--redirect-uri", uri, "--home-uri", "javascript:alert(1)"], "--home-uri"),
            (1, ["--redirect-uri", uri, "--id-token-alg", "EdDSA"],
             "does not sign with EdDSA; expected one of ES256, RS256"),
            (1, ["--redirect-uri", uri, "--userinfo-alg", "PS256"], "does not sign with PS256"),
            (2, ["--redirect-uri", uri, "--id-token-alg", "none"], "--id-token-alg"),
            (2, ["--redirect-uri", uri, "--sector", "shop.example"], "--subject-type pairwise"),
            (2, ["--redirect-uri", uri, "--subject-type", "pairwise", "--sector", "https://x"],
             "--sector"),
            (2, ["--redirect-uri", uri, "--default-max-age", "soon"], "--default-max-age"),
            (2, ["--redirect-uri", uri, "--default-max-age", "-1s"], "--default-max-age"),
            (2, ["--redirect-uri", uri, "--public", "--secret-file", "-"], "--secret-file"),
        ]
        for exit_code, options, part in rows:
            said = self.bad(exit_code, "client", "create", *options, stdin="a-long-enough-secret")
            self.assertIn(part, said)
        self.assertEqual(self.json("client", "list"), [])
        self.create("--redirect-uri", "http://dev.example/cb", "--allow-insecure-redirect")

    def test_loopback_redirects_may_be_http(self):
        made = self.create("--redirect-uri", "http://127.0.0.1/cb", "--redirect-uri",
                           "http://[::1]/cb", "--redirect-uri", "http://localhost:3000/cb",
                           "--redirect-uri", "com.example.app:/cb")
        self.assertEqual(len(made["redirect_uris"]), 5)

    def test_an_id_is_taken_once(self):
        self.create()
        self.assertIn("already", self.bad(1, "client", "create", "--id", "shop", "--public",
                                          "--redirect-uri", "https://b.example/", "--scope",
                                          "notes:read"))

    def test_update_changes_what_is_named_and_keeps_the_rest(self):
        before = self.create("--name", "The Shop")
        after = self.json("client", "update", "shop", "--add-redirect-uri",
                          "https://shop.example/cb2", "--remove-redirect-uri",
                          "https://shop.example/cb", "--scope", "notes:read notes:write",
                          "--verified")
        self.assertEqual(after["redirect_uris"], ["https://shop.example/cb2"])
        self.assertEqual(after["scope"], "notes:read notes:write")
        self.assertEqual(after["client_name"], before["client_name"])
        self.assertEqual(after["secrets"], before["secrets"])
        self.assertTrue(after["verified"])
        self.assertEqual(after["version"], before["version"] + 1)
        self.assertTrue(self.json("client", "update", "shop", "--disable")["disabled"])
        self.assertFalse(self.json("client", "update", "shop", "--enable")["disabled"])
        self.assertIn("no such redirect URI",
                      self.bad(1, "client", "update", "shop", "--remove-redirect-uri",
                               "https://x/"))
        self.assertIn("there is no client", self.bad(1, "client", "update", "shopp", "--verified"))

    # OpenID Connect Dynamic Client Registration §2
    def test_what_openid_connect_adds(self):
        made = self.create("--scope", "openid profile email")
        self.assertEqual(made["id_token_signed_response_alg"], "RS256")
        self.assertEqual(made["subject_type"], "public")
        for member in ["userinfo_signed_response_alg", "sector", "token_format",
                       "default_max_age"]:
            self.assertNotIn(member, made)
        update = ["client", "update", "shop"]
        after = self.json(*update, "--id-token-alg", "ES256", "--userinfo-alg", "RS256",
                          "--subject-type", "pairwise", "--token-format", "opaque",
                          "--default-max-age", "1h")
        self.assertEqual(after["id_token_signed_response_alg"], "ES256")
        self.assertEqual(after["userinfo_signed_response_alg"], "RS256")
        self.assertEqual((after["subject_type"], after["sector"]), ("pairwise", "shop.example"))
        self.assertEqual((after["token_format"], after["default_max_age"]), ("opaque", 3600))
        self.assertEqual(self.json(*update, "--sector", "Group.example")["sector"],
                         "group.example")
        back = self.json(*update, "--userinfo-alg", "none", "--subject-type", "public",
                         "--token-format", "api", "--default-max-age", "none")
        self.assertEqual(back["id_token_signed_response_alg"], "ES256")  # not named
        for member in ["userinfo_signed_response_alg", "sector", "token_format",
                       "default_max_age"]:
            self.assertNotIn(member, back)
        self.assertEqual(self.json(*update, "--default-max-age", "0s")["default_max_age"], 0)

    # OpenID Connect Core §8.1: one host, or a sector that is named
    def test_pairwise_subjects_need_one_host(self):
        pairwise = ["--subject-type", "pairwise", "--scope", "openid"]
        two = ["--redirect-uri", "https://a.example/cb", "--redirect-uri", "https://b.example/cb"]
        self.assertIn("--sector HOST", self.bad(1, "client", "create", *two, *pairwise))
        self.assertIn("--sector HOST", self.bad(1, "client", "create", "--redirect-uri",
                                                "com.example.app:/cb", "--public", *pairwise))
        made = self.json("client", "create", *two, *pairwise, "--sector", "example.org")
        self.assertEqual(made["sector"], "example.org")
        ports = self.json("client", "create", "--redirect-uri", "https://a.example:8443/cb",
                          "--redirect-uri", "https://A.example/cb", *pairwise)
        self.assertEqual(ports["sector"], "a.example")

    def test_two_secrets_at_most_are_live(self):  # CA-13
        self.create()
        for _ in range(3):
            made = self.json("client", "rotate-secret", "shop")
            self.assertIn("client_secret", made)
            self.assertEqual(len(made["secrets"]), 2)
        self.assertEqual(sum("expires" in secret for secret in made["secrets"]), 1)
        made = self.json("client", "rotate-secret", "shop", "--overlap", "0s")
        self.assertEqual(len(made["secrets"]), 1)
        self.assertIn("--overlap", self.bad(2, "client", "rotate-secret", "shop", "--overlap", "x"))

    def test_delete_asks_and_refuses_where_nobody_can_be_asked(self):
        self.create()
        self.assertIn("--yes", self.bad(2, "client", "delete", "shop"))
        code, shown = self.on_terminal(["client", "delete", "shop"], [("[y/N] ", "n")])
        self.assertEqual(code, 1, shown)
        self.assertEqual(len(self.json("client", "list")), 1)
        code, shown = self.on_terminal(["client", "delete", "shop"], [("[y/N] ", "y")])
        self.assertEqual(code, 0, shown)
        self.assertEqual(self.json("client", "list"), [])
        self.create()
        self.good("client", "delete", "shop", "--yes")
        self.bad(1, "client", "show", "shop")

    def test_many_clients_are_listed_across_pages(self):
        for i in range(3):
            self.json("client", "create", "--id", f"c{i}", "--public", "--redirect-uri",
                      "https://a.example/")
        self.assertEqual([row["client_id"] for row in self.json("client", "list")],
                         ["c0", "c1", "c2"])
        table = self.good("client", "list").splitlines()
        self.assertEqual(len(table), 4)
        self.assertTrue(table[0].startswith("CLIENT_ID"))


class Resources(House):
    def test_an_api_and_its_words(self):
        made = self.json("resource", "create", "--audience", "https://api.example.com", "--scope",
                         "notes:read=See your notes|Titles and text", "--scope-text",
                         "notes:read:de=Ihre Notizen sehen", "--lifetime", "5m")
        self.assertEqual(made["token_lifetime"], "5m")
        texts = made["scopes"][0]["texts"]
        self.assertEqual(texts["en"]["title"], "See your notes")
        self.assertEqual(texts["en"]["detail"], "Titles and text")
        self.assertEqual(texts["de"]["title"], "Ihre Notizen sehen")
        shown = self.json("resource", "show", "https://api.example.com")
        self.assertEqual(shown, made)
        updated = self.json("resource", "update", "https://api.example.com", "--scope",
                            "notes:share=Share", "--remove-scope", "notes:read", "--name", "Notes")
        self.assertEqual([scope["name"] for scope in updated["scopes"]], ["notes:share"])
        self.good("resource", "delete", "https://api.example.com", "--yes")
        self.assertEqual(self.json("resource", "list"), [])

    def test_opaque_tokens_and_who_may_ask_about_them(self):  # RFC 7662 §2.1, §4
        self.with_api()
        api = "https://api.example.com"
        self.good("client", "create", "--id", "api", "--grant", "client_credentials")
        self.good("client", "create", "--id", "spa", "--public", "--redirect-uri",
                  "https://a.example/")
        self.assertIn("public", self.bad(1, "resource", "update", api, "--introspector", "spa"))
        opaque = self.json("resource", "update", api, "--token-format", "opaque", "--introspector",
                           "api")
        self.assertEqual((opaque["token_format"], opaque["introspectors"]), ("opaque", ["api"]))
        again = self.json("resource", "update", api, "--introspector", "api")
        self.assertEqual((again["token_format"], again["introspectors"]), ("opaque", ["api"]))
        gone = self.json("resource", "update", api, "--remove-introspector", "api",
                         "--token-format", "jwt")
        self.assertEqual((gone["token_format"], gone["introspectors"]), ("jwt", []))
        self.assertIn("no introspector", self.bad(1, "resource", "update", api,
                                                  "--remove-introspector", "api"))

    def test_what_no_api_may_look_like(self):
        self.with_api()
        base = ["resource", "create", "--audience", "https://b.example.com"]
        rows = [
            (2, ["resource", "create", "--audience", "notes"], "absolute URI"),
            (2, ["resource", "create", "--audience", "https://a.example/#x"], "absolute URI"),
            (2, base + ["--scope", "notes"], 'NAME="Title"'),
            (2, base + ["--scope", "a b=Both"], "one name"),
            (2, base + ["--scope-text", "x=Y"], "LANGUAGE"),
            (1, base + ["--scope-text", "x:de=Y"], "no scope"),
            (2, base + ["--token-format", "paseto"], "--token-format"),
            (1, base + ["--introspector", "nobody"], "there is no client"),
            (1, base + ["--scope", "profile=Mine"], "server itself"),
            (2, base + ["--lifetime", "1s"], "--lifetime"),
            (1, base + ["--scope", "notes:read=Theirs"], "belongs to https://api.example.com"),
            (1, base + ["--scope", "offline_access=Mine"], "server itself"),
            (1, ["resource", "create", "--audience", "https://api.example.com"], "already"),
            (1, ["resource", "show", "https://none.example"], "there is no API"),
        ]
        for exit_code, arguments, part in rows:
            self.assertIn(part, self.bad(exit_code, *arguments))
        self.assertEqual(len(self.json("resource", "list")), 1)

    def test_deleting_names_the_apps_that_use_it(self):
        self.with_api()
        self.good("client", "create", "--id", "shop", "--public", "--redirect-uri",
                  "https://a.example/", "--scope", "notes:read")
        self.assertIn("shop", self.bad(2, "resource", "delete", "https://api.example.com"))


class Users(House):
    def create(self, login, *more, password="correct horse battery"):
        return self.json("user", "create", "--login", login, "--password-file", "-", *more,
                         stdin=password)

    def test_a_person_with_claims(self):
        made = self.create("Alice", "--name", "Alice Adams", "--claim", "email=alice@example.com",
                           "--claim", "email_verified=true")
        self.assertEqual(made["login"], "alice")
        updated_at = made["claims"].pop("updated_at")  # OpenID Connect Core §5.1: seconds
        self.assertLess(abs(updated_at - time.time()), 600)
        self.assertEqual(made["claims"], {"email": "alice@example.com", "email_verified": True,
                                          "name": "Alice Adams"})
        made["claims"]["updated_at"] = updated_at
        self.assertTrue(made["has_password"])
        self.assertEqual(self.json("user", "show", made["sub"]) if made["sub"][0] != "-" else made,
                         made)
        shown = self.good("user", "show", "ALICE")
        self.assertNotIn("argon2", shown + self.good("user", "list", "--json"))  # AD-04
        data = everything_in(self.path("data"))
        self.assertNotIn(b"correct horse battery", data)
        self.assertIn(b"$argon2id$v=19$m=19456,t=2,p=1$", data)

    def test_one_canonical_name(self):  # EN-12
        self.create("admin")
        self.assertIn("already", self.bad(1, "user", "create", "--login", " Admin ",
                                          "--no-password"))
        for name in ("\u0430dmin", "ad min", "", "a" * 255, "caf\u00e9"):
            self.assertIn("--login", self.bad(2, "user", "create", "--login", name,
                                              "--no-password"))

    def test_passwords_come_from_prompt_file_or_input_and_never_otherwise(self):  # AD-08
        self.assertIn("nobody can be asked", self.bad(2, "user", "create", "--login", "a"))
        with open(self.path("pw"), "w") as file:
            file.write("from a file, yes\n")
        os.chmod(self.path("pw"), 0o644)
        done = self.run_grantd("user", "create", "--login", "a", "--password-file", "pw")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("others may read pw", done.stderr)
        self.assertIn("at least 8", self.bad(1, "user", "create", "--login", "b",
                                             "--password-file", "-", stdin="short"))
        self.assertIn("empty",
                      self.bad(1, "user", "create", "--login", "b", "--password-file", "-"))
        self.assertIn("1024", self.bad(1, "user", "create", "--login", "b", "--password-file", "-",
                                       stdin="x" * 1025))
        self.create("b", password="x" * 1024)

    def test_the_prompt_does_not_echo(self):
        code, shown = self.on_terminal(["user", "create", "--login", "carol"],
                                       [("New password: ", "tulips and rain"),
                                        ("again: ", "tulips and rain")])
        self.assertEqual(code, 0, shown)
        self.assertNotIn("tulips", shown)
        code, shown = self.on_terminal(["user", "set-password", "carol"],
                                       [("New password: ", "tulips and rain"),
                                        ("again: ", "tulips and snow")])
        self.assertEqual(code, 1, shown)
        self.assertIn("differ", shown)

    def test_what_ends_sessions_raises_the_counter(self):  # LG-13
        before = self.create("dave")["counter"]
        for i, command in enumerate((["set-password", "dave", "--password-file", "-"],
                                     ["disable", "dave"], ["sign-out", "dave"]), start=1):
            after = self.json("user", *command, stdin="another good one")
            self.assertEqual(after["counter"], before + i)
        self.assertTrue(after["disabled"])
        enabled = self.json("user", "enable", "dave")
        self.assertFalse(enabled["disabled"])
        self.assertEqual(enabled["counter"], before + 3)

    def test_delete(self):
        self.create("erin")
        self.assertIn("--yes", self.bad(2, "user", "delete", "erin"))
        self.good("user", "delete", "erin", "--yes")
        self.assertIn("there is no user", self.bad(1, "user", "show", "erin"))

    def test_claims_change_one_by_one(self):  # OpenID Connect Core §5.1.1: address is an object
        made = self.create("frank")
        self.assertEqual(made["claims"], {})
        first = self.json("user", "update", "frank", "--claim", "address.locality=Berlin",
                          "--claim", "address=Somewhere 1, Berlin", "--name", "Frank")
        self.assertEqual(first["claims"]["address"],
                         {"locality": "Berlin", "formatted": "Somewhere 1, Berlin"})
        self.assertIs(type(first["claims"]["updated_at"]), int)
        second = self.json("user", "update", "frank", "--claim", "address.country=Germany",
                           "--claim", "name=Franz", "--remove-claim", "name")
        self.assertEqual(second["claims"]["address"]["country"], "Germany")
        self.assertEqual(second["claims"]["address"]["locality"], "Berlin")
        self.assertEqual(second["claims"]["name"], "Franz")
        third = self.json("user", "update", "frank", "--remove-claim", "address")
        self.assertEqual(sorted(third["claims"]), ["name", "updated_at"])
        self.assertEqual(third["counter"], made["counter"])  # nobody is signed out by it
        self.assertIn("no claim", self.bad(1, "user", "update", "frank", "--remove-claim", "email"))

    def test_claims_are_the_standard_ones(self):
        rows = [("nmae=x", "did you mean name?"), ("name", "NAME=VALUE"),
                ("email_verified=yes", "true or false"), ("shoe_size=43", "no standard claim"),
                ("sub=1", "no standard claim"), ("updated_at=1", "no standard claim"),
                ("address.planet=Mars", "no standard claim"), ("name=\u202eX", "one line")]
        for claim, part in rows:
            self.assertIn(part, self.bad(2, "user", "create", "--login", "x", "--no-password",
                                         "--claim", claim))


class Keys(House):
    def keys(self, use="sign", *command):
        rows = self.json("key", *(command or ["list"]))
        return {key["kid"]: key for key in rows if key["use"] == use}

    def states(self):
        return sorted((key["use"], key["state"]) for key in self.json("key", "list"))

    def test_a_new_store_has_what_it_needs(self):
        self.assertEqual(self.states(), [("pairwise", "current"), ("remember", "current"),
                                         ("seal_front", "current"), ("seal_front", "next"),
                                         ("seal_refresh", "current"), ("seal_refresh", "next"),
                                         ("sign", "current"), ("sign", "current"),
                                         ("sign", "next"), ("sign", "next")])
        # What keys.algorithms names is there before a server waits for it.
        self.assertEqual(sorted((key["alg"], key["state"]) for key in self.keys().values()),
                         [("ES256", "current"), ("ES256", "next"), ("RS256", "current"),
                          ("RS256", "next")])
        self.assertNotIn("wrapped", self.good("key", "list", "--json"))  # AD-04

    def test_rotation_keeps_the_old_one_for_as_long_as_a_token_may_live(self):
        before = self.keys()
        after = self.keys("sign", "rotate")
        for kid, key in before.items():
            self.assertEqual(after[kid]["state"], {"current": "retired", "next": "current"}[
                key["state"]])
            if key["state"] == "current":
                since, until = (datetime.datetime.fromisoformat(after[kid][name].rstrip("Z"))
                                for name in ("since", "until"))
                self.assertEqual(until - since, datetime.timedelta(days=1, minutes=2))
            else:
                self.assertNotIn("until", after[kid])
        self.good("key", "rotate", "--use", "seal_refresh")
        self.assertIn(("seal_refresh", "retired"), self.states())
        self.assertEqual(sorted((key["alg"], key["state"]) for key in after.values()),
                         [(alg, state) for alg in ("ES256", "RS256")
                          for state in ("current", "next", "retired")])

    def test_an_algorithm_that_no_server_has_seen_gets_its_keys_by_the_command(self):
        environment = clean_environment(GRANTD_KEYS_ALGORITHMS="ES256,EdDSA")
        done = self.run_grantd("key", "rotate", "--json", environment=environment)
        self.assertEqual(sorted((key["alg"], key["state"]) for key in json.loads(done.stdout)
                                if key.get("alg") == "EdDSA"),
                         [("EdDSA", "current"), ("EdDSA", "next")], done.stderr)

    def test_a_key_that_apps_cannot_know_yet_does_not_sign(self):  # DESIGN section 6, Keys
        self.good("key", "rotate", "--algorithm", "ES256")
        self.assertIn("apps may hold keys without it until",
                      self.bad(1, "key", "rotate", "--algorithm", "ES256"))

    def test_one_algorithm_alone_and_only_a_configured_one(self):
        before = self.keys()
        after = self.keys("sign", "rotate", "--algorithm", "RS256")
        self.assertEqual({key["alg"] for kid, key in after.items() if before.get(kid) != key},
                         {"RS256"})
        self.assertEqual(sorted(key["state"] for key in after.values() if key["alg"] == "RS256"),
                         ["current", "next", "retired"])
        self.assertIn("PS256 is not in keys.algorithms",
                      self.bad(1, "key", "rotate", "--algorithm", "PS256"))
        self.assertIn("--algorithm", self.bad(2, "key", "rotate", "--algorithm", "HS256"))
        self.assertIn("only keys that sign", self.bad(
            2, "key", "rotate", "--use", "seal_front", "--algorithm", "ES256"))

    def test_the_pairwise_key_never_rotates(self):  # OpenID Connect Core section 8.1
        before = self.keys("pairwise")
        for extra in ([], ["--emergency", "--yes"]):
            self.assertIn("a stranger", self.bad(1, "key", "rotate", "--use", "pairwise", *extra))
        self.assertEqual(self.keys("pairwise"), before)

    def test_a_leaked_key_is_gone_with_one_command(self):  # JW-15
        before = self.keys()
        self.assertIn("--yes", self.bad(2, "key", "rotate", "--emergency"))
        after = self.keys("sign", "rotate", "--emergency", "--yes")
        self.assertEqual(sorted((key["alg"], key["state"]) for key in after.values()),
                         [("ES256", "current"), ("ES256", "next"),
                          ("RS256", "current"), ("RS256", "next")])
        self.assertFalse(before.keys() & after.keys())


class BesideAServer(House):
    def get(self, port, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def kids(self, port):
        return {key["kid"] for key in self.get(port, "/jwks")["keys"]}

    def test_it_notices_a_leaked_keys_end_at_once(self):  # JW-15
        server, port = self.serve()
        before = self.kids(port)
        self.assertIn(len(before), (3, 4))  # RS256's next one comes a second after the start
        after = {key["kid"] for key in self.json("key", "rotate", "--emergency", "--yes")
                 if key["use"] == "sign"}
        self.assertEqual(self.kids(port), after)
        self.assertFalse(before & after)
        self.assertEqual(self.stop(server), 0)

    def test_records_are_made_beside_it(self):
        server, _ = self.serve()
        self.with_api()
        self.json("user", "create", "--login", "alice", "--no-password")
        self.assertEqual(len(self.json("user", "list")), 1)
        self.assertEqual(self.json("session", "list"), [])
        self.assertEqual(self.json("grant", "list", "--all"), [])
        self.assertEqual(self.stop(server), 0)
        self.assertEqual(len(self.json("user", "list")), 1)


class Invitations(House):
    """RFC 7591 §3: leave to register one app."""

    def test_an_initial_access_token_is_printed_where_one_is_asked_for(self):
        self.assertIn("registration.mode", self.bad(1, "client", "invite"))
        by_token = clean_environment(GRANTD_REGISTRATION_MODE="token")
        tokens = set()
        for _ in range(2):
            done = self.run_grantd("client", "invite", "--json", environment=by_token)
            self.assertEqual(done.returncode, 0, done.stderr)
            tokens.add(json.loads(done.stdout)["initial_access_token"])
        self.assertEqual([token[:4] for token in tokens], ["gia_", "gia_"])
        for wrong in ("0s", "91d", "soon"):
            self.assertIn("--expires", self.bad(2, "client", "invite", "--expires", wrong,
                                                environment=by_token))


class Ends(House):
    def test_what_is_not_there_is_said(self):
        unknown = "A" * 22
        self.assertIn("there is no session", self.bad(1, "session", "revoke", unknown))
        self.assertIn("there is no grant", self.bad(1, "grant", "revoke", unknown))
        self.assertIn("22 characters", self.bad(2, "session", "revoke", "x"))
        self.assertIn("22 characters", self.bad(2, "grant", "revoke", "x"))
        self.assertIn("there is no user", self.bad(1, "session", "list", "--user", "nobody"))
        self.assertIn("there is no client", self.bad(1, "grant", "list", "--client", "none"))
        self.assertEqual(self.good("session", "list"), "There are no sessions.\n")


if __name__ == "__main__":
    main()
