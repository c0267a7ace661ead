"""Augmented versions in shards: which there are, what they were made from, the same every time, mended as they were."""

import hashlib
import json

import h5py
import numpy

from shards import STAGES, Shard, ShardCase, content, patch_set, window, zyx
from support import PreparedCase, json_of, segprep

SET = patch_set("more", (8, 12, 10), per_case=4, foreground=0.5, seed=3, variants=3)
GRID = patch_set("grid", (8, 12, 10), overlap=(2, 4, 5))
ALL = [
    {"mirror": {"probability": 0.5}}, {"contrast": {"probability": 0.5}}, {"gaussian_noise": {"deviation": 0.1}},
    {"elastic": {"alpha": {"lower": 0, "upper": 300}, "sigma": 4, "probability": 0.5}},
    {"rotation": {"degrees": 20, "probability": 0.7}}, {"jitter": {"voxels": zyx(1, 2, 3)}},
]


class VariantTests(ShardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.make_raw(cls.folder / "raw")

    def setUp(self):
        self.prepared = self.folder / "prepared"
        if not self.prepared.exists():
            self.ingest(self.raw, self.cut(), out=self.prepared)

    def pipeline_of(self, augment, patches=(SET, GRID), **shards):
        return self.cut(list(patches), shards={"compression": "deflate", "file_patches": 7, **shards}, augment=augment)

    def versions(self, folder):
        """Every patch of the set with variants: the shard, its number in it, and what was drawn."""
        for shard in self.shards_of(folder):
            if shard.set == "more":
                for number in range(len(shard)):
                    yield shard, number, json.loads(shard.index["augmentation"][number])

    def case(self, name):
        return PreparedCase.read(self.prepared / "cases" / f"{name}.h5")

    def test_versions_are_there_and_say_what_was_drawn(self):
        out = self.shard(self.prepared, self.pipeline_of(ALL))
        self.assert_whole(out)
        seen, transforms = [], set()
        for shard, number, variant in self.versions(out):
            key = variant["record"]["key"]
            self.assertEqual((key["case_identifier"], key["seed"]), (shard.cases[number], 3))
            self.assertEqual(key["epoch"], shard.index["variant"][number])
            seen.append((key["case_identifier"], key["patch"], key["epoch"]))
            transforms |= {entry["drawn"]["transform"] for entry in variant["record"]["transforms"]}
            counts = numpy.bincount(shard.label[number].ravel(), minlength=3)
            numpy.testing.assert_array_equal(shard.index["class_counts"][number], counts)
            self.assertEqual(shard.margin, (0, 0, 0))
        cases = sorted({case for case, _, _ in seen})
        expected = [(case, patch, variant) for case in cases for patch in range(4) for variant in (1, 2, 3)]
        self.assertEqual(sorted(seen), expected)
        self.assertEqual(transforms, {name for entry in ALL for name in entry})
        self.assertEqual(json_of(out / "manifest.json")["sets"][0]["variants"], 3)

    def test_other_sets_hold_what_was_prepared(self):
        out = self.shard(self.prepared, self.pipeline_of(ALL))
        for entry in json_of(out / "manifest.json")["files"]:
            if entry["set"] == "grid":
                with h5py.File(out / entry["file"]) as file:
                    self.assertNotIn("augmentation", file["index"])
                    self.assertEqual(set(file["index/variant"][()]), {0})

    def test_nothing_that_happens_leaves_crops(self):
        out = self.shard(self.prepared, self.pipeline_of({"preset": "none"}))
        self.assertGreater(self.assert_patches_are_crops(out, self.prepared), 6 * 4 * 3)

    def test_jitter_states_the_true_origin(self):
        out = self.shard(self.prepared, self.pipeline_of([{"jitter": {"voxels": zyx(2, 4, 3)}}]))
        self.assert_whole(out)
        moved = 0
        for shard, number, variant in self.versions(out):
            case, origin = self.case(shard.cases[number]), shard.index["origin_zyx"][number]
            image = window(case.image[0], origin, shard.shape, numpy.float32(case.attributes["pad_value"][0]))
            numpy.testing.assert_array_equal(shard.image[number, 0], image.astype(numpy.float16))
            numpy.testing.assert_array_equal(shard.label[number], window(case.label, origin, shard.shape, 0))
            is_outside = any(o < 0 or o + s > n for o, s, n in zip(origin, shard.shape, case.label.shape))
            self.assertEqual(bool(shard.index["flags"][number] & 1), is_outside)
            moved += len(variant["record"]["transforms"])
        self.assertGreater(moved, 50)

    def test_mirrors_and_brightness_follow_the_record(self):
        """What a record says, done by NumPy."""
        brightness = {"brightness_multiplicative": {"factor": {"lower": 0.5, "upper": 2}}}
        pipeline = self.pipeline_of([{"mirror": {"probability": 0.5}}, brightness], image="float32")
        out = self.shard(self.prepared, pipeline)
        for shard, number, variant in self.versions(out):
            case, origin = self.case(shard.cases[number]), shard.index["origin_zyx"][number]
            image = window(case.image[0], origin, shard.shape, numpy.float32(case.attributes["pad_value"][0]))
            label = window(case.label, origin, shard.shape, 0)
            for entry in variant["record"]["transforms"]:
                drawn = entry["drawn"]
                if drawn["transform"] == "mirror":
                    axes = [axis for axis, name in enumerate("zyx") if drawn["axes"][name]]
                    image, label = numpy.flip(image, axes), numpy.flip(label, axes)
                else:
                    image = image * numpy.float32(drawn["factor"][0])
            numpy.testing.assert_allclose(shard.image[number, 0], image, rtol=1e-6)
            numpy.testing.assert_array_equal(shard.label[number], label)

    def test_turned_patches_see_the_case_around_them(self):
        """Corners of a turned patch hold the case's voxels, not the pad value; labels have no value of their own."""
        out = self.shard(self.prepared, self.pipeline_of([{"rotation": {"degrees": {"z": 0, "y": 0, "x": 20}}}]))
        inside = 0
        for shard, number, variant in self.versions(out):
            case, origin = self.case(shard.cases[number]), shard.index["origin_zyx"][number]
            margin = [variant["margin"][axis] for axis in "zyx"]
            outer, shape = [o - m for o, m in zip(origin, margin)], [s + 2 * m for s, m in zip(shard.shape, margin)]
            there = set(numpy.unique(window(case.label, outer, shape, 0)))
            self.assertLessEqual(set(numpy.unique(shard.label[number])), there)
            if all(o >= 0 and o + s <= n for o, s, n in zip(outer, shape, case.label.shape)):
                inside += 1
                self.assertGreater(shard.image[number].min(), case.attributes["pad_value"][0] - 1e-3)
        self.assertGreater(inside, 0)

    def test_jobs_and_repair(self):
        pipeline = self.pipeline_of(ALL)
        out = self.shard(self.prepared, pipeline, "--jobs", 1)
        expected = content(out)
        self.assertEqual(content(self.shard(self.prepared, pipeline, "--jobs", 3)), expected)
        gone, damaged, *_ = sorted((out / "more").iterdir())
        gone.unlink()
        shard = Shard(damaged)
        with open(damaged, "r+b") as file:
            file.seek(int(shard.index["offset_image"][2]) + 5)
            byte = file.read(1)[0]
            file.seek(-1, 1)
            file.write(bytes([byte ^ 16]))
        self.repair(out, self.prepared)
        self.assertEqual(content(out), expected)

    def test_another_augmentation_needs_another_folder(self):
        out = self.shard(self.prepared, self.pipeline_of(ALL))
        result, _ = self.run_shard(self.prepared, self.pipeline_of({"preset": "miscnn"}), out=out)
        self.assertEqual(result.code, 73, result.err)
        plain = self.shard(self.prepared, self.pipeline_of(ALL, patches=[GRID]))
        before = content(plain)
        self.shard(self.prepared, self.pipeline_of({"preset": "miscnn"}, patches=[GRID]), out=plain)
        files = [name for name in before if name.endswith(".h5")]
        self.assertEqual({name: content(plain)[name] for name in files}, {name: before[name] for name in files})

    def test_dry_run_counts_them(self):
        result, out = self.run_shard(self.prepared, self.pipeline_of(ALL), "--dry-run", "--json")
        self.assertEqual(result.code, 0, result.err)
        self.assertFalse(out.exists())
        self.assertEqual(json.loads(result.out)["sets"][0]["patches"], 6 * 4 * 3)

    def test_validation_never_reads_them(self):
        wide = {**GRID, "set": "wide", "variants": 2}
        pipeline = self.pipeline_of({"preset": "miscnn"}, patches=[wide, GRID])
        out = self.shard(self.prepared, pipeline)
        result = segprep("stream", out, "--pipeline", pipeline, "--set", "wide", "--fold", 0, "--validation")
        self.assertEqual(result.code, 64, result.err)
        self.assertRegex(result.err, "cut on a grid, .* and not augmented, found wide, expected grid\n$")

    def test_training_does_not_augment_them_again(self):
        pipeline = self.pipeline_of({"preset": "miscnn"}, image="float32")
        out, listed = self.shard(self.prepared, pipeline), self.fresh("samples.jsonl")
        command = ["stream", out, "--pipeline", pipeline, "--set", "more", "--fold", 0, "--samples", listed]
        result = segprep(*command)
        self.assertEqual(result.code, 0, result.err)
        stored = {(shard.path.name, number): shard.image[number] for shard, number, _ in self.versions(out)}
        samples = [json.loads(line) for line in listed.read_text().splitlines()]
        self.assertTrue(samples)
        for sample in samples:
            image = stored[sample["file"].split("/")[-1], sample["place"]]
            self.assertEqual(hashlib.sha256(image.tobytes()).hexdigest(), sample["image_sha256"])

    def test_none_of_them_is_without_augmentation(self):
        pipeline = self.pipeline_of({"preset": "miscnn"})
        out, run = self.shard(self.prepared, pipeline), self.folder / "run"
        for command in [
            ["stream", out, "--pipeline", pipeline, "--set", "more", "--fold", 0],
            ["train", out, "--pipeline", pipeline, "--fold", 0, "--out", run],
        ]:
            result = segprep(*command, "--no-augment")
            self.assertEqual((result.code, result.out), (64, ""), result.err)
            self.assertIn("set more holds nothing but augmented versions, found no augmentation asked for", result.err)
            self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertFalse(run.exists())

    def test_mistakes(self):
        result, _ = self.run_shard(self.prepared, self.pipeline_of([{"brightness_additive": {"mean": 100000}}]))
        self.assertEqual(result.code, 2, result.err)
        self.assertRegex(result.err, r"case_0000\d: patch at \[.*\], variant \d: a value is too large for float16")
        result, _ = self.run_shard(self.prepared, self.cut([SET]))
        self.assertEqual(result.code, 64)
        self.assertIn("`patches[0].variants` needs the section `augment`", result.err)
