"""How much may go wrong, how much did, and how fast it goes. Pure: told the time.

A window is so many days up to now, or the part of a calendar that is under way, and as long as it
really is: a leap year has a day more, and a month in which clocks change an hour more or less.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter, mul
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_LEAST: Final = {
    "week": timedelta(days=7, hours=-1),
    "month": timedelta(days=28),
    "quarter": timedelta(days=90, hours=-1),
    "year": timedelta(days=365),
}
MANY: Final = 3
"""Failed runs that a long window needs: among few runs a single one looks like a fire."""
ENOUGH: Final = 0.1
"""The share of the budget that is spent before what burns slowly is worth a word."""


class Window(NamedTuple):
    """From `since_at` to before `until_at`, both in UTC; what ends later than now is under way."""

    since_at: datetime
    until_at: datetime

    @property
    def length(self) -> timedelta:
        return self.until_at - self.since_at


def window(of: timedelta | str, zone: ZoneInfo, at: datetime) -> Window:
    """The one that *at* lies in: *of* that length and ending now, or the "week" (from Monday),
    "month", "quarter" or "year" under way by the calendar of *zone*.
    """
    if isinstance(of, timedelta):
        return Window(at - of, at)
    first = _first(of, at.astimezone(zone).date())
    return Window(_midnight(first, zone), _midnight(_next(of, first), zone))


def least(of: timedelta | str) -> timedelta:
    """The length of the shortest window of its kind."""
    return of if isinstance(of, timedelta) else _LEAST[of]


def _first(of: str, day: date) -> date:
    if of == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[of]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next(of: str, first: date) -> date:
    if of == "week":
        return first + timedelta(days=7)
    months = first.year * 12 + first.month - 1 + _MONTHS[of]
    return date(months // 12, months % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where clocks skip midnight, the day begins with the first instant it has."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent in a window, and what was. The part of the window that nobody watched is
    neither good nor bad: it costs nothing, and the budget is that of the whole window all the same.
    """

    window: Window
    at: datetime
    allowed: timedelta
    spent: timedelta
    known: timedelta
    """How much of the window up to now was watched, or was announced work."""

    @property
    def left(self) -> timedelta:
        """Less than zero when more was spent than there was."""
        return self.allowed - self.spent

    @property
    def share(self) -> float:
        """Of the budget that is left: 1.0 all of it, less than zero when overspent."""
        return self.left / self.allowed if self.allowed else float(not self.spent)

    @property
    def passed(self) -> timedelta:
        """How much of the window is over."""
        return min(max(self.at - self.window.since_at, timedelta()), self.window.length)

    @property
    def projected(self) -> timedelta | None:
        """What will have been spent at the window's end if it goes on as in the time that is
        known; None when nothing is.
        """
        if not self.known:
            return None
        ahead = self.window.length - self.passed
        return self.spent + ahead * min(self.spent / self.known, 1.0)


def allowed(share: float, length: timedelta, exactly: timedelta | None = None) -> timedelta:
    """*share* of *length*, or *exactly* what was promised for it, whatever its length."""
    return length * share if exactly is None else exactly


class Slice(NamedTuple):
    """The runs of one probe that said something in one short stretch of time."""

    starts_us: int
    probe: int
    runs: int
    failed: int


def evenly(slices: Iterable[Slice], most: Mapping[int, int]) -> list[Slice]:
    """With no more runs in a stretch than its probe has slots there, see *most*: what was looked at
    closely for a while weighs no more than the time that it took.
    """
    return [
        each
        if each.runs <= most[each.probe]
        else each._replace(
            runs=most[each.probe], failed=-(-each.failed * most[each.probe] // each.runs)
        )
        for each in slices
    ]


class Rate(NamedTuple):
    """The share of failed runs against the share that is allowed: 1 spends exactly the budget."""

    times: float = 0.0
    failed: int = 0
    runs: int = 0
    lost: float = 0.0
    """How many slices' worth of failure that is."""


def burn(slices: Iterable[Slice], share: float) -> Rate:
    """Of all the probes of a component, of which those that fail at the same time count once.

    That is the rate of the probe that fails most, or of all of them together where they fail at
    different times. *share* is more than nothing.
    """
    by_probe: dict[int, tuple[int, int]] = {}
    by_time: defaultdict[int, list[Slice]] = defaultdict(list)
    for each in slices:
        runs, failed = by_probe.get(each.probe, (0, 0))
        by_probe[each.probe] = runs + each.runs, failed + each.failed
        if each.runs:
            by_time[each.starts_us].append(each)
    if not by_time:
        return Rate()
    alone = max(failed / runs for runs, failed in by_probe.values() if runs)
    failed = sum(max(each.failed for each in ones) for ones in by_time.values())
    weights = [max(each.runs for each in ones) for ones in by_time.values()]
    shares = [max(each.failed / each.runs for each in ones) for ones in by_time.values()]
    together = sum(map(mul, weights, shares)) / sum(weights)
    runs = max(runs for runs, _ in by_probe.values())
    most = max(alone, together)
    return Rate(most / share, failed, runs, most * len(by_time))


class Pair(NamedTuple):
    """Two windows that must both burn `times` as fast as allowed: the long one says that it
    matters, the short one that it still goes on.
    """

    times: float
    long: timedelta
    short: timedelta
    urgent: bool


PAIRS: Final = (
    Pair(14.4, timedelta(hours=1), timedelta(minutes=5), urgent=True),
    Pair(6.0, timedelta(hours=6), timedelta(minutes=30), urgent=True),
    Pair(1.0, timedelta(days=3), timedelta(hours=6), urgent=False),
)


class Pace(NamedTuple):
    """How fast the two windows of a pair burn."""

    pair: Pair
    long: Rate
    short: Rate
    enough: float = 0.0
    """What the long window must have lost, unless it is urgent."""

    @property
    def burns(self) -> bool:
        fast = min(self.long.times, self.short.times) >= self.pair.times
        matters = self.pair.urgent or self.long.lost >= self.enough
        return fast and matters and self.long.failed >= MANY

    @property
    def rests(self) -> bool:
        """Both are below: what burnt does so no more. Where nothing ran lately nobody knows."""
        below = max(self.long.times, self.short.times) < self.pair.times
        return below and self.short.runs > 0


def paces(
    slices: Iterable[Slice], *, share: float, at_us: int, grain_us: int, enough: float = 0.0
) -> tuple[Pace, ...]:
    """Of every pair, the most urgent one first. *slices* are *grain_us* long; one that a window
    begins in belongs to it. The slow pair needs *enough* slices' worth of failure.
    """
    known = sorted(slices)
    rates = {}
    for length in {length for pair in PAIRS for length in (pair.long, pair.short)}:
        since_us = at_us - length // timedelta(microseconds=1)
        first = bisect_left(known, since_us - since_us % grain_us, key=itemgetter(0))
        rates[length] = burn(known[first:], share)
    return tuple(Pace(pair, rates[pair.long], rates[pair.short], enough) for pair in PAIRS)
