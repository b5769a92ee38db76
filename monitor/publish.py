"""Writes the public page: beside, then renamed, so that nobody ever reads half of one.

This module is the owner of the public folder and writes nothing else.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import status_page
from monitor import pages
from monitor.clock import Clock
from monitor.config.model import Config
from monitor.log import get_logger
from monitor.store import Reader, StoreTrouble

EVERY: Final = timedelta(seconds=30)
SETTLE: Final = timedelta(milliseconds=500)  # news often comes in handfuls

log = get_logger()


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replaces each file whose bytes differ, the index last. Raises OSError."""
    for name in sorted(files, key=lambda name: (name == "index.html", name)):
        target = folder / name
        if target.is_file() and target.read_bytes() == files[name]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        with beside.open("wb") as stream:
            stream.write(files[name])
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)


class Publisher:
    """Publishes when there is news and otherwise often enough to stay fresh."""

    def __init__(self, reader: Reader, clock: Clock, folder: Path) -> None:
        self._reader = reader
        self._clock = clock
        self._folder = folder
        self._news = asyncio.Event()
        self._config: Config | None = None

    def configure(self, config: Config) -> None:
        self._config = config
        self.wake()

    def wake(self) -> None:
        self._news.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            await self._wait()
            try:
                await self.publish()
            except (OSError, StoreTrouble) as trouble:
                log.error("the page was not published", why=str(trouble))

    async def publish(self) -> None:
        """Once, now. Raises OSError or StoreTrouble."""
        if self._config is None:
            return
        at = self._clock.now()
        page = await self._reader.ask(partial(pages.build, config=self._config, at=at))
        files = await asyncio.to_thread(status_page.render, page)
        await asyncio.to_thread(write, self._folder, files)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(EVERY.total_seconds()):
                await self._news.wait()
            await asyncio.sleep(SETTLE.total_seconds())
        except TimeoutError:
            pass
        self._news.clear()
