"""Writes the public page: beside, then renamed, so that nobody ever reads half of one.

This module is the owner of the public folder and writes nothing else. Others may write the same
page at the same time; the names beside are each writer's own.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
AGAIN: Final = timedelta(seconds=5)
LEFT_BEHIND: Final = timedelta(hours=1)
_BESIDE: Final = re.compile(r"\..+\.\d+-[0-9a-f]{16}\.new")

log = get_logger()


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replaces each file whose bytes differ, the index last. Raises OSError."""
    for name in sorted(files, key=lambda name: (name == "index.html", name)):
        target = folder / name
        if not target.is_file() or target.read_bytes() != files[name]:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, files[name])
    _sweep([folder / name for name in files])


def _replace(target: Path, content: bytes) -> None:
    # tempfile would make the file private to this user, and a web server must read it.
    beside = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(8)}.new")
    try:
        with beside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def _sweep(targets: Sequence[Path]) -> None:
    """What writers left that were killed. Its age is told by what is beside it, not by a clock
    that may be another than the file system's.
    """
    if not targets:
        return
    latest = max(target.stat().st_mtime for target in targets)
    for folder in {target.parent for target in targets}:
        for found in folder.glob(".*.new"):
            with suppress(OSError):  # another writer sweeps too, or it is not ours to remove
                old = latest - found.stat().st_mtime > LEFT_BEHIND.total_seconds()
                if old and _BESIDE.fullmatch(found.name):
                    found.unlink()


class Publisher:
    """Publishes when there is news and otherwise often enough to stay fresh."""

    def __init__(self, reader: Reader, clock: Clock, folder: Path) -> None:
        self._reader = reader
        self._clock = clock
        self._folder = folder
        self._news = asyncio.Event()
        self._config: Config | None = None
        self._published_at = clock.monotonic()

    @property
    def age(self) -> timedelta:
        """Since it published for the last time, or since it was built."""
        return timedelta(seconds=self._clock.monotonic() - self._published_at)

    def configure(self, config: Config) -> None:
        self._config = config
        self.wake()

    def wake(self) -> None:
        self._news.set()

    async def serve(self) -> None:
        """Until cancelled. What could not be published is tried again soon."""
        while True:
            await self._wait()
            if not await self._published():
                await asyncio.sleep(AGAIN.total_seconds())
                self.wake()

    async def _published(self) -> bool:
        try:
            await self.publish()
        except (OSError, StoreTrouble) as trouble:
            log.error("the page was not published", why=str(trouble))
        except Exception:
            log.exception("the page was not published")
        else:
            return True
        return False

    async def publish(self) -> None:
        """Once, now. Raises OSError or StoreTrouble."""
        if self._config is None:
            return
        at = self._clock.now()
        page = await self._reader.ask(partial(pages.build, config=self._config, at=at))
        files = await asyncio.to_thread(status_page.render, page)
        await asyncio.to_thread(write, self._folder, files)
        self._published_at = self._clock.monotonic()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(EVERY.total_seconds()):
                await self._news.wait()
            await asyncio.sleep(SETTLE.total_seconds())
        except TimeoutError:
            pass
        self._news.clear()
