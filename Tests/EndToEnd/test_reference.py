"""Prepared cases equal nibabel + SciPy done by hand on the same raw files.

Images within 1e-5 of the range (segprep computes in float32, the reference in Double); labels in every voxel.
Reference: SciPy 1.10's ndimage.zoom with grid_mode, whose orders of summation segprep promises to follow for labels.
"""

import dataclasses
import itertools
import typing

import nibabel
import numpy

import reference
import scans
from support import PAPER_RESAMPLE, PIPELINES, PreparedCase, TestCase, identifiers, make_phantoms

PAPER = [{"resample": PAPER_RESAMPLE}, {"clip_hu": {"lower": -79, "upper": 304}}, {"zscore": {"over": "volume"}}]
IMAGE_TOLERANCE = 1e-5


@dataclasses.dataclass
class Scan:
    """How a raw case lies on disk; extents and spacing in the array's order, first axis fastest."""

    why: str
    codes: str
    extents: tuple
    spacing: tuple
    tilt: tuple = (0, 0, 0)
    shear: float = 0
    kind: typing.Any = numpy.int16
    image: dict = dataclasses.field(default_factory=dict)
    label: dict = dataclasses.field(default_factory=dict)
    label_kind: typing.Any = numpy.uint8

    def write(self, data, identifier, seed):
        matrix = scans.affine(self.codes, self.spacing, tilt=self.tilt)
        matrix[0, 1] += self.shear
        low = 0 if self.kind is numpy.uint8 else -300
        values = scans.tissue(self.extents, seed, lower=low, upper=250 if self.kind is numpy.uint8 else 500)
        stored = values if issubclass(self.kind, numpy.floating) else numpy.rint(values)
        scans.write_case(
            data, identifier, scans.nifti(stored.astype(self.kind), matrix, **self.image),
            scans.nifti(scans.organs(self.extents, seed).astype(self.label_kind), matrix, **self.label),
        )


QFORM_ONLY = {"sform": 0, "qform": 1}
BIG_ENDIAN = {"big_endian": True}
SCALED = {"slope": 0.5, "intercept": 7.25}
TWO_BYTES = numpy.uint16
SCANS = [
    Scan("KiTS19's usual header", "IPL", (31, 40, 37), (3, 0.82, 0.82)),
    Scan("label's header qform only", "IPL", (13, 46, 44), (5, 0.782, 0.782), label_kind=TWO_BYTES, label=QFORM_ONLY),
    Scan("float32", "RAS", (33, 30, 20), (0.9, 1.1, 2), kind=numpy.float32),
    Scan("float64, both forms", "LPS", (33, 30, 20), (0.9, 1.1, 2), kind=numpy.float64, image={"qform": 1}),
    Scan("uint8", "LAS", (35, 31, 17), (1, 0.7, 4), kind=numpy.uint8, image={"slope": 2.5, "intercept": -300}),
    Scan("oblique, scaled", "RAS", (29, 31, 22), (1.2, 1.3, 2.1), (17, -8, 25), image=SCALED),
    Scan("oblique, qform only", "LPI", (29, 31, 22), (1.2, 1.3, 2.1), (-30, 5, 3), image=QFORM_ONLY, label=QFORM_ONLY),
    Scan("sheared", "RAS", (25, 26, 27), (1.2, 1.3, 2.1), shear=0.4),
    Scan("permuted, big-endian", "ASL", (24, 30, 33), (1, 2.5, 0.75), image=BIG_ENDIAN, label=BIG_ENDIAN),
    Scan("permuted, float64, big-endian", "SRP", (24, 30, 33), (2.6, 1, 0.75), kind=numpy.float64, image=BIG_ENDIAN),
    Scan("NIfTI-2", "PIR", (28, 23, 30), (1, 2.5, 0.75), image={"version": 2}, label={"version": 2}),
    Scan("one slice", "IPL", (1, 41, 39), (5, 0.9, 0.9)),
    Scan("one thin slice: less than a voxel is left", "IPL", (1, 41, 39), (0.5, 0.9, 0.9)),
    Scan("one voxel wide", "RAS", (1, 20, 15), (2, 2, 2)),
    Scan("two axes at the target spacing", "IPL", (21, 40, 37), (3.22, 0.9, 1.6201)),
    Scan("all axes at the target spacing", "RAS", (21, 20, 17), (1.62, 1.62, 3.22)),
    Scan("halves, thirds and doubles: ties everywhere", "RAS", (36, 30, 14), (0.81, 0.54, 6.44)),
    Scan("quotients a hair below whole numbers", "RAS", (49, 47, 23), (1.62 * 30 / 49, 1.62 * 29 / 47, 3.22 * 22 / 23)),
    Scan("upsampled along every axis", "LSP", (12, 9, 14), (2.9, 7, 3.3)),
]


class ReferenceTest(TestCase):
    """Runs pipelines over one data set and compares every case of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        # Numbers that no pipeline leaves out.
        cls.scans = {f"case_{300 + index:05}": scan for index, scan in enumerate(SCANS)}
        for seed, (identifier, scan) in enumerate(cls.scans.items()):
            scan.write(cls.raw / "data", identifier, seed)

    def compare(self, stages, *, raw=None, pipeline=None):
        raw = raw or self.raw
        prepared = self.ingest(raw, pipeline or self.pipeline(stages))
        self.assertEqual(identifiers(prepared), sorted(path.name for path in (raw / "data").glob("case_*")))
        for identifier in identifiers(prepared):
            why = self.scans[identifier].why if raw is self.raw else ""
            with self.subTest(case=identifier, scan=why):
                expected = reference.prepare(reference.load(raw / "data" / identifier), stages)
                self.assert_equal(PreparedCase.read(prepared / "cases" / f"{identifier}.h5"), expected)

    def assert_equal(self, found, expected):
        self.assertEqual(found.image.shape, (1, *expected.image.shape))
        error = numpy.abs(found.image[0] - expected.image)
        worst = numpy.unravel_index(error.argmax(), error.shape)
        self.assertLessEqual(
            error[worst], IMAGE_TOLERANCE * numpy.ptp(expected.image),
            f"image at {worst}: found {found.image[0][worst]}, expected {expected.image[worst]}",
        )
        numpy.testing.assert_allclose(found.attributes["affine"], expected.affine, atol=1e-4)
        if expected.label is None:
            self.assertIsNone(found.label)
            return
        wrong = numpy.argwhere(found.label != expected.label)
        self.assertEqual(
            len(wrong), 0,
            "".join(f"label at {at}: {found.label[tuple(at)]}, not {expected.label[tuple(at)]}; " for at in wrong[:5]),
        )


class ResamplingTests(ReferenceTest):
    """The resample stage and its options, over every kind of raw file."""

    def test_the_papers_pipeline(self):
        self.compare(PAPER, pipeline=PIPELINES / "kits19.yaml")

    def test_image_order_0(self):
        self.compare([{"resample": {**PAPER_RESAMPLE, "image_order": 0}}])

    def test_image_order_1(self):
        self.compare([{"resample": {**PAPER_RESAMPLE, "image_order": 1}}])

    def test_label_order_0(self):
        self.compare([{"resample": {**PAPER_RESAMPLE, "label_order": 0}}])

    def test_label_rule_argmax(self):
        self.compare([{"resample": {**PAPER_RESAMPLE, "label_rule": "argmax"}}])

    def test_shape_round(self):
        self.compare([{"resample": {**PAPER_RESAMPLE, "shape": "round"}}])

    def test_grid_spacing(self):
        for shape in ["floor", "round"]:
            self.compare([{"resample": {**PAPER_RESAMPLE, "grid": "spacing", "shape": shape}}])

    def test_borders_nearest(self):
        for order in [0, 1, 3]:
            self.compare([{"resample": {**PAPER_RESAMPLE, "image_border": "nearest", "image_order": order}}])

    def test_borders_mirror(self):
        mirrored = {"image_border": "mirror", "label_border": "mirror", "image_order": 1}
        self.compare([{"resample": {**PAPER_RESAMPLE, **mirrored}}])
        self.compare([{"resample": {**PAPER_RESAMPLE, **mirrored, "label_rule": "argmax"}}])

    def test_other_target_spacings(self):
        for z, y, x in [(1, 1, 1), (2.5, 0.9, 4.1), (8, 8, 8)]:
            self.compare([{"resample": {"spacing_mm": {"z": z, "y": y, "x": x}}}])

    def test_no_stage_keeps_the_voxels(self):
        self.compare([])

    def test_phantoms(self):
        raw = make_phantoms(self.folder / "phantoms", 7)
        self.compare(PAPER, raw=raw, pipeline=PIPELINES / "kits19.yaml")


class StageTests(ReferenceTest):
    """The other stages, and that their order matters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Air of exactly 0 around the body, so that there is something to crop and to leave out.
        cls.zeros = cls.folder / "zeros"
        for index, codes in enumerate(["IPL", "RAS", "ASL"]):
            extents, spacing = (22, 27, 31), (2, 1.5, 1.2)
            matrix = scans.affine(codes, spacing)
            inside = (slice(3, -2), slice(5, -4), slice(1, -7))
            image = numpy.zeros(extents)
            image[inside] = scans.tissue(extents, index)[inside]
            label = numpy.zeros(extents, numpy.uint8)
            label[6:-5, 8:-9, 9:-11] = scans.organs(extents, index)[6:-5, 8:-9, 9:-11]
            scans.write_case(
                cls.zeros / "data", f"case_{index:05}", scans.nifti(image.astype(numpy.float32), matrix),
                scans.nifti(label, matrix),
            )

    def compare(self, stages, **options):
        super().compare(stages, raw=self.zeros, **options)

    def test_clip(self):
        self.compare([{"clip_hu": {"lower": -79, "upper": 304}}])

    def test_zscore(self):
        for over in ["volume", "nonzero", "foreground"]:
            self.compare([{"zscore": {"over": over}}])
            self.compare([{"resample": PAPER_RESAMPLE}, {"zscore": {"over": over}}])
            self.compare([{"clip_hu": {"lower": -79, "upper": 304}}, {"zscore": {"over": over}}])

    def test_zscore_constants(self):
        self.compare([{"zscore": {"constants": {"mean": 101.0, "std": 76.9}}}])

    def test_zscore_over_the_data_set(self):
        before = [{"resample": PAPER_RESAMPLE}, {"clip_hu": {"lower": -79, "upper": 304}}]
        # On raw intensities, each case counting the same, as nnU-Net's fingerprint has it.
        volumes = [reference.load(case) for case in sorted((self.zeros / "data").iterdir())]
        parts = [volume.image[volume.label > 0].astype(float) for volume in volumes]
        mean = numpy.mean([part.mean() for part in parts])
        std = numpy.sqrt(numpy.mean([((part - mean)**2).mean() for part in parts]))
        constants = {"constants": {"mean": mean, "std": std}}
        self.compare(
            before + [{"zscore": constants}], pipeline=self.pipeline(before + [{"zscore": {"over": "dataset"}}]))

    def test_crop(self):
        self.compare([{"crop": {"to": "nonzero"}}])
        self.compare([{"crop": {"to": "foreground"}}])
        for margin in [{"z": 2, "y": 0, "x": 3}, {"z": 100, "y": 100, "x": 1}]:
            self.compare([{"crop": {"to": "foreground", "margin": margin}}])
            self.compare([{"crop": {"to": "nonzero", "margin": margin}}])

    def test_pad(self):
        for shape in [{"z": 40, "y": 28, "x": 35}, {"z": 1, "y": 64, "x": 1}, {"z": 2, "y": 2, "x": 2}]:
            self.compare([{"pad": {"shape": shape}}])
            self.compare([{"pad": {"shape": shape, "value": -1000.5}}])
            self.compare([{"zscore": {"over": "volume"}}, {"pad": {"shape": shape}}])

    def test_rescale(self):
        self.compare([{"rescale": {}}])
        self.compare([{"rescale": {"to": {"lower": -1, "upper": 1}}}])
        self.compare([{"rescale": {"from": {"lower": -79, "upper": 304}, "to": {"lower": 0, "upper": 255}}}])

    def test_order_of_stages(self):
        clip, resample = {"clip_hu": {"lower": -79, "upper": 304}}, {"resample": PAPER_RESAMPLE}
        crop = {"crop": {"to": "foreground", "margin": {"z": 1, "y": 1, "x": 1}}}
        pad, rescale = {"pad": {"shape": {"z": 40, "y": 40, "x": 40}}}, {"rescale": {}}
        zscore, narrow = {"zscore": {"over": "volume"}}, {"clip_hu": {"lower": -1, "upper": 0.5}}
        even = {"resample": {"spacing_mm": {"z": 2, "y": 2, "x": 2}}}
        for stages in [
            [clip, resample], [resample, clip], [clip, resample, clip, zscore], [zscore, narrow], [narrow, zscore],
            [zscore, resample], [resample, zscore, narrow, rescale], [crop, resample, zscore], [resample, crop, zscore],
            [pad, resample], [resample, pad, zscore, crop], [rescale, zscore, pad], [zscore, zscore],
            [{"zscore": {"over": "nonzero"}}, resample, crop], [resample, even],
        ]:
            with self.subTest(stages=[next(iter(stage)) for stage in stages]):
                self.compare(stages)

    def test_mlperfs_pipeline(self):
        stages = [
            {"resample": {"spacing_mm": {"z": 1.6, "y": 1.2, "x": 1.2}, "image_order": 1, "label_order": 0}},
            {"clip_hu": {"lower": -79, "upper": 304}},
            {"zscore": {"constants": {"mean": 101.0, "std": 76.9}}},
            {"pad": {"shape": {"z": 128, "y": 128, "x": 128}}},
        ]
        self.compare(stages, pipeline=PIPELINES / "kits19-mlperf.yaml")


class StoredValueTests(TestCase):
    """Whatever type and byte order voxels are stored in; label values become classes by the pipeline's map."""

    def test_every_scalar_type(self):
        """Images and labels of each type that NIfTI knows, in both byte orders, scaled and not: equal to nibabel's."""
        raw, extents = self.fresh("raw"), (7, 9, 8)
        matrix = scans.affine("PIR", (1, 1.5, 2))
        kinds = [kind + size for kind in "iu" for size in "1248"] + ["f4", "f8"]
        for number, (kind, big_endian, scaled) in enumerate(itertools.product(kinds, [False, True], [{}, SCALED])):
            values = numpy.rint(scans.tissue(extents, number, lower=0 if kind[0] == "u" else -100, upper=120))
            image = scans.nifti(values.astype(kind), matrix, big_endian=big_endian, **scaled)
            label = scans.nifti(scans.organs(extents, number).astype(kind), matrix, big_endian=big_endian)
            scans.write_case(raw, f"case_{number:05}", image, label)
        prepared = self.ingest(raw, self.pipeline([]))
        for case in sorted(raw.iterdir()):
            with self.subTest(case=case.name, kind=str(nibabel.load(case / "imaging.nii.gz").get_data_dtype())):
                found = PreparedCase.read(prepared / "cases" / f"{case.name}.h5")
                expected = reference.load(case)
                numpy.testing.assert_array_equal(found.image[0], expected.image.astype(numpy.float32))
                numpy.testing.assert_array_equal(found.label, expected.label)

    def test_label_map(self):
        """Many to one, with a rest; 0.9999 and 1.0001 count as 1."""
        label = scans.organs((12, 13, 14), 0).astype(numpy.float32)
        label[label == 2] = 4
        label[0, 0, :4] = [1.0001, 0.9999, 4.0002, 250]
        matrix = scans.affine("LPS", (1, 1, 1))
        raw = self.fresh("raw")
        image = scans.nifti(scans.tissue(label.shape, 0).astype(numpy.float32), matrix)
        scans.write_case(raw, "case_00000", image, scans.nifti(label, matrix))
        prepared = self.ingest(raw, self.pipeline([], dataset={"label_map": {"0": 0, "1": 2, "4": 1, "rest": 0}}))
        raw_label = reference.canonical(raw / "case_00000" / "segmentation.nii.gz")[0]
        expected = numpy.select([abs(raw_label - 1) < 1e-3, abs(raw_label - 4) < 1e-3], [2, 1], 0)
        numpy.testing.assert_array_equal(PreparedCase.read(prepared / "cases" / "case_00000.h5").label, expected)

    def test_scaled_label(self):
        """A label's slope and intercept count: stored 0 and 2 at slope .5 and intercept 1 are 1 and 2."""
        label = scans.organs((12, 13, 14), 0)
        label[label == 1] = 2
        matrix = scans.affine("LPS", (1, 1, 1))
        raw = self.fresh("raw")
        image = scans.nifti(scans.tissue(label.shape, 0).astype(numpy.float32), matrix)
        scans.write_case(raw, "case_00000", image, scans.nifti(label, matrix, slope=0.5, intercept=1))
        prepared = self.ingest(raw, self.pipeline([]))
        # L and P become R and A; first axis fastest becomes last.
        expected = numpy.where(label[::-1, ::-1].T == 2, 2, 1)
        numpy.testing.assert_array_equal(PreparedCase.read(prepared / "cases" / "case_00000.h5").label, expected)
