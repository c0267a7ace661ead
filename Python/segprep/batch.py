"""What a stream hands out."""

from typing import Any, Callable, Iterator, List, NamedTuple, Tuple

import numpy


class Sample(NamedTuple):
    """Where a sample of a batch comes from."""

    case: str
    """Empty where the last batch is filled up."""
    origin: Tuple[int, int, int]
    """Index in the prepared volume of its first voxel (z, y, x), where augmentation moved it to; may be negative."""
    patch: int
    """Its number within its case and set."""
    occurrence: int
    """How often the patch came before in the epoch."""
    valid: bool
    """False where the last batch is filled up, and for damaged patches that are skipped: all their voxels are 0."""
    file: str
    """Below the folder of shards."""
    place: int
    """Its place in the file."""


class Batch:
    """A batch in memory of the stream's: `image, label = batch`, or by name.

    Its voxels are good until the next batch but `keep` is asked for; then others are written there. What is told of its
    samples stays.
    """

    def __init__(
        self, image: Any, label: Any, samples: List[Sample], epoch: int, number: int, is_last_of_epoch: bool,
        drawn: Callable[[int], Any],
    ):
        self.image = image
        """(sample, channel, z, y, x), float32 or float16."""
        self.label = label
        """(sample, z, y, x), uint8."""
        self.samples = samples
        self.epoch = epoch
        self.number = number
        """Within the epoch."""
        self.is_last_of_epoch = is_last_of_epoch
        self._drawn = drawn

    def __iter__(self) -> Iterator[Any]:
        return iter((self.image, self.label))

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.samples)

    @property
    def valid(self) -> numpy.ndarray:
        """By sample, whether it is a patch: bool."""
        return numpy.array([sample.valid for sample in self.samples])

    def drawn(self, sample: int) -> Any:
        """What augmentation drew for a sample, the transforms in order; None for no augmentation.

        To be asked as long as the batch's voxels are good.
        """
        return self._drawn(sample)
