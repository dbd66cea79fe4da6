"""The server under test: `grantd serve` on the repository's conformance.toml, with a certificate of
an authority that is made here, and one person of whom everything is known. GRANTD names the binary.

Only paths, ports and the issuer differ from conformance.toml; they come by the environment."""

import glob
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/person"))
from ports import free_ports  # noqa: E402

GRANTD = os.path.abspath(os.environ.get("GRANTD", SOURCE / "build/release/grantd"))
CONFIG = SOURCE / "conformance.toml"
USER, PASSWORD = "ada", "correct horse battery staple"
# OpenID Connect Core §5.1: every standard claim.
CLAIMS = {
    "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King",
    "nickname": "countess", "profile": "https://ada.example/about",
    "picture": "https://ada.example/ada.png", "website": "https://ada.example",
    "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London",
    "locale": "en-GB", "preferred_username": "ada", "email": "ada@example.com",
    "email_verified": "true", "phone_number": "+44 20 7946 0000",
    "phone_number_verified": "false", "address.formatted": "12 St James's Square, London",
    "address.street_address": "12 St James's Square", "address.locality": "London",
    "address.region": "England", "address.postal_code": "SW1Y 4LE",
    "address.country": "United Kingdom",
}


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


class Certificates:
    """An authority of the test's own (`ca`: PEM) and what it signed: NAME.crt, NAME.key."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder, "ca.crt")
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj",
                "/CN=conformance authority", "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "keyUsage=critical,keyCertSign")

    def sign(self, name):
        openssl(self.folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey",
                "ca.key", "-CAcreateserial", "-days", "30", "-copy_extensions", "copy", "-out",
                f"{name}.crt")
        return os.path.join(self.folder, f"{name}.crt"), os.path.join(self.folder, f"{name}.key")


class Clock:
    """The calendar of a server, of its command line and of the suite that waits with them. Nothing
    sleeps: wait() moves it. What measures durations (timers) is not moved."""

    def __init__(self, folder):
        # The variant for threads: the other one at times shows a thread the unmoved clock.
        self.library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
        assert self.library, "the Debian package faketime is missing: dev/install test"
        self.path = os.path.join(folder, "clock")
        self.set(0)

    def set(self, seconds):
        """So many seconds off the real time. In one step: nobody may read half a file."""
        self.offset = seconds
        with open(f"{self.path}.new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(f"{self.path}.new", self.path)

    def wait(self, seconds):
        self.set(self.offset + seconds)

    def environment(self):
        return {"LD_PRELOAD": self.library, "FAKETIME_TIMESTAMP_FILE": self.path,
                "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1"}


class Server:
    """`clock`: whether its time can be moved (`self.clock`). `config`: another file, for what is no
    module of the suite. `settings`: of its environment, likewise."""

    def __init__(self, certificates, clock=False, config=CONFIG, settings=None):
        self.holder = tempfile.TemporaryDirectory(prefix="grantd-conformance-")
        folder = self.holder.name
        self.config = str(config)
        self.port = free_ports(2)
        self.issuer = f"https://localhost:{self.port}"
        self.clock = Clock(folder) if clock else None
        certificate, key = certificates.sign(f"grantd-{self.port}")
        self.environment = {
            **{name: value for name, value in os.environ.items()
               if not name.startswith("GRANTD_")},
            "GRANTD_ISSUER": self.issuer,
            "GRANTD_STORE_DATA_DIRECTORY": os.path.join(folder, "data"),
            "GRANTD_STORE_MASTER_KEY_FILE": os.path.join(folder, "master.key"),
            "GRANTD_LISTEN_PORT": str(self.port),
            "GRANTD_LISTEN_MANAGEMENT_PORT": str(self.port + 1),
            "GRANTD_LISTEN_TLS_CERTIFICATE_FILE": certificate,
            "GRANTD_LISTEN_TLS_KEY_FILE": key,
            "GRANTD_OUTBOUND_CA_FILE": certificates.ca,
            **(self.clock.environment() if self.clock else {}), **(settings or {}),
        }
        self.log_path = os.path.join(folder, "log")
        self.run("init")
        self.start()
        self.add_person()

    def run(self, *words, stdin=""):
        """The command line, beside the running server."""
        done = subprocess.run([GRANTD, *words, "--config", self.config], input=stdin, text=True,
                              capture_output=True, timeout=60, env=self.environment, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([GRANTD, "serve", "--config", self.config],
                                            stdout=log, stderr=log, env=self.environment)
        end = time.monotonic() + 60
        while "server_started" not in self.log():
            assert self.process.poll() is None, f"grantd ended: {self.log()}"
            assert time.monotonic() < end, f"grantd did not start: {self.log()}"
            time.sleep(0.01)

    def add_person(self, login=USER, claims=None):
        claims = CLAIMS if claims is None else claims
        words = [f"{name}={value}" for name, value in claims.items()]
        made = self.run("user", "create", "--login", login, "--password-file", "-", "--json",
                        *[word for each in words for word in ("--claim", each)],
                        stdin=PASSWORD + "\n")
        return json.loads(made)

    def log(self):
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    def now(self):
        """Its time, which is the suite's too; seconds."""
        return time.time() + (self.clock.offset if self.clock else 0)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        log = self.log()
        self.holder.cleanup()
        assert code == 0, f"grantd ended with {code}: {log}"
