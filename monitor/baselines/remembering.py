"""What the store said last of the hours of baselines, for while it says nothing: packed, and a
thousand of them at most. What runs count meanwhile is added.
"""

from __future__ import annotations

import zlib
from array import array
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from monitor.clock import from_us, to_us
from monitor.store.baselines import Hour, hour_of

MOST: Final = 1000
"""Baselines; the one that was refreshed longest ago goes first."""
LIVE_MOST: Final = 400
"""Rows of hours since the store answered, of one baseline: a week and more."""
_QUICKLY: Final = 1
_ITEM: Final = "q"
Of = tuple[str, str]
"""The probe and the JSONPath."""


def packed(hours: Iterable[Hour]) -> bytes:
    flat = array(_ITEM)
    for hour_at, *counts in hours:
        flat.extend((to_us(hour_at), *map(int, counts)))
    return zlib.compress(flat.tobytes(), _QUICKLY)


def unpacked(kept: bytes) -> Iterator[Hour]:
    flat = array(_ITEM)
    flat.frombytes(zlib.decompress(kept))
    for at_us, runs, total, lowest, highest, below in zip(*[iter(flat)] * 6, strict=True):
        yield Hour(from_us(at_us), runs, total, lowest, highest, bool(below))


@dataclass(slots=True)
class _Kept:
    packed: bytes
    live: dict[tuple[datetime, bool], Hour] = field(default_factory=dict)


class Memory:
    def __init__(self) -> None:
        self._kept = OrderedDict[Of, _Kept]()

    def keep(self, of: Of, hours: bytes) -> None:
        """What the store says now; it knows what was added."""
        self._kept[of] = _Kept(hours)
        self._kept.move_to_end(of)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def keep_only(self, wanted: Collection[Of]) -> None:
        for of in [each for each in self._kept if each not in wanted]:
            del self._kept[of]

    def add(self, of: Of, at: datetime, count: int, *, below: bool) -> None:
        """One more run. Nothing is made of runs alone, of which the store never said anything."""
        kept = self._kept.get(of)
        if kept is None:
            return
        key = hour_of(at), below
        run = Hour(key[0], 1, count, count, count, below)
        kept.live[key] = _together(kept.live.get(key, run._replace(runs=0, total=0)), run)
        if len(kept.live) > LIVE_MOST:
            del kept.live[min(kept.live)]

    def hours(self, of: Of) -> list[Hour] | None:
        """The oldest first; None where nothing is remembered."""
        kept = self._kept.get(of)
        if kept is None:
            return None
        found = {(each.hour_at, each.below): each for each in unpacked(kept.packed)}
        for key, each in kept.live.items():
            old = found.get(key)
            found[key] = _together(old, each) if old else each
        return [found[key] for key in sorted(found)]


def _together(one: Hour, other: Hour) -> Hour:
    """As the store has it: one row of an hour."""
    return Hour(
        one.hour_at,
        one.runs + other.runs,
        one.total + other.total,
        min(one.lowest, other.lowest),
        max(one.highest, other.highest),
        one.below,
    )
