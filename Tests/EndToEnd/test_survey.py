"""What is found out about raw cases: parts of each class before and after the stages, and nnU-Net's fingerprint."""

import shutil
import unittest

import h5py
import nibabel
import numpy
from scipy import ndimage

import scans
from support import TestCase, json_of, segprep

RESAMPLE = {"resample": {"spacing_mm": {"z": 3, "y": 1.5, "x": 1.5}}}
TOUCHING = numpy.ones((3, 3, 3))  # 26 neighbours


class SurveyTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        cls.images, cls.labels, cls.spacings = [], [], []
        for index, codes in enumerate(["IPL", "RAS", "LSA", "PIR"]):
            extents = (31 + index, 40, 37)
            image = scans.tissue(extents, index).round().astype(numpy.int16)
            image[:, :3 + index] = 0
            label = scans.organs(extents, 100 + index)
            label[label == 1] = 1 if index != 2 else 0
            matrix = scans.affine(codes, (1.0, 1.25, 0.8))
            scans.write_case(
                cls.raw / "data", f"case_{index:05}", scans.nifti(image, matrix),
                scans.nifti(label, matrix) if index != 3 else None)
            cls.images.append(image)
            cls.labels.append(label)
            cls.spacings.append(codes)

    def setUp(self):
        self.out = self.ingest(self.raw, self.pipeline([RESAMPLE, {"clip_hu": {"lower": -79, "upper": 304}}]))
        self.manifest = json_of(self.out / "manifest.json")

    def test_census_is_scipys(self):
        for index, case in enumerate(self.manifest["cases"][:3]):
            raw, resampled = case["statistics"]["label_censuses"]
            self.assertEqual((raw["stage"], resampled["stage"]), ("raw", "resample"))
            with h5py.File(self.out / case["file"]) as file:
                prepared = file["label"][()]
                voxel = numpy.prod(file.attrs["spacing_mm"]) / 1000
            for value in (1, 2):
                self.assertAlmostEqual(raw["ml"][value], (self.labels[index] == value).sum() * 1e-3, places=6)
                self.assertEqual(raw["components"][value], ndimage.label(self.labels[index] == value, TOUCHING)[1])
                self.assertAlmostEqual(resampled["ml"][value], (prepared == value).sum() * voxel, places=6)
                self.assertEqual(resampled["components"][value], ndimage.label(prepared == value, TOUCHING)[1])

    def test_lost_volume_and_vanished_parts_are_warnings(self):
        for case in self.manifest["cases"][:3]:
            raw, resampled = case["statistics"]["label_censuses"]
            for value, name in ((1, "kidney"), (2, "tumour")):
                if raw["ml"][value] == 0:
                    continue
                loss = 1 - resampled["ml"][value] / raw["ml"][value]
                self.assertEqual(
                    any(text.startswith(f"{name} lost") for text in case["warnings"]), loss > 0.05, case["warnings"])
                # Single sprinkled voxels do not survive a coarser grid.
                self.assertGreater(resampled["vanished"][value], 0)
                self.assertIn(
                    f"{name}: {resampled['vanished'][value]} of its {raw['components'][value]} parts vanished in resample",
                    case["warnings"])
        self.assertNotIn("label_censuses", self.manifest["cases"][3]["statistics"])

    def test_fingerprint_is_nnunets(self):
        found = json_of(self.out / "dataset_fingerprint.json")
        self.assertEqual(
            sorted(found), [
                "foreground_intensity_properties_per_channel", "median_relative_size_after_cropping",
                "shapes_after_crop", "spacings"
            ])
        # nnU-Net draws equally many voxels from each case; its expectation is a mixture of the cases' distributions.
        values = [image[label > 0] for image, label in zip(self.images[:3], self.labels[:3])]
        weights = numpy.concatenate([numpy.full(part.size, 1 / part.size / len(values)) for part in values])
        whole = numpy.concatenate(values).astype(float)
        order = numpy.argsort(whole)
        cumulative = numpy.cumsum(weights[order])
        quantile = lambda share: whole[order][numpy.searchsorted(cumulative, share - 1e-9)]
        mean = (whole * weights).sum()
        expected = {
            "max": whole.max(), "min": whole.min(), "mean": mean, "median": quantile(0.5),
            "percentile_00_5": quantile(0.005), "percentile_99_5": quantile(0.995),
            "std": numpy.sqrt((weights * (whole - mean)**2).sum()),
        }
        properties = found["foreground_intensity_properties_per_channel"]
        self.assertEqual(list(properties), ["0"])
        self.assertEqual(sorted(properties["0"]), sorted(expected))
        for key, value in expected.items():
            self.assertAlmostEqual(properties["0"][key], value, delta=1e-6 * (1 + abs(value)), msg=key)

    def test_fingerprint_sizes_are_those_of_the_nonzero_box(self):
        found = json_of(self.out / "dataset_fingerprint.json")
        shares = []
        for index in range(3):
            path = self.raw / "data" / f"case_{index:05}" / "imaging.nii.gz"
            image = nibabel.as_closest_canonical(nibabel.load(path))
            box = ndimage.find_objects(numpy.asarray(image.dataobj) != 0)[0]
            shape = [part.stop - part.start for part in box][::-1]
            self.assertEqual(found["shapes_after_crop"][index], shape)
            numpy.testing.assert_allclose(found["spacings"][index], image.header.get_zooms()[::-1], rtol=1e-6)
            shares.append(numpy.prod(shape) / numpy.prod(image.shape))
        self.assertAlmostEqual(found["median_relative_size_after_cropping"], numpy.median(shares), places=9)

    def test_fingerprint_follows_the_cases_that_are_there(self):
        one = self.ingest(
            self.raw, self.pipeline([RESAMPLE, {"clip_hu": {"lower": -79, "upper": 304}}]), "--cases", "case_00001")
        self.assertEqual(len(json_of(one / "dataset_fingerprint.json")["spacings"]), 1)
        self.ingest(self.raw, self.pipeline([RESAMPLE, {"clip_hu": {"lower": -79, "upper": 304}}]), out=one)
        self.assertEqual(
            (one / "dataset_fingerprint.json").read_bytes(), (self.out / "dataset_fingerprint.json").read_bytes())

    def mixture(self, cases):
        """Values and weights of some cases' foreground, each case counting the same, ascending."""
        values = [self.images[index][self.labels[index] > 0].astype(float) for index in cases]
        weights = numpy.concatenate([numpy.full(part.size, 1 / part.size / len(values)) for part in values])
        whole = numpy.concatenate(values)
        order = numpy.argsort(whole)
        return whole[order], weights[order]

    def numbers(self, cases, lower=0.02, upper=0.9):
        values, weights = self.mixture(cases)
        mean = (values * weights).sum()
        bounds = [values[numpy.searchsorted(weights.cumsum(), share - 1e-9)] for share in (lower, upper)]
        return *bounds, mean, numpy.sqrt((weights * (values - mean)**2).sum())

    def over_dataset(self, **option):
        return [{"clip_hu": {"over": "dataset", "lower_percentile": 2, "upper_percentile": 90, **option}},
                {"zscore": {"over": "dataset", **option}}]

    def test_stages_over_the_data_set_are_nnunets_ct_normalisation(self):
        plain = self.ingest(self.raw, self.pipeline([RESAMPLE]))
        out = self.ingest(self.raw, self.pipeline([RESAMPLE, *self.over_dataset()]))
        lower, upper, mean, std = self.numbers(range(3))
        self.assertNotIn("deferred_maps", json_of(out / "manifest.json"))
        for case in json_of(out / "manifest.json")["cases"]:
            with h5py.File(plain / case["file"]) as raw, h5py.File(out / case["file"]) as found:
                expected = (raw["image"][()].clip(lower, upper) - mean) / std
                numpy.testing.assert_allclose(found["image"][()], expected, atol=2e-5)

    def test_fold_safe_stages_are_deferred_and_do_not_know_the_validation_cases(self):
        plain = self.ingest(self.raw, self.pipeline([RESAMPLE]))
        pipeline = self.pipeline([RESAMPLE, *self.over_dataset(fold_safe=True)])
        out = self.ingest(self.raw, pipeline)
        manifest = json_of(out / "manifest.json")
        self.assertEqual(len(manifest["deferred_maps"]["folds"]), 3)
        splits = json_of(out / "splits_final.json")
        groups = [[int(name[-5:]) for name in split["train"]] for split in splits] + [range(3)]
        for cases, maps in zip(groups, [*manifest["deferred_maps"]["folds"], manifest["deferred_maps"]["all"]]):
            lower, upper, mean, std = self.numbers(cases)
            for key, value in {"lower": lower, "upper": upper, "offset": mean, "scale": 1 / std}.items():
                self.assertAlmostEqual(maps[0][key], value, delta=1e-9 * (1 + abs(value)), msg=key)
        for case in manifest["cases"]:
            with h5py.File(plain / case["file"]) as raw, h5py.File(out / case["file"]) as found:
                numpy.testing.assert_array_equal(found["image"][()], raw["image"][()])

    def test_fold_safe_stages_refuse_a_fold_that_trains_on_no_foreground(self):
        raw = self.fresh("raw")
        for number in range(4):
            image = numpy.arange(1000, dtype=numpy.int16).reshape(10, 10, 10)
            label = (image > (500 if number == 0 else 5000)).astype(numpy.uint8)
            matrix = scans.affine("RAS", (1, 1, 1))
            scans.write_case(
                raw / "data", f"case_{number:05}", scans.nifti(image, matrix), scans.nifti(label, matrix))
        pipeline = self.pipeline(self.over_dataset(fold_safe=True), folds={"count": 2})
        result, out = self.run_ingest(raw, pipeline)
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, "fold_safe: no foreground in the cases that fold [01] trains on, found none")
        self.assertFalse((out / "manifest.json").exists())

    def test_cases_that_keep_earlier_numbers_are_warned_about(self):
        raw, pipeline, out = self.fresh("raw"), self.pipeline(self.over_dataset()), self.fresh("prepared")
        shutil.copytree(self.raw, raw)
        self.ingest(raw, pipeline, out=out)
        shutil.rmtree(next(raw.rglob("case_00001")))
        warning = "warning: case_00001: prepared by earlier numbers over the data set, expected those of now; run"
        self.assertIn(warning, self.run_ingest(raw, pipeline, out=out)[0].out)
        self.assertIn(warning, segprep("inspect", out).out)
        self.assertNotIn("earlier numbers", self.run_ingest(raw, pipeline, "--prune", out=out)[0].out)

    def test_plan_names_the_leak(self):
        leaking = segprep("plan", self.pipeline(self.over_dataset()))
        self.assertEqual(leaking.out.count("LEAK: stage"), 2)
        self.assertNotIn("LEAK", segprep("plan", self.pipeline(self.over_dataset(fold_safe=True))).out)

    def test_stages_over_the_data_set_in_a_wrong_order(self):
        fold_safe, leaking = self.over_dataset(fold_safe=True), self.over_dataset()
        for stages, words in {
                "after scaling": ([{"zscore": {"over": "volume"}}, leaking[0]], "clip_hu over the data set's raw "
                                  "intensities after zscore, expected stages over the data set before any that scales"),
                "after fold_safe": ([fold_safe[0], leaking[1]], "expected nothing but other fold_safe stages"),
                "no over": ([{"clip_hu": {"lower_percentile": 3}}], "expected `over: dataset` beside it"),
                "both": ([{"clip_hu": {"over": "dataset", "lower": 3}}], "expected one of the two"),
                "fold_safe alone": ([{"zscore": {"fold_safe": True}}], "expected `over: dataset` beside it"),
        }.values():
            result = segprep("plan", self.pipeline(stages))
            self.assertEqual(result.code, 64)
            self.assertIn(words, result.err)

    def test_inspect_tells_what_became_of_each_class(self):
        result = segprep("inspect", self.out / "cases" / "case_00000.h5")
        self.assertRegex(result.out, r"class 1 +raw +[0-9.]+ ml in [0-9]+ parts, resample +[0-9.]+ ml in [0-9]+ parts")


if __name__ == "__main__":
    unittest.main()
