"""What was fetched a moment ago, for the incidents that it tells of, too."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.store.captured import Fetched
from monitor.store.captures import Due

SAME_WITHIN: Final = timedelta(seconds=30)
"""Incidents that opened in so short a time get what was fetched for the first of them, if they had
begun by then.
"""
PACE: Final = timedelta(seconds=2)
"""From one fetch of the same to the next, where incidents open one by one."""
MOST_OF_ONE: Final = 12
"""Fetches of one capture in a minute, where it is another one for each probe."""

Key = tuple[str, ...]
"""The name of a capture, and what makes one fetch of it another one than the next."""


@dataclass(slots=True)
class Lately:
    """A fetch of the last seconds, under way or over."""

    began: float
    at: datetime | None = None
    """When the source was asked; None: not yet."""
    fetched: Fetched | None = None

    def tells_of(self, due: Due) -> bool:
        """Whether the source was asked after that incident had begun."""
        return self.at is None or due.failed_at <= self.at

    def is_over(self, now: float) -> bool:
        return self.fetched is not None and now - self.began > SAME_WITHIN.total_seconds()

    def is_just_now(self, now: float) -> bool:
        return now - self.began < PACE.total_seconds()


Share = tuple[Key, Lately]


class Sharing:
    """The fetches of the last seconds. *now* is always of the clock that never steps."""

    def __init__(self) -> None:
        self._lately: dict[Key, Lately] = {}
        self._often: dict[str, deque[float]] = defaultdict(deque)

    def forget(self) -> None:
        self._lately.clear()

    def known(self, key: Key, now: float) -> Lately | None:
        for old in [k for k, v in self._lately.items() if v.is_over(now)]:
            del self._lately[old]
        return self._lately.get(key)

    def begin(self, key: Key, now: float) -> Lately | None:
        """A fetch that begins now; None: that was done too often."""
        times = self._often[key[0]]
        while times and now - times[0] > 60:
            times.popleft()
        if len(times) >= MOST_OF_ONE:
            return None
        times.append(now)
        self._lately[key] = lately = Lately(now)
        return lately

    def give_up(self, key: Key, lately: Lately) -> None:
        """Nothing will come of it, unless something has."""
        if lately.fetched is None and self._lately.get(key) is lately:
            del self._lately[key]
