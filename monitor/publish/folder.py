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

LEFT_BEHIND: Final = timedelta(hours=1)
MANY: Final = 50
"""From so many files on, the disk is told once to take them all instead of for each."""
_BESIDE: Final = re.compile(r"\..+\.\d+-[0-9a-f]{16}\.new")


def write(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Replaces each file whose bytes differ, and removes what killed writers left; gives which.
    Raises OSError.
    """
    changed = [name for name in in_order(files) if _differs(folder / name, files[name])]
    put(folder, {name: files[name] for name in changed})
    _sweep(folder / name for name in files)
    return changed


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replaces each file. Raises OSError; then none of the first pages is replaced before all that
    it leads to.
    """
    each = len(files) < MANY
    beside: dict[Path, Path] = {}
    try:
        for name in in_order(files):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            beside[target] = _written(target, files[name], durable=each)
        if not each:
            os.sync()
        for target, new in beside.items():
            new.replace(target)
    except BaseException:
        for new in beside.values():
            with suppress(OSError):
                new.unlink(missing_ok=True)
        raise


def remove(folder: Path, names: Iterable[str]) -> None:
    """Files that are no part of the page any more, and folders that this leaves empty."""
    for name in names:
        target = folder / name
        with suppress(OSError):
            target.unlink(missing_ok=True)
            for parent in list(target.relative_to(folder).parents)[:-1]:
                (folder / parent).rmdir()


def in_order(names: Iterable[str]) -> list[str]:
    """As they are to be replaced."""
    return sorted(names, key=lambda name: (_rank(name), name))


def _rank(name: str) -> int:
    last = name.rpartition("/")[2]
    if last in {"as-of.json", "as-of.html"}:
        return 2
    return int(last == "index.html" and name.count("/") < 2)


def _differs(target: Path, content: bytes) -> bool:
    try:
        return target.stat().st_size != len(content) or target.read_bytes() != content
    except OSError:
        return True


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


def _sweep(targets: Iterable[Path]) -> None:
    """What writers left that were killed. Its age is told by what is beside it, not by a clock
    that may be another than the file system's.
    """
    folders = {target.parent: target for target in targets}
    for folder, target in folders.items():
        latest = target.stat().st_mtime
        for found in _left(folder):
            with suppress(OSError):  # another writer sweeps too, or it is not ours to remove
                if latest - found.stat().st_mtime > LEFT_BEHIND.total_seconds():
                    found.unlink()


def _left(folder: Path) -> Iterator[Path]:
    return (each for each in folder.glob(".*.new") if _BESIDE.fullmatch(each.name))
