"""Folds beyond plain k-fold, as a user asks for them: from the pipeline file to manifest.json and splits_final.json."""

import gzip
import json
import shutil

import numpy

from scans import affine, nifti, write_case
from support import TestCase, identifiers, json_of, segprep

CASES = 9
MATRIX = affine("RAS", (1.5, 1.5, 3.0))


def name(number):
    return f"case_{number:05}"


class FoldTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        for number in range(CASES):
            cls.add_case(cls.raw, number, seed=number)

    @staticmethod
    def add_case(raw, number, *, seed):
        """A case whose tumour grows fast with its number, from 1 voxel to 256."""
        image = numpy.random.RandomState(seed).randint(-100, 300, (12, 10, 8)).astype(numpy.int16)
        label = numpy.zeros(image.shape, numpy.uint8)
        label.flat[: 2**number] = 2
        label.flat[-50:] = 1
        write_case(raw, name(number), nifti(image, MATRIX), nifti(label, MATRIX))

    def folds_of(self, prepared):
        """The fold of each case; splits_final.json must say the same as the manifest."""
        cases = json_of(prepared / "manifest.json")["cases"]
        folds = {entry["case_identifier"]: entry["fold"] for entry in cases}
        for fold, split in enumerate(json_of(prepared / "splits_final.json")):
            self.assertEqual(split["val"], [case for case in folds if folds[case] == fold])
            self.assertEqual(split["train"], [case for case in folds if folds[case] != fold])
        return folds

    def beside(self, pipeline, file, text):
        (pipeline.parent / file).write_text(text)
        return pipeline

    def grouped(self, text, **folds):
        keys = {"scheme": "grouped", "count": 3, "groups": "groups.csv", "column": "patient", **folds}
        return self.beside(self.pipeline([], folds=keys), "groups.csv", text)

    def from_file(self, splits):
        return self.beside(
            self.pipeline([], folds={"scheme": "file", "file": "splits.json"}), "splits.json", json.dumps(splits))

    def test_stratified(self):
        folds = self.folds_of(self.ingest(self.raw, self.pipeline([], folds={"scheme": "stratified", "count": 3})))
        for block in range(3):
            self.assertEqual({folds[name(3 * block + place)] for place in range(3)}, {0, 1, 2})

    def test_grouped(self):
        patients = {name(number): "abcd"[number % 4] for number in range(CASES)}
        text = "patient,case\n" + "".join(f"{patient},{case}\n" for case, patient in patients.items())
        prepared = self.ingest(self.raw, self.grouped(text))
        folds = self.folds_of(prepared)
        self.assertEqual(len({(patients[case], fold) for case, fold in folds.items()}), 4)
        self.assertEqual(sorted(list(folds.values()).count(fold) for fold in range(3)), [2, 3, 4])
        for path in ("manifest.json", "plan.json", "splits_final.json", "datalist.json"):
            self.assertNotIn(str(self.folder), (prepared / path).read_text())

    def test_grouped_lacks_a_case(self):
        text = "case,patient\n" + "".join(f"{name(number)},a\n" for number in range(CASES - 1))
        for options in ([], ["--dry-run"]):
            result, out = self.run_ingest(self.raw, self.grouped(text), *options)
            self.assertEqual(result.code, 64, result.err)
            self.assertRegex(result.err, rf"groups\.csv: a labelled case is missing.*{name(CASES - 1)}")
            self.assertFalse(out.exists())

    def test_bad_csv(self):
        result, _ = self.run_ingest(self.raw, self.grouped("case,patient\ncase_00000,a\ncase_00001\n"))
        self.assertEqual(result.code, 64)
        self.assertRegex(result.err, r"groups\.csv:3: the line does not fit the header, found 1 fields, expected 2")

    def test_file(self):
        validation = [[name(number) for number in range(fold, CASES, 2)] for fold in range(2)]
        splits = [{"train": validation[1 - fold], "val": validation[fold] + ["case_0009%d" % fold]} for fold in range(2)]
        prepared = self.ingest(self.raw, self.from_file(splits))
        self.assertEqual(self.folds_of(prepared), {name(number): number % 2 for number in range(CASES)})
        self.assertRegex(" ".join(json_of(prepared / "manifest.json")["warnings"]), "2 cases.*case_00090, case_00091")
        splits[1]["val"].append(name(0))
        splits[1]["train"].remove(name(0))
        self.assertEqual(self.run_ingest(self.raw, self.from_file(splits))[0].code, 64)

    def test_digest_is_of_the_content(self):
        def digest(pipeline):
            return json.loads(segprep("plan", pipeline, "--json").out)["digests"]["folds"]

        text = "case,patient\ncase_00000,a\n"
        self.assertEqual(digest(self.grouped(text)), digest(self.grouped(text)))
        self.assertNotEqual(digest(self.grouped(text)), digest(self.grouped(text + "case_00001,a\n")))

    def test_keep(self):
        raw = self.fresh("raw")
        shutil.copytree(self.raw, raw)
        pipeline = self.pipeline([], folds={"count": 3, "keep": True})
        out = self.ingest(raw, pipeline)
        before = self.folds_of(out)
        self.assertEqual(before, self.folds_of(self.ingest(raw, self.pipeline([], folds={"count": 3}))))
        self.add_case(raw, CASES, seed=CASES)
        self.ingest(raw, pipeline, out=out)
        after = self.folds_of(out)
        self.assertEqual(after, {**before, name(CASES): 0})
        self.assertEqual(identifiers(out), sorted(after))

    def test_same_image_under_two_names(self):
        raw = self.fresh("raw")
        for number, seed in ((0, 1), (1, 2), (2, 1)):
            self.add_case(raw, number, seed=seed)
        result, out = self.run_ingest(raw, self.pipeline([], folds={"count": 3}))
        self.assertEqual(result.code, 0)
        expected = "LEAK: case_00000 and case_00002 have the same image and lie apart"
        self.assertEqual(len(result.lines_naming(expected)), 1, result.out)
        self.assertEqual([text[: len(expected)] for text in json_of(out / "manifest.json")["warnings"]], [expected])
        # Packed anew it is another file, and still the same scan.
        copy = raw / name(2) / "imaging.nii.gz"
        copy.write_bytes(gzip.compress(gzip.decompress(copy.read_bytes()), 9))
        result, out = self.run_ingest(raw, self.pipeline([], folds={"count": 3}))
        self.assertEqual(len(result.lines_naming(expected)), 1, result.out)
