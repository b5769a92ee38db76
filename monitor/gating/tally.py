"""How one probe stands before the gate. Pure: what is counted, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum, unique

from monitor.config import Probe
from monitor.runner import Run
from probes import Outcome


@unique
class Standing(StrEnum):
    """What the gate makes of a probe, and of all of them together."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It could not be told, for a trouble of ours or for want of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of every probe, and how long it has for that."""

    runs: int = 3
    """So many have to pass in a row."""
    settle: timedelta = timedelta(minutes=2)
    """No run begins later than that."""
    pause: timedelta = timedelta(seconds=1)
    """From the end of a run to the beginning of the next one of the same probe."""
    strict: bool = False
    """Whether a slow run is a failing one."""
    fail_fast: int = 0
    """After so many failing runs of a probe in a row nothing is waited for; 0: never."""

    def passes(self, outcome: Outcome) -> bool:
        return outcome is Outcome.PASS or (outcome is Outcome.SLOW and not self.strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The runs of one probe so far. Runs that are kept here are without their files."""

    probe: Probe
    row: int = 0
    """Passed in a row until now; an ERROR in between neither counts nor ends it."""
    failing: int = 0
    """Failed in a row until now, likewise."""
    runs: int = 0
    failed: int = 0
    errors: int = 0
    doubts: int = 0
    """ERRORs after the last run that was evidence against it, or all of them."""
    lasted: timedelta = timedelta()
    """All runs together, from start to end."""
    took: timedelta = timedelta()
    """Of that, what the target took: not starting a browser, nor waiting for one."""
    latest: Run | None = None
    against: Run | None = None
    """The newest run that failed."""
    first_against: Run | None = None
    error: Run | None = None
    """The newest one that was no evidence."""

    def after(self, run: Run, terms: Terms) -> Tally:
        """With one run more."""
        kept = replace(run, result=replace(run.result, artefacts=()), earlier=())
        counted = replace(
            self,
            runs=self.runs + 1,
            lasted=self.lasted + run.lasted,
            took=self.took + run.result.took,
            latest=kept,
        )
        if run.result.outcome is Outcome.ERROR:
            errors, doubts = self.errors + 1, self.doubts + 1
            return replace(counted, errors=errors, doubts=doubts, error=kept)
        if terms.passes(run.result.outcome):
            return replace(counted, row=self.row + 1, failing=0)
        return replace(
            counted,
            row=0,
            failing=self.failing + 1,
            failed=self.failed + 1,
            doubts=0,
            against=kept,
            first_against=self.first_against or kept,
        )

    def settled(self, terms: Terms) -> bool:
        return self.row >= terms.runs

    def hopeless(self, terms: Terms) -> bool:
        return 0 < terms.fail_fast <= self.failing

    def standing(self, terms: Terms) -> Standing:
        """Once there is no time left. What failed and then passed too seldom has failed, unless
        it was our trouble that kept it from passing more often.
        """
        if self.settled(terms):
            return Standing.PASSED
        if not self.failed or (self.row and self.doubts):
            return Standing.UNKNOWN
        return Standing.FAILED
