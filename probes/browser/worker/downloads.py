"""Keeps pages from filling the disk with downloads."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes.browser import api

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Download

LARGEST: Final = 64 * 1024 * 1024
"""Bytes that the downloads of one run may have altogether."""
MOST: Final = 100
"""How many there may be in one run."""
_LOOK: Final = 0.1  # seconds between looks at the folder
_log = logging.getLogger(__name__)


def bound_downloads(
    context: BrowserContext, folder: Path, largest: int = LARGEST, most: int = MOST
) -> None:
    """Cancels what pages of *context* download into *folder* once it is too much.

    The folder is emptied now, and again when the context is closed.
    """
    _empty(folder)
    bounds = _Bounds(folder, largest, most)
    context.on("download", bounds.begun)
    context.on("close", bounds.over)


class _Bounds:
    def __init__(self, folder: Path, largest: int, most: int) -> None:
        self._folder = folder
        self._largest = largest
        self._most = most
        self._count = 0
        self._under_way: dict[Download, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def begun(self, download: Download) -> None:
        self._count += 1
        task = asyncio.ensure_future(self._attend(download))
        self._under_way[download] = task
        task.add_done_callback(lambda _: self._under_way.pop(download, None))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look())

    def over(self, _: BrowserContext) -> None:
        for task in (*self._under_way.values(), *((self._looking,) if self._looking else ())):
            task.cancel()
        _empty(self._folder)

    async def _attend(self, download: Download) -> None:
        with suppress(api.Error):
            if self._count > self._most:
                await download.cancel()
            await download.failure()

    async def _look(self) -> None:
        while self._under_way:
            if _bytes_in(self._folder) > self._largest:
                _log.info("downloads were cancelled: more than %d bytes", self._largest)
                await self._cancel()
            await asyncio.sleep(_LOOK)

    async def _cancel(self) -> None:
        for download in tuple(self._under_way):
            with suppress(api.Error):
                await download.cancel()


def _empty(folder: Path) -> None:
    for file in _files(folder):
        with suppress(OSError):
            file.unlink()


def _files(folder: Path) -> tuple[Path, ...]:
    with suppress(OSError):
        return tuple(folder.iterdir())
    return ()


def _bytes_in(folder: Path) -> int:
    total = 0
    for file in _files(folder):
        with suppress(OSError):
            total += file.stat().st_size
    return total
