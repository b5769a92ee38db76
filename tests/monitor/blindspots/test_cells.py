"""What a run through a fault proves, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.blindspots import Cell, Trial, Verdict, judged
from monitor.blindspots.answers import Answer
from monitor.blindspots.candidates import candidates
from monitor.blindspots.cells import is_near, shorter
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


def waiting(added: int, took: int = 5000, outcome: Outcome = Outcome.PASS) -> Result:
    """A run that a fault kept waiting, in milliseconds."""
    facts = Facts(touched=1, added=timedelta(milliseconds=added))
    return Result(outcome=outcome, took=timedelta(milliseconds=took), facts=facts)


@pytest.mark.parametrize(
    ("added", "took", "verdict", "near"),
    [
        (10, 5000, Verdict.NOT_TOUCHED, False),
        (249, 5000, Verdict.NOT_TOUCHED, False),
        (250, 300, Verdict.UNSEEN, True),
        (900, 5000, Verdict.UNSEEN, False),
        (900, 100, Verdict.NOT_TOUCHED, False),
    ],
)
def test_slow_is_what_the_fault_kept_waiting_however_long_the_run_took(
    added: int, took: int, verdict: Verdict, near: bool
) -> None:
    fault, found = BY_NAME["slow"], waiting(added, took)

    assert judged(fault, found).verdict is verdict
    assert is_near(fault, found) is near
    assert not is_near(fault, replace(found, outcome=Outcome.SLOW))


def test_of_two_runs_near_what_is_felt_the_shorter_one_counts() -> None:
    little, much = waiting(200), waiting(300)

    assert shorter(little, much) is little
    assert shorter(much, little) is little
    assert shorter(much, waiting(200, outcome=Outcome.ERROR)) is much


def within(took: int, usually: int = 0) -> list[float]:
    """What is proposed for an answer, in milliseconds."""
    given = Given(status=200, took=timedelta(milliseconds=took))
    usual = timedelta(milliseconds=usually)
    answer = Answer(Asked("GET", "https://example.org/"), given, usually=usual)
    lines = candidates(answer, BY_NAME["slow"])
    bounds = [str(line.value) for line in lines if line.path == ("expect", "within")]
    return [parse_duration(each) / timedelta(milliseconds=1) for each in bounds]


@pytest.mark.parametrize("took", [101, 170, 334, 700, 1001, 4000, 11_000])
def test_what_is_proposed_for_slow_answers_leaves_room_and_is_reached(took: int) -> None:
    [bound] = within(took)
    assert 3 * took <= bound < 5 * took


@pytest.mark.parametrize(
    ("took", "usually", "bound"),
    [(2, 0, 500), (84, 90, 500), (101, 400, 1500), (101, 30_000, None)],
)
def test_what_is_proposed_for_slow_answers_leaves_room_for_the_slowest_days(
    took: int, usually: int, bound: float | None
) -> None:
    assert within(took, usually) == ([] if bound is None else [bound])


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
