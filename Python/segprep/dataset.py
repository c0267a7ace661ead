"""Batches from shards as PyTorch tensors."""

from typing import Any, Dict, Iterator, List, Optional, Tuple

import torch
import torch.distributed
from torch.utils.data import IterableDataset, get_worker_info

from ._calls import Augmentation, Path
from .batch import Batch
from .stream import ShardStream


class ShardDataset(IterableDataset):
    """Epochs of whole batches for `DataLoader(dataset, batch_size=None, num_workers=0)`, or to be iterated as it is.

    `for image, label in loader` is one epoch: image (sample, channel, z, y, x) of float32 or float16, label
    (sample, z, y, x) of uint8. `len` is the number of batches of an epoch.

    The library's threads write voxels straight into a few tensors that are made once and used in turn, pinned where
    CUDA is there: a batch is good until the next but `keep` is asked for. Take `.clone()` of what is to stay longer,
    and `keep` as many as a copy to the GPU with `non_blocking=True` may lag behind. Worker processes would copy every
    batch once more: `num_workers` other than 0 is refused.
    """

    def __init__(
        self, shards: Path, *, set: str, fold: Optional[int] = None, validation: bool = False,
        pipeline: Optional[Path] = None, augment: Optional[Augmentation] = None, global_batch: Optional[int] = None,
        seed: Optional[int] = None, rank: Optional[int] = None, world_size: Optional[int] = None,
        threads: Optional[int] = None, memory: Optional[int] = None, epochs: Optional[int] = None,
        order: str = "uniform", image: str = "float32", checks: str = "always", damage: str = "fail", keep: int = 1,
        stall_seconds: float = 30.0, pin_memory: Optional[bool] = None,
    ):
        """Opens the stream, whose arguments ShardStream explains.

        rank, world_size: those of torch.distributed where it is initialised; otherwise 0 of 1.
        pin_memory: whether tensors are pinned; None for where CUDA is there.
        """
        super().__init__()
        found = _distributed()
        self._pin = torch.cuda.is_available() if pin_memory is None else pin_memory
        self.stream = ShardStream(
            shards, set=set, fold=fold, validation=validation, pipeline=pipeline, augment=augment,
            global_batch=global_batch, seed=seed, rank=found[0] if rank is None else rank,
            world_size=found[1] if world_size is None else world_size, threads=threads, memory=memory, epochs=epochs,
            order=order, image=image, checks=checks, damage=damage, keep=keep, stall_seconds=stall_seconds,
            allocate=self._tensor)
        """What the batches come from: its times, its damages, its buffers."""

    def _tensor(self, shape: Tuple[int, ...], kind: str) -> Tuple[torch.Tensor, int]:
        tensor = torch.empty(shape, dtype=getattr(torch, kind), pin_memory=self._pin)
        return tensor, tensor.data_ptr()

    def __len__(self) -> int:
        return len(self.stream)

    def __iter__(self) -> Iterator[Batch]:
        if get_worker_info() is not None:
            raise RuntimeError(
                "ShardDataset: num_workers must be 0, found a worker process: the library reads, decodes and augments "
                "in threads of its own, and a worker would copy each batch once more; say num_workers=0, and threads=n")
        return iter(self.stream)

    def __getstate__(self) -> Any:
        raise TypeError(
            "ShardDataset: cannot be sent to another process, found a copy of it being made, expected num_workers=0; "
            "open one in each process")

    def state_dict(self) -> Dict[str, Any]:
        """Where the stream is: after the last batch that was handed out, on every rank the same. Plain values."""
        return self.stream.state_dict()

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        """Goes on with the very next batch after a state, of whatever world size and threads. Raises SegprepError."""
        self.stream.load_state_dict(state)

    @property
    def buffers(self) -> List[Tuple[torch.Tensor, torch.Tensor]]:
        """All tensors that batches are ever handed out in."""
        return self.stream.buffers

    def close(self) -> None:
        """Ends the threads and closes the files. Batches that were handed out keep their voxels."""
        self.stream.close()


def _distributed() -> Tuple[int, int]:
    """This process's rank, and how many there are."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return 0, 1
