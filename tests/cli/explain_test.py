"""grantd explain: of a running server, of its log, and what it says where neither knows."""
import json
import os
import re
import socket
import subprocess
import urllib.error
import urllib.request

from house import BINARY, House, SOURCE, clean_environment, main

COLOUR = "\x1b["


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Explain(House):
    initialised = False

    def setUp(self):
        super().setUp()
        self.settings = {"listen.port": "0", "listen.management_port": str(free_port()),
                         "log.format": "json", "log.level": "debug", "log.file": "grantd.log"}
        self.begin()

    def begin(self, **changed):
        """Makes configuration, key and store; `changed`: with another format or file of the log."""
        self.settings.update({name.replace("__", "."): value for name, value in changed.items()})
        for name in ("grantd.toml", "master.key", "data/grantd.db"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        chosen = [word for name, value in self.settings.items()
                  for word in ("--set", f"{name}={value}")]
        self.good("init", "--issuer", "http://127.0.0.1:9", *chosen)
        self.good("client", "create", "--id", "shop", "--public", "--redirect-uri",
                  "https://shop.example/cb")

    def start(self):
        """The log is a file here, so readiness is asked for."""
        server = subprocess.Popen([BINARY, "serve"], cwd=self.folder, stderr=subprocess.DEVNULL,
                                  env=clean_environment())
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        with open(self.path("grantd.log"), "a+") as log:
            while True:
                self.assertIsNone(server.poll(), "the server ended")
                log.seek(0)
                for line in log:
                    if line.endswith("\n") and json.loads(line)["event"] == "server_started":
                        return server, json.loads(line)["port"]

    def refused(self, port, redirect_uri="https://shop.example/cb/"):
        """The number of a request that is refused."""
        target = (f"http://127.0.0.1:{port}/authorize?response_type=code&client_id=shop"
                  f"&state=zorkmid&redirect_uri={redirect_uri}")
        with self.assertRaises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(target)
        page = raised.exception.read().decode()
        number = raised.exception.headers["x-request-id"]
        raised.exception.close()
        self.assertIn(number, page)
        self.assertNotIn("return_address", page)
        return number

    def test_a_running_server_is_asked(self):
        _, port = self.start()
        number = self.refused(port)
        told = self.good("explain", number)
        lines = told.splitlines()
        found = next(i for i, line in enumerate(lines) if line.startswith("  found"))
        self.assertIn("https://shop.example/cb/", lines[found])
        self.assertEqual(lines[found].index("cb/") + 2, lines[found + 1].index("^"))
        self.assertTrue(all(len(line) <= 80 or "grantd " in line for line in lines), told)
        self.assertNotIn(COLOUR, told)
        self.assertNotIn("zorkmid", told)
        self.assertEqual(self.good("explain", number.replace("-", "").lower()), told)
        walk = self.json("explain", number)
        self.assertEqual(walk["reasons"][-1]["expected"], "https://shop.example/cb")
        self.assertEqual([step["name"] for step in walk["steps"]],
                         ["read", "gather", "decide", "commit", "answer"])

    def test_the_last_ones_are_listed(self):
        _, port = self.start()
        first, second = self.refused(port), self.refused(port)
        urllib.request.urlopen(f"http://127.0.0.1:{port}/jwks").close()
        self.assertEqual([walk["request"] for walk in self.json("explain", "--refused")],
                         [second, first])
        self.assertEqual(len(self.json("explain", "--last", "1")), 1)
        self.assertEqual(len(self.json("explain")), 3)
        self.assertIn(first, self.good("explain"))
        self.bad(2, "explain", "--last", "0")
        self.bad(2, "explain", first, "--refused")
        self.bad(2, "explain", "no number")

    def test_colour_is_for_terminals_that_want_it(self):
        _, port = self.start()
        number = self.refused(port)
        code, shown = self.on_terminal(["explain", number], [])
        self.assertEqual(code, 0, shown)
        self.assertIn(COLOUR, shown)
        os.environ["NO_COLOR"] = "1"
        self.addCleanup(os.environ.pop, "NO_COLOR")
        self.assertNotIn(COLOUR, self.on_terminal(["explain", number], [])[1])

    def test_where_the_server_is_gone_its_log_is_read(self):
        server, port = self.start()
        number = self.refused(port)
        server.terminate()
        server.wait()
        walk = self.json("explain", number)
        self.assertTrue(walk["from_log"])
        self.assertEqual(walk["reasons"][0]["rule"], "authorize/return_address")
        self.assertEqual(walk["reasons"][0]["found"], "https://shop.example/cb/")
        self.assertIn("^", self.good("explain", number))
        said = self.bad(1, "explain", "0000-0000")
        self.assertIn("grantd.log", said)
        self.bad(1, "explain")  # no list without a server

    def test_where_nothing_is_kept_the_log_is_read(self):
        self.begin(log__explain_kept="0")
        _, port = self.start()
        number = self.refused(port)
        self.assertTrue(self.json("explain", number)["from_log"])
        self.assertIn("explain_kept", self.bad(1, "explain"))

    def test_a_log_for_people_is_shown_as_it_is(self):
        self.begin(log__format="text")
        with open(self.path("grantd.log"), "w") as log:
            log.write("2026-01-01T12:00:00.000Z info request_refused request=7Q4K-M2XD "
                      "endpoint=authorize status=400 reason=\"\x1b[31m\"\n")
        shown = self.good("explain", "7Q4K-M2XD")
        self.assertIn("endpoint=authorize", shown)
        self.assertNotIn("\x1b", shown)

    def test_without_a_server_and_a_log_it_says_where_to_look(self):
        self.begin(log__file="")
        self.assertIn("journalctl", self.bad(1, "explain", "7Q4K-M2XD"))

    def test_any_free_port_must_be_named(self):
        self.begin(listen__management_port="0")
        self.assertIn("--port", self.bad(2, "explain"))

    def test_each_command_that_mends_something_is_one(self):
        """What the rules of the core tell an operator to type."""
        named = set()
        for folder, _, names in os.walk(os.path.join(SOURCE, "grantd", "core")):
            for name in names:
                with open(os.path.join(folder, name)) as file:
                    text = re.sub(r'"\s*\n\s*"', "", file.read())
                named |= set(re.findall(r"grantd ((?:client|resource|user|key) [a-z-]+)", text))
                for option in re.findall(r'update_client\([^;]*?\{"(--[a-z-]+)"', text):
                    self.assertIn(option, self.good("client", "update", "--help"))
        self.assertGreater(len(named), 4)
        for command in named:
            self.good(*command.split(), "--help")


if __name__ == "__main__":
    main()
