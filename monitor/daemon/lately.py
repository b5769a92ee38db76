"""How punctual runs were in the last minutes. Weeks of being on time hide an hour of being late."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from operator import sub
from typing import Any, Final, NamedTuple

from monitor.clock import Clock, to_us
from monitor.punctuality import Punctuality

SPAN: Final = timedelta(minutes=10)
SHARE: Final = 0.99
_LOOKS_MOST: Final = 100


class _Look(NamedTuple):
    at_s: float
    lags: tuple[int, ...]
    late: int
    missed: int
    crowded: int


class Lately:
    """Looks at *punctuality* whenever `figures` is called, as every few seconds."""

    def __init__(self, punctuality: Punctuality, clock: Clock) -> None:
        self._punctuality = punctuality
        self._clock = clock
        self._since_at = clock.now()
        self._looks: deque[_Look] = deque([self._look()], _LOOKS_MOST)

    def figures(self) -> dict[str, Any]:
        """Counts since the start, and of the last ten minutes at most. `within_us` is by how much
        99 % of the runs were late at most; None when that cannot be said.
        """
        now = self._look()
        while len(self._looks) > 1 and now.at_s - self._looks[0].at_s > SPAN.total_seconds():
            self._looks.popleft()
        before = self._looks[0]
        self._looks.append(now)
        lags = list(map(sub, now.lags, before.lags))
        within_s = Punctuality(lags=lags).percentile_s(SHARE)
        known = within_s is not None and within_s != float("inf")
        return {
            "since_us": to_us(self._since_at),
            "late": now.late,
            "missed": now.missed,
            "crowded": now.crowded,
            "lately": {
                "span_us": round((now.at_s - before.at_s) * 1_000_000),
                "runs": sum(lags),
                "within_us": round(within_s * 1_000_000) if within_s and known else None,
                "late": now.late - before.late,
                "missed": now.missed - before.missed,
                "crowded": now.crowded - before.crowded,
            },
        }

    def _look(self) -> _Look:
        counts = self._punctuality
        return _Look(
            self._clock.monotonic(),
            tuple(counts.lags),
            counts.late,
            counts.missed,
            counts.crowded,
        )
