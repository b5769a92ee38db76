"""Which files have been saved, and which are new where the configuration includes what it finds.

The kernel says when to look; the files themselves say what changed. What the kernel notices stops
at folders that do not exist yet or were replaced, and at network drives: so there is a look every
few seconds all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Final

from watchfiles import awatch

from monitor.config import listed

LOOK_AGAIN: Final = timedelta(seconds=5)
SETTLE: Final = timedelta(milliseconds=200)

Sign = tuple[int, int, int] | None
"""What a file is: another inode, size or time is another content; None is no file."""


class Saved:
    """Calls *act* after any of the files was written, replaced or removed, or a file appeared that
    matches *includes*. A file that is still being written is waited for.
    """

    def __init__(
        self, files: Iterable[Path], act: Callable[[], None], includes: Iterable[str] = ()
    ) -> None:
        self._act = act
        self._known: dict[Path, Sign] = {}
        self._seen: dict[Path, Sign] = {}
        self._others = asyncio.Event()
        self.configure(files, includes)

    def configure(self, files: Iterable[Path], includes: Iterable[str] = ()) -> None:
        """Looks at these from now on, where *files* are those that have been read just now."""
        self._files, self._includes = frozenset(files), frozenset(includes)
        self._others.set()
        old = self._known.keys() & self._files.union(self._seen)
        self._known = _signs(self._files - old) | {file: self._known[file] for file in old}

    def also(self, files: Iterable[Path], includes: Iterable[str] = ()) -> None:
        """Looks at these besides, as when they were refused and may be repaired."""
        self.configure(self._files.union(files), self._includes.union(includes))

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._others.clear()
            await self._settle()
            folders = _folders(self._files, self._includes)
            async for _ in awatch(
                *folders,
                recursive=False,
                stop_event=self._others,
                step=50,
                debounce=200,
                rust_timeout=LOOK_AGAIN // timedelta(milliseconds=1),
                yield_on_timeout=True,
            ):
                await self._settle()
                if _folders(self._files, self._includes) != folders:
                    break

    async def _settle(self) -> None:
        """Looks until two looks saw the same: half a file is no news."""
        while await self._look():  # noqa: ASYNC110 - only looking tells, no event does
            await asyncio.sleep(SETTLE.total_seconds())

    async def _look(self) -> bool:
        """Whether something was not as the last time."""
        seen = await asyncio.to_thread(_look_at, self._files, self._includes)
        news = (seen.items() & self._seen.items()) - self._known.items()
        stirring, self._seen = seen != self._seen, seen
        if news:
            self._known.update(news)
            self._act()
        return stirring


def _folders(files: frozenset[Path], includes: frozenset[str]) -> set[Path]:
    """Where a change would show, as far as the folders exist."""
    wanted = {file.parent for file in files} | {_fixed_part(pattern) for pattern in includes}
    return {folder for folder in wanted if folder.is_dir()}


def _fixed_part(pattern: str) -> Path:
    """The folder of a glob up to its first wildcard."""
    parts = Path(pattern).parts
    plain = takewhile(lambda part: not set(part) & set("*?["), parts[:-1])
    return Path(*plain)


def _look_at(files: frozenset[Path], includes: frozenset[str]) -> dict[Path, Sign]:
    return _signs(files.union(listed(includes)))


def _signs(files: Iterable[Path]) -> dict[Path, Sign]:
    return {file: _sign(file) for file in files}


def _sign(file: Path) -> Sign:
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
