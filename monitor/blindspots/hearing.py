"""Whoever is told how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from monitor.blindspots.cells import Cell


@dataclass(frozen=True, slots=True)
class Plan:
    """For one probe: so many `cells`, for which `target` sees `ordinary` runs of it, and up to so
    many `more`; other probes may have the same target.
    """

    cells: int
    ordinary: int
    target: str
    more: int = 0
    took: timedelta = timedelta()
    """How long a run does; nothing as long as nobody knows."""


class Heard(Protocol):
    """Told what is under way, for a person to see."""

    def planned(self, probe: str, plan: Plan) -> None:
        """Told again when more of it is known."""

    def begins(self, per_minute: int) -> None:
        """All is planned. No target sees more runs a minute."""

    def trying(self, probe: str, fault: str) -> None: ...

    def tried(self, probe: str, cell: Cell) -> None: ...


class Nobody:
    """Hears nothing."""

    def planned(self, probe: str, plan: Plan) -> None: ...

    def begins(self, per_minute: int) -> None: ...

    def trying(self, probe: str, fault: str) -> None: ...

    def tried(self, probe: str, cell: Cell) -> None: ...
