"""How punctual the daemon is, in words: what it wrote down of itself, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.clock import from_us, iso
from monitor.notices import span

_US: Final = timedelta(microseconds=1)
OVERDUE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctual:
    """As of the daemon's last sign of life. `lately` is the time that these runs are of; 99 % of
    them began within `within` of their slot, None when none did or that was too long to be told.
    """

    since_at: datetime
    late: int
    missed: int
    crowded: int
    overdue: timedelta
    lately: timedelta
    lately_runs: int
    within: timedelta | None
    lately_late: int
    lately_missed: int
    lately_crowded: int

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "on_time": not self.troubles(),
            "since": iso(self.since_at),
            "late": self.late,
            "missed": self.missed,
            "crowded": self.crowded,
            "overdue_ms": _ms(self.overdue),
            "lately": {
                "span_s": round(self.lately.total_seconds()),
                "runs": self.lately_runs,
                "within_ms": _ms(self.within) if self.within is not None else None,
                "late": self.lately_late,
                "missed": self.lately_missed,
                "crowded": self.lately_crowded,
            },
        }

    def says(self) -> str:
        """When all is well."""
        began = f"{self.since_at:%Y-%m-%d %H:%M} UTC"
        counts = f"{_slots(self.missed + self.crowded)} missed, {self.late} late since {began}"
        if self.within is None:
            return f"On time: nothing was due lately; {counts}."
        return f"On time: runs begin within {_short(self.within)} of their slot (99 %); {counts}."

    def troubles(self) -> list[str]:
        """A sentence for each, with what to do."""
        found = []
        if self.overdue > OVERDUE:
            found.append(
                f"Behind: what should run now is {span(self.overdue)} late. This machine has too"
                " little time for trueup, or trueup is stuck: look at its load, then restart it."
            )
        if self.lately_late:
            found.append(
                f"Late: of the last {self.lately_runs} runs {self.lately_late} began a second"
                " after their slot or later. This machine has too little time for its probes:"
                " look at its load, or write a longer every."
            )
        if self.lately_crowded:
            found.append(
                f"Crowded: {_slots(self.lately_crowded)} had no run in the last"
                f" {span(self.lately)}, for as many were under way as this machine allows. Raise"
                " its limit of open files (LimitNOFILE), or write shorter timeouts."
            )
        if self.lately_missed:
            found.append(
                f"Missed: {_slots(self.lately_missed)} had no run in the last"
                f" {span(self.lately)}, for the run before was still under way, or trueup"
                " stood still. The log says which; write a longer every for slow probes, or a"
                " shorter timeout and confirm."
            )
        return found


def read(alive: Mapping[str, Any] | None) -> Punctual | None:
    """None for the sign of life of a version that said nothing of it."""
    match alive:
        case {
            "on_time": {
                "since_us": int(since_us),
                "late": int(late),
                "missed": int(missed),
                "crowded": int(crowded),
                "overdue_us": int(overdue_us),
                "lately": {
                    "span_us": int(span_us),
                    "runs": int(runs),
                    "within_us": (int() | None) as within_us,
                    "late": int(lately_late),
                    "missed": int(lately_missed),
                    "crowded": int(lately_crowded),
                },
            }
        }:
            return Punctual(
                since_at=from_us(since_us),
                late=late,
                missed=missed,
                crowded=crowded,
                overdue=overdue_us * _US,
                lately=span_us * _US,
                lately_runs=runs,
                within=None if within_us is None else within_us * _US,
                lately_late=lately_late,
                lately_missed=lately_missed,
                lately_crowded=lately_crowded,
            )
    return None


def _slots(count: int) -> str:
    return "1 slot" if count == 1 else f"{count} slots"


def _ms(took: timedelta) -> float:
    return round(took / timedelta(milliseconds=1), 1)


def _short(took: timedelta) -> str:
    ms = took / timedelta(milliseconds=1)
    return f"{ms:g} ms" if ms < 1000 else f"{ms / 1000:g} s"
