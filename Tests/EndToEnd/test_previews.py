"""Previews: small pictures and histograms of every stage, the right way up."""

import struct
import unittest
import zlib

import nibabel
import numpy

import scans
from support import TestCase, json_of

STAGES = [{"resample": {"spacing_mm": {"z": 2, "y": 1, "x": 1}}}, {"clip_hu": {"lower": 0, "upper": 600}}, "zscore"]
NAMES = ["0-raw.png", "1-resample.png", "2-clip_hu.png", "3-zscore.png", "histograms.json"]


def pixels(path):
    """The RGB pixels of a PNG file of 8 bits; Debian's python3-numpy knows no pictures."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, data = 8, b""
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place:place + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", content[place + 8:place + 18])
            assert (depth, colour) == (8, 2)
        if kind == b"IDAT":
            data += content[place + 8:place + 8 + length]
        place += 12 + length
    rows = numpy.frombuffer(zlib.decompress(data), numpy.uint8).reshape(height, 1 + 3 * width)
    image = numpy.zeros((height, 3 * width), numpy.uint8)
    for y in range(height):
        kind, row = rows[y, 0], rows[y, 1:].astype(int)
        above = image[y - 1].astype(int) if y else numpy.zeros(3 * width, int)
        for x in range(3 * width):
            left = int(image[y, x - 3]) if x >= 3 else 0
            corner = int(above[x - 3]) if x >= 3 else 0
            guess = left + int(above[x]) - corner
            paeth = min((left, int(above[x]), corner), key=lambda value: abs(guess - value))
            image[y, x] = (row[x] + [0, left, above[x], (left + above[x]) // 2, paeth][kind]) & 255
    return image.reshape(height, width, 3)


class PreviewTests(TestCase):

    def setUp(self):
        self.raw = self.fresh("raw")
        for number, codes in enumerate(["RAS", "LPS", "IPL"]):
            # A bright block at the patient's left, front and top, in an array of any orientation.
            canonical = numpy.zeros((60, 60, 60), numpy.int16)
            canonical[5:25, 35:55, 20:56] = 500
            label = (canonical > 0).astype(numpy.uint8)
            matrix = scans.affine("RAS", (1, 1, 1))
            transform = nibabel.orientations.ornt_transform(
                nibabel.orientations.axcodes2ornt("RAS"), nibabel.orientations.axcodes2ornt(codes))
            turned = [
                nibabel.Nifti1Image(array, matrix).as_reoriented(transform) for array in (canonical, label)
            ]
            scans.write_case(
                self.raw / "data", f"case_{number:05}",
                *[scans.nifti(numpy.asarray(image.dataobj), image.affine) for image in turned])

    def test_every_stage_is_shown_the_right_way_up(self):
        out = self.ingest(self.raw, self.pipeline(STAGES))
        first = None
        for number in range(3):
            folder = out / "previews" / f"case_{number:05}"
            self.assertEqual(sorted(path.name for path in folder.iterdir()), NAMES)
            # The caption differs from case to case.
            image = pixels(folder / "0-raw.png")[15:]
            first = image if first is None else first
            numpy.testing.assert_array_equal(image, first)
        # The coronal and the sagittal slice through the middle miss the block. The axial one shows it: front at the top,
        # and, as a radiologist looks, the patient's left (low x) on the right.
        axial = first[:, 6:134].max(axis=2)
        bright = numpy.argwhere(axial > 100)
        centre = bright.mean(axis=0)
        self.assertGreater(centre[1], 64)
        self.assertLess(centre[0], 64 + 6)

    def test_histograms_are_of_the_stage(self):
        out = self.ingest(self.raw, self.pipeline(STAGES))
        found = json_of(out / "previews" / "case_00000" / "histograms.json")
        self.assertEqual([entry["stage"] for entry in found], ["raw", "resample", "clip_hu", "zscore"])
        for entry, (lower, upper) in zip(found, [(0, 500), (None, None), (0, None), (None, None)]):
            histogram = entry["channels"][0]
            self.assertEqual(len(histogram["counts"]), 64)
            self.assertGreater(sum(histogram["counts"]), 0)
            if lower is not None:
                self.assertEqual(histogram["lower"], lower)
            if upper is not None:
                self.assertEqual(histogram["upper"], upper)

    def test_jobs_change_no_byte_and_dropped_cases_leave_nothing(self):
        one = self.ingest(self.raw, self.pipeline(STAGES), "--jobs", 1)
        three = self.ingest(self.raw, self.pipeline(STAGES), "--jobs", 3)
        for name in NAMES:
            path = f"previews/case_00002/{name}"
            self.assertEqual((one / path).read_bytes(), (three / path).read_bytes())
        image = self.raw / "data" / "case_00001" / "imaging.nii.gz"
        image.write_bytes(image.read_bytes()[:-100])
        self.ingest(self.raw, self.pipeline(STAGES), out=one, code=1)
        self.assertEqual(sorted(path.name for path in (one / "previews").iterdir()), ["case_00000", "case_00002"])


if __name__ == "__main__":
    unittest.main()
