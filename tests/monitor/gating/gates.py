"""A gate whose probes answer from a script; time is real, and short."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from monitor.clock import SystemClock
from monitor.config import Probe
from monitor.gating import Gate, Tally, Terms, Verdict
from monitor.runner import Run, Runner
from probes import Outcome, Reason, Result, Settings, Tools
from tests.support.clock import NIGHT
from tests.support.configs import a_probe
from tests.support.tools import borrowed_tools

OUTCOMES = {"p": Outcome.PASS, "s": Outcome.SLOW, "f": Outcome.FAIL, "e": Outcome.ERROR}
PAUSE = timedelta(milliseconds=10)


def terms(**given: Any) -> Terms:
    """In a hurry."""
    return Terms(**{"pause": PAUSE, "settle": timedelta(milliseconds=300)} | given)


def result(letter: str, **changes: Any) -> Result:
    """p passes, s is slow, f fails, e is a trouble of ours."""
    outcome = OUTCOMES[letter]
    reason = {"f": Reason.STATUS, "e": Reason.BROWSER_CRASHED}.get(letter)
    given: dict[str, Any] = {
        "outcome": outcome,
        "took": PAUSE,
        "reason": reason,
        "summary": f"saw {outcome}",
    }
    return Result(**given | changes)


def a_run(letter: str, probe: Probe | None = None, **changes: Any) -> Run:
    found = result(letter, **changes)
    return Run(probe=probe or a_probe(), slot=NIGHT, started_at=NIGHT, lasted=PAUSE, result=found)


def tally(letters: str, asked: Terms | None = None, **changes: Any) -> Tally:
    """After those runs."""
    counted = Tally(probe=a_probe())
    for letter in letters:
        counted = counted.after(a_run(letter, counted.probe, **changes), asked or Terms())
    return counted


def scripted(name: str, letters: str, **changes: Any) -> Probe:
    """Answers one letter after the other, and the last one for ever; `h` hangs."""
    left = list(letters)

    async def ask(_: Settings, __: Tools) -> Result:
        letter = left.pop(0) if len(left) > 1 else left[0]
        if letter == "h":
            await asyncio.sleep(3600)
        return result(letter)

    return a_probe(name, ask, **changes)


def verdict_of(tallies: Sequence[Tally], asked: Terms | None = None) -> Verdict:
    return Verdict(
        terms=asked or Terms(),
        tallies=tuple(tallies),
        began_at=NIGHT,
        lasted=timedelta(seconds=121.3),
    )


async def judged(*probes: Probe, heard: list[str] | None = None, **given: Any) -> Verdict:
    """By a real runner. *heard* gets a line for every run."""
    lines = heard if heard is not None else []

    def hear(counted: Tally, run: Run) -> None:
        lines.append(f"{run.probe.id} {run.result.outcome.value} {counted.row}")

    gate = Gate(SystemClock(), terms(**given), hear)
    async with borrowed_tools() as tools:
        return await gate.judge(probes, Runner(tools, SystemClock(), str))
