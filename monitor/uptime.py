"""What is known of several probes put together into what is known of a component. Pure.

Instants and spans are integer microseconds here, for a page adds up hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

DAY: Final = timedelta(days=1)
DAY_US: Final = 86_400_000_000
HOUR_US: Final = 3_600_000_000
FINE_US: Final = 300_000_000

Spans = Sequence[tuple[int, int]]
"""Sorted, and none touches another; see `union`."""


class Part(NamedTuple):
    """One probe in some span of time. `down_us` is part of `known_us`."""

    known_us: int
    down_us: int
    outages: Spans = ()
    """When it was down; may reach beyond the span, and beyond what is known."""
    planned: Spans = ()
    """Announced work; may reach beyond the span."""


class Sum(NamedTuple):
    """A component in some span of time: down is part of known, planned is not."""

    known_us: int = 0
    down_us: int = 0
    planned_us: int = 0


def window(today: date, length: int) -> list[date]:
    """*length* days, oldest first, the last one being *today*."""
    return [today - timedelta(days=back) for back in reversed(range(length))]


def together(parts: Sequence[Part], since_us: int, until_us: int) -> Sum:
    """Down while any part was, outside of its own announced work; known as far as all parts were,
    and at least as long as it was down. Time in which work on a part was announced is planned and
    not known, unless another part was down without being announced; nothing says when exactly
    nobody watched, so that time is never taken to have been planned.

    How long a part was down is counted from its runs; its outages only say when, so that parts
    that were down at the same time count once.
    """
    length = max(until_us - since_us, 0)
    if not parts:
        return Sum()
    known = min(*(part.known_us for part in parts), length)
    failing = [part for part in parts if part.down_us > 0]
    if not any(part.planned for part in parts):
        down = min(_down(failing, since_us, until_us), length) if failing else 0
        return Sum(max(known, down, 0), down)
    planned = within(union(s for part in parts for s in part.planned), since_us, until_us)
    down = min(_down(failing, since_us, until_us), length) if failing else 0
    if down:
        failed = union(s for part in failing for s in _announced_to_nobody(part))
        planned = minus(planned, failed)
    planned_us = min(total(planned), length - down)
    return Sum(max(min(known - planned_us, length - planned_us), down), down, planned_us)


def _announced_to_nobody(part: Part) -> Spans:
    return minus(part.outages, part.planned) if part.planned else part.outages


def _down(failing: Sequence[Part], since_us: int, until_us: int) -> int:
    if len(failing) == 1 and not failing[0].planned:
        return failing[0].down_us
    found = [_Down.of(part, since_us, until_us) for part in failing]
    most = sum(each.down_us for each in found)
    least = max(each.down_us for each in found)
    spanned = sum(total(each.spans) for each in found)
    if not spanned:
        return least
    at_all = total(union(span for each in found for span in each.spans))
    return max(least, min(at_all * most // spanned, most))


class _Down(NamedTuple):
    """How long, and when, one part was down outside of its announced work."""

    down_us: int
    spans: Spans

    @classmethod
    def of(cls, part: Part, since_us: int, until_us: int) -> _Down:
        outages = within(part.outages, since_us, until_us)
        spans = minus(outages, part.planned)
        if not outages:  # nothing says when
            planned = total(within(part.planned, since_us, until_us))
            return cls(max(part.down_us - planned, 0), ())
        return cls(min(part.down_us, total(outages)) * total(spans) // total(outages), spans)


def union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """All time that any of them holds. One that ends before it begins holds nothing."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def within(spans: Spans, since_us: int, until_us: int) -> list[tuple[int, int]]:
    return [
        (max(start, since_us), min(end, until_us))
        for start, end in spans
        if start < until_us and end > since_us
    ]


def minus(spans: Spans, others: Spans) -> list[tuple[int, int]]:
    """What of *spans* is in none of *others*."""
    left = list(spans)
    for start, end in others:
        if not left or start >= left[-1][1]:
            break
        left = [piece for span in left for piece in _cut(span, start, end)]
    return left


def _cut(span: tuple[int, int], start: int, end: int) -> Iterable[tuple[int, int]]:
    if end <= span[0] or start >= span[1]:
        yield span
        return
    if span[0] < start:
        yield span[0], start
    if end < span[1]:
        yield end, span[1]


def total(spans: Spans) -> int:
    return sum(end - start for start, end in spans)


def by_day(spans: Spans, since_us: int) -> dict[int, int]:
    """How much of each day they hold, by the microsecond it begins with, from *since_us* on."""
    found: dict[int, int] = {}
    for start, end in spans:
        at = max(start, since_us)
        while at < end:
            midnight = at - at % DAY_US
            upto = min(end, midnight + DAY_US)
            found[midnight] = found.get(midnight, 0) + upto - at
            at = upto
    return found


def steadied(known_us: int, down_us: int) -> int:
    """Of a day that is not over, as much known time as may be told without telling something else
    after every run: whole hours, and at first five minutes. A day that went wrong in its first
    hour is told exactly.
    """
    if known_us >= HOUR_US:
        grain = HOUR_US
    else:
        grain = FINE_US if known_us >= FINE_US and not down_us else 1
    return max(known_us - known_us % grain, down_us)
