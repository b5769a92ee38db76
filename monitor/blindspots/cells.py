"""What came of putting faults between probes and their targets: the matrix, and its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum, unique

from probes import Outcome, Reason, Result
from probes.injection import Fault


@unique
class Verdict(StrEnum):
    """Whether a probe would notice a fault. The last three prove nothing either way."""

    SEEN = "seen"
    SLOW = "slow"
    """It degrades: that is noticed."""
    UNSEEN = "unseen"
    NOT_TOUCHED = "not_touched"
    """No request of the run met the fault."""
    NOT_TRIED = "not_tried"
    """It was not to be, or something would have been written."""
    ERROR = "error"
    """Trouble of our own."""


NOTICED = frozenset((Verdict.SEEN, Verdict.SLOW))
EVIDENCE = NOTICED | {Verdict.UNSEEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run through one fault; `fault.at` says which field of many."""

    fault: Fault
    verdict: Verdict
    reason: Reason | None = None
    said: str = ""
    """What the probe said, or why there is nothing to say. Scrubbed."""
    touched: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """All trials of one probe and one fault: several where the fault strikes one field a time."""

    fault: Fault
    trials: tuple[Trial, ...]

    @property
    def tried(self) -> int:
        """How many say something."""
        return sum(trial.verdict in EVIDENCE for trial in self.trials)

    @property
    def noticed(self) -> int:
        return sum(trial.verdict in NOTICED for trial in self.trials)

    @property
    def unseen(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.verdict is Verdict.UNSEEN)

    @property
    def share(self) -> float | None:
        """Of what was tried, how much was noticed, 0..1; None where nothing is known."""
        return self.noticed / self.tried if self.tried else None

    @property
    def verdict(self) -> Verdict:
        """Of all of them together, the least good that is evidence."""
        found = {trial.verdict for trial in self.trials}
        order = (Verdict.UNSEEN, Verdict.SLOW, Verdict.SEEN, Verdict.ERROR, Verdict.NOT_TRIED)
        return next((each for each in order if each in found), Verdict.NOT_TOUCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One probe. `cells` are by the name of the fault, in the order in which they were asked."""

    probe: str
    cells: dict[str, Cell] = field(default_factory=dict)
    trouble: str = ""
    """Why it could not be tried, and whose trouble that is; empty when it could."""
    lasted: timedelta = timedelta()

    @property
    def trials(self) -> Iterator[Trial]:
        for cell in self.cells.values():
            yield from cell.trials

    @property
    def told(self) -> bool:
        """Whether nothing of it was left open for a trouble of ours or of its target."""
        return not self.trouble and all(t.verdict is not Verdict.ERROR for t in self.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """`faults` are the rows that people read, `rows` their columns."""

    faults: tuple[Fault, ...]
    rows: tuple[Row, ...]
    lasted: timedelta = timedelta()
    complete: bool = True
    """Whether it came to its end, and was not interrupted."""

    @property
    def told(self) -> bool:
        return self.complete and all(row.told for row in self.rows)


def judged(fault: Fault, result: Result, held_back: int = 0) -> Trial:
    """What a run through *fault* shows. *held_back* requests would have written something."""

    def trial(verdict: Verdict, said: str = result.summary) -> Trial:
        touched, reason = result.facts.touched, result.reason
        return Trial(fault=fault, verdict=verdict, reason=reason, said=said, touched=touched)

    if held_back:
        return trial(Verdict.NOT_TRIED, "something would have been written")
    match result.outcome:
        case Outcome.ERROR:
            return trial(Verdict.ERROR)
        case Outcome.FAIL | Outcome.SLOW if not result.facts.touched:
            return trial(Verdict.ERROR, f"failed, and not because of the fault: {result.summary}")
        case Outcome.FAIL:
            return trial(Verdict.SEEN)
        case Outcome.SLOW:
            return trial(Verdict.SLOW)
        case _ if result.facts.touched:
            return trial(Verdict.UNSEEN)
        case _:
            return trial(Verdict.NOT_TOUCHED, "no request met it")
