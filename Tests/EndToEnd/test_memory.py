"""Memory: what a case takes is known from its header, and a run stays within what it is given."""

import json

from support import PIPELINES, TestCase, json_of, segprep

# What the program takes before the first case: code, libraries, the plan. Measured with `segprep plan`: 35 MB.
PROGRAM_BYTES = 36e6


class MemoryTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        made = segprep("synth", "kits19", "--size", "full", "--cases", 2, "--out", cls.raw, "--quiet")
        assert made.code == 0, made.err

    def predicted(self, pipeline, case):
        result = segprep(
            "ingest", self.raw, "--pipeline", pipeline, "--out", self.fresh(), "--cases", case, "--dry-run", "--json",
            "--jobs", 1)
        self.assertEqual(result.code, 0, result.err)
        return json.loads(result.out)["items"][0]["memory_bytes"]

    def measured(self, pipeline, case):
        """The peak of resident memory over a whole ingest of one case, as the kernel counts it (VmHWM)."""
        out = self.ingest(self.raw, pipeline, "--cases", case, "--jobs", 1)
        return json_of(out / "run_report.json")["peak_memory_bytes"]

    def test_prediction_is_within_a_fifth(self):
        resample = {"resample": {"spacing_mm": {"z": 3.22, "y": 1.62, "x": 1.62}}}
        pipelines = {
            "the paper's": PIPELINES / "kits19.yaml",
            "padded": self.pipeline([resample, {"pad": {"shape": {"z": 300, "y": 300, "x": 300}}}]),
            "not resampled": self.pipeline([{"clip_hu": {"lower": -79, "upper": 304}}]),
        }
        for name, pipeline in pipelines.items():
            for case in ["case_00000", "case_00001"]:
                with self.subTest(pipeline=name, case=case):
                    measured = self.measured(pipeline, case)
                    expected = self.predicted(pipeline, case) + PROGRAM_BYTES
                    self.assertLess(abs(expected / measured - 1), 0.2, f"{expected:.3g} foreseen, {measured:.3g} taken")

    def test_case_beyond_the_budget_is_reported_and_the_others_go_on(self):
        small = self.predicted(PIPELINES / "kits19.yaml", "case_00001")
        large = self.predicted(PIPELINES / "kits19.yaml", "case_00000")
        self.assertLess(small, large)
        budget = int((small + large) / 2 + PROGRAM_BYTES)
        result, out = self.run_ingest(self.raw, PIPELINES / "kits19.yaml", "--memory", budget)
        self.assertEqual(result.code, 1, result.err)
        manifest = json_of(out / "manifest.json")
        self.assertEqual([case["case_identifier"] for case in manifest["cases"]], ["case_00001"])
        self.assertRegex(manifest["failed"][0]["reason"], r"^resample takes .* MB, expected .*; raise --memory")

    def test_budget_changes_nothing_but_the_time(self):
        narrow, wide = self.fresh(), self.fresh()
        need = max(self.predicted(PIPELINES / "kits19.yaml", case) for case in ["case_00000", "case_00001"])
        for out, memory in [(narrow, int(need + PROGRAM_BYTES + 5e6)), (wide, "8GB")]:
            self.ingest(self.raw, PIPELINES / "kits19.yaml", "--memory", memory, out=out)
        for name in ["manifest.json", "cases/case_00000.h5", "cases/case_00001.h5"]:
            self.assertEqual((narrow / name).read_bytes(), (wide / name).read_bytes())

    def test_unusable_budget(self):
        for memory in ["much", "0", "-1GB", "8XB"]:
            with self.subTest(memory=memory):
                result, _ = self.run_ingest(self.raw, PIPELINES / "kits19.yaml", f"--memory={memory}")
                self.assertEqual(result.code, 64)
