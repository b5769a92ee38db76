"""What is usual for one trait of one target, and when it is something else. Pure.

A value is usual after enough good runs without a new one. Several may be: two servers behind one
name. What varies all the time is left out. What was usual until something else came is remembered
for weeks: going back and forth is told once.

What only failing runs showed, or that there is nothing where something was, is a guess at first: it
is found as a change, for whoever looks at an outage, and teaches nothing before it is certain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from monitor.fingerprints import past, settling
from monitor.fingerprints.events import Again, Back, Changed, Event, Learnt
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
    good: bool = True
    """Whether any of the runs that showed it was."""


@dataclass(frozen=True, slots=True)
class Known:
    """`values` are usual, the newest last. `runs` are good ones without a new value."""

    state: State = State.LEARNING
    values: tuple[str, ...] = ()
    runs: int = 0
    suspect: Suspect | None = None
    fresh: Settling | None = None
    """What it changed to, while it may still go back."""
    guess: Settling | None = None
    """What it may have changed to, and nothing else here knows of yet."""
    lately: tuple[tuple[str, datetime], ...] = ()
    """The values of a week that were never seen before and that nobody announced."""
    past: Past = ()
    """What it was before, and may be again."""

    @property
    def calm(self) -> bool:
        """Whether another run with a usual value changes nothing."""
        learnt = self.state is not State.LEARNING
        return learnt and self.suspect is None and self.fresh is None and self.guess is None


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
        case State.PINNED if known.guess is not None and seen.value == known.guess.value:
            return _guessed(known, seen, known.guess, habit)
        case State.PINNED:
            return _strange(known, seen, habit)
        case _:
            return known, None


def announced(known: Known, became: str, habit: Habit = LOOSE) -> Known:
    """That change was a deploy: however many there are, that is no varying, and what was deployed
    back and forth is news when it comes without a deploy. It needs no good run to be believed.
    """
    if known.guess is not None and known.guess.value == became:
        known = _believed(known, known.guess, replace(habit, varies=False))
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
    known = _unsuspected(known, seen)
    if known.guess is not None:
        guess = settling.after(known.guess, seen.value, seen.at)
        if settling.is_gone(guess, seen.at):
            return replace(known, guess=None), Back(guess.value, guess.seen_at)
        known = replace(known, guess=guess)
    if known.fresh is None:
        return known, None
    fresh = settling.after(known.fresh, seen.value, seen.at)
    return _after(known, seen, fresh, habit)


def _unsuspected(known: Known, seen: Seen) -> Known:
    suspect = known.suspect
    if suspect is None:
        return known
    others = suspect.probes - {seen.probe}
    left = replace(suspect, probes=others, strange=0, before_at=seen.at) if others else None
    return replace(known, suspect=left)


def _after(known: Known, seen: Seen, fresh: Settling, habit: Habit) -> tuple[Known, Event | None]:
    """It changed a while ago: goes back, or it becomes clear what is usual from now on."""
    if settling.is_gone(fresh, seen.at):
        return _back(known, seen, fresh, habit), Back(fresh.value, fresh.seen_at, fresh.away_at)
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


def _back(known: Known, seen: Seen, fresh: Settling, habit: Habit) -> Known:
    value, turn = fresh.value, _turn(known, fresh, habit)
    old = past.left(past.never_left(known.past, value), value, seen.value, seen.at, turn)
    kept = tuple(each for each in known.values if each != value)
    return replace(known, values=kept, past=old, fresh=None, runs=0)


def _turn(known: Known, fresh: Settling, habit: Habit) -> int:
    """What went back soon had none, unless that is how its kind comes and goes, or it does so
    every few hours; what flashed up was told to nobody, and is none either way.
    """
    if fresh.away_at is not None and fresh.away_at - fresh.at < past.FLASH:
        return 0
    if habit.gone == 1:
        return past.TURN
    old = past.of(known.past, fresh.value, fresh.at)
    return 1 if old is not None and fresh.at - old.left_at < past.HOURS else 0


def _strange(known: Known, seen: Seen, habit: Habit) -> tuple[Known, Event | None]:
    last = known.suspect
    strange = last.strange + 1 if last else 1
    if last is None or last.value != seen.value:
        since_at, before_at = (
            (last.since_at, last.before_at) if last and last.strange else (seen.at, seen.before_at)
        )
        probes = frozenset((seen.probe,))
        suspect = Suspect(seen.value, since_at, before_at, probes, strange, seen.good)
        certain = strange >= STRANGE_MOST
    else:
        certain = last.strange + 1 >= CONFIRMED_BY or seen.probe in last.probes
        good = last.good or seen.good
        suspect = replace(last, probes=last.probes | {seen.probe}, strange=strange, good=good)
    if not certain:
        return replace(known, suspect=suspect), None
    if not suspect.good or not habit.counts(suspect.value):
        return _guess(known, suspect, seen.at, habit)
    return _change(known, suspect, seen.at, habit)


def _guess(
    known: Known, suspect: Suspect, at: datetime, habit: Habit
) -> tuple[Known, Event | None]:
    """What was there before is no news, and waits for a good run."""
    value, was = suspect.value, _is_now(known)
    old = past.of(known.past, value, at)
    if old is not None and past.is_known(old, was[-1], habit):
        waits = replace(known, suspect=suspect), None
        return _change(known, suspect, at, habit) if suspect.good else waits
    last = known.guess
    if last is not None and not _may_follow(last, value):
        return replace(known, suspect=None), None
    guess = Settling(value, at, at, at)
    instead = last.value if last is not None else None
    changed = Changed(was, value, suspect.since_at, suspect.before_at, old is None, instead)
    return replace(known, suspect=None, guess=guess), changed


def _may_follow(last: Settling, value: str) -> bool:
    """One guess at a time: pages of errors are never the same."""
    return bool(value and not last.value) or last.row <= -settling.QUIET_RUNS


def _guessed(known: Known, seen: Seen, guess: Settling, habit: Habit) -> tuple[Known, Event | None]:
    guess = settling.after(guess, seen.value, seen.at)
    known = replace(_unsuspected(known, seen), guess=guess)
    lasts = habit.counts(seen.value) or bool(settling.stays(guess, seen.at))
    if not seen.good or not lasts:
        return known, None
    return _believed(known, guess, habit), Again(_is_now(known), guess.value)


def _believed(known: Known, guess: Settling, habit: Habit) -> Known:
    """It was found as a change already, and takes the place of what was."""
    suspect = Suspect(guess.value, guess.at, None, frozenset())
    known, _ = _change(replace(known, guess=None), suspect, guess.seen_at, habit)
    return replace(known, fresh=guess) if known.fresh is not None else known


def _change(known: Known, suspect: Suspect, at: datetime, habit: Habit) -> tuple[Known, Event]:
    value, old = suspect.value, past.of(known.past, suspect.value, at)
    was = _is_now(known)
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
        guess=known.guess,
        lately=lately,
        past=_without(known.past, was, value, at),
    )
    if old is not None and past.is_known(old, was[-1], habit):
        return became, Again(was, value, suspect.since_at, suspect.before_at)
    return became, changed


def _is_now(known: Known) -> tuple[str, ...]:
    return (known.fresh.value,) if known.fresh is not None else known.values


def _left_by_now(known: Known) -> tuple[str, ...]:
    seems = settling.seems(known.fresh) if known.fresh is not None else None
    return tuple(each for each in known.values if not seems or each in seems)


def _without(old: Past, was: tuple[str, ...], by: str, at: datetime) -> Past:
    for value in was:
        old = past.left(old, value, by, at)
    return old
