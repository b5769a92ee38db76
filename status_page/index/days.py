"""What one bar shows and says, and which days stand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from status_page import words
from status_page.component import Component, DayBar
from status_page.index.view import Day, Stretch

DAY = timedelta(days=1)
# Less than this unknown in a day (a restart, an upgrade) is not worth a mark.
SLACK = timedelta(minutes=15)
# How much of the known time was down, up to which the bar is drawn as d1, d2, d3; above: d4.
_STEPS = (0.01, 0.05, 0.25)
MOST_STRETCHES = 20
_UNEVENTFUL = "no downtime"
_JUST_BEGUN = "the day has just begun"
_NOT_YET = "not watched yet"


@dataclass(frozen=True, slots=True)
class Read:
    """A bar with its look and its words, and whether the words are worth a line of their own."""

    bar: DayBar
    mark: str
    what: str
    notable: bool

    @property
    def day(self) -> Day:
        return Day(self.mark, f"{words.short_day(self.bar.day)}: {self.what}")


def read(component: Component, now: datetime) -> tuple[Read, ...]:
    """Every day of the component, oldest first."""
    return tuple(_read(bar, component.first_seen, now) for bar in component.days)


def _read(bar: DayBar, first_seen: date | None, now: datetime) -> Read:
    span = _span(bar.day, now)
    if not bar.known:
        return _unwatched(bar, first_seen, span)
    partly = span - bar.known > SLACK
    mark, what = _evidence(bar)
    if partly:
        what = f"{what}, watched for {words.duration(bar.known)}"
    return Read(bar, f"{mark} p" if partly else mark, what, partly or mark != "u")


def _span(day: date, now: datetime) -> timedelta:
    """How much of the day could be known by now."""
    began_at = datetime.combine(day, time(), UTC)
    return min(max(now - began_at, timedelta()), DAY)


def _unwatched(bar: DayBar, first_seen: date | None, span: timedelta) -> Read:
    if first_seen is None or bar.day < first_seen:
        return Read(bar, "n", _NOT_YET, notable=False)
    if span < SLACK:
        return Read(bar, "n", _JUST_BEGUN, notable=False)
    return Read(bar, "g", "not watched", notable=True)


def _evidence(bar: DayBar) -> tuple[str, str]:
    if bar.down > timedelta():
        step = 1 + sum(bar.down > bar.known * limit for limit in _STEPS)
        slow = ", slow at times" if bar.degraded else ""
        return f"d{step}", f"down for {words.duration(bar.down)}{slow}"
    return ("s", "slow at times, no downtime") if bar.degraded else ("u", _UNEVENTFUL)


def wholly_watched(days: tuple[Read, ...]) -> bool:
    """Whether every day was watched, but for slack."""
    return bool(days) and all(_watched(day) for day in days)


def watched_since_begun(days: tuple[Read, ...]) -> bool:
    """Whether there is no gap after the first day with evidence, which may begin at noon."""
    begun = [day for day in days if day.what != _NOT_YET]
    return all(_watched(day) for day in begun[1:])


def _watched(day: Read) -> bool:
    return day.what == _JUST_BEGUN or (day.mark[0] in "usd" and not day.mark.endswith(" p"))


def stretches(days: tuple[Read, ...]) -> tuple[Stretch, ...]:
    """The days that stand out, newest first, neighbours with the same words as one."""
    return tuple(_stretches(days))[:MOST_STRETCHES]


def _stretches(days: tuple[Read, ...]) -> Iterator[Stretch]:
    for (notable, what), same in groupby(reversed(days), key=lambda day: (day.notable, day.what)):
        if notable:
            run = [day.bar.day for day in same]
            yield Stretch(_when(run[-1], run[0]), what)


def _when(first: date, last: date) -> str:
    if first == last:
        return words.short_day(first)
    return f"{words.short_day(first)} to {words.short_day(last)}"


def rest(days: tuple[Read, ...]) -> str:
    """What holds for the days that do not stand out; empty when that is none of them."""
    if len(tuple(_stretches(days))) > MOST_STRETCHES:
        return "The bars tell the days before that."
    if not any(day.what == _UNEVENTFUL for day in days):
        return ""
    return "No downtime on the other days that we watched."
