"""What streams and shards are opened with, as the numbers of segprep.h."""

from typing import Optional, Tuple

from ._calls import number
from ._errors import UsageError

IMAGE_TYPES = ("float32", "float16")
ORDERS = ("uniform", "class_balanced", "sequential")
CHECKS = ("always", "first", "never")
DAMAGE = ("fail", "skip")


def split_numbers(fold: Optional[int], validation: bool) -> Tuple[int, int]:
    """The split and the fold."""
    if fold is None:
        if validation:
            raise UsageError("validation: needs a fold, found none, expected the fold that is validated on")
        return 2, 0
    return (1 if validation else 0), number("fold", fold)
