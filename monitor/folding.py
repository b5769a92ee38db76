"""Runs that cannot be kept one by one: counted by probe and time, until the store takes the counts.

How many they were and what they found stays in the history. The time of failing ones stays unknown:
it was not up, and no incident will ever say that it was down.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.clock import from_us, to_us
from monitor.context import Context
from monitor.runner import Run
from monitor.store import counting
from monitor.store.fives import ANSWERED, Series, Tally
from monitor.store.histogram import bucket

COUNTS_MAX: Final = 20_000
SPANS: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
_US: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class _Counts:
    outcomes: Counter[str] = field(default_factory=Counter)
    histogram: Counter[int] = field(default_factory=Counter)
    known: timedelta = timedelta()
    took: timedelta = timedelta()

    def add(self, other: _Counts) -> None:
        self.outcomes += other.outcomes
        self.histogram += other.histogram
        self.known += other.known
        self.took += other.took


class Folded:
    """Counts by probe and span of time; the more there are, the longer the spans."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], _Counts] = {}
        self._spans = list(SPANS)
        self.runs = 0

    def add(self, run: Run) -> None:
        self.runs += 1
        outcome, took = run.result.outcome.value, run.result.took
        one = _Counts(outcomes=Counter([outcome]), took=took)
        if outcome in ANSWERED:
            one.histogram[bucket(took)] += 1
            one.known = run.adds
        self._add(run.probe.id, to_us(run.slot), one)

    def merge(self, other: Folded) -> None:
        self.runs += other.runs
        for (probe, starts_us), counts in other._counts.items():
            self._add(probe, starts_us, counts)

    def write(self, db: Database, context: Context) -> None:
        """Into the roll-ups. Inside the writer's transaction."""
        for (probe, starts_us), counts in self._counts.items():
            if probe in context.keys:
                series = Series(context.keys[probe], context.config.location)
                counting.add_tally(db, series, from_us(starts_us), _tally(counts))

    def _add(self, probe: str, at_us: int, counts: _Counts) -> None:
        self._counts.setdefault((probe, self._start_of(at_us)), _Counts()).add(counts)
        if len(self._counts) > COUNTS_MAX and len(self._spans) > 1:
            self._spans.pop(0)
            finer, self._counts = self._counts, {}
            for (name, starts_us), known in finer.items():
                self._counts.setdefault((name, self._start_of(starts_us)), _Counts()).add(known)

    def _start_of(self, at_us: int) -> int:
        return at_us - at_us % (self._spans[0] // _US)


def _tally(counts: _Counts) -> Tally:
    return Tally(
        outcomes=counts.outcomes,
        known=counts.known,
        took=counts.took,
        histogram=counts.histogram,
    )
