"""Whether a change is one of those that come again and again with no deploy recorded. Pure.

Who records no deploys is told of every release, and soon reads none of it. What changed often
enough is expected to go on like that, and only that far: see `strides`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from monitor.fingerprints.strides import Stride, stride_of
from probes.traits import Trait

WITHIN: Final = timedelta(weeks=8)
APART: Final = timedelta(hours=12)
"""What comes closer is the same occasion: an evening of trying is no habit."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What it was and became, and when that was seen."""

    was: str
    became: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How one trait of a target changed before, as far as nobody announced it and it stayed so; in
    order of time.
    """

    trait: str
    before: tuple[Moved, ...]
    deploys: bool = False
    """Whether a deploy that may have to do with that target was recorded in that time."""


def habit(story: Story, change: Moved, times: int) -> timedelta | None:
    """About how often it changes like this, where it did so *times* before; None where the change
    is news.

    How far it goes counts too: a first number, a step down or another name must have come as often
    itself, anything else once. One deploy in all that time says that deploys are recorded.
    """
    earliest = change.at - WITHIN
    before = [each for each in story.before if earliest <= each.at <= change.at]
    *known, (_, stride) = _strides(story.trait, [*before, change])
    if stride is None or not times or story.deploys:
        return None
    ordinary = occasions(at for at, seen in known if seen)
    as_far = occasions(at for at, seen in known if seen and stride.is_within(seen))
    if len(ordinary) < times or len(as_far) < (times if stride.is_far else 1):
        return None
    return every(ordinary)


def _strides(trait: str, moves: Iterable[Moved]) -> Iterator[tuple[datetime, Stride | None]]:
    """A version without an order that was there before in that time is a way back."""
    seen: set[str] = set()
    for each in moves:
        stride = stride_of(trait, each.was, each.became)
        back = trait == Trait.VERSION and each.became in seen
        if stride is not None and not stride.is_ordered and back:
            stride = replace(stride, up=False)
        seen.add(each.was)
        yield each.at, stride


def every(found: Sequence[datetime]) -> timedelta:
    """The usual time between two; none for fewer."""
    gaps = sorted(later - earlier for earlier, later in pairwise(found))
    return gaps[len(gaps) // 2] if gaps else timedelta()


def occasions(instants: Iterable[datetime]) -> list[datetime]:
    """Those that are not of the one before them; *instants* are in order of time."""
    found: list[datetime] = []
    for at in instants:
        if not found or at - found[-1] >= APART:
            found.append(at)
    return found
