"""Puts a pin into its file: all of it or nothing, and nowhere else."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755


class CannotWrite(Exception):
    """The file could not be written; the text says why and what to do."""


def write(path: Path, folder: Path, text: str) -> None:
    """*path* is in the folder of pins, which is made in *folder* when it is missing.

    Raises CannotWrite; then what was there before is still there.
    """
    try:
        _make(path.parent)
        _demand_inside(path.parent, folder)
        _sweep(path)
        _replace(path, text)
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or str(trouble)
        raise CannotWrite(
            f"{path}: {why}; make {path.parent} writable, or run trueup learn {path.stem} as"
            " somebody who may write there"
        ) from trouble


def _make(pins: Path) -> None:
    """Whoever runs the daemon has to read what somebody else learned by hand."""
    if not pins.is_dir():
        pins.mkdir()
        pins.chmod(_FOLDER_MODE)


def _demand_inside(pins: Path, folder: Path) -> None:
    """A link may lead elsewhere in the folder, but not out of it."""
    if not pins.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"the folder {pins.name} leads out of {folder}")


def _sweep(path: Path) -> None:
    """What a writer left behind that was killed."""
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    """A link in its place is replaced itself, and not what it leads to."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), _MODE)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
