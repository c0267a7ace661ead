"""The PyTorch example, as its users run it; the others are read by the compiler alone."""

import importlib.util
import os
import re
import subprocess
import sys
import unittest

from cut_shards import PACKAGE, PythonCase

HAS_TORCH = importlib.util.find_spec("torch") is not None


class ExampleTests(PythonCase):

    @unittest.skipUnless(HAS_TORCH, "needs torch")
    def test_pytorch(self):
        folder = self.fresh("training")
        folder.mkdir()
        raw = folder / "pipeline.yaml"
        raw.write_text(self.pipeline_file.read_text().replace('"train"', '"random"'))
        shards = self.shard(self.prepared, raw)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", PACKAGE / "examples" / "train_pytorch.py", shards, raw, "25"], cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PACKAGE)}, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        losses = [float(loss) for loss in re.findall(r"loss ([0-9.]+)", done.stdout)]
        self.assertEqual(len(losses), 25)
        self.assertLess(sum(losses[-5:]), sum(losses[:5]))
        self.assertTrue((folder / "checkpoint.pt").exists())

    def test_each_example_is_short(self):
        for path in (PACKAGE / "examples").iterdir():
            if path.suffix == ".py":
                compile(path.read_text(), path, "exec")
            lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
            self.assertLessEqual(len(lines), 26, path.name)
