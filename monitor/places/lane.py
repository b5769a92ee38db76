"""One place of the daemon's: what it was offered, what it has, and whether somebody must know."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from monitor import backoff
from monitor.clock import Clock
from monitor.log import get_logger
from monitor.places.apart import Apart, Hangs
from monitor.places.assigning import Assigned
from monitor.places.bringing import Bringing, Brought, bring
from monitor.places.order import news
from monitor.places.place import PlaceTrouble, Progress
from probes import write_duration

BEHIND_MOST: Final = timedelta(minutes=5)
"""Before the operator hears of it, or three times as long as is between two publishes."""
STILL: Final = timedelta(seconds=90)
"""Longer than the longest wait for an answer that is not set by hand."""
PAUSE_LEAST: Final = timedelta(seconds=1)
Files = Mapping[str, bytes]

log = get_logger()


class Teller(Protocol):
    """Whoever tells the operator of our own trouble."""

    async def begins(self, name: str, says: str) -> None: ...
    async def ends(self, name: str) -> None: ...


class Lane:
    """The newest page wins: nothing waits in a row."""

    def __init__(self, assigned: Assigned, state: Path, clock: Clock, operator: Teller) -> None:
        self.assigned = assigned
        self.begun = False
        self.brought_at: float | None = None
        self.why = ""
        self._state = state
        self._clock = clock
        self._operator = operator
        self._offered: Files | None = None
        self._brought: Files | None = None
        self._behind_since: float | None = None
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()
        self._apart: Apart[Brought] = Apart(f"place {assigned.id}")
        self._told: bool | None = None
        """Whether the operator knows of trouble; None: the daemon before may have told."""

    def offer(self, files: Files) -> None:
        self._offered = files
        self._news.set()

    @property
    def is_behind(self) -> bool:
        return self._offered is not None and self._offered is not self._brought

    def behind(self, now: float) -> timedelta:
        since = self._behind_since
        return timedelta() if since is None else timedelta(seconds=now - since)

    async def serve(self) -> None:
        """Until cancelled."""
        failed = 0
        while True:
            await self._due()
            if await self._bring():
                failed = 0
            else:
                failed += 1
                pause = backoff.wait(failed, None, draw=random.random())  # noqa: S311 - no secret hangs on it
                await asyncio.sleep(max(pause, PAUSE_LEAST).total_seconds())

    async def last(self) -> None:
        """Once, as soon as what is under way has ended."""
        await self._apart.free()
        await self._bring()

    async def _due(self) -> None:
        while (wait := self._wait()) is None or wait > 0:
            self._news.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                pass

    def _wait(self) -> float | None:
        """Seconds until it is time; None: until there is something new."""
        if not self.is_behind or self._offered is None:
            return None
        if self._brought is None or self.brought_at is None:
            return 0
        if news(self._offered) != news(self._brought):
            return 0
        return self.brought_at + self.assigned.every.total_seconds() - self._clock.monotonic()

    async def _bring(self) -> bool:
        async with self._turn:
            files = self._offered
            return not self.is_behind or files is None or await self._try(files)

    async def _try(self, files: Files) -> bool:
        halt = threading.Event()
        work = Bringing(
            id=self.assigned.id,
            target=self.assigned.target,
            state=self._state,
            files=files,
            at=self._clock.now(),
            told=self._moved,
            halt=halt,
        )
        try:
            brought = await self._apart.run(partial(bring, work), halt, STILL)
        except (PlaceTrouble, Hangs) as trouble:
            await self._failed(str(trouble) or "it does not answer; look at it and at the network")
            return False
        except Exception as trouble:
            log.exception("a place broke", place=self.assigned.id)
            await self._failed(f"our own trouble: {type(trouble).__name__}; see the log")
            return False
        log.debug("published", place=self.assigned.id, files=brought.files, bytes=brought.size)
        self._brought, self.brought_at = files, self._clock.monotonic()
        await self._worked()
        return True

    def _moved(self, _: Progress) -> None:
        self._apart.moved()

    async def _failed(self, why: str) -> None:
        now = self._clock.monotonic()
        if why != self.why:
            log.warning("the page was not published", place=self.assigned.id, why=why)
        self.why = why
        self._behind_since = now if self._behind_since is None else self._behind_since
        behind = self.behind(now)
        if self._told is not True and behind > max(BEHIND_MOST, 3 * self.assigned.every):
            span = write_duration(timedelta(seconds=round(behind.total_seconds())))
            says = f"The page has not been published to {self.assigned.id} for {span}: {why}."
            await self._tell(says)

    async def _worked(self) -> None:
        if self.why:
            log.info("published again", place=self.assigned.id)
        self.why, self._behind_since = "", None
        if self._told is not False:
            await self._tell("")

    async def _tell(self, says: str) -> None:
        """Of trouble, or that it is over. What cannot be told now is told next time."""
        name = f"publish-{self.assigned.id}"
        try:
            await (self._operator.begins(name, says) if says else self._operator.ends(name))
        except Exception as trouble:  # noqa: BLE001 - it is the store's, and told by the store
            log.warning("own trouble cannot be told", name=name, why=type(trouble).__name__)
        else:
            self._told = bool(says)
