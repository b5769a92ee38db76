"""No more runs a minute than a target was promised. Told the time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

_MINUTE: Final = 60.0
_A_MOMENT: Final = timedelta(milliseconds=500)
_UNDER_WAY: Final = math.inf


@dataclass(slots=True)
class Pace:
    """For each target by itself; any minute, not only whole ones, holds at most so many.

    A run counts until a minute after its end: nobody knows when it asked its target.
    """

    per_minute: int
    _runs: dict[str, list[float]] = field(default_factory=dict)

    def begin(self, target: str, monotonic: float) -> timedelta:
        """Zero when a run may begin now, and then it has; else when to ask again."""
        runs = [at for at in self._runs.get(target, []) if at > monotonic - _MINUTE]
        self._runs[target] = runs
        if len(runs) < self.per_minute:
            runs.append(_UNDER_WAY)
            return timedelta()
        first = min(runs)
        if first == _UNDER_WAY:
            return _A_MOMENT
        return timedelta(seconds=first + _MINUTE - monotonic, microseconds=1)

    def end(self, target: str, monotonic: float) -> None:
        """One that had begun is over."""
        runs = self._runs[target]
        runs.remove(_UNDER_WAY)
        runs.append(monotonic)
