"""Whoever is told how far it is."""

from __future__ import annotations

from typing import Protocol

from monitor.blindspots.cells import Cell


class Heard(Protocol):
    """Told what is under way, for a person to see."""

    def planned(self, probe: str, cells: int, ordinary: int, target: str, more: int = 0) -> None:
        """*ordinary* runs of it are seen by *target*, which several probes may have in common, and
        up to so many *more*; told again when it is known how many.
        """

    def begins(self, per_minute: int) -> None:
        """All is planned. No target sees more runs a minute."""

    def trying(self, probe: str, fault: str) -> None: ...

    def tried(self, probe: str, cell: Cell) -> None: ...


class Nobody:
    """Hears nothing."""

    def planned(
        self, probe: str, cells: int, ordinary: int, target: str, more: int = 0
    ) -> None: ...

    def begins(self, per_minute: int) -> None: ...

    def trying(self, probe: str, fault: str) -> None: ...

    def tried(self, probe: str, cell: Cell) -> None: ...
