"""A drill is as loud as what it practises, and says once that it is one."""

from __future__ import annotations

import pytest

from monitor.channels.ntfy import _PRIORITY
from monitor.notices import DRILL, SAMPLES, Notice, Tone, Words, short, subject, text
from monitor.routing import Severity
from tests.support.notices import opened, resolved

SAYS = "[DRILL] This is a drill: nothing is wrong, and nothing needs to be done."
GIVEN = {"incident": 0, "probe": DRILL, "says": (SAYS,), "components": (), "playbook": ""}


def a_drill(severity: Severity = Severity.CRITICAL) -> Notice:
    return opened(**GIVEN, severity=severity, summary="a drill, started by hand", reason="")


@pytest.mark.parametrize(
    ("severity", "tone"),
    [
        (Severity.CRITICAL, Tone.BAD),
        (Severity.WARNING, Tone.UNEASY),
        (Severity.INFO, Tone.CALM),
    ],
)
def test_it_is_as_loud_as_what_it_practises(severity: Severity, tone: Tone) -> None:
    real = opened(severity=severity)
    assert Words().message(a_drill(severity)).tone is Words().message(real).tone is tone


def test_a_critical_one_wakes_people_on_their_phones() -> None:
    assert _PRIORITY[Words().message(a_drill()).tone] == 5


def test_it_says_once_that_it_is_one() -> None:
    over = resolved(**GIVEN)
    assert subject(a_drill()) == "[DRILL] [production] DOWN: nothing is wrong, this is a drill"
    assert subject(over) == "[DRILL] [production] UP again: the drill is over, after 12 minutes"
    assert text(a_drill()).count("This is a drill") == 1
    for notice in (a_drill(), over):
        assert "[DRILL]" not in text(notice)
        assert short(notice).startswith("[DRILL] [production]")
        assert short(notice).count("DRILL") == 1


def test_a_test_an_acknowledgement_and_an_end_stay_calm() -> None:
    for name in ("a test", "acknowledged", "no longer watched"):
        assert Words().message(SAMPLES[name]).tone is Tone.CALM
