"""What `gate` says while it is at work: a line for each run, and a table on a terminal."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from monitor.cli import runs
from monitor.cli.ground import interactive
from monitor.cli.travels import MARKS
from monitor.config import Config, Probe
from monitor.gating import Tally, Terms, seen, step_said
from monitor.runner import Run
from probes import Outcome, write_duration

NAME_MAX: Final = 30


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Nobody reads it any more; the verdict is still to be found."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


class Progress:
    """On standard error. `files` are the paths of what the newest run of each probe that left
    something left behind, by the probe's id.
    """

    def __init__(self, config: Config, terms: Terms) -> None:
        self._config = config
        self._terms = terms
        self._err = _Console(stderr=True)
        self._width = 0
        self._began = time.monotonic()
        self._tallies: dict[str, Tally] = {}
        self._spinner = Spinner("dots", style="cyan")
        self.files: dict[str, list[str]] = {}

    def say(self, text: str) -> None:
        self._err.print(text, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        self._err.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def showing(self, title: str, probes: Sequence[Probe], wait: timedelta) -> Iterator[None]:
        """While the block lasts, a table under the lines where there is a terminal."""
        self._width = min(NAME_MAX, max(len(probe.id) for probe in probes))
        self._tallies = {probe.id: Tally(probe=probe) for probe in probes}
        self._began = time.monotonic() + wait.total_seconds()
        self.say(f"{title}: {self._asked(len(probes), wait)}")
        if not interactive() or self._err.is_dumb_terminal:
            yield
            return
        with Live(console=self._err, transient=True, get_renderable=self._table):
            yield

    def _asked(self, count: int, wait: timedelta) -> str:
        terms = self._terms
        who = "1 probe" if count == 1 else f"{count} probes, each"
        times = "once" if terms.runs == 1 else f"{terms.runs} times in a row"
        later = f", beginning in {write_duration(wait)}" if wait else ""
        return f"{who} to pass {times} within {write_duration(terms.settle)}{later}"

    def heard(self, tally: Tally, run: Run) -> None:
        """One line for a run that ended; what it saw is kept."""
        probe = run.probe.id
        self._tallies[probe] = tally
        if kept := runs.keep_files(self._config, run):
            self.files[probe] = [str(runs.nearer(file)) for file in kept]
        result = run.result
        sign, style = MARKS[result.outcome]
        told = "" if result.outcome is Outcome.PASS else seen(run)
        said = "; ".join(part for part in (told, step_said(run)) if part)
        name = probe if len(probe) <= self._width else f"{probe[: self._width - 1]}…"
        line = Text.assemble(
            f"{time.monotonic() - self._began:7.1f}s ",
            (f"{sign} {result.outcome.value:<5}", style),
            f" {name:<{self._width}} {tally.row}/{self._terms.runs} {runs.ms(result.took):6.0f} ms",
            f"  {said}" if said else "",
        )
        self._err.print(line, soft_wrap=True, highlight=False)

    def _table(self) -> Table:
        """How every probe stands, and how long there is."""
        table = Table.grid(Column(), Column(), Column(justify="right"), Column(), padding=(0, 1))
        for probe, tally in self._tallies.items():
            settled = tally.settled(self._terms)
            sign = Text("✓", "green") if settled else self._spinner
            row = f"{tally.row}/{self._terms.runs}"
            failed = Text(f"{tally.failed} failed", "red") if tally.failed else Text()
            table.add_row(sign, Text(probe, style="dim" if settled else ""), row, failed)
        left = self._terms.settle.total_seconds() - (time.monotonic() - self._began)
        table.add_row("", Text(f"{max(0.0, left):.0f} s left", style="dim"))
        return table
