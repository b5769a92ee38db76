"""The folder that a drill takes place in: its own for as long as one of its processes lives, and
swept by the next drill where it was killed.

By hand, because tempfile knows nothing of the folders of processes that were killed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.clock import SystemClock

PREFIX: Final = "trueup-drill-"
MARK: Final = ".of-trueup-drill"
"""In a folder of ours, from when it is locked until nothing else is in it."""
UNMARKED: Final = 3600.0  # seconds after which an empty folder gets no mark any more
_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class Folder:
    """Whoever has `held` open, be it a child, keeps it from being swept."""

    path: Path
    held: int


@contextmanager
def own() -> Iterator[Folder]:
    """Gone afterwards; those of drills that were killed are gone before. Raises OSError."""
    sweep(Path(tempfile.gettempdir()))
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    held = os.open(path, _OPEN)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        (path / MARK).touch()
        yield Folder(path, held)
    finally:
        with suppress(OSError):  # the next drill sweeps it
            _remove(path, held)
        os.close(held)


def sweep(where: Path) -> None:
    """Removes what killed drills of this user left there. Follows no link."""
    with suppress(OSError):
        for each in list(where.glob(f"{PREFIX}*")):
            with suppress(OSError):
                _sweep(each)


def _sweep(path: Path) -> None:
    held = os.open(path, _OPEN)
    try:
        if _is_ours(held):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path, held)
    finally:
        os.close(held)


def _is_ours(held: int) -> bool:
    """Also one that was killed before it had its mark: it is empty, and was so long ago."""
    folder = os.fstat(held)
    owner = folder.st_uid
    try:
        owner = os.stat(MARK, dir_fd=held, follow_symlinks=False).st_uid
    except FileNotFoundError:
        age = SystemClock().now().timestamp() - folder.st_mtime
        if age < UNMARKED or os.listdir(held):
            return False
    return {folder.st_uid, owner} == {os.geteuid()}


def _remove(path: Path, held: int) -> None:
    """The mark goes last: what is left of it half-way is still known."""
    with os.scandir(held) as entries:
        found = [(each.name, each.is_dir(follow_symlinks=False)) for each in entries]
    for name, is_folder in found:
        if is_folder:
            shutil.rmtree(name, dir_fd=held)
        elif name != MARK:
            os.unlink(name, dir_fd=held)
    with suppress(FileNotFoundError):
        os.unlink(MARK, dir_fd=held)
    path.rmdir()
