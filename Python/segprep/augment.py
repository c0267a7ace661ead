"""Augmentation of patches in NumPy arrays."""

import ctypes
import json
import weakref
from typing import Any, List, Optional, Sequence, Tuple

import numpy

from ._calls import Augmentation, Path, number, path_bytes, section_bytes, text_of
from ._errors import UsageError, check
from ._library import AugmenterOptions, PatchToAugment, library

Shape = Tuple[int, int, int]


class Augmenter:
    """Augments patches of one shape. What is drawn follows from seed, case, patch, epoch and occurrence alone.

    Threads may share it: Python's lock is not held while it works.
    """

    def __init__(
        self, augment: Optional[Augmentation] = None, *, pipeline: Optional[Path] = None, shape: Shape,
        margin: Shape = (0, 0, 0),
    ):
        """augment: "nnunet", "miscnn" or "none"; or the keys or transforms of the section, as in a pipeline file.
        pipeline: a pipeline file, instead. shape: of a finished patch (z, y, x). margin: around it on each side in what
        it is made from.

        Raises SegprepError.
        """
        options = AugmenterOptions()
        options.augment = section_bytes(augment)
        options.pipeline = None if pipeline is None else path_bytes(pipeline)
        options.patch[:], options.margin[:] = shape, margin
        handle = ctypes.c_uint64()
        check(library.segprep_augmenter_open(options, handle))
        self._handle = handle.value
        self._close = weakref.finalize(self, library.segprep_augmenter_close, self._handle)
        self._shape: Tuple[int, ...] = tuple(shape)
        self._source: Tuple[int, ...] = tuple(n + 2 * m for n, m in zip(shape, margin))

    def __call__(
        self, image: numpy.ndarray, label: Optional[numpy.ndarray] = None, *, seed: int, case: str = "",
        patch: int = 0, epoch: int = 0, occurrence: int = 0,
        out: Optional[Tuple[numpy.ndarray, Optional[numpy.ndarray]]] = None,
        pad_values: Optional[Sequence[float]] = None, statistics: Optional[Sequence[Sequence[float]]] = None,
    ) -> List[Any]:
        """Augments a patch where it is, or into `out`; returns what was drawn, the transforms in order.

        image: float32 or float16 (channel, z, y, x), or (z, y, x) for one channel; with its margin. label: uint8
            (z, y, x).
        out: image and label without the margin; needed where there is a margin. float16 is augmented in place only.
        pad_values: what lies beyond the patch, by channel; its minimum if not given.
        statistics: the case's minimum, maximum, mean and standard deviation by channel, for `statistics: case`.

        Voxels that are not finite are no error: they, and those of their channel that follow from them, become infinite or
        NaN, as NumPy's do.

        Raises SegprepError, also for arrays of another shape or type, or not in C order.
        """
        _check_axes(image)
        new_image, new_label = (image, label) if out is None else out
        request, kind = PatchToAugment(), image.dtype
        if kind not in (numpy.float32, numpy.float16):
            raise UsageError(f"image: has another type, found {kind}, expected float32 or float16")
        request.type = int(kind == numpy.float16)
        request.channels = 1 if image.ndim == 3 else image.shape[0]
        channels = image.shape[:-3]
        request.source_image = _place("image", image, channels + self._source, kind)
        request.image = _place("out image", new_image, channels + self._shape, kind, writes=True)
        if (label is None) != (new_label is None):
            raise UsageError("label: is there beside an out without one, found one of them, expected both or none")
        if label is not None and new_label is not None:
            request.source_label = _place("label", label, self._source, numpy.dtype(numpy.uint8))
            request.label = _place("out label", new_label, self._shape, numpy.dtype(numpy.uint8), writes=True)
        request.seed, request.case_identifier = number("seed", seed, most=2**64 - 1), case.encode()
        request.patch, request.epoch = number("patch", patch), number("epoch", epoch)
        request.occurrence = number("occurrence", occurrence)
        pads, numbers = _numbers(pad_values, request.channels, "f4"), _numbers(statistics, 4 * request.channels, "f8")
        request.pad_values = None if pads is None else pads.ctypes.data
        request.statistics = None if numbers is None else numbers.ctypes.data
        return json.loads(text_of(lambda place: library.segprep_augment(self._handle, request, place)) or "[]")


def augment(
    image: numpy.ndarray, label: Optional[numpy.ndarray] = None, transforms: Augmentation = "nnunet", *, seed: int,
    case: str = "", patch: int = 0, epoch: int = 0, occurrence: int = 0,
) -> List[Any]:
    """Augments a patch where it is; returns what was drawn. For many patches of one shape an Augmenter is faster.

    image: float32 or float16 (channel, z, y, x), or (z, y, x). label: uint8 (z, y, x). transforms: "nnunet", "miscnn",
    or the section `augment` of a pipeline file. Raises SegprepError.
    """
    _check_axes(image)
    z, y, x = image.shape[-3:]
    return Augmenter(transforms, shape=(z, y, x))(
        image, label, seed=seed, case=case, patch=patch, epoch=epoch, occurrence=occurrence)


def _check_axes(image: numpy.ndarray) -> None:
    if image.ndim not in (3, 4):
        raise UsageError(f"image: has another shape, found {image.ndim} axes, expected (channel, z, y, x) or (z, y, x)")


def _place(
    name: str, array: numpy.ndarray, shape: Tuple[int, ...], kind: numpy.dtype, writes: bool = False
) -> int:
    """Where an array's values lie, once it is what it must be."""
    if array.shape != shape or array.dtype != kind:
        raise UsageError(
            f"{name}: is another array, found {array.dtype} of {array.shape}, expected {kind} of {shape}")
    if not array.flags.c_contiguous or (writes and not array.flags.writeable):
        raise UsageError(f"{name}: cannot be used where it is, found a view or what must not be written, expected an "
                         "array in C order")
    return array.ctypes.data


def _numbers(values: Any, count: int, kind: str) -> Optional[numpy.ndarray]:
    if values is None:
        return None
    numbers = numpy.ascontiguousarray(values, kind).ravel()
    if numbers.size != count:
        raise UsageError(f"pad_values or statistics: found {numbers.size} numbers, expected {count}")
    return numbers
