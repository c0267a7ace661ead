"""Prepared and exported volumes lie where the raw ones lie.

Positions are worked out here from the raw affine and the definition of the grid, within .01 mm. Marks at the patient's
left, head and front, placed by the raw affine, must be found again at the same millimetres within half a voxel.
"""

import itertools
import json

import nibabel
import numpy
from scipy import ndimage

import scans
from support import PAPER_RESAMPLE, PreparedCase, TestCase, json_of, segprep

TOLERANCE_MM = 0.01
MARKS = {1: ("left", (-1, 0, 0)), 2: ("head", (0, 0, 1)), 3: ("front", (0, 1, 0))}

# Axis codes, extents and spacing in the array's order, tilt in degrees.
GRIDS = [
    ("IPL", (28, 64, 60), (3, 1.1, 1.1), (0, 0, 0)),
    ("RAS", (62, 66, 30), (1, 1.2, 2.5), (0, 0, 0)),
    ("LPS", (62, 66, 30), (1, 1.2, 2.5), (0, 0, 0)),
    ("LAS", (40, 41, 22), (2.2, 2.2, 5), (0, 0, 0)),
    ("ASL", (60, 30, 70), (1.3, 2.5, 1), (0, 0, 0)),
    ("PIR", (60, 30, 70), (1.3, 2.5, 1), (0, 0, 0)),
    ("RAS", (58, 60, 33), (1.2, 1.1, 2.2), (20, -10, 15)),
    ("SLP", (33, 58, 60), (2.2, 1.2, 1.1), (-12, 25, 5)),
]


def corners(shape, affine):
    """The eight corners of the extent of an array, in mm, sorted."""
    ends = [(-0.5, n - 0.5) for n in shape]
    positions = nibabel.affines.apply_affine(affine, numpy.array(list(itertools.product(*ends))))
    return positions[numpy.lexsort(numpy.round(positions, 1).T)]


def centroid(weight, affine):
    return nibabel.affines.apply_affine(affine, ndimage.center_of_mass(weight))


def marked(extents, affine):
    """A label with three balls, each towards one side of the body from the middle by the affine alone."""
    indices = numpy.stack(numpy.meshgrid(*map(numpy.arange, extents), indexing="ij"), axis=-1)
    positions = nibabel.affines.apply_affine(affine, indices)
    middle = nibabel.affines.apply_affine(affine, (numpy.array(extents) - 1) / 2)
    half = numpy.array(extents) * nibabel.affines.voxel_sizes(affine) / 2
    reach = numpy.abs(affine[:3, :3] / nibabel.affines.voxel_sizes(affine)) @ half
    label = numpy.zeros(extents, numpy.uint8)
    for value, (_, direction) in MARKS.items():
        # Off the axis by a little that differs from mark to mark, so that no mirror image fits.
        place = middle + 0.55 * reach * direction + numpy.array([value, -2 * value, value])
        label[numpy.linalg.norm(positions - place, axis=-1) < 7.5] = value
    return label


class GeometryTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        for index, (codes, extents, spacing, tilt) in enumerate(GRIDS):
            matrix = scans.affine(codes, spacing, tilt=tilt)
            label = marked(extents, matrix)
            # The image is empty at its ends, so that there is something to crop.
            image = numpy.where(label > 0, 1000, 0).astype(numpy.int16)
            form = {"sform": 0, "qform": 1} if index % 2 else {"sform": 2, "qform": 0}
            scans.write_case(
                cls.raw, f"case_{index:05}", scans.nifti(image, matrix, **form), scans.nifti(label, matrix, **form))
        cls.dataset = {"labels": {"background": 0, **{name: value for value, (name, _) in MARKS.items()}}}

    def each_case(self, stages):
        """Prepares and exports; for each case: raw image and label, the prepared case, exported image and label."""
        prepared = self.ingest(self.raw, self.pipeline(stages, dataset=self.dataset))
        exported = self.fresh("exported")
        result = segprep("export", prepared, "--out", exported, "--quiet")
        self.assertEqual(result.code, 0, result.err)
        cases = []
        for case in sorted(self.raw.iterdir()):
            files = [
                folder / case.name / f"{name}.nii.gz"
                for folder in (self.raw, exported) for name in ("imaging", "segmentation")
            ]
            raw_image, raw_label, image, label = map(nibabel.load, files)
            found = PreparedCase.read(prepared / "cases" / f"{case.name}.h5")
            cases.append((raw_image, raw_label, found, image, label))
        return cases

    def assert_export_holds(self, prepared, image, label):
        """The exported files are the prepared arrays under the prepared affine, in both forms."""
        self.assertEqual("".join(nibabel.aff2axcodes(image.affine)), "RAS")
        numpy.testing.assert_array_equal(image.get_fdata(dtype=numpy.float32).T, prepared.image[0])
        numpy.testing.assert_array_equal(numpy.asarray(label.dataobj).T, prepared.label)
        for exported in (image, label):
            self.assertGreater(exported.header["sform_code"], 0)
            self.assertGreater(exported.header["qform_code"], 0)
            for form in (exported.get_sform(), exported.get_qform()):
                expected = corners(exported.shape, prepared.attributes["affine"])
                numpy.testing.assert_allclose(corners(exported.shape, form), expected, atol=TOLERANCE_MM)

    def assert_marks_stay(self, raw_image, raw_label, image, label):
        raw_values, values = numpy.asarray(raw_label.dataobj), numpy.asarray(label.dataobj)
        bright = image.get_fdata() > 500
        # Bright voxels of the image belong to the mark of the label that they touch.
        found = {
            "label": lambda mark: values == mark,
            "image": lambda mark: bright & ndimage.binary_dilation(values == mark, iterations=3),
        }
        for what, inside in found.items():
            places = {}
            for mark, (name, _) in MARKS.items():
                expected = centroid(raw_values == mark, raw_image.affine)
                places[name] = centroid(inside(mark), image.affine)
                voxels = numpy.linalg.inv(image.affine[:3, :3]) @ (places[name] - expected)
                self.assertLess(numpy.abs(voxels).max(), 0.5, f"{what} {name}: at {places[name]} mm, not {expected}")
            self.assertEqual(min(places, key=lambda name: places[name][0]), "left", what)
            self.assertEqual(max(places, key=lambda name: places[name][1]), "front", what)
            self.assertEqual(max(places, key=lambda name: places[name][2]), "head", what)

    def test_extent_grid(self):
        """The corners of the extent stay; voxel centres divide it evenly."""
        for raw_image, raw_label, prepared, image, label in self.each_case([{"resample": PAPER_RESAMPLE}]):
            with self.subTest(codes=nibabel.aff2axcodes(raw_image.affine)):
                self.assert_export_holds(prepared, image, label)
                self.assert_marks_stay(raw_image, raw_label, image, label)
                canonical = nibabel.as_closest_canonical(raw_image)
                numpy.testing.assert_allclose(
                    corners(image.shape, image.affine), corners(canonical.shape, canonical.affine), atol=TOLERANCE_MM)
                indices = numpy.array(list(itertools.product(*[(0, 1, n // 2, n - 1) for n in image.shape])))
                source = (indices + 0.5) * numpy.array(canonical.shape) / image.shape - 0.5
                numpy.testing.assert_allclose(
                    nibabel.affines.apply_affine(image.affine, indices),
                    nibabel.affines.apply_affine(canonical.affine, source), atol=TOLERANCE_MM)
                numpy.testing.assert_allclose(
                    prepared.attributes["spacing_mm"],
                    (nibabel.affines.voxel_sizes(canonical.affine) * canonical.shape / image.shape)[::-1], rtol=1e-6)

    def test_spacing_grid(self):
        """Voxels have exactly the target's size; the first one's outer corner stays."""
        stage = {"resample": {**PAPER_RESAMPLE, "grid": "spacing"}}
        for raw_image, raw_label, prepared, image, label in self.each_case([stage]):
            with self.subTest(codes=nibabel.aff2axcodes(raw_image.affine)):
                self.assert_export_holds(prepared, image, label)
                self.assert_marks_stay(raw_image, raw_label, image, label)
                canonical = nibabel.as_closest_canonical(raw_image)
                first = (-0.5, -0.5, -0.5)
                numpy.testing.assert_allclose(
                    nibabel.affines.apply_affine(image.affine, first),
                    nibabel.affines.apply_affine(canonical.affine, first), atol=TOLERANCE_MM)
                numpy.testing.assert_allclose(prepared.attributes["spacing_mm"], (3.22, 1.62, 1.62), rtol=1e-6)

    def test_no_resampling(self):
        for raw_image, raw_label, prepared, image, label in self.each_case([]):
            with self.subTest(codes=nibabel.aff2axcodes(raw_image.affine)):
                self.assert_export_holds(prepared, image, label)
                self.assert_marks_stay(raw_image, raw_label, image, label)
                numpy.testing.assert_allclose(image.affine, nibabel.as_closest_canonical(raw_image).affine, atol=1e-4)

    def test_crop_and_pad(self):
        """Cropping and padding move the origin, before and after resampling."""
        crop = {"crop": {"to": "foreground", "margin": {"z": 1, "y": 2, "x": 3}}}
        nonzero = {"crop": {"to": "nonzero"}}
        pad = {"pad": {"shape": {"z": 70, "y": 81, "x": 92}}}
        resample = {"resample": PAPER_RESAMPLE}
        for stages in [[crop], [pad], [resample, crop, pad], [crop, resample, pad], [pad, resample, nonzero]]:
            for raw_image, raw_label, prepared, image, label in self.each_case(stages):
                with self.subTest(codes=nibabel.aff2axcodes(raw_image.affine)):
                    self.assert_export_holds(prepared, image, label)
                    self.assert_marks_stay(raw_image, raw_label, image, label)

    def test_export_of_chosen_cases(self):
        prepared = self.ingest(self.raw, self.pipeline([{"resample": PAPER_RESAMPLE}], dataset=self.dataset))
        exported = self.fresh("exported")
        self.assertEqual(segprep("export", prepared, "--out", exported, "--cases", "case_00001", "--quiet").code, 0)
        self.assertEqual([path.name for path in exported.iterdir()], ["case_00001"])
        result = segprep("export", prepared, "--out", exported, "--cases", "case_77777", "--quiet")
        self.assertIn("case_77777", result.err)
        self.assertEqual(result.code, 64, result.err)


def noted(entry):
    """What a case's file says was odd in its headers."""
    return entry["source"].get("notes", [])


class HeaderDifferenceTests(TestCase):
    """An image and a label whose headers differ: one case is as it should be, the others must equal it or fail."""

    EXTENTS = (40, 36, 20)
    MATRIX = scans.affine("LPS", (1, 1.5, 3), tilt=(10, 0, -5))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.label = marked(cls.EXTENTS, cls.MATRIX)
        cls.image = numpy.where(cls.label > 0, 1000, 0).astype(numpy.int16)
        cls.dataset = {"labels": {"background": 0, **{name: value for value, (name, _) in MARKS.items()}}}

    def prepare(self, cases):
        """Ingests pairs of an image's and a label's bytes; returns the manifest and the prepared cases by identifier."""
        raw = self.fresh("raw")
        for index, (image, label) in enumerate(cases):
            scans.write_case(raw, f"case_{index:05}", image, label)
        pipeline = self.pipeline([{"resample": PAPER_RESAMPLE}], dataset=self.dataset)
        result, out = self.run_ingest(raw, pipeline)
        manifest = json_of(out / "manifest.json")
        cases = {entry["case_identifier"]: entry for entry in manifest["cases"]}
        prepared = {name: PreparedCase.read(out / "cases" / f"{name}.h5") for name in cases}
        dry = json.loads(segprep("ingest", raw, "--pipeline", pipeline, "--out", self.fresh(), "--dry-run", "--json").out)
        notes = {item["case_identifier"]: item["notes"] for item in dry["items"]}
        for name, entry in cases.items():
            self.assertEqual(notes[name], noted(entry), "a dry run says what the manifest will")
            for note in noted(entry):
                self.assertIn(note, entry["warnings"])
                self.assertIn(note, result.out + result.err)
        return manifest, prepared

    def nifti(self, stored, matrix=None, **header):
        return scans.nifti(stored, self.MATRIX if matrix is None else matrix, **header)

    def assert_settled(self, labels, patterns):
        """Each of these labels beside the same image is prepared as the first, which is right, and recorded so."""
        manifest, prepared = self.prepare([(self.nifti(self.image), label) for label in labels])
        self.assertEqual(manifest["failed"], [])
        right = prepared["case_00000"]
        for entry, pattern in zip(manifest["cases"], [None, *patterns]):
            with self.subTest(case=entry["case_identifier"], pattern=pattern):
                found = prepared[entry["case_identifier"]]
                numpy.testing.assert_array_equal(found.image, right.image)
                numpy.testing.assert_array_equal(found.label, right.label)
                numpy.testing.assert_array_equal(found.attributes["affine"], right.attributes["affine"])
                if pattern is None:
                    self.assertEqual(noted(entry), [])
                else:
                    self.assertRegex(" ".join(noted(entry)), pattern)

    def test_label_stored_along_other_axes(self):
        """nibabel's own reorientations: the voxels stay where they are, the array and the header change."""
        labels = [self.nifti(self.label)]
        whole = nibabel.Nifti1Image(self.label, self.MATRIX)
        codes = ["RAS", "LAS", "IPL", "SRP", "PIR"]
        for code in codes:
            turn = nibabel.orientations.ornt_transform(
                nibabel.io_orientation(self.MATRIX), nibabel.orientations.axcodes2ornt(code))
            turned = whole.as_reoriented(turn)
            self.assertEqual("".join(nibabel.aff2axcodes(turned.affine)), code)
            labels.append(self.nifti(numpy.asarray(turned.dataobj), turned.affine))
        self.assert_settled(labels, [f"stored as {code}, imaging.nii.gz as LPS: its axes were turned" for code in codes])

    def test_headers_that_can_be_settled(self):
        moved, elsewhere = self.MATRIX.copy(), self.MATRIX.copy()
        # 0.4 voxels along each axis of the array.
        moved[:3, 3] += self.MATRIX[:3, :3] @ (0.4, -0.4, 0.4)
        elsewhere[:3, 3] += 55
        def shift_sform(header):
            header.set_sform(elsewhere, 2)
        self.assert_settled([
            self.nifti(self.label),
            self.nifti(self.label, moved),
            self.nifti(self.label, sform=0, qform=0),
            self.nifti(self.label, qform=1, edit=shift_sform),
        ], ["at most half a voxel", "says nothing about where it lies", "its qform does"])

    def test_image_without_a_transform_follows_its_label(self):
        manifest, prepared = self.prepare([
            (self.nifti(self.image), self.nifti(self.label)),
            (self.nifti(self.image, sform=0), self.nifti(self.label)),
        ])
        right, found = prepared.values()
        numpy.testing.assert_array_equal(found.image, right.image)
        numpy.testing.assert_array_equal(found.attributes["affine"], right.attributes["affine"])
        self.assertRegex(" ".join(noted(manifest["cases"][1])), "imaging.nii.gz says nothing about where it lies")

    def test_what_nobody_can_tell_is_refused(self):
        mirrored, far, other = self.MATRIX.copy(), self.MATRIX.copy(), self.MATRIX.copy()
        mirrored[:3, 0] *= -1
        far[:3, 3] += self.MATRIX[:3, :3] @ (0, 0, 0.6)
        other[:3, :3] = scans.affine("LPS", (1, 1.5, 3), tilt=(10, 0, 40))[:3, :3]
        labels = [
            (self.nifti(self.label, mirrored), "different grids.*mm apart.*mend the wrong header"),
            (self.nifti(self.label, far), "different grids.*found corners up to 1.8 mm apart"),
            (self.nifti(self.label, other), "different grids"),
            (self.nifti(self.label, numpy.diag((1, 1, 1, 1)), sform=0), "no qform.*found voxels of 1x1x1 mm.*copy"),
            (self.nifti(self.label[:-1]), "different shapes, found 40x36x20 and 39x36x20"),
            (self.nifti(self.label.transpose(1, 0, 2)), "different shapes, found 40x36x20 and 36x40x20"),
        ]
        manifest, _ = self.prepare([(self.nifti(self.image), label) for label, _ in labels])
        self.assertEqual(manifest["cases"], [])
        for failed, (_, pattern) in zip(manifest["failed"], labels):
            self.assertRegex(failed["reason"], pattern)

    def test_units(self):
        """Metres and micrometres become millimetres, for image and label each by itself; nibabel reads all as mm."""
        def scaled(stored, factor, code, **header):
            def edit(header):
                header["xyzt_units"] = code
            matrix = numpy.diag((factor, factor, factor, 1)) @ self.MATRIX
            return scans.nifti(stored, matrix, edit=edit, **header)
        self.assertAlmostEqual(nibabel.Nifti1Image.from_bytes(scaled(self.image, 1e-3, 1)).affine[2, 2], 0.003, delta=1e-4)
        manifest, prepared = self.prepare([
            (self.nifti(self.image), self.nifti(self.label)),
            (scaled(self.image, 1e-3, 1), scaled(self.label, 1e3, 3)),
            (scaled(self.image, 1e-3, 9), self.nifti(self.label)),
            (self.nifti(self.image), scaled(self.label, 1e3, 3, sform=0, qform=1)),
            (scaled(self.image, 1, 1), self.nifti(self.label)),
            (self.nifti(self.image), scaled(self.label, 1, 3)),
        ])
        self.assertEqual([entry["case_identifier"] for entry in manifest["failed"]], ["case_00005"])
        self.assertRegex(manifest["failed"][0]["reason"], "different grids")
        right = prepared.pop("case_00000")
        for name, found in prepared.items():
            with self.subTest(case=name):
                numpy.testing.assert_array_equal(found.label, right.label)
                self.assertLess(numpy.abs(found.image - right.image).max(), 0.5)
                numpy.testing.assert_allclose(found.attributes["affine"], right.attributes["affine"], atol=1e-3)
        warnings = [" ".join(noted(entry)) for entry in manifest["cases"]]
        self.assertEqual(warnings[0], "")
        self.assertRegex(warnings[1], "imaging.nii.gz: lengths are in metres.*segmentation.nii.gz: .*micrometres")
        self.assertRegex(warnings[2], "imaging.nii.gz: lengths are in metres")
        self.assertRegex(warnings[3], "segmentation.nii.gz: lengths are in micrometres")
        self.assertRegex(warnings[4], "voxels of 1.0 x 1.5 x 3.0 m cannot be: read as millimetres")
