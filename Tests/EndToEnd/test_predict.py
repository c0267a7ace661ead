"""`segprep predict`: a small network over whole cases, and back onto the raw grid, held against nibabel's geometry."""

import fcntl
import json
import pathlib
import shutil
import signal
import struct
import subprocess
import time
import unittest

import nibabel
import numpy
from scipy import ndimage

import scans
from support import PROGRAM, PreparedCase, TestCase, json_of, segprep

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


def update(target, change):
    """Puts what was changed into nested dictionaries."""
    for key, value in change.items():
        if isinstance(value, dict):
            update(target[key], value)
        else:
            target[key] = value


def names(folder):
    """The predictions in a folder, without what is kept beside them."""
    return sorted(path.name for path in folder.iterdir() if path.name not in (".lock", "predicted.json"))


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

    @staticmethod
    def head(run):
        """What a checkpoint says beside its tensors."""
        data = (run / "best.safetensors").read_bytes()
        length, = struct.unpack("<Q", data[:8])
        return json.loads(json.loads(data[8:8 + length])["__metadata__"]["segprep"])

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
        self.assertEqual(names(out), [f"{name}.nii.gz" for name in FORMS])
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
        self.assertEqual(names(one), ["imaging.nii.gz"])
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
                         "--cases", ",".join(name[:-7] for name in names(out)))
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
        others = self.pipeline([{"resample": {"spacing_mm": {"z": 3, "y": 2, "x": 2}}}], folds={"count": 2})
        broken = self.fresh("broken.safetensors")
        broken.write_bytes((self.run_folder / "best.safetensors").read_bytes()[:2000])
        for cases, options, code, message in [
            (self.raw, [], 64, "nothing says how they are prepared"),
            (self.raw, ["--pipeline", needs], 64, "found stage 1, crop, which needs a label"),
            (self.raw, ["--pipeline", measured], 64, "found stage 1, zscore, which is measured on the data set"),
            (self.raw, ["--pipeline", other], 64, "of other classes than the model, found background, liver"),
            (self.prepared, ["--fold", "7"], 64, "no such fold"),
            (self.prepared, ["--cases", "case_9"], 64, "no such case"),
            (self.folder / "none", ["--pipeline", self.pipeline_file], 2, "none: no cases can be read there, found"),
            (self.folder / "none", [], 2, "none: no cases can be read there, found nothing"),
            (self.folder / "none.h5", [], 2, "none.h5: no cases can be read there, found nothing"),
            (self.ingest(self.raw, others), [], 64, "prepared by another pipeline than the model's cases, found ingest"),
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

    def test_a_prepared_file_is_held_as_its_folder_is(self):
        """One case file is found in the manifest above it; a copy elsewhere says too little."""
        file = self.prepared / "cases" / "case_00003.h5"
        out, _ = self.predict(file)
        whole, _ = self.predict(self.prepared, "--cases", "case_00003")
        self.assertEqual(names(out), ["case_00003.nii.gz"])
        self.assertEqual((out / names(out)[0]).read_bytes(), (whole / names(out)[0]).read_bytes())
        _, result = self.predict(file, "--cases", "case_00001", code=64)
        self.assertIn("no such case", result.err)
        copy = self.fresh("case_00003.h5")
        shutil.copy(file, copy)
        _, result = self.predict(copy, code=64)
        self.assertIn("case_00003.h5: a prepared case by itself, found no manifest above it", result.err)
        other = self.ingest(self.raw, self.pipeline([{"clip_hu": {"lower": 0, "upper": 9}}]))
        _, result = self.predict(other / "cases" / "case_00003.h5", code=64)
        self.assertIn("prepared by another pipeline than the model's cases", result.err)

    def trained(self, stage):
        """A model of cases that a stage over the data set normalises: its pipeline, the cases, the run."""
        pipeline = self.pipeline(
            [RESAMPLE, stage], folds={"count": 2}, patches=PATCHES, train={**TRAIN, "epochs": 2})
        prepared, shards, run = self.ingest(self.raw, pipeline), self.fresh("shards"), self.fresh("run")
        for arguments in [["shard", prepared, "--pipeline", pipeline, "--out", shards],
                          ["train", shards, "--pipeline", pipeline, "--fold", "0", "--out", run, "--threads", "1"]]:
            self.assertEqual(segprep(*arguments, "--quiet").code, 0)
        return pipeline, prepared, run

    def other_raw(self):
        """The data set with a bright case more."""
        raw = self.fresh("raw")
        shutil.copytree(self.raw, raw)
        (image, label), matrix = case(9), FORMS["case_00000"][0]
        scans.write_case(raw, "case_00009", scans.nifti(3 * image + 50, matrix), scans.nifti(label, matrix))
        return raw

    def test_numbers_over_the_data_set_are_the_models(self):
        """A new case is normalised as those were that the model knows, whatever lies beside it."""
        for is_safe in [False, True]:
            with self.subTest(fold_safe=is_safe):
                pipeline, prepared, run = self.trained({"zscore": {"over": "dataset", "fold_safe": is_safe}})
                head = self.head(run)
                manifest = json_of(prepared / "manifest.json")
                if is_safe:
                    self.assertEqual(head["trained"]["deferred_map"], manifest["deferred_maps"]["folds"][0])
                    self.assertNotEqual(head["trained"]["deferred_map"], manifest["deferred_maps"]["all"])
                    self.assertNotIn("dataset_numbers", manifest)
                else:
                    self.assertEqual(head["trained"]["dataset_numbers"], manifest["dataset_numbers"])
                    stage, = manifest["dataset_numbers"]["stages"]
                    stored = json.loads(
                        PreparedCase.read(prepared / "cases" / "case_00002.h5").attributes["decisions"])[1]
                    self.assertEqual((stage["mean"], stage["std"]), (stored["mean"], stored["std"]))
                name = "case_00002.nii.gz"
                expected, _ = self.predict(prepared, "--cases", "case_00002", model=run)
                self.assertTrue(numpy.asarray(nibabel.load(expected / name).dataobj).any())
                raw = self.other_raw()
                alone, _ = self.predict(raw, "--pipeline", pipeline, "--cases", "case_00002", model=run)
                file, _ = self.predict(prepared / "cases" / "case_00002.h5", model=run)
                for found in [alone, file]:
                    self.assertEqual((found / name).read_bytes(), (expected / name).read_bytes())
                other = self.ingest(raw, pipeline)
                if is_safe:
                    found, _ = self.predict(other, "--cases", "case_00002", model=run)
                    self.assertEqual((found / name).read_bytes(), (expected / name).read_bytes())
                else:
                    _, result = self.predict(other, "--cases", "case_00002", model=run, code=64)
                    self.assertIn("prepared by numbers over another data set than the model's", result.err)

    def test_each_case_states_its_own_numbers(self):
        """A case that was added by itself has other numbers over the data set than those beside it."""
        pipeline, prepared, run = self.trained({"zscore": {"over": "dataset"}})
        mixed = self.fresh("mixed")
        shutil.copytree(prepared, mixed)
        result = segprep(
            "ingest", self.other_raw(), "--pipeline", pipeline, "--out", mixed, "--cases", "case_00009", "--quiet")
        self.assertEqual(result.code, 0, result.err)
        for out in [self.predict(folder, "--cases", "case_00002", model=run)[0] for folder in [prepared, mixed]]:
            self.assertEqual(names(out), ["case_00002.nii.gz"])
        _, result = self.predict(mixed, "--cases", "case_00009", model=run, code=64)
        self.assertIn("case_00009.h5: prepared by numbers over another data set than the model's", result.err)
        result = segprep("shard", mixed, "--pipeline", pipeline, "--out", self.fresh("shards"), "--quiet")
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("5 cases (case_00000, case_00001, case_00002, case_00003, case_00004) of 6: scaled by other", result.out)

    def test_cases_that_it_was_trained_on_are_counted(self):
        _, result = self.predict(self.prepared, "--fold", "0")
        self.assertEqual(result.err, "")
        folds = [case["fold"] for case in json_of(self.prepared / "manifest.json")["cases"]]
        for options, of, advice in [
            ([], 5, "--fold 0 leaves them out"), (["--fold", "1"], folds.count(1), "--fold 0 leaves them out"),
        ]:
            _, result = self.predict(self.prepared, *options)
            self.assertRegex(
                result.err,
                f"^segprep: note: {folds.count(1)} of {of} cases are among those that the model was trained on: .*{advice}")
            self.assertEqual(len(result.err.splitlines()), 1, result.err)

    def test_raw_cases_that_it_was_trained_on_are_counted_by_name(self):
        folds = {case["case_identifier"]: case["fold"] for case in json_of(self.prepared / "manifest.json")["cases"]}
        _, result = self.predict(self.raw, "--pipeline", self.pipeline_file)
        count = list(folds.values()).count(1)
        self.assertRegex(
            result.err, f"^segprep: note: {count} of 5 cases are among those that the model was trained on .{count} by name")
        self.assertIn("choose others with --cases", result.err)
        new = ",".join(name for name, fold in folds.items() if fold == 0)
        _, result = self.predict(self.raw, "--pipeline", self.pipeline_file, "--cases", new)
        self.assertEqual(result.err, "")

    def test_cases_that_it_was_trained_on_are_counted_whatever_their_folds_are_now(self):
        trained = {case["case_identifier"] for case in json_of(self.prepared / "manifest.json")["cases"]
                   if case["fold"] == 1}
        pipeline = self.pipeline(
            [RESAMPLE, {"zscore": {"over": "volume"}}], folds={"count": 2, "seed": 5}, patches=PATCHES, train=TRAIN)
        other = self.ingest(self.raw, pipeline)
        now = {case["case_identifier"] for case in json_of(other / "manifest.json")["cases"] if case["fold"] == 0}
        self.assertTrue(trained & now, "another seed is needed")
        _, result = self.predict(other, "--fold", "0")
        self.assertIn(f"note: {len(trained & now)} of {len(now)} cases are among those", result.err)
        self.assertIn("choose others with --cases", result.err)

    def test_a_case_of_another_fold_is_not_dropped_silently(self):
        name = next(case["case_identifier"] for case in json_of(self.prepared / "manifest.json")["cases"]
                    if case["fold"] == 1)
        _, result = self.predict(self.prepared, "--fold", "0", "--cases", name, code=64)
        self.assertIn("no such case", result.err)

    def test_voxels_beside_a_header_are_looked_at_too(self):
        raw = self.fresh("raw")
        (raw / "images").mkdir(parents=True)
        (image, _), (matrix, _) = case(3), FORMS["case_00003"]
        pipeline = self.pipeline(
            [RESAMPLE, {"zscore": {"over": "volume"}}], folds={"count": 2}, patches=PATCHES, train=TRAIN,
            dataset={"layout": "pairs", "images": ["images/{case}.hdr"]})
        nibabel.save(nibabel.Nifti1Pair(image, matrix), raw / "images" / "a.img")
        out, _ = self.predict(raw, "--pipeline", pipeline)
        again = ["predict", self.run_folder, raw, "--pipeline", pipeline, "--out", out, "--threads", "1"]
        self.assertEqual(segprep(*again, "--quiet").code, 0)
        voxels = raw / "images" / "a.img"
        voxels.write_bytes(bytes(len(voxels.read_bytes())))
        self.assertEqual(segprep(*again, "--quiet").code, 73)

    def test_a_transform_of_the_label_alone_is_written(self):
        """The settled case: an image that says nothing of where it lies, and a label that does."""
        raw = self.fresh("raw")
        (image, label), (matrix, _) = case(3), FORMS["case_00003"]
        for name in ["case_00000", "case_00001"]:
            scans.write_case(raw, name, scans.nifti(image, matrix, sform=0), scans.nifti(label, matrix))
        prepared = self.ingest(raw, self.pipeline_file)
        out, _ = self.predict(prepared, "--cases", "case_00000")
        found = nibabel.load(out / "case_00000.nii.gz")
        numpy.testing.assert_allclose(found.affine, matrix, atol=1e-4)
        self.assertEqual(found.header["sform_code"], 1)

    def test_files_are_not_replaced_unasked(self):
        """What the same model and settings made is kept, what anything else made is refused."""
        out, _ = self.predict(self.prepared, "--cases", "case_00003")
        file = out / "case_00003.nii.gz"
        made = file.stat().st_mtime_ns
        arguments = ["predict", self.run_folder, self.prepared, "--out", out, "--cases", "case_00003", "--threads", "1"]
        result = segprep(*arguments)
        self.assertEqual((result.code, result.out, file.stat().st_mtime_ns), (0, "", made))
        self.assertIn("1 of 1 cases are there already", result.err)
        for options in (["--weights", "uniform"], ["--grid", "prepared"]):
            result = segprep(*arguments, *options)
            self.assertEqual(result.code, 73, result.err)
            self.assertIn("case_00003.nii.gz: is there already, found a file that another model", result.err)
        result = segprep("predict", self.run_folder / "last.safetensors", *arguments[2:])
        self.assertEqual(result.code, 73, result.err)
        self.assertEqual(file.stat().st_mtime_ns, made)
        result = segprep(*arguments, "--quiet", "--overwrite")
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))
        self.assertGreater(file.stat().st_mtime_ns, made)
        (out / "predicted.json").write_text("{")
        result = segprep(*arguments)
        self.assertEqual(result.code, 73, result.err)

    def test_stopped_and_continued(self):
        """Ctrl-C ends with 130; the same command keeps what is finished, and ends as if it had not been stopped.

        One patch at a time is slow enough to be stopped in.
        """
        whole, _ = self.predict(self.prepared, "--batch", "1")
        out = self.fresh("predicted")
        arguments = ["predict", self.run_folder, self.prepared, "--out", out, "--threads", "1", "--device", "cpu",
                     "--batch", "1"]
        run = subprocess.Popen(
            [PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        while run.poll() is None and not (out / "predicted.json").exists():
            time.sleep(0.001)
        run.send_signal(signal.SIGINT)
        _, message = run.communicate()
        self.assertEqual(run.returncode, 130, message)
        self.assertIn("segprep: interrupted; run the same command again to go on", message)
        self.assertLess(len(names(out)), 5)
        (out / ".case_00004.nii.gz.1.tmp").write_bytes(b"half")
        finished = {path.name: path.stat().st_mtime_ns for path in out.glob("*.nii.gz")}
        result = segprep(*arguments)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(names(out), names(whole))
        for name in names(out):
            self.assertEqual((out / name).read_bytes(), (whole / name).read_bytes())
        self.assertEqual({name: (out / name).stat().st_mtime_ns for name in finished}, finished)

    def test_a_folder_is_held(self):
        out = self.fresh("predicted")
        out.mkdir()
        with open(out / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            result = segprep("predict", self.run_folder, self.prepared, "--out", out)
        self.assertEqual(result.code, 73)
        self.assertIn("another run is writing there", result.err)

    def test_raw_case_needs_no_sound_label(self):
        raw = self.fresh("raw")
        shutil.copytree(self.raw, raw)
        label = raw / "case_00001" / "segmentation.nii.gz"
        label.unlink()
        label.symlink_to("nowhere.nii.gz")
        out, _ = self.predict(raw, "--pipeline", self.pipeline_file)
        self.assertEqual(names(out), [f"{name}.nii.gz" for name in FORMS])

    def test_raw_data_are_never_written_to(self):
        raw = self.fresh("raw")
        shutil.copytree(self.raw, raw)
        image = raw / "case_00001" / "imaging.nii.gz"
        before = {path: path.read_bytes() for path in raw.rglob("*.nii.gz")}
        base = ["predict", self.run_folder, "--pipeline", self.pipeline_file, "--overwrite", "--quiet"]
        result = segprep(*base, image, "--out", image.parent)
        self.assertEqual(result.code, 64, result.err)
        self.assertIn("imaging.nii.gz: is the image itself", result.err)
        for out in (raw, raw / "predicted"):
            result = segprep(*base, raw, "--out", out)
            self.assertEqual(result.code, 64, result.err)
            self.assertIn(f"lies in the raw folder {raw}", result.err)
        self.assertEqual({path: path.read_bytes() for path in raw.rglob("*") if path.is_file()}, before)

    def test_altered_checkpoints(self):
        """A head by hand is refused in one line, not by a trap."""
        data = (self.run_folder / "best.safetensors").read_bytes()
        length, = struct.unpack("<Q", data[:8])
        for change, code, message in [
            ({"ingest_digest": None}, 0, "does not say which cases it was trained on"),
            ({"trained": None}, 0, "does not say which cases it was trained on"),
            ({"trained": {"deferred_map": []}}, 2, "found 0 maps of fold_safe stages, expected one for each"),
            ({"patch": []}, 2, "found the patch []"), ({"patch": [0, 8, 8]}, 2, "found the patch [0, 8, 8]"),
            ({"patch": [8, 8, 7]}, 2, "expected multiples of 2"),
            ({"classes": ["background"]}, 2, "found the names of 1 classes"),
            ({"network": {"recipe": {"depth": -1}}}, 2, "found a network of depth -1"),
            ({"network": {"recipe": {"filters": 1 << 40}}}, 2, "found a network of filters"),
            ({"network": {"classes": 300}}, 2, "found a network of classes 300"),
            ({"format_version": 2}, 2, "a checkpoint of another version, found 2, expected 1"),
        ]:
            header = json.loads(data[8:8 + length])
            head = json.loads(header["__metadata__"]["segprep"])
            update(head, change)
            header["__metadata__"]["segprep"] = json.dumps(head)
            text = json.dumps(header).encode()
            model = self.fresh("altered.safetensors")
            model.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length:])
            _, result = self.predict(self.prepared, "--fold", "0", code=code, model=model)
            self.assertIn(message, result.err)
            self.assertEqual(len(result.err.splitlines()), 1, result.err)

    def test_one_damaged_case_does_not_stop_the_others(self):
        raw = self.fresh("raw")
        scans.write_case(raw, "case_00000", b"\x1f\x8b")
        image, _ = case(3)
        scans.write_case(raw, "case_00001", scans.nifti(image, FORMS["case_00003"][0]))
        (raw / "case_00002").mkdir()
        out, result = self.predict(raw, "--pipeline", self.pipeline_file, "--quiet", code=1)
        self.assertEqual(names(out), ["case_00001.nii.gz"])
        lines = result.err.splitlines()
        self.assertEqual(len(lines), 2, result.err)
        self.assertRegex(lines[0], "^segprep: case_00000: .*imaging.nii.gz: ")
        self.assertRegex(lines[1], "^segprep: case_00002: imaging.nii.gz is missing")


class WithoutTorchTests(TestCase):

    def test_says_how_to_get_it(self):
        """segprep by itself knows the command, and where the program with libtorch should be."""
        alone = pathlib.Path(self.fresh("segprep"))
        alone.write_bytes(PROGRAM.read_bytes())
        alone.chmod(0o755)
        done = subprocess.run([alone, "predict", "a", "b", "--out", "c"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, "^segprep: predict: the program with libtorch cannot be started, .*libtorch-dev")
