"""A clock that moves only when a test winds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NIGHT = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


class HandClock:
    """Both hands move together; `step` moves the wall clock alone, as an operator would."""

    def __init__(self, at: datetime = NIGHT) -> None:
        self._at = at
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._monotonic

    def wind(self, span: timedelta) -> None:
        self._at += span
        self._monotonic += span.total_seconds()

    def step(self, span: timedelta) -> None:
        self._at += span
