"""How long it takes is said before it begins, and is no promise that nobody can keep."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.blindspots import Cell, Plan, Trial, Verdict
from monitor.cli.blindspots_progress import Progress
from probes.injection import BY_NAME

CELL = Cell(BY_NAME["stale"], (Trial(fault=BY_NAME["stale"], verdict=Verdict.UNSEEN),))


def test_runs_that_have_to_wait_for_their_minute_are_counted_by_target(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress(as_terminal=False)
    for number in range(6):
        progress.planned(f"journey-{number}", Plan(20, 18, "one.example.org"))
    progress.planned("elsewhere", Plan(20, 18, "two.example.org"))
    progress.begins(20)
    progress.tried("journey-0", CELL)  # at once: no reason to be in good hope

    assert "at least 5m: a target sees at most 20 runs a minute" in capsys.readouterr().err
    assert timedelta(minutes=4.9) < progress._left() <= timedelta(minutes=5)


def test_what_need_not_wait_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(as_terminal=False)
    progress.planned("journey", Plan(20, 18, "one.example.org"))
    progress.begins(20)

    assert capsys.readouterr().err == ""


def test_once_it_is_known_how_long_a_run_takes_that_counts_too() -> None:
    progress = Progress(as_terminal=False)
    progress.planned("journey", Plan(20, 18, "one.example.org"))
    progress.begins(20)
    progress.planned("journey", Plan(20, 34, "one.example.org", took=timedelta(seconds=6)))
    assert progress._left().total_seconds() == pytest.approx(34 * 6)
    progress.tried("journey", CELL)
    assert progress._left().total_seconds() == pytest.approx(34 * 6 * 19 / 20)
