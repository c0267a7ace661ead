"""segprep augment: contact sheets of cases and shards, the same every time."""

import json
import struct
import unittest

from shards import STAGES, ShardCase, patch_set
from support import make_phantoms, segprep

AUGMENT = {"preset": "miscnn"}


def png_size(path):
    data = path.read_bytes()
    return data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24])


class AugmentTests(ShardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_phantoms(cls.folder / "raw", 1)

    def setUp(self):
        self.path = self.pipeline(
            STAGES, patches=[patch_set("train", (16, 40, 40), per_case=3, margin=(2, 2, 2))], augment=AUGMENT)
        self.prepared = self.folder / "prepared"
        if not self.prepared.exists():
            self.ingest(self.folder / "raw", self.path, out=self.prepared)
        self.case = self.prepared / "cases/case_00000.h5"

    def augment(self, file, *options, pipeline=None, code=0):
        out = self.fresh("sheet.png")
        result = segprep("augment", file, "--pipeline", pipeline or self.path, "--out", out, *options)
        self.assertEqual(result.code, code, result.out + result.err)
        return result, out

    def test_sheets_are_the_same_every_time_and_follow_the_seed(self):
        first, again, other = (self.augment(self.case, "--seed", seed)[1] for seed in [1, 1, 2])
        width, height = png_size(first)
        self.assertGreater(width, 600)
        self.assertGreater(height, 400)
        self.assertEqual(first.read_bytes(), again.read_bytes())
        self.assertNotEqual(first.read_bytes(), other.read_bytes())

    def test_records_say_what_was_drawn(self):
        records = json.loads(self.augment(self.case, "--samples", 20, "--json")[0].out)
        self.assertEqual(len(records), 20)
        drawn = {entry["drawn"]["transform"] for record in records for entry in record["transforms"]}
        self.assertIn("mirror", drawn)
        self.assertGreater(len(drawn), 4)
        self.assertEqual([record["key"]["occurrence"] for record in records], list(range(1, 21)))

    def test_shards(self):
        shards = self.shard(self.prepared, self.path)
        file = next(shards.rglob("*.h5"))
        fullest = self.augment(file)[1].read_bytes()
        sheets = [self.augment(file, "--patch", patch)[1].read_bytes() for patch in range(3)]
        self.assertEqual(len(set(sheets)), 3)
        self.assertIn(fullest, sheets)
        result, out = self.augment(file, "--patch", 3, code=64)
        self.assertIn("found --patch 3, expected 0 to 2", result.err)
        self.assertFalse(out.exists())

    def test_mistakes(self):
        result, _ = self.augment(self.case, pipeline=self.pipeline(STAGES), code=64)
        self.assertIn("the file lacks `augment`", result.err)
        result, _ = self.augment(self.case, "--channel", 2, code=64)
        self.assertIn("--channel must be at most 1, found 2", result.err)
        self.augment(self.case, "--samples", 0, code=64)
        self.augment(self.path, code=2)
        missing = self.folder / "none" / "sheet.png"
        result = segprep("augment", self.case, "--pipeline", self.path, "--out", missing)
        self.assertEqual(result.code, 73, result.err)

    def test_whole_cases(self):
        """Without patches in the pipeline the whole case is shown."""
        self.augment(self.case, pipeline=self.pipeline(STAGES, augment=[{"rotation": {"degrees": 30}}]))


if __name__ == "__main__":
    unittest.main()
