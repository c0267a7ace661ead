"""Streamed samples against h5py and NumPy; order, ranks and threads; damage and refusals."""

import json

import numpy

from shards import SETS
from streams import StreamCase, joined, key
from support import json_of


class StreamTests(StreamCase):

    def test_every_sample_is_what_h5py_reads(self):
        for storage in [{"image": "float16", "compression": "none"}, {"image": "float32", "compression": "deflate"}]:
            shards, pipeline = self.make(shards={**storage, "file_patches": 7}, stream={"global_batch": 3})
            for kind in ["float32", "float16"]:
                with self.subTest(storage=storage, kind=kind):
                    samples, report = self.stream(shards, pipeline, "train", "--fold", 1, "--image", kind)
                    self.assert_stored(shards, samples, kind)
                    all_patches = self.patches(shards, "train", lambda fold: fold != 1)
                    self.assertEqual(len(samples), len(all_patches) // 3 * 3)
                    self.assertEqual(len({(s["file"], s["place"]) for s in samples} & all_patches), len(samples))
                    self.assertEqual(report["patches"], len(samples))
            samples, _ = self.stream(shards, pipeline, "grid", "--fold", 2, "--validation", "--global-batch", 4)
            valid = [sample for sample in samples if sample["valid"]]
            self.assert_stored(shards, valid, "float32")
            self.assertEqual(
                [(s["file"], s["place"]) for s in valid], sorted(self.patches(shards, "grid", lambda fold: fold == 2)))
            self.assertEqual(len(samples), -(-len(valid) // 4) * 4)

    def test_fold_safe_stages_are_applied(self):
        stages = [
            {"clip_hu": {"over": "dataset", "fold_safe": True}}, {"zscore": {"over": "dataset", "fold_safe": True}}]
        shards, pipeline = self.make(stages=stages, shards={"image": "float32", "compression": "none"})
        maps = json_of(shards / "manifest.json")["deferred_maps"]
        seen = {}
        for fold in range(3):
            for name, options in [("train", []), ("grid", ["--validation"])]:
                samples, _ = self.stream(shards, pipeline, name, "--fold", fold, "--global-batch", 1, *options)
                self.assert_stored(shards, samples, "float32", maps["folds"][fold])
                for sample in samples:
                    seen.setdefault((sample["file"], sample["place"]), set()).add(sample["image_sha256"])
        samples, _ = self.stream(shards, pipeline, "train", "--global-batch", 1)
        self.assert_stored(shards, samples, "float32", maps["all"])
        # Two folds train on each patch of `train`, each with numbers of its own.
        self.assertEqual({len(found) for place, found in seen.items() if place[0].startswith("train/")}, {2})

    def test_order_is_the_seeds(self):
        shards, pipeline = self.make(
            stream={"global_batch": 4, "seed": 5}, augment={"preset": "miscnn"}, shards={"compression": "none"})
        options = ["train", "--fold", 0, "--epochs", 2]
        whole, _ = self.stream(shards, pipeline, *options, "--threads", 1)
        for more in [["--threads", 3], ["--seed", 5], ["--global-batch", 4, "--checks", "never"]]:
            self.assertEqual(self.stream(shards, pipeline, *options, *more)[0], whole)
        self.assertNotEqual(self.stream(shards, pipeline, *options, "--seed", 6)[0], whole)
        # Two epochs of the same patches, most of them changed in each.
        self.assertGreater(len({sample["image_sha256"] for sample in whole}), 1.5 * len(whole) / 2)
        self.assertTrue(any(drawn["drawn"]["transform"] == "rotation" for s in whole for drawn in s["drawn"]))
        self.assert_stored(
            shards, self.stream(shards, pipeline, *options, "--no-augment")[0], "float32")
        for ranks in [2, 4]:
            shares = [
                self.stream(shards, pipeline, *options, "--world-size", ranks, "--rank", rank)[0]
                for rank in range(ranks)]
            self.assertEqual([key(sample) for sample in joined(shares, 4)], [key(sample) for sample in whole])

    def test_damage(self):
        shards, pipeline = self.make(shards={"compression": "none", "file_patches": 7})
        shard = next(shard for shard in self.shards_of(shards) if shard.path == shards / "train/fold1-00001.h5")
        with open(shard.path, "r+b") as file:
            file.seek(shard.index["offset_image"][2] + 5)
            byte = file.read(1)
            file.seek(-1, 1)
            file.write(bytes([byte[0] ^ 16]))
        result = self.run_stream(shards, pipeline, "train", "--fold", 0)
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertRegex(
            result.err,
            rf"^segprep: {shard.path}: patch 2 of {shard.cases[2]}: image is damaged, found crc32c 0x\w+, "
            r"expected 0x\w+; run `segprep repair`; only a stream opened with damage `skip` goes on without it\n$")
        options = ["--damage", "skip", "--global-batch", 1]
        samples, report = self.stream(shards, pipeline, "train", "--fold", 0, *options, code=1)
        self.assertEqual([(s["file"], s["place"]) for s in samples if not s["valid"]], [("train/fold1-00001.h5", 2)])
        self.assertEqual([damage["patch"] for damage in report["damages"]], [2])
        self.stream(shards, pipeline, "train", "--fold", 1)

    def test_a_grid_without_its_blank_windows_is_not_validated_on(self):
        shards, pipeline = self.make(SETS)
        result = self.run_stream(shards, pipeline, "busy", "--fold", 0, "--validation")
        self.assertEqual((result.code, result.out), (64, ""), result.err)
        self.assertRegex(
            result.err, r"with nothing left out \(skip_blank\), and not augmented, found busy, expected grid, large\n$")
        self.stream(shards, pipeline, "busy", "--fold", 0)

    def test_what_cannot_be_streamed(self):
        shards, pipeline = self.make()
        other = self.cut(SETS[:3], folds={"count": 2})
        for code, pattern, arguments in [
            (64, "no such set, found trains, expected train, anywhere, grid", [pipeline, "trains"]),
            (64, "no such fold, found 3, expected 0 to 2", [pipeline, "train", "--fold", 3]),
            (64, "validation reads a set that was cut on a grid, .*, found train, expected grid\n",
             [pipeline, "train", "--fold", 0, "--validation"]),
            (64, "global batch: larger than train of fold 0, found 1000, expected at most its 36 patches",
             [pipeline, "train", "--fold", 0, "--global-batch", 1000]),
            (64, "global batch: cannot be shared out, found 2 samples for rank 0 of 3",
             [pipeline, "train", "--fold", 0, "--world-size", 3]),
            (2, "do not fit into the memory, found 1000 bytes", [pipeline, "train", "--fold", 0, "--memory", 1000]),
            (2, "holds shards of another pipeline, found shards digest", [other, "train", "--fold", 0]),
        ]:
            with self.subTest(pattern=pattern):
                result = self.run_stream(shards, *arguments)
                self.assertEqual((result.code, result.out), (code, ""), result.err)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
                self.assertRegex(result.err, pattern)
        path = shards / "train/fold1-00000.h5"
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        result = self.run_stream(shards, pipeline, "train", "--fold", 0)
        self.assertRegex(
            result.err, rf"{path}: not the file that the manifest speaks of: its bytes, found {len(content) - 1}")
        path.unlink()
        result = self.run_stream(shards, pipeline, "train", "--fold", 0)
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, rf"{path}: cannot open: No such file")

    def test_the_trainer_is_played(self):
        shards, pipeline = self.make()
        _, report = self.stream(shards, pipeline, "train", "--fold", 0, "--compute-ms", 20)
        self.assertGreaterEqual(report["compute_seconds"], 0.02 * report["batches"])
        self.assertGreater(report["utilisation"], 0.5)
        result = self.run_stream(shards, pipeline, "train", "--fold", 0, "--compute-ms", 20)
        for words in ["patches/s", "utilisation", "Bottleneck: the trainer", "of the threads' work"]:
            self.assertIn(words, result.out)
        result = self.run_stream(shards, pipeline, "train", "--order", "class_balanced")
        self.assertIn("drawn with replacement", result.out)

    def test_what_holds_a_stream_up(self):
        """Patches large enough that a thread's work is not the calls it makes."""
        turned = [{"rotation": {"degrees": 15}}, {"elastic": {}}]
        for words, storage, sections, options in [
            ("reading", {"image": "float32", "compression": "none"}, {}, []),
            ("decoding", {"image": "float32", "compression": "deflate"}, {}, []),
            ("decoding", {"image": "float32", "compression": "zstd"}, {"augment": turned}, ["--no-augment"]),
            ("augmentation", {"compression": "lz4"}, {"augment": turned}, []),
            # A trainer that takes nothing is waited for by nobody.
            ("augmentation", {"compression": "lz4"}, {"augment": turned}, ["--compute-ms", 0.001]),
            ("the trainer", {"compression": "lz4"}, {"augment": turned}, ["--compute-ms", 200]),
        ]:
            with self.subTest(words=words, storage=storage):
                pipeline = self.cut([SETS[3]], folds={"count": 3}, shards=storage, **sections)
                shards = self.shard(self.ingest(self.raw, pipeline), pipeline)
                epochs = 2 if words == "the trainer" else 20
                result = self.run_stream(
                    shards, pipeline, "large", "--global-batch", 2, "--epochs", epochs, "--json", *options)
                self.assertEqual(result.code, 0, result.err)
                self.assertTrue(json.loads(result.out)["bottleneck"].startswith(words), result.out)
