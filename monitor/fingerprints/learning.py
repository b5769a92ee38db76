"""What is usual for one trait of one target, and when it is something else. Pure.

A value is usual after enough good runs without a new one. Several may be: two servers behind one
name. What varies all the time is left out. What was usual until something else came is remembered
for weeks: going back and forth is told once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from monitor.fingerprints import past, settling
from monitor.fingerprints.past import LOOSE, Habit, Past
from monitor.fingerprints.settling import Settling

LEAST: Final = 3
"""Good runs that a single value takes."""
EACH: Final = 5
"""Good runs for each of several."""
VALUES_MOST: Final = 8
CONFIRMED_BY: Final = 2
"""Runs in a row, of one probe or of all that ask the target."""
STRANGE_MOST: Final = 3
"""Runs in a row with one unknown value or another: what was usual is gone."""
OFTEN: Final = 5
"""So many values in a week that were never seen before and that nobody announced: it varies."""
WEEK: Final = timedelta(days=7)


@unique
class State(StrEnum):
    LEARNING = "learning"
    PINNED = "pinned"
    VARIES = "varies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one run showed. `good`: it may teach."""

    value: str
    probe: str
    at: datetime
    good: bool = True
    before_at: datetime | None = None
    """When something usual was seen last."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A value that is not known, and not certain yet."""

    value: str
    since_at: datetime
    before_at: datetime | None
    probes: frozenset[str]
    """Those whose last run showed it."""
    strange: int = 1
    """Runs in a row with unknown values."""


@dataclass(frozen=True, slots=True)
class Known:
    """`values` are usual, the newest last. `runs` are good ones without a new value."""

    state: State = State.LEARNING
    values: tuple[str, ...] = ()
    runs: int = 0
    suspect: Suspect | None = None
    fresh: Settling | None = None
    """What it changed to, while it may still go back."""
    lately: tuple[tuple[str, datetime], ...] = ()
    """The values of a week that were never seen before and that nobody announced."""
    past: Past = ()
    """What it was before, and may be again."""

    @property
    def calm(self) -> bool:
        """Whether another run with a usual value changes nothing."""
        learnt = self.state is not State.LEARNING
        return learnt and self.suspect is None and self.fresh is None


@dataclass(frozen=True, slots=True)
class Learnt:
    """More is known of it, and worth being remembered."""


@dataclass(frozen=True, slots=True)
class Changed:
    was: tuple[str, ...]
    became: str
    seen_at: datetime
    before_at: datetime | None
    first: bool = True
    """It was never that before, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Again:
    """It became what it was often enough before: no news, but it is not any more what it was."""

    was: tuple[str, ...]
    became: str


@dataclass(frozen=True, slots=True)
class Back:
    """It is as it was before it became this, which was seen last at that instant."""

    became: str
    at: datetime


Event = Learnt | Changed | Again | Back


def needed(known: Known) -> int:
    """Good runs without a new value until what is known is usual."""
    distinct = len(known.values)
    return EACH * distinct if distinct > 1 else LEAST


def step(known: Known, seen: Seen, habit: Habit = LOOSE) -> tuple[Known, Event | None]:
    match known.state:
        case State.LEARNING:
            return _learn(known, seen, habit) if seen.good else (known, None)
        case State.PINNED if seen.value in known.values:
            return _usual(known, seen, habit)
        case State.PINNED:
            return _strange(known, seen, habit)
        case _:
            return known, None


def announced(known: Known, became: str) -> Known:
    """That change was a deploy: however many there are, that is no varying, and what was deployed
    back and forth is news when it comes without a deploy.
    """
    lately = tuple(each for each in known.lately if each[0] != became)
    return replace(known, lately=lately, past=past.never_left(known.past, became))


def _learn(known: Known, seen: Seen, habit: Habit) -> tuple[Known, Event]:
    if seen.value in known.values:
        known = replace(known, runs=known.runs + 1)
    elif len(known.values) == VALUES_MOST and habit.varies:
        return _varies(), Learnt()
    else:
        values = (*known.values, seen.value)[-VALUES_MOST:]
        known = replace(known, values=values, runs=1)
    if known.runs >= needed(known):
        known = replace(known, state=State.PINNED, runs=0)
    return known, Learnt()


def _varies() -> Known:
    return Known(State.VARIES)


def _usual(known: Known, seen: Seen, habit: Habit) -> tuple[Known, Event | None]:
    suspect = known.suspect
    if suspect is not None:
        others = suspect.probes - {seen.probe}
        left = replace(suspect, probes=others, strange=0, before_at=seen.at) if others else None
        known = replace(known, suspect=left)
    if known.fresh is None:
        return known, None
    fresh = settling.after(known.fresh, seen.value, seen.at)
    return _after(known, seen, fresh, habit)


def _after(known: Known, seen: Seen, fresh: Settling, habit: Habit) -> tuple[Known, Event | None]:
    """It changed a while ago: goes back, or it becomes clear what is usual from now on."""
    if settling.is_gone(fresh, seen.at):
        return _back(known, seen, fresh.value, habit), Back(fresh.value, fresh.seen_at)
    known = replace(known, fresh=fresh, runs=known.runs + (1 if seen.good else 0))
    stays = settling.stays(fresh, seen.at)
    if not stays or known.runs < needed(known):
        return known, None
    old = known.past
    for value in known.values:
        if value not in stays:
            old = past.lasted(old, value, fresh.value, fresh.other_at)
    kept = tuple(value for value in known.values if value in stays)
    return replace(known, values=kept, past=old, fresh=None, runs=0), Learnt()


def _back(known: Known, seen: Seen, fresh: str, habit: Habit) -> Known:
    """What went back soon had no turn, unless that is how its kind comes and goes."""
    turn = 1 if habit.gone > 1 else past.TURN
    old = past.left(past.never_left(known.past, fresh), fresh, seen.value, seen.at, turn)
    kept = tuple(value for value in known.values if value != fresh)
    return replace(known, values=kept, past=old, fresh=None, runs=0)


def _strange(known: Known, seen: Seen, habit: Habit) -> tuple[Known, Event | None]:
    last = known.suspect
    strange = last.strange + 1 if last else 1
    if last is None or last.value != seen.value:
        since_at, before_at = (
            (last.since_at, last.before_at) if last and last.strange else (seen.at, seen.before_at)
        )
        suspect = Suspect(seen.value, since_at, before_at, frozenset((seen.probe,)), strange)
        certain = strange >= STRANGE_MOST
    else:
        certain = last.strange + 1 >= CONFIRMED_BY or seen.probe in last.probes
        suspect = replace(last, probes=last.probes | {seen.probe}, strange=strange)
    if not certain:
        return replace(known, suspect=suspect), None
    return _change(known, suspect, seen.at, habit)


def _change(known: Known, suspect: Suspect, at: datetime, habit: Habit) -> tuple[Known, Event]:
    value, old = suspect.value, past.of(known.past, suspect.value, at)
    was = (known.fresh.value,) if known.fresh is not None else known.values
    lately = tuple(each for each in known.lately if at - each[1] < WEEK)
    if old is None:
        lately = (*lately, (value, at))[-OFTEN:]
    changed = Changed(was, value, suspect.since_at, suspect.before_at, first=old is None)
    values = _left_by_now(known)
    if habit.varies and (len(lately) >= OFTEN or len(values) >= VALUES_MOST):
        return _varies(), changed
    became = Known(
        State.PINNED,
        (*values, value)[-VALUES_MOST:],
        fresh=Settling(value, at, at, at),
        lately=lately,
        past=_without(known.past, was, value, at),
    )
    if old is not None and past.is_known(old, was[-1], habit):
        return became, Again(was, value)
    return became, changed


def _left_by_now(known: Known) -> tuple[str, ...]:
    seems = settling.seems(known.fresh) if known.fresh is not None else None
    return tuple(each for each in known.values if not seems or each in seems)


def _without(old: Past, was: tuple[str, ...], by: str, at: datetime) -> Past:
    for value in was:
        old = past.left(old, value, by, at)
    return old
