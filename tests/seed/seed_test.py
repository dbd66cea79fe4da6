#!/usr/bin/env python3
"""The seed program, unchanged, against a real `grantd serve` over TLS (issue 2, "Seen working").

auth.example.com leads to grantd by a hosts file and a network of this test's own (`unshare`), so it
needs root; without it the test says loudly that it did not run. GRANTD names the binary.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/person"))
from person import Person, parameters  # noqa: E402

GRANTD = os.environ.get("GRANTD", str(SOURCE / "build/release/grantd"))
PROGRAM = SOURCE / "examples/seed/seed.py"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's requests
CALLBACK = "https://myapp.com/callback"
INSIDE = "GRANTD_SEED_TEST_INSIDE"


def run(*command, stdin=""):
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def make_certificates(folder):
    """A CA, and a certificate of auth.example.com from it."""
    def path(name):
        return str(folder / name)
    (folder / "leaf.ext").write_text("subjectAltName=DNS:auth.example.com\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run("openssl", "req", "-x509", *key, "-keyout", path("ca.key"), "-out", path("ca.crt"),
        "-days", "2", "-subj", "/CN=seed test CA")
    run("openssl", "req", *key, "-keyout", path("tls.key"), "-out", path("tls.csr"),
        "-subj", "/CN=auth.example.com")
    run("openssl", "x509", "-req", "-in", path("tls.csr"), "-CA", path("ca.crt"), "-CAkey",
        path("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", path("leaf.ext"), "-out",
        path("tls.crt"))


class Seed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="grantd-seed-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        hosts = cls.folder / "hosts"
        hosts.write_text("127.0.0.1 localhost auth.example.com\n")
        run("mount", "--bind", str(hosts), "/etc/hosts")
        run("ip", "link", "set", "lo", "up")
        make_certificates(cls.folder)
        cls.make_house()
        log = open(cls.folder / "log", "w", encoding="utf-8")
        cls.addClassCleanup(log.close)
        server = subprocess.Popen([GRANTD, "serve", "--config", cls.config], stderr=log)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.wait_until_ready(server)

    @classmethod
    def make_house(cls):
        cls.config = str(cls.folder / "grantd.toml")
        with_config = ("--config", cls.config)
        run(GRANTD, "init", *with_config, "--issuer", "https://auth.example.com",
            "--set", "listen.port=443", "--set", "listen.management_port=9000",
            "--set", "listen.tls_certificate_file=tls.crt", "--set", "listen.tls_key_file=tls.key")
        run(GRANTD, "resource", "create", *with_config, "--audience", "https://api.example.com",
            "--name", "Example API", "--scope", "read=Read your data")
        run(GRANTD, "client", "create", *with_config, "--id", "abc123", "--name", "My App",
            "--redirect-uri", CALLBACK, "--scope", "read", "--auth", "client_secret_post",
            "--pkce", "optional", "--secret-file", "-", stdin="secret\n")
        run(GRANTD, "user", "create", *with_config, "--login", "ada", "--password-file", "-",
            stdin="correct horse\n")

    @classmethod
    def wait_until_ready(cls, server):
        for _ in range(200):
            if server.poll() is not None:
                break
            try:
                if Person().get("http://127.0.0.1:9000/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("grantd serve: " + (cls.folder / "log").read_text())

    def start_program(self, source=None):
        program = PROGRAM
        if source is not None:
            program = self.folder / "seed_changed.py"
            program.write_text(source, encoding="utf-8")
        environment = {**os.environ, "REQUESTS_CA_BUNDLE": str(self.folder / "ca.crt")}
        started = subprocess.Popen([PYTHON, str(program)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(started.stdout.close)
        self.addCleanup(started.kill)
        for line in started.stdout:
            if line.startswith("https://"):
                return started, line.strip()
        self.fail("the program printed no authorize URL")

    def approve(self, url):
        """A person opens the URL, signs in where asked, allows. Gives the code."""
        person = Person(ca_file=str(self.folder / "ca.crt"))
        page = person.open(url, until=CALLBACK)
        self.assertEqual(page.status, 200, page.body)
        page = person.sign_in(page, "ada", "correct horse", until=CALLBACK)
        if not page.location:
            self.assertIn("My App", page.body)
            page = person.decide(page, "allow", until=CALLBACK)
        self.assertTrue((page.location or "").startswith(CALLBACK + "?"), page.body)
        answer = parameters(page.location)
        self.assertNotIn("state", answer)  # RFC 6749 §4.1.2: as it was sent, and none was
        self.assertEqual(answer["iss"], "https://auth.example.com")  # RFC 9207 §2
        return answer["code"]

    def finish(self, program, code):
        out, _ = program.communicate(code + "\n", timeout=60)
        self.assertEqual(program.returncode, 0, out)
        return out

    def test_the_program_prints_a_token(self):
        program, url = self.start_program()
        asked = parameters(url)
        self.assertEqual(asked, {"response_type": "code", "client_id": "abc123",
                                 "redirect_uri": CALLBACK, "scope": "read"})
        out = self.finish(program, self.approve(url))
        self.assertRegex(out, r"Access token: eyJ[\w-]+\.[\w-]+\.[\w-]+\n")

    def test_a_code_that_is_none_gets_no_token(self):  # RFC 6749 §5.2
        program, _ = self.start_program()
        out = self.finish(program, "made-up")
        self.assertIn("Error: 400", out)
        self.assertNotIn("eyJ", out)

    def test_by_get_there_is_no_token_and_the_code_stays_good(self):  # OAuth 2.1 §3.2, TK-01
        source = PROGRAM.read_text(encoding="utf-8")
        by_get = source.replace("requests.post(", "requests.get(").replace("data={", "params={")
        self.assertNotEqual(by_get, source)
        program, url = self.start_program(by_get)
        code = self.approve(url)
        out = self.finish(program, code)
        self.assertIn("Error: 405", out)
        self.assertNotIn("eyJ", out)
        # The server looked at nothing of the query: the right request still works.
        program, _ = self.start_program()
        self.assertIn("Access token: eyJ", self.finish(program, code))


def main():
    if os.environ.get(INSIDE):
        unittest.main()
    able = os.geteuid() == 0 and subprocess.run(
        ["unshare", "--mount", "--net", "true"], capture_output=True).returncode == 0
    if not able:
        print("SKIPPED: the seed program was NOT tested: it needs root and "
              "`unshare --mount --net`, for a hosts file and port 443 of its own", file=sys.stderr)
        print("0 passed, 0 failed, 3 skipped")
        return
    os.execvpe("unshare", ["unshare", "--mount", "--net", sys.executable, __file__, *sys.argv[1:]],
               {**os.environ, INSIDE: "1"})


if __name__ == "__main__":
    main()
