"""What a daemon wrote down of its runs, read back from its database: how late each began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks._judging import reading
from monitor.clock import to_us
from monitor.slots import slot_at

_US: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """One run."""

    slot_us: int
    lag_us: int

    @property
    def at_us(self) -> int:
        return self.slot_us + self.lag_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Slots after `began_at` and not after `ended_at`, of probes that all have the interval."""

    began_at: datetime
    ended_at: datetime
    every: timedelta

    def due(self, probe: str) -> int:
        first, last = self._last_slot(probe, self.began_at), self._last_slot(probe, self.ended_at)
        return (last - first) // self.every

    def in_slots(self, probe: str, runs: Iterable[Begun]) -> list[Begun]:
        """Those of the window that were not made between two slots."""
        first_us, every_us = to_us(self._last_slot(probe, self.began_at)), self.every // _US
        until_us = to_us(self.ended_at)
        return [
            run
            for run in runs
            if first_us < run.slot_us <= until_us and (run.slot_us - first_us) % every_us == 0
        ]

    def _last_slot(self, probe: str, at: datetime) -> datetime:
        return slot_at(probe, self.every, at)


def runs(database: Path) -> Mapping[str, Sequence[Begun]]:
    """By probe, in the order of their slots."""
    found: defaultdict[str, list[Begun]] = defaultdict(list)
    with reading(database) as db:
        rows = db.execute(
            "SELECT probe.id, slot, lag_us FROM run JOIN probe ON probe.key = run.probe"
            " ORDER BY run.probe, slot"
        )
        for probe, slot_us, lag_us in rows:
            found[probe].append(Begun(slot_us, lag_us))
    return found
