"""How many digits an uptime is told with, and that it is never told better than it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from status_page import Uptime
from status_page.shares import digits, rounded, share_words
from status_page.tongue import tongue

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def plain(known: timedelta, down: timedelta, resolution: timedelta = MINUTE) -> str:
    said = share_words(tongue("en"), Uptime(known, known, down), resolution)
    return said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("known", "resolution", "supported"),
    [
        (90 * DAY, MINUTE, 3),
        (30 * DAY, MINUTE, 2),
        (7 * DAY, MINUTE, 2),
        (DAY, MINUTE, 1),
        (DAY, 5 * MINUTE, 0),
        (90 * DAY, timedelta(hours=1), 1),
        (10 * MINUTE, MINUTE, 0),
        (365 * DAY, timedelta(seconds=10), 3),
    ],
)
def test_a_share_has_as_many_digits_as_the_sampling_supports(
    known: timedelta, resolution: timedelta, supported: int
) -> None:
    assert digits(Uptime(known, known, timedelta()), resolution) == supported


@pytest.mark.parametrize(
    ("known", "down", "said"),
    [
        (90 * DAY, timedelta(), "100 %"),
        (90 * DAY, timedelta(milliseconds=1), "99.999 %"),
        (90 * DAY, 23 * MINUTE, "99.982 %"),
        (DAY, MINUTE, "99.9 %"),
        (DAY, DAY, "0.0 %"),
        (DAY, 2 * DAY, "0.0 %"),
        (timedelta(), timedelta(), ""),
    ],
)
def test_a_share_is_rounded_down_and_whole_only_without_an_outage(
    known: timedelta, down: timedelta, said: str
) -> None:
    assert plain(known, down) == said


def test_without_evidence_there_is_no_share() -> None:
    assert rounded(Uptime(DAY, timedelta(), timedelta()), MINUTE) is None
