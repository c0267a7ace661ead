"""Runs that cannot begin, cannot write, meet another run or are cut short.

Exit codes: 0 done; 1 some cases failed; 2 nothing could be done; 64 usage or pipeline file; 73 output not writable or
held.
"""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time
import unittest

import h5py
import numpy

import scans
from bad_cases import STAGES, SetOfCases, image, label
from support import PAPER_RESAMPLE, PROGRAM, PreparedCase, TestCase, identifiers, json_of, make_phantoms, segprep


class EndedRuns(SetOfCases):
    """What ends a run before it begins: one line on standard error, nothing on standard output, nothing written."""

    def assert_ends(self, code, pattern, raw, pipeline=None, *options, out=None, **process):
        result, out = self.run_ingest(raw, pipeline or self.pipeline(STAGES), *options, out=out, **process)
        self.assertEqual(result.code, code, result.out + result.err)
        self.assertEqual(result.out, "")
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, pattern)
        self.assert_nothing_half_written(out)
        return result, out


class RawFolderTests(EndedRuns):

    def test_no_cases(self):
        raw = self.fresh("raw")
        (raw / "patients").mkdir(parents=True)
        _, out = self.assert_ends(2, "raw: no case there, found patients .*expected folders case_00000", raw)
        self.assertFalse(out.exists())

    def test_raw_folder_missing(self):
        self.assert_ends(
            2, "nowhere: no cases can be read there, found nothing, expected a folder; look at the path",
            self.folder / "nowhere")

    def test_raw_folder_is_a_file(self):
        self.assert_ends(
            2, "raw: no cases can be read there, found a file, expected a folder; look at the path",
            scans.write(self.fresh("raw"), b"x"))

    @unittest.skipUnless(shutil.which("cc"), "needs a C compiler")
    def test_raw_folder_of_which_a_part_is_listed(self):
        """A disk that fails half way through a folder must not make the rest of its cases look gone."""
        library = self.fresh("failing_readdir.so")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-o", library, pathlib.Path(__file__).with_name("failing_readdir.c"), "-ldl"],
            check=True)
        raw = self.data_set()
        (raw / "unreadable").mkdir()
        self.assert_ends(
            2, "raw: no case there, found a folder that cannot be listed in .*expected folders case_00000", raw,
            environment={**os.environ, "LD_PRELOAD": str(library)})

    def test_links_that_lead_nowhere_or_in_a_circle(self):
        for name, target, found in [("a", "a", "links that lead in a circle"), ("b", "c", "a link that leads nowhere")]:
            raw = self.fresh(name)
            raw.symlink_to(target)
            self.assert_ends(2, f"no cases can be read there, found {found}, expected a folder; look at the path$", raw)

    def test_links_in_a_circle_below_the_raw_folder(self):
        raw = self.fresh("raw")
        raw.mkdir()
        (raw / "data").symlink_to(".")
        self.assert_ends(2, "raw: no case there, found data in .*expected folders case_00000", raw)
        (raw / "data").unlink()
        case = scans.write_case(raw, "case_00000", image(), label())
        (raw / "case_00001").symlink_to("case_00001")
        (case / "segmentation.nii.gz").unlink()
        (case / "segmentation.nii.gz").symlink_to("segmentation.nii.gz")
        result, out = self.run_ingest(raw, self.pipeline(STAGES))
        self.assertEqual(result.code, 2, result.out)
        self.assertEqual(identifiers(out, "failed"), ["case_00000", "case_00001"])

    def test_every_case_is_left_out(self):
        pipeline = self.pipeline(STAGES, dataset={"exclude": [{"cases": [0], "reason": "poor"}]})
        self.assert_ends(2, "no case is left to prepare, found 1 .*expected", self.data_set(), pipeline)

    def test_unknown_cases(self):
        self.assert_ends(
            64, r"--cases: no such case, found case_0000l, expected .*case_00000.*did you mean case_00000\?",
            self.data_set(), None, "--cases", "case_00000,case_0000l")

    def test_no_cases_named(self):
        for names in ["", ","]:
            self.assert_ends(64, "--cases: .*found .*expected", self.data_set(), None, "--cases", names)


class PipelineFileTests(EndedRuns):

    def test_pipeline_missing(self):
        self.assert_ends(64, "nothing.yaml: ", self.data_set(), self.folder / "nothing.yaml")

    def test_pipeline_is_a_folder(self):
        self.assert_ends(64, f"{self.folder}: ", self.data_set(), self.folder)

    def test_misspelt_key(self):
        path = self.pipeline(STAGES)
        lines = path.read_text().replace('"layout"', '"layuot"')
        path.write_text(lines)
        number = next(index for index, line in enumerate(lines.splitlines(), 1) if "layuot" in line)
        self.assert_ends(64, rf"pipeline.yaml:{number}: .*layuot.*layout", self.data_set(), path)

    def test_wrong_values(self):
        for stages, pattern in [
            ([{"resampel": PAPER_RESAMPLE}], "resampel.*resample"),
            ([{"resample": {"spacing_mm": {"z": 3.22, "y": 1.62}}}], "x"),
            ([{"resample": {"spacing_mm": {"z": 0, "y": 1, "x": 1}}}], "found 0, expected"),
            ([{"resample": {**PAPER_RESAMPLE, "image_order": 2}}], "image_order.*found 2, expected"),
            ([{"resample": {**PAPER_RESAMPLE, "label_order": 3}}], "label_order.*found 3, expected"),
            ([{"clip_hu": {"lower": 5, "upper": 5}}], "upper.*found 5, expected"),
            ([{"zscore": {"over": "everything"}}], "over.*found .*everything.*, expected"),
            ([{"zscore": {"constants": {"mean": 1, "std": 0}}}], "std.*found 0, expected"),
        ]:
            with self.subTest(stages=stages):
                self.assert_ends(64, "pipeline.yaml:.*" + pattern, self.data_set(), self.pipeline(stages))

    def test_pipeline_that_is_no_yaml(self):
        path = self.pipeline([])
        path.write_text("name: [unclosed\ndataset: {")
        self.assert_ends(64, "pipeline.yaml:", self.data_set(), path)
        path.write_bytes(b"\xff\xfe\x00\x01")
        self.assert_ends(64, "pipeline.yaml:", self.data_set(), path)
        path.write_text("")
        self.assert_ends(64, "pipeline.yaml:", self.data_set(), path)

    def test_wrong_usage(self):
        jobs = "ingest a --pipeline b --out c --jobs"
        for line in ["ingest", "ingest raw", "nonsense", f"{jobs} 0", f"{jobs} -1", f"{jobs} x", "export a", "inspect"]:
            with self.subTest(line=line):
                result = segprep(*line.split())
                self.assertEqual((result.code, result.out), (64, ""), result.err)
                self.assertIn("Usage: segprep", result.err)

    def test_no_command_shows_the_help(self):
        result = segprep()
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("SUBCOMMANDS", result.out)


class OutputTests(EndedRuns):

    def assert_obstructed(self, out, found, place, expected="a folder"):
        _, out = self.assert_ends(
            73, f"^segprep: {out}: cannot write there, found {found} at {place}, expected {expected}; choose another --out$",
            self.data_set(), out=out)

    def test_output_below_a_file(self):
        blocked = scans.write(self.fresh("file"), b"x")
        self.assert_obstructed(blocked / "prepared", "a file", blocked)
        self.assert_obstructed(blocked, "a file", blocked)

    def test_a_file_in_the_place_of_a_folder(self):
        out = self.fresh("prepared")
        self.assert_obstructed(out, "a file", scans.write(out / "cases", b"x"))

    def test_a_folder_in_the_place_of_a_file(self):
        """Found before the work begins, not when the file is to be written."""
        for name in ["manifest.json", "plan.json", "run_report.json", ".lock"]:
            out = self.fresh("prepared")
            (out / name).mkdir(parents=True)
            result, _ = self.run_ingest(self.data_set(), self.pipeline(STAGES), out=out)
            self.assertEqual((result.code, result.out), (73, ""))
            self.assertRegex(result.err, f"^segprep: {out}: cannot write there, found a folder at .*/{name}, expected a file;")
            self.assertEqual(list(out.glob("cases/*")), [])

    def test_links_that_lead_nowhere_or_in_a_circle(self):
        for name, target, found in [("a", "a", "links that lead in a circle"), ("b", "c", "a link that leads nowhere")]:
            out = self.fresh(name)
            out.symlink_to(target)
            self.assert_obstructed(out, found, out)
            self.assert_obstructed(out / "prepared", found, out)
        out = self.fresh("prepared")
        out.mkdir()
        (out / "cases").symlink_to("cases")
        self.assert_obstructed(out, "links that lead in a circle", out / "cases")

    def test_folder_without_permission(self):
        """As nobody, where the tests run as root, who writes everywhere."""
        nobody = self.nobody()
        raw, pipeline = self.data_set(), self.pipeline(STAGES)
        for blocked in ["", "cases"]:
            out = self.fresh("prepared")
            (out / "cases").mkdir(parents=True)
            for folder in [raw.parent, pipeline.parent, out.parent]:
                folder.chmod(0o755)
            for folder in [out, out / "cases"]:
                folder.chmod(0o777)
            (out / blocked).chmod(0o555)
            result, _ = self.run_ingest(raw, pipeline, out=out, before=nobody)
            self.assertEqual(result.code, 73, result.err)
            self.assertRegex(
                result.err, "^segprep: .*prepared(/cases)?: cannot write there: Permission denied; choose another --out$")
            self.assertEqual(len(result.err.splitlines()), 1)

    def test_output_of_another_pipeline(self):
        raw = self.data_set()
        out = self.ingest(raw, self.pipeline(STAGES))
        before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
        pattern = "holds cases of another pipeline, found .*expected .*choose another"
        self.assert_ends(73, pattern, raw, self.pipeline([]), out=out)
        self.assertEqual({path: path.read_bytes() for path in out.rglob("*") if path.is_file()}, before)

    def test_output_with_a_foreign_manifest(self):
        raw, out = self.data_set(), self.fresh("prepared")
        for content in [b"{}", b"\xff", b"", b"[1, 2]"]:
            scans.write(out / "manifest.json", content)
            with self.subTest(manifest=content):
                result, _ = self.run_ingest(raw, self.pipeline(STAGES), out=out)
                self.assertIn(result.code, (2, 73), result.out)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
                self.assertRegex(result.err, "manifest.json: not a manifest")
                self.assertEqual((out / "manifest.json").read_bytes(), content)

    def test_writing_is_refused(self):
        """A file system that takes no more (here: files of a limited size) fails the case in one line, without a crash.

        The first limit stops HDF5's own writing, the second that of the voxels.
        """
        raw, extents = self.fresh("raw"), (30, 60, 60)
        for number in range(2):
            scans.write_case(raw, f"case_0000{number}", image(number, extents), label(number, extents))
        for limit in [3000, 50_000]:
            with self.subTest(limit=limit):
                def limited():
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                result, out = self.run_ingest(raw, self.pipeline([]), before=limited)
                self.assertEqual(result.code, 2, result.out + result.err)
                self.assert_nothing_half_written(out)
                for entry in json_of(out / "manifest.json")["failed"]:
                    self.assertIn("File too large", entry["reason"])
                    # Deterministic files hold no place and no time.
                    self.assertNotIn(str(self.folder), entry["reason"])
                    self.assertNotIn("time =", entry["reason"])
                    self.assertNotIn("\n", entry["reason"])

    def test_a_failed_case_leaves_no_earlier_file(self):
        """A case that was prepared, and fails when it is done again, is nowhere but among the failed ones."""
        raw, pipeline, out = self.data_set(), self.pipeline(STAGES), self.fresh("prepared")
        case = scans.write_case(raw, "case_00001", image(1), label(1))
        self.ingest(raw, pipeline, out=out)
        (case / "imaging.nii.gz").write_bytes(b"")
        self.ingest(raw, pipeline, out=out, code=1)
        self.assertEqual(identifiers(out, "failed"), ["case_00001"])
        self.assert_nothing_half_written(out)


class TwoRunsTests(TestCase):
    """Runs that meet, and runs that are cut short."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", 10)

    def started(self, out):
        """A run that has begun to write, stopped where it is."""
        run = subprocess.Popen(
            [PROGRAM, "ingest", self.raw, "--pipeline", self.pipeline(STAGES), "--out", out, "--quiet", "--jobs", "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        deadline = time.monotonic() + 30
        while not any(out.glob("cases/.*.tmp")) and time.monotonic() < deadline and run.poll() is None:
            time.sleep(0.001)
        run.send_signal(signal.SIGSTOP)
        self.assertIsNone(run.poll(), "the run ended before it could be stopped")
        return run

    def test_two_runs_at_once(self):
        out = self.fresh("prepared")
        first = self.started(out)
        result, _ = self.run_ingest(self.raw, self.pipeline(STAGES), out=out)
        self.assertEqual(result.code, 73, result.err)
        self.assertRegex(result.err, "another run is writing there, .*wait for it, or choose another --out")
        self.assertEqual(len(result.err.splitlines()), 1)
        first.send_signal(signal.SIGCONT)
        self.assertEqual(first.wait(60), 0)
        self.assertEqual(len(identifiers(out)), 10)
        self.assert_nothing_half_written(out)

    def test_killed_run(self):
        """What a killed run leaves is whole or hidden, and the next run clears it away."""
        out = self.fresh("prepared")
        first = self.started(out)
        first.kill()
        first.wait()
        self.assertFalse((out / "manifest.json").exists())
        for path in out.glob("cases/case_*.h5"):
            self.assertEqual(PreparedCase.read(path).image.ndim, 4)
        self.ingest(self.raw, self.pipeline(STAGES), out=out)
        self.assert_nothing_half_written(out)

    def test_interrupted_run(self):
        """Ctrl-C ends with 130 (which a shell also reports for the signal itself) and leaves nothing half-written."""
        out = self.fresh("prepared")
        first = self.started(out)
        first.send_signal(signal.SIGCONT)
        first.send_signal(signal.SIGINT)
        self.assertIn(first.wait(60), (130, -signal.SIGINT))
        for path in out.glob("cases/case_*.h5"):
            self.assertEqual(PreparedCase.read(path).image.ndim, 4)
        self.ingest(self.raw, self.pipeline(STAGES), out=out)
        self.assert_nothing_half_written(out)


class SynthTests(TestCase):
    """Making phantoms ends as every other command does."""

    def synth(self, out, *options, **process):
        return segprep("synth", "kits19", "--cases", "1", "--out", out, "--quiet", *options, **process)

    def test_folder_in_use(self):
        out = self.fresh("raw")
        scans.write(out / "data" / "mine", b"x")
        result = self.synth(out)
        self.assertEqual((result.code, result.out), (73, ""))
        self.assertRegex(result.err, "^segprep: .*holds 1 entry already, .*; choose another --out, or give --overwrite$")
        self.assertEqual(self.synth(out, "--overwrite").code, 0)

    def test_output_below_a_file(self):
        result = self.synth(scans.write(self.fresh("file"), b"x") / "raw")
        self.assertEqual(result.code, 73, result.err)
        self.assertRegex(result.err, "^segprep: .*file: cannot create folder: Not a directory$")


class PreparedFolderTests(SetOfCases):
    """Commands that read prepared data refuse what is damaged or missing, in one line."""

    def setUp(self):
        self.prepared = self.ingest(self.data_set(), self.pipeline(STAGES))

    def assert_refused(self, code, pattern, *arguments):
        result = segprep(*arguments)
        self.assertEqual((result.code, result.out), (code, ""), result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, pattern)

    def test_damaged_case_file(self):
        path = self.prepared / "cases" / "case_00000.h5"
        content = path.read_bytes()
        for keep in [100, 1000, len(content) - 1]:
            path.write_bytes(content[:keep])
            self.assert_refused(2, "case_00000.h5: ", "inspect", path)
            self.assert_refused(2, "case_00000.h5: ", "export", self.prepared, "--out", self.fresh(), "--quiet")

    def test_any_byte_of_the_header_may_be_wrong(self):
        """No crash and no output beyond one line, whatever HDF5 makes of it."""
        content = (self.prepared / "cases" / "case_00000.h5").read_bytes()
        draw = numpy.random.RandomState(0)
        path = self.fresh("case.h5")
        for _ in range(100):
            changed = bytearray(content)
            for place in draw.randint(0, min(6000, len(content)), 3):
                changed[place] = draw.randint(256)
            path.write_bytes(changed)
            result = segprep("inspect", path)
            self.assertIn(result.code, (0, 2), result.err)
            self.assertLessEqual(len(result.err.splitlines()), 1, result.err)

    def test_missing_case_file(self):
        (self.prepared / "cases" / "case_00000.h5").unlink()
        self.assert_refused(2, "case_00000.h5: .*No such file", "export", self.prepared, "--out", self.fresh())

    def test_folder_without_manifest(self):
        self.assert_refused(2, "no manifest.json there", "export", self.folder, "--out", self.fresh())
        self.assert_refused(2, "no manifest.json there", "inspect", self.folder)
        self.assert_refused(2, "nothing.nii: .*No such file", "inspect", self.folder / "nothing.nii")

    def test_inspect_of_files_of_no_known_kind(self):
        """What it takes is said, not that one kind of it was expected."""
        kinds = "expected a NIfTI file .*, a prepared case .*, a manifest.json, or the folder"
        for name in ["a.h5", "a.txt", "a"]:
            for content, found in [(b"", "found no bytes"), (b"\x01abc", "found first bytes 01 61 62 63, ")]:
                self.assert_refused(2, f"{found}.*{kinds}", "inspect", scans.write(self.fresh(name), content))
        self.assert_refused(2, "the file is empty", "inspect", scans.write(self.fresh("a.nii"), b""))

    def test_inspect_of_somebody_elses_hdf5(self):
        path = self.fresh("other.h5")
        with h5py.File(path, "w") as file:
            file["image"] = [1, 2]
        self.assert_refused(2, "not a prepared case, found HDF5 without a format, .*; look at it with", "inspect", path)

    def test_inspect_of_manifests(self):
        nothing = self.fresh("nothing.json")
        self.assert_refused(2, "nothing.json: cannot open: No such file or directory$", "inspect", nothing)
        later = scans.write(self.fresh("later.json"), b'{"format": "segprep-prepared", "format_version": 7, "x": []}')
        self.assert_refused(2, "of another version, found 7, expected 1; use the segprep", "inspect", later)

    def test_bench_says_why_a_case_fails(self):
        raw = self.fresh("raw")
        scans.write_case(raw, "case_00000", image(), label(extents=(9, 11, 14)))
        pattern = "^segprep: case_00000: imaging.nii.gz and segmentation.nii.gz have different shapes"
        arguments = ["--raw", raw, "--pipeline", self.pipeline(STAGES), "--runs", "1", "--no-sync"]
        self.assert_refused(2, pattern, "bench", "ingest", *arguments)

    def test_export_below_a_file(self):
        blocked = scans.write(self.fresh("file"), b"x")
        self.assert_refused(73, "Not a directory", "export", self.prepared, "--out", blocked / "exported", "--quiet")
