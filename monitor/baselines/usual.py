"""How many entries there usually are at an hour, and whether there are too few. Pure.

Hours are compared by the clock on the wall: with the same hour of the same weekday while that is
known, else of working days or of weekends, and in the beginning with the least that was ever seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from monitor.store.baselines import Hour, hour_of

WEEKS: Final = timedelta(weeks=8)
DAYS: Final = timedelta(days=14)
ENOUGH: Final = 3
"""Hours of their kind, or good runs in the beginning, that say what is usual."""
_AS_DEVIATION: Final = 1.4826
"""Times the median deviation is the standard deviation, where things are distributed normally."""
_SPREADS: Final = 3
_HAIR: Final = 1e-9
_SUNDAY: Final = 6
_NAMES: Final = (
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
    "Sundays",
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose hours and days. Holidays are like Sundays, and nothing is learned from them."""

    zone: ZoneInfo
    holidays: Collection[date] = ()

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def is_holiday(self, at: datetime) -> bool:
        return bool(self.holidays) and self.local(at).date() in self.holidays


@dataclass(frozen=True, slots=True)
class Expected:
    """`when` says what was compared with: `on Tuesdays at 14:00 CET`; empty in the beginning, when
    `usual` is the least that was seen so far.
    """

    usual: float
    spread: float = 0.0
    when: str = ""

    def least(self, fall: float) -> float:
        """How many there have to be when *fall*, from 0 to 1, is the share that may be missing."""
        if self.usual < 1:
            return 0.0
        lower = min(self.usual * (1 - fall), self.usual - _SPREADS * self.spread)
        return max(lower, 1.0)


@dataclass(frozen=True, slots=True)
class Early:
    """What good runs found that found something: how many they were, and the least of it."""

    runs: int = 0
    lowest: int = 0

    def after(self, count: int) -> Early:
        """Nothing found is no beginning: it may be broken already."""
        if count < 1:
            return self
        return Early(self.runs + 1, min(self.lowest, count) if self.runs else count)

    @property
    def expected(self) -> Expected | None:
        return Expected(float(self.lowest)) if self.runs >= ENOUGH else None


def early(hours: Iterable[Hour], calendar: Calendar) -> Early:
    """Of everything that is known."""
    good = [each for each in hours if each.highest and not calendar.is_holiday(each.hour_at)]
    lowest = (each.lowest or each.highest for each in good)
    return Early(sum(each.runs for each in good), min(lowest, default=0))


def by_hour(hours: Iterable[Hour], at: datetime, calendar: Calendar) -> Expected | None:
    """What is usual in the hour of *at*, from days before its own; None while too few are known."""
    now, days = calendar.local(hour_of(at)), _days(hours, at, calendar)
    weekday = _SUNDAY if now.date() in calendar.holidays else now.weekday()
    alike: tuple[tuple[timedelta, str, Callable[[date], bool]], ...] = (
        (WEEKS, _NAMES[weekday], lambda day: day.weekday() == weekday),
        (DAYS, _sort(weekday), lambda day: _sort(day.weekday()) == _sort(weekday)),
    )
    for back, name, fits in alike:
        found = [mean for day, mean in days.items() if now.date() - day <= back and fits(day)]
        if len(found) >= ENOUGH:
            usual = median(found)
            spread = _AS_DEVIATION * median(abs(mean - usual) for mean in found)
            return Expected(usual, spread, f"on {name} at {now:%H}:00 {now.tzname()}")
    return None


def expected(hours: Collection[Hour], at: datetime, calendar: Calendar) -> Expected | None:
    """None while too little is known to expect anything."""
    return by_hour(hours, at, calendar) or early(hours, calendar).expected


def judge(count: int, usual: Expected, fall: float) -> str | None:
    """In words what is wrong: too few, when more than the share *fall* is missing."""
    if count >= usual.least(fall) - _HAIR:
        return None
    found = f"found {count or 'nothing'}, "
    most = f"{usual.usual:.0f}"
    found += f"usually {most} {usual.when}" if usual.when else f"never fewer than {most} so far"
    return f"{found}: more than {fall * 100:.0f} % fewer" if count else found


def _days(hours: Iterable[Hour], at: datetime, calendar: Calendar) -> Mapping[date, float]:
    """How many there were at the same hour of days before, on average. An hour that a day had twice
    counts once, one that it did not have is not there.
    """
    now = calendar.local(hour_of(at))
    sums: dict[date, tuple[int, int]] = {}
    for each in hours:
        local = calendar.local(each.hour_at)
        if local.hour == now.hour and local.date() < now.date():
            total, runs = sums.get(local.date(), (0, 0))
            sums[local.date()] = (total + each.total, runs + each.runs)
    return {
        day: total / runs for day, (total, runs) in sums.items() if day not in calendar.holidays
    }


def _sort(weekday: int) -> str:
    return "working days" if weekday < 5 else "weekends"
