"""How often something may happen, for each of many who ask. Forgets who has not asked for long."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Final

KEPT: Final = 20_000


class Allowance:
    """*most* at once, and one more each *every*."""

    def __init__(self, most: int, every: timedelta, monotonic: Callable[[], float]) -> None:
        self._most = most
        self._every_s = every.total_seconds()
        self._monotonic = monotonic
        self._spent: OrderedDict[str, float] = OrderedDict()
        """When everything will be allowed again."""

    def has(self, who: str) -> bool:
        """Whether *who* may once more."""
        now = self._monotonic()
        full_at = max(self._spent.get(who, now), now) + self._every_s
        return full_at - now <= self._most * self._every_s

    def take(self, who: str) -> bool:
        """Whether *who* may once more; counts only what was allowed."""
        now = self._monotonic()
        full_at = max(self._spent.get(who, now), now) + self._every_s
        if full_at - now > self._most * self._every_s:
            return False
        self._spent[who] = full_at
        self._spent.move_to_end(who)
        while len(self._spent) > KEPT:
            self._spent.popitem(last=False)
        return True
