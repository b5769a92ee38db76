"""Weeks of a target that is well, and what a baseline would have said of them: kept as the store
keeps it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from monitor.baselines import Calendar, expected, judge
from monitor.baselines.usual import WEEKS
from monitor.store.baselines import Hour, hour_of

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEP = timedelta(minutes=20)

Counts = Callable[[datetime], float]


@lru_cache(200_000)
def _local(zone: ZoneInfo, at: datetime) -> datetime:
    return at.astimezone(zone)


class Quick(Calendar):
    """Reckons every hour once; a life asks a thousand times."""

    __slots__ = ()

    def local(self, at: datetime) -> datetime:
        return _local(self.zone, at)


@dataclass
class Life:
    """`counts` at an instant of the clock on the wall, give or take `noise`."""

    counts: Counts
    calendar: Calendar = field(default_factory=lambda: Quick(ZoneInfo("UTC")))
    begins: datetime = MONDAY
    noise: float = 0.05
    fall: float = 0.3

    def __post_init__(self) -> None:
        self.random = Random(8)
        self.rows = dict[tuple[datetime, bool], Hour]()
        self.at = self.begins
        self.judged = list[tuple[datetime, str | None]]()

    def lives(self, until: datetime, counts: Counts | None = None) -> Life:
        """With *counts* in place of its own."""
        usual, of = None, None
        while self.at < until:
            count = self._count(counts or self.counts)
            if of != hour_of(self.at) or (count < 1 and not (usual and usual.known)):
                usual, of = expected(self.known(), self.at, self.calendar), hour_of(self.at)
            said = judge(count, usual, self.fall) if usual else None
            self.judged.append((self.at, said))
            self._keep(count, below=said is not None)
            self.at += STEP
        return self

    def lived(self, until: datetime) -> Life:
        """Nothing of it was judged."""
        while self.at < until:
            self._keep(self._count(self.counts), below=False)
            self.at += STEP
        return self

    def _count(self, counts: Counts) -> int:
        off = self.random.uniform(1 - self.noise, 1 + self.noise)
        return round(counts(self.calendar.local(self.at)) * off)

    def known(self) -> list[Hour]:
        rows = list(self.rows.values())
        return rows[bisect_left(rows, self.at - WEEKS, key=lambda row: row.hour_at) :]

    def _keep(self, count: int, *, below: bool) -> None:
        key = hour_of(self.at), below
        old = self.rows.get(key) or Hour(key[0], 0, 0, count, count, below)
        self.rows[key] = Hour(
            key[0],
            old.runs + 1,
            old.total + count,
            min(old.lowest, count),
            max(old.highest, count),
            below,
        )

    @property
    def episodes(self) -> list[str]:
        """The first bad run of each."""
        before: list[tuple[datetime, str | None]] = [(self.begins, None)]
        both = pairwise(before + self.judged)
        return [f"{at:%a %d %b %H:%M} {now}" for (_, was), (at, now) in both if now and not was]

    def noticed(self, counts: Counts, at: datetime, runs: int = 2) -> bool:
        """Whether *counts* from *at* on are noticed within *runs*."""
        self.lives(at)
        self.lives(at + runs * STEP, counts)
        return any(said for when, said in self.judged if when >= at)
