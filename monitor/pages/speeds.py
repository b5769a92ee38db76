"""How long good runs took: by window, and as the lines of a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from monitor.pages.history import History
from monitor.pages.hours import DAY, add, span_of
from monitor.store.histogram import percentile
from status_page.component import Series, Speed

HOUR: Final = timedelta(hours=1)
_DAYS: Final = {"7d": 7, "30d": 30, "90d": 90}
_SHARES: Final = (0.5, 0.95, 0.99)


def slowest(history: History, keys: Iterable[int]) -> int | None:
    """That of *keys* whose good runs took longest at the median in the last week, for this is what
    people wait for; runs of several kinds in one histogram would say nothing about any.
    """
    medians = {}
    for key in keys:
        if found := percentile(_week(history, key), 0.5):
            medians[key] = found
    return max(medians, key=lambda key: medians[key], default=None)


def speeds(history: History, key: int) -> tuple[tuple[str, Speed], ...]:
    """Of windows with any good run. A day is 24 hours, anything longer so many days in UTC."""
    return tuple(
        (window, Speed(sum(took.values()), *_percentiles(took)))
        for window, took in _windows(history, key)
        if took
    )


def chart(history: History, key: int) -> tuple[Series, ...]:
    """The week by the hour; empty without any good run."""
    hours = history.hours.get(key)
    if hours is None or all(point.p50 is None for point in hours.points):
        return ()
    return (Series("", HOUR, hours.points),)


def _windows(history: History, key: int) -> Iterator[tuple[str, Mapping[int, int]]]:
    hours, present = history.hours.get(key), _present(history, key)
    if hours is not None:
        yield "24h", hours.took(DAY)
    for window, days in _DAYS.items():
        yield window, _days(history, key, days, present)


def _week(history: History, key: int) -> dict[int, int]:
    return _days(history, key, _DAYS["7d"], _present(history, key))


def _present(history: History, key: int) -> dict[int, int]:
    """Of the day that is not over."""
    hours = history.hours.get(key)
    return {} if hours is None else hours.took(history.of_base())


def _days(history: History, key: int, days: int, present: Mapping[int, int]) -> dict[int, int]:
    took = history.took.get(key)
    found = took.within(days) if took else {}
    add(found, present)
    return found


def _percentiles(took: Mapping[int, int]) -> Iterator[timedelta]:
    for share in _SHARES:
        found = percentile(took, share)
        assert found is not None  # noqa: S101 - there are runs
        yield span_of(found // timedelta(microseconds=1))
