"""Reading a file that somebody named: nothing that a reader would wait at, and not too much."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

LARGEST: Final = 1 << 20


def read_bounded(path: Path) -> bytes:
    """At most one byte more than LARGEST, so that a larger one can be told. Raises OSError; and
    ValueError for a name that no file can have, or what is no regular file.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise ValueError("it is no file of the ordinary sort")
        return file.read(LARGEST + 1)
