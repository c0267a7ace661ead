"""Bad input ends in one clear line and the right exit code; everything else is done, and nothing is half-written.

Exit codes: 0 done; 1 some cases failed; 2 nothing could be done; 64 usage or pipeline file; 73 output not writable or held.
A line says what is wrong, what was found, what was expected and, where there is something, what to do.
"""

import gzip
import os
import re
import signal
import subprocess
import sys
import time
import unittest
import zlib

import numpy

import scans
from support import PAPER_RESAMPLE, PROGRAM, PreparedCase, TestCase, json_of, make_phantoms, segprep

EXTENTS = (9, 11, 13)
SPACING = (3, 0.9, 0.9)
MATRIX = scans.affine("IPL", SPACING)
STAGES = [{"resample": PAPER_RESAMPLE}, {"zscore": {"over": "volume"}}]
# A run may take this much memory for a file of a few bytes, whatever its header says.
MEMORY_LIMIT = 300 << 20
FOUND_EXPECTED = r"found .*expected "


def image(seed=0, extents=EXTENTS, matrix=MATRIX, kind=numpy.int16, **header):
    return scans.nifti(scans.tissue(extents, seed).astype(kind), matrix, **header)


def label(seed=0, extents=EXTENTS, matrix=MATRIX, kind=numpy.uint8, **header):
    return scans.nifti(scans.organs(extents, seed).astype(kind), matrix, **header)


def set_dimensions(*extents):
    """A header edit: `extents` whatever the voxels are."""
    def edit(header):
        header["dim"][:len(extents) + 1] = (len(extents), *extents)
    return edit


def set_fields(**fields):
    def edit(header):
        for name, value in fields.items():
            header[name] = value
    return edit


def set_type(code, bits):
    return set_fields(datatype=code, bitpix=bits)


def flipped_byte(content):
    """Gzip with one byte changed in the middle of the deflate stream."""
    packed = bytearray(gzip.compress(content, mtime=0))
    packed[len(packed) // 2] ^= 0x55
    return bytes(packed)


def wrong_checksum(content):
    packed = bytearray(gzip.compress(content, mtime=0))
    packed[-8] ^= 1
    return bytes(packed)


class SetOfCases(TestCase):
    """A data set of one good case and one bad one, ingested as a user does."""

    def data_set(self):
        """A fresh raw folder with a good case, case_00000."""
        raw = self.fresh("raw")
        scans.write_case(raw, "case_00000", image(), label())
        return raw

    def assert_fails(self, raw, pattern, *, identifier="case_00001", stages=STAGES, dataset=None):
        """The bad case fails with one line that matches; the good one is prepared; alone, the bad one gives exit code 2."""
        pipeline = self.pipeline(stages, dataset=dataset)
        result, out = self.run_ingest(raw, pipeline)
        self.assertEqual(result.code, 1, result.out + result.err)
        manifest = json_of(out / "manifest.json")
        self.assertEqual([case["case_identifier"] for case in manifest["cases"]], ["case_00000"])
        (failed,) = manifest["failed"]
        self.assertEqual(failed["case_identifier"], identifier)
        self.assertRegex(failed["reason"], pattern)
        (line,) = result.lines_naming(failed["reason"])
        self.assertIn(identifier, line)
        self.assertNotIn(str(raw), failed["reason"])
        self.assert_nothing_half_written(out)

        result, out = self.run_ingest(raw, pipeline, "--cases", identifier)
        self.assertEqual(result.code, 2, result.out + result.err)
        self.assert_nothing_half_written(out)
        return failed["reason"]


class UnreadableFileTests(SetOfCases):

    def assert_refused(self, content, pattern, *, name="imaging.nii.gz", labelled=True):
        """A case one of whose files holds these bytes fails, and inspect refuses the file with the same words."""
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image(1), label(1) if labelled else None)
        for old in case.glob(name.split(".")[0] + ".*"):
            old.unlink()
        (case / name).write_bytes(content)
        reason = self.assert_fails(raw, pattern)
        self.assertIn(name, reason)
        result = segprep("inspect", case / name)
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, pattern)

    def test_truncated_gzip(self):
        packed = gzip.compress(image(), mtime=0)
        for keep in [len(packed) // 2, len(packed) - 1, len(packed) - 8, 100, 12]:
            with self.subTest(keep=keep):
                self.assert_refused(packed[:keep], r"(ends early|cut short).*" + FOUND_EXPECTED + r".*download")

    def test_truncated_label(self):
        packed = gzip.compress(label(), mtime=0)
        self.assert_refused(packed[:len(packed) // 2], "ends early, found .* expected", name="segmentation.nii.gz")

    def test_truncated_plain(self):
        content = image()
        for keep, pattern in [(len(content) - 1, "ends early"), (360, "ends early"), (200, "cut short|ends early")]:
            with self.subTest(keep=keep):
                self.assert_refused(content[:keep], rf"({pattern}).*found {keep} .*expected", name="imaging.nii")

    def test_corrupt_gzip(self):
        self.assert_refused(flipped_byte(image()), "gzip stream.*(corrupt|ends early).*expected")

    def test_wrong_checksum(self):
        self.assert_refused(wrong_checksum(image()), "corrupt.*checksum.*expected")
        self.assert_refused(wrong_checksum(label()), "corrupt.*checksum.*expected", name="segmentation.nii.gz")

    def test_empty_file(self):
        self.assert_refused(b"", r"imaging.nii.gz: the file is empty.*found 0 bytes, expected")
        self.assert_refused(gzip.compress(b""), r"imaging.nii.gz: .*found .*expected")

    def test_text_named_nifti(self):
        page = b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 20
        self.assert_refused(page, "not a NIfTI file, " + FOUND_EXPECTED)
        self.assert_refused(gzip.compress(page), "not a NIfTI file, " + FOUND_EXPECTED)

    def test_voxels_that_are_no_numbers(self):
        for code, bits, name in [(128, 24, "RGB24"), (2304, 32, "RGBA32"), (32, 64, "COMPLEX64"), (1792, 128, "COMPLEX128")]:
            with self.subTest(type=name):
                content = image(extents=(4, 4, 4), edit=set_type(code, bits)) + bytes(4096)
                self.assert_refused(gzip.compress(content), rf"voxels are .*{name}.*expected a scalar")

    def test_dimensions(self):
        for extents, pattern in [
            ((0, 11, 13), "0x11x13"), ((9, -11, 13), "9x-11x13"), ((-1, -1, -1), "-1x-1x-1"),
            ((), "0 dimensions"),
        ]:
            with self.subTest(extents=extents):
                content = gzip.compress(image(edit=set_dimensions(*extents)))
                self.assert_refused(content, rf"dimensions, found {pattern}, expected")

    def test_four_dimensional_image(self):
        content = scans.nifti(numpy.zeros((5, 6, 7, 3), numpy.int16), MATRIX)
        raw = self.data_set()
        scans.write_case(raw, "case_00001", content)
        self.assert_fails(raw, r"5x6x7x3.*expected ")

    def test_fourth_dimension_of_one_is_dropped(self):
        raw = self.data_set()
        scans.write_case(
            raw, "case_00001", scans.nifti(scans.tissue(EXTENTS, 0).astype(numpy.int16)[..., None], MATRIX),
            scans.nifti(scans.organs(EXTENTS, 0)[..., None], MATRIX))
        out = self.ingest(raw, self.pipeline(STAGES))
        cases = [PreparedCase.read(out / "cases" / f"case_0000{number}.h5") for number in range(2)]
        numpy.testing.assert_array_equal(cases[0].image, cases[1].image)
        numpy.testing.assert_array_equal(cases[0].label, cases[1].label)

    def test_affine_that_places_nothing(self):
        lost = MATRIX.copy()
        lost[:3, 1] = lost[:3, 0] * 2
        empty = MATRIX.copy()
        empty[:3, 2] = 0
        for name, content in [
            ("dependent axes", image(edit=lambda header: header.set_sform(lost, 1))),
            ("no third axis", image(edit=lambda header: header.set_sform(empty, 1))),
            ("NaN", image(edit=set_fields(srow_x=(numpy.nan, 0, 0, 0)))),
            ("infinite", image(edit=set_fields(srow_y=(0, numpy.inf, 0, 0)))),
            ("pixdim 0", image(sform=0, edit=set_fields(pixdim=(1, 0, 0, 0, 0, 0, 0, 0)))),
            ("pixdim 0 under a qform", image(sform=0, qform=1, edit=set_fields(pixdim=(1, 3, 0, 0.9, 0, 0, 0, 0)))),
            ("NaN pixdim", image(sform=0, edit=set_fields(pixdim=(1, 3, numpy.nan, 0.9, 0, 0, 0, 0)))),
            ("NaN quaternion", image(sform=0, qform=1, edit=set_fields(quatern_b=numpy.nan))),
        ]:
            with self.subTest(affine=name):
                self.assert_refused(gzip.compress(content), r"places the voxels nowhere, found .*expected .*mend", labelled=False)

    def test_nan_intercept(self):
        """A slope without an intercept that is a number says nothing about the values."""
        self.assert_refused(gzip.compress(image(slope=2, intercept=numpy.nan)), "scl_inter is nan.*expected a finite")

    @unittest.skipIf(os.geteuid() == 0, "root reads every file")
    def test_no_permission(self):
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image(), label())
        (case / "imaging.nii.gz").chmod(0)
        self.assert_fails(raw, "imaging.nii.gz: cannot open: Permission denied")

    def test_something_else_than_a_file(self):
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image(), label())
        (case / "imaging.nii.gz").unlink()
        (case / "imaging.nii.gz").mkdir()
        self.assert_fails(raw, "imaging.nii.gz is not a file, found a folder or a broken link, expected")
        (case / "imaging.nii.gz").rmdir()
        (case / "imaging.nii.gz").symlink_to("nowhere.nii.gz")
        self.assert_fails(raw, "imaging.nii.gz is not a file, found a folder or a broken link, expected")

    def test_links_are_followed(self):
        raw = self.data_set()
        (raw / "case_00001").symlink_to("case_00000")
        out = self.ingest(raw, self.pipeline(STAGES))
        self.assertEqual(len(json_of(out / "manifest.json")["cases"]), 2)


class CostTests(SetOfCases):
    """Bad files cost neither time nor memory, whatever they promise."""

    def assert_refused_at_once(self, content, name):
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image())
        (case / "imaging.nii.gz").unlink()
        (case / name).write_bytes(content)
        self.assert_cheap(raw, rf"{re.escape(name)}: .*found .*expected")

    def assert_cheap(self, raw, pattern):
        """The run fails in one case, for this reason, within seconds and the memory limit."""
        out = self.fresh("prepared")
        # A process of its own measures, so that neither this one's memory nor other runs count.
        measure = (
            "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
            "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        command = [PROGRAM, "ingest", raw, "--pipeline", self.pipeline(STAGES), "--out", out, "--quiet"]
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", measure, *command], capture_output=True, text=True, timeout=60)
        seconds = time.monotonic() - began
        code, kilobytes = map(int, done.stdout.split())
        self.assertEqual(code, 1, done.stderr)
        (failed,) = json_of(out / "manifest.json")["failed"]
        self.assertRegex(failed["reason"], pattern)
        self.assertLess(kilobytes << 10, MEMORY_LIMIT)
        self.assertLess(seconds, 5)
        self.assert_nothing_half_written(out)

    def test_huge_dimensions(self):
        most, wide = 32767, 1 << 62
        contents = {
            "NIfTI-1": image(edit=set_dimensions(most, most, most)),
            "one axis": image(edit=set_dimensions(most, 1, 1)),
            "large planes": image(edit=set_dimensions(most, most, 1)),
            "many planes": image(edit=set_dimensions(2, 2, most)),
            "NIfTI-2, beyond 64 bits": image(version=2, edit=set_dimensions(wide, wide, wide)),
            "NIfTI-2, overflowing to 0": image(version=2, edit=set_dimensions(1 << 32, 1 << 32, 2)),
            "NIfTI-2": image(version=2, edit=set_dimensions(1 << 20, 1 << 10, 1 << 10)),
        }
        for why, content in contents.items():
            for name, stored in [("imaging.nii", content), ("imaging.nii.gz", gzip.compress(content))]:
                with self.subTest(header=why, file=name):
                    self.assert_refused_at_once(stored, name)

    def test_huge_offset(self):
        for offset in [1e18, 1e9, -1e9, numpy.nan, numpy.inf]:
            content = image(edit=set_fields(vox_offset=offset))
            for name, stored in [("imaging.nii", content), ("imaging.nii.gz", gzip.compress(content))]:
                with self.subTest(offset=offset, file=name):
                    self.assert_refused_at_once(stored, name)

    def test_gzip_that_goes_on_and_on(self):
        """A gigabyte of zeros behind the voxels, in a megabyte: read past or refused, but never kept in memory."""
        packer = zlib.compressobj(9, wbits=31)
        bomb = packer.compress(image()) + b"".join(packer.compress(bytes(1 << 24)) for _ in range(64)) + packer.flush()
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image())
        (case / "imaging.nii.gz").write_bytes(bomb)
        result, out = self.run_ingest(raw, self.pipeline(STAGES))
        self.assertIn(result.code, (0, 1), result.err)
        self.assert_nothing_half_written(out)

    def test_label_of_nan(self):
        """A label whose voxels are all NaN takes no longer than another bad one (once: the square of its voxels)."""
        extents = (40, 60, 60)
        raw = self.data_set()
        nothing = numpy.full(extents, numpy.nan, numpy.float32)
        scans.write_case(raw, "case_00001", image(extents=extents), scans.nifti(nothing, MATRIX))
        self.assert_cheap(raw, "label values")

    def test_image_in_place_of_a_label(self):
        """Millions of different values are not all kept to be listed."""
        extents = (128, 256, 256)
        raw = self.data_set()
        values = numpy.random.RandomState(0).uniform(0, 1e6, extents).astype(numpy.float32)
        zeros = numpy.zeros(extents, numpy.int16)
        scans.write_case(raw, "case_00001", scans.nifti(zeros, MATRIX), scans.nifti(values, MATRIX))
        self.assert_cheap(raw, "label values.*and .* more")


class VoxelTests(SetOfCases):

    def test_not_finite(self):
        """NaN and infinities: refused with their number, or replaced by the pipeline's."""
        voxels = scans.tissue(EXTENTS, 1).astype(numpy.float32)
        voxels[2, 3, 4:7] = numpy.nan, numpy.inf, -numpy.inf
        raw = self.data_set()
        scans.write_case(raw, "case_00001", scans.nifti(voxels, MATRIX), label(1))
        self.assert_fails(raw, f"3 of {voxels.size} voxels are NaN or infinite, expected .*nonfinite", stages=[])
        self.assert_fails(raw, f"3 of {voxels.size} voxels are NaN or infinite, expected .*nonfinite")

        out = self.ingest(raw, self.pipeline([], dataset={"nonfinite": -7.5}))
        replaced = numpy.where(numpy.isfinite(voxels), voxels, -7.5)
        expected = numpy.transpose(replaced[::-1, ::-1, ::-1], (0, 1, 2))
        found = PreparedCase.read(out / "cases" / "case_00001.h5")
        numpy.testing.assert_allclose(found.image[0], expected, rtol=1e-6)
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
        for over in ["volume", "nonzero", "foreground"]:
            self.assert_fails(raw, "zscore: every voxel has the same value, found 40", stages=[{"zscore": {"over": over}}])
        self.assert_fails(raw, "rescale: every voxel has the same value, found 40", stages=[{"rescale": {}}])

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
                        self.assert_fails(raw, "every voxel has the same value, found .*expected", stages=[resample, last])

    def test_constant_after_clipping(self):
        raw = self.data_set()
        scans.write_case(raw, "case_00001", scans.nifti(numpy.full(EXTENTS, -900, numpy.int16), MATRIX), label(1))
        stages = [{"clip_hu": {"lower": -79, "upper": 304}}, {"zscore": {"over": "volume"}}]
        self.assert_fails(raw, "zscore: every voxel has the same value, found -79", stages=stages)
        self.assert_fails(raw, "zscore: every voxel has the same value, found -79", stages=[{"resample": PAPER_RESAMPLE}, *stages])

    def test_nothing_to_crop_to(self):
        raw = self.data_set()
        zeros = numpy.zeros(EXTENTS, numpy.int16)
        scans.write_case(raw, "case_00001", scans.nifti(zeros, MATRIX), scans.nifti(zeros.astype(numpy.uint8), MATRIX))
        self.assert_fails(raw, "crop: no nonzero voxels, found 0, expected", stages=[{"crop": {"to": "nonzero"}}])
        self.assert_fails(raw, "crop: no foreground voxels, found 0, expected", stages=[{"crop": {"to": "foreground"}}])
        self.assert_fails(raw, "zscore: no foreground voxels, found 0, expected", stages=[{"zscore": {"over": "foreground"}}])

    def test_stage_that_needs_a_label(self):
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1))
        self.assert_fails(raw, "crop: .*needs a label.*unlabelled: exclude", stages=[{"crop": {"to": "foreground"}}])
        self.assert_fails(raw, "zscore: .*needs a label.*unlabelled: exclude", stages=[{"zscore": {"over": "foreground"}}])


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
                pattern = r"label values outside.*found 3 \(1 voxels?\), 7 \(5 voxels\), expected only 0, 1, 2; .*label_map"
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
        finer = scans.affine("IPL", (3, 0.9, 0.91))
        for why, wrong, pattern in [
            ("shape", label(extents=(9, 11, 12)), "different shapes, found 9x11x13 and 9x11x12, expected the same"),
            ("transposed", label(extents=(13, 11, 9)), "different shapes"),
            ("shifted by 1 mm", label(matrix=shifted), r"different grids, found corners up to 1\.0 mm apart.*expected"),
            ("flipped", label(matrix=scans.affine("IPR", SPACING)), "different grids, found corners.*IPL.*IPR.*expected"),
            ("permuted", label(matrix=scans.affine("PIL", SPACING)), "different grids.*expected"),
            ("another spacing", label(matrix=finer), "different grids.*expected"),
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


class EndedRuns(SetOfCases):
    """What ends a run before it begins: one line on standard error, nothing on standard output, nothing written."""

    def assert_ends(self, code, pattern, raw, pipeline=None, *options, out=None):
        result, out = self.run_ingest(raw, pipeline or self.pipeline(STAGES), *options, out=out)
        self.assertEqual(result.code, code, result.out + result.err)
        self.assertEqual(result.out, "")
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, pattern)
        self.assert_nothing_half_written(out)
        return result, out


class RawFolderTests(EndedRuns):

    def test_no_cases(self):
        raw = self.fresh("raw")
        (raw / "patients").mkdir(parents=True)
        _, out = self.assert_ends(2, "raw: no case there, found patients .*expected folders case_00000", raw)
        self.assertFalse(out.exists())

    def test_raw_folder_missing(self):
        self.assert_ends(2, "nowhere: no case there, found no folder.*expected", self.folder / "nowhere")

    def test_raw_folder_is_a_file(self):
        self.assert_ends(2, "no case there, .*expected", scans.write(self.fresh("raw"), b"x"))

    def test_every_case_is_left_out(self):
        pipeline = self.pipeline(STAGES, dataset={"exclude": [{"cases": [0], "reason": "poor"}]})
        self.assert_ends(2, "no case is left to prepare, found 1 .*expected", self.data_set(), pipeline)

    def test_unknown_cases(self):
        self.assert_ends(
            64, r"--cases: no such case, found case_0000l, expected .*case_00000.*did you mean case_00000\?",
            self.data_set(), None, "--cases", "case_00000,case_0000l")


class PipelineFileTests(EndedRuns):

    def test_pipeline_missing(self):
        self.assert_ends(64, "nothing.yaml: ", self.data_set(), self.folder / "nothing.yaml")

    def test_pipeline_is_a_folder(self):
        self.assert_ends(64, f"{self.folder}: ", self.data_set(), self.folder)

    def test_misspelt_key(self):
        path = self.pipeline(STAGES)
        lines = path.read_text().replace('"layout"', '"layuot"')
        path.write_text(lines)
        number = next(index for index, line in enumerate(lines.splitlines(), 1) if "layuot" in line)
        self.assert_ends(64, rf"pipeline.yaml:{number}: .*layuot.*layout", self.data_set(), path)

    def test_wrong_values(self):
        for stages, pattern in [
            ([{"resampel": PAPER_RESAMPLE}], "resampel.*resample"),
            ([{"resample": {"spacing_mm": {"z": 3.22, "y": 1.62}}}], "x"),
            ([{"resample": {"spacing_mm": {"z": 0, "y": 1, "x": 1}}}], "found 0, expected"),
            ([{"resample": {**PAPER_RESAMPLE, "image_order": 2}}], "image_order.*found 2, expected"),
            ([{"resample": {**PAPER_RESAMPLE, "label_order": 3}}], "label_order.*found 3, expected"),
            ([{"clip_hu": {"lower": 5, "upper": 5}}], "upper.*found 5, expected"),
            ([{"zscore": {"over": "everything"}}], "over.*found .*everything.*, expected"),
            ([{"zscore": {"constants": {"mean": 1, "std": 0}}}], "std.*found 0, expected"),
        ]:
            with self.subTest(stages=stages):
                self.assert_ends(64, "pipeline.yaml:.*" + pattern, self.data_set(), self.pipeline(stages))

    def test_pipeline_that_is_no_yaml(self):
        path = self.pipeline([])
        path.write_text("name: [unclosed\ndataset: {")
        self.assert_ends(64, "pipeline.yaml:", self.data_set(), path)
        path.write_bytes(b"\xff\xfe\x00\x01")
        self.assert_ends(64, "pipeline.yaml:", self.data_set(), path)
        path.write_text("")
        self.assert_ends(64, "pipeline.yaml:", self.data_set(), path)

    def test_wrong_usage(self):
        for arguments in [[], ["ingest"], ["ingest", "raw"], ["nonsense"], ["ingest", "a", "--pipeline", "b", "--out", "c", "--jobs", "0"]]:
            with self.subTest(arguments=arguments):
                result = segprep(*arguments)
                self.assertEqual(result.code, 64 if arguments else 0, result.out + result.err)


class OutputTests(EndedRuns):

    def test_output_below_a_file(self):
        blocked = scans.write(self.fresh("file"), b"x")
        self.assert_ends(73, "cannot write there: Not a directory", self.data_set(), out=blocked / "prepared")
        self.assert_ends(73, "cannot write there: ", self.data_set(), out=blocked)

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_output_not_writable(self):
        folder = self.fresh("locked")
        folder.mkdir(mode=0o555)
        self.assert_ends(73, "cannot write there: Permission denied", self.data_set(), out=folder / "prepared")

    def test_output_of_another_pipeline(self):
        raw = self.data_set()
        out = self.ingest(raw, self.pipeline(STAGES))
        before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
        self.assert_ends(73, "holds cases of another pipeline, found .*expected .*choose another", raw, self.pipeline([]), out=out)
        self.assertEqual({path: path.read_bytes() for path in out.rglob("*") if path.is_file()}, before)

    def test_output_with_a_foreign_manifest(self):
        raw, out = self.data_set(), self.fresh("prepared")
        for content in [b"{}", b"\xff", b"", b"[1, 2]"]:
            scans.write(out / "manifest.json", content)
            with self.subTest(manifest=content):
                result, _ = self.run_ingest(raw, self.pipeline(STAGES), out=out)
                self.assertIn(result.code, (2, 73), result.out)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
                self.assertRegex(result.err, "manifest.json: not a manifest")
                self.assertEqual((out / "manifest.json").read_bytes(), content)

    def test_a_failed_case_leaves_no_earlier_file(self):
        """A case that was prepared, and fails when it is done again, is nowhere but among the failed ones."""
        raw, pipeline, out = self.data_set(), self.pipeline(STAGES), self.fresh("prepared")
        case = scans.write_case(raw, "case_00001", image(1), label(1))
        self.ingest(raw, pipeline, out=out)
        (case / "imaging.nii.gz").write_bytes(b"")
        self.ingest(raw, pipeline, out=out, code=1)
        self.assertEqual([entry["case_identifier"] for entry in json_of(out / "manifest.json")["failed"]], ["case_00001"])
        self.assert_nothing_half_written(out)


class TwoRunsTests(TestCase):
    """Runs that meet, and runs that are cut short."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", 10)

    def started(self, out):
        """A run that has begun to write, stopped where it is."""
        run = subprocess.Popen(
            [PROGRAM, "ingest", self.raw, "--pipeline", self.pipeline(STAGES), "--out", out, "--quiet", "--jobs", "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        deadline = time.monotonic() + 30
        while not any(out.glob("cases/.*.tmp")) and time.monotonic() < deadline and run.poll() is None:
            time.sleep(0.001)
        run.send_signal(signal.SIGSTOP)
        self.assertIsNone(run.poll(), "the run ended before it could be stopped")
        return run

    def test_two_runs_at_once(self):
        out = self.fresh("prepared")
        first = self.started(out)
        result, _ = self.run_ingest(self.raw, self.pipeline(STAGES), out=out)
        self.assertEqual(result.code, 73, result.err)
        self.assertRegex(result.err, "another run is writing there, .*wait for it, or choose another --out")
        self.assertEqual(len(result.err.splitlines()), 1)
        first.send_signal(signal.SIGCONT)
        self.assertEqual(first.wait(60), 0)
        self.assertEqual(len(json_of(out / "manifest.json")["cases"]), 10)
        self.assert_nothing_half_written(out)

    def test_killed_run(self):
        """What a killed run leaves is whole or hidden, and the next run clears it away."""
        out = self.fresh("prepared")
        first = self.started(out)
        first.kill()
        first.wait()
        self.assertFalse((out / "manifest.json").exists())
        for path in out.glob("cases/case_*.h5"):
            self.assertEqual(PreparedCase.read(path).image.ndim, 4)
        self.ingest(self.raw, self.pipeline(STAGES), out=out)
        self.assert_nothing_half_written(out)

    def test_interrupted_run(self):
        """Ctrl-C ends with 130 (which a shell also reports for the signal itself) and leaves nothing half-written."""
        out = self.fresh("prepared")
        first = self.started(out)
        first.send_signal(signal.SIGCONT)
        first.send_signal(signal.SIGINT)
        self.assertIn(first.wait(60), (130, -signal.SIGINT))
        for path in out.glob("cases/case_*.h5"):
            self.assertEqual(PreparedCase.read(path).image.ndim, 4)
        self.ingest(self.raw, self.pipeline(STAGES), out=out)
        self.assert_nothing_half_written(out)
