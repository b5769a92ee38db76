"""What each day of a year looks like, and the ones that stand out in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from status_page.component import Component, DayBar
from status_page.pages.figures import SLACK
from status_page.tongue import Tongue

_DAY: Final = timedelta(days=1)
_PLAIN_DAY: Final = (_DAY, timedelta(), False, timedelta())
_STEPS: Final = (0.01, 0.05, 0.25)
"""How much of the known time was down, up to which the day is marked d1, d2, d3; above: d4."""
NOT_YET: Final = "n"
PLAIN: Final = frozenset({"u", NOT_YET})
MOST_STRETCHES: Final = 60


class Special(NamedTuple):
    """A day that stands out, or might."""

    bar: DayBar
    mark: str


@dataclass(frozen=True, slots=True)
class Days:
    """Every day, oldest first, by its classes: `u` up, `s` slow, `d1`..`d4` down, `m` maintenance,
    `g` not watched, `n` not watched yet; with `p` where it is known in part.
    """

    first: date | None
    """None where there is no day at all."""
    marks: tuple[str, ...]
    special: tuple[Special, ...]


def read(component: Component) -> Days:
    """The last day is not over, so nothing is missing of it yet."""
    days, seen = component.days, component.first_seen
    marks, special = [], []
    last = days[-1].day if days else None
    for bar in days:
        if bar[1:] == _PLAIN_DAY:
            marks.append("u")
            continue
        mark = _mark(bar, seen, whole=bar.day != last)
        marks.append(mark)
        if mark not in PLAIN:
            special.append(Special(bar, mark))
    return Days(days[0].day if days else None, tuple(marks), tuple(special))


def _mark(bar: DayBar, first_seen: date | None, *, whole: bool) -> str:
    day, known, down, degraded, planned = bar
    if not known:
        if planned:
            return "m"
        return NOT_YET if first_seen is None or day < first_seen or not whole else "g"
    mark = "u"
    if down:
        share = down / known
        mark = f"d{1 + sum(share > step for step in _STEPS)}"
    elif degraded:
        mark = "s"
    elif planned:
        mark = "m"
    return f"{mark} p" if whole and _DAY - known - planned > SLACK else mark


class Stretch(NamedTuple):
    """Neighbours of which the same is told."""

    first: date
    last: date
    facts: tuple[str, ...]


def stretches(told: Sequence[tuple[date, tuple[str, ...]]]) -> Iterator[Stretch]:
    """Of days and their facts, newest first, as they are to be read."""
    run: Stretch | None = None
    for day, said in told:
        if run and said == run.facts and run.first - day == _DAY:
            run = run._replace(first=day)
            continue
        if run:
            yield run
        run = Stretch(day, day, said)
    if run:
        yield run


def told(days: Days, tongue: Tongue) -> list[tuple[date, tuple[str, ...]]]:
    """The days that stand out and what is told of them, newest first."""
    return [(bar.day, tuple(_facts(bar, mark, tongue))) for bar, mark in reversed(days.special)]


def _facts(bar: DayBar, mark: str, tongue: Tongue) -> Iterator[str]:
    if bar.down:
        yield tongue.say("down for {span}", span=tongue.duration(bar.down))
    if bar.degraded:
        yield tongue.say("slow at times")
    if bar.planned:
        yield tongue.say("maintenance for {span}", span=tongue.duration(bar.planned))
    if mark == "g":
        yield tongue.say("not watched")
    elif mark.endswith("p"):
        yield tongue.say("watched for {span}", span=tongue.duration(bar.known))
