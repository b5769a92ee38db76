"""Where one failing run is enough, as after a deploy: what opens, and since when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.incidents import Event, Opened, step
from monitor.policy import For, InARow, OutOf, Policy
from monitor.why import Why
from tests.monitor.test_incidents import MINUTE, at, follow, readings, replay

SO_SOON = Why.FAILED_AFTER_DEPLOY


@pytest.mark.parametrize(
    ("history", "policy", "told"),
    [
        ("uud", Policy(InARow(3)), {2: Opened(at(2), failures=1, why=SO_SOON)}),
        (
            "uusssud",
            Policy(InARow(9), slow_counts=True),
            {6: Opened(at(6), failures=1, why=SO_SOON)},
        ),
        ("ussd", Policy(InARow(9), slow_counts=True), {3: Opened(at(1), failures=3, why=SO_SOON)}),
        ("ud", Policy(For(5 * MINUTE)), {1: Opened(at(1), failures=1, why=SO_SOON)}),
    ],
    ids=["in a row", "slow ones wait", "slow, then failing", "for a while"],
)
def test_where_one_failing_run_is_enough_a_slow_one_is_not(
    history: str, policy: Policy, told: dict[int, Event]
) -> None:
    assert replay(history, replace(policy, at_once=True)) == told


def test_what_failed_some_runs_before_one_was_enough_is_not_when_it_began() -> None:
    lax = Policy(OutOf(3, 10))
    *before, last = readings("duud")
    track, _ = follow(before, lax)
    [opened] = step(track, last, replace(lax, at_once=True))[1]
    assert opened == Opened(at(3), failures=1, why=SO_SOON)


def test_what_failed_often_enough_anyway_is_said_as_ever() -> None:
    policy = Policy(InARow(2))
    *before, last = readings("udd")
    track, _ = follow(before, policy)
    [opened] = step(track, last, replace(policy, at_once=True))[1]
    assert opened == Opened(at(1), failures=2, why=Why.FAILED_IN_A_ROW)
