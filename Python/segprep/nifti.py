"""NIfTI files as NumPy arrays."""

from typing import NamedTuple, Tuple

import numpy

from ._calls import Path, path_bytes
from ._errors import check
from ._library import NIfTI, library


class Volume(NamedTuple):
    """A volume, its axes turned to superior, anterior, right: z, y, x of RAS+."""

    array: numpy.ndarray
    """float32 (z, y, x); (channel, z, y, x) where there are several."""
    affine: numpy.ndarray
    """4x4, maps an index (x, y, z, 1) to millimetres in RAS+ space."""
    spacing: Tuple[float, float, float]
    """A voxel's size in millimetres (z, y, x)."""


def read_nifti(path: Path) -> Volume:
    """Reads a file (.nii, .nii.gz, or the pair .hdr and .img), scaled as its header says.

    What is infinite or no number becomes NaN. Raises SegprepError.
    """
    found = NIfTI()
    check(library.segprep_nifti_describe(path_bytes(path), found))
    array = numpy.empty((found.channels, *found.shape), numpy.float32)
    check(library.segprep_nifti_read(path_bytes(path), array.ctypes.data, array.size))
    affine = numpy.array(found.affine).reshape(4, 4)
    return Volume(array[0] if len(array) == 1 else array, affine, tuple(found.spacing))
