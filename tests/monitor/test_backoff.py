"""How long a notification waits before it is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.backoff import ASKED_CAP, CAP, GIVE_UP_AFTER, wait

DRAWS = st.floats(0, 1)
ASKED = st.none() | st.timedeltas(timedelta(), timedelta(days=365))


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60)]
)
def test_the_window_doubles_from_a_second_to_a_minute(attempt: int, seconds: float) -> None:
    assert wait(attempt, None, draw=1.0) == timedelta(seconds=seconds)


def test_the_dice_decide_where_in_the_window() -> None:
    assert wait(3, None, draw=0.0) == timedelta()
    assert wait(3, None, draw=0.25) == timedelta(seconds=1)


def test_a_receiver_that_asks_for_two_minutes_gets_them() -> None:
    assert wait(1, timedelta(minutes=2), draw=0.5) == timedelta(minutes=2)


def test_a_receiver_that_asks_for_less_than_we_would_wait_changes_nothing() -> None:
    assert wait(7, timedelta(seconds=1), draw=1.0) == timedelta(seconds=60)


def test_a_receiver_that_asks_for_a_year_gets_an_hour() -> None:
    assert wait(1, timedelta(days=365), draw=0.0) == ASKED_CAP


@given(st.integers(-10, 10**9), DRAWS)
def test_unasked_no_wait_is_negative_or_longer_than_a_minute(attempt: int, draw: float) -> None:
    assert timedelta() <= wait(attempt, None, draw=draw) <= CAP


@given(st.integers(1, 10**9), ASKED, DRAWS)
def test_no_wait_is_shorter_than_asked_or_longer_than_an_hour(
    attempt: int, asked: timedelta | None, draw: float
) -> None:
    waits = wait(attempt, asked, draw=draw)
    assert min(asked or timedelta(), ASKED_CAP) <= waits <= ASKED_CAP


@given(st.integers(1, 100), ASKED, DRAWS, DRAWS)
def test_a_larger_draw_never_waits_less(
    attempt: int, asked: timedelta | None, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert wait(attempt, asked, draw=low) <= wait(attempt, asked, draw=high)


def test_after_a_day_it_is_given_up() -> None:
    assert timedelta(hours=24) == GIVE_UP_AFTER
