"""Keeps a page from filling the disk with a download."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes.browser import api

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Download, Page


LARGEST: Final = 64 * 1024 * 1024
_LOOK: Final = 0.2  # seconds between looks at the folder
_log = logging.getLogger(__name__)


def bound_downloads(context: BrowserContext, folder: Path, largest: int = LARGEST) -> None:
    """Cancels what pages of *context* download once it has more than *largest* bytes.

    Playwright does not tell which file a download is, so one that is too large ends those of
    other runs that are under way at that moment, too.
    """
    guards: set[asyncio.Task[None]] = set()

    def guard(download: Download) -> None:
        task = asyncio.ensure_future(_guard(download, folder, largest))
        guards.add(task)
        task.add_done_callback(guards.discard)

    def listen(page: Page) -> None:
        page.on("download", guard)

    context.on("page", listen)


async def _guard(download: Download, folder: Path, largest: int) -> None:
    with suppress(api.Error):
        ended = asyncio.ensure_future(download.failure())
        while not (await asyncio.wait({ended}, timeout=_LOOK))[0]:
            if _largest_in(folder) > largest:
                _log.info("a download was cancelled: more than %d bytes", largest)
                await download.cancel()
        ended.result()


def _largest_in(folder: Path) -> int:
    sizes = [0]
    for file in folder.glob("*"):
        with suppress(OSError):
            sizes.append(file.stat().st_size)
    return max(sizes)
