"""Which files have been saved. Judged by what the files are, not by what a watcher said of them, so
that a change is seen however an editor writes it, and none is lost while nobody was looking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import awatch

Sign = tuple[int, int, int] | None


class Saved:
    """Calls *act* after any of the files was written, replaced or removed."""

    def __init__(self, files: Iterable[Path], act: Callable[[], None]) -> None:
        self._act = act
        self._files = frozenset(files)
        self._known = _signs(self._files)
        self._others = asyncio.Event()

    def configure(self, files: Iterable[Path]) -> None:
        """Looks at these files from now on."""
        if self._files != frozenset(files):
            self._files = frozenset(files)
            self._others.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._others.clear()
            self._look()
            folders = {file.parent for file in self._files if file.parent.is_dir()}
            async for _ in awatch(
                *folders, recursive=False, stop_event=self._others, step=50, debounce=400
            ):
                self._look()

    def _look(self) -> None:
        known, self._known = self._known, _signs(self._files)
        if any(known.get(file, sign) != sign for file, sign in self._known.items()):
            self._act()


def _signs(files: Iterable[Path]) -> dict[Path, Sign]:
    return {file: _sign(file) for file in files}


def _sign(file: Path) -> Sign:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
