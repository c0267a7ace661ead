"""Real and odd files that lie beside the repository; skipped where they are not there.

INDEX.tsv there was made with nibabel 5.4.2. Values agree within 1e-5 of the range (inspect computes in Double, INDEX
partly in float32).
"""

import csv
import json
import unittest

import nibabel
import numpy

import reference
from support import PIPELINES, SHARED_DATA, PreparedCase, TestCase, json_of, segprep

# Files that nibabel reads and segprep refuses, or reads otherwise, each for a reason.
REFUSED = {
    "generated/pixdim_zero.nii": "no voxel size: nibabel takes 1 mm",
    "generated/singular.nii": "an axis without direction",
    "generated/dim0_bad.nii": "no dimensions",
    "generated/pair.img": "voxels without their header: the .hdr is what is read",
    "nifti-rs/minimal.img": "voxels without their header: the .hdr is what is read",
    "nifti-rs/minimal.img.gz": "voxels without their header: the .hdr is what is read",
}
READ_OTHERWISE = {
    "generated/vox_offset0.nii": "nibabel takes the header itself for voxels",
}
# Files that nibabel refuses by their name and that are sound once one goes by the bytes.
SOUND = ["generated/gz_named.nii", "generated/notgz.nii.gz"]
DAMAGED = [
    "generated/dim8_bad.nii", "generated/dim_neg.nii", "generated/truncated.nii", "generated/gz_truncated.nii.gz",
    "generated/gz_badcrc.nii.gz", "generated/dt_binary1.nii", "generated/dt_float128.nii", "generated/dt_unknown0.nii",
    "generated/dt_complex256.nii", "generated/scl_inter_nan.nii",
]


@unittest.skipUnless((SHARED_DATA / "edge").is_dir(), f"no odd files at {SHARED_DATA / 'edge'}")
class OddFileTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.edge = SHARED_DATA / "edge"
        cls.results = {
            str(path.relative_to(cls.edge)): segprep("inspect", path, "--json")
            for path in sorted(cls.edge.rglob("*")) if path.is_file()
        }

    def index(self):
        """The rows about files below edge/ that nibabel could read, by name."""
        with open(SHARED_DATA / "INDEX.tsv", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t")
            return {row["file"][5:]: row for row in rows if row["file"].startswith("edge/") and row["nibabel"] == "ok"}

    def test_no_crash(self):
        """Described, or refused in one line that names the file."""
        for name, result in self.results.items():
            with self.subTest(file=name):
                self.assertIn(result.code, (0, 2), result.err)
                if result.code == 2:
                    self.assertEqual(result.out, "")
                    self.assertEqual(len(result.err.splitlines()), 1, result.err)
                    self.assertIn(name, result.err)
                else:
                    self.assertEqual(result.err, "")
                    json.loads(result.out)

    def test_readable_files_agree_with_nibabel(self):
        for name, row in self.index().items():
            if name in REFUSED or name in READ_OTHERWISE or "R" in row["dtype"] or "c" in row["dtype"]:
                continue
            with self.subTest(file=name):
                result = self.results[name]
                self.assertEqual(result.code, 0, result.err)
                found = json.loads(result.out)
                shape = [int(n) for n in row["shape"].split("x")]
                # inspect may name the axes that nibabel leaves out, or leave out those of one voxel.
                self.assertEqual(strip(found["shape"]), strip(shape))
                if len(shape) >= 3:
                    self.assertEqual(found["orientation"], row["axcodes"])
                least, most = float(row["min"]), float(row["max"])
                tolerance = 1e-5 * (most - least) + 1e-36
                self.assertAlmostEqual(found["voxels"]["minimum"], least, delta=tolerance)
                self.assertAlmostEqual(found["voxels"]["maximum"], most, delta=tolerance)
                affine = [float(text) for text in row["affine_rows"].split()]
                numpy.testing.assert_allclose(numpy.ravel(found["affine"]), affine, rtol=1e-4, atol=1e-3)

    def test_refused_though_nibabel_reads_them(self):
        """RGB and complex voxels, and those listed above with the reason."""
        for name, row in self.index().items():
            if name in REFUSED or "R" in row["dtype"] or "c" in row["dtype"]:
                with self.subTest(file=name, reason=REFUSED.get(name, row["dtype"])):
                    self.assertEqual(self.results[name].code, 2)

    def test_bytes_count_not_names(self):
        for name in SOUND:
            with self.subTest(file=name):
                self.assertEqual(self.results[name].code, 0, self.results[name].err)

    def test_damaged_files_are_refused(self):
        for name in DAMAGED:
            with self.subTest(file=name):
                self.assertEqual(self.results[name].code, 2, self.results[name].out)

    def test_voxels_that_are_not_finite_are_counted(self):
        found = json.loads(self.results["generated/nan_values.nii"].out)
        voxels = numpy.asarray(nibabel.load(self.edge / "generated" / "nan_values.nii").dataobj)
        self.assertEqual(found["voxels"]["nonfinite"], numpy.count_nonzero(~numpy.isfinite(voxels)))

    def test_text_for_people(self):
        """Without --json too."""
        for name, result in self.results.items():
            if result.code == 0:
                with self.subTest(file=name):
                    text = segprep("inspect", self.edge / name)
                    self.assertEqual((text.code, text.err), (0, ""))
                    self.assertIn("orientation", text.out)


def strip(shape):
    """A shape without axes of one voxel at its end."""
    while len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return shape


@unittest.skipUnless((SHARED_DATA / "ct_kits_layout").is_dir(), f"no real CT at {SHARED_DATA / 'ct_kits_layout'}")
class RealCaseTests(TestCase):

    def test_real_case(self):
        """A real CT equals SciPy's: image within 1e-5 of the range, label in every voxel; one case makes no folds."""
        raw = SHARED_DATA / "ct_kits_layout"
        prepared = self.ingest(raw, PIPELINES / "kits19.yaml")
        manifest = json_of(prepared / "manifest.json")
        self.assertRegex(" ".join(manifest["warnings"]), "training only")
        case, = manifest["cases"]
        found = PreparedCase.read(prepared / case["file"])
        expected = reference.prepare(reference.load(raw / "data" / case["case_identifier"]), [
            {"resample": {"spacing_mm": {"z": 3.22, "y": 1.62, "x": 1.62}}},
            {"clip_hu": {"lower": -79, "upper": 304}}, {"zscore": {"over": "volume"}},
        ])
        self.assertLessEqual(numpy.abs(found.image[0] - expected.image).max(), 1e-5 * numpy.ptp(expected.image))
        self.assertEqual(numpy.count_nonzero(found.label != expected.label), 0)
        numpy.testing.assert_allclose(found.attributes["affine"], expected.affine, atol=1e-4)


@unittest.skipUnless((SHARED_DATA / "kits19").is_dir(), f"no KiTS19 labels at {SHARED_DATA / 'kits19'}")
class LabelsWithoutImagesTests(TestCase):

    def test_images_are_missing(self):
        result, out = self.run_ingest(SHARED_DATA / "kits19", PIPELINES / "kits19.yaml")
        self.assertEqual(result.code, 2)
        failed = {entry["case_identifier"]: entry["reason"] for entry in json_of(out / "manifest.json")["failed"]}
        excluded = {f"case_{number:05}" for number in (15, 23, 37, 68, 125, 133)}
        present = {path.name for path in (SHARED_DATA / "kits19" / "data").glob("case_*")}
        self.assertEqual(set(failed), present - excluded)
        for identifier, reason in failed.items():
            self.assertIn("imaging.nii.gz is missing", reason)
            self.assertEqual(len(result.lines_naming(identifier)), 1)
        self.assert_nothing_half_written(out)

    def test_labels_are_described(self):
        """Both of KiTS19's header kinds; right angles of a quaternion leave no garbage off the axes (nibabel's do)."""
        for path in sorted((SHARED_DATA / "kits19" / "data").glob("case_*[56]*/segmentation.nii.gz")):
            with self.subTest(case=path.parent.name):
                found = json.loads(segprep("inspect", path, "--json").out)
                image = nibabel.load(path)
                self.assertEqual(found["orientation"], "IPL")
                self.assertEqual(found["shape"], list(image.shape))
                numpy.testing.assert_allclose(numpy.array(found["affine"]), image.affine[:3], atol=1e-3)
                self.assertEqual([entry["value"] for entry in found["voxels"]["distinct"]], [0, 1, 2])
                zeros = numpy.array(found["affine"])[abs(image.affine[:3]) < 1e-3]
                self.assertTrue((zeros == 0).all(), found["affine"])
