"""A sentence around one instant, so that the instant can be marked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Timed:
    """`str` is all of it."""

    before: str
    at: datetime | None = None
    said: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.said}{self.after}"

    @property
    def iso(self) -> str:
        return instant(self.at) if self.at else ""


def instant(at: datetime) -> str:
    """For machines: `2026-11-21T14:03:22Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
