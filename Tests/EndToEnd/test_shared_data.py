"""Real and odd files that lie beside the repository; skipped where they are not there.

INDEX.tsv there was made with nibabel 5.4.2.
"""

import csv
import json
import resource
import unittest

import nibabel
import numpy

import reference
from support import PIPELINES, SHARED_DATA, PreparedCase, TestCase, json_of, segprep

# Whatever a file promises, inspect gets by with this much address space.
MEMORY_LIMIT = 2 << 30

# Where segprep differs from nibabel, and why. Besides: RGB and complex voxels are no scalars and are refused.
REFUSED = {
    "edge/generated/pixdim_zero.nii": "no form and no voxel size: nibabel takes 1 mm",
    "edge/generated/singular.nii": "an axis without direction",
    "edge/generated/dim0_bad.nii": "no dimensions",
}
OTHER_VOXELS = {
    "edge/generated/vox_offset0.nii": "nibabel takes the header itself for voxels",
}
# nibabel's zooms are pixdim's, whatever the affine says; segprep's are the norms of the affine's columns.
OTHER_SIZES = {
    "edge/generated/sheared.nii": "pixdim does not know the shear",
    "edge/nifti_clib/ATestReferenceImageForReadingAndWriting.nii.gz": "pixdim is half of what the sform says",
    "edge/generated/units_um.nii": "nibabel takes micrometres for millimetres",
}
# Files that nibabel refuses and segprep reads.
SOUND = {
    "edge/generated/gz_named.nii": "gzip without .gz: the bytes count",
    "edge/generated/notgz.nii.gz": "no gzip with .gz: the bytes count",
    "edge/nibabel/Conte69.MyelinAndCorrThickness.32k_fs_LR.ptseries.nii": "CIFTI-2, which is NIfTI-2 with an extension",
    "edge/nibabel/row_major.dconn.nii": "CIFTI-2, which is NIfTI-2 with an extension",
}
# What the line about each other broken file must name.
CAUSES = {
    "generated/dim8_bad.nii": "found 8 dimensions, expected 1 to 7",
    "generated/dim_neg.nii": "found 5x-4x3, expected at least one voxel",
    "generated/dt_binary1.nii": "voxels are BINARY",
    "generated/dt_complex256.nii": "voxels are COMPLEX256",
    "generated/dt_float128.nii": "voxels are FLOAT128",
    "generated/dt_unknown0.nii": "voxels are NONE",
    "generated/gz_badcrc.nii.gz": "the checksum does not match",
    "generated/gz_truncated.nii.gz": "the gzip stream ends early, found 454 bytes once unpacked, expected 472",
    "generated/scl_inter_nan.nii": "scl_inter is nan",
    "generated/truncated.nii": "the file ends early, found 392 bytes, expected 472",
    "nibabel/analyze.hdr": "an Analyze 7.5 header",
    "nibabel/d88af0-someones_anatomy.nii.gz": "not a NIfTI file, found first bytes 2e 2e 2f 2e",
    "nibabel/invalid.nii": "not a NIfTI file",
    "nibabel/invalid.nii.gz": "not a NIfTI file",
    "nibabel/nifti1.hdr": "without its voxels, expected .*nifti1.img",
    "nibabel/nifti2.hdr": "without its voxels, expected .*nifti2.img",
    "nifti-rs/66e4a5-minimal2.img.gz": "without their header, expected .*66e4a5-minimal2.hdr",
    "nifti-rs/avg152T1_LR_nifti.hdr.gz": "without its voxels, expected .*avg152T1_LR_nifti.img",
    "nifti-rs/crash-08123ef33416bd6f0c5fa63d44b681b8581d62a0": "not a kind of file",
    "nifti-rs/crash-1.nii": "not a NIfTI file",
    "nifti-rs/crash-98aa054390f8d3f932f190dc22ef62c6ff2d6619": "not a kind of file",
    "nifti-rs/crash-d03c6346fe83a026738f6b8cd2a9335a3f8cb158": "not a kind of file",
    "nifti-rs/crash-ed7d46344d7efb3b9f0c374d66d2e02f66cc447d.nii": "not a NIfTI file",
    "nifti-rs/dd47ea-minimal2.hdr": "without its voxels, expected .*dd47ea-minimal2.img",
    "nifti-rs/minimal2.hdr": "not a NIfTI file",
    # Its header is the file before, and the line is about that.
    "nifti-rs/minimal2.img.gz": "minimal2.hdr: not a NIfTI file",
}


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def index():
    with open(SHARED_DATA / "INDEX.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def is_scalar(row):
    return "R" not in row["dtype"] and "c" not in row["dtype"]


def strip(shape):
    """A shape without axes of one voxel at its end."""
    while len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return shape


@unittest.skipUnless((SHARED_DATA / "INDEX.tsv").is_file(), f"no index of files at {SHARED_DATA}")
class IndexedFileTests(TestCase):
    """Every file of the index, and every other odd file, through inspect."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        odd = [str(path.relative_to(SHARED_DATA)) for path in (SHARED_DATA / "edge").rglob("*") if path.is_file()]
        names = sorted({row["file"] for row in index()} | set(odd))
        cls.results = {name: segprep("inspect", SHARED_DATA / name, "--json", before=limit_memory) for name in names}

    def test_no_crash(self):
        """Described, or refused in one line that names the file, within the memory limit."""
        for name, result in self.results.items():
            with self.subTest(file=name):
                self.assertIn(result.code, (0, 2), result.err)
                if result.code == 2:
                    self.assertEqual(result.out, "")
                    self.assertEqual(len(result.err.splitlines()), 1, result.err)
                    self.assertIn(name.split(".")[0], result.err)
                else:
                    self.assertEqual(result.err, "")
                    json.loads(result.out)

    def test_readable_volumes_are_as_nibabel_reads_them(self):
        """Shape, axes, voxel sizes and affine; least and greatest value exactly, the mean within 1e-6."""
        count = 0
        for row in index():
            name = row["file"]
            if row["nibabel"] != "ok" or not is_scalar(row) or name in REFUSED:
                continue
            with self.subTest(file=name):
                self.assertEqual(self.results[name].code, 0, self.results[name].err)
                found = json.loads(self.results[name].out)
                # inspect may name the axes that nibabel leaves out, or leave out those of one voxel.
                self.assertEqual(strip(found["shape"]), strip([int(n) for n in row["shape"].split("x")]))
                self.assertEqual(found["orientation"], row["axcodes"])
                zooms = [float(text) for text in row["zooms"].split(",")][:3]
                if name not in OTHER_SIZES:
                    numpy.testing.assert_allclose(found["spacing_mm"][:len(zooms)], zooms, rtol=1e-5)
                factor = 0.001 if name == "edge/generated/units_um.nii" else 1
                affine = factor * numpy.array([float(text) for text in row["affine_rows"].split()])
                numpy.testing.assert_allclose(
                    numpy.ravel(found["affine"]), affine, rtol=1e-4, atol=factor * 1e-3)
                if name not in OTHER_VOXELS:
                    voxels = found["voxels"]
                    self.assertEqual(voxels["minimum"], float(row["min"]))
                    self.assertEqual(voxels["maximum"], float(row["max"]))
                    numpy.testing.assert_allclose(voxels["mean"], float(row["mean"]), rtol=1e-6)
                count += 1
        self.assertGreater(count, 100)

    def test_listed_differences_are_there(self):
        """A list that says too much would hide an error."""
        rows = {row["file"]: row for row in index()}
        for name, reason in REFUSED.items():
            with self.subTest(file=name, reason=reason):
                self.assertEqual((rows[name]["nibabel"], self.results[name].code), ("ok", 2))
        for name, reason in OTHER_VOXELS.items():
            with self.subTest(file=name, reason=reason):
                self.assertNotEqual(json.loads(self.results[name].out)["voxels"]["maximum"], float(rows[name]["max"]))
        for name, reason in OTHER_SIZES.items():
            with self.subTest(file=name, reason=reason):
                found = json.loads(self.results[name].out)
                zooms = [float(text) for text in rows[name]["zooms"].split(",")][:3]
                self.assertFalse(numpy.allclose(found["spacing_mm"], zooms, rtol=1e-3))
                columns = numpy.linalg.norm(numpy.array(found["affine"])[:, :3], axis=0)
                numpy.testing.assert_allclose(found["spacing_mm"], columns, rtol=1e-12)
        for row in rows.values():
            if row["nibabel"] == "ok" and not is_scalar(row):
                with self.subTest(file=row["file"], reason=row["dtype"]):
                    self.assertRegex(self.results[row["file"]].err, "voxels are (RGB|COMPLEX)")

    def test_broken_files_are_refused_with_the_cause(self):
        broken = {row["file"] for row in index() if row["nibabel"] != "ok"}
        self.assertEqual(broken, set(SOUND) | {"edge/" + name for name in CAUSES})
        for name, reason in SOUND.items():
            with self.subTest(file=name, reason=reason):
                self.assertEqual(self.results[name].code, 0, self.results[name].err)
        for name, cause in CAUSES.items():
            with self.subTest(file=name):
                self.assertRegex(self.results["edge/" + name].err, cause)

    def test_voxels_that_are_not_finite_are_counted(self):
        found = json.loads(self.results["edge/generated/nan_values.nii"].out)
        voxels = numpy.asarray(nibabel.load(SHARED_DATA / "edge" / "generated" / "nan_values.nii").dataobj)
        self.assertEqual(found["voxels"]["nonfinite"], numpy.count_nonzero(~numpy.isfinite(voxels)))

    def test_oddities_are_noted(self):
        for name, note in [
            ("units_um.nii", "micrometres.*converted"), ("units_m.nii", "metres.*cannot be: read as millimetres"),
        ]:
            (found,) = json.loads(self.results["edge/generated/" + name].out)["notes"]
            self.assertRegex(found, note)

    def test_text_for_people(self):
        """Without --json too."""
        for name, result in self.results.items():
            if result.code == 0 and name.startswith("edge/"):
                with self.subTest(file=name):
                    text = segprep("inspect", SHARED_DATA / name)
                    self.assertEqual((text.code, text.err), (0, ""))
                    self.assertIn("orientation", text.out)


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
