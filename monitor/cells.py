"""Probes of one interval that are due within the same tenth of a second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from monitor.config.model import Probe
from monitor.slots import EPOCH, phase

CELL: Final = timedelta(milliseconds=100)


class CellKey(NamedTuple):
    """Names a cell for ever, as an interval and a phase name a slot."""

    every: timedelta
    number: int

    @property
    def starts(self) -> datetime:
        """The first of its instants."""
        return EPOCH + self.number * CELL


@dataclass(slots=True)
class Entry:
    """A probe and the first of its slots."""

    probe: Probe
    start: datetime


@dataclass(slots=True)
class Cell:
    """Its entries in order. `slot` is the newest instant of it that was reached, `nudged` when that
    was, by the monotonic clock.
    """

    entries: list[Entry] = field(default_factory=list)
    slot: datetime = EPOCH
    nudged: float = 0.0
    _since: float = 0.0

    def reached(self, slot: datetime, at: float, now: datetime) -> None:
        """At *at* by the monotonic clock, and *now* by the other."""
        self.slot = slot
        self._since = at - (now - slot).total_seconds()

    def step(self, at: float, now: datetime) -> timedelta:
        """By how much the wall clock was set since then."""
        return now - self.slot - timedelta(seconds=at - self._since)


def of(probes: Iterable[Probe]) -> Mapping[CellKey, list[Entry]]:
    """The entries of each cell, in order."""
    found: dict[CellKey, list[Entry]] = defaultdict(list)
    for probe in probes:
        due = phase(probe.id, probe.every)
        found[CellKey(probe.every, due // CELL)].append(Entry(probe, EPOCH + due))
    for entries in found.values():
        entries.sort(key=attrgetter("start"))
    return found
