"""When a channel counts as being in trouble, and when that is news."""

from __future__ import annotations

from datetime import timedelta

from monitor.channels import Delivered, Refused, Retry
from monitor.dispatch.lanes import FALL_BACK_AFTER, Lane

LONG = FALL_BACK_AFTER.total_seconds()


async def _turn() -> timedelta:
    return timedelta()


def test_five_minutes_without_a_confirmation_are_trouble_and_said_once() -> None:
    lane = Lane(_turn)
    for now in (0.0, 60.0, LONG - 1):
        lane.learn(Retry("503"), now, counts=True)
        assert lane.turned(Retry("503"), now) is None
    assert lane.turned(None, LONG) == (False, "503")
    assert lane.turned(Retry("503"), LONG + 1) is None


def test_a_confirmation_makes_it_well_and_the_count_starts_anew() -> None:
    lane = Lane(_turn)
    lane.learn(Retry("503"), 0.0, counts=True)
    assert lane.turned(None, LONG) == (False, "503")
    lane.learn(Delivered(), LONG, counts=True)
    assert lane.turned(Delivered(), LONG) == (True, "")
    assert lane.turned(Delivered(), LONG) is None
    lane.learn(Retry("503"), LONG, counts=True)
    assert not lane.is_failing(2 * LONG - 1)


def test_every_refusal_is_news() -> None:
    lane = Lane(_turn)
    assert [lane.turned(Refused("401"), 0.0) for _ in range(2)] == [(False, "401")] * 2


def test_letters_that_do_not_count_have_it_fall_back_but_are_no_news() -> None:
    lane = Lane(_turn)
    lane.learn(Retry("503"), 0.0, counts=False)
    assert lane.is_failing(LONG)
    assert lane.turned(None, LONG) is None
