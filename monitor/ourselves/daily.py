"""A page every day that asks for nothing, so that somebody notices when it stays away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from monitor.clock import Clock
from monitor.config.model import DailyTest as Settings
from monitor.log import get_logger
from monitor.store import StoreTrouble, Writer, records

LOOK: Final = timedelta(seconds=10)
KEY: Final = "tested_on"
NOTE: Final = "The daily test of trueup. Nothing is wrong, and nothing is to be done."

Tell = Callable[[tuple[str, ...], str], Awaitable[None]]
"""Sends a test with a note to channels, through the outbox."""

log = get_logger()


def is_due(settings: Settings, tested_on: date, at: datetime) -> bool:
    """Once on each day of the place's own calendar, at its time or as soon after as we run."""
    there = at.astimezone(settings.zone)
    return there.date() != tested_on and there.time() >= settings.time


class DailyTest:
    """Remembers the day in the store, after it was told: a kill in between tells it twice rather
    than never.
    """

    def __init__(self, writer: Writer, clock: Clock, tell: Tell) -> None:
        self._writer = writer
        self._clock = clock
        self._tell = tell
        self._settings: Settings | None = None
        self._known: date | None = None

    def configure(self, settings: Settings | None) -> None:
        self._settings = settings

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StoreTrouble as trouble:
                log.error("the daily test waits for the store", why=str(trouble))
            await asyncio.sleep(LOOK.total_seconds())

    async def look(self) -> None:
        """Tells it if it is due. Raises StoreTrouble."""
        settings, at = self._settings, self._clock.now()
        if settings is None:
            return
        tested_on = await self._tested_on(settings, at)
        if is_due(settings, tested_on, at):
            await self._tell(settings.channels, NOTE)
            await self._remember(at.astimezone(settings.zone).date())

    async def _tested_on(self, settings: Settings, at: datetime) -> date:
        """Whoever begins in the afternoon begins with the test of tomorrow morning."""
        if self._known is not None:
            return self._known
        if found := await self._writer.do(partial(records.get_meta, key=KEY)):
            self._known = date.fromisoformat(found)
            return self._known
        there = at.astimezone(settings.zone)
        first = there.date() - timedelta(days=there.time() < settings.time)
        await self._remember(first)
        return first

    async def _remember(self, day: date) -> None:
        await self._writer.do(partial(records.set_meta, key=KEY, value=day.isoformat()))
        self._known = day
