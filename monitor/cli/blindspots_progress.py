"""What `blindspots` says while it is at work: how far it is, what is tried, how long it takes."""

from __future__ import annotations

import time
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor.blindspots import Cell, Plan, Verdict
from monitor.cli.ground import brief, err, interactive

_BAR: Final = 24
_EVERY: Final = 15.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """On standard error, for as long as the block lasts."""

    def __init__(self, *, as_terminal: bool = True) -> None:
        live = interactive() and as_terminal and not err.is_dumb_terminal
        self._cells: dict[str, int] = {}
        self._weights: dict[str, float] = {}
        self._done: dict[str, int] = {}
        self._plans: dict[str, Plan] = {}
        self._per_minute: int | None = None
        self._unseen = 0
        self._now: dict[str, str] = {}
        self._began = self._said = time.monotonic()
        self._live = Live(console=err, transient=True, get_renderable=self._shown) if live else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.__exit__(kind, error, trace)

    def planned(self, probe: str, plan: Plan) -> None:
        self._cells[probe] = plan.cells
        self._weights[probe] = plan.ordinary / max(1, plan.cells)
        self._done[probe] = 0
        self._plans[probe] = plan

    def begins(self, per_minute: int) -> None:
        """Says how long it takes where that is known: when a target may not be asked more often."""
        self._per_minute = per_minute
        paced, longest = self._paced(per_minute), self._paced(per_minute, most=True)
        said = [brief(paced)] if paced else []
        if longest > paced:
            said.append(f"{brief(longest)} where journeys are answered JSON of many fields")
        if said:
            told = f"at least {', '.join(said)}: a target sees at most {per_minute} runs a minute"
            err.print(told, style="dim", highlight=False, soft_wrap=True)

    def _paced(self, per_minute: int, *, most: bool = False) -> timedelta:
        """What the runs of any target take when they come no more often than they may."""
        seen: dict[str, int] = {}
        for plan in self._plans.values():
            count = plan.ordinary + (plan.more if most else 0)
            seen[plan.target] = seen.get(plan.target, 0) + count
        return timedelta(minutes=max(0, max(seen.values(), default=0) - 1) // per_minute)

    def trying(self, probe: str, fault: str) -> None:
        self._now.pop(probe, None)
        self._now[probe] = fault or "as it is"

    def tried(self, probe: str, cell: Cell) -> None:
        self._done[probe] += 1
        self._unseen += cell.verdict is Verdict.UNSEEN
        if self._done[probe] == self._cells[probe]:
            self._now.pop(probe, None)
        if self._live is None and time.monotonic() - self._said > _EVERY:
            self._said = time.monotonic()
            err.print(self._line(), highlight=False, soft_wrap=True)

    def _line(self) -> str:
        done, total = sum(self._done.values()), sum(self._cells.values())
        left = self._left()
        later = f", {brief(left)} left" if left > timedelta(seconds=1) else ""
        return f"{done}/{total} tried, {self._unseen} unseen{later}"

    def _left(self) -> timedelta:
        """Going by how often targets may be asked, or else by what was done, with the runs that
        they see as the measure of time.
        """
        done = sum(self._weights[p] * n for p, n in self._done.items())
        total = sum(self._weights[p] * n for p, n in self._cells.items())
        spent = time.monotonic() - self._began
        paced = self._paced(self._per_minute) if self._per_minute else timedelta()
        waits = paced - timedelta(seconds=spent)
        going_by = timedelta(seconds=spent * (total - done) / done if done else 0)
        return max(self._under_way(), waits if waits > timedelta() else going_by)

    def _under_way(self) -> timedelta:
        """What is left of the probe that takes longest, one run after the other."""
        return max(
            (
                plan.took * (self._weights[probe] * (plan.cells - self._done[probe]))
                for probe, plan in self._plans.items()
            ),
            default=timedelta(),
        )

    def _shown(self) -> Table:
        table = Table.grid(padding=(0, 1))
        done, total = sum(self._done.values()), max(1, sum(self._cells.values()))
        full = _BAR * done // total
        table.add_row(Text("━" * full, "cyan") + Text("━" * (_BAR - full), "dim"), self._line())
        for probe, fault in list(self._now.items())[-4:]:
            table.add_row(Text(f"{probe:>{_BAR}}"[:_BAR], "dim"), Text(f"× {fault}"))
        return table
