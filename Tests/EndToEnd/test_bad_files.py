"""Files that cannot be read, or promise more than they hold.

A run with such a case ends with exit code 1 (2 where it is the only one) and one clear line about it: what is wrong,
what was found, what was expected, what to do. The other cases are done, and nothing is half-written.
"""

import gzip
import json
import os
import re
import struct
import subprocess
import sys
import time
import zlib

import numpy

import scans
from bad_cases import EXTENTS, MATRIX, STAGES, SetOfCases, image, label, set_dimensions, set_fields, set_type
from support import PROGRAM, PreparedCase, json_of, segprep

# A run may take this much memory for a file of a few bytes, whatever its header says.
MEMORY_LIMIT = 300 << 20


def flipped_byte(content):
    """Gzip with one byte changed in the middle of the deflate stream."""
    packed = bytearray(gzip.compress(content, mtime=0))
    packed[len(packed) // 2] ^= 0x55
    return bytes(packed)


def wrong_checksum(content):
    packed = bytearray(gzip.compress(content, mtime=0))
    packed[-8] ^= 1
    return bytes(packed)


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
        for keep in [len(packed) // 2, 100, 12]:
            with self.subTest(keep=keep):
                self.assert_refused(packed[:keep], r"(ends early|cut short).*found .*expected .*download")
        for keep in [len(packed) - 1, len(packed) - 4, len(packed) - 8]:
            with self.subTest(keep=keep):
                self.assert_refused(packed[:keep], r"no whole checksum.*expected .*download")

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
        self.assert_refused(page, "not a NIfTI file, found .*expected ")
        self.assert_refused(gzip.compress(page), "not a NIfTI file, found .*expected ")

    def test_voxels_that_are_no_numbers(self):
        types = [(128, 24, "RGB24"), (2304, 32, "RGBA32"), (32, 64, "COMPLEX64"), (1792, 128, "COMPLEX128")]
        for code, bits, name in types:
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
                pattern = "places the voxels nowhere, found .*expected .*mend"
                self.assert_refused(gzip.compress(content), pattern, labelled=False)

    def test_size_that_is_none_beside_an_sform(self):
        """The sform says it all: read as nibabel reads it, and said."""
        raw = self.data_set()
        for number, size in enumerate([0, numpy.nan, numpy.inf]):
            edit = set_fields(pixdim=(1, 3, size, 0.9, 1, 1, 1, 1))
            scans.write_case(raw, f"case_1000{number}", image(edit=edit), label())
        out = self.ingest(raw, self.pipeline(STAGES))
        entries = json_of(out / "manifest.json")["cases"]
        right = PreparedCase.read(out / "cases" / "case_00000.h5")
        self.assertEqual(len(entries), 4)
        self.assertNotIn("notes", entries[0]["source"])
        for entry in entries[1:]:
            self.assertRegex(" ".join(entry["warnings"]), r"imaging.nii.gz: pixdim 3.0, (0.0|nan|inf), 0.9 is no voxel")
            found = PreparedCase.read(out / entry["file"])
            numpy.testing.assert_array_equal(found.image, right.image)
            numpy.testing.assert_array_equal(found.attributes["affine"], right.attributes["affine"])

    def test_nan_intercept(self):
        """A slope without an intercept that is a number says nothing about the values."""
        self.assert_refused(gzip.compress(image(slope=2, intercept=numpy.nan)), "scl_inter is nan.*expected a finite")

    def test_no_permission(self):
        """A new case fails; one that was prepared while it could be read stays."""
        raw, pipeline = self.data_set(), self.pipeline(STAGES)
        case = scans.write_case(raw, "case_00001", image(), label())
        nobody = self.nobody(raw.parent, pipeline.parent)
        for is_prepared in [False, True]:
            (case / "imaging.nii.gz").chmod(0o644)
            out = self.fresh("prepared")
            out.parent.chmod(0o777)
            if is_prepared:
                self.ingest(raw, pipeline, out=out, before=nobody)
            cases = json_of(out / "manifest.json")["cases"] if is_prepared else []
            (case / "imaging.nii.gz").chmod(0)
            for options in [[], ["--force"], ["--prune"]]:
                # Whatever time of change the file has: its content is not known to be another.
                os.utime(case / "imaging.nii.gz", (1, 1))
                self.ingest(raw, pipeline, *options, out=out, code=1, before=nobody)
                manifest = json_of(out / "manifest.json")
                self.assertEqual(len(manifest["failed"]), 1)
                self.assertRegex(
                    manifest["failed"][0]["reason"],
                    "^imaging.nii.gz: cannot open: Permission denied"
                    + ("; what was prepared of it earlier stays$" if is_prepared else "$"))
                self.assertEqual([entry["case_identifier"] for entry in manifest["cases"]],
                                 ["case_00000", "case_00001"][:1 + is_prepared])
                if is_prepared:
                    self.assertEqual(manifest["cases"], cases)
                    self.assertEqual(segprep("verify", out).code, 0)

    def test_something_else_than_a_file(self):
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image(), label())
        (case / "imaging.nii.gz").unlink()
        (case / "imaging.nii.gz").mkdir()
        self.assert_fails(raw, "imaging.nii.gz is not a file, found a folder or a broken link, expected")
        (case / "imaging.nii.gz").rmdir()
        (case / "imaging.nii.gz").symlink_to("nowhere.nii.gz")
        self.assert_fails(raw, "imaging.nii.gz is not a file, found a folder or a broken link, expected")

    def test_links_that_lead_to_themselves(self):
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image(), label())
        (case / "imaging.nii.gz").unlink()
        (case / "imaging.nii.gz").symlink_to("imaging.nii.gz")
        self.assert_fails(raw, "imaging.nii.gz is not a file, found a folder or a broken link, expected")
        result = segprep("inspect", case / "imaging.nii.gz")
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertRegex(result.err, "^segprep: .*imaging.nii.gz: cannot open: Too many levels of symbolic links\n$")
        # A folder of itself, and a raw folder within itself.
        (raw / "case_00002").symlink_to("case_00002")
        (raw / "case_00000" / "above").symlink_to("..")
        _, out = self.run_ingest(raw, self.pipeline(STAGES))
        self.assertEqual([entry["case_identifier"] for entry in json_of(out / "manifest.json")["cases"]], ["case_00000"])
        loop = self.fresh("loop")
        loop.symlink_to("loop")
        result, _ = self.run_ingest(loop, self.pipeline(STAGES))
        self.assertEqual((result.code, len(result.err.splitlines())), (2, 1), result.err)
        self.assertIn(str(loop), result.err)

    def test_pipe_that_nobody_writes_to(self):
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image(), label())
        (case / "imaging.nii.gz").unlink()
        os.mkfifo(case / "imaging.nii.gz")
        self.assert_fails(raw, "imaging.nii.gz")
        result = segprep("inspect", case / "imaging.nii.gz")
        self.assertEqual((result.code, len(result.err.splitlines())), (2, 1), result.err)

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

    def measured(self, *arguments):
        """Runs the program; returns its exit code, the most memory it had in kB, and what it said."""
        # A process of its own measures, so that neither this one's memory nor other runs count.
        measure = (
            "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]);"
            "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)"
        )
        command = [sys.executable, "-c", measure, PROGRAM, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        *said, last = done.stderr.splitlines()
        return (*map(int, last.split()), done.stdout + "\n".join(said))

    def assert_cheap(self, raw, pattern):
        """The run fails in one case, for this reason, within seconds and the memory limit."""
        out = self.fresh("prepared")
        began = time.monotonic()
        code, kilobytes, text = self.measured(
            "ingest", raw, "--pipeline", self.pipeline(STAGES), "--out", out, "--quiet")
        seconds = time.monotonic() - began
        self.assertEqual(code, 1, text)
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

    def test_bomb_that_its_header_promises(self):
        """A plane of a gigabyte of zeros, in a megabyte: inspect reads it in small pieces, ingest names what it takes."""
        wide = image(edit=lambda header: (set_dimensions(32767, 32767, 1)(header), set_type(2, 8)(header)))
        packer = zlib.compressobj(9, wbits=31)
        bomb = packer.compress(wide[:352]) + b"".join(packer.compress(bytes(1 << 24)) for _ in range(64)) + packer.flush()
        raw = self.data_set()
        case = scans.write_case(raw, "case_00001", image())
        (case / "imaging.nii.gz").write_bytes(bomb)
        code, kilobytes, out = self.measured("inspect", case / "imaging.nii.gz", "--json")
        self.assertEqual(code, 0, out)
        self.assertLess(kilobytes << 10, MEMORY_LIMIT)
        self.assertEqual(json.loads(out)["voxels"]["distinct"], [{"value": 0, "voxels": 32767 * 32767}])
        pipeline, prepared = self.pipeline([]), self.fresh("prepared")
        code, kilobytes, out = self.measured(
            "ingest", raw, "--pipeline", pipeline, "--out", prepared, "--memory", "500MB", "--quiet")
        self.assertEqual(code, 1, out)
        self.assertLess(kilobytes << 10, MEMORY_LIMIT)
        self.assertRegex(json_of(prepared / "manifest.json")["failed"][0]["reason"], "load takes .* GB, expected no more than")

    def test_extension_that_lies_about_its_length(self):
        """Voxels begin where vox_offset says, whatever an extension says of itself; so nibabel reads it."""
        raw = self.data_set()
        whole = image(1, edit=set_fields(vox_offset=384))
        for number, says in enumerate([16, 0, -1, 1 << 30, 7]):
            extension = b"\1\0\0\0" + struct.pack("<ii", says, 6) + bytes(24)
            content = whole[:348] + extension + whole[352:]
            scans.write_case(raw, f"case_1000{number}", content)
        out = self.ingest(raw, self.pipeline(STAGES))
        cases = [PreparedCase.read(path) for path in sorted((out / "cases").glob("case_1*.h5"))]
        self.assertEqual(len(cases), 5)
        for found in cases[1:]:
            numpy.testing.assert_array_equal(found.image, cases[0].image)

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
        self.assert_cheap(raw, "label values.*(and .* more|higher values)")
