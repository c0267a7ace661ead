"""`segprep predict`: a small network over whole cases, and back onto the raw grid, held against nibabel's geometry."""

import pathlib
import subprocess
import unittest

import nibabel
import numpy
from scipy import ndimage

import scans
from support import PROGRAM, PreparedCase, TestCase, segprep

EXTENTS = (14, 30, 27)
SPACING = (3.0, 0.9, 0.8)
RESAMPLE = {"resample": {"spacing_mm": {"z": 2, "y": 1.2, "x": 1.1}}}
PATCHES = [
    {"set": "random", "sampling": "random", "shape": {"z": 8, "y": 8, "x": 8}, "per_case": 16, "foreground": 0.5},
    {"set": "grid", "sampling": "grid", "shape": {"z": 8, "y": 8, "x": 8}},
]
TRAIN = {
    "loss": "cross_entropy", "network": {"depth": 1, "filters": 8, "norm": "batch"}, "epochs": 6,
    "optimiser": {"adam": {"learning_rate": 0.01}},
}
FORMS = {
    "case_00000": (scans.affine("IPL", SPACING), {}),
    "case_00001": (scans.affine("RAS", SPACING, tilt=(4, -7, 12)), {"sform": 0, "qform": 1}),
    "case_00002": (scans.affine("SLA", SPACING, tilt=(0, 9, 0)), {"sform": 1, "qform": 1}),
    "case_00003": (scans.affine("PSR", SPACING), {"sform": 4}),
    "case_00004": (scans.affine("LPS", SPACING), {}),
}


def case(number):
    """A bright organ with a brighter part, and its label."""
    field = ndimage.gaussian_filter(numpy.random.RandomState(number).standard_normal(EXTENTS), (1.5, 4, 4), mode="wrap")
    label = (field > numpy.percentile(field, 80)).astype(numpy.uint8)
    label[field > numpy.percentile(field, 93)] = 2
    noise = numpy.random.RandomState(100 + number).normal(0, 8, EXTENTS)
    return (100 * label + noise).astype(numpy.int16), label


@unittest.skipUnless(PROGRAM.with_name("segprep-train").is_file(), "built without libtorch")
class PredictTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        for number, (name, (matrix, header)) in enumerate(FORMS.items()):
            image, label = case(number)
            scans.write_case(
                cls.raw, name, scans.nifti(image, matrix, **header), scans.nifti(label, matrix, **header))
        test = cls()
        cls.pipeline_file = test.pipeline(
            [RESAMPLE, {"zscore": {"over": "volume"}}], folds={"count": 2}, patches=PATCHES, train=TRAIN)
        cls.prepared = test.ingest(cls.raw, cls.pipeline_file)
        shards, cls.run_folder = cls.folder / "shards", cls.folder / "run"
        for arguments in [
            ["shard", cls.prepared, "--pipeline", cls.pipeline_file, "--out", shards, "--quiet"],
            ["train", shards, "--pipeline", cls.pipeline_file, "--fold", "0", "--out", cls.run_folder, "--quiet",
             "--device", "cpu", "--threads", "1"],
        ]:
            result = segprep(*arguments)
            if result.code != 0:
                raise RuntimeError(f"{arguments[0]} ended with {result.code}: {result.err}")

    def predict(self, cases, *options, code=0, model=None):
        out = self.fresh("predicted")
        arguments = ["--device", "cpu", "--threads", "1", *options]
        result = segprep("predict", model or self.run_folder, cases, "--out", out, *arguments)
        self.assertEqual(result.code, code, result.out + result.err)
        return out, result

    def test_lies_on_the_raw_grid(self):
        """Shape, affine, codes and orientation of each raw image; its voxels are the nearest prepared ones' classes."""
        out, _ = self.predict(self.raw, "--pipeline", self.pipeline_file)
        grid, _ = self.predict(self.prepared, "--grid", "prepared")
        self.assertEqual(sorted(path.name for path in out.iterdir()), [f"{name}.nii.gz" for name in FORMS])
        for name in FORMS:
            raw = nibabel.load(self.raw / name / "imaging.nii.gz")
            found = nibabel.load(out / f"{name}.nii.gz")
            self.assertEqual(found.shape, raw.shape)
            numpy.testing.assert_allclose(found.affine, raw.affine, atol=1e-4)
            for field in ("sform_code", "qform_code"):
                self.assertEqual(found.header[field], raw.header[field], name)
            self.assertEqual(found.get_data_dtype(), numpy.uint8)
            prepared = nibabel.load(grid / f"{name}.nii.gz")
            numpy.testing.assert_allclose(
                prepared.affine, PreparedCase.read(self.prepared / "cases" / f"{name}.h5").attributes["affine"],
                atol=1e-5)
            classes = numpy.asarray(prepared.dataobj)
            self.assertEqual(set(numpy.unique(classes)), {0, 1, 2})
            index = numpy.indices(raw.shape).reshape(3, -1)
            index = numpy.linalg.inv(prepared.affine) @ raw.affine @ numpy.vstack([index, numpy.ones(index.shape[1])])
            upper = numpy.array(classes.shape)[:, None] - 1
            # Half-way between two voxels either will do, as rounding has it.
            near = [numpy.clip(numpy.rint(index[:3] + nudge), 0, upper).astype(int) for nudge in (-1e-3, 1e-3)]
            voxels = numpy.asarray(found.dataobj).reshape(-1)
            fits = numpy.zeros(len(voxels), bool)
            for corner in numpy.ndindex(2, 2, 2):
                fits |= classes[tuple(near[bit][axis] for axis, bit in enumerate(corner))] == voxels
            self.assertTrue(fits.all(), name)

    def test_raw_and_prepared_cases_give_the_same(self):
        """The way through the stages, and the raw grid worked out from a prepared case alone."""
        raw, _ = self.predict(self.raw, "--pipeline", self.pipeline_file)
        prepared, _ = self.predict(self.prepared)
        one, _ = self.predict(self.raw / "case_00001" / "imaging.nii.gz", "--pipeline", self.pipeline_file)
        self.assertEqual([path.name for path in one.iterdir()], ["imaging.nii.gz"])
        for name in FORMS:
            files = [nibabel.load(folder / f"{name}.nii.gz") for folder in (raw, prepared)]
            if name == "case_00001":
                files.append(nibabel.load(one / "imaging.nii.gz"))
            for file in files[1:]:
                numpy.testing.assert_array_equal(numpy.asarray(file.dataobj), numpy.asarray(files[0].dataobj))
                numpy.testing.assert_allclose(file.affine, files[0].affine, atol=1e-4)
                self.assertEqual(file.header["sform_code"], files[0].header["sform_code"])
                self.assertEqual(file.header["qform_code"], files[0].header["qform_code"])

    def test_is_learned_and_can_be_evaluated(self):
        out, _ = self.predict(self.prepared, "--fold", "0")
        scores = self.fresh("scores.csv")
        result = segprep("evaluate", out, self.raw, "--pipeline", self.pipeline_file, "--out", scores,
                         "--cases", ",".join(path.name[:-7] for path in out.iterdir()))
        self.assertEqual(result.code, 0, result.err)
        dice = [float(line.split(",")[2]) for line in scores.read_text().splitlines()[1:]]
        self.assertGreater(min(dice), 0.5)
        grid, _ = self.predict(self.prepared, "--fold", "0", "--grid", "prepared")
        result = segprep("evaluate", grid, self.prepared, "--fold", "0", "--quiet")
        self.assertEqual((result.code, result.err), (0, ""))

    def test_segmentations_side_by_side(self):
        runs = []
        for name in ("gaussian", "uniform"):
            runs.append(self.fresh(name))
            for arguments in [["predict", self.run_folder, self.prepared, "--grid", "prepared", "--weights", name,
                               "--threads", "1", "--out", runs[-1]],
                              ["evaluate", runs[-1], self.prepared, "--out", runs[-1]]]:
                result = segprep(*arguments, "--quiet")
                self.assertEqual(result.code, 0, result.err)
        figure = self.fresh("figure.png")
        result = segprep("compare", *runs, "--figure", figure, "--prepared", self.prepared)
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn("gaussian - uniform", result.out)
        png = figure.read_bytes()
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        width = int.from_bytes(png[16:20], "big")
        self.assertGreater(width, 3 * 96)
        result = segprep("compare", *runs, "--figure", figure, "--prepared", self.prepared, "--cases", "case_9")
        self.assertEqual(result.code, 64, result.err)
        result = segprep("compare", *runs, "--figure", figure)
        self.assertEqual(result.code, 64, result.err)

    def test_batches_and_threads_change_nothing_that_matters(self):
        """Sums in another order: a voxel between two classes may go either way, and no more."""
        plain, again, batched, threaded, uniform = [
            numpy.asarray(nibabel.load(self.predict(self.prepared, "--cases", "case_00002", *options)[0]
                                       / "case_00002.nii.gz").dataobj)
            for options in ([], [], ["--batch", "3"], ["--threads", "2"], ["--weights", "uniform"])]
        numpy.testing.assert_array_equal(plain, again)
        self.assertLess((plain != batched).mean(), 1e-3)
        self.assertLess((plain != threaded).mean(), 1e-3)
        self.assertLess((plain != uniform).mean(), 0.2)

    def test_crops_leave_background(self):
        """A crop to what is not 0 cuts off; what was cut off is background."""
        raw = self.fresh("raw")
        image, label = case(7)
        image[label == 0] = 0
        image[:5], label[:5] = 0, 0
        scans.write_case(raw, "case_00000", scans.nifti(image, FORMS["case_00000"][0]))
        pipeline = self.pipeline(
            [{"crop": {"to": "nonzero"}}, RESAMPLE, {"zscore": {"over": "volume"}},
             {"pad": {"shape": {"z": 30, "y": 30, "x": 30}}}],
            folds={"count": 2}, patches=PATCHES, train=TRAIN)
        out, result = self.predict(raw, "--pipeline", pipeline)
        self.assertRegex(result.err, "^segprep: note: pipeline.yaml is not the pipeline that the model was trained with")
        found = numpy.asarray(nibabel.load(out / "case_00000.nii.gz").dataobj)
        self.assertEqual(found.shape, EXTENTS)
        self.assertFalse(found[:5].any())
        self.assertTrue(found[5:].any())

    def test_refusals(self):
        needs = self.pipeline([{"crop": {"to": "foreground"}}], patches=PATCHES, train=TRAIN)
        measured = self.pipeline([{"zscore": {"over": "dataset"}}], patches=PATCHES, train=TRAIN)
        other = self.pipeline(
            [RESAMPLE], dataset={"labels": {"background": 0, "liver": 1}, "label_map": {"0": 0, "rest": 1}},
            patches=PATCHES, train=TRAIN)
        broken = self.fresh("broken.safetensors")
        broken.write_bytes((self.run_folder / "best.safetensors").read_bytes()[:2000])
        for cases, options, code, message in [
            (self.raw, [], 64, "nothing says how they are prepared"),
            (self.raw, ["--pipeline", needs], 64, "found stage 1, crop, which needs a label"),
            (self.raw, ["--pipeline", measured], 64, "found stage 1, zscore, which is measured on the data set"),
            (self.raw, ["--pipeline", other], 64, "of other classes than the model, found background, liver"),
            (self.prepared, ["--fold", "7"], 64, "no such fold"),
            (self.prepared, ["--cases", "case_9"], 64, "no such case"),
            (self.folder / "none", ["--pipeline", self.pipeline_file], 2, "no cases can be read there"),
            (self.prepared, ["--batch", "0"], 64, "--batch"),
        ]:
            _, result = self.predict(cases, *options, code=code)
            self.assertIn(message, result.err)
            self.assertEqual(result.out, "")
        for model, message in [
            (self.folder / "none", "none: cannot open"), (broken, "broken.safetensors: not a checkpoint"),
            (self.raw, "no model there"),
        ]:
            _, result = self.predict(self.prepared, code=2, model=model)
            self.assertIn(message, result.err)

    def test_files_are_not_replaced_unasked(self):
        out, _ = self.predict(self.prepared, "--cases", "case_00003")
        arguments = ["predict", self.run_folder, self.prepared, "--out", out, "--cases", "case_00003", "--quiet"]
        result = segprep(*arguments)
        self.assertEqual(result.code, 73)
        self.assertIn("is there already", result.err)
        result = segprep(*arguments, "--overwrite")
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))

    def test_one_damaged_case_does_not_stop_the_others(self):
        raw = self.fresh("raw")
        scans.write_case(raw, "case_00000", b"\x1f\x8b")
        image, _ = case(3)
        scans.write_case(raw, "case_00001", scans.nifti(image, FORMS["case_00003"][0]))
        out, result = self.predict(raw, "--pipeline", self.pipeline_file, code=1)
        self.assertEqual([path.name for path in out.iterdir()], ["case_00001.nii.gz"])
        self.assertRegex(result.err, "^segprep: case_00000: .*imaging.nii.gz: ")


class WithoutTorchTests(TestCase):

    def test_says_how_to_get_it(self):
        """segprep by itself knows the command, and where the program with libtorch should be."""
        alone = pathlib.Path(self.fresh("segprep"))
        alone.write_bytes(PROGRAM.read_bytes())
        alone.chmod(0o755)
        done = subprocess.run([alone, "predict", "a", "b", "--out", "c"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, "^segprep: predict: the program with libtorch cannot be started, .*libtorch-dev")
