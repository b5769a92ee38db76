"""What a run through a fault proves, and what it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.blindspots import Cell, Trial, Verdict, judged
from probes import Outcome, Result
from probes.injection import BY_NAME, Fault
from probes.result import Facts

FAULT = BY_NAME["field-removed"]


def result(outcome: Outcome, touched: int = 1) -> Result:
    facts = Facts(touched=touched)
    return Result(outcome=outcome, took=timedelta(), summary="it said so", facts=facts)


@pytest.mark.parametrize(
    ("outcome", "touched", "verdict"),
    [
        (Outcome.FAIL, 1, Verdict.SEEN),
        (Outcome.SLOW, 1, Verdict.SLOW),
        (Outcome.PASS, 1, Verdict.UNSEEN),
        (Outcome.PASS, 0, Verdict.NOT_TOUCHED),
        (Outcome.ERROR, 1, Verdict.ERROR),
        (Outcome.FAIL, 0, Verdict.ERROR),
        (Outcome.SLOW, 0, Verdict.ERROR),
    ],
)
def test_a_fault_is_seen_when_the_run_fails_because_of_it(
    outcome: Outcome, touched: int, verdict: Verdict
) -> None:
    assert judged(FAULT, result(outcome, touched)).verdict is verdict


def test_a_run_that_was_kept_from_writing_proves_nothing() -> None:
    trial = judged(FAULT, result(Outcome.FAIL), held_back=1)

    assert (trial.verdict, trial.said) == (Verdict.NOT_TRIED, "something would have been written")


def test_a_cell_of_many_fields_says_how_many_are_noticed_and_which_are_not() -> None:
    found = (Verdict.SEEN, Verdict.UNSEEN, Verdict.SEEN, Verdict.NOT_TOUCHED, Verdict.SLOW)
    trials = tuple(
        Trial(fault=Fault(FAULT.name, "", "", f"$.{number}"), verdict=verdict)
        for number, verdict in enumerate(found)
    )
    cell = Cell(FAULT, trials)

    assert (cell.noticed, cell.tried, cell.share) == (3, 4, 0.75)
    assert cell.verdict is Verdict.UNSEEN
    assert [trial.fault.at for trial in cell.unseen] == ["$.1"]


def test_a_cell_that_no_run_touched_has_no_share() -> None:
    cell = Cell(FAULT, (Trial(fault=FAULT, verdict=Verdict.NOT_TOUCHED),))

    assert (cell.share, cell.verdict) == (None, Verdict.NOT_TOUCHED)
