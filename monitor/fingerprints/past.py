"""What a trait was before: a value that comes again within weeks is not what nobody ever saw. Pure.

Which server stands behind a name, or which keys an answer has, comes and goes: such a value is
known at once. A version that was there before may be a silent roll-back: it takes more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from probes.traits import Trait

KNOWN_FOR: Final = timedelta(days=30)
APART: Final = timedelta(minutes=15)
"""Coming and going oftener than that is once: both versions of a deploy that rolls take turns."""
OLD_MOST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a trait changes where nothing is wrong."""

    gone: int = 1
    """So often an old value must have come and gone to be known when it comes again."""
    varies: bool = True
    """Whether it is left out once it changes all the time."""


LOOSE: Final = Habit()
STRICT: Final = Habit(gone=2)
_OTHERS: Final[Mapping[Trait, Habit]] = MappingProxyType(
    {
        Trait.SERVER: STRICT,
        Trait.RUNTIME: STRICT,
        Trait.VERSION: STRICT,
        Trait.TLS_ISSUER: STRICT,
        Trait.ENVIRONMENT: Habit(gone=2, varies=False),
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
    """How often, leaving out what a deploy announced."""
    by: str
    """What took its place last."""


Past = tuple[Old, ...]
"""The one that left last comes last."""


def of(past: Past, value: str, at: datetime) -> Old | None:
    """None where it was never seen, or left too long ago. It may be there again."""
    found = next((each for each in past if each.value == value), None)
    return found if found and at - found.left_at <= KNOWN_FOR else None


def left(past: Past, value: str, by: str, at: datetime) -> Past:
    before = of(past, value, at)
    if before is None:
        return _with(past, Old(value, at, 1, by))
    if at - before.left_at < APART:
        return _with(past, Old(value, before.left_at, before.gone, by))
    return _with(past, Old(value, at, before.gone + 1, by))


def lasted(past: Past, value: str, by: str, at: datetime) -> Past:
    """It was seen until now, though something took its place before."""
    before = of(past, value, at)
    if before is None:
        return left(past, value, by, at)
    return _with(past, Old(value, at, before.gone, before.by))


def never_left(past: Past, by: str) -> Past:
    """What took the place did so only for a while, or a deploy said that it would."""
    return tuple(
        Old(each.value, each.left_at, max(each.gone - 1, 0), "") if each.by == by else each
        for each in past
    )


def _with(past: Past, old: Old) -> Past:
    others = [
        each for each in past if each.value != old.value and old.left_at - each.left_at <= KNOWN_FOR
    ]
    return (*others, old)[-OLD_MOST:]
