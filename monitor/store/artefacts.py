"""Files of evidence on disk: a folder for each probe, and in it one for each run. Bounded in size
and in number, and for nobody else to read, whatever they are called by whoever made them.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from probes import Artefact

FILE_MAX: Final = 10 * 1024 * 1024
RUN_MAX: Final = 12 * 1024 * 1024
FILES_MAX: Final = 24
NAME_MAX: Final = 80
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_OURS_ALONE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was written; `path` is relative to the artefact folder."""

    name: str
    media_type: str
    path: str
    size: int


def write(folder: Path, probe: str, slot: datetime, found: Sequence[Artefact]) -> list[Kept]:
    """Writes what is not too large, small things first where not all has room. A disk that cannot
    take it costs the evidence, not the run.
    """
    kept: list[Kept] = []
    if not found:
        return kept
    of_run = Path(probe) / stamp(slot)
    with contextlib.suppress(OSError):
        _make(folder, of_run)
        for name, artefact in _fitting(found):
            _put(folder / of_run / name, artefact.content)
            path = str(of_run / name)
            kept.append(Kept(name, artefact.media_type, path, len(artefact.content)))
    return kept


def stamp(slot: datetime) -> str:
    """What the folder of a run is called: `20260314T020000Z`, and so are its copies."""
    ms = f".{slot.microsecond // 1000:03d}" if slot.microsecond else ""
    return f"{slot:%Y%m%dT%H%M%S}{ms}Z"


def remove(folder: Path, paths: Sequence[str]) -> None:
    """What cannot be removed stays: the rows are gone, and the run it made room for is recorded."""
    for path in paths:
        with contextlib.suppress(OSError):
            (folder / path).unlink()
    for of_run in {(folder / path).parent for path in paths} - {folder}:
        with contextlib.suppress(OSError):  # there is something else in it
            of_run.rmdir()


def leave_newest(of_probe: Path, runs: int) -> None:
    """Removes all but so many folders of runs."""
    for path in sorted(of_probe.glob("*Z"))[:-runs]:
        shutil.rmtree(path, ignore_errors=True)


def sweep(folder: Path, known: Collection[str], before_s: float) -> int:
    """Removes what nothing is known of and nobody touched after *before_s*, in Unix time: its
    daemon was killed before it could write the row. How many files that were.
    """
    with contextlib.suppress(OSError):
        folder.chmod(_OURS_ALONE)  # an earlier version was not so careful
    gone = 0
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(place, name)
            if str(path.relative_to(folder)) not in known:
                gone += _gone(path, before_s)
        if Path(place) != folder:
            with contextlib.suppress(OSError):
                Path(place).rmdir()
    return gone


def _gone(path: Path, before_s: float) -> bool:
    try:
        if path.lstat().st_mtime >= before_s:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _fitting(found: Sequence[Artefact]) -> Iterator[tuple[str, Artefact]]:
    """In their order, under names that are plain and no two the same."""
    left, chosen = RUN_MAX, set[int]()
    for place in sorted(range(len(found)), key=lambda place: len(found[place].content)):
        size = len(found[place].content)
        if size <= min(FILE_MAX, left) and len(chosen) < FILES_MAX:
            chosen.add(place)
            left -= size
    names: set[str] = set()
    for place, artefact in enumerate(found):
        if place in chosen:
            name = _free(_plain(artefact.name), names)
            names.add(name)
            yield name, artefact


def _plain(name: str) -> str:
    return _ODD.sub("-", name)[-NAME_MAX:].lstrip(".-") or "evidence"


def _free(name: str, taken: Collection[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem}-{number}{dot}{ending}" if dot else f"{name}-{number}"
    return free


def _make(folder: Path, of_run: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    for path in (folder, *(folder / part for part in (of_run.parent, of_run))):
        path.mkdir(mode=_OURS_ALONE, exist_ok=True)


def _put(path: Path, content: bytes) -> None:
    how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, how, 0o600), "wb") as file:
        file.write(content)
