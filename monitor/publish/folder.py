"""Writes a page into a folder: beside, then renamed, so that nobody ever reads half of a file.

Others may write the same page at the same time; the names beside are each writer's own. First
pages come after all that they lead to, and what says that the data is fresh comes last.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from monitor.places.order import rank

LEFT_BEHIND: Final = timedelta(hours=1)
MANY: Final = 50
"""From so many files on, the disk is told once to take them all instead of for each."""
_BESIDE: Final = re.compile(r"\..+\.\d+-[0-9a-f]{16}\.new")

Stamp = tuple[int, int, int]
"""Another one when somebody else wrote the file."""


def write(folder: Path, files: Mapping[str, bytes]) -> dict[str, Stamp]:
    """Replaces each file whose bytes differ; gives the stamps of all. Raises OSError."""
    found = {name: _held(folder / name, content) for name, content in files.items()}
    same = {name: stamp for name, stamp in found.items() if stamp is not None}
    return same | put(folder, {name: files[name] for name in files.keys() - same.keys()})


def put(folder: Path, files: Mapping[str, bytes]) -> dict[str, Stamp]:
    """Replaces each file, and gives their stamps. Raises OSError; then none of the first pages is
    replaced before all that it leads to.
    """
    each = len(files) < MANY
    beside: dict[str, Path] = {}
    try:
        for name in in_order(files):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            beside[name] = _written(target, files[name], durable=each)
        if not each:
            os.sync()
        stamps = {name: _stamp(new.stat()) for name, new in beside.items()}
        for name, new in beside.items():
            new.replace(folder / name)
    except BaseException:
        for new in beside.values():
            with suppress(OSError):
                new.unlink(missing_ok=True)
        raise
    return stamps


def stamp_of(path: Path | str) -> Stamp | None:
    """None for what is not there."""
    try:
        return _stamp(os.stat(path))  # noqa: PTH116 - of many thousand files; a Path takes as long
    except OSError:
        return None


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_mtime_ns, found.st_size, found.st_ino


def remove(folder: Path, names: Iterable[str]) -> None:
    """Files that are no part of the page any more, with what killed writers left of them, and
    folders that this leaves empty.
    """
    for name in names:
        target = folder / name
        with suppress(OSError):
            target.unlink(missing_ok=True)
            for left in _left([target.parent]):
                if left.name.startswith(f".{target.name}."):
                    left.unlink(missing_ok=True)
            for parent in list(target.relative_to(folder).parents)[:-1]:
                (folder / parent).rmdir()


def in_order(names: Iterable[str]) -> list[str]:
    """As they are to be replaced."""
    return sorted(names, key=lambda name: (rank(name), name))


def _held(target: Path, content: bytes) -> Stamp | None:
    """The stamp of a file that holds just that."""
    try:
        with target.open("rb") as stream:
            found = os.fstat(stream.fileno())
            same = found.st_size == len(content) and stream.read() == content
    except OSError:
        return None
    return _stamp(found) if same else None


def _written(target: Path, content: bytes, *, durable: bool) -> Path:
    # tempfile would make the file private to this user, and a web server must read it.
    beside = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(8)}.new")
    try:
        with beside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    return beside


def sweep(folder: Path, names: Iterable[str]) -> None:
    """What writers left that were killed. Its age is told by the newest of our files, not by a
    clock that may be another than the file system's.
    """
    targets = [folder / name for name in names]
    stamps = [stamp for target in targets if (stamp := stamp_of(target)) is not None]
    latest = max((written_ns for written_ns, _, _ in stamps), default=0)
    for found in _left({target.parent for target in targets}):
        with suppress(OSError):  # another writer sweeps too, or it is not ours to remove
            if latest - found.stat().st_mtime_ns > LEFT_BEHIND.total_seconds() * 1e9:
                found.unlink()


def _left(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (each for each in folder.glob(".*.new") if _BESIDE.fullmatch(each.name))
