"""What the machine that it runs on may do to it or give away: a full disk, its memory, its second
listener. Rows OP-05, OP-07, CH-07, AD-07."""
import base64
import errno
import os
import re
import subprocess
import unittest

from rows import Attack
from target import BINARY, Target

FILLER = b"\0" * 65536
UNSHARE = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
MAY_MOUNT = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"],
                           capture_output=True, check=False).returncode == 0


class FullDisk(unittest.TestCase):
    """The store lies on a disk of four megabytes of its own, seen by the server alone."""

    def setUp(self):
        self.target = Target().furnish()
        self.addCleanup(self.target.remove)
        data = os.path.join(self.target.folder, "data")
        script = ('cp -a "$0" "$0.kept" && mount -t tmpfs -o size=4m,mode=0700 none "$0" && '
                  'cp -a "$0.kept/." "$0" && exec "$@"')
        self.target.command = [*UNSHARE, "sh", "-c", script, data, BINARY, "serve"]
        assert self.target.start(), self.target.log()
        self.filler = f"/proc/{self.target.process.pid}/root{data}/filler"

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(FILLER[:size])
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)

    def test_OP_05_no_token_without_its_row_and_on_it_goes_when_there_is_room(self):
        person = self.target.visitor()
        code = self.target.code("shop", person=person)
        self.fill()
        # What the store had set aside before the disk was full may still take some.
        for _ in range(200):
            answer = self.target.redeem("shop", code)
            if answer.status != 200:
                break
            code = self.target.code("shop", person=person)
        self.assertEqual(answer.status, 503, answer.body)
        self.assertTrue(answer.headers.get("retry-after"), answer.headers)
        self.assertNotIn("access_token", answer.body)
        self.assertIsNone(self.target.process.poll())
        # What needs no writing goes on.
        self.assertEqual(self.target.visitor().get("/jwks").status, 200)
        os.truncate(self.filler, 0)
        answer = self.target.redeem("shop", code)
        self.assertEqual(answer.status, 200, answer.body)
        # The code counts as used from now on, and not since the refusal.
        self.assertEqual(self.target.redeem("shop", code).status, 400)


class Memory(unittest.TestCase):
    def setUp(self):
        self.target = Target().furnish()
        self.addCleanup(self.target.remove)

    def found_in_memory(self, needles):
        found = set()
        process = f"/proc/{self.target.process.pid}"
        with open(f"{process}/maps", encoding="ascii") as maps, \
                open(f"{process}/mem", "rb", buffering=0) as memory:
            for line in maps:
                begin, end, mode = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
                if "w" not in mode or "[v" in line:
                    continue
                memory.seek(int(begin, 16))
                data = memory.read(int(end, 16) - int(begin, 16))
                found.update(needle for needle in needles if needle.encode() in data)
        return found

    def test_OP_07_neither_passwords_nor_secrets_stay_in_memory(self):
        assert self.target.start(), self.target.log()
        password = "Zq7-unmistakable-9X-" + self.target.new_secret()
        self.target.add_person("zoe", password)
        self.target.allow(self.target.visitor(), "shop", "zoe", password)
        self.target.token("nightly", {"grant_type": "client_credentials"})
        secret = self.target.secret["nightly"]
        basic = base64.b64encode(f"nightly:{secret}".encode()).decode()
        wrong = "Zq8-mistaken-" + self.target.new_secret()
        self.target.visitor().post("/token", {"grant_type": "client_credentials",
                                              "client_id": "other", "client_secret": wrong})
        try:
            known = self.found_in_memory({"https://app.example/cb"})
        except PermissionError:
            return  # nobody of this user may look: that is right, too
        self.assertTrue(known, "the search finds nothing at all")
        # The allocator writes over the first bytes of what is freed, and over nothing else.
        tails = {word[-20:] for word in (password, secret, basic, wrong)}
        self.assertEqual(self.found_in_memory(tails), set())

    @unittest.skipUnless(os.geteuid() == 0, "as somebody else than root")
    def test_OP_07_other_processes_of_its_user_may_not_look(self):
        nobody = 65534
        for folder, _, names in os.walk(self.target.folder):
            for path in [folder] + [os.path.join(folder, name) for name in names]:
                os.chown(path, nobody, nobody)
        become = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
        self.target.command = [*become, BINARY, "serve"]
        assert self.target.start(), self.target.log()
        memory = f"/proc/{self.target.process.pid}/mem"
        look = subprocess.run([*become, "head", "-c", "0", memory], capture_output=True,
                              check=False)
        self.assertNotEqual(look.returncode, 0)
        with open(f"/proc/{self.target.process.pid}/limits", encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")


class Listeners(Attack):
    def test_CH_07_the_public_listener_serves_no_management(self):
        for path in ("/livez", "/readyz", "/healthz", "/metrics", "/debug", "/debug/pprof",
                     "/developer", "/server-status", "/admin"):
            self.assertEqual(self.target.visitor().get(path).status, 404, path)

    def test_AD_07_no_file_beside_the_embedded_ones(self):
        for path in ("/static/../../etc/passwd", "/../../../etc/passwd", "/style.css/../etc/passwd",
                     "/%2e%2e/%2e%2e/etc/passwd", "/static/%2e%2e%2fetc/passwd",
                     "/..%5c..%5cetc%5cpasswd", "/style.css%00.html", "//etc/passwd",
                     "/style.css/", "/templates/login.mustache", "/strings/en.toml",
                     "/grantd.toml", "/data/grantd.db", "/master.key", "/.git/config"):
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            reply, body = self.target.raw(request.encode())
            self.assertIn(reply.status, (400, 404), f"{path}: {body[:100]}")
            self.assertNotIn(b"root:", body)


if __name__ == "__main__":
    if not MAY_MOUNT:
        del FullDisk
        print("SKIPPED OP-05: needs `unshare --mount` and a tmpfs\n0 passed, 0 failed, 1 skipped")
    unittest.main()
