"""Patches against the crops that h5py and NumPy cut; which patches there are; in which files."""

import json
import unittest

import numpy

from shards import SETS, ShardCase, content, window
from support import PIPELINES, SHARED_DATA, PreparedCase, identifiers, json_of, make_phantoms, segprep

PLAIN = {"compression": "none"}


class CropTests(ShardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.make_raw(cls.folder / "raw", unlabelled=[5])

    def setUp(self):
        self.prepared = self.folder / "prepared"
        if not self.prepared.exists():
            self.ingest(self.raw, self.cut(), out=self.prepared)

    def test_every_patch_is_its_crop(self):
        for image in ["float16", "float32"]:
            for compression in ["none", "deflate"]:
                with self.subTest(image=image, compression=compression):
                    shards = {"image": image, "compression": compression, "file_patches": 7}
                    out = self.shard(self.prepared, self.cut(shards=shards))
                    self.assertGreater(self.assert_patches_are_crops(out, self.prepared), 150)
                    self.assert_whole(out)

    def test_jobs(self):
        pipeline = self.cut(shards={"file_patches": 7})
        expected = content(self.shard(self.prepared, pipeline, "--jobs", 1))
        self.assertEqual(len(expected), 2 + len([name for name in expected if name.endswith(".h5")]))
        for jobs in [2, 5]:
            self.assertEqual(content(self.shard(self.prepared, pipeline, "--jobs", jobs)), expected)

    def test_grid_covers_every_voxel(self):
        out = self.shard(self.prepared, self.cut(shards=PLAIN))
        for name in ["grid", "large"]:
            covered = {}
            for shard in self.shards_of(out):
                if shard.set != name:
                    continue
                for case, origin in zip(shard.cases, shard.index["origin_zyx"]):
                    if case not in covered:
                        covered[case] = numpy.zeros_like(PreparedCase.read(self.prepared / f"cases/{case}.h5").label)
                    inside = tuple(slice(max(0, o), o + s) for o, s in zip(origin, shard.shape))
                    covered[case][inside] = 1
            self.assertEqual(len(covered), 5)
            for case, voxels in covered.items():
                self.assertTrue(voxels.all(), case)

    def test_files_are_those_of_the_folds(self):
        """Cases of one fold are in its files and in no others; unlabelled cases are in none."""
        folds = {entry["case_identifier"]: entry.get("fold") for entry in json_of(self.prepared / "manifest.json")["cases"]}
        out = self.shard(self.prepared, self.cut(shards=PLAIN))
        seen = set()
        for shard in self.shards_of(out):
            for case in shard.cases:
                seen.add(case)
                self.assertTrue(shard.path.name.startswith(f"fold{folds[case]}-"), shard.path)
            self.assertEqual({folds[case] for case in shard.cases}, set(shard.index["fold"]))
        self.assertEqual(seen, set(identifiers(self.prepared)) - {"case_00005"})

    def test_foreground_share(self):
        """round(9 * 0.4) patches of each case hold a foreground voxel about their middle."""
        out = self.shard(self.prepared, self.cut(shards=PLAIN))
        centred = {}
        for shard in self.shards_of(out):
            if shard.set != "train":
                continue
            for index, case in enumerate(shard.cases):
                if shard.index["flags"][index] & 2:
                    centred[case] = centred.get(case, 0) + 1
                    self.assertGreater(shard.index["class_counts"][index][1:].sum(), 0)
        self.assertEqual(centred, {case: 4 for case in identifiers(self.prepared) if case != "case_00005"})

    def test_blank_windows_are_left_out(self):
        out = self.shard(self.prepared, self.cut(shards=PLAIN))
        for shard in self.shards_of(out):
            if shard.set == "busy":
                self.assertTrue((shard.index["class_counts"][:, 1:].sum(axis=1) > 0).all())

    def test_dry_run_foretells(self):
        pipeline = self.cut(shards={"file_patches": 7, "compression": "deflate"})
        result, out = self.run_shard(self.prepared, pipeline, "--dry-run", "--json")
        self.assertEqual(result.code, 0, result.err)
        self.assertFalse(out.exists())
        foretold = json.loads(result.out)
        manifest = json_of(self.shard(self.prepared, pipeline, out=out) / "manifest.json")
        stored = {}
        for shard in self.shards_of(out):
            lengths = shard.index["length_image"].sum() + shard.index["length_label"].sum()
            stored[shard.set] = stored.get(shard.set, 0) + lengths
        for before, after in zip(foretold["sets"], manifest["sets"], strict=True):
            files = [entry for entry in manifest["files"] if entry["set"] == after["set"]]
            self.assertEqual(before["set"], after["set"])
            self.assertEqual(before["patches"], after["patches"])
            self.assertEqual(before["files"], len(files))
            total = numpy.sum([case["class_patches"] for case in before["cases"]], axis=0)
            self.assertEqual(list(total), after["class_patches"])
            self.assertLess(abs(before["bytes"] / stored[after["set"]] - 1), 0.3)

    def test_summary_states_balance(self):
        result, _ = self.run_shard(self.prepared, self.cut())
        for words in ["share of voxels", "patches of train", "with tumour", "times smaller", "for prediction, not cut"]:
            self.assertIn(words, result.out)

    def test_memory_takes_fewer_threads(self):
        foretold = json.loads(self.run_shard(self.prepared, self.cut(), "--dry-run", "--json", "--jobs", 1)[0].out)
        given = foretold["memory_bytes"] + 1000
        result, _ = self.run_shard(self.prepared, self.cut(), "--dry-run", "--json", "--jobs", 8, "--memory", given)
        self.assertEqual(json.loads(result.out)["threads"], 1)


class FoldSafeTests(ShardCase):
    """Patches hold unscaled values; the manifest says how each fold scales them."""

    def test_maps_are_handed_on(self):
        raw = self.make_raw(self.fresh("raw"))
        pipeline = self.cut(stages=[{"zscore": {"over": "dataset", "fold_safe": True}}], shards=PLAIN)
        prepared = self.ingest(raw, pipeline)
        out = self.shard(prepared, pipeline)
        maps = json_of(out / "manifest.json")["deferred_maps"]
        self.assertEqual(maps, json_of(prepared / "manifest.json")["deferred_maps"])
        self.assertEqual(len(maps["folds"]), 5)
        self.assert_patches_are_crops(out, prepared)
        self.assert_whole(out)


class AddedCaseTests(ShardCase):
    """Another case changes no other case's patches."""

    def test_patches_stay(self):
        few = self.make_raw(self.fresh("raw"), [(20, 24, 15), (33, 17, 12), (28, 19, 21)])
        more = self.make_raw(self.fresh("raw"), [(20, 24, 15), (33, 17, 12), (28, 19, 21), (25, 22, 9)])
        pipeline = self.cut(shards=PLAIN, folds={"keep": True, "count": 3})
        prepared = self.ingest(few, pipeline)
        out = self.shard(prepared, pipeline)
        before = self.patches(out)
        self.ingest(more, pipeline, out=prepared)
        self.shard(prepared, pipeline, out=out)
        after = self.patches(out)
        self.assertEqual({key: value for key, value in after.items() if key[1] != "case_00003"}, before)
        self.assertGreater(len(after), len(before))
        self.assertEqual(content(out), content(self.shard(prepared, pipeline)))
        self.assert_whole(out)

    def patches(self, out):
        """By set and case: fold, origin, flags and voxels, in order."""
        found = {}
        for shard in self.shards_of(out):
            for index, case in enumerate(shard.cases):
                found.setdefault((shard.set, case), []).append(
                    (int(shard.index["fold"][index]), tuple(shard.index["origin_zyx"][index]),
                     int(shard.index["flags"][index]), shard.image[index].tobytes(), shard.label[index].tobytes()))
        return found


class WholeCaseTests(ShardCase):

    def test_phantoms(self):
        raw = make_phantoms(self.folder / "raw", 2)
        pipeline = self.fresh("pipeline.yaml")
        pipeline.write_text((PIPELINES / "kits19.yaml").read_text() + "shards: {compression: none}\n")
        prepared = self.ingest(raw, pipeline)
        self.assertGreater(self.assert_patches_are_crops(self.shard(prepared, pipeline), prepared), 32)

    @unittest.skipUnless((SHARED_DATA / "ct_kits_layout").is_dir(), f"no CT at {SHARED_DATA / 'ct_kits_layout'}")
    def test_ct(self):
        """One case alone is for training, in no fold."""
        pipeline = self.fresh("pipeline.yaml")
        pipeline.write_text((PIPELINES / "kits19.yaml").read_text() + "shards: {compression: deflate}\n")
        prepared = self.ingest(SHARED_DATA / "ct_kits_layout", pipeline)
        out = self.shard(prepared, pipeline)
        self.assertEqual(
            [entry["file"] for entry in json_of(out / "manifest.json")["files"]],
            ["grid/train-00000.h5", "random/train-00000.h5"])
        self.assertGreater(self.assert_patches_are_crops(out, prepared), 16)
        self.assert_whole(out)


    @unittest.skipUnless((SHARED_DATA / "brats_expert").is_dir(), f"no MRI at {SHARED_DATA / 'brats_expert'}")
    def test_mri(self):
        """The paper's BraTS20 patches, and two channels whose pad values differ."""
        pipeline = self.fresh("pipeline.yaml")
        pipeline.write_text((PIPELINES / "brats20.yaml").read_text() + "shards: {compression: none}\n")
        prepared = self.ingest(SHARED_DATA / "brats_expert", pipeline)
        self.assertEqual(self.assert_patches_are_crops(self.shard(prepared, pipeline), prepared), 3 * (16 + 3 * 4 * 4))

        dataset = {
            "layout": "brats20", "channels": ["t1ce", "flair"], "labels": {"background": 0, "tumour": 1},
            "label_map": {0: 0, "rest": 1}}
        pipeline = self.cut([SETS[0], SETS[3]], dataset=dataset, shards=PLAIN)
        prepared = self.ingest(SHARED_DATA / "brats_expert", pipeline)
        self.assertGreater(self.assert_patches_are_crops(self.shard(prepared, pipeline), prepared), 27)


class WindowTests(unittest.TestCase):
    """The reference itself."""

    def test_outside_is_fill(self):
        volume = numpy.arange(8).reshape(2, 2, 2)
        numpy.testing.assert_array_equal(window(volume, (1, -1, 0), (2, 2, 1), 9), [[[9], [4]], [[9], [9]]])
        numpy.testing.assert_array_equal(window(volume, (5, 0, 0), (1, 1, 1), 9), [[[9]]])
