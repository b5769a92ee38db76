"""The last week of a probe, hour by hour."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from monitor.clock import from_us
from monitor.store.page_numbers import HOUR_US, Hour
from status_page.component import Point

WEEK: Final = 168
DAY: Final = 24
_NONE: Final = "{}"
_US: Final = timedelta(microseconds=1)


class Cells(NamedTuple):
    """Some hours in a row, added up."""

    known_us: int
    down_us: int


class Hours:
    """Up to an hour that is over; hours are numbered from the oldest one."""

    def __init__(self, moments: list[datetime]) -> None:
        """*moments* are the beginnings of the hours."""
        self._known = array("q", bytes(8 * WEEK))
        self._down = array("q", bytes(8 * WEEK))
        self._points = [Point(at, None, None) for at in moments]
        self._texts = [_NONE] * DAY

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(self._points)

    def roll(self, moments: list[datetime]) -> None:
        """As many new hours as there are *moments*; the oldest ones are forgotten."""
        passed = len(moments)
        for numbers in (self._known, self._down):
            del numbers[:passed]
            numbers.extend([0] * passed)
        self._points = [*self._points[passed:], *(Point(at, None, None) for at in moments)]
        self._texts = ([*self._texts, *[_NONE] * passed])[-DAY:]

    def put(self, found: Sequence[tuple[int, Hour]]) -> None:
        """Hours by their numbers. Their histograms are read at once, for there are many."""
        texts = [hour.histogram for _, hour in found]
        known, down, points = self._known, self._down, self._points
        for (index, (_, _, known_us, down_us, text)), count in zip(
            found, _counts(texts), strict=True
        ):
            known[index], down[index] = known_us, down_us
            if index >= WEEK - DAY:
                self._texts[index - WEEK] = text
            if count and (halves := _halves(count)):
                points[index] = Point(points[index].at, span_of(halves[0]), span_of(halves[1]))

    def cells(self, first: int, last: int) -> Cells:
        """From *first* to before *last*."""
        return Cells(sum(self._known[first:last]), sum(self._down[first:last]))

    def took(self, hours: int) -> dict[int, int]:
        """The histogram of the last *hours*, a day of them at most."""
        return merged(self._texts[DAY - hours :])


def merged(texts: Sequence[str]) -> dict[int, int]:
    """Histograms as JSON, added up."""
    found: dict[str, int] = {}
    for counts in _counts(texts):
        for bucket, runs in counts.items():
            found[bucket] = found.get(bucket, 0) + runs
    return {int(bucket): runs for bucket, runs in found.items()}


def _counts(texts: Sequence[str]) -> list[dict[str, int]]:
    """Of all at once. One that is no histogram counts nothing, and costs no page."""
    try:
        found: list[dict[str, int]] = json.loads(f"[{','.join(texts)}]")
    except ValueError:
        found = [_counts([text])[0] for text in texts] if len(texts) > 1 else [{}]
    return found


def moments(edge_us: int, hours: int) -> list[datetime]:
    """The beginnings of the last *hours* before *edge_us*."""
    return [from_us(edge_us - back * HOUR_US) for back in range(hours, 0, -1)]


def add(to: dict[int, int], more: Mapping[int, int]) -> None:
    for bucket, runs in more.items():
        to[bucket] = to.get(bucket, 0) + runs


def _halves(counts: Mapping[str, int]) -> tuple[int, int] | None:
    """The median and the 95th percentile of a histogram whose buckets stand in their order; the
    quick way, for there are hundreds of thousands.
    """
    runs = sum(counts.values())
    half, most = (runs + 1) // 2, -(-19 * runs // 20)
    seen, p50 = 0, ""
    for bucket, count in counts.items():
        seen += count
        if not p50 and seen >= half:
            p50 = bucket
        if seen >= most:
            return int(p50), int(bucket)
    return None


_SPANS: Final[dict[int, timedelta]] = {}
"""By microseconds; as many as there are buckets, and a few more."""
_SPANS_MOST: Final = 20_000


def span_of(us: int) -> timedelta:
    """The same object for the same span, as long as there are not too many."""
    span = _SPANS.get(us)
    if span is None:
        span = us * _US
        if len(_SPANS) < _SPANS_MOST:
            _SPANS[us] = span
    return span
