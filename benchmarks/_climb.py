"""The search for the highest rate that is on time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

LATE_MS: Final = 20.0
FASTER: Final = 1.3
CLOSE_ENOUGH: Final = 1.03
SLOWEST: Final = 40
"""Runs a second that any machine should manage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one rate came to. `missed` slots had no run, `failed` runs did not pass."""

    cpu_us_per_run: float
    runs_per_s: float
    lag_ms: dict[str, float]
    missed: int
    failed: int
    rss_mb: float

    @property
    def on_time(self) -> bool:
        return not self.missed and not self.failed and self.lag_ms["p99"] <= LATE_MS


@dataclass(slots=True)
class Climb:
    """The highest rate that was on time so far, and the lowest that was not."""

    best: Step | None = None
    good: int = 0
    bad: float = math.inf

    def take(self, rate: int, step: Step) -> None:
        if step.on_time:
            self.best, self.good = step, rate
        else:
            self.bad = rate

    @property
    def over(self) -> bool:
        return self.bad <= max(self.good * CLOSE_ENOUGH, SLOWEST)

    def next(self) -> int:
        """Ever faster, then in between; ever slower while none was on time."""
        if self.bad == math.inf:
            return int(self.good * FASTER)
        return int((self.good + self.bad) / 2) if self.good else int(self.bad / FASTER**2)
