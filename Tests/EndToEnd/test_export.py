"""`segprep export`: prepared cases as NIfTI, over the raw volumes, whatever the raw affine looks like."""

import nibabel
import numpy

import scans
from bad_cases import EXTENTS, MATRIX, STAGES, SetOfCases, image, label
from shards import ShardCase
from support import PreparedCase, identifiers, json_of, segprep


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


class NnUNetExportTests(ShardCase):
    """A raw data set of nnU-Net: read with nibabel, and by our own layout."""

    def setUp(self):
        raw = self.make_raw(self.fresh("raw"), unlabelled=[5])
        excluded = {"exclude": [{"cases": [1], "reason": "test"}]}
        self.prepared = self.ingest(raw, self.pipeline(STAGES, dataset=excluded, folds={"count": 2}))

    def export(self, *options, out=None, code=0):
        out = out or self.fresh("nnUNet_raw")
        result = segprep("export", self.prepared, "--out", out, "--format", "nnunet", *options)
        self.assertEqual(result.code, code, result.out + result.err)
        return out, result

    def test_every_file_is_where_nnunet_looks(self):
        out, result = self.export("--dataset-id", 64, "--name", "Kidneys")
        root = out / "Dataset064_Kidneys"
        files = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
        labelled = ["case_00000", "case_00002", "case_00003", "case_00004"]
        self.assertEqual(
            files,
            ["dataset.json", *(f"imagesTr/{case}_0000.nii.gz" for case in labelled), "imagesTs/case_00005_0000.nii.gz",
             *(f"labelsTr/{case}.nii.gz" for case in labelled), "splits_final.json"])
        self.assertEqual(
            json_of(root / "dataset.json"),
            {"channel_names": {"0": "ct"}, "labels": {"background": 0, "kidney": 1, "tumour": 2}, "numTraining": 4,
             "file_ending": ".nii.gz"})
        self.assertEqual(json_of(root / "splits_final.json"), json_of(self.prepared / "splits_final.json"))
        self.assertIn(f"{root} goes into $nnUNet_raw; ", result.out)
        self.assertIn("copy its splits_final.json to $nnUNet_preprocessed/Dataset064_Kidneys", result.out)
        for name in [*labelled, "case_00005"]:
            case = PreparedCase.read(self.prepared / "cases" / f"{name}.h5")
            image = nibabel.load(root / ("imagesTr" if name in labelled else "imagesTs") / f"{name}_0000.nii.gz")
            self.assertEqual(image.get_data_dtype(), numpy.float32)
            numpy.testing.assert_array_equal(numpy.asanyarray(image.dataobj).T, case.image[0])
            numpy.testing.assert_allclose(image.affine, case.attributes["affine"], rtol=1e-6, atol=1e-5)
            if name in labelled:
                label = nibabel.load(root / "labelsTr" / f"{name}.nii.gz")
                numpy.testing.assert_array_equal(numpy.asanyarray(label.dataobj).T, case.label)
                numpy.testing.assert_array_equal(label.affine, image.affine)

    def test_our_own_layout_reads_it_back(self):
        out, _ = self.export("--dataset-id", 1)
        pipeline = self.pipeline([], dataset={"layout": "nnunet"}, folds={"count": 2})
        again = self.ingest(out / "Dataset001_test", pipeline)
        self.assertEqual(identifiers(again), identifiers(self.prepared))
        for name in identifiers(again):
            found, expected = (PreparedCase.read(folder / "cases" / f"{name}.h5") for folder in (again, self.prepared))
            numpy.testing.assert_array_equal(found.image, expected.image)
            numpy.testing.assert_allclose(found.attributes["affine"], expected.attributes["affine"], atol=1e-5)
            if expected.label is None:
                self.assertIsNone(found.label)
            else:
                numpy.testing.assert_array_equal(found.label, expected.label)

    def test_a_part_of_the_cases(self):
        out, _ = self.export("--dataset-id", 7, "--cases", "case_00000,case_00003")
        root = out / "Dataset007_test"
        self.assertEqual(json_of(root / "dataset.json")["numTraining"], 2)
        self.assertFalse((root / "imagesTs").exists())
        named = {name for split in json_of(root / "splits_final.json") for part in split.values() for name in part}
        self.assertEqual(named, {"case_00000", "case_00003"})

    def test_what_is_refused(self):
        out, _ = self.export("--dataset-id", 5, "--quiet")
        _, result = self.export("--dataset-id", 5, out=out, code=73)
        self.assertRegex(
            result.err, "Dataset005_test: holds files already, found dataset.json, expected nothing; choose another --out")
        self.export("--dataset-id", 5, "--overwrite", out=out)
        for options, pattern in [
            ([], "--format nnunet needs --dataset-id, found none, expected 1 to 999"),
            (["--dataset-id", 1000], "--dataset-id: cannot be a part of .* found 1000, expected 1 to 999"),
            (["--dataset-id", 3, "--name", "a/b"], "--name: cannot be a part of .* found a/b, expected letters, digits"),
            (["--dataset-id", 3, "--format", "viewer"], "--dataset-id and --name are nnU-Net's"),
        ]:
            out, result = self.export(*options, code=64)
            self.assertRegex(result.err, pattern)
            self.assertFalse(out.exists())
