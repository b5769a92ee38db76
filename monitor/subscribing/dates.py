"""Letters are due, and no news any more, by the wall clock. Where that was wrong for a while, their
dates go along when it is put right: none is held back for a year, and none given up as a year old.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from monitor.clock import Clock
from monitor.log import get_logger
from monitor.store import Answers, Takes
from monitor.store import subscriber_letters as letters
from monitor.store.subscribers import Kind

LEAP: Final = timedelta(minutes=10)

log = get_logger()


class Dates:
    """Of the letters of one kind. *latest*: no letter is put off for longer."""

    def __init__(
        self, kind: Kind, store: tuple[Takes, Answers], clock: Clock, latest: timedelta
    ) -> None:
        self._kind = kind
        self._writer, self._reader = store
        self._clock = clock
        self._latest = latest
        self._looked = clock.now(), clock.monotonic()

    async def keep_right(self) -> None:
        """Raises StoreTrouble."""
        await self._follow()
        at = self._clock.now()
        ahead = at + self._latest
        due_at = await self._reader.ask(partial(letters.last_due_at, kind=self._kind))
        if due_at is not None and due_at > ahead:
            log.warning("letters to subscribers were dated ahead", by=self._kind.value)
            await self._writer.do(partial(letters.pull, kind=self._kind, ahead=ahead, at=at))

    async def _follow(self) -> None:
        """A clock that leaps forward was behind; letters that it dated then are not that old."""
        (then, began), now, at = self._looked, self._clock.now(), self._clock.monotonic()
        expected = then + timedelta(seconds=at - began)
        leap = now - expected
        if leap >= LEAP:
            await self._writer.do(partial(letters.shift, kind=self._kind, before=expected, by=leap))
        self._looked = now, at
