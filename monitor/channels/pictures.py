"""The first picture of a notice, read from the folder of artefacts and from nowhere else."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.notices import Notice, Picture

BYTES_MAX: Final = 2 * 1024 * 1024
_BEGINS: Final = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff",
}


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture that can be shown. `subtype` is png or jpeg, by what the file holds."""

    subtype: str
    content: bytes


def photograph(notice: Notice, folder: Path | None) -> Photograph | None:
    """The first that is there, is a picture, and has at most 2 MB. Reads files; raises nothing."""
    if folder is None:
        return None
    found = (_read(folder, each) for each in notice.pictures[:5])
    return next((each for each in found if each is not None), None)


def _read(folder: Path, picture: Picture) -> Photograph | None:
    if not picture.media_type.startswith("image/"):
        return None
    try:
        path = (folder / picture.path).resolve(strict=True)
        if not path.is_relative_to(folder.resolve(strict=True)):
            return None
        content = _bounded(path)
    except (OSError, ValueError):  # gone meanwhile, or a name that cannot be one
        return None
    for subtype, begins in _BEGINS.items():
        if content.startswith(begins):
            return Photograph(subtype, content)
    return None


def _bounded(path: Path) -> bytes:
    """Nothing of what is too long or no plain file, which a pipe without a writer would hold up."""
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return b""
        content = file.read(BYTES_MAX + 1)
    return content if len(content) <= BYTES_MAX else b""
