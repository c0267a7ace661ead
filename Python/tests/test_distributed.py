"""torch.distributed over 1, 2 and 4 ranks: the same global batches, also after kill -9."""

import json
import multiprocessing
import signal
import time
import unittest

from cut_shards import PythonCase

try:
    import rank
except ImportError:
    rank = None

FORK = multiprocessing.get_context("fork")


@unittest.skipUnless(rank, "needs torch")
class DistributedTests(PythonCase):

    def start(self, world_size, state=None, seconds=0):
        """The ranks of a training, and where they write."""
        folder = self.fresh("run")
        folder.mkdir()
        settings = {
            "world_size": world_size, "state": state, "seconds": seconds, "shards": str(self.shards),
            "pipeline": str(self.pipeline_file), "folder": str(folder)}
        # Forked, so that torch is imported once; no stream is open here.
        ranks = [FORK.Process(target=rank.train, args=(settings, number)) for number in range(world_size)]
        for process in ranks:
            process.start()
            self.addCleanup(process.kill)
        return ranks, folder

    def batches(self, folder, world_size):
        """The global batches: all ranks' shares of each."""
        shares = [
            [json.loads(line) for line in (folder / f"batches.{number}").read_text().splitlines()]
            for number in range(world_size)]
        whole = []
        for lines in zip(*shares):
            self.assertEqual(len({tuple(line[:2]) for line in lines}), 1)
            whole.append(lines[0][:2] + [sample for line in lines for sample in line[2:]])
        return whole

    def finish(self, world_size, state=None):
        ranks, folder = self.start(world_size, state)
        for process in ranks:
            process.join(100)
            self.assertEqual(process.exitcode, 0)
        return self.batches(folder, world_size)

    def kill_on_the_way(self, world_size, count):
        """Starts a training and kills all ranks once `count` states were kept; returns what they had, and the state."""
        ranks, folder = self.start(world_size, seconds=0.2)
        kept = folder / "state.json"
        for _ in range(2000):
            if kept.exists() and self.place(json.loads(kept.read_text())) >= count:
                break
            time.sleep(0.02)
        for process in ranks:
            process.kill()
        for process in ranks:
            process.join(20)
            self.assertEqual(process.exitcode, -signal.SIGKILL)
        state = json.loads(kept.read_text())
        return self.batches(folder, world_size)[:self.place(state)], state

    def place(self, state):
        return 4 * state["epoch"] + state["batch"]

    def test_global_batches_are_the_same_on_any_number_of_ranks(self):
        one = self.finish(1)
        self.assertEqual([line[:2] for line in one], [[epoch, batch] for epoch in range(3) for batch in range(4)])
        for epoch in range(3):
            places = [tuple(sample[:2]) for line in one if line[0] == epoch for sample in line[2:]]
            self.assertEqual((len(places), len(set(places))), (32, 32))
        for world_size in [2, 4]:
            self.assertEqual(self.finish(world_size), one)
        # Killed in mid-epoch on so many ranks, gone on with by so many.
        for before, after in [(1, 2), (2, 4), (4, 1)]:
            begun, state = self.kill_on_the_way(before, 5)
            self.assertLess(len(begun), 12)
            self.assertEqual(begun + self.finish(after, state), one, (before, after))
