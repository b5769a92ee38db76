"""What a history says of the hours of days, by the clock on the wall. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from monitor.store.baselines import Hour

Place = tuple[date, int]
"""An hour of a day as a clock on the wall shows it; where it comes twice, both."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose hours and days. Holidays are like Sundays, and nothing is learned from them."""

    zone: ZoneInfo
    holidays: Collection[date] = ()

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def place(self, at: datetime) -> Place:
        local = self.local(at)
        return local.date(), local.hour

    def is_holiday(self, at: datetime) -> bool:
        return bool(self.holidays) and self.local(at).date() in self.holidays


@dataclass(frozen=True, slots=True)
class Days:
    """How many there were on average and at least in hours of good runs, and how many there were
    when there were too few and more came back by themselves: once for each time.
    """

    means: Mapping[Place, float]
    least: Mapping[Place, int]
    came_back: Mapping[Place, int]

    def low(self, day: date, hour: int) -> float | None:
        """The least of good runs in that hour, or the mean of its neighbours if that is less: what
        happens at eight may happen at half past seven. None where that hour is not known.
        """
        if (day, hour) not in self.means:
            return None
        beside = [self.means[place] for place in _beside(day, hour) if place in self.means]
        return min(self.least[day, hour], *beside) if beside else float(self.least[day, hour])

    def fewest(self, day: date, hour: int) -> float | None:
        """As `low`, with those that were too few at the time and came back."""
        back = [self.came_back.get(place) for place in ((day, hour), *_beside(day, hour))]
        known = [each for each in (self.low(day, hour), *back) if each is not None]
        return min(known, default=None)

    def before(self, days: Iterable[date], hour: int) -> float | None:
        """The median of the means in the hour before that one of *days*; None if none is known."""
        places = (_beside(day, hour)[0] for day in days)
        known = [self.means[place] for place in places if place in self.means]
        return median(known) if known else None

    def was_empty(self, hour: int) -> bool:
        """Whether in that hour of any day, or one beside it, there was nothing and all was well."""
        hours = {(hour + step) % 24 for step in (-1, 0, 1)}
        empty = (place for known in (self.least, self.came_back) for place in _empty(known))
        return any(place[1] in hours for place in empty)


def days_of(hours: Iterable[Hour], calendar: Calendar) -> Days:
    """Of *hours*, the oldest first; holidays are left out."""
    sums, least = dict[Place, tuple[int, int]](), dict[Place, int]()
    low, came_back = dict[int, tuple[Place, Hour]](), dict[Place, int]()
    for each in hours:
        place = calendar.place(each.hour_at)
        if place[0] in calendar.holidays:
            continue
        if each.below:
            before = low.get(place[1])
            if before is None or each.highest < before[1].highest:
                low[place[1]] = place, each
            continue
        total, runs = sums.get(place, (0, 0))
        sums[place] = total + each.total, runs + each.runs
        least[place] = min(least.get(place, each.lowest), each.lowest)
        for hour, (when, few) in list(low.items()):
            if few.highest < each.highest and few.hour_at < each.hour_at:
                came_back[when] = few.lowest
                del low[hour]
    return Days({at: total / runs for at, (total, runs) in sums.items()}, least, came_back)


def _beside(day: date, hour: int) -> tuple[Place, Place]:
    before = (day, hour - 1) if hour else (day - _DAY, 23)
    return before, (day, hour + 1) if hour < 23 else (day + _DAY, 0)


def _empty(known: Mapping[Place, int]) -> Iterator[Place]:
    return (place for place, count in known.items() if count < 1)
