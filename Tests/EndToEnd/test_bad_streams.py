"""Shards that cannot be streamed, or no longer: one clear line, the right exit code."""

import os
import resource
import subprocess
import time

import h5py

from streams import StreamCase
from support import PROGRAM, TIME_LIMIT, segprep


class BadStreamTests(StreamCase):

    def setUp(self):
        self.shards, self.made_by = self.make(shards={"compression": "lz4"})
        self.file = self.shards / "train" / "fold1-00000.h5"

    def assert_refused(self, code, pattern, *options, **process):
        arguments = ["stream", self.shards, "--pipeline", self.made_by, "--set", "train", "--fold", 0, *options]
        result = segprep(*arguments, **process)
        self.assertEqual((result.code, result.out), (code, ""), result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, pattern)

    def test_no_folder_of_shards(self):
        self.shards = self.fresh("nowhere")
        self.assert_refused(2, "nowhere: no manifest.json there, expected the folder that `segprep shard --out` wrote")

    def test_other_versions(self):
        with h5py.File(self.file, "r+") as file:
            file.attrs.modify("format_version", 2)
        self.assert_refused(2, f"{self.file}: .*version.*found 2, expected 1")
        manifest = self.shards / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"format_version" : 1', '"format_version" : 2'))
        self.assert_refused(2, f"{manifest}: the manifest is of another version, found 2, expected 1; ")

    def test_types_that_there_are_not(self):
        for option, value in [("--image", "int8"), ("--order", "random"), ("--checks", "once"), ("--damage", "ignore")]:
            with self.subTest(option=option):
                arguments = ["--pipeline", self.made_by, "--set", "train", option, value]
                result = segprep("stream", self.shards, *arguments)
                self.assertEqual(result.code, 64, result.err)
                self.assertIn(f"The value '{value}' is invalid for '{option}", result.err)

    def test_file_without_permission(self):
        """As nobody, where the tests run as root, who reads everything."""
        nobody = self.nobody(self.shards.parent, self.made_by.parent)
        self.file.chmod(0)
        self.assert_refused(2, f"{self.file}: cannot open: Permission denied$", before=nobody)
        self.file.chmod(0o644)
        (self.shards / "manifest.json").chmod(0)
        self.assert_refused(2, "manifest.json: cannot open: Permission denied$", before=nobody)

    def test_more_shards_than_files_may_be_open(self):
        """The limit that a process begins with is raised; where the system allows no more the error says what to do."""
        self.shards, self.made_by = self.make(shards={"compression": "lz4", "file_patches": 1})
        self.assertGreater(len(list(self.shards.glob("train/*.h5"))), 40)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        arguments = ["stream", self.shards, "--pipeline", self.made_by, "--set", "train", "--fold", 0]
        for command in [arguments, ["verify", self.shards]]:
            result = segprep(*command, before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, hard)))
            self.assertEqual(result.code, 0, result.err)
        self.assert_refused(
            2, r"train/fold[0-9-]*\.h5: cannot [a-z]*: Too many open files; raise the limit \(ulimit -n\), or make fewer, "
            r"larger shards \(shards: \{file_patches: N\}\)$",
            before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24)))

    def test_truncated_while_in_use(self):
        state = self.fresh("state.json")
        arguments = [
            "stream", self.shards, "--pipeline", self.made_by, "--set", "train", "--fold", 0, "--epochs", 10**6, "--state",
            state]
        with subprocess.Popen([PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, text=True) as run:
            end = time.monotonic() + TIME_LIMIT
            while not (state.exists() and '"batch":0,"epoch":0' not in state.read_text()):
                self.assertIsNone(run.poll())
                self.assertLess(time.monotonic(), end)
                time.sleep(0.002)
            os.truncate(self.file, 100)
            _, errors = run.communicate(timeout=TIME_LIMIT)
        self.assertEqual(run.returncode, 2, errors)
        self.assertRegex(
            errors,
            rf"^segprep: {self.file}: patch \d+ of case_\d+: (image|label) is damaged, found 0 bytes, expected \d+; "
            r"run `segprep repair`; only a stream opened with damage `skip` goes on without it\n$")
