"""A value that is new, until it is clear whether it stays. Pure.

While a deploy rolls, the old and the new version answer by turns, and either of them may be silent
for a while. That is one change, so nothing is said to be gone before it was gone for long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

QUIET: Final = timedelta(minutes=15)
"""Without being seen, and `QUIET_RUNS` in a row: it is gone."""
QUIET_RUNS: Final = 8
LONG: Final = timedelta(hours=1)
"""As `QUIET`, where runs are rare: then `LONG_RUNS` do."""
LONG_RUNS: Final = 3
AWAY: Final = timedelta(minutes=2)
"""Without being seen, and `QUIET_RUNS` in a row: what comes again has to last for as long."""
BOTH: Final = timedelta(hours=2)
"""What takes turns for that long does so for good."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Since `at`, this `value` is seen, and perhaps others of before."""

    value: str
    at: datetime
    seen_at: datetime
    """When it was seen last."""
    other_at: datetime
    """When something else was seen last; as `at` where nothing was."""
    others: frozenset[str] = frozenset()
    """What else was seen since."""
    row: int = 1
    """So many runs in a row showed it, or did not, below 0; 0 where nothing was seen yet, as by a
    daemon that has just begun.
    """
    away_at: datetime | None = None
    """The first of the runs in a row that did not show it."""

    again_at: datetime | None = None
    """When it came again after it was away for a while, if it was."""

    @property
    def is_there(self) -> bool:
        """The last run showed it."""
        return self.row > 0

    @property
    def lasts(self) -> bool:
        """It does not flash up once more."""
        return self.again_at is None or self.seen_at - self.again_at >= AWAY

    @property
    def is_away(self) -> bool:
        """The last run did not show it."""
        return self.row < 0


def after(known: Settling, value: str, at: datetime) -> Settling:
    """One more run."""
    if value == known.value:
        was_away = known.row <= -QUIET_RUNS and at - known.seen_at >= AWAY
        again_at, row = at if was_away else known.again_at, max(known.row, 0) + 1
        return replace(known, seen_at=at, row=row, away_at=None, again_at=again_at)
    others, away_at = known.others | {value}, known.away_at or at
    row = min(known.row, 0) - 1
    return replace(known, other_at=at, others=others, row=row, away_at=away_at)


def is_gone(known: Settling, at: datetime) -> bool:
    """It went back."""
    return known.is_away and _is_quiet(known.seen_at, -known.row, at)


def stays(known: Settling, at: datetime) -> frozenset[str]:
    """What is usual from now on; nothing while that is not clear."""
    alone = frozenset((known.value,))
    if known.is_away:
        return frozenset()
    if _is_quiet(known.other_at, known.row, at):
        return alone
    return alone | known.others if abs(at - known.at) >= BOTH else frozenset()


def seems(known: Settling) -> frozenset[str]:
    """What it looks as if it stayed, when the next new value comes before that is clear; nothing
    where even that cannot be said.
    """
    if known.row < QUIET_RUNS:
        return frozenset()
    return known.others | {known.value}


def _is_quiet(since_at: datetime, runs: int, at: datetime) -> bool:
    """A clock that was set back makes nobody wait for ever."""
    lasted = abs(at - since_at)
    return (lasted >= QUIET and runs >= QUIET_RUNS) or (lasted >= LONG and runs >= LONG_RUNS)
