"""Files out of the page cache, without being root and without touching anybody else's."""

import os
from collections.abc import Iterable
from pathlib import Path


def forget(paths: Iterable[Path]) -> None:
    """Drops the files' pages with posix_fadvise; written back first, because dirty pages stay."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
