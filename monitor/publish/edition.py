"""One page, made again and again into a folder of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import status_page
from monitor.publish import folder as folders

AS_OF: Final = "as-of.json"


class Edition:
    """Writes what changed since it wrote last. Not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._renderer: status_page.Renderer | None = None
        self._written: dict[str, bytes] = {}
        """Digests, by path."""

    def make(self, page: status_page.Page) -> dict[str, bytes]:
        """Every file of the page, which then is in the folder. Raises OSError."""
        if self._renderer is None:
            self._renderer = status_page.Renderer(before=_read(self.folder / AS_OF))
        files = self._renderer.render(page)
        digests = {name: hashlib.blake2b(body).digest() for name, body in files.items()}
        if not self._written:
            folders.write(self.folder, files)
        else:
            folders.put(self.folder, {n: files[n] for n in self._changed(digests)})
        folders.remove(self.folder, self._written.keys() - files.keys())
        self._written = digests
        return files

    def _changed(self, digests: dict[str, bytes]) -> Iterable[str]:
        for name, digest in digests.items():
            if self._written.get(name) != digest or not (self.folder / name).exists():
                yield name


def _read(path: Path) -> bytes:
    """Nothing where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
