"""What is usual for one trait of one target, and when it is something else. Pure.

A value is usual after enough good runs without a new one. Several may be: two servers behind one
name. What varies all the time is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

LEAST: Final = 3
"""Good runs that a single value takes."""
EACH: Final = 5
"""Good runs for each of several."""
VALUES_MOST: Final = 8
CONFIRMED_BY: Final = 2
"""Runs in a row, of one probe or of all that ask the target."""
STRANGE_MOST: Final = 3
"""Runs in a row with one unknown value or another: what was usual is gone."""
BACK_AFTER: Final = 3
"""Runs in a row without the new value."""
OFTEN: Final = 3
"""So many changes in a day that nobody announced, and it varies."""
DAY: Final = timedelta(days=1)


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
    fresh: str | None = None
    """What it changed to, while it may still go back."""
    since: frozenset[str] = frozenset()
    """What was seen since that change."""
    back: int = 0
    """Runs in a row without it."""
    changed_at: tuple[datetime, ...] = ()
    """The changes of a day that nobody announced."""

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


@dataclass(frozen=True, slots=True)
class Back:
    """It is as it was before it became this."""

    became: str


Event = Learnt | Changed | Back


def needed(known: Known) -> int:
    """Good runs without a new value until what is known is usual."""
    distinct = len(known.values)
    return EACH * distinct if distinct > 1 else LEAST


def step(known: Known, seen: Seen) -> tuple[Known, Event | None]:
    match known.state:
        case State.LEARNING:
            return _learn(known, seen) if seen.good else (known, None)
        case State.PINNED if seen.value in known.values:
            return _usual(known, seen)
        case State.PINNED:
            return _strange(known, seen)
        case _:
            return known, None


def announced(known: Known) -> Known:
    """Its last change was a deploy: however many there are, that is no varying."""
    return replace(known, changed_at=known.changed_at[:-1])


def _learn(known: Known, seen: Seen) -> tuple[Known, Event]:
    if seen.value in known.values:
        known = replace(known, runs=known.runs + 1)
    elif len(known.values) == VALUES_MOST:
        return _varies(), Learnt()
    else:
        known = replace(known, values=(*known.values, seen.value), runs=1)
    if known.runs >= needed(known):
        known = replace(known, state=State.PINNED, runs=0)
    return known, Learnt()


def _varies() -> Known:
    return Known(State.VARIES)


def _usual(known: Known, seen: Seen) -> tuple[Known, Event | None]:
    suspect = known.suspect
    if suspect is not None:
        others = suspect.probes - {seen.probe}
        left = replace(suspect, probes=others, strange=0, before_at=seen.at) if others else None
        known = replace(known, suspect=left)
    if known.fresh is None:
        return known, None
    return _after(known, seen)


def _after(known: Known, seen: Seen) -> tuple[Known, Event | None]:
    """It changed a while ago: goes back, or it becomes clear what is usual from now on."""
    back = 0 if seen.value == known.fresh else known.back + 1
    if back >= BACK_AFTER and known.fresh is not None:
        kept = tuple(value for value in known.values if value != known.fresh)
        gone = replace(known, values=kept, fresh=None, since=frozenset(), back=0, runs=0)
        return gone, Back(known.fresh)
    known = replace(
        known,
        back=back,
        since=known.since | {seen.value},
        runs=known.runs + (1 if seen.good else 0),
    )
    if known.runs < needed(known) or back:
        return known, None
    kept = tuple(value for value in known.values if value in known.since)
    return replace(known, values=kept, fresh=None, since=frozenset(), runs=0), Learnt()


def _strange(known: Known, seen: Seen) -> tuple[Known, Event | None]:
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
    return _change(known, suspect, seen.at)


def _change(known: Known, suspect: Suspect, at: datetime) -> tuple[Known, Event]:
    lately = (*(each for each in known.changed_at if at - each < DAY), at)
    if len(lately) >= OFTEN or len(known.values) >= VALUES_MOST:
        return _varies(), Learnt()
    was = (known.fresh,) if known.fresh is not None else known.values
    changed = Known(
        State.PINNED,
        (*known.values, suspect.value),
        fresh=suspect.value,
        since=frozenset((suspect.value,)),
        changed_at=lately,
    )
    return changed, Changed(was, suspect.value, suspect.since_at, suspect.before_at)
