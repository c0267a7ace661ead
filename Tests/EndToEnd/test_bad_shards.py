"""Shards that cannot be cut, damaged ones, and runs that are killed."""

import json
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

import h5py
import numpy

import scans
from shards import SETS, STAGES, ShardCase, content, patch_set
from support import PROGRAM, json_of, segprep
from test_disk import can_mount, on_small_disk

KILLS = 10
FLIPS = 100


class RefusedRunTests(ShardCase):
    """What ends a run before it begins: one line on standard error, nothing on standard output, nothing written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.make_raw(cls.folder / "raw", [(20, 24, 15), (33, 17, 12), (28, 19, 21)], blank=[2])

    def setUp(self):
        self.prepared = self.fresh("prepared")
        if not (self.folder / "first").exists():
            self.ingest(self.raw, self.cut(), out=self.folder / "first")
        shutil.copytree(self.folder / "first", self.prepared, symlinks=True)

    def assert_refused(self, code, pattern, pipeline=None, *options, out=None, **process):
        result, out = self.run_shard(self.prepared, pipeline or self.cut(), *options, out=out, **process)
        self.assertEqual((result.code, result.out), (code, ""), result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, pattern)
        return out

    def edit_manifest(self, edit):
        manifest = json_of(self.prepared / "manifest.json")
        # Edited by hand it is no longer the text whose hash it states.
        del manifest["manifest_sha256"]
        edit(manifest)
        (self.prepared / "manifest.json").write_text(json.dumps(manifest))

    def test_pipeline_without_patches(self):
        self.assert_refused(64, "says no patches, found no section .*expected .*add the section", self.pipeline(STAGES))

    def test_nothing_prepared(self):
        self.prepared = self.folder / "nowhere"
        self.assert_refused(2, "no manifest.json there, expected the folder that `segprep ingest --out` wrote")

    def test_cases_of_another_pipeline(self):
        self.assert_refused(
            2, "holds cases of another pipeline, found ingest digest .*expected .*; give the cases and the pipeline",
            self.cut(stages=[{"zscore": {"over": "nonzero"}}]))

    def test_folds_of_another_pipeline(self):
        self.assert_refused(
            2, "holds folds of another pipeline, found .*expected .*run `segprep ingest` again",
            self.cut(folds={"seed": 1}))

    def test_unfinished_ingest(self):
        self.edit_manifest(lambda manifest: manifest.update(held_folds={"case_00000": 0}))
        self.assert_refused(2, "an ingest was stopped there, .*run `segprep ingest` again")

    def test_changed_case(self):
        path = self.prepared / "cases/case_00001.h5"
        with h5py.File(path, "r+") as file:
            file["image"][0, 0, 0, 0] += 1
        self.assert_refused(
            2, "case_00001.h5: is not the file that was ingested, found sha256 .*run `segprep ingest` again: it mends it")
        path.write_bytes(path.read_bytes()[:-1])
        (self.prepared / "cases/case_00000.h5").unlink()
        self.assert_refused(2, r"case_00000.h5 \(and 1 other case\): is missing, found no file, expected \d+ bytes")
        self.ingest(self.raw, self.cut(), out=self.prepared)
        self.shard(self.prepared, self.cut())

    def test_no_labelled_case(self):
        raw = self.make_raw(self.fresh("raw"), [(20, 24, 15)], unlabelled=[0])
        self.prepared = self.ingest(raw, self.cut())
        self.assert_refused(2, "no case has a label, found none to cut patches from, expected at least one")

    def test_no_foreground_anywhere(self):
        raw = self.make_raw(self.fresh("raw"), [(20, 24, 15), (20, 24, 15)], blank=[0, 1])
        self.prepared = self.ingest(raw, self.cut())
        self.assert_refused(2, "patch set train: is chosen by the foreground, found none in any of 2 cases, expected some")
        self.shard(self.prepared, self.cut([SETS[1]]))

    def test_one_case_without_foreground(self):
        """It falls back to any place, and the run and the manifest say so."""
        result, out = self.run_shard(self.prepared, self.cut(shards={"compression": "none"}))
        self.assertEqual(result.code, 0, result.err)
        warnings = json_of(out / "manifest.json")["warnings"]
        self.assertRegex(warnings[0], r"train: 1 case without foreground \(case_00002\): .* lie anywhere")
        self.assertRegex(warnings[1], r"busy: 1 case without foreground \(case_00002\): they have no patch")
        self.assertIn(warnings[0], result.out)
        flags = [
            int(flag) for shard in self.shards_of(out) if shard.set == "train"
            for flag, case in zip(shard.index["flags"], shard.cases) if case == "case_00002"]
        self.assertEqual(flags, [0, 4, 0, 4, 0, 0, 4, 0, 4][:len(flags)])

    def test_value_that_no_half_holds(self):
        raw = self.make_raw(self.fresh("raw"), [(20, 24, 15)])
        stages = [{"rescale": {"to": {"lower": 0, "upper": 65505}}}]
        self.prepared = self.ingest(raw, self.cut(stages=stages))
        self.assert_refused(
            2, "case_00000: a value is too large for float16, found 65505.0, expected at most 65504; .*float32",
            self.cut(stages=stages))
        self.shard(self.prepared, self.cut(stages=stages, shards={"image": "float32"}))

    def test_patches_without_number(self):
        pipeline = self.cut([patch_set("grid", (8, 12, 10), overlap=(7, 11, 9))])
        self.shard(self.prepared, pipeline)
        self.edit_manifest(lambda manifest: manifest["cases"][0].update(shape=[9999, 9999, 9999]))
        self.assert_refused(2, "patch set grid: too many patches, found .* in case_00000, expected at most 1000000", pipeline)

    def test_too_little_memory(self):
        self.assert_refused(
            2, "patch set train: takes .* for one patch at a time, found 1.0 MB, expected as much; raise --memory",
            None, "--memory", "1MB")

    def test_output_among_the_cases(self):
        before = content(self.prepared)
        for out in [self.prepared, self.prepared / "shards"]:
            self.assert_refused(64, "lies in the prepared folder .*choose another --out", out=out)
        self.assertEqual(content(self.prepared), before)

    def test_output_of_another_plan(self):
        out = self.shard(self.prepared, self.cut())
        before = content(out)
        other = self.cut([SETS[1]])
        self.assert_refused(73, "holds shards of another plan, found .*expected .*choose another --out", other, out=out)
        self.assertEqual(content(out), before)
        (out / "manifest.json").unlink()
        self.assert_refused(73, "holds shards of another plan", other, out=out)

    def test_output_of_another_kind(self):
        other = self.ingest(self.raw, self.cut())
        self.assert_refused(2, "not a manifest of shards, found another text", out=other)

    def test_output_below_a_file(self):
        self.assert_refused(73, "cannot write there, found a file at .*, expected a folder", out=scans.write(self.fresh("file"), b"x") / "out")

    @unittest.skipUnless(can_mount(), "no small disk can be mounted here")
    def test_full_disk(self):
        expected = content(self.shard(self.prepared, self.cut()))
        for size in ["200k", "700k"]:
            with self.subTest(size=size):
                out = self.fresh("copy")
                shard = f'"{PROGRAM}" shard "{self.prepared}" --pipeline "{self.cut()}" --out DISK/shards --quiet'
                found = on_small_disk(shard, size, room="60m", name="shards", copy=out, here=self.fresh("here"))
                self.assertEqual((found["first.code"], found["first.out"]), ("2\n", ""))
                self.assertRegex(
                    found["first.err"], r"^segprep: .*/shards: the disk or your quota is full, found [\d.]+ k?B free, "
                    r"expected at most [\d.]+ [kM]B for the patches still to cut; free some space and run the same "
                    "command again: files that are written are kept\n$")
                kept = found["first.files"].split()
                self.assertEqual([name for name in kept if name.endswith(".tmp") or name == "manifest.json"], [])
                self.assertEqual(found["second.code"], "0\n", found["second.err"])
                files = len([name for name in kept if name.endswith(".h5")])
                if files:
                    self.assertIn(f"{files} kept as they were", found["second.out"])
                self.assertEqual(content(out), expected)

    def test_no_file_may_be_as_large(self):
        """As much as a limit on files lets be written; the next run goes on."""
        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        out = self.assert_refused(2, "train/fold0-00000.h5: cannot write .*: File too large", before=limited)
        self.assertFalse((out / "manifest.json").exists())
        self.assertEqual([path.name for path in out.rglob("*.h5")], [])
        self.assertEqual(content(self.shard(self.prepared, self.cut(), out=out)), content(self.shard(self.prepared, self.cut())))


class DamagedShardTests(ShardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.make_raw(cls.folder / "raw")

    def setUp(self):
        self.prepared, self.whole = self.folder / "prepared", self.folder / "shards"
        if not self.whole.exists():
            self.ingest(self.raw, self.cut(), out=self.prepared)
            self.shard(self.prepared, self.cut(shards={"file_patches": 16}), out=self.whole)
        self.expected = content(self.whole)
        self.out = self.fresh("shards")
        shutil.copytree(self.whole, self.out)
        self.files = sorted(self.out.rglob("*.h5"))

    def test_every_flipped_bit_is_found_and_mended(self):
        draw = random.Random(4)
        for flip in range(FLIPS):
            path = draw.choice(self.files + [self.out / "manifest.json"])
            whole = path.read_bytes()
            changed = bytearray(whole)
            changed[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
            path.write_bytes(changed)
            result = segprep("verify", self.out, "--quiet")
            self.assertEqual(result.code, 2, f"{path} {flip}: {result.out}{result.err}")
            self.assertIn(path.name, result.out + result.err)
            if flip % 10 == 0:
                self.repair(self.out, self.prepared)
                self.assertEqual(content(self.out), self.expected)
            path.write_bytes(whole)

    def test_repair_makes_what_is_broken_and_nothing_else(self):
        draw = random.Random(5)
        for _ in range(3):
            broken = draw.sample(self.files, 4)
            broken[0].unlink()
            broken[1].write_bytes(broken[1].read_bytes()[:-100])
            broken[2].write_bytes(b"")
            broken[3].rename(broken[3].with_name("fold9-00099.h5"))
            stamps = {path: path.stat().st_mtime_ns for path in self.files if path not in broken}
            result = self.repair(self.out, self.prepared)
            for path in broken:
                self.assertEqual(len(result.lines_naming(str(path.relative_to(self.out)))), 1, result.out)
            self.assertIn("4 files written", result.out)
            self.assertEqual(content(self.out), self.expected)
            self.assertEqual({path: path.stat().st_mtime_ns for path in stamps}, stamps)
        self.assert_whole(self.out)

    def test_lost_manifest(self):
        """Without it files are judged by what they say of themselves, patch by patch."""
        (self.out / "manifest.json").unlink()
        changed = bytearray(self.files[3].read_bytes())
        with h5py.File(self.files[3]) as file:
            changed[file["index/offset_image"][2] + 5] ^= 1
        self.files[3].write_bytes(changed)
        self.assertIn("1 file written", self.repair(self.out, self.prepared).out)
        self.assertEqual(content(self.out), self.expected)

    def test_manifest_that_is_no_json_any_more(self):
        manifest = self.out / "manifest.json"
        broken = manifest.read_bytes()[:-200]
        pipeline = self.cut(shards={"file_patches": 16})
        for make in [
                lambda: self.repair(self.out, self.prepared), lambda: self.shard(self.prepared, pipeline, out=self.out)]:
            manifest.write_bytes(broken)
            for command in ["verify", "inspect"]:
                result = segprep(command, self.out)
                self.assertEqual(result.code, 2)
                self.assertIn("manifest.json: the manifest is damaged", result.err)
            make()
            self.assertEqual(content(self.out), self.expected)

    def test_inspect_says_what_shards_hold(self):
        for path in [self.out, self.out / "manifest.json"]:
            result = segprep("inspect", path)
            self.assertEqual(result.code, 0, result.err)
            sets = json_of(self.out / "manifest.json")["sets"]
            self.assertEqual({line.split()[0] for line in result.out.splitlines()[2:-1]}, {item["set"] for item in sets})

    def test_repair_needs_the_cases_that_were_cut(self):
        more = self.make_raw(self.fresh("raw"))
        prepared = self.ingest(more, self.cut())
        shutil.rmtree(more / "case_00003")
        matrix = scans.affine("IPL", (3, 1, 1))
        size = (12, 17, 33)
        scans.write_case(
            more, "case_00006", scans.nifti(scans.tissue(size, 1).astype(numpy.int16), matrix),
            scans.nifti(scans.organs(size, 1), matrix))
        self.files[0].unlink()
        # A case more, and other folds: the shards are made as they were.
        self.ingest(more, self.cut(), out=prepared)
        self.repair(self.out, prepared)
        self.assertEqual(content(self.out), self.expected)
        self.ingest(more, self.cut(), "--prune", out=prepared)
        result = self.repair(self.out, prepared, code=2)
        self.assertRegex(result.err, "case_00003 is not the case that the shards were cut from, found no such case")

    def test_repair_needs_a_plan(self):
        (self.out / "plan.json").write_text("{}")
        result = self.repair(self.out, self.prepared, code=2)
        self.assertRegex(result.err, "no plan.json that can be read, .*run `segprep shard` with its pipeline")

    def test_shard_mends_too(self):
        self.files[0].write_bytes(self.files[0].read_bytes()[:-1])
        result, _ = self.run_shard(self.prepared, self.cut(shards={"file_patches": 16}), out=self.out)
        self.assertEqual(result.code, 0, result.err)
        self.assertRegex(result.out, f"made anew: .*{self.files[0].name}: its bytes were damaged\n")
        self.assertEqual(content(self.out), self.expected)


class KilledRunTests(ShardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.make_raw(cls.folder / "raw", [(60, 70, 50)] * 6)
        cls.prepared = cls.folder / "prepared"

    def setUp(self):
        sets = [patch_set("train", (32, 40, 40), per_case=20), patch_set("grid", (32, 40, 40), overlap=(16, 20, 20))]
        self.pipeline_file = self.cut(sets, shards={"file_patches": 8})
        if not self.prepared.exists():
            self.ingest(self.raw, self.pipeline_file, out=self.prepared)

    def start(self, out):
        return subprocess.Popen(
            [PROGRAM, "shard", self.prepared, "--pipeline", self.pipeline_file, "--out", out, "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stop(self, run, out, after, how):
        while len(list(out.glob("*/*.h5"))) < after and run.poll() is None:
            time.sleep(0.001)
        run.send_signal(how)
        _, messages = run.communicate()
        return messages

    def test_ten_kills(self):
        undisturbed = self.shard(self.prepared, self.pipeline_file)
        expected = content(undisturbed)
        files = len(list(undisturbed.rglob("*.h5")))
        draw = random.Random(2)
        unfinished = []
        for _ in range(KILLS):
            out = self.fresh("killed")
            run = self.start(out)
            self.stop(run, out, draw.randrange(files - 3), signal.SIGKILL)
            there = {path: path.stat().st_mtime_ns for path in out.glob("*/*.h5")}
            if run.returncode == -signal.SIGKILL and not (out / "manifest.json").exists():
                unfinished.append(len(there))
            self.shard(self.prepared, self.pipeline_file, out=out)
            self.assertEqual(content(out), expected)
            self.assertEqual({path: path.stat().st_mtime_ns for path in there}, there, "what was finished is kept")
            self.assert_whole(out)
        self.assertGreaterEqual(len(unfinished), KILLS - 2, "the kills came too late")
        self.assertGreaterEqual(len(set(unfinished)), 3, f"the kills came at one stage: {unfinished}")

    def test_interrupt_is_resumable(self):
        out = self.fresh("interrupted")
        run = self.start(out)
        message = self.stop(run, out, 2, signal.SIGINT)
        self.assertEqual(run.returncode, 130)
        self.assertEqual(message.strip(), "segprep: interrupted; run the same command again to go on")
        self.shard(self.prepared, self.pipeline_file, out=out)
        self.assert_whole(out)

    def test_two_runs_at_once(self):
        out = self.fresh("shards")
        run = self.start(out)
        self.hold(run, out)
        result, _ = self.run_shard(self.prepared, self.pipeline_file, out=out)
        self.assertEqual(result.code, 73, result.err)
        self.assertRegex(result.err, "another run is writing there")
        run.send_signal(signal.SIGCONT)
        run.communicate()
        self.assertEqual(run.returncode, 0)
        self.assert_whole(out)

    def hold(self, run, out):
        """Stops a run once it has begun to write."""
        while not list(out.glob("*/*")) and run.poll() is None:
            time.sleep(0.001)
        run.send_signal(signal.SIGSTOP)
