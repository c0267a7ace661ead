"""A run that is killed in mid-epoch goes on with the same bytes: other ranks, other threads."""

import subprocess
import time

from streams import StreamCase, joined, key, lines_of
from support import PROGRAM, TIME_LIMIT, json_of

BATCH = 4
EPOCHS = 3
OPTIONS = ["--fold", 0, "--epochs", EPOCHS]


class StreamResumeTests(StreamCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sections = {"stream": {"global_batch": BATCH, "seed": 3}, "augment": {"preset": "miscnn"}}

    def killed(self, shards, pipeline, batches, *options):
        """A run that is killed once it has had so many batches; returns where it was, and the samples that it listed."""
        state, samples = self.fresh("state.json"), self.fresh("samples.jsonl")
        arguments = [
            "stream", shards, "--pipeline", pipeline, "--set", "train", *OPTIONS, *options, "--state", state,
            "--samples", samples, "--compute-ms", 10]
        with subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL) as run:
            end = time.monotonic() + TIME_LIMIT
            while not (state.exists() and self.batches_before(state) >= batches):
                self.assertIsNone(run.poll(), "the run ended before it was killed")
                self.assertLess(time.monotonic(), end)
                time.sleep(0.002)
            run.kill()
        self.assertEqual([path.name for path in state.parent.iterdir() if path.suffix != ".tmp"], ["state.json"])
        return state, lines_of(samples)

    def batches_before(self, state):
        content = json_of(state)
        return content["epoch"] * self.batches_per_epoch + content["batch"]

    def test_killed_and_resumed(self):
        shards, pipeline = self.make(**self.sections)
        whole, _ = self.stream(shards, pipeline, "train", *OPTIONS)
        self.batches_per_epoch = len(whole) // EPOCHS // BATCH
        for ranks, after, batches, threads in [(1, 2, 3, 1), (2, 4, 12, 3), (4, 1, 14, 2), (1, 1, 5, 5)]:
            with self.subTest(ranks=ranks, after=after):
                state, listed = self.killed(
                    shards, pipeline, batches, "--world-size", ranks, "--rank", ranks - 1, "--threads", 2)
                done = self.batches_before(state)
                share = BATCH // ranks
                self.assertGreaterEqual(len(listed), done * share)
                own = [sample for place, sample in enumerate(whole) if place % BATCH >= BATCH - share]
                self.assertEqual(
                    [key(sample) for sample in listed], [key(sample) for sample in own[:len(listed)]])
                shares = [
                    self.stream(
                        shards, pipeline, "train", *OPTIONS, "--resume", state, "--world-size", after, "--rank", rank,
                        "--threads", threads)[0]
                    for rank in range(after)]
                self.assertEqual(
                    [key(sample) for sample in joined(shares, BATCH)],
                    [key(sample) for sample in whole[done * BATCH:]])

    def test_a_chain_of_runs(self):
        """Each goes on in the file in which it keeps its own state; the last one has nothing left to do."""
        shards, pipeline = self.make(**self.sections)
        whole, _ = self.stream(shards, pipeline, "train", *OPTIONS)
        state, seen = self.fresh("state.json"), []
        for epochs in [1, 2, EPOCHS, EPOCHS]:
            resume = ["--resume", state] if state.exists() else []
            samples, report = self.stream(
                shards, pipeline, "train", "--fold", 0, "--epochs", epochs, "--state", state, *resume)
            seen += samples
        self.assertEqual(seen, whole)
        self.assertEqual(report["batches"], 0)

    def test_states_that_cannot_be_gone_on_from(self):
        shards, pipeline = self.make(**self.sections)
        state = self.fresh("state.json")
        self.stream(shards, pipeline, "train", *OPTIONS, "--state", state)
        other, text = self.fresh("other.json"), self.fresh("text.json")
        other.write_text(state.read_text().replace('"format_version":1', '"format_version":2'))
        text.write_text("{}")
        for code, pattern, options in [
            (2, "state: of another stream: the augmentation, found [0-9a-f]{64}, expected none; open the stream as",
             [state, "--no-augment"]),
            (2, "state: of another stream: seed, found 3, expected 4; open the stream as", [state, "--seed", 4]),
            (2, "state: of another stream: global batch, found 4, expected 2; ", [state, "--global-batch", 2]),
            (2, f"{other}: not a stream's state, found other text, expected what `segprep stream --state` wrote$",
             [other]),
            (2, f"{text}: not a stream's state", [text]),
            (2, "gone.json: cannot open: No such file or directory$", [state.with_name("gone.json")]),
            (73, "nowhere/state.json: cannot write: No such file or directory$",
             [state, "--state", self.fresh("nowhere") / "state.json"]),
            (73, "nowhere/samples.jsonl: cannot write: No such file or directory$",
             [state, "--samples", self.fresh("nowhere") / "samples.jsonl"]),
        ]:
            with self.subTest(pattern=pattern):
                result = self.run_stream(shards, pipeline, "train", *OPTIONS, "--resume", *options)
                self.assertEqual((result.code, result.out), (code, ""), result.err)
                self.assertEqual(len(result.err.splitlines()), 1, result.err)
                self.assertRegex(result.err, pattern)
