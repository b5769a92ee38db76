"""What must have been told, recounted from nothing but the recorded runs.

Knows the rules of opening and closing from the documentation and nothing of the monitor's own code
for them: a judge that shares the accused's reasoning finds no fault in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

GOOD: Final = frozenset(("PASS", "SLOW"))
BAD: Final = "FAIL"
IN_A_ROW: Final = 2
"""Runs, to open and to close."""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One recorded run."""

    slot_us: int
    at_us: int
    outcome: str


@dataclass(frozen=True, slots=True, order=True)
class Outage:
    """From the first failing run to the first of the good ones that closed it; None: still open."""

    began_us: int
    recovered_us: int | None


def recount(runs: Iterable[Seen], *, patience_us: int) -> list[Outage]:
    """Every outage that two failing runs in a row prove. A lone failure is forgotten when nothing
    was seen for longer than *patience_us* after it; what is open stays open however long.
    """
    found: list[Outage] = []
    began: int | None = None
    row: list[int] = []
    last_at: int | None = None
    for run in sorted(runs):
        if run.outcome != BAD and run.outcome not in GOOD:
            continue
        stale = last_at is not None and run.at_us - last_at > patience_us
        last_at = run.at_us
        wanted = run.outcome == BAD if began is None else run.outcome in GOOD
        if not wanted or (stale and began is None):
            row = []
        row += [run.at_us] if wanted else []
        if len(row) < IN_A_ROW:
            continue
        if began is None:
            began = row[0]
        else:
            found.append(Outage(began, row[0]))
            began = None
        row = []
    return found if began is None else [*found, Outage(began, None)]
