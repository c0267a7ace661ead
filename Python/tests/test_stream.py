"""Streams against h5py's reading; buffers, state, refusals, forks."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy

from cut_shards import PACKAGE, PythonCase, voxels

import segprep


class StreamTests(PythonCase):

    def open(self, **arguments):
        stream = segprep.ShardStream(
            arguments.pop("shards", self.shards), **{"set": "train", "fold": 0, "global_batch": 4, **arguments})
        self.addCleanup(stream.close)
        return stream

    def test_batches_are_what_h5py_reads(self):
        stored = self.stored()
        for kind in ["float32", "float16"]:
            stream, seen = self.open(image=kind), []
            self.assertEqual(len(stream), stream.patches // 4)
            for batch in stream:
                image, label = batch
                self.assertEqual((image.shape, label.shape), ((4, 1, 8, 12, 10), (4, 8, 12, 10)))
                for sample, one, classes in zip(batch.samples, image, label):
                    numpy.testing.assert_array_equal(one, stored[sample.file, sample.place][0].astype(kind))
                    numpy.testing.assert_array_equal(classes, stored[sample.file, sample.place][1])
                    seen.append((sample.file, sample.place))
                self.assertTrue(batch.valid.all())
            self.assertEqual(len(seen), len(set(seen)))
            self.assertEqual(len(seen), len(stream) * 4)

    def test_validation_is_filled_up(self):
        stream = self.open(set="grid", fold=1, validation=True)
        for _ in range(2):  # each loop is an epoch
            valid = numpy.concatenate([batch.valid.copy() for batch in stream])
            self.assertEqual((len(valid), valid.sum()), (4 * len(stream), stream.patches))
        self.assertEqual(stream.state_dict()["epoch"], 2)

    def test_nothing_is_copied(self):
        stream = self.open(keep=2)
        buffers = {image.ctypes.data: label.ctypes.data for image, label in stream.buffers}
        met = set()
        for _ in range(5):
            for batch in stream:
                self.assertEqual(buffers[batch.image.ctypes.data], batch.label.ctypes.data)
                met.add(batch.image.ctypes.data)
        self.assertLessEqual(len(met), len(stream.buffers))
        self.assertEqual(len(stream.buffers), len(buffers))

    def test_kept_batches_stay(self):
        expected = [voxels(batch) for batch in self.open()]
        for keep in [0, 1, 3]:
            stream, kept = self.open(keep=keep), []
            for batch in stream:
                kept.append(batch)
                last = kept[-keep - 1:]
                self.assertEqual(
                    [voxels(batch) for batch in last], expected[len(kept) - len(last):len(kept)], keep)

    def test_augmentation_is_the_programs(self):
        one = [voxels(batch) for batch in self.open(pipeline=self.pipeline_file)]
        self.assertNotEqual(one, [voxels(batch) for batch in self.open(seed=5)])
        stream = self.open(augment="miscnn", seed=5, threads=3)
        drawn, two = [], []
        for batch in stream:
            two.append(voxels(batch))
            drawn += [batch.drawn(sample) for sample in range(len(batch))]
        self.assertTrue(one == two)
        self.assertTrue(any(entry["drawn"]["transform"] == "rotation" for found in drawn for entry in found))
        stream = self.open(augment="miscnn", keep=0)
        first = stream.next()
        stream.next()
        with self.assertRaisesRegex(segprep.UsageError, "drawn: the batch was given back"):
            first.drawn(0)
        listed = [voxels(batch) for batch in self.open(augment=[{"mirror": {"probability": 1}}])]
        plain = [numpy.asarray(batch.image).copy() for batch in self.open()]
        self.assertEqual(listed[0][:plain[0].nbytes], plain[0][..., ::-1, ::-1, ::-1].tobytes())

    def test_state_goes_on_with_the_next_batch(self):
        options = {"pipeline": self.pipeline_file, "epochs": 2}
        stream = self.open(**options)
        whole = [voxels(batch) for _ in range(2) for batch in stream]
        self.assertIsNone(stream.next())
        self.assertEqual(len(whole), 2 * len(stream))
        for stop in [0, 1, len(stream), len(stream) + 3]:
            first = self.open(**options)
            begun = [voxels(first.next()) for _ in range(stop)]
            second = self.open(threads=1, **options)
            second.next()
            second.load_state_dict(first.state_dict())
            rest = [voxels(batch) for _ in range(2) for batch in second]
            self.assertTrue(begun + rest == whole, stop)

    def test_refusals_are_the_programs(self):
        other = self.fresh("other.yaml")
        other.write_text(self.pipeline_file.read_text().replace('"per_case": 9', '"per_case": 8'))
        for kind, options, arguments in [
            (segprep.UsageError, {"set": "trains"}, ["--set", "trains", "--fold", 0]),
            (segprep.UsageError, {"fold": 3}, ["--set", "train", "--fold", 3]),
            (segprep.UsageError, {"validation": True}, ["--set", "train", "--fold", 0, "--validation"]),
            (segprep.UsageError, {"global_batch": 1000}, ["--set", "train", "--fold", 0, "--global-batch", 1000]),
            (segprep.UsageError, {"world_size": 3, "rank": 0},
             ["--set", "train", "--fold", 0, "--world-size", 3, "--rank", 0]),
            (segprep.NoMemoryError, {"memory": 1000, "threads": 1},
             ["--set", "train", "--fold", 0, "--memory", 1000, "--threads", 1]),
            (segprep.DataError, {"pipeline": other}, ["--set", "train", "--fold", 0]),
            (segprep.AbsentError, {"pipeline": "/no/such.yaml"}, ["--set", "train", "--fold", 0]),
        ]:
            with self.subTest(options=options):
                options = {"pipeline": self.pipeline_file, "global_batch": None, "augment": "none", **options}
                with self.assertRaises(kind) as refused:
                    self.open(**options)
                # The program's augmentation takes no memory here either.
                line = self.refusal_of_program(
                    self.shards, "--pipeline", options["pipeline"], *arguments, "--no-augment")
                if "memory" in options:  # one batch more, because one is kept
                    self.assertIn("do not fit into the memory, found 1000 bytes", str(refused.exception))
                else:
                    self.assertEqual(str(refused.exception), line)
        self.assertTrue(issubclass(segprep.AbsentError, FileNotFoundError))
        self.assertTrue(issubclass(segprep.UsageError, ValueError))

    def test_files_that_are_not_as_they_were(self):
        def edit(path, change):
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(change(content))

        def other_version(folder):
            import h5py

            path = folder / "train/fold1-00000.h5"
            with h5py.File(path, "r+") as file:
                file.attrs["format_version"] = numpy.int64(9)

        for kind, change in [
            (segprep.AbsentError, lambda folder: (folder / "train/fold1-00000.h5").unlink()),
            (segprep.AbsentError, lambda folder: (folder / "manifest.json").unlink()),
            (segprep.DataError, lambda folder: edit(folder / "train/fold1-00000.h5", lambda content: content[:-1])),
            (segprep.DataError, lambda folder: edit(folder / "manifest.json", lambda content: content[:-9])),
            (segprep.DataError, lambda folder: edit(
                folder / "manifest.json",
                lambda content: content.replace(b'"format_version" : 1', b'"format_version" : 7'))),
            (segprep.DataError, other_version),
        ]:
            folder = self.fresh("shards")
            shutil.copytree(self.shards, folder)
            change(folder)
            with self.assertRaises(kind) as refused:
                self.open(shards=folder, pipeline=self.pipeline_file)
            line = self.refusal_of_program(folder, "--pipeline", self.pipeline_file, "--set", "train", "--fold", 0)
            self.assertEqual(str(refused.exception), line)

    def test_what_must_not_be_read(self):
        folder = self.fresh("shards")
        shutil.copytree(self.shards, folder)
        # Root may read everything: then somebody else tries.
        user = "nobody" if os.getuid() == 0 else None
        self.folder.chmod(0o755)
        folder.parent.chmod(0o755)
        script = "import segprep, sys\ntry: segprep.ShardStream(sys.argv[1], set='train', fold=0)\n" \
            "except PermissionError as error: print(error)"
        for name in ["manifest.json", "train/fold1-00000.h5"]:
            (folder / name).chmod(0)
            done = subprocess.run(
                [sys.executable, "-c", script, folder], user=user, capture_output=True, text=True, timeout=60,
                env={"PYTHONPATH": str(PACKAGE), "SEGPREP_LIBRARY": os.environ["SEGPREP_LIBRARY"]})
            (folder / name).chmod(0o644)
            self.assertEqual(
                done.stdout, f"{folder / name}: cannot open: Permission denied\n", done.stderr)

    def damaged(self):
        """Shards with one patch whose image has a flipped bit; its file and place."""
        folder = self.fresh("shards")
        shutil.copytree(self.shards, folder)
        shard = next(shard for shard in self.shards_of(folder) if shard.path == folder / "train/fold1-00001.h5")
        with open(shard.path, "r+b") as file:
            file.seek(shard.index["offset_image"][2] + 5)
            byte = file.read(1)
            file.seek(-1, 1)
            file.write(bytes([byte[0] ^ 16]))
        return folder, "train/fold1-00001.h5", 2

    def test_damage(self):
        folder, file, place = self.damaged()
        with self.assertRaises(segprep.DamagedPatchError) as refused:
            list(self.open(shards=folder))
        line = self.refusal_of_program(folder, "--pipeline", self.pipeline_file, "--set", "train", "--fold", 0)
        self.assertEqual(str(refused.exception), line)
        stream = self.open(shards=folder, damage="skip", global_batch=1)
        skipped = []
        for batch in stream:
            if not batch.valid[0]:
                skipped.append((batch.samples[0].file, batch.samples[0].place))
                self.assertFalse(numpy.asarray(batch.image).any())
        self.assertEqual(skipped, [(file, place)])
        self.assertEqual([(d["file"], d["patch"]) for d in stream.damages], skipped)

    def test_truncated_while_in_use(self):
        folder = self.fresh("shards")
        shutil.copytree(self.shards, folder)
        stream = self.open(shards=folder, global_batch=2)
        stream.next()
        for path in (folder / "train").glob("*.h5"):
            os.truncate(path, 100)
        with self.assertRaises(segprep.DamagedPatchError) as refused:
            for _ in range(3):
                for _ in stream:
                    pass
        self.assertRegex(
            str(refused.exception), r"(image|label) is damaged, found \d+ bytes, expected \d+; run `segprep repair`")

    def test_another_state_is_refused(self):
        stream = self.open()
        with self.assertRaisesRegex(segprep.SegprepError, "state: of another stream: seed, found 5, expected 6"):
            self.open(seed=6).load_state_dict(self.open(seed=5).state_dict())
        with self.assertRaisesRegex(segprep.SegprepError, "state: cannot be read"):
            stream.load_state_dict({"epoch": 1})

    def test_a_stream_goes_on_after_a_refused_state(self):
        expected = [voxels(batch) for batch in self.open(pipeline=self.pipeline_file)]
        stream = self.open(pipeline=self.pipeline_file)
        first = stream.next()
        for state in [{"epoch": 1}, self.open(pipeline=self.pipeline_file, seed=6).state_dict()]:
            with self.assertRaisesRegex(segprep.SegprepError, "state: "):
                stream.load_state_dict(state)
        self.assertEqual(voxels(first), expected[0])
        self.assertIsNotNone(first.drawn(0))
        self.assertTrue([voxels(first), *map(voxels, stream)] == expected)

    def test_wrong_arguments(self):
        for message, options in [
            ("threads: cannot be so, found 0", {"threads": 0}),
            ("order: no such choice, found 'any'", {"order": "any"}),
            ("fold: cannot be so, found 4294967296", {"fold": 2**32}),
            ("seed: cannot be so, found -1", {"seed": -1}),
            ("validation: needs a fold", {"fold": None, "validation": True}),
            ("keep: cannot be so, found -1", {"keep": -1}),
            ("augment:1: .*found the text \"best\"", {"augment": {"preset": "best"}}),
        ]:
            with self.subTest(message=message), self.assertRaisesRegex(ValueError, message):
                self.open(**options)

    def test_a_closed_stream(self):
        stream = self.open()
        batch = stream.next()
        content = voxels(batch)
        stream.close()
        stream.close()
        with self.assertRaisesRegex(segprep.SegprepError, "no such stream"):
            stream.next()
        self.assertEqual(voxels(batch), content)

    def test_a_failing_allocation_comes_through(self):
        def allocate(shape, kind):
            raise ZeroDivisionError(kind)

        with self.assertRaises(ZeroDivisionError):
            self.open(allocate=allocate)

    def test_batches_that_share_memory_are_refused(self):
        for shared in ["float32", "uint8"]:
            arrays = {}

            def allocate(shape, kind):
                array = numpy.empty(shape, kind)
                if kind == shared:
                    array = arrays.setdefault(kind, array)
                return array, array.ctypes.data

            with self.subTest(shared=shared), self.assertRaisesRegex(
                    segprep.UsageError, r"memory for batches overlaps, found \d+ bytes that are given twice"):
                self.open(allocate=allocate)

    def test_a_fork_is_refused(self):
        stream = self.open()
        stream.next()

        def child(results):
            refused = []
            # The stream holds one batch: the second call would give it back first.
            for call in [stream.next, stream.next, stream.state_dict, lambda: stream.damages]:
                try:
                    call()
                except segprep.ForkedError as error:
                    refused.append(str(error))
            stream.close()
            results.put("\n".join(refused))

        fork = multiprocessing.get_context("fork")
        results = fork.SimpleQueue()
        process = fork.Process(target=child, args=(results,))
        process.start()
        lines = results.get().splitlines()
        self.assertEqual(len(lines), 4)
        for line in lines:
            self.assertRegex(line, r"^stream: used after a fork, found process \d+, expected \d+, which opened it")
        process.join(20)
        self.assertEqual(process.exitcode, 0)
        self.assertIsNotNone(stream.next())

    def test_streams_do_not_outlive_their_owner(self):
        before = threads()
        for _ in range(3):
            segprep.ShardStream(self.shards, set="train", fold=0, threads=3).next()
        for _ in range(100):
            if threads() <= before:
                break
            time.sleep(0.02)
        self.assertLessEqual(threads(), before)

    def slow(self, **arguments):
        """A stream whose first batch takes seconds."""
        transforms = [{"elastic": {"alpha": {"lower": 800, "upper": 900}}}, "gaussian_blur"] * 1500
        return self.open(augment=transforms, threads=1, global_batch=36, **arguments)

    def test_a_stall_is_told(self):
        stream = self.slow(stall_seconds=0.1)
        with self.assertLogs("segprep", "WARNING") as logs:
            stream.next()
        self.assertRegex(logs.output[0], r"no batch for \d+ s, train/\S+, patch \d+ of case_\d+ takes")

    def test_a_wait_ends_where_the_stream_is_closed(self):
        stream = self.slow()
        threading.Timer(0.05, stream.close).start()
        # Between two waits, the stream is no more.
        with self.assertRaisesRegex(segprep.SegprepError, "stream: was cancelled|no such stream"):
            stream.next()

    def test_ctrl_c_interrupts_a_wait(self):
        # What runs in the background of a shell ignores it, and its children too.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        stream = self.slow()
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            stream.next()
        # Nothing is lost by it.
        self.assertEqual(stream.next().number, 0)


def threads():
    return len(os.listdir("/proc/self/task"))
