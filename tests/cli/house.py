"""A grantd of its own in a temporary folder, driven as people drive it: the real binary."""
import json
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BINARY = os.path.abspath(os.environ["GRANTD"])
SOURCE = os.environ["GRANTD_SOURCE_DIR"]
ISSUER = "http://127.0.0.1:9"


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GRANTD_")}
    return {**kept, **more}


class House(unittest.TestCase):
    """setUp makes a folder with grantd.toml, master key and store."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="grantd-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        if getattr(self, "initialised", True):
            self.good("init", "--issuer", ISSUER, "--set", "listen.port=0",
                      "--set", "listen.management_port=0")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_grantd(self, *arguments, stdin="", environment=None):
        return subprocess.run([BINARY, *arguments], cwd=self.folder, input=stdin, text=True,
                              capture_output=True, timeout=60,
                              env=environment or clean_environment())

    def good(self, *arguments, stdin=""):
        done = self.run_grantd(*arguments, stdin=stdin)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *arguments, stdin=""):
        return json.loads(self.good(*arguments, "--json", stdin=stdin))

    def bad(self, exit_code, *arguments, stdin="", environment=None):
        """Runs what must fail; gives what it says."""
        done = self.run_grantd(*arguments, stdin=stdin, environment=environment)
        self.assertEqual(done.returncode, exit_code, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertTrue(done.stderr.startswith("grantd: "), done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def with_api(self):
        self.good("resource", "create", "--audience", "https://api.example.com", "--name", "Notes",
                  "--scope", "notes:read=See your notes", "--scope", "notes:write=Change them")

    def on_terminal(self, arguments, answers):
        """Runs on a pseudo-terminal; types each answer when its prompt stands there.
        answers: [(prompt, line), …]. Gives (exit code, everything that the terminal showed)."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execve(BINARY, [BINARY, *arguments], clean_environment())
        shown = b""
        waiting = list(answers)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                block = os.read(terminal, 4096)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            shown += block
            if waiting and shown.decode(errors="replace").endswith(waiting[0][0]):
                os.write(terminal, waiting.pop(0)[1].encode() + b"\n")
        else:
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), shown.decode()

    def serve(self):
        """Starts the server; gives (process, port)."""
        server = subprocess.Popen([BINARY, "serve"], cwd=self.folder, stderr=subprocess.PIPE,
                                  text=True, env=clean_environment(GRANTD_LOG_FORMAT="json"))
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        said = []
        for line in server.stderr:
            said.append(line)
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "server_started":
                return server, event["port"]
        self.fail(f"the server did not start: {said}")

    def stop(self, server):
        server.send_signal(signal.SIGTERM)
        server.stderr.read()
        return server.wait(timeout=30)


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
