"""What came of putting faults between probes and their targets: the matrix, and its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum, unique
from typing import Final

from probes import Outcome, Reason, Result
from probes.injection import Fault


@unique
class Verdict(StrEnum):
    """Whether a probe would notice a fault. The last three prove nothing either way."""

    SEEN = "seen"
    SLOW = "slow"
    """It degrades: that is noticed."""
    UNSEEN = "unseen"
    ACCEPTED = "accepted"
    """Unseen, and the configuration says that this may be."""
    NOT_TOUCHED = "not_touched"
    """No request of the run met the fault."""
    NOT_TRIED = "not_tried"
    """It was not to be, or something would have been written."""
    ERROR = "error"
    """Trouble of our own."""


NOTICED = frozenset((Verdict.SEEN, Verdict.SLOW))
EVIDENCE = NOTICED | {Verdict.UNSEEN}
_ORDER: Final = (
    *(Verdict.UNSEEN, Verdict.ACCEPTED, Verdict.SLOW, Verdict.SEEN),
    *(Verdict.ERROR, Verdict.NOT_TRIED),
)
NOTICEABLE: Final = timedelta(milliseconds=250)
"""What answers within it, or takes no more than that longer, is slow for nobody."""
HELD_BACK: Final = 'blindspots = "read-only", and something would have been written'
_SLOW: Final = "slow"
_TOO_QUICK: Final = "five times as long is still too quick to matter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run through one fault; `fault.at` says which field of many."""

    fault: Fault
    verdict: Verdict
    reason: Reason | None = None
    said: str = ""
    """What the probe said, or why there is nothing to say. Scrubbed."""
    touched: int = 0
    ran: int = 1
    """How many runs were made for it, of which the last one counts."""

    def scrubbed(self, scrub: Callable[[str], str]) -> Trial:
        """The names of fields are the target's own words, too."""
        fault = replace(self.fault, at=scrub(self.fault.at))
        return replace(self, fault=fault, said=scrub(self.said))


@dataclass(frozen=True, slots=True)
class Cell:
    """All trials of one probe and one fault: several where the fault strikes one field a time."""

    fault: Fault
    trials: tuple[Trial, ...]

    def scrubbed(self, scrub: Callable[[str], str]) -> Cell:
        return replace(self, trials=tuple(trial.scrubbed(scrub) for trial in self.trials))

    @property
    def tried(self) -> int:
        """How many say something."""
        return sum(trial.verdict in EVIDENCE for trial in self.trials)

    @property
    def noticed(self) -> int:
        return sum(trial.verdict in NOTICED for trial in self.trials)

    @property
    def untried(self) -> int:
        """How many were not to be."""
        return sum(trial.verdict is Verdict.NOT_TRIED for trial in self.trials)

    @property
    def is_partial(self) -> bool:
        """Whether something is known of it, and not of every field."""
        return bool(self.tried and self.untried)

    @property
    def unseen(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.verdict is Verdict.UNSEEN)

    @property
    def share(self) -> float | None:
        """Of what was tried, how much was noticed, 0..1; None where nothing is known, or what is
        unseen is accepted.
        """
        accepted = any(trial.verdict is Verdict.ACCEPTED for trial in self.trials)
        return self.noticed / self.tried if self.tried and not accepted else None

    def accepting(self) -> Cell:
        """The same, where what is unseen is accepted."""
        return Cell(self.fault, tuple(_accepted(trial) for trial in self.trials))

    @property
    def verdict(self) -> Verdict:
        """Of all of them together, the least good that is evidence."""
        found = {trial.verdict for trial in self.trials}
        return next((each for each in _ORDER if each in found), Verdict.NOT_TOUCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One probe. `cells` are by the name of the fault, in the order in which they were asked."""

    probe: str
    cells: dict[str, Cell] = field(default_factory=dict)
    trouble: str = ""
    """Why it could not be tried, and whose trouble that is; empty when it could."""
    lasted: timedelta = timedelta()

    def scrubbed(self, scrub: Callable[[str], str]) -> Row:
        cells = {name: cell.scrubbed(scrub) for name, cell in self.cells.items()}
        return replace(self, cells=cells, trouble=scrub(self.trouble))

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

    def scrubbed(self, scrub: Callable[[str], str]) -> Matrix:
        """The same without what *scrub* takes out of texts: an answer may hold a secret."""
        return replace(self, rows=tuple(row.scrubbed(scrub) for row in self.rows))

    @property
    def told(self) -> bool:
        return self.complete and all(row.told for row in self.rows)


def _accepted(trial: Trial) -> Trial:
    unseen = trial.verdict is Verdict.UNSEEN
    return replace(trial, verdict=Verdict.ACCEPTED) if unseen else trial


def judged(fault: Fault, result: Result, held_back: int = 0) -> Trial:
    """What a run through *fault* shows. *held_back* requests would have written something. What
    was hardly kept waiting is slow for nobody.
    """
    said = result.summary
    if held_back:
        verdict, said = Verdict.NOT_TRIED, HELD_BACK
    elif result.outcome is Outcome.ERROR:
        verdict = Verdict.ERROR
    elif result.outcome is not Outcome.PASS:
        verdict, said = _failed(result)
    elif not result.facts.touched:
        verdict, said = Verdict.NOT_TOUCHED, "no request met it"
    elif fault.name == _SLOW and _waited(result) < NOTICEABLE:
        verdict, said = Verdict.NOT_TOUCHED, _TOO_QUICK
    else:
        verdict = Verdict.UNSEEN
    touched, reason = result.facts.touched, result.reason
    return Trial(fault=fault, verdict=verdict, reason=reason, said=said, touched=touched)


def is_near(fault: Fault, result: Result) -> bool:
    """Whether it may have been felt for no more than a busy machine."""
    if fault.name != _SLOW or result.outcome is not Outcome.PASS or result.facts.held_back:
        return False
    return NOTICEABLE <= _waited(result) < NOTICEABLE * 2


def shorter(passed: Result, again: Result) -> Result:
    """Of two that passed, the one that was kept waiting less: load only ever adds. Else the one
    that did.
    """
    both = again.outcome is Outcome.PASS and not again.facts.held_back
    return again if both and _waited(again) < _waited(passed) else passed


def _waited(result: Result) -> timedelta:
    """By the fault alone; what nobody waited for cannot have been more than the whole."""
    return min(result.facts.added, result.took)


def _failed(result: Result) -> tuple[Verdict, str]:
    if not result.facts.touched:
        return Verdict.ERROR, f"failed, and not because of the fault: {result.summary}"
    slow = result.outcome is Outcome.SLOW
    return Verdict.SLOW if slow else Verdict.SEEN, result.summary
