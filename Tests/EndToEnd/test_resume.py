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

    def test_ten_kills(self):
        undisturbed = self.fresh("undisturbed")
        begun = time.monotonic()
        self.assertEqual(self.start(undisturbed).wait(), 0)
        seconds = time.monotonic() - begun
        expected = digests(undisturbed)

        draw = random.Random(1)
        unfinished = []
        for _ in range(KILLS):
            out = self.fresh("killed")
            run = self.start(out)
            time.sleep(draw.uniform(0.05, 0.9) * seconds)
            run.send_signal(signal.SIGKILL)
            if run.wait() == -signal.SIGKILL and not (out / "manifest.json").exists():
                unfinished.append(len(list(out.glob("cases/*.h5"))))
            self.ingest(self.raw, PIPELINES / "kits19.yaml", out=out)
            self.assertEqual(digests(out), expected)
            self.assert_nothing_half_written(out)
        self.assertGreaterEqual(len(unfinished), KILLS - 2, "the kills came too late")
        self.assertGreaterEqual(len(set(unfinished)), 3, f"the kills came at one stage: {unfinished}")

    def test_what_was_finished_is_kept(self):
        out = self.fresh("killed")
        run = self.start(out)
        while len(list(out.glob("cases/*.h5"))) < 3 and run.poll() is None:
            time.sleep(0.002)
        run.kill()
        run.wait()
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
