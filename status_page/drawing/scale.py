"""Round numbers for the two axes of a chart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Final

_MS: Final = timedelta(milliseconds=1)
_DAY: Final = timedelta(days=1)
_STEPS_MS: Final = (
    *(base * 10**power for power in range(3) for base in (1, 2, 5)),
    *(1000 * seconds for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)),
)
_MOST_LEVELS: Final = 4
_MOST_TICKS: Final = 8


def levels(highest: timedelta) -> tuple[timedelta, ...]:
    """At most four equal steps from above zero; the last one is not below *highest*."""
    wanted = max(highest / _MS, 1.0)
    step = next((step for step in _STEPS_MS if step * _MOST_LEVELS >= wanted), None)
    step = step or ceil(wanted / _MOST_LEVELS / 3_600_000) * 3_600_000
    return tuple(step * at * _MS for at in range(1, ceil(wanted / step) + 1))


def ticks(began_at: datetime, ends_at: datetime) -> tuple[datetime, ...]:
    """Hours, days or months in UTC that lie between, at most eight."""
    span = ends_at - began_at
    if span <= 2 * _DAY:
        step = next(hours for hours in (1, 3, 6) if span <= _MOST_TICKS * timedelta(hours=hours))
        return tuple(_hours(began_at, ends_at, step))
    if span <= 60 * _DAY:
        return tuple(_days(began_at, ends_at, max(1, ceil(span / _DAY / _MOST_TICKS))))
    return tuple(_months(began_at, ends_at, max(1, ceil(span / _DAY / 31 / _MOST_TICKS))))


def _hours(began_at: datetime, ends_at: datetime, step: int) -> Iterator[datetime]:
    at = midnight(began_at.date())
    while at < ends_at:
        if at >= began_at:
            yield at
        at += timedelta(hours=step)


def _days(began_at: datetime, ends_at: datetime, step: int) -> Iterator[datetime]:
    """Counted back from the last one, so that today has its tick."""
    at = midnight(ends_at.date())
    while at >= began_at:
        if at < ends_at:
            yield at
        at -= step * _DAY


def _months(began_at: datetime, ends_at: datetime, step: int) -> Iterator[datetime]:
    first = ends_at.date().replace(day=1)
    while (at := midnight(first)) >= began_at:
        yield at
        for _ in range(step):
            first = (first - _DAY).replace(day=1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
