"""Exceptions, one for each code of segprep.h; their text is the library's one line."""

from . import _library


class SegprepError(Exception):
    """What the library refuses or cannot do."""


class UsageError(SegprepError, ValueError):
    """Something was asked for that cannot be: a set, a fold, an option, a pipeline file."""


class DataError(SegprepError):
    """Something that was read is not what it must be."""


class DamagedPatchError(DataError):
    """A patch whose bytes are not those that were written, or that cannot be read."""


class AbsentError(SegprepError, FileNotFoundError):
    """A file or folder that is not there."""


class ForbiddenError(SegprepError, PermissionError):
    """A file or folder that must not be read."""


class NoMemoryError(SegprepError, MemoryError):
    """What is asked for does not fit into the memory that is given."""


class CancelledError(SegprepError):
    """The stream was closed."""


class ForkedError(SegprepError, RuntimeError):
    """A stream that was opened before a fork."""


_KINDS = {
    2: DataError, 3: DamagedPatchError, 4: AbsentError, 5: ForbiddenError, 6: NoMemoryError, 7: CancelledError,
    8: ForkedError, 64: UsageError}


def check(code: int) -> int:
    """The code, if it is that of success or of the end; otherwise its exception is raised."""
    if code in (_library.OK, _library.END):
        return code
    raise _KINDS.get(code, SegprepError)(_library.library.segprep_last_error().decode())
