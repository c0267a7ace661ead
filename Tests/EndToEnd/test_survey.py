"""What is found out about raw cases: parts of each class before and after the stages, and nnU-Net's fingerprint."""

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

    def test_inspect_tells_what_became_of_each_class(self):
        result = segprep("inspect", self.out / "cases" / "case_00000.h5")
        self.assertRegex(result.out, r"class 1 +raw +[0-9.]+ ml in [0-9]+ parts, resample +[0-9.]+ ml in [0-9]+ parts")


if __name__ == "__main__":
    unittest.main()
