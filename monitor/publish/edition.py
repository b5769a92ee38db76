"""One page, made again and again into a folder of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import status_page
from monitor.publish import folder as folders
from monitor.publish.folder import Stamp
from monitor.publish.inventory import Inventory

AS_OF: Final = "as-of.json"


class Edition:
    """Writes what changed since it wrote last, and what somebody else wrote over. Not for several
    threads at once.
    """

    def __init__(self, folder: Path, state: Path) -> None:
        """*state* is the state folder, where it is remembered what was written."""
        self.folder = folder
        self._inventory = Inventory(folder, state)
        self._renderer: status_page.Renderer | None = None
        self._written: dict[str, tuple[bytes, Stamp]] = {}
        """Digests and stamps, by path."""
        self._swept_at: datetime | None = None

    def make(self, page: status_page.Page) -> dict[str, bytes]:
        """Every file of the page, which then is in the folder, and no other of ours. Raises
        OSError.
        """
        if self._renderer is None:
            self._renderer = status_page.Renderer(before=_read(self.folder / AS_OF))
        files = self._renderer.render(page)
        digests = {name: hashlib.blake2b(body).digest() for name, body in files.items()}
        there = self._inventory.read() | self._written.keys()
        if there != files.keys():
            self._inventory.write(there | files.keys())
        self._write(files, digests)
        self._sweep(there | files.keys(), page.made_at)
        if gone := there - files.keys():
            folders.remove(self.folder, gone)
            self._inventory.write(files)
        return files

    def _write(self, files: Mapping[str, bytes], digests: Mapping[str, bytes]) -> None:
        changed = {name: files[name] for name in self._doubtful(digests)}
        stamps = {name: stamp for name, (_, stamp) in self._written.items()}
        stamps |= folders.write(self.folder, changed)
        self._written = {name: (digests[name], stamps[name]) for name in files}

    def _doubtful(self, digests: Mapping[str, bytes]) -> Iterator[str]:
        root = str(self.folder)
        for name, digest in digests.items():
            known = self._written.get(name)
            if known != (digest, folders.stamp_of(f"{root}/{name}")):
                yield name

    def _sweep(self, names: frozenset[str], at: datetime) -> None:
        if self._swept_at is None or abs(at - self._swept_at) >= folders.LEFT_BEHIND:
            self._swept_at = at
            folders.sweep(self.folder, names)


def _read(path: Path) -> bytes:
    """Nothing where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
