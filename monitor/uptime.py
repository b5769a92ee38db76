"""Days of probes put together into days of a component. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day: `down` is part of `known`."""

    known: timedelta = timedelta()
    down: timedelta = timedelta()
    slow: bool = False


def window(today: date, length: int) -> list[date]:
    """*length* days, oldest first, the last one being *today*."""
    return [today - timedelta(days=back) for back in reversed(range(length))]


def together(parts: Sequence[Day], *, at_most: timedelta) -> Day:
    """A component's day: down as long as its worst part was; known as far as all of them were,
    and at least as long as it was down. Nothing is longer than *at_most*, the day so far.
    """
    if not parts:
        return Day()
    down = min(max(part.down for part in parts), at_most)
    known = min(*(part.known for part in parts), at_most)
    return Day(max(known, down), down, any(part.slow for part in parts))


def component_days(
    probes: Iterable[Mapping[date, Day]], days: Iterable[date], *, today_so_far: timedelta
) -> list[tuple[date, Day]]:
    """A probe has no say about days on which it did not run at all, so that adding one to a
    component does not take away the component's past.
    """
    histories, dates = list(probes), list(days)
    limits = [DAY] * (len(dates) - 1) + [today_so_far]
    return [
        (day, together([known[day] for known in histories if day in known], at_most=limit))
        for day, limit in zip(dates, limits, strict=True)
    ]
