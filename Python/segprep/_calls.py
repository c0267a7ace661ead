"""Texts, numbers and choices on their way to the library and back."""

import ctypes
import json
import operator
import os
from typing import Any, Callable, Optional, Sequence, Union

from ._errors import UsageError, check
from ._library import library

Path = Union[str, "os.PathLike[str]"]
"""What names a file or folder."""

Augmentation = Union[str, dict, list]
"""The section `augment` of a pipeline file: a preset's name, or as YAML or Python values of its keys or transforms."""


def path_bytes(path: Path) -> bytes:
    """A path as the library takes it."""
    return os.fsencode(path)


def section_bytes(augment: Optional[Augmentation]) -> Optional[bytes]:
    """An augmentation as the text of the section."""
    if augment is None:
        return None
    if isinstance(augment, str):
        # One word is a preset's name, right or wrong: the library says which there are.
        return (json.dumps({"preset": augment}) if augment.isidentifier() else augment).encode()
    return json.dumps(augment).encode()


def number(name: str, value: Any, least: int = 0, most: int = 2**31 - 1) -> int:
    """A whole number as C takes it, which would cut off what is too long."""
    found = operator.index(value)
    if not least <= found <= most:
        raise UsageError(f"{name}: cannot be so, found {found}, expected {least} to {most}")
    return found


def choice(name: str, value: str, values: Sequence[str]) -> int:
    """The number of a choice."""
    if value not in values:
        raise UsageError(f"{name}: no such choice, found {value!r}, expected {', '.join(values)}")
    return values.index(value)


def text_of(call: Callable[[Any], int]) -> Optional[str]:
    """The text that a function gives to be freed; None where it gives none."""
    place = ctypes.c_void_p()
    check(call(ctypes.byref(place)))
    if place.value is None:
        return None
    try:
        return ctypes.string_at(place.value).decode()
    finally:
        library.segprep_free(place)
