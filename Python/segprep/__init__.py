"""segprep: patches of medical volumes, streamed from shards as fast as a network can eat them.

ShardDataset (PyTorch), ShardStream (NumPy), Shards (patches in any order), Augmenter and augment, read_nifti.
"""

from typing import TYPE_CHECKING, Any

from ._errors import (
    AbsentError, CancelledError, DamagedPatchError, DataError, ForbiddenError, ForkedError, NoMemoryError, SegprepError,
    UsageError)
from ._library import library as _loaded
from .augment import Augmenter, augment
from .batch import Batch, Sample
from .nifti import Volume, read_nifti
from .shards import Patch, Shards
from .stream import ShardStream

if TYPE_CHECKING:
    from .dataset import ShardDataset

__version__: str = _loaded.segprep_version().decode()

__all__ = [
    "AbsentError", "Augmenter", "Batch", "CancelledError", "DamagedPatchError", "DataError", "ForbiddenError",
    "ForkedError", "NoMemoryError", "Patch", "Sample", "SegprepError", "ShardDataset", "ShardStream", "Shards",
    "UsageError", "Volume", "augment", "read_nifti"]


def __getattr__(name: str) -> Any:
    """ShardDataset needs torch, which takes seconds to import: only who asks for it waits."""
    if name == "ShardDataset":
        from .dataset import ShardDataset

        return ShardDataset
    raise AttributeError(f"module 'segprep' has no attribute {name!r}")
