"""Publishes every page when there is news, and otherwise often enough to stay fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from monitor import pages
from monitor.clock import Clock
from monitor.config.model import Config, PageSettings
from monitor.log import get_logger
from monitor.publish.edition import Edition
from monitor.store import Reader, StoreTrouble
from status_page import Page

EVERY: Final = timedelta(seconds=30)
SETTLE: Final = timedelta(milliseconds=500)  # news often comes in handfuls
AGAIN: Final = timedelta(seconds=5)

log = get_logger()

Published = Callable[[PageSettings, Page, Mapping[str, bytes]], None]
"""What hears of a page that stands in its folder, with all of its files."""


def _nobody(_: PageSettings, __: Page, ___: Mapping[str, bytes]) -> None:
    """Hears of nothing."""


class Publisher:
    """Into folders below *state*, one for each page."""

    def __init__(
        self, reader: Reader, clock: Clock, state: Path, published: Published = _nobody
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._state = state
        self._tell = published
        self._news = asyncio.Event()
        self._config: Config | None = None
        self._editions: dict[str, tuple[pages.Builder, Edition]] = {}
        self._published_at = clock.monotonic()

    @property
    def age(self) -> timedelta:
        """Since it published for the last time, or since it was built."""
        return timedelta(seconds=self._clock.monotonic() - self._published_at)

    def configure(self, config: Config) -> None:
        """What was kept of a page is kept, for what is still the same in it."""
        self._config = config
        known = {edition.folder: edition for _, edition in self._editions.values()}
        self._editions = {}
        for id_, settings in config.pages.items():
            folder = self._state / settings.folder
            edition = known.get(folder) or Edition(folder, self._state)
            self._editions[id_] = pages.Builder(settings), edition
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
        """All pages once, now. Raises OSError, StoreTrouble or what broke, for the first of those
        that could not be; the others are.
        """
        config = self._config
        trouble: Exception | None = None
        if config is None:
            return
        for id_ in list(self._editions):
            try:
                await self._publish(config, config.pages[id_])
            except Exception as error:  # noqa: BLE001 - raised below, after the others
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        self._published_at = self._clock.monotonic()

    async def _publish(self, config: Config, settings: PageSettings) -> None:
        builder, edition = self._editions[settings.id]
        at = self._clock.now()
        page = await self._reader.ask(partial(builder.build, config=config, at=at))
        files = await asyncio.to_thread(edition.make, page)
        self._tell(settings, page, files)

    @property
    def _every(self) -> timedelta:
        """As often as the page that promises most."""
        pages = self._config.pages.values() if self._config else ()
        return min([EVERY, *(page.every for page in pages)])

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._every.total_seconds()):
                await self._news.wait()
            await asyncio.sleep(SETTLE.total_seconds())
        except TimeoutError:
            pass
        self._news.clear()
