"""The same raw data and pipeline give the same bytes: whatever --jobs is, wherever the data lies, however often."""

import getpass
import hashlib
import os
import shutil
import socket

import numpy

import scans
from support import PIPELINES, TestCase, json_of, make_phantoms

# The only file that may differ: times and host.
NOT_DETERMINISTIC = {"run_report.json"}


def digests(folder):
    """The SHA-256 of every file below a folder that must be the same in every run."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in NOT_DETERMINISTIC
    }


class DeterminismTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", 6)
        # Cases that fail, so that messages are among what must be the same: one of them names its file.
        matrix = scans.affine("IPL", (3, 1, 1))
        label = scans.nifti(numpy.full((5, 6, 7), 9, numpy.uint8), matrix)
        scans.write_case(cls.raw / "data", "case_00777", label, label)
        scans.write_case(cls.raw / "data", "case_00888", label[:-1])
        cls.first = cls.folder / "first"
        cls.pipeline_file = PIPELINES / "kits19.yaml"

    def setUp(self):
        if not self.first.exists():
            self.ingest(self.raw, self.pipeline_file, "--jobs", 1, out=self.first, code=1)
        self.expected = digests(self.first)

    def test_all_files_are_there(self):
        cases = [f"cases/case_{number:05}.h5" for number in range(6)]
        others = ["manifest.json", "plan.json", "splits_final.json", "datalist.json"]
        self.assertLessEqual(set(cases + others), set(self.expected))

    def test_jobs(self):
        for jobs in [2, 3, 7]:
            with self.subTest(jobs=jobs):
                found = self.ingest(self.raw, self.pipeline_file, "--jobs", jobs, code=1)
                self.assertEqual(digests(found), self.expected)

    def test_again_into_the_same_folder(self):
        self.ingest(self.raw, self.pipeline_file, "--jobs", 2, out=self.first, code=1)
        self.assertEqual(digests(self.first), self.expected)

    def test_raw_folder_given_otherwise(self):
        elsewhere = self.fresh("other: name")
        shutil.copytree(self.raw, elsewhere)
        for raw in [f"{self.raw}/", f"{self.raw}//", elsewhere, self.raw / "data", elsewhere / "data"]:
            with self.subTest(raw=str(raw)):
                self.assertEqual(digests(self.ingest(raw, self.pipeline_file, code=1)), self.expected)
        above, data = self.raw.parent, self.raw / "data"
        for folder, raw in [(above, "raw"), (above, "./raw/"), (self.raw, "."), (data, ".")]:
            with self.subTest(folder=folder.name, raw=raw):
                self.assertEqual(digests(self.ingest(raw, self.pipeline_file, code=1, folder=folder)), self.expected)

    def test_environment(self):
        """Neither locale nor time zone, nor who runs it, nor what the pipeline's folder is called."""
        other = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "USER": "somebody", "HOME": "/nonexistent"}
        environment = {**os.environ, **other}
        pipeline = self.fresh(self.pipeline_file.name)
        shutil.copy(self.pipeline_file, pipeline)
        out = self.ingest(self.raw, pipeline, code=1, environment=environment)
        self.assertEqual(digests(out), self.expected)

    def test_cases_one_by_one(self):
        """A folder filled case by case ends up the same as one filled at once."""
        out = self.fresh("prepared")
        for number in [3, 0, 5, 1, 4, 2]:
            self.ingest(self.raw, self.pipeline_file, "--cases", f"case_{number:05}", out=out)
        self.ingest(self.raw, self.pipeline_file, "--cases", "case_00888,case_00777", out=out, code=2)
        self.assertEqual(digests(out), self.expected)

    def test_dataset_statistics(self):
        """A mean over the data set does not depend on which case was measured first."""
        pipeline = self.pipeline([{"zscore": {"over": "dataset"}}], dataset={"unlabelled": "exclude"})
        found = [digests(self.ingest(self.raw, pipeline, "--jobs", jobs, code=1)) for jobs in [1, 2, 3]]
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0], found[2])

    def test_dataset_statistics_with_chosen_cases(self):
        """A mean over the data set is over all of it, also where only some cases are prepared."""
        dataset = {"unlabelled": "exclude", "exclude": [{"cases": [777, 888], "reason": "bad"}]}
        pipeline = self.pipeline([{"zscore": {"over": "dataset"}}], dataset=dataset)
        at_once, one_by_one = self.ingest(self.raw, pipeline), self.fresh("prepared")
        for case in json_of(at_once / "manifest.json")["cases"]:
            self.ingest(self.raw, pipeline, "--cases", case["case_identifier"], out=one_by_one)
        expected, found = digests(at_once), digests(one_by_one)
        for name in expected:
            if name.endswith(".h5"):
                self.assertEqual(found[name], expected[name], name)

    def test_manifest_matches_the_disk(self):
        manifest = json_of(self.first / "manifest.json")
        for case in manifest["cases"]:
            content = (self.first / case["file"]).read_bytes()
            self.assertEqual(case["bytes"], len(content))
            self.assertEqual(case["sha256"], hashlib.sha256(content).hexdigest())
            for source in [*case["source"]["images"], case["source"].get("label")]:
                if source:
                    content = (self.raw / "data" / source["name"]).read_bytes()
                    self.assertEqual(source["bytes"], len(content))
                    self.assertEqual(source["sha256"], hashlib.sha256(content).hexdigest())

    def test_nothing_of_the_machine_is_written(self):
        words = {str(self.folder), self.folder.name, str(PIPELINES), socket.gethostname(), getpass.getuser()}
        # Four letters or fewer turn up in voxels by chance.
        words = [word.encode() for word in words if len(word) > 4]
        for path in self.first.rglob("*"):
            if path.is_file() and path.name not in NOT_DETERMINISTIC:
                content = path.read_bytes()
                for word in words:
                    self.assertNotIn(word, content, path.name)
