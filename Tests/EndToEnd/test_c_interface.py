"""A C program that uses libsegprep.so, held against the program and h5py."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import nibabel
import numpy

import scans
from shards import SETS, ShardCase
from support import REPOSITORY, TIME_LIMIT, segprep

LIBRARY = pathlib.Path(os.environ.get("SEGPREP_LIBRARY", REPOSITORY / ".build" / "library" / "libsegprep.so"))
CLIENT = REPOSITORY / "Tests" / "CInterface" / "client.c"


@unittest.skipUnless(shutil.which("cc"), "needs a C compiler")
class CInterfaceTests(ShardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not LIBRARY.is_file():
            raise FileNotFoundError(f"{LIBRARY}: no library there; `make library`, or name it in SEGPREP_LIBRARY")
        cls.client = cls.compile(CLIENT)
        case = cls("run_client")
        cls.raw = cls.make_raw(cls.folder / "raw", [(20, 24, 15), (33, 17, 12), (28, 19, 21), (25, 22, 9)])
        cls.pipeline_file = case.cut(
            SETS[:3], folds={"count": 2}, stream={"global_batch": 3, "seed": 4}, augment={"preset": "miscnn"},
            shards={"compression": "deflate"})
        cls.shards = case.shard(case.ingest(cls.raw, cls.pipeline_file), cls.pipeline_file)
        cls.stream = [cls.shards, "train", 0, cls.pipeline_file]

    @classmethod
    def compile(cls, source):
        """The program of a C file."""
        program = cls.folder / source.stem
        subprocess.run(
            ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", program, source, f"-I{LIBRARY.parent}",
             f"-L{LIBRARY.parent}", "-lsegprep", f"-Wl,-rpath,{LIBRARY.parent}"],
            check=True)
        return program

    def run_client(self, *arguments):
        return subprocess.run([self.client, *map(str, arguments)], capture_output=True, timeout=TIME_LIMIT)

    def output(self, *arguments):
        """What it writes, and what it says."""
        done = self.run_client(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, done.stderr.decode()

    def test_it_needs_no_swift(self):
        linked = subprocess.run(["ldd", self.client], capture_output=True, text=True, check=True).stdout
        self.assertIn("libsegprep.so", linked)
        self.assertNotIn("libswift", linked)
        self.assertNotIn("not found", linked)

    def test_nothing_but_the_header_is_exported(self):
        declared = set(re.findall(r"\b(segprep_\w+)\(", (LIBRARY.parent / "segprep.h").read_text()))
        lines = subprocess.run(
            ["nm", "--dynamic", "--defined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
        self.assertEqual({line.split()[2] for line in lines.splitlines() if line.split()[1] == "T"}, declared)

    def test_the_program_in_the_readme_runs(self):
        code = re.search(r"```c\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL).group(1)
        for shown, own in [("shards", self.shards), ("random", "train"), ("Pipelines/kits19.yaml", self.pipeline_file)]:
            self.assertIn(f'"{shown}"', code)
            code = code.replace(f'"{shown}"', f'"{own}"')
        source = self.folder / "trainer.c"
        source.write_text(code)
        done = subprocess.run([self.compile(source)], capture_output=True, text=True, timeout=TIME_LIMIT)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^(case_0000\d and 2 more\n){3,}$")

    def test_a_stream_is_the_programs(self):
        samples = self.fresh("samples.jsonl")
        result = segprep(
            "stream", self.shards, "--pipeline", self.pipeline_file, "--set", "train", "--fold", 0,
            "--samples", samples)
        self.assertEqual(result.code, 0, result.err)
        expected = [json.loads(line) for line in samples.read_text().splitlines()]
        voxels, told = self.output("stream", *self.stream)
        image, label = 4 * 8 * 12 * 10, 8 * 12 * 10
        self.assertEqual(len(voxels), len(expected) * (image + label))
        for first in range(0, len(expected), 3):
            batch = voxels[first * (image + label):(first + 3) * (image + label)]
            for place in range(3):
                wanted, line = expected[first + place], told.splitlines()[first + place]
                self.assertEqual(digest(batch[place * image:(place + 1) * image]), wanted["image_sha256"])
                labels = batch[3 * image:]
                self.assertEqual(digest(labels[place * label:(place + 1) * label]), wanted["label_sha256"])
                case, file, number, origin, valid, drawn = line.split(" ", 5)
                self.assertEqual(
                    (case, file, int(number), [int(o) for o in origin.split(",")], valid == "1", json.loads(drawn)),
                    (wanted["case_identifier"], wanted["file"], wanted["place"], wanted["origin_zyx"],
                     wanted["valid"], wanted["drawn"]))
        self.assertEqual(self.output("resume", *self.stream)[0], voxels)

    def test_patches_are_what_h5py_reads(self):
        shards = [shard for shard in self.shards_of(self.shards) if shard.set == "train"]
        voxels, told = self.output("patches", self.shards, "train")
        found = dict(zip(told.splitlines(), split(voxels, 5 * 12 * 18 * 12)))
        self.assertEqual(len(found), sum(map(len, shards)))
        for shard in shards:
            for place in range(len(shard)):
                name = f"{shard.path.relative_to(self.shards)} {place}"
                image = shard.image[place].astype(numpy.float32)
                self.assertEqual(found[name], image.tobytes() + shard.label[place].tobytes(), name)

    def test_nifti_is_what_nibabel_reads(self):
        values = numpy.random.RandomState(3).uniform(-9, 9, (5, 6, 7, 2)).astype(numpy.float32)
        values[1, 2, 3, 1] = numpy.inf
        for codes, shown, keys in [
            ("IPL", values[..., 0].round().astype(numpy.int16), {"slope": 2, "intercept": -3}),
            ("ASR", values, {}), ("LAS", values, {"big_endian": True}),
        ]:
            path = scans.write(self.fresh("scan.nii.gz"), scans.nifti(shown, scans.affine(codes, (3, 1, 2)), **keys))
            voxels, affine = self.output("nifti", path)
            turned = nibabel.as_closest_canonical(nibabel.load(path))
            expected = turned.get_fdata(dtype=numpy.float32).T.copy()
            expected[~numpy.isfinite(expected)] = numpy.nan
            numpy.testing.assert_array_equal(numpy.frombuffer(voxels, numpy.float32), expected.ravel(), codes)
            numpy.testing.assert_allclose(
                numpy.array(affine.split(), float).reshape(4, 4), turned.affine, atol=1e-6)

    def test_augmentation_is_repeatable(self):
        first = self.output("augment", "miscnn", 8, 9, 10, 3)
        self.assertEqual(first, self.output("augment", "miscnn", 8, 9, 10, 3))
        self.assertNotEqual(first[0], self.output("augment", "miscnn", 8, 9, 10, 4)[0])
        ramp = numpy.arange(8 * 9 * 10)
        self.assertEqual(
            self.output("augment", "none", 8, 9, 10, 3),
            (ramp.astype(numpy.float32).tobytes() + (ramp % 3).astype(numpy.uint8).tobytes(), "[]"))

    def test_wrong_calls_are_errors(self):
        lines = self.output("misuse", *self.stream)[0].decode().splitlines()
        patterns = [
            "64 call: options is missing, found NULL, expected a pointer",
            "64 call: shards is missing, found NULL",
            "64 call: options is missing, found NULL",
            "64 call: set is missing, found NULL",
            "64 call: order cannot be so, found 7, expected 0 to 2",
            "64 call: batch is missing, found NULL",
            r"64 call: batch is of another version of segprep.h, found a size of 3, expected \d+; set the size",
            "64 call: no such stream, found 12345678, expected one that is open; it may be closed already",
            "64 call: no such batch in hand, found 0, expected one that was lent and not given back",
            "64 call: sample cannot be so, found 99, expected 0 to 2",
            "64 call: json is missing, found NULL",
            "7 stream: was cancelled, found no more batches",
            r"64 call: no such stream, found \d+",
            r"64 call: no such stream, found \d+",
            r"64 call: no such set of shards, found \d+",
            "64 call: found none of pipeline and augment, expected one of the two",
            "64 augment:1: `augment.preset` is not known, found the text \"best\", expected miscnn, nnunet or none",
            r"64 call: patch cannot be so, found \d+, expected 0 to 65536 voxels along an axis",
            "64 call: a patch with a margin cannot be augmented in place, found a margin of 1x1x1, expected 0x0x0",
            "64 call: channels cannot be so, found 0, expected 1 or more",
            "4 /no/such/file.nii: cannot open: No such file",
        ]
        self.assertEqual(len(lines), len(patterns), lines)
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, "^(" + pattern + ")")

    def test_refusals_are_the_programs(self):
        for name, fold, pattern in [("trains", 0, "64 .*no such set, found trains"), ("train", 9, "64 .*no such fold")]:
            done = self.run_client("stream", self.shards, name, fold, self.pipeline_file)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr.decode(), pattern)
            result = segprep(
                "stream", self.shards, "--pipeline", self.pipeline_file, "--set", name, "--fold", fold)
            self.assertEqual(f"segprep: {done.stderr.decode().split(' ', 1)[1]}", result.err)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def split(content, size):
    return [content[start:start + size] for start in range(0, len(content), size)]


if __name__ == "__main__":
    unittest.main()
