"""Runs that are killed, and the next one: nothing is lost, nothing is made twice, every byte is the same."""

import random
import signal
import subprocess
import time

from support import PIPELINES, PROGRAM, TestCase, json_of, make_phantoms
from test_determinism import digests

KILLS = 10
CASES = 12


class KilledRunTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", CASES)

    def start(self, out, messages=subprocess.DEVNULL):
        return subprocess.Popen(
            [PROGRAM, "ingest", self.raw, "--pipeline", PIPELINES / "kits19.yaml", "--out", out, "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages, text=True)

    def kill(self, run, out, after, delay):
        """Kills a run `delay` seconds after so many cases are there; by progress, so that a busy machine is no matter."""
        while len(list(out.glob("cases/*.h5"))) < after and run.poll() is None:
            time.sleep(0.001)
        time.sleep(delay)
        run.send_signal(signal.SIGKILL)
        return run.wait() == -signal.SIGKILL

    def test_ten_kills(self):
        undisturbed = self.fresh("undisturbed")
        self.assertEqual(self.start(undisturbed).wait(), 0)
        expected = digests(undisturbed)

        draw = random.Random(1)
        unfinished = []
        for _ in range(KILLS):
            out = self.fresh("killed")
            killed = self.kill(self.start(out), out, draw.randrange(CASES - 2), draw.uniform(0, 0.03))
            if killed and not (out / "manifest.json").exists():
                unfinished.append(len(list(out.glob("cases/*.h5"))))
            self.ingest(self.raw, PIPELINES / "kits19.yaml", out=out)
            self.assertEqual(digests(out), expected)
            self.assert_nothing_half_written(out)
        self.assertGreaterEqual(len(unfinished), KILLS - 2, "the kills came too late")
        self.assertGreaterEqual(len(set(unfinished)), 3, f"the kills came at one stage: {unfinished}")

    def test_what_was_finished_is_kept(self):
        out = self.fresh("killed")
        self.kill(self.start(out), out, after=3, delay=0)
        finished = {path.name: path.stat().st_mtime_ns for path in out.glob("cases/*.h5")}
        self.assertGreaterEqual(len(finished), 3)
        self.ingest(self.raw, PIPELINES / "kits19.yaml", out=out)
        found = {path.name: path.stat().st_mtime_ns for path in out.glob("cases/*.h5") if path.name in finished}
        self.assertEqual(found, finished)

    def test_interrupt_is_resumable(self):
        out = self.fresh("interrupted")
        run = self.start(out, subprocess.PIPE)
        while not out.exists():
            time.sleep(0.001)
        run.send_signal(signal.SIGINT)
        _, message = run.communicate()
        self.assertEqual(run.returncode, 130)
        self.assertEqual(message.strip(), "segprep: interrupted; run the same command again to go on")
        self.ingest(self.raw, PIPELINES / "kits19.yaml", out=out)
        self.assertEqual(len(json_of(out / "manifest.json")["cases"]), CASES)
