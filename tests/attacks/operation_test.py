"""What an operator or a thief of the disk can do to it: AD-08, HD-05, OP-02, OP-03, OP-06."""
import os
import sqlite3
import unittest

from target import Target


class Operation(unittest.TestCase):
    def setUp(self):
        self.target = Target()
        self.addCleanup(self.target.remove)

    def refuses(self, needle=""):
        self.assertFalse(self.target.start(), "it started")
        said = self.target.log().strip()
        self.assertLessEqual(len(said.splitlines()), 3, said)
        self.assertNotIn("terminate called", said)
        self.assertIn(needle, said)
        self.assertIn(self.target.process.returncode, (1, 78))

    def test_OP_02_a_newer_schema_is_refused_and_left_alone(self):
        with sqlite3.connect(self.target.database()) as db:
            db.execute("UPDATE meta SET schema = schema + 1")
        db.close()
        with open(self.target.database(), "rb") as file:
            before = file.read()
        self.refuses("schema")
        with open(self.target.database(), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_OP_03_a_master_key_that_is_missing_wrong_or_open_to_all(self):
        path = os.path.join(self.target.folder, "master.key")
        with open(path, encoding="ascii") as file:
            right = file.read()
        keys = self.target.run("key", "list")
        os.chmod(path, 0o644)
        self.refuses()
        for text in ("", "x", right[:-3], "A" * len(right), right + right):
            os.chmod(path, 0o600)
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            os.remove(self.target.log_path)
            self.refuses()
        os.remove(path)
        os.remove(self.target.log_path)
        self.refuses()
        self.assertFalse(os.path.exists(path), "a new key was made over an existing store")
        with open(path, "w", encoding="ascii") as file:
            file.write(right)
        os.chmod(path, 0o600)
        self.assertEqual(self.target.run("key", "list"), keys)
        self.assertTrue(self.target.start())

    def test_HD_05_plain_http_beyond_loopback_is_refused(self):
        path = os.path.join(self.target.folder, "grantd.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        lines = [line for line in text.splitlines() if not line.startswith("trusted_proxies")]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines).replace('# address = "127.0.0.1"',
                                                'address = "0.0.0.0"', 1))
        self.refuses()

    def test_OP_04_another_issuer_on_this_store_is_refused(self):
        path = os.path.join(self.target.folder, "grantd.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("http://127.0.0.1:9", "http://127.0.0.1:10"))
        self.refuses("issuer")

    def test_a_second_server_on_the_same_store_is_refused(self):
        other = Target()
        self.addCleanup(other.remove)
        self.assertTrue(self.target.start())
        first = self.target.process
        self.target.process = None
        self.assertFalse(self.target.start())
        first.kill()
        first.wait()

    def test_AD_08_no_secret_is_taken_from_the_command_line(self):
        for arguments in (("client", "create", "--help"), ("user", "create", "--help"),
                          ("user", "set-password", "--help"),
                          ("client", "rotate-secret", "--help")):
            said = self.target.run(*arguments)
            self.assertNotRegex(said, r"--(password|secret)[ =]")
        done = self.target.run("user", "create", "--login", "x", "--password", "y", good=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
