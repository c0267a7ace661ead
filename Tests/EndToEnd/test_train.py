"""`segprep train`: the same bytes again, killed and resumed, its numbers beside PyTorch's, what it refuses."""

import csv
import fcntl
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import unittest

import h5py
import numpy

from support import PROGRAM, REPOSITORY, TRAINER, TestCase, json_of, make_phantoms, segprep

PATCH = {"z": 16, "y": 16, "x": 16}
NETWORK = {"depth": 2, "filters": 2, "norm": "batch"}
LOSSES = [
    "cross-entropy", "focal", "dice", "tversky", "focal-tversky", "cosine-tversky", "combo", "mixed-focal",
    "unified-focal", "symmetric-unified-focal"]
# One thread: where other tests run beside, waiting threads of OpenMP cost more than they give.
COMMON = ["--quiet", "--threads", "1"]


def tensors(path):
    """A safetensors file by its specification: (arrays, metadata)."""
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = numpy.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return arrays, metadata


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@unittest.skipUnless(TRAINER.is_file(), f"{TRAINER} is not built: SEGPREP_TORCH=off")
class TrainTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", 4)
        test = cls()
        cls.pipe = test.written()
        cls.prepared = test.ingest(cls.raw, cls.pipe)
        cls.shards = cls.folder / "shards"
        result = segprep("shard", cls.prepared, "--pipeline", cls.pipe, "--out", cls.shards, "--no-sync", "--quiet")
        if result.code != 0:
            raise RuntimeError(result.err)
        cls.made = cls.folder / "run"
        cls.result = segprep(*cls.arguments(cls.made))

    def runTest(self):
        """For the instance that setUpClass needs."""

    def written(self, grid=PATCH, **train):
        section = {
            "loss": "cross_entropy", "network": NETWORK, "epochs": 3, "batches_per_epoch": 4,
            "optimiser": {"adam": {"learning_rate": 0.01}}, **train,
        }
        return self.pipeline(
            [{"resample": {"spacing_mm": {"z": 12, "y": 8, "x": 8}}}, {"zscore": {"over": "volume"}}],
            folds={"count": 2, "seed": 1},
            patches=[
                {"set": "random", "sampling": "random", "shape": PATCH, "per_case": 8, "foreground": 0.5, "seed": 1,
                 "margin": {"z": 2, "y": 2, "x": 2}},
                {"set": "grid", "sampling": "grid", "shape": grid},
            ],
            shards={"compression": "none", "image": "float32"}, augment={"preset": "miscnn"},
            stream={"global_batch": 2, "seed": 1}, train=section)

    @classmethod
    def arguments(cls, out, *options, pipeline=None, fold=0, shards=None):
        return ["train", shards or cls.shards, "--pipeline", pipeline or cls.pipe, "--fold", fold, "--out", out,
                *COMMON, *options]

    def assert_refused(self, code, words, out, *options, **changes):
        result = segprep(*self.arguments(out, *options, **changes))
        self.assertEqual(result.code, code, result.out + result.err)
        self.assertEqual(len(result.err.strip().splitlines()), 1, result.err)
        self.assertIn(words, result.err)

    def test_it_ends_with_two_checkpoints_a_log_and_a_summary(self):
        self.assertEqual(self.result.code, 0, self.result.err)
        log = lines(self.made / "log.jsonl")
        self.assertEqual([line["epoch"] for line in log], [1, 2, 3])
        self.assertEqual(set(log[0]["dice"]) - {"background", "kidney", "tumour"}, set())
        summary = json_of(self.made / "run.json")
        best = min(log, key=lambda line: line["validation_loss"])
        self.assertEqual((summary["best_epoch"], summary["best_loss"]), (best["epoch"], best["validation_loss"]))
        self.assertIn(f"in epoch {best['epoch']}", self.result.out)
        self.assertLess(log[-1]["training_loss"], log[0]["training_loss"])
        state = json.loads(tensors(self.made / "best.safetensors")[1]["segprep"])
        self.assertEqual(state["classes"], ["background", "kidney", "tumour"])
        self.assertEqual(state["progress"]["best"]["epoch"], best["epoch"])

    def test_other_stream_threads_give_the_same_bytes(self):
        out = self.fresh("run")
        self.assertEqual(segprep(*self.arguments(out, "--stream-threads", 3)).code, 0)
        for name in ["last.safetensors", "best.safetensors"]:
            self.assertEqual((out / name).read_bytes(), (self.made / name).read_bytes(), name)

    def test_killed_and_resumed_gives_the_same_bytes(self):
        self.assert_resumes(self.pipe, self.made)

    def test_what_else_a_training_remembers_is_resumed_too(self):
        """Momentum, a rate that falls with each step, no statistics of a batch, no validation."""
        pipeline = self.written(
            network={**NETWORK, "norm": "instance"}, polynomial={}, whole_cases_every=2,
            optimiser={"sgd": {"learning_rate": 0.01, "momentum": 0.9}})
        for fold in [0, "all"]:
            whole = self.fresh("whole")
            self.assertEqual(segprep(*self.arguments(whole, pipeline=pipeline, fold=fold)).code, 0)
            self.assert_resumes(pipeline, whole, fold)

    @unittest.skipUnless("avx512_bf16" in open("/proc/cpuinfo").read(), "this CPU has no bfloat16")
    def test_half_precision_is_resumed_too(self):
        pipeline, whole = self.written(precision="bfloat16"), self.fresh("whole")
        self.assertEqual(segprep(*self.arguments(whole, pipeline=pipeline)).code, 0)
        log, full = lines(whole / "log.jsonl"), lines(self.made / "log.jsonl")
        self.assertNotEqual(log[0]["training_loss"], full[0]["training_loss"])
        self.assertAlmostEqual(log[0]["training_loss"], full[0]["training_loss"], delta=0.05)
        for name, values in tensors(whole / "last.safetensors")[0].items():
            self.assertTrue(numpy.isfinite(values).all(), name)
        self.assert_resumes(pipeline, whole)

    def assert_resumes(self, pipeline, whole, fold=0):
        """Killed within the second epoch, at a checkpoint after each batch, and gone on with: as `whole`, which was not."""
        out = self.fresh("run")
        arguments = self.arguments(out, "--save-every", 0, pipeline=pipeline, fold=fold)
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        batches = 0
        while process.poll() is None and batches == 0:
            time.sleep(0.002)
            if (out / "log.jsonl").is_file():
                progress = json.loads(tensors(out / "last.safetensors")[1]["segprep"])["progress"]
                batches = progress["batches"] if progress["epochs"] == 1 else 0
        process.kill()
        process.wait()
        epochs = json.loads(tensors(out / "last.safetensors")[1]["segprep"])["progress"]["epochs"]
        self.assertLess(epochs, 3, "it was killed too late to tell anything")
        result = segprep(*self.arguments(out, "--resume", pipeline=pipeline, fold=fold))
        self.assertEqual(result.code, 0, result.err)
        for name in ["last.safetensors", "best.safetensors", *(["scores.csv"] if fold == 0 else [])]:
            self.assertEqual((out / name).read_bytes(), (whole / name).read_bytes(), name)
        self.assertEqual(
            [line.get("validation_loss") for line in lines(out / "log.jsonl")],
            [line.get("validation_loss") for line in lines(whole / "log.jsonl")])

    def test_whole_cases_are_scored_when_they_are_to_be(self):
        out = self.fresh("run")
        self.assertEqual(segprep(*self.arguments(out, pipeline=self.written(whole_cases_every=2))).code, 0)
        log = lines(out / "log.jsonl")
        self.assertEqual(["whole_case_dice" in line for line in log], [False, True, False])
        self.assertEqual(set(log[1]["whole_case_dice"]), {"kidney", "tumour"})
        with open(out / "scores.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        manifest = json_of(self.prepared / "manifest.json")
        cases = [case["case_identifier"] for case in manifest["cases"] if case.get("fold") == 0]
        self.assertEqual([(row["case"], row["class"]) for row in rows], [
            (case, name) for case in cases for name in ["kidney", "tumour"]])
        kidneys = [float(row["dice"]) for row in rows if row["class"] == "kidney"]
        self.assertAlmostEqual(json_of(out / "run.json")["whole_case_dice"]["kidney"], numpy.mean(kidneys), places=5)

    def test_more_epochs_can_be_added(self):
        out = self.fresh("run")
        self.assertEqual(segprep(*self.arguments(out, "--epochs", 2)).code, 0)
        self.assertEqual(segprep(*self.arguments(out, "--resume")).code, 0)
        arrays, expected = (tensors(run / "last.safetensors")[0] for run in [out, self.made])
        for name, values in expected.items():
            numpy.testing.assert_array_equal(arrays[name], values, name)

    def test_epochs_can_be_added_in_the_pipeline_file(self):
        out = self.fresh("run")
        self.assertEqual(segprep(*self.arguments(out, pipeline=self.written(epochs=2))).code, 0)
        self.assertEqual(segprep(*self.arguments(out, "--resume")).code, 0)
        self.assertEqual((out / "last.safetensors").read_bytes(), (self.made / "last.safetensors").read_bytes())

    def test_a_rate_that_falls_along_the_epochs_holds_them(self):
        pipeline, out = self.written(polynomial={"power": 2}), self.fresh("run")
        self.assertEqual(segprep(*self.arguments(out, pipeline=pipeline)).code, 0)
        rates = [line["learning_rate"] for line in lines(out / "log.jsonl")]
        numpy.testing.assert_allclose(rates, [0.01 * (1 - step / 12) ** 2 for step in [3, 7, 11]], rtol=1e-12)
        self.assert_refused(
            2, "the epochs, along which the learning rate falls, found 3, expected 5", out, "--resume", "--epochs", 5,
            pipeline=pipeline)

    def test_another_loss_is_not_gone_on_with(self):
        self.assert_refused(
            2, 'the loss, found {"name":"cross_entropy","parameters":{}}, expected {"name":"dice","parameters":{}}; for '
            "another training leave --resume out", self.made, "--resume", "--loss", "dice")

    def test_validation_is_what_pytorch_computes(self):
        """The best network in PyTorch, on the grid patches as h5py reads them: the same loss, the same Dice."""
        try:
            import torch
        except ImportError:
            self.skipTest("needs python3-torch")
        sys.path.insert(0, str(REPOSITORY / "Tests" / "Bench"))
        from unet import UNet3D

        arrays, metadata = tensors(self.made / "best.safetensors")
        epoch = json.loads(metadata["segprep"])["progress"]["best"]["epoch"]
        network = UNet3D(1, 3, **NETWORK).eval()
        running = [name for name in arrays if "running" in name]
        with torch.no_grad():
            for parameter, name in zip(network.parameters(), self.learned()):
                parameter.copy_(torch.from_numpy(arrays.pop("network." + name).copy()))
            state = {name: value for name, value in network.named_buffers() if "running" in name}
            self.assertEqual(len(state), len(running))
            for ours, (name, value) in zip(self.measured(), state.items()):
                value.copy_(torch.from_numpy(arrays["network." + ours].copy()))
        losses, counts = [], {}
        for entry in json_of(self.shards / "manifest.json")["files"]:
            if entry["set"] != "grid" or entry.get("fold") != 0:
                continue
            with h5py.File(self.shards / entry["file"]) as file:
                cases = file["index/case"][()]
                for image, label, case in zip(file["image"][()], file["label"][()], cases):
                    with torch.no_grad():
                        logits = network(torch.from_numpy(image[None]))
                        truth = torch.from_numpy(label[None].astype(numpy.int64))
                        losses.append(torch.nn.functional.cross_entropy(logits, truth).item())
                    predicted = logits.argmax(1)
                    count = counts.setdefault(bytes(case), numpy.zeros((3, 2)))
                    for value in range(3):
                        count[value, 0] += 2 * ((predicted == value) & (truth == value)).sum().item()
                        count[value, 1] += (predicted == value).sum().item() + (truth == value).sum().item()
        line = lines(self.made / "log.jsonl")[epoch - 1]
        self.assertAlmostEqual(line["validation_loss"], numpy.mean(losses), delta=1e-4)
        for value, name in enumerate(["background", "kidney", "tumour"]):
            each = [count[value, 0] / count[value, 1] for count in counts.values() if count[value, 1] > 0]
            if each:
                # A voxel whose logits are equal but for rounding may go either way.
                self.assertAlmostEqual(line["dice"][name], numpy.mean(each), delta=1e-2, msg=name)

    def blocks(self):
        return [f"encoder.{level}" for level in range(2)], ["bottom"], [f"decoder.{level}" for level in range(2)]

    def learned(self):
        """Our names in the order of PyTorch's parameters."""
        encoder, bottom, decoder = self.blocks()
        names = []
        for block in encoder + bottom + decoder:
            if block in decoder:
                names += [f"{block}.up.weight", f"{block}.up.bias"]
            for index in range(2):
                names += [f"{block}.convolution.{index}.weight", f"{block}.norm.{index}.weight",
                          f"{block}.norm.{index}.bias"]
        return names + ["head.0.weight", "head.0.bias"]

    def measured(self):
        return [f"{block}.norm.{index}.{what}" for block in sum(self.blocks(), []) for index in range(2)
                for what in ["running_mean", "running_var"]]

    def test_every_loss_can_be_asked_for(self):
        for name in LOSSES:
            with self.subTest(loss=name):
                out = self.fresh("run")
                result = segprep(*self.arguments(out, "--loss", name, "--epochs", 1))
                self.assertEqual(result.code, 0, result.err)
                self.assertEqual(json_of(out / "run.json")["recipe"]["loss"]["name"], name.replace("-", "_"))

    def test_deep_supervision_can_be_asked_for(self):
        out = self.fresh("run")
        pipeline = self.written(network={**NETWORK, "deep_supervision": True})
        self.assertEqual(segprep(*self.arguments(out, "--epochs", 1, pipeline=pipeline)).code, 0)
        self.assertIn("network.head.1.weight", tensors(out / "best.safetensors")[0])

    def test_all_cases_can_be_trained_on_without_validation(self):
        out = self.fresh("run")
        result = segprep(*self.arguments(out, "--epochs", 1, fold="all"))
        self.assertEqual(result.code, 0, result.err)
        self.assertNotIn("validation_loss", lines(out / "log.jsonl")[0])

    def test_early_stop_ends_it(self):
        out = self.fresh("run")
        pipeline = self.written(early_stop=1, epochs=50, optimiser={"adam": {"learning_rate": 0}})
        result = segprep(*self.arguments(out, pipeline=pipeline))
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("stopped early", result.out)
        self.assertLess(len(lines(out / "log.jsonl")), 50)

    def test_a_run_that_stopped_early_goes_on_with_more_patience(self):
        still = {"epochs": 5, "optimiser": {"adam": {"learning_rate": 0}}}
        out, whole = self.fresh("run"), self.fresh("whole")
        self.assertEqual(segprep(*self.arguments(out, pipeline=self.written(early_stop=1, **still))).code, 0)
        self.assertLess(len(lines(out / "log.jsonl")), 5)
        result = segprep(*self.arguments(out, "--resume", pipeline=self.written(early_stop=1, **still)))
        self.assertIn("stopped early", result.out)
        patient = self.written(**still)
        for run, options in [(whole, []), (out, ["--resume"])]:
            result = segprep(*self.arguments(run, *options, pipeline=patient))
            self.assertEqual((result.code, result.err), (0, ""))
            self.assertNotIn("stopped early", result.out)
        self.assertEqual((out / "last.safetensors").read_bytes(), (whole / "last.safetensors").read_bytes())

    def test_a_run_that_goes_on_has_no_scores_yet(self):
        """Killed there, it must not be compared by those of an earlier best network."""
        out = self.fresh("run")
        self.assertEqual(segprep(*self.arguments(out, "--epochs", 1)).code, 0)
        self.assertTrue((out / "scores.csv").is_file() and (out / "run.json").is_file())
        process = subprocess.Popen(
            [PROGRAM, *map(str, self.arguments(out, "--resume", "--epochs", 100))], stdout=subprocess.DEVNULL)
        while process.poll() is None and len(lines(out / "log.jsonl")) == 1:
            time.sleep(0.002)
        process.kill()
        process.wait()
        self.assertLess(len(lines(out / "log.jsonl")), 100)
        self.assertFalse((out / "scores.csv").exists() or (out / "run.json").exists())

    def test_another_fold_is_not_gone_on_with(self):
        self.assert_refused(2, "the fold, found 0, expected 1; for another training", self.made, "--resume", fold=1)

    def test_numbers_that_are_too_large_are_refused(self):
        for option in ["--epochs", "--batches-per-epoch"]:
            result = segprep(*self.arguments(self.made, option, 1 << 62))
            self.assertEqual(result.code, 64, result.err)
            self.assertIn(f"{option} must be 1 to 1000000, found", result.err)

    def test_a_training_that_is_refused_leaves_no_folder(self):
        out = self.fresh("run")
        self.assert_refused(64, "no such fold, found 7", out, fold=7)
        self.assertFalse(out.exists())

    def test_a_run_is_not_overwritten(self):
        self.assert_refused(73, "holds a training, found last.safetensors", self.made)

    def test_nothing_to_resume_is_said(self):
        self.assert_refused(2, "nothing to resume, found no last.safetensors", self.fresh("run"), "--resume")

    def test_a_folder_that_another_run_holds_is_left_alone(self):
        out = self.fresh("run")
        out.mkdir()
        with open(out / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_refused(73, "another run is writing there", out)

    def test_a_checkpoint_of_another_network_is_not_gone_on_from(self):
        pipeline = self.written(network={**NETWORK, "filters": 4})
        self.assert_refused(2, "the network, found depth 2, 2 filters", self.made, "--resume", pipeline=pipeline)

    def test_a_damaged_checkpoint_is_not_gone_on_from(self):
        out = self.fresh("run")
        shutil.copytree(self.made, out)
        data = (out / "last.safetensors").read_bytes()
        (out / "last.safetensors").write_bytes(data[:len(data) // 2])
        self.assert_refused(2, "last.safetensors: not a checkpoint of segprep", out, "--resume")

    def test_a_patch_that_the_network_cannot_halve_is_refused(self):
        pipeline = self.written(network={"depth": 5, "filters": 2})
        self.assert_refused(64, "expected multiples of 32, the nearest is 32x32x32", self.fresh("run"), pipeline=pipeline)

    def test_a_validation_patch_that_the_network_cannot_halve_is_refused_at_once(self):
        pipeline = self.written(grid={**PATCH, "z": 18})
        shards = self.fresh("shards")
        result = segprep("shard", self.prepared, "--pipeline", pipeline, "--out", shards, "--no-sync", "--quiet")
        self.assertEqual(result.code, 0, result.err)
        out = self.fresh("run")
        self.assert_refused(64, "the nearest is 20x16x16", out, pipeline=pipeline, shards=shards)
        self.assertFalse((out / "log.jsonl").exists())

    def test_a_network_that_does_not_fit_is_refused_before_it_is_made(self):
        pipeline = self.written(network={"depth": 4, "filters": 512})
        self.assert_refused(2, "does not fit into the memory", self.fresh("run"), pipeline=pipeline)

    def test_a_loss_that_is_no_number_names_the_patches(self):
        # Decay that turns each weight into minus nine times itself.
        growing = {"sgd": {"learning_rate": 10, "momentum": 0, "weight_decay": 1}}
        pipeline = self.written(optimiser=growing, batches_per_epoch=100)
        self.assert_refused(2, "is no number, found", self.fresh("run"), pipeline=pipeline)

    def test_folds_and_shards_that_do_not_fit_are_refused(self):
        self.assert_refused(64, "no such fold, found 7", self.fresh("run"), fold=7)
        other = self.pipeline([{"zscore": {"over": "volume"}}], patches=[
            {"set": "random", "sampling": "random", "shape": PATCH, "per_case": 8},
            {"set": "grid", "sampling": "grid", "shape": PATCH}])
        self.assert_refused(2, "holds shards of another pipeline", self.fresh("run"), pipeline=other)

    @unittest.skipIf(os.path.exists("/dev/nvidia0"), "there is a GPU")
    def test_cuda_is_refused_where_there_is_none(self):
        self.assert_refused(2, "finds no CUDA device", self.fresh("run"), "--device", "cuda")


class WithoutTorchTests(TestCase):

    def test_it_says_how_to_get_it(self):
        alone = self.fresh("segprep")
        shutil.copy(PROGRAM, alone)
        done = subprocess.run([alone, "train", "shards"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)
        self.assertIn("make build", done.stderr)
        self.assertIn("libtorch-dev", done.stderr)


if __name__ == "__main__":
    unittest.main()
