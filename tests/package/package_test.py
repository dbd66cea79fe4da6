#!/usr/bin/env python3
"""What `cmake --install` gives to strangers: headers, libraries, find_package, pkg-config; and the
examples, each built as its reader would build it, with every diff, and run at a live issuer.
GRANTD names the binary, whose folder is the build that is installed, unless GRANTD_BUILD names
another."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/person"))
from person import Person  # noqa: E402
from ports import free_ports  # noqa: E402

GRANTD = os.path.abspath(os.environ.get("GRANTD", SOURCE / "build/release/grantd"))
BUILD = pathlib.Path(os.environ.get("GRANTD_BUILD", pathlib.Path(GRANTD).parent))

# What a stranger writes for each component: the least that links it and says something.
PROGRAMS = {
    "base": """#include <grantd/base/encoding.h>
        #include <grantd/base/hash.h>
        std::string answer() { return grantd::hex_encode(grantd::sha256("abc")).substr(0, 8); }""",
    "jose": """#include <grantd/jose/jwt.h>
        std::string answer() {
          using namespace grantd;
          const auto key = jose::PrivateKey::generate(jose::Algorithm::es256);
          jose::KeySet keys;
          keys.add({"k", key.public_key(), jose::Algorithm::es256});
          const auto token = jose::sign_jwt(key, jose::Algorithm::es256,
                                            Json::object({{"kid", "k"}}), Json::object());
          const jose::Algorithm allowed[] = {jose::Algorithm::es256};
          return jose::verify_jwt(token, keys, allowed) ? "verified" : "refused";
        }""",
    "oauth": """#include <grantd/oauth/scope.h>
        std::string answer() { return grantd::oauth::ScopeSet::parse("b a b")->to_text(); }""",
    "http": """#include <grantd/http/client.h>
        std::string answer() {
          return grantd::http::fetch({.url = "ftp://x"}) ? "fetched" : "refused";
        }""",
    "client": """#include <grantd/client/client.h>
        std::string answer() {
          grantd::client::Client app({.issuer = "no URL", .client_id = "c"});
          return app.start() ? "started" : "refused";
        }""",
    "guard": """#include <grantd/guard/guard.h>
        std::string answer() {
          grantd::guard::Guard guard({.issuer = "no URL", .notice = [](const std::string&) {}});
          return std::to_string(guard.check("Bearer x").error().status);
        }""",
    "testing": """#include <grantd/guard/testing/issuer.h>
        std::string answer() {
          grantd::testing::Issuer issuer;
          grantd::guard::Guard guard(issuer.api());
          return guard.check("Bearer " + issuer.token()) ? "let in" : "refused";
        }""",
}
ANSWERS = {"base": "ba7816bf", "jose": "verified", "oauth": "a b", "http": "refused",
           "client": "refused", "guard": "503", "testing": "let in"}
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(stranger LANGUAGES CXX)
find_package(grantd REQUIRED COMPONENTS {component})
add_executable(stranger main.cc)
target_link_libraries(stranger PRIVATE grantd::{component})
"""
MAIN = """#include <iostream>
#include <string>
{program}
int main() {{ std::cout << answer(); }}
"""


def run(*command, cwd=None, environment=None):
    """What it writes to standard output; an error that shows all where it fails."""
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True,
                          timeout=900, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def configure_and_build(source, build, prefix, *more):
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror "
        "-Wno-missing-field-initializers", *more)
    run("cmake", "--build", build)


class Installed(unittest.TestCase):
    """Everything below shares one installation."""

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="grantd-package-")
        cls.folder = pathlib.Path(cls.holder.name)
        cls.prefix = cls.folder / "prefix"
        run("cmake", "--install", str(BUILD), "--prefix", str(cls.prefix),
            "--component", "development")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()


class Package(Installed):
    def test_brings_what_apps_and_apis_link_and_nothing_of_the_server(self):
        names = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*")
                 if path.is_file()}
        libraries = {pathlib.PurePath(name).name for name in names if name.endswith(".a")}
        self.assertEqual(libraries, {f"libgrantd_{component}.a" for component in PROGRAMS})
        headers = [name for name in names if name.endswith(".h")]
        self.assertGreater(len(headers), 30)
        for name in headers:
            self.assertNotRegex(name, r"grantd/(core|store|server)/")

    def test_no_header_needs_another_library(self):
        for path in self.prefix.rglob("*.h"):
            for target in re.findall(r'#include\s*["<]([^">]+)[">]', path.read_text()):
                if target.startswith("grantd/"):
                    self.assertTrue((self.prefix / "include" / target).is_file(),
                                    f"{path.name} includes {target}, which is not installed")
                else:
                    # The standard library's and POSIX's: no folder but sys/, netinet/, arpa/.
                    self.assertRegex(target, r"^((sys|netinet|arpa)/)?[a-z_0-9]+(\.h)?$", path.name)

    def test_each_component_is_found_and_linked_alone(self):
        for component, program in PROGRAMS.items():
            with self.subTest(component):
                source = self.folder / f"stranger-{component}"
                source.mkdir()
                (source / "CMakeLists.txt").write_text(PROJECT.format(component=component))
                (source / "main.cc").write_text(MAIN.format(program=program))
                configure_and_build(source, source / "build", self.prefix)
                stranger = source / "build" / "stranger"
                self.assertEqual(run(stranger), ANSWERS[component])
                self.assertNotIn("sqlite", run("ldd", stranger))

    def test_the_program_needs_no_cxx_library(self):
        needed = re.findall(r"^\s*(\S+)\.so", run("ldd", GRANTD), re.M)
        self.assertIn("libcrypto", needed)  # a fix of the C libraries needs no new grantd
        self.assertFalse({"libstdc++", "libgcc_s", "libfmt", "libboost_json"} & set(needed), needed)

    def test_a_component_that_is_none_is_not_found(self):
        source = self.folder / "stranger-none"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(PROJECT.format(component="server"))
        (source / "main.cc").write_text("int main() {}\n")
        with self.assertRaises(AssertionError):
            run("cmake", "-S", source, "-B", source / "build", "-G", "Ninja",
                f"-DCMAKE_PREFIX_PATH={self.prefix}")

    def test_pkg_config_finds_it_too(self):
        # The folder that a prefix of its own has its libraries in is the system's choice.
        place = next(self.prefix.rglob("grantd-guard.pc")).parent
        flags = run("pkg-config", "--cflags", "--libs", "grantd-guard",
                    environment={**os.environ, "PKG_CONFIG_PATH": str(place)}).split()
        source = self.folder / "by-hand.cc"
        source.write_text(MAIN.format(program=PROGRAMS["guard"]))
        run("g++", "-std=c++23", str(source), "-o", str(self.folder / "by-hand"), *flags)
        self.assertEqual(run(self.folder / "by-hand"), ANSWERS["guard"])


class Running:
    """A program that listens, or stops saying why not."""

    def __init__(self, command, port, folder):
        self.log = open(folder / f"log-{port}", "w+", encoding="utf-8")
        self.process = subprocess.Popen([str(part) for part in command], cwd=folder,
                                        stdout=self.log, stderr=self.log)
        until = time.monotonic() + 60
        while True:
            if self.process.poll() is not None or time.monotonic() > until:
                self.log.seek(0)
                raise AssertionError(f"{command}: {self.process.returncode}\n{self.log.read()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.log.close()


class Examples(Installed):
    """The folder `example` of examples/, as its reader builds and tries it at `grantd dev`."""

    example = None

    @classmethod
    def setUpClass(cls):
        if cls.example is None:
            raise unittest.SkipTest("what the examples share")
        super().setUpClass()
        cls.source = cls.folder / cls.example
        shutil.copytree(SOURCE / "examples" / cls.example, cls.source)
        configure_and_build(cls.source, cls.source / "build", cls.prefix)
        cls.port = free_ports(5)
        cls.issuer, cls.audience = (f"http://127.0.0.1:{cls.port + offset}" for offset in (0, 2))
        cls.dev = Running([GRANTD, "dev", "--port", cls.port, "--data", "data"], cls.port + 2,
                          cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.dev.stop()
        super().tearDownClass()

    def changed(self, name, program=None):
        """The program with the diff of that name."""
        program = program or self.example
        copy = self.folder / name
        shutil.copytree(self.source, copy, ignore=shutil.ignore_patterns("build"))
        with open(copy / f"{name}.diff", encoding="utf-8") as diff:
            done = subprocess.run(["patch", "-p1", "--fuzz=0"], cwd=copy, stdin=diff,
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        run("cmake", "-S", copy, "-B", copy / "build", "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", copy / "build", "--target", program)
        return copy / "build" / program

    def grantd(self, *arguments):
        return run(GRANTD, *arguments, "--config", str(self.folder / "data/grantd.toml"),
                   cwd=self.folder)

    def sign_in(self, person, page):
        self.assertIn('name="password"', page.body)
        page = person.sign_in(page, "ada", "correct horse")
        return person.decide(page, "allow") if 'name="answer"' in page.body else page


class Api(Examples):
    example = "api"

    def start(self, program, *more):
        port = free_ports(1)
        running = Running([program, self.issuer, self.audience, port, *more], port, self.folder)
        self.addCleanup(running.stop)
        return f"http://127.0.0.1:{port}"

    def token(self, scope="notes.read"):
        secret = (self.folder / "data/demo-service.secret").read_text().strip()
        basic = base64.b64encode(f"demo-service:{secret}".encode()).decode()
        answer = Person().post(self.issuer + "/token",
                               {"grant_type": "client_credentials", "scope": scope},
                               headers={"Authorization": "Basic " + basic})
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)["access_token"]

    def ask(self, api, token=None, path="/notes", method="GET"):
        headers = {"Authorization": "Bearer " + token} if token else {}
        return Person().ask(method, api + path, None, headers)

    def check_door(self, api):
        none = self.ask(api)
        self.assertEqual(none.status, 401)
        self.assertIn('scope="notes.read"', none.headers["www-authenticate"])
        self.assertEqual(self.ask(api, "made-up").status, 401)
        self.assertEqual(self.ask(api, self.token("notes.write")).status, 403)
        good = self.ask(api, self.token())
        self.assertEqual((good.status, good.body), (200, "The notes of demo-service\n"))
        metadata = Person().get(api + "/.well-known/oauth-protected-resource")
        self.assertEqual(json.loads(metadata.body)["authorization_servers"], [self.issuer])

    def test_on_cpp_httplib(self):
        self.check_door(self.start(self.source / "build/api"))

    def test_on_beast(self):
        self.check_door(self.start(self.source / "build/api_beast"))

    def test_its_own_test(self):
        self.assertEqual(run(self.source / "build/api_test"), "all as expected\n")

    def test_with_introspection(self):
        program = self.changed("introspection")
        secret = self.folder / "notes-api.secret"
        secret.write_text("a secret of the notes API's own\n")
        self.grantd("client", "create", "--id", "notes-api", "--grant", "client_credentials",
                    "--secret-file", str(secret))
        self.grantd("resource", "update", self.audience, "--introspector", "notes-api",
                    "--token-format", "opaque")
        api = self.start(program, "notes-api", secret)
        try:
            token = self.token()
            self.assertTrue(token.startswith("gat_"), token[:4])
            self.check_door(api)
        finally:
            self.grantd("resource", "update", self.audience, "--token-format", "jwt")
        self.check_door(api)  # JWTs as before

    def test_with_step_up(self):
        api = self.start(self.changed("step_up"))
        self.check_door(api)
        # A service's token: nobody signed in for it.
        refused = self.ask(api, self.token(), "/forget", "POST")
        self.assertEqual(refused.status, 401)
        challenge = refused.headers["www-authenticate"]
        self.assertIn('error="insufficient_user_authentication"', challenge)
        self.assertIn('max_age="300"', challenge)

    def test_with_readiness(self):
        api = self.start(self.changed("readiness"))
        until = time.monotonic() + 10
        while self.ask(api, path="/ready").status != 200:
            self.assertLess(time.monotonic(), until, "never ready")
            time.sleep(0.02)


class Login(Examples):
    example = "login"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run(GRANTD, "client", "create", "--id", "my-tool", "--public", "--redirect-uri",
            "http://127.0.0.1/", "--scope", "openid profile notes.read",
            "--config", str(cls.folder / "data/grantd.toml"), cwd=cls.folder)

    def log_in(self, program, *more):
        """Runs it with a person at the browser; gives what it says."""
        environment = {**os.environ, "HOME": str(self.folder)}
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
            environment.pop(name, None)
        process = subprocess.Popen([str(program), self.issuer, "my-tool", *more],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=environment, cwd=self.folder)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        for line in process.stderr:
            found = re.search(re.escape(self.issuer) + r"/\S+", line)
            if found:
                person = Person()
                page = self.sign_in(person, person.open(found.group(0)))
                self.assertEqual(page.status, 200)
                break
        said, trouble = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, trouble)
        return said

    def test_a_person_signs_in(self):
        self.assertRegex(self.log_in(self.source / "build/login"), r"^Hello \S+\n$")

    def test_the_login_that_was_kept_asks_nobody(self):
        program = self.changed("keep")
        first = self.log_in(program)
        again = run(program, self.issuer, "my-tool",
                    environment={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(again, first)

    def test_the_api_takes_its_token(self):
        said = self.log_in(self.changed("call_api"), self.audience + "/notes")
        self.assertIn("\n200 ", said)
        self.assertIn("Buy oat milk", said)


class Web(Examples):
    example = "web"

    def start(self, program):
        port = free_ports(1)
        name = f"app-{port}"
        secret = self.folder / f"{name}.secret"
        secret.write_text("a secret of the example's own\n")
        self.grantd("client", "create", "--id", name, "--secret-file", str(secret),
                    "--redirect-uri", f"http://127.0.0.1:{port}/callback",
                    "--scope", "openid profile")
        running = Running([program, self.issuer, name, secret, port], port, self.folder)
        self.addCleanup(running.stop)
        return f"http://127.0.0.1:{port}"

    def signed_in(self, app):
        """A person who is, and the page that says so."""
        person = Person()
        self.assertIn("/start", person.open(app + "/").body)
        page = self.sign_in(person, person.open(app + "/start"))
        self.assertEqual((page.status, page.url), (200, app + "/"))
        self.assertIn("Hello ", page.body)
        return person, page

    def check_flow(self, app):
        person, _ = self.signed_in(app)
        # CL-01, CL-12: an answer that this browser did not ask for, or once more.
        self.assertEqual(Person().get(app + "/callback?code=x&state=y").status, 400)
        self.assertEqual(person.get(app + "/callback?code=x&state=y").status, 400)
        self.assertIn("/start", Person().get(app + "/").body)

    def test_on_cpp_httplib(self):
        self.check_flow(self.start(self.source / "build/web"))

    def test_on_beast(self):
        self.check_flow(self.start(self.source / "build/web_beast"))

    def test_with_the_persons_name(self):
        self.assertIn("Ada Lindqvist", self.signed_in(self.start(self.changed("profile")))[1].body)

    def test_with_signing_out(self):
        app = self.start(self.changed("sign_out"))
        person, page = self.signed_in(app)
        there = person.submit(page, {})
        self.assertTrue(there.url.startswith(self.issuer), there.url)
        self.assertEqual(there.status, 200)
        self.assertIn("/start", person.get(app + "/").body)


if __name__ == "__main__":
    unittest.main()
