"""The benchmark still measures the real job: no figure of it is judged here, only that what it
counts is right answers, and that a wrong one is found (bench/README.md)."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BENCH = ROOT / "bench"


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.home.cleanup)

    def run_bench(self, program, *arguments):
        done = subprocess.run([BENCH / program, *arguments], capture_output=True, text=True,
                              check=False, timeout=600,
                              env={**os.environ, "BENCH_HOME": self.home.name})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_a_server_that_lies_is_caught(self):
        told = self.run_bench("selftest")
        self.assertIn("ok   bad-signature", told)
        self.assertNotIn("FAIL", told)

    def test_the_server_does_the_real_job(self):
        told = self.run_bench("run", "smoke")
        self.assertIn("ok   ", told)
        self.assertNotIn("FAIL", told)

    def test_every_workload_answers_rightly(self):
        out = pathlib.Path(self.home.name, "out.json")
        self.run_bench("run", "--seconds", "0.3", "--rounds", "1", "--connections", "1,16",
                       "--out", str(out))
        [run] = json.loads(out.read_text())
        results = run["results"]["grantd"]
        measured = {label: rounds[0] for label, rounds in results.items()
                    if isinstance(rounds[0], dict)}
        self.assertEqual({"W1", "W2", "W3", "W5", "W5j", "W6", "W6n", "W7", "W8"},
                         {label.split()[0] for label in measured})
        for label, result in measured.items():
            with self.subTest(label):
                self.assertNotIn("failed", result)
                self.assertEqual(0, result["errors"], result.get("why"))
                self.assertGreater(result["flows"], 0)

    def test_the_bare_program_plays_the_same_flow(self):
        self.assertIn("| 16 |", self.run_bench("run", "floor", "--seconds", "0.3", "--rounds", "1"))

    def test_requests_are_answered_without_a_network(self):
        told = self.run_bench("run", "alone")
        for name in ("W1 discovery", "W2", "W3", "W6n", "W7 introspection", "W7 userinfo"):
            self.assertIn(f"| {name}", told)

    def test_the_hot_pieces_run_alone(self):
        self.assertIn("| seal: a code's payload", self.run_bench("run", "micro"))


if __name__ == "__main__":
    unittest.main()
