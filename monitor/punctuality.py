"""How late runs began, counted so that it can be shown. Nothing is dropped in silence."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LATE: Final = timedelta(seconds=1)
"""A run that begins that long after its slot counts as late."""


@dataclass(slots=True)
class Punctuality:
    """Since the start of the daemon. `lags` counts runs by how long after their slot they began:
    at most so many seconds as `BOUNDS_S` says in the same place, the last one more than that.
    """

    lags: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    lags_s: float = 0.0
    """All of them together."""
    late: int = 0
    missed: int = 0
    """Slots without a run, because the one before it was still under way."""
    crowded: int = 0
    """Slots without a run, because as many runs were under way as this machine allows."""

    def began(self, lag_s: float) -> None:
        self.lags[bisect_left(BOUNDS_S, lag_s)] += 1
        self.lags_s += lag_s
        if lag_s >= LATE.total_seconds():
            self.late += 1

    def percentile_s(self, share: float) -> float | None:
        """No less than what *share* (0..1) of the runs were late by; None without a run, infinite
        beyond the last bound.
        """
        wanted, seen = share * sum(self.lags), 0
        if not wanted:
            return None
        for bound, runs in zip((*BOUNDS_S, float("inf")), self.lags, strict=True):
            seen += runs
            if seen >= wanted:
                return bound
        return None
