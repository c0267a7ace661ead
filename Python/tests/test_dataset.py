"""PyTorch's side: DataLoader, tensors without copies, state."""

import copy
import unittest

import numpy

from cut_shards import PythonCase, voxels

import segprep

try:
    import torch
    from torch.utils.data import DataLoader
except ImportError:
    torch = None


@unittest.skipUnless(torch, "needs torch")
class DatasetTests(PythonCase):

    def open(self, **arguments):
        dataset = segprep.ShardDataset(self.shards, **{
            "set": "train", "fold": 0, "pipeline": self.pipeline_file, "epochs": 3, **arguments})
        self.addCleanup(dataset.close)
        return dataset

    def whole(self):
        """The batches of all epochs."""
        dataset = self.open()
        return [voxels(batch) for _ in range(3) for batch in dataset]

    def test_a_loader_hands_batches_on(self):
        expected = segprep.ShardStream(self.shards, set="train", fold=0, pipeline=self.pipeline_file, epochs=3)
        for kind in [torch.float32, torch.float16]:
            loader = DataLoader(
                self.open(image=str(kind).removeprefix("torch.")), batch_size=None, num_workers=0)
            count = 0
            for image, label in loader:
                self.assertEqual((image.dtype, label.dtype), (kind, torch.uint8))
                self.assertEqual((image.shape, label.shape), ((4, 1, 8, 12, 10), (4, 8, 12, 10)))
                if kind == torch.float32:
                    wanted = expected.next()
                    numpy.testing.assert_array_equal(image.numpy(), wanted.image)
                    numpy.testing.assert_array_equal(label.numpy(), wanted.label)
                count += 1
            self.assertEqual((count, len(loader)), (9, 9))

    def test_nothing_is_copied(self):
        dataset = self.open(keep=2)
        buffers = {image.data_ptr(): label.data_ptr() for image, label in dataset.buffers}
        loader, met = DataLoader(dataset, batch_size=None, num_workers=0), set()
        for _ in range(3):
            for image, label in loader:
                self.assertEqual(buffers[image.data_ptr()], label.data_ptr())
                met.add(image.data_ptr())
        self.assertEqual({image.data_ptr() for image, _ in dataset.buffers}, set(buffers))
        self.assertGreater(len(met), 1)

    def test_an_epoch_broken_off_goes_on(self):
        whole = self.whole()
        dataset = self.open()
        found = [voxels(batch) for batch, _ in zip(dataset, range(4))]
        # zip asks for one batch more than it hands on.
        found.append(None)
        found += [voxels(batch) for batch in dataset]
        self.assertEqual(len(found), len(dataset))
        self.assertEqual([f for f in found if f], whole[:4] + whole[5:9])

    def test_state(self):
        whole = self.whole()
        dataset = self.open()
        begun = [voxels(dataset.stream.next()) for _ in range(5)]
        state = copy.deepcopy(dataset.state_dict())
        # As a checkpoint keeps it.
        torch.save({"data": state}, self.fresh("checkpoint.pt"))
        other = self.open(threads=1)
        other.load_state_dict(state)
        rest = [voxels(batch) for _ in range(3) for batch in other]
        self.assertTrue(begun + rest == whole)

    def test_workers_are_refused(self):
        with self.assertRaisesRegex(RuntimeError, "num_workers must be 0, found a worker process.*threads of its own"):
            next(iter(DataLoader(self.open(), batch_size=None, num_workers=1)))
        with self.assertRaisesRegex(TypeError, "cannot be sent to another process.*expected num_workers=0"):
            copy.deepcopy(self.open())

    def test_ranks_may_be_given(self):
        whole = self.whole()[:9]
        halves = [self.open(rank=rank, world_size=2) for rank in range(2)]
        for batch in whole:
            parts = [dataset.stream.next() for dataset in halves]
            image = b"".join(numpy.asarray(part.image).tobytes() for part in parts)
            label = b"".join(numpy.asarray(part.label).tobytes() for part in parts)
            self.assertEqual(image + label, batch)

    def test_pinned_memory_goes_by_cuda(self):
        if torch.cuda.is_available():
            self.assertTrue(all(image.is_pinned() and label.is_pinned() for image, label in self.open().buffers))
        else:
            self.assertFalse(any(image.is_pinned() for image, _ in self.open().buffers))
