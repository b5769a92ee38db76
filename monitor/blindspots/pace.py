"""No more runs a minute than a target was promised. Told the time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

_MINUTE: Final = 60.0


@dataclass(slots=True)
class Pace:
    """For each target by itself; any minute, not only whole ones, holds at most so many."""

    per_minute: int
    _begun: dict[str, deque[float]] = field(default_factory=dict)

    def begin(self, target: str, monotonic: float) -> timedelta:
        """Reserves the next run of that target: how long it has to wait."""
        begun = self._begun.setdefault(target, deque(maxlen=self.per_minute))
        at = monotonic
        if len(begun) == self.per_minute:
            at = max(at, begun[0] + _MINUTE)
        begun.append(at)
        return timedelta(seconds=at - monotonic)
