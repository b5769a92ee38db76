"""A time of day is the one that a person means who types it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer

from monitor.cli import times
from tests.support.clock import NIGHT

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("02:00", NIGHT),
        ("01:43", NIGHT - 17 * MINUTE),
        ("02:05", NIGHT),
        ("02:20+01:00", NIGHT - 40 * MINUTE),
        ("14:01", NIGHT + 721 * MINUTE - DAY),
        ("23:58", NIGHT - 122 * MINUTE),
        ("2026-03-13T02:10", NIGHT + 10 * MINUTE - DAY),
    ],
)
def test_what_was_is_the_last_time_that_the_clock_showed_it(written: str, meant: object) -> None:
    assert times.past(written, "--at", NIGHT) == meant


@pytest.mark.parametrize("written", ["02:06", "14:00", "03:10+01:00"])
def test_a_time_that_comes_soon_is_no_time_of_yesterday(
    written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        times.past(written, "--at", NIGHT)
    said = capsys.readouterr().err
    assert f"--at: {written} is still to come, for it is 02:00 in UTC" in said
    assert "if yesterday's is meant, write \"2026-03-13T" in said
