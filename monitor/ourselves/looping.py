"""Whether our own event loop stood still, so that nobody else is blamed for the time that took."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from monitor.log import get_logger

TICK: Final = timedelta(milliseconds=250)
COUNTED: Final = timedelta(milliseconds=100)
"""What is shorter is the ordinary wait for one's turn."""
TOLD: Final = timedelta(seconds=1)
REMEMBERED: Final = 200  # stillstands

log = get_logger()


class LoopWatch:
    """Sleeps for a moment, again and again, and notices when it was woken late."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._due: float | None = None
        self._stood: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self.longest = timedelta()
        """The longest stillstand since the start."""

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._due = self._monotonic() + TICK.total_seconds()
            await asyncio.sleep(TICK.total_seconds())
            self._woken()

    def stood_still(self, since: float) -> timedelta:
        """For how long, after *since* on the monotonic clock, and as far as is remembered."""
        spans = list(self._stood)
        if late := self._late():  # we may be asked before the watch itself is woken
            spans.append(late)
        return timedelta(seconds=sum(max(0.0, end - max(began, since)) for began, end in spans))

    def _late(self) -> tuple[float, float] | None:
        now = self._monotonic()
        if self._due is None or now - self._due < COUNTED.total_seconds():
            return None
        return self._due, now

    def _woken(self) -> None:
        if (late := self._late()) is None:
            return
        self._stood.append(late)
        length = timedelta(seconds=late[1] - late[0])
        self.longest = max(self.longest, length)
        if length >= TOLD:
            log.warning("we stood still ourselves", seconds=round(length.total_seconds(), 1))
