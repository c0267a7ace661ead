"""Batches from shards as NumPy arrays, and what all streams share."""

import ctypes
import json
import logging
import time
import weakref
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterator, List, Optional, Tuple

import numpy

from . import _library
from ._calls import Augmentation, Path, choice, number, path_bytes, section_bytes, text_of
from ._errors import UsageError, check
from ._library import END, WAITING, library
from ._options import CHECKS, DAMAGE, IMAGE_TYPES, ORDERS, split_numbers
from .batch import Batch, Sample

_log = logging.getLogger("segprep")

# How long a call waits, in seconds: what Ctrl-C has to wait at most.
_TICK = 0.5

Allocate = Callable[[Tuple[int, ...], str], Tuple[Any, int]]
"""Makes an array of a shape and type; returns it and where it lies."""


def numpy_array(shape: Tuple[int, ...], kind: str) -> Tuple[numpy.ndarray, int]:
    """An array of NumPy's, and where it lies."""
    array = numpy.empty(shape, kind)
    return array, array.ctypes.data


class ShardStream:
    """Epochs of batches from a folder of shards, read, decoded and augmented by the library's threads.

    `for image, label in stream` is one epoch, or what is left of it; breaking off and beginning again goes on with the
    next batch. Which samples a batch holds follows from the shards, the seed, the epoch and the batch's number alone.

    Voxels are written straight into a few arrays that are made once and used in turn: a batch is good until the next
    but `keep` is asked for. Take a copy of what is to stay longer.
    """

    def __init__(
        self, shards: Path, *, set: str, fold: Optional[int] = None, validation: bool = False,
        pipeline: Optional[Path] = None, augment: Optional[Augmentation] = None, global_batch: Optional[int] = None,
        seed: Optional[int] = None, rank: int = 0, world_size: int = 1, threads: Optional[int] = None,
        memory: Optional[int] = None, epochs: Optional[int] = None, order: str = "uniform", image: str = "float32",
        checks: str = "always", damage: str = "fail", keep: int = 1, stall_seconds: float = 30.0,
        allocate: Allocate = numpy_array,
    ):
        """Opens the stream, and lets it begin to fill batches.

        shards: a folder that `segprep shard` wrote.
        set: the patch set's name. fold: None for the patches of all labelled cases. validation: what the fold validates
            on, in order and not augmented, the last batch filled up with samples that are not valid.
        pipeline: the file that the shards were cut with: where global_batch, seed and augmentation come from. Without
            it they are 2, 1 and none.
        augment: instead of the pipeline's: "nnunet", "miscnn" or "none", or the section's keys or transforms.
        global_batch: samples of all ranks; each rank gets its part of them.
        threads: None for one for each processor. memory: the most that batches and threads may take, in bytes.
        epochs: until the stream ends; None for no end.
        order: uniform, class_balanced (with replacement) or sequential. image: float32 or float16.
        checks: whether checksums are looked at always, first (the first time that a patch is read) or never.
        damage: fail, or skip: damaged patches become samples that are not valid, and `damages` names them.
        keep: see above.
        stall_seconds: after which the logger `segprep` warns that no batch comes.

        Raises SegprepError.
        """
        split, fold_number = split_numbers(fold, validation)
        options = _library.StreamOptions()
        check(library.segprep_stream_defaults(options))
        options.set, options.split, options.fold = set.encode(), split, fold_number
        options.pipeline = None if pipeline is None else path_bytes(pipeline)
        options.augment = section_bytes(augment)
        options.global_batch = 0 if global_batch is None else number("global batch", global_batch, least=1)
        options.seed = -1 if seed is None else number("seed", seed, most=2**63 - 1)
        options.rank, options.world_size = number("rank", rank), number("world size", world_size)
        options.threads = 0 if threads is None else number("threads", threads, least=1)
        options.memory = 0 if memory is None else number("memory", memory, least=1, most=2**63 - 1)
        options.epochs = 0 if epochs is None else number("epochs", epochs, least=1)
        options.order, options.image = choice("order", order, ORDERS), choice("image", image, IMAGE_TYPES)
        options.checks, options.damage = choice("checks", checks, CHECKS), choice("damage", damage, DAMAGE)
        options.held = number("keep", keep) + 1
        self._path, self._options = path_bytes(shards), options
        self._allocate, self._keep, self._stall_seconds = allocate, keep, stall_seconds
        self._close: Callable[[], Any] = lambda: None
        self._open(None)

    def _open(self, state: Optional[str]) -> None:
        """Opens the stream in the place of the one there may be, which is closed once the library asks for memory: whatever
        is wrong with a state is found before."""
        self._options.state = None if state is None else state.encode()
        self._failure: Optional[BaseException] = None
        self._options.memories = _library.Memories(self._give_memory)
        handle = ctypes.c_uint64()
        code = library.segprep_stream_open(self._path, self._options, handle)
        # What calls back must not keep this stream alive.
        self._options.memories = _library.Memories()
        if self._failure is not None:
            raise self._failure
        check(code)
        self._handle = handle.value
        # The buffers live as long as the threads that write into them.
        self._close = weakref.finalize(self, _close, self._handle, self._buffers)
        info = _library.StreamInfo()
        check(library.segprep_stream_describe(self._handle, info))
        self._info = info

    def _give_memory(self, _: Any, shape: Any, count: int, memories: Any) -> int:
        try:
            self.close()
            self._buffers: List[Tuple[Any, Any]] = []
            self._held: Deque[Tuple[int, int]] = deque()
            self._handed_out = 0
            shape = shape.contents
            image = (shape.samples, shape.channels, *shape.patch)
            for index in range(count):
                images, memories[index].image = self._allocate(image, IMAGE_TYPES[shape.image])
                labels, memories[index].label = self._allocate((shape.samples, *shape.patch), "uint8")
                self._buffers.append((images, labels))
            return 0
        except BaseException as error:
            self._failure = error
            return 1

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self._info.batches_per_epoch

    @property
    def patches(self) -> int:
        """Patches in the split."""
        return self._info.patches

    @property
    def memory_bytes(self) -> int:
        """The most that batches and threads take, in bytes."""
        return self._info.memory_bytes

    @property
    def buffers(self) -> List[Tuple[Any, Any]]:
        """The image and label of each batch that is in memory at a time: all that batches are ever handed out in."""
        return list(self._buffers)

    def __iter__(self) -> Iterator[Batch]:
        """The batches until the epoch's end."""
        while True:
            batch = self.next()
            if batch is None:
                return
            yield batch
            if batch.is_last_of_epoch:
                return

    def next(self) -> Optional[Batch]:
        """Waits for the next batch; None after the last epoch. Raises SegprepError."""
        while len(self._held) > self._keep:
            check(library.segprep_stream_give_back(self._handle, self._held.popleft()[0]))
        found = _library.Batch()
        if self._wait(found) == END:
            return None
        self._handed_out += 1
        lent = (found.index, self._handed_out)
        self._held.append(lent)
        image, label = self._buffers[found.index]
        return Batch(
            image, label, [_sample(found.samples[i]) for i in range(found.count)], found.epoch, found.number,
            bool(found.is_last_of_epoch), self._drawing(lent))

    def _wait(self, found: _library.Batch) -> int:
        """Waits in short pieces, so that Ctrl-C comes through."""
        told = time.monotonic()
        while True:
            code = library.segprep_stream_next(self._handle, _TICK, found)
            if code != WAITING:
                return check(code)
            if time.monotonic() - told >= self._stall_seconds:
                told = time.monotonic()
                _log.warning("%s", library.segprep_last_error().decode())

    def _drawing(self, lent: Tuple[int, int]) -> Callable[[int], Any]:
        handle, held = self._handle, self._held

        def drawn(sample: int) -> Any:
            if lent not in held:
                raise UsageError(
                    "drawn: the batch was given back, found another in its place, expected one that is kept")
            text = text_of(lambda place: library.segprep_stream_drawn(handle, lent[0], sample, place))
            return None if text is None else json.loads(text)

        return drawn

    def state_dict(self) -> Dict[str, Any]:
        """Where the stream is: after the last batch that was handed out. Plain values."""
        return json.loads(text_of(lambda place: library.segprep_stream_state(self._handle, place)) or "{}")

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        """Goes on with the very next batch after a state, of whatever world size and threads.

        Raises SegprepError; where the state is refused, the stream goes on as it was.
        """
        self._open(json.dumps(state))

    @property
    def damages(self) -> List[Dict[str, Any]]:
        """The damaged patches that were skipped: file, patch, case_identifier, problem."""
        return json.loads(text_of(lambda place: library.segprep_stream_damages(self._handle, place)) or "[]")

    @property
    def times(self) -> Dict[str, float]:
        """Where the time went, in seconds of the threads (read, decode, augment) and of who waited (wait); samples and
        stored_bytes that were read."""
        times = _library.StreamTimes()
        check(library.segprep_stream_read_times(self._handle, times))
        return {name: getattr(times, name) for name in ("read", "decode", "augment", "wait", "samples", "stored_bytes")}

    def close(self) -> None:
        """Ends the threads and closes the files. Batches that were handed out keep their voxels."""
        self._close()

    def __enter__(self) -> "ShardStream":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _close(handle: int, buffers: List[Tuple[Any, Any]]) -> None:
    """Ends a stream, whose buffers are held until then."""
    library.segprep_stream_close(handle)


def _sample(sample: _library.Sample) -> Sample:
    return Sample(
        sample.case_identifier.decode(), tuple(sample.origin), sample.patch, sample.occurrence,
        bool(sample.is_valid), sample.file.decode(), sample.place)
