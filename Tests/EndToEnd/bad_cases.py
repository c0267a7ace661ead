"""What the tests of bad input share: a good case beside a bad one, and headers edited into something wrong."""

import numpy

import scans
from support import PAPER_RESAMPLE, TestCase, identifiers, json_of

EXTENTS = (9, 11, 13)
SPACING = (3, 0.9, 0.9)
MATRIX = scans.affine("IPL", SPACING)
STAGES = [{"resample": PAPER_RESAMPLE}, {"zscore": {"over": "volume"}}]


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


class SetOfCases(TestCase):
    """A data set of one good case and one bad one, ingested as a user does."""

    def data_set(self):
        """A fresh raw folder with a good case, case_00000."""
        raw = self.fresh("raw")
        scans.write_case(raw, "case_00000", image(), label())
        return raw

    def assert_fails(self, raw, pattern, *, identifier="case_00001", stages=STAGES, dataset=None):
        """The bad case fails with one line that matches, the good one is done; the bad one alone gives exit code 2."""
        pipeline = self.pipeline(stages, dataset=dataset)
        result, out = self.run_ingest(raw, pipeline)
        self.assertEqual(result.code, 1, result.out + result.err)
        self.assertEqual(identifiers(out), ["case_00000"])
        (failed,) = json_of(out / "manifest.json")["failed"]
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
