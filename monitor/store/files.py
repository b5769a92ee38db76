"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

COMPANIONS: Final = ("", "-wal", "-shm")
"""What SQLite keeps beside a database, and the database itself."""


def settle(written: Path, path: Path) -> None:
    """Gives what was *written* beside *path* its name, and both to the disk. Raises OSError."""
    sync(written)
    written.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(path: Path, name: str) -> Path:
    """Renames a database and its companions within their folder; gives the new path of the
    database. Raises OSError.
    """
    aside = path.with_name(name)
    for ending in reversed(COMPANIONS):
        found = path.with_name(path.name + ending)
        if found.exists():
            found.replace(aside.with_name(aside.name + ending))
    sync(path.parent)
    return aside
