"""Room on the disk that is ours when there is no other: the last pages must still be told."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

SIZE: Final = 16 * 1024 * 1024
ROOMY: Final = 10  # times the size must be free before we take it
NAME: Final = "reserve"


class Reserve:
    """A file that holds nothing. `make` it while there is room, `release` it when there is none."""

    def __init__(self, folder: Path, size: int = SIZE) -> None:
        self._path = folder / NAME
        self._size = size
        self.given_up = False
        """It was needed, and there is no room to make it again."""

    def make(self) -> bool:
        """Whether it is there now. Raises nothing: a disk without room for it is no trouble yet."""
        try:
            if self._path.exists() and self._path.stat().st_size >= self._size:
                self.given_up = False
                return True
            if shutil.disk_usage(self._path.parent).free < ROOMY * self._size:
                return False
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            self._remove()
            return False
        self.given_up = False
        return True

    def release(self) -> bool:
        """Whether there was something to give."""
        self.given_up = True
        return self._remove()

    def _remove(self) -> bool:
        with contextlib.suppress(OSError):
            self._path.unlink()
            return True
        return False
