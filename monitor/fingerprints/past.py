"""What a trait was before: a value that comes again within weeks is not what nobody ever saw. Pure.

Which server stands behind a name, or which keys an answer has, comes and goes: such a value is
known at once. A version is known once it had its turn, as one of two that take turns. The way down
may be a silent roll-back, which takes more. What was there for minutes had no turn. Another first
number, environment or issuer is news each time: it may always be meant for somewhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from monitor.fingerprints.strides import is_another_age, is_step
from probes.traits import Trait

KNOWN_FOR: Final = timedelta(days=30)
APART: Final = timedelta(minutes=15)
"""Coming and going oftener than that is once: both versions of a deploy that rolls take turns."""
OLD_MOST: Final = 8
FLASH: Final = timedelta(minutes=2)
"""What was seen for less than that is told to nobody."""
HOURS: Final = timedelta(hours=6)
"""What comes for minutes, oftener than that, is usual by and by."""
NEVER: Final = 1_000_000_000
"""Turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a trait changes where nothing is wrong. An old value is known when it comes again once it
    is *gone* as much as is said here: a turn counts `TURN`, what went back soon counts one.
    """

    gone: int = 1
    step: int = 1
    """As `gone`, where it is a step on from what is there now."""
    varies: bool = True
    """Whether it is left out once it changes all the time."""
    absence: bool = False
    """Whether that there is none of it counts at once, as another value does."""

    def counts(self, value: str) -> bool:
        """Whether two runs are enough. That a header is not there says little: a page of a proxy
        has none either.
        """
        return self.absence or bool(value)


TURN: Final = 2
LOOSE: Final = Habit()
STRICT: Final = Habit(gone=TURN + 1, step=TURN)
_OTHERS: Final[Mapping[Trait, Habit]] = MappingProxyType(
    {
        Trait.SERVER: STRICT,
        Trait.RUNTIME: STRICT,
        Trait.VERSION: STRICT,
        Trait.TLS_ISSUER: Habit(gone=NEVER, step=NEVER),
        Trait.ENVIRONMENT: Habit(gone=NEVER, step=NEVER, varies=False, absence=True),
    }
)


def habit_of(trait: Trait) -> Habit:
    return _OTHERS.get(trait, LOOSE)


@dataclass(frozen=True, slots=True)
class Old:
    """A value that something else took the place of."""

    value: str
    left_at: datetime
    gone: int
    """How much, leaving out what a deploy announced."""
    by: str
    """What took its place last."""


Past = tuple[Old, ...]
"""The one that left last comes last."""


def of(past: Past, value: str, at: datetime) -> Old | None:
    """None where it was never seen, or left too long ago. It may be there again."""
    found = next((each for each in past if each.value == value), None)
    return found if found and at - found.left_at <= KNOWN_FOR else None


def is_known(old: Old, was: str, habit: Habit) -> bool:
    """Whether it is no news that this comes again and takes the place of *was*."""
    if habit.gone > 1 and is_another_age(was, old.value):
        return False
    return old.gone >= (habit.step if is_step(was, old.value) else habit.gone)


def left(past: Past, value: str, by: str, at: datetime, turn: int = TURN) -> Past:
    before = of(past, value, at)
    if before is None:
        return _with(past, Old(value, at, turn, by))
    if at - before.left_at < APART:
        return _with(past, Old(value, before.left_at, before.gone, by))
    return _with(past, Old(value, at, before.gone + turn, by))


def lasted(past: Past, value: str, by: str, at: datetime) -> Past:
    """It was seen until now, though something took its place before."""
    before = of(past, value, at)
    if before is None:
        return left(past, value, by, at)
    return _with(past, Old(value, at, before.gone, before.by))


def never_left(past: Past, by: str) -> Past:
    """What took the place did so only for a while, or a deploy said that it would."""
    return tuple(
        Old(each.value, each.left_at, max(each.gone - TURN, 0), "") if each.by == by else each
        for each in past
    )


def _with(past: Past, old: Old) -> Past:
    others = [
        each for each in past if each.value != old.value and old.left_at - each.left_at <= KNOWN_FOR
    ]
    return (*others, old)[-OLD_MOST:]
