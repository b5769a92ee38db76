"""What a run through a fault proves, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.blindspots import Cell, Trial, Verdict, judged
from monitor.blindspots.answers import Answer
from monitor.blindspots.candidates import candidates
from probes import Outcome, Result
from probes.injection import BY_NAME, Asked, Fault, Given
from probes.result import Facts
from probes.settings import parse_duration

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

    assert trial.verdict is Verdict.NOT_TRIED
    assert 'blindspots = "read-only"' in trial.said


@pytest.mark.parametrize(
    ("took", "usually", "verdict"),
    [(249, 0, Verdict.NOT_TOUCHED), (250, 0, Verdict.UNSEEN), (3000, 2800, Verdict.NOT_TOUCHED)],
)
def test_what_nobody_would_feel_is_not_slow(took: int, usually: int, verdict: Verdict) -> None:
    passed = replace(result(Outcome.PASS), took=timedelta(milliseconds=took))
    usual = timedelta(milliseconds=usually)

    assert judged(BY_NAME["slow"], passed, usually=usual).verdict is verdict


@pytest.mark.parametrize("took", [51, 84, 99, 101, 170, 334, 700, 1001, 4000, 11_000])
def test_what_is_proposed_for_slow_answers_leaves_room_and_is_reached(took: int) -> None:
    given = Given(status=200, took=timedelta(milliseconds=took))
    answer = Answer(Asked("GET", "https://example.org/"), given)
    bounds = [
        parse_duration(str(line.value)) / timedelta(milliseconds=took)
        for line in candidates(answer, BY_NAME["slow"])
        if line.path == ("expect", "within")
    ]

    assert any(3 <= each < 5 for each in bounds)
    assert min(bounds) >= 3


def test_what_is_accepted_is_no_hole_and_has_no_share() -> None:
    trials = tuple(Trial(fault=FAULT, verdict=each) for each in (Verdict.SEEN, Verdict.UNSEEN))
    cell = Cell(FAULT, trials).accepting()

    assert (cell.verdict, cell.share, cell.unseen) == (Verdict.ACCEPTED, None, ())


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
