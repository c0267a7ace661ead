"""Files that can be read, with voxels or labels that cannot be right.

A run with such a case ends with exit code 1 (2 where it is the only one) and one clear line about it: what is wrong,
what was found, what was expected, what to do. The other cases are done, and nothing is half-written.
"""

import numpy

import reference
import scans
from bad_cases import EXTENTS, MATRIX, SPACING, SetOfCases, STAGES, image, label
from support import PAPER_RESAMPLE, PreparedCase, json_of


class VoxelTests(SetOfCases):

    def test_not_finite(self):
        """NaN and infinities: refused with their number, or replaced by the pipeline's."""
        voxels = scans.tissue(EXTENTS, 1).astype(numpy.float32)
        voxels[2, 3, 4:7] = numpy.nan, numpy.inf, -numpy.inf
        raw = self.data_set()
        scans.write_case(raw, "case_00001", scans.nifti(voxels, MATRIX), label(1))
        clip = {"clip_hu": {"lower": -79, "upper": 304}}
        for stages in [[], STAGES, [clip], [clip, *STAGES], [*STAGES, clip]]:
            pattern = f"3 of {voxels.size} voxels are NaN or infinite, expected .*nonfinite"
            self.assert_fails(raw, pattern, stages=stages)

            replaced = reference.load(raw / "case_00001")
            replaced.image = numpy.where(numpy.isfinite(replaced.image), replaced.image, -7.5)
            expected = reference.prepare(replaced, stages).image
            out = self.ingest(raw, self.pipeline(stages, dataset={"nonfinite": -7.5}))
            found = PreparedCase.read(out / "cases" / "case_00001.h5").image[0]
            numpy.testing.assert_allclose(found, expected, atol=1e-5 * numpy.ptp(expected))
            case = json_of(out / "manifest.json")["cases"][1]
            self.assertEqual(case["statistics"]["nonfinite_replaced"], 3)
            self.assertRegex(" ".join(case["warnings"]), "3 NaN or infinite voxels were replaced")

    def test_not_finite_float64(self):
        """Beyond float32's range too, where only the conversion makes an infinity."""
        voxels = scans.tissue(EXTENTS, 1)
        voxels[2, 3, 4] = 1e300
        raw = self.data_set()
        scans.write_case(raw, "case_00001", scans.nifti(voxels, MATRIX), label(1))
        self.assert_fails(raw, "1 of .* voxels")

    def test_constant_image(self):
        raw = self.data_set()
        scans.write_case(raw, "case_00001", scans.nifti(numpy.full(EXTENTS, 40, numpy.int16), MATRIX), label(1))
        for stage in [{"zscore": {"over": over}} for over in ["volume", "nonzero", "foreground"]] + [{"rescale": {}}]:
            self.assert_fails(raw, "(zscore|rescale): every voxel has the same value, found 40", stages=[stage])

    def test_constant_image_stays_constant_when_resampled(self):
        """Rounding in the filter must not become an image of noise with a standard deviation of 1."""
        for value in [40, -1000.25]:
            raw = self.data_set()
            constant = numpy.full((30, 64, 64), value, numpy.float32)
            scans.write_case(raw, "case_00001", scans.nifti(constant, MATRIX))
            for order in [0, 1, 3]:
                resample = {"resample": {**PAPER_RESAMPLE, "image_order": order}}
                for last in [{"zscore": {"over": "volume"}}, {"rescale": {}}]:
                    with self.subTest(value=value, order=order, last=last):
                        self.assert_fails(raw, "every voxel has the same value, found", stages=[resample, last])

    def test_constant_after_clipping(self):
        raw = self.data_set()
        scans.write_case(raw, "case_00001", scans.nifti(numpy.full(EXTENTS, -900, numpy.int16), MATRIX), label(1))
        stages = [{"clip_hu": {"lower": -79, "upper": 304}}, {"zscore": {"over": "volume"}}]
        for before in [[], [{"resample": PAPER_RESAMPLE}]]:
            self.assert_fails(raw, "zscore: every voxel has the same value, found -79", stages=before + stages)

    def test_nothing_to_crop_to(self):
        raw = self.data_set()
        zeros = numpy.zeros(EXTENTS, numpy.int16)
        scans.write_case(raw, "case_00001", scans.nifti(zeros, MATRIX), scans.nifti(zeros.astype(numpy.uint8), MATRIX))
        for stage, what in [
            ({"crop": {"to": "nonzero"}}, "crop: no nonzero"), ({"crop": {"to": "foreground"}}, "crop: no foreground"),
            ({"zscore": {"over": "foreground"}}, "zscore: no foreground"),
        ]:
            self.assert_fails(raw, f"{what} voxels, found 0, expected", stages=[stage])

    def test_stage_that_needs_a_label(self):
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1))
        for stage in [{"crop": {"to": "foreground"}}, {"zscore": {"over": "foreground"}}]:
            self.assert_fails(raw, "(crop|zscore): .*needs a label.*unlabelled: exclude", stages=[stage])


class LabelTests(SetOfCases):

    def test_image_without_label(self):
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1))
        out = self.ingest(raw, self.pipeline(STAGES))
        unlabelled = json_of(out / "manifest.json")["cases"][1]
        self.assertEqual((unlabelled["is_labelled"], unlabelled.get("fold")), (False, None))

    def test_label_without_image(self):
        raw = self.data_set()
        scans.write(raw / "case_00001" / "segmentation.nii.gz", label())
        self.assert_fails(raw, "imaging.nii.gz is missing, found segmentation.nii.gz")

    def test_empty_case_folder(self):
        raw = self.data_set()
        (raw / "case_00001").mkdir()
        self.assert_fails(raw, "imaging.nii.gz is missing, found nothing")

    def test_foreign_values(self):
        """Each value that belongs to no class is listed with its number of voxels; all integer and float types."""
        for kind in [numpy.uint8, numpy.int16, numpy.uint16, numpy.int32, numpy.float32, numpy.float64]:
            with self.subTest(kind=kind):
                values = scans.organs(EXTENTS, 1).astype(kind)
                values[0, 0, :5] = 7
                values[8, 10, 12] = 3
                raw = self.data_set()
                scans.write_case(raw, "case_00001", image(1), scans.nifti(values, MATRIX))
                pattern = r"label values.*found 3 \(1 voxels?\), 7 \(5 voxels\), expected only 0, 1, 2; .*label_map"
                self.assert_fails(raw, pattern)

    def test_constant_row_of_a_foreign_value(self):
        """A whole row of one value is a path of its own."""
        for kind in [numpy.uint8, numpy.int16]:
            values = scans.organs(EXTENTS, 1).astype(kind)
            values[:, 5, 5] = 7
            raw = self.data_set()
            scans.write_case(raw, "case_00001", image(1), scans.nifti(values, MATRIX))
            self.assert_fails(raw, r"found 7 \(9 voxels\)")

    def test_values_between_integers(self):
        values = scans.organs(EXTENTS, 1).astype(numpy.float32)
        values[0, 0, 0] = 0.5
        values[0, 0, 1:3] = numpy.nan
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1), scans.nifti(values, MATRIX))
        self.assert_fails(raw, r"label values.*0\.5 \(1 voxel.*")

    def test_nan_label(self):
        values = scans.organs(EXTENTS, 1).astype(numpy.float32)
        values[0, 0, 1:4] = numpy.nan
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1), scans.nifti(values, MATRIX))
        self.assert_fails(raw, r"(?i)label values.*nan \(3 voxels\)")

    def test_rest_does_not_swallow_what_is_no_integer(self):
        """`rest` is for other labels; 0.5 is no label (an interpolated segmentation, most likely)."""
        values = scans.organs(EXTENTS, 1).astype(numpy.float32)
        values[0, 0, 0] = 0.5
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1), scans.nifti(values, MATRIX))
        self.assert_fails(raw, r"label values.*0\.5", dataset={"label_map": {"0": 0, "1": 1, "2": 2, "rest": 0}})

    def test_nearly_integers_are_accepted(self):
        values = scans.organs(EXTENTS, 1)
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1), scans.nifti((values * 0.9999).astype(numpy.float32), MATRIX))
        scans.write_case(raw, "case_00002", image(1), scans.nifti(values, MATRIX))
        out = self.ingest(raw, self.pipeline(STAGES))
        cases = [PreparedCase.read(out / "cases" / f"case_0000{number}.h5").label for number in (1, 2)]
        numpy.testing.assert_array_equal(*cases)

    def test_label_on_another_grid(self):
        shifted = MATRIX.copy()
        shifted[0, 3] += 1
        coarser = scans.affine("IPL", (3, 0.9, 0.95))
        for why, wrong, pattern in [
            ("shape", label(extents=(9, 11, 12)), "different shapes, found 9x11x13 and 9x11x12, expected the same"),
            ("transposed", label(extents=(13, 11, 9)), "different shapes"),
            ("shifted by 1 mm", label(matrix=shifted), r"different grids, found corners up to 1 mm apart.*expected"),
            ("flipped", label(matrix=scans.affine("IPR", SPACING)), "different grids, found .*IPL.*IPR.*expected"),
            ("permuted", label(matrix=scans.affine("PIL", SPACING)), "different grids, found axes IPL .* PIL.*expected"),
            ("another spacing", label(matrix=coarser), "different grids.*expected"),
        ]:
            with self.subTest(label=why):
                raw = self.data_set()
                scans.write_case(raw, "case_00001", image(), wrong)
                self.assert_fails(raw, pattern)

    def test_rounding_of_a_header_is_accepted(self):
        nearly = MATRIX.copy()
        nearly[:3, 3] += 1e-4
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(), label(matrix=nearly))
        self.ingest(raw, self.pipeline(STAGES))
