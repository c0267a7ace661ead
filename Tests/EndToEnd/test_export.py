"""`segprep export`: prepared cases as NIfTI, over the raw volumes, whatever the raw affine looks like."""

import nibabel
import numpy

import scans
from bad_cases import EXTENTS, MATRIX, STAGES, SetOfCases, image, label
from support import PreparedCase, segprep


def tilted(cosine):
    """Two axes of space off a right angle, as a tilted gantry or an sform of few decimals leaves them."""
    matrix = numpy.array(MATRIX)
    matrix[:3, 0] += cosine * matrix[:3, 1] * numpy.linalg.norm(matrix[:3, 0]) / numpy.linalg.norm(matrix[:3, 1])
    return matrix


class ExportTests(SetOfCases):

    def export(self, prepared, *options):
        out = self.fresh("exported")
        return segprep("export", prepared, "--out", out, *options), out

    def test_axes_that_no_quaternion_can_say(self):
        """Those have an sform alone; axes at right angles have both forms."""
        raw = self.data_set()
        for number, cosine in enumerate([0.3, 1e-4], 1):
            matrix = tilted(cosine)
            scans.write_case(raw, f"case_0000{number}", image(number, matrix=matrix), label(number, matrix=matrix))
        prepared = self.ingest(raw, self.pipeline(STAGES))
        result, out = self.export(prepared)
        self.assertEqual((result.code, result.err), (0, ""))
        for number, codes in [(0, (1, 1)), (1, (1, 0)), (2, (1, 0))]:
            case = PreparedCase.read(prepared / "cases" / f"case_0000{number}.h5")
            for name, voxels in [("imaging", case.image[0]), ("segmentation", case.label)]:
                file = nibabel.load(out / f"case_0000{number}" / f"{name}.nii.gz")
                self.assertEqual((file.header["sform_code"], file.header["qform_code"]), codes)
                numpy.testing.assert_allclose(file.affine, case.attributes["affine"], rtol=1e-6, atol=1e-5)
                numpy.testing.assert_array_equal(numpy.asanyarray(file.dataobj).T, voxels)

    def test_one_damaged_case_does_not_stop_the_others(self):
        raw = self.data_set()
        for number in range(1, 5):
            scans.write_case(raw, f"case_0000{number}", image(number), label(number))
        prepared = self.ingest(raw, self.pipeline(STAGES))
        for number in (0, 2):
            (prepared / "cases" / f"case_0000{number}.h5").write_bytes(b"")
        for jobs in ("1", "4"):
            result, out = self.export(prepared, "--jobs", jobs)
            self.assertEqual(result.code, 1, result.err)
            lines = result.err.splitlines()
            self.assertEqual(len(lines), 2, result.err)
            self.assertRegex(lines[0], "^segprep: .*case_00000.h5: ")
            self.assertRegex(lines[1], "^segprep: .*case_00002.h5: ")
            self.assertEqual(sorted(path.name for path in out.iterdir()), ["case_00001", "case_00003", "case_00004"])

    def test_no_case_can_be_written(self):
        prepared = self.ingest(self.data_set(), self.pipeline(STAGES))
        (prepared / "cases" / "case_00000.h5").write_bytes(b"")
        result, _ = self.export(prepared)
        self.assertEqual(result.code, 2, result.err)

    def test_lists_of_cases(self):
        """Read as an ingest reads them: blanks around names, and a list of nothing is refused."""
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1), label(1))
        prepared = self.ingest(raw, self.pipeline(STAGES))
        result, out = self.export(prepared, "--cases", "case_00001, case_00000 ,")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(len(list(out.iterdir())), 2)
        for names in ["", ",", " , "]:
            result, out = self.export(prepared, "--cases", names)
            self.assertEqual(result.code, 64, result.err)
            self.assertRegex(result.err, "^segprep: --cases: names no case, found .*expected some of case_00000")
            self.assertFalse(out.exists())
        result, _ = self.export(prepared, "--cases", "case_0000l")
        self.assertEqual(result.code, 64, result.err)
        self.assertRegex(result.err, r"--cases: no such case, found case_0000l.*did you mean case_00000\?")
