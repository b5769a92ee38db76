"""What each day was, whether it stands out, and how that is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from status_page.component import Component, Condition, DayBar
from status_page.tongue import Tongue

SHOWN: Final = 90
"""Days, of which the style sheet shows fewer on narrow screens."""
DAY: Final = timedelta(days=1)
# Less than this unknown in a day (a restart, an upgrade) is not worth a mark.
SLACK: Final = timedelta(minutes=15)
_WHOLE: Final = DAY - SLACK
# How much of the known time was down, up to which the bar is drawn as d1, d2, d3; above: d4.
_STEPS: Final = (0.01, 0.05, 0.25)
_NONE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Read:
    """One day. Of today only what stays true for the rest of it."""

    bar: DayBar
    mark: str
    """`u` up, `s` slow, `d1` to `d4` down, `m` maintenance, `g` gap, `n` not watched yet."""
    partly: bool = False
    """Whether some of it is neither known nor planned."""
    now: Condition | None = None
    """What is going on at this moment; on today only, and only if it is no good news."""

    @property
    def notable(self) -> bool:
        return self.partly or self.mark not in "un"


def read(component: Component, today: date, number: int = SHOWN) -> tuple[Read, ...]:
    """The last *number* of days, oldest first."""
    first = component.first_seen
    return tuple(
        _today(component, bar) if bar.day >= today else _past(bar, first)
        for bar in component.days[-number:]
    )


def _past(bar: DayBar, first_seen: date | None) -> Read:
    if bar.known >= _WHOLE and not (bar.down or bar.degraded or bar.planned):
        return Read(bar, "u")  # nearly all of them, so this is asked first
    if not bar.known:
        if bar.planned:
            return Read(bar, "m", DAY - bar.planned > SLACK)
        return Read(bar, "n" if first_seen is None or bar.day < first_seen else "g")
    return Read(bar, _mark(bar), DAY - bar.known - bar.planned > SLACK)


def _today(component: Component, bar: DayBar) -> Read:
    condition = component.condition
    now = None if condition is Condition.UP else condition
    blind = condition in {Condition.UNKNOWN, Condition.UNWATCHED}
    if bar.known:
        return Read(bar, _mark(bar), blind, now)
    if condition is Condition.MAINTENANCE or bar.planned:
        return Read(bar, "m", now=now)
    return Read(bar, "g" if blind and component.first_seen else "n", now=now)


def _mark(bar: DayBar) -> str:
    if bar.down > _NONE:
        return f"d{1 + sum(bar.down > bar.known * limit for limit in _STEPS)}"
    if bar.planned:
        return "m"
    return "s" if bar.degraded else "u"


def facts(day: Read, tongue: Tongue, happened: Sequence[str] = ()) -> str:
    """`Down for 23 minutes · Slow at times`, and the incidents that *happened*."""
    if happened:
        return " · ".join((*_facts(day, tongue), *happened))
    if day.mark == "g" and not day.partly:
        return tongue.say("Not watched")
    if day.mark == "n":
        return tongue.say("Not watched yet")
    return " · ".join(_facts(day, tongue)) or tongue.say("No downtime")


def _facts(day: Read, tongue: Tongue) -> Iterator[str]:
    bar = day.bar
    if day.now is Condition.DOWN:  # for how long changes with every look
        yield tongue.say("Down")
    elif bar.down:
        yield tongue.say("Down for {duration}", duration=tongue.duration(bar.down))
    if bar.degraded:
        yield tongue.say("Slow at times")
    if day.now is Condition.MAINTENANCE:
        yield tongue.say("Under maintenance")
    elif bar.planned:
        yield tongue.say("Maintenance for {duration}", duration=tongue.duration(bar.planned))
    if day.partly and day.now is not None:
        yield tongue.say("Watched in part")
    elif day.partly:
        yield tongue.say("Watched for {duration}", duration=tongue.duration(bar.known))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row of which the same is to be told, by their places in the row of bars."""

    first: int
    last: int
    when: str
    what: str


def stretches(
    days: Sequence[Read], tongue: Tongue, happened: Iterable[tuple[date, str]] = ()
) -> Iterator[Stretch]:
    """The days that stand out, newest first, neighbours with the same words as one. *happened*
    names incidents by their days.
    """
    shift, named = SHOWN - len(days), _by_day(happened)
    found = [(at, day) for at, day in enumerate(days) if day.notable or day.bar.day in named]
    told = [(at, facts(day, tongue, named.get(day.bar.day, ()))) for at, day in reversed(found)]
    for (_, what), same in groupby(
        ((place, at, what) for place, (at, what) in enumerate(told)),
        key=lambda each: (each[0] + each[1], each[2]),
    ):
        run = [at for _, at, _ in same]
        when = _when(days[run[-1]].bar.day, days[run[0]].bar.day, tongue)
        yield Stretch(run[-1] + shift, run[0] + shift, when, what)


def _by_day(happened: Iterable[tuple[date, str]]) -> dict[date, list[str]]:
    named: dict[date, list[str]] = {}
    for day, said in happened:
        named.setdefault(day, []).append(said)
    return named


def _when(first: date, last: date, tongue: Tongue) -> str:
    if first == last:
        return tongue.short_day(first)
    return tongue.say(
        "{first} to {last}", first=tongue.short_day(first), last=tongue.short_day(last)
    )
