"""What it takes to open an incident, and to end one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

OF_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class InARow:
    """That many failing runs, with none between that was good."""

    runs: int = 2


@dataclass(frozen=True, slots=True)
class OutOf:
    """*failing* of the last *of* runs, at most `OF_MOST`."""

    failing: int
    of: int


@dataclass(frozen=True, slots=True)
class For:
    """Nothing but failing runs for that long."""

    span: timedelta


Opening = InARow | OutOf | For


@dataclass(frozen=True, slots=True)
class Policy:
    """What it takes."""

    opening: Opening = InARow()
    close_after: int = 2
    """Good runs in a row."""
    flapping: bool = True
    """Whether what keeps breaking and mending stays one incident."""
    slow_counts: bool = False
    """Whether slow runs open an incident too, a less grave one."""
    at_once: bool = False
    """Whether one failing run is enough, whatever `opening` says; a slow one is not."""

    @property
    def runs_to_open(self) -> int:
        """The fewest runs that can open an incident."""
        match self.opening:
            case InARow(runs):
                return runs
            case OutOf(failing, _):
                return failing
            case For():
                return 2
