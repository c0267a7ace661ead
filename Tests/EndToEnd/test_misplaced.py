"""Commands aimed at the wrong folder: raw data are only read, and nothing is replaced or dropped by mistake."""

import shutil

from support import PIPELINES, TestCase, identifiers, json_of, make_phantoms, segprep

KITS19 = PIPELINES / "kits19.yaml"


class MisplacedTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", 3)
        cls.link = cls.folder / "link"
        cls.link.symlink_to(cls.raw)

    def test_output_among_the_raw_data(self):
        before = sorted(self.raw.rglob("*"))
        for out in [self.raw, self.raw / "prepared", self.raw / "data" / "x", self.link / "prepared",
                    self.raw / ".." / "raw" / "new" / "deep"]:
            with self.subTest(out=str(out)):
                result, _ = self.run_ingest(self.raw, KITS19, out=out)
                self.assertEqual(result.code, 64, result.err)
                self.assertRegex(result.err, "lies in the raw folder .*, expected a folder of its own.*choose another")
        self.assertEqual(sorted(self.raw.rglob("*")), before)
        # A folder beside it whose name begins the same is none of its business.
        self.ingest(self.raw, KITS19, out=self.folder / "raw prepared")

    def test_export_does_not_replace_raw_files(self):
        prepared = self.ingest(self.raw, KITS19)
        raw = self.fresh("raw")
        shutil.copytree(self.raw, raw)
        before = (raw / "data" / "case_00001" / "imaging.nii.gz").read_bytes()
        result = segprep("export", prepared, "--out", raw / "data", "--quiet")
        self.assertEqual(result.code, 73)
        self.assertRegex(result.err, "case_0000.: holds files already, found .*, expected nothing.*--overwrite")
        self.assertEqual((raw / "data" / "case_00001" / "imaging.nii.gz").read_bytes(), before)
        out = self.fresh("nifti")
        for code, options in [(0, []), (73, []), (0, ["--overwrite"])]:
            self.assertEqual(segprep("export", prepared, "--out", out, "--quiet", *options).code, code)

    def test_prune_with_another_raw_folder(self):
        prepared = self.ingest(self.raw, KITS19)
        other = self.fresh("other")
        for number in range(3):
            shutil.copytree(self.raw / "data" / f"case_0000{number}", other / f"case_0010{number}")
        result, _ = self.run_ingest(other, KITS19, "--prune", out=prepared)
        self.assertEqual(result.code, 64)
        self.assertRegex(result.err, "--prune: .* holds none of the 3 cases that are prepared, expected some")
        self.assertEqual(identifiers(prepared), ["case_00000", "case_00001", "case_00002"])

    def test_damage_that_leaves_the_size(self):
        prepared = self.ingest(self.raw, KITS19)
        path = prepared / "cases" / "case_00001.h5"
        sound = path.read_bytes()
        path.write_bytes(sound[:500000] + bytes(4) + sound[500004:])
        result, _ = self.run_ingest(self.raw, KITS19, out=prepared)
        self.assertIn("made anew: case_00001: its prepared file is damaged", result.out)
        self.assertEqual(path.read_bytes(), sound)

    def test_dry_run_knows_what_is_there(self):
        prepared = self.ingest(self.raw, KITS19)
        label = self.raw / "data" / "case_00002" / "segmentation.nii.gz"
        whole = label.read_bytes()
        try:
            label.write_bytes(whole + bytes(8))
            result, _ = self.run_ingest(self.raw, KITS19, "--dry-run", out=prepared)
        finally:
            label.write_bytes(whole)
        self.assertEqual(result.code, 0)
        self.assertRegex(result.out, "case_00000 .* kept as it is")
        self.assertRegex(result.out, "case_00002 .* made anew: segmentation.nii.gz changed")
        self.assertIn("1 case to prepare", result.out)
        other = self.pipeline([])
        self.assertEqual(self.run_ingest(self.raw, other, "--dry-run", out=prepared)[0].code, 73)
        self.assertEqual(len(json_of(prepared / "manifest.json")["cases"]), 3)
