#!/usr/bin/env python3
"""Apache with Debian's mod_auth_openidc in front of a page, against `grantd dev`: who has no
session is sent to grantd, signs in, and the page sees who it is; logout leads through grantd and
back. Negatives: an altered state, the code of another browser, a used callback, a code that grantd
never gave. GRANTD names the binary.

The Apache is this test's own: its folder, its configuration, ports on loopback; nothing of the
system's is read but the modules. Works as root and as anybody."""

import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/person"))
from person import Person, parameters  # noqa: E402
from ports import free_ports  # noqa: E402

GRANTD = os.path.abspath(os.environ.get("GRANTD", SOURCE / "build/release/grantd"))
APACHE = shutil.which("apache2", path="/usr/sbin:/usr/bin")
MODULES = "/usr/lib/apache2/modules"
SECRET = "the secret of apache: 0123456789"

# Server-side includes show what a page behind the module is told.
PAGE = """user=<!--#echo var="REMOTE_USER" -->
sub=<!--#echo var="OIDC_CLAIM_sub" -->
name=<!--#echo var="OIDC_CLAIM_name" -->
iss=<!--#echo var="OIDC_CLAIM_iss" -->
aud=<!--#echo var="OIDC_CLAIM_aud" -->
access_token=<!--#echo var="OIDC_access_token" -->
"""
CONFIGURATION = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
ErrorLog {folder}/error.log
LogLevel warn auth_openidc:info
{identity}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule filter_module {modules}/mod_filter.so
LoadModule include_module {modules}/mod_include.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
TypesConfig /dev/null
AddType text/plain .shtml
DocumentRoot {folder}/pages
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCSSLValidateServer Off
OIDCClientID apache
Include {folder}/secrets.conf
OIDCRedirectURI {base}/secure/callback
OIDCScope "openid profile notes.read"
OIDCPKCEMethod S256
OIDCRemoteUserClaim name
OIDCDefaultLoggedOutURL {base}/bye.txt
OIDCCacheType shm
OIDCCookieSameSite On

<Location /secure>
  AuthType openid-connect
  Require valid-user
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
"""


class Browser(Person):
    """The module sends only what looks like a browser to sign in."""

    def ask(self, method, url, body=None, headers=None):
        return super().ask(method, url, body, {"Accept": "text/html", **(headers or {})})


def write_secret(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(text)


class Apache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not APACHE or not os.path.exists(f"{MODULES}/mod_auth_openidc.so"):
            raise AssertionError("apache2-bin and libapache2-mod-auth-openidc are missing: run "
                                 "dev/install test")
        holder = tempfile.TemporaryDirectory(prefix="grantd-apache-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name
        port = free_ports(5)
        cls.issuer, cls.base = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 4}"
        cls.start_grantd(port)
        cls.start_apache(port + 4)

    @classmethod
    def start_grantd(cls, port):
        data = os.path.join(cls.folder, "data")
        cls.process = subprocess.Popen(
            [GRANTD, "dev", "--port", str(port), "--data", data, "--log", "warning"],
            stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.process.stdout.close)
        cls.addClassCleanup(cls.process.wait, timeout=30)
        cls.addClassCleanup(cls.process.send_signal, signal.SIGINT)
        for line in cls.process.stdout:
            if line.startswith("Ready in "):
                break
        else:
            raise AssertionError("grantd dev did not start")
        secret = os.path.join(cls.folder, "secret")
        write_secret(secret, SECRET)
        subprocess.run(
            [GRANTD, "client", "create", "--id", "apache", "--secret-file", secret,
             "--redirect-uri", f"{cls.base}/secure/callback", "--post-logout-redirect-uri",
             f"{cls.base}/bye.txt", "--scope", "openid profile notes.read", "--config",
             os.path.join(data, "grantd.toml")],
            check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def start_apache(cls, port):
        pages = os.path.join(cls.folder, "pages", "secure")
        os.makedirs(pages)
        for name, text in [("page.shtml", PAGE), ("../bye.txt", "bye\n")]:
            with open(os.path.join(pages, name), "w", encoding="ascii") as file:
                file.write(text)
        # Apache starts its workers as somebody else where it is root.
        identity = ""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            identity = f"User nobody\nGroup #{nobody.pw_gid}"
            os.chown(cls.folder, nobody.pw_uid, nobody.pw_gid)
        write_secret(os.path.join(cls.folder, "secrets.conf"),
                     f'OIDCClientSecret "{SECRET}"\n'
                     'OIDCCryptoPassphrase "a passphrase of this test"\n')
        configuration = os.path.join(cls.folder, "apache.conf")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(folder=cls.folder, port=port, identity=identity,
                                            modules=MODULES, issuer=cls.issuer, base=cls.base))
        # In the foreground, as a child of this test, with nothing of the system's configuration.
        apache = subprocess.Popen([APACHE, "-D", "FOREGROUND", "-f", configuration])
        cls.addClassCleanup(apache.wait, timeout=30)
        cls.addClassCleanup(apache.terminate)
        for _ in range(600):
            if apache.poll() is not None:
                raise AssertionError(f"Apache ended with {apache.returncode}: {cls.apache_log()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"Apache did not start: {cls.apache_log()}")

    @classmethod
    def apache_log(cls):
        try:
            with open(os.path.join(cls.folder, "error.log"), encoding="utf-8") as log:
                return log.read()
        except OSError:
            return "no log"

    # ---- what people do

    def page(self):
        return f"{self.base}/secure/page.shtml"

    def callback(self, person, login="ada", password="correct horse"):
        """From the page to the address of the callback, which is not opened."""
        landing = f"{self.base}/secure/callback"
        page = person.open(self.page(), landing)
        for _ in range(3):
            if (page.location or "").startswith(landing):
                return page.location
            if "password" in page.form()["fields"]:
                page = person.sign_in(page, login, password, landing)
            else:
                page = person.decide(page, "allow", landing)
        raise AssertionError(f"no callback: {page.status} {page.body}")

    def seen(self, page):
        self.assertEqual(page.status, 200, page.body + self.apache_log())
        return dict(re.findall(r"^(\w+)=(.*)$", page.body, re.M))

    def is_no_session(self, person):
        answer = person.get(self.page())
        self.assertEqual(answer.status, 302)
        self.assertTrue(answer.location.startswith(f"{self.issuer}/authorize?"), answer.location)
        return parameters(answer.location)

    # ---- what is shown

    def test_without_a_session_to_grantd_and_with_one_to_the_page(self):
        person = Browser()
        asked = self.is_no_session(person)
        self.assertEqual(asked["response_type"], "code")
        self.assertEqual(asked["code_challenge_method"], "S256")
        self.assertTrue(asked["nonce"] and asked["state"])
        seen = self.seen(person.open(self.callback(person)))
        self.assertTrue(seen["user"].startswith("Ada"), seen)
        self.assertEqual((seen["iss"], seen["aud"]), (self.issuer, "apache"))
        self.assertTrue(seen["sub"] and seen["access_token"])
        again = self.seen(person.get(self.page()))  # the session holds
        self.assertEqual(again["sub"], seen["sub"])
        other = Browser()
        grace = self.seen(other.open(self.callback(other, "grace", "battery staple")))
        self.assertTrue(grace["user"].startswith("Grace"), grace)
        self.assertNotEqual(grace["sub"], seen["sub"])

    def test_logout_ends_both_sessions_and_leads_back(self):
        person = Browser()
        self.seen(person.open(self.callback(person)))
        bye = f"{self.base}/bye.txt"
        page = person.open(f"{self.base}/secure/callback?" +
                           urllib.parse.urlencode({"logout": bye}), bye)
        if page.location != bye:  # the page that asks
            page = person.submit(page, {}, bye)
        self.assertEqual(person.follow(page).body, "bye\n")
        self.is_no_session(person)
        self.assertIn("password", person.open(self.page()).form()["fields"])  # grantd's has ended

    def refused(self, person, url):
        answer = person.get(url)
        self.assertIsNone(answer.location)  # a page of the module's, some with status 200
        self.assertNotIn("user=", answer.body)
        self.is_no_session(person)

    def test_an_altered_state_is_refused(self):
        person = Browser()
        back = self.callback(person)
        state = parameters(back)["state"]
        altered = ("A" if state[0] != "A" else "B") + state[1:]
        self.refused(person, back.replace(f"state={state}", f"state={altered}"))
        self.seen(person.open(back))  # nothing was spent

    def test_the_callback_of_another_browser_is_refused(self):
        back = self.callback(Browser())
        self.refused(Browser(), back)

    def test_the_code_of_another_browser_is_refused(self):
        """Code injection: one's own state, another's code (RFC 9700 §4.5). The verifier differs,
        and the code is burned with it."""
        victim, thief = Browser(), Browser()
        hers = self.callback(victim)
        stolen = parameters(hers)["code"]
        back = self.callback(thief, "grace", "battery staple")
        code = parameters(back)["code"]
        self.refused(thief, back.replace(code, stolen))
        self.refused(victim, hers)

    def test_a_code_that_grantd_never_gave_is_refused(self):
        person = Browser()
        back = self.callback(person)
        self.refused(person, back.replace(parameters(back)["code"], "gac_1.made-up"))

    def test_a_used_callback_gives_no_second_session(self):
        person = Browser()
        back = self.callback(person)
        self.seen(person.open(back))
        person.cookies["127.0.0.1"].pop("mod_auth_openidc_session")
        self.refused(person, back)


if __name__ == "__main__":
    unittest.main(verbosity=2)
