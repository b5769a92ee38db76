"""How many entries there usually are at an hour, and whether there are too few. Pure.

An hour is compared by the clock on the wall: with the same hour of the same weekday in eight weeks
once three are known, else of working days or of weekends in two. Before that no percentage judges,
only emptiness: nothing at all where the days known so far never had nothing, or, on the first day,
where there were entries an hour or two ago that did not become fewer first.

Nobody is woken every night by the same thing. What was too few and came back by itself is no news
for ever: an hour that is known may be as low as it was on three such days in two weeks, or on two
of one weekday in three; one that is not known yet may be empty once it was. What does not come back
teaches nothing, however long it takes: an outage does not become usual, a target that lists less
for good is learned anew when somebody says so.

Not noticed: a percentage in the first three days of a kind, or in an hour beside one in which there
is usually little: in the one before, until it was itself never low on eight days alike; in the one
after, for it may begin late. What erodes by a few percent a day is noticed late, and not at every
run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import median
from typing import Final

from monitor.baselines.days import Calendar, Days, days_of
from monitor.store.baselines import Hour, hour_of

WEEKS: Final = timedelta(weeks=8)
DAYS: Final = timedelta(days=14)
ENOUGH: Final = 3
"""Days that say what is usual, or good runs that say that there is something at all."""
_SPREAD_FROM: Final = 5
"""Days that say how much it goes up and down by itself."""
_SURE: Final = 8
"""Days on which it was never less: it will not be tomorrow."""
_BEGINS: Final = 0.5
"""Less than so much of it in the hour before: it begins in this one."""
_SUDDEN: Final = timedelta(hours=2)
_LATELY: Final = timedelta(weeks=3)
_OFTEN_ON_WEEKDAY: Final = 2
_AS_DEVIATION: Final = 1.4826
"""Times the median deviation is the standard deviation, where things are distributed normally."""
_SPREADS: Final = 3
_ROOTS: Final = 2
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
class Least:
    """What there was at least on each of the days: the median of it, the least while the days are
    few, and how much it goes up and down by itself.
    """

    median: float
    lowest: float
    spread: float = 0.0

    def bound(self, keep: float) -> float:
        found = min(self.lowest * keep, self.median - _SPREADS * self.spread)
        return max(found, self.median * keep / 2, 1.0)


@dataclass(frozen=True, slots=True)
class Expected:
    """`usual` is what there is on average, for words. The bound is made of what there was at least
    with the hours `beside`, so that what happens at eight may happen at half past seven. `few` is
    how low it was often enough of late and came back, if it was. Where that very hour was never
    below `sure` on many days, what there was at least in it `alone` counts too. `when` is `on
    Tuesdays at 14:00 CET`. Where the hour is not `known` yet, only that there is nothing is wrong.
    """

    usual: float
    beside: Least
    when: str
    few: float | None = None
    alone: Least | None = None
    sure: float = 0.0
    known: bool = True

    @property
    def spread(self) -> float:
        return self.beside.spread

    def least(self, fall: float) -> float:
        """How many there have to be when *fall*, from 0 to 1, is the share that may be missing."""
        if not self.known:
            return 1.0
        keep = 1 - fall
        bound, most = self.beside.bound(keep), self.beside.median
        if self.few is not None and self.few < bound:
            bound, most = max(self.few * keep, 1.0), self.few
        return max(bound if most >= 1 else 0.0, self._surely(keep))

    def _surely(self, keep: float) -> float:
        """0 where it is not: small numbers differ by themselves, about by their square root."""
        chance = self.sure - _ROOTS * sqrt(self.sure)
        if self.alone is None or chance < 1:
            return 0.0
        return max(min(self.sure * keep, self.alone.bound(keep), chance), 1.0)


@dataclass(frozen=True, slots=True)
class Early:
    """What good runs found that found something: how many they were, and the least of it."""

    runs: int = 0
    lowest: int = 0


def early(hours: Iterable[Hour], calendar: Calendar) -> Early:
    """Of everything that is known. Nothing found is no beginning: it may be broken already."""
    good = [h for h in hours if h.highest and not h.below and not calendar.is_holiday(h.hour_at)]
    lowest = (each.lowest or each.highest for each in good)
    return Early(sum(each.runs for each in good), min(lowest, default=0))


def expected(hours: Sequence[Hour], at: datetime, calendar: Calendar) -> Expected | None:
    """Of *hours*, the oldest first; None while too little is known to expect anything."""
    days, now = days_of(hours, calendar), calendar.local(hour_of(at))
    found = dict[str, list[date]]()
    weekday = _SUNDAY if now.date() in calendar.holidays else now.weekday()
    for back, name, fits in _kinds(weekday):
        found[name] = [
            day
            for day, hour in days.means
            if hour == now.hour and day < now.date() and now.date() - day <= back and fits(day)
        ]
        if len(found[name]) >= ENOUGH:
            return _known(days, found[name], now, f"on {name}", weekday)
    if early(hours, calendar).runs < ENOUGH or days.was_empty(now.hour):
        return None
    seen = [day for each in found.values() for day in each]
    return _never_empty(days, seen, now) if seen else _suddenly(hours, at, calendar)


def judge(count: int, usual: Expected, fall: float) -> str | None:
    """In words what is wrong: too few, when more than the share *fall* is missing."""
    if count >= usual.least(fall) - _HAIR:
        return None
    said = f"found {count or 'nothing'}, usually {usual.usual:.0f} {usual.when}"
    if not usual.known:
        return f"found nothing, {usual.when}"
    return f"{said}: more than {fall * 100:.0f} % fewer" if count else said


def _known(days: Days, alike: Sequence[date], now: datetime, when: str, weekday: int) -> Expected:
    return Expected(
        usual=median(days.means[day, now.hour] for day in alike),
        beside=_least([low for day in alike if (low := days.low(day, now.hour)) is not None]),
        when=f"{when} {_at(now)}",
        few=_lately(days, now, weekday),
        alone=_least([days.least[day, now.hour] for day in alike]),
        sure=_ever(days, now, weekday),
    )


def _least(lows: Sequence[float]) -> Least:
    middle, several = median(lows), len(lows) >= _SPREAD_FROM
    return Least(
        median=middle,
        lowest=middle if several else min(lows),
        spread=_AS_DEVIATION * median(abs(each - middle) for each in lows) if several else 0.0,
    )


def _ever(days: Days, now: datetime, weekday: int) -> float:
    """The least that there was in that hour of days alike, and in it or beside it whenever it came
    back of late, less as much again as the median is above it; 0 while the days are few, or where
    it begins in that hour, for it may begin late. Where clocks were changed, those before do not
    count: the target may go by another one.
    """
    alike = [
        day
        for day, hour in days.means
        if hour == now.hour
        and day < now.date()
        and any(now.date() - day <= back and fits(day) for back, _, fits in _kinds(weekday))
        and datetime.combine(day, now.time(), now.tzinfo).utcoffset() == now.utcoffset()
    ]
    if len(alike) < _SURE:
        return 0
    seen = [days.least[day, now.hour] for day in alike]
    usual, before = median(seen), days.before(alike, now.hour)
    if before is not None and before < usual * _BEGINS:
        return 0
    hours = {(now.hour + step) % 24 for step in (-1, 0, 1)}
    lately = now.date() - _LATELY
    back = [few for (day, hour), few in days.came_back.items() if hour in hours and day >= lately]
    return max(2 * min(*seen, *back) - usual, 0)


def _lately(days: Days, now: datetime, weekday: int) -> float | None:
    """As few as that are no news, having been so often enough; None if too few days are known."""
    found = []
    for (_, _, fits), back, often in zip(
        _kinds(weekday), (_LATELY, DAYS), (_OFTEN_ON_WEEKDAY, ENOUGH), strict=True
    ):
        before = (now.date() - timedelta(days=ago) for ago in range(1, back.days + 1))
        known = (days.fewest(day, now.hour) for day in before if fits(day))
        fewest = sorted(each for each in known if each is not None)
        found += fewest[often - 1 : often]
    return min(found, default=None)


def _never_empty(days: Days, seen: Collection[date], now: datetime) -> Expected:
    usual = median(days.means[day, now.hour] for day in seen)
    when = f"and there were {usual:.0f} {_at(now)} of days before"
    return Expected(usual, Least(usual, usual), when, known=False)


def _suddenly(hours: Sequence[Hour], at: datetime, calendar: Calendar) -> Expected | None:
    """There were entries until it began, at once and not long ago, and none in a good run since."""
    good = [h for h in hours if not h.below and not calendar.is_holiday(h.hour_at)]
    last = next((h for h in reversed(good) if h.highest), None)
    if last is None or not last.lowest or good[-1].hour_at > last.hour_at:
        return None
    began = next((h.hour_at for h in hours if h.below and h.hour_at >= last.hour_at), hour_of(at))
    shortly = [h for h in good if last.hour_at - _SUDDEN < h.hour_at]
    declined = 2 * last.lowest < max(h.highest for h in shortly)
    if began - last.hour_at > _SUDDEN or declined:
        return None
    usual, local = last.total / last.runs, calendar.local(last.hour_at)
    when = f"and there were {usual:.0f} on {_NAMES[local.weekday()][:-1]} {_at(local)}"
    return Expected(usual, Least(usual, usual), when, known=False)


def _kinds(weekday: int) -> tuple[tuple[timedelta, str, Callable[[date], bool]], ...]:
    """Days that are alike: how far back, what they are called and whether one is."""
    return (
        (WEEKS, _NAMES[weekday], lambda day: day.weekday() == weekday),
        (DAYS, _sort(weekday), lambda day: _sort(day.weekday()) == _sort(weekday)),
    )


def _at(local: datetime) -> str:
    return f"at {local:%H}:00 {local.tzname()}"


def _sort(weekday: int) -> str:
    return "working days" if weekday < 5 else "weekends"
