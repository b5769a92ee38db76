"""A sentence around one instant or span, so that it can be marked up."""

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
    until: datetime | None = None
    """Where *said* tells of a span: when it ended."""

    def __str__(self) -> str:
        return f"{self.before}{self.said}{self.after}"

    @property
    def iso(self) -> str:
        return instant(self.at) if self.at else ""

    @property
    def iso_until(self) -> str:
        return instant(self.until) if self.until else ""


def instant(at: datetime) -> str:
    """For machines: `2026-11-21T14:03:22Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
