"""The verdict on a probe."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.health import Health, Standing, after, seen_at, worst
from monitor.incidents import Firing, Pending, Quiet
from tests.support.clock import NIGHT

MINUTE = timedelta(minutes=1)
UP = Standing(Health.UP, NIGHT)


def test_a_probe_that_never_ran_is_unknown_and_its_first_pass_makes_it_up() -> None:
    assert after(Standing(), Quiet(), "PASS", NIGHT, slow_after=2) == UP


def test_one_failure_convicts_nobody() -> None:
    later = NIGHT + MINUTE
    assert after(UP, Pending(later, 1), "FAIL", later, slow_after=2).health is Health.UP


def test_down_since_the_first_failing_run() -> None:
    began = NIGHT + MINUTE
    standing = after(UP, Firing(began), "FAIL", NIGHT + 2 * MINUTE, slow_after=2)
    assert standing == Standing(Health.DOWN, began)


def test_an_incident_that_is_not_closed_yet_stays_down_on_its_first_good_run() -> None:
    down = Standing(Health.DOWN, NIGHT)
    assert after(down, Firing(NIGHT, passes=1), "PASS", NIGHT + MINUTE, slow_after=2) == down


def test_slow_twice_in_a_row_is_degraded_and_one_pass_ends_it() -> None:
    once = after(UP, Quiet(), "SLOW", NIGHT, slow_after=2)
    assert once.health is Health.UP
    twice = after(once, Quiet(), "SLOW", NIGHT + MINUTE, slow_after=2)
    assert (twice.health, twice.since_at) == (Health.DEGRADED, NIGHT + MINUTE)
    assert after(twice, Quiet(), "PASS", NIGHT, slow_after=2).health is Health.UP


def test_our_own_trouble_changes_no_verdict() -> None:
    assert after(UP, Quiet(), "ERROR", NIGHT + MINUTE, slow_after=2) == UP


def test_evidence_that_is_too_old_is_none() -> None:
    seen = seen_at(UP, NIGHT, patience=3 * MINUTE, at=NIGHT + 4 * MINUTE)
    assert seen == Standing(Health.UNKNOWN, NIGHT + 3 * MINUTE)
    assert seen_at(UP, NIGHT, patience=3 * MINUTE, at=NIGHT + 3 * MINUTE) == UP
    assert seen_at(UP, None, patience=MINUTE, at=NIGHT).health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([Health.UP, Health.DOWN, Health.UNKNOWN], Health.DOWN),
        ([Health.UP, Health.DEGRADED, Health.UNKNOWN], Health.DEGRADED),
        ([Health.UP, Health.UNKNOWN], Health.UNKNOWN),
        ([Health.UP, Health.UP], Health.UP),
        ([], Health.UNKNOWN),
    ],
)
def test_what_is_not_known_is_never_called_up(parts: list[Health], whole: Health) -> None:
    assert worst(parts) is whole
