"""Patches of shards in any order."""

import ctypes
import json
import operator
import weakref
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

import numpy

from ._calls import Path, choice, path_bytes
from ._errors import check
from ._library import Patch as _Patch
from ._library import ShardsInfo, library
from ._options import IMAGE_TYPES, split_numbers


class Patch(NamedTuple):
    """A patch, and where it comes from."""

    image: numpy.ndarray
    """(channel, z, y, x)."""
    label: numpy.ndarray
    """uint8 (z, y, x)."""
    case: str
    origin: Tuple[int, int, int]
    """Index in the prepared volume of its first voxel (z, y, x), margin not counted."""
    number: int
    """Within its case and set."""
    fold: Optional[int]
    """The fold that validates on its case."""
    file: str
    place: int
    affine: numpy.ndarray
    """4x4, maps an index (x, y, z, 1) of the image to millimetres in RAS+ space."""
    class_counts: List[int]
    """Voxels of each class, margin not counted."""
    variant: int
    """0 as it was prepared, n the nth augmented version."""
    drawn: Any
    """What was drawn for that; None for 0."""


class Shards:
    """A set's patches as a sequence, in the order of a sequential stream of that split.

    Threads may share it, and it may be used after a fork. `margin` keeps the voxels that are stored around each patch.
    """

    def __init__(
        self, shards: Path, *, set: str, fold: Optional[int] = None, validation: bool = False, margin: bool = False,
        image: str = "float32",
    ):
        """Opens the patches that `fold` trains or validates on; of all labelled cases without a fold."""
        handle = ctypes.c_uint64()
        split, fold_number = split_numbers(fold, validation)
        check(library.segprep_shards_open(path_bytes(shards), set.encode(), split, fold_number, handle))
        self._handle = handle.value
        self._close = weakref.finalize(self, library.segprep_shards_close, self._handle)
        info = ShardsInfo()
        check(library.segprep_shards_describe(self._handle, info))
        self._type = choice("image", image, IMAGE_TYPES)
        self._count, self._classes, self._with_margin = info.patches, info.classes, margin
        self.margin: Tuple[int, ...] = tuple(info.margin) if margin else (0, 0, 0)
        """Voxels around each patch on each side (z, y, x)."""
        self.image_shape: Tuple[int, ...] = (
            info.channels, *(n + 2 * m for n, m in zip(info.patch, self.margin)))
        """(channel, z, y, x)."""

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Patch:
        """The patch at that index, its checksums looked at, in arrays of its own."""
        index = operator.index(index)
        place = index + self._count if index < 0 else index
        if not 0 <= place < self._count:
            raise IndexError(f"no such patch, found {index}, expected one of {self._count}")
        found = _Patch()
        check(library.segprep_shards_patch(self._handle, place, found))
        image = numpy.empty(self.image_shape, IMAGE_TYPES[self._type])
        label = numpy.empty(self.image_shape[1:], numpy.uint8)
        check(library.segprep_shards_read(
            self._handle, place, self._type, self._with_margin, image.ctypes.data, label.ctypes.data))
        affine = numpy.array(found.affine).reshape(4, 4)
        affine[:3, 3] -= affine[:3, :3] @ numpy.array(self.margin[::-1], float)
        return Patch(
            image, label, found.case_identifier.decode(), tuple(found.origin), found.patch,
            None if found.fold < 0 else found.fold, found.file.decode(), found.place, affine,
            found.class_counts[:self._classes], found.variant,
            json.loads(found.augmentation) if found.augmentation else None)

    def __iter__(self) -> Iterator[Patch]:
        return (self[index] for index in range(self._count))

    def close(self) -> None:
        """Closes the files; what was read stays."""
        self._close()
