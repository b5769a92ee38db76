"""How much of the week ahead something covers: hours of the week, or maintenance. In quarters of an
hour, which is near enough for what was surely not meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from monitor.routing import Hours, Routing, Severity
from monitor.windows import Window

_A_DAY: Final = 96
_DAYS: Final = 8
_MOST_OF_A_DAY: Final = 92
_QUARTER: Final = timedelta(minutes=15)
_BEYOND: Final = timedelta(days=100)
"""Farther than a single piece of maintenance may reach."""

Set = frozenset[int]
ALL: Final[Set] = frozenset(range(_A_DAY * _DAYS))


def nearly_all(quarters: Set) -> bool:
    """Whether less than an hour is left of every day."""
    days = (range(first, first + _A_DAY) for first in range(0, len(ALL), _A_DAY))
    return all(sum(quarter in quarters for quarter in day) > _MOST_OF_A_DAY for day in days)


@dataclass(frozen=True, slots=True)
class Quarters:
    """The week from *at*, and what was found out of it already."""

    at: datetime
    _hours: dict[Hours, Set] = field(default_factory=dict)
    _always: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def of(self, hours: Hours) -> Set:
        if hours not in self._hours:
            self._hours[hours] = frozenset(
                quarter for quarter in ALL if hours.end_of(self.at + quarter * _QUARTER)
            )
        return self._hours[hours]

    def told(self, routing: Routing, severity: Severity) -> Iterator[tuple[Set, tuple[str, ...]]]:
        """Who is told when; never an empty set."""
        left = ALL
        for hours, channels in routing.during:
            if here := left & self.of(hours):
                yield here, channels
            left -= self.of(hours)
        if left:
            yield left, routing.channels.get(severity, ())

    def always(self, windows: Sequence[Window]) -> bool:
        """Whether all of them together leave less than an hour of every day, now and later on."""
        names = tuple(window.id for window in windows)
        if names not in self._always:
            later = self.at + _BEYOND
            self._always[names] = all(
                nearly_all(_under(windows, since)) for since in (self.at, later)
            )
        return self._always[names]


def _under(windows: Sequence[Window], since: datetime) -> Set:
    ends = since + len(ALL) * _QUARTER
    found: set[int] = set()
    for window in windows:
        at = since
        while at < ends and (span := window.spans(at)):
            first = max(0, -((since - span[0]) // _QUARTER))
            last = min(len(ALL), -((since - span[1]) // _QUARTER))
            found.update(range(first, last))
            at = span[1]
    return frozenset(found)
