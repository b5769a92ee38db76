"""Nobody is woken by what a target does every day; what is lost in the fifth week is noticed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest

from tests.monitor.baselines.counted import BERLIN, DAY, WEEK
from tests.monitor.baselines.lives import MONDAY, Counts, Life, Quick


def curve(at: datetime) -> float:
    hour = at.hour + at.minute / 60
    return max(5, 100 * math.sin(math.pi * (hour - 6) / 14)) if 6 <= at.hour < 20 else 5


LIVES: dict[str, tuple[Counts, int]] = {
    "steady": (lambda _: 100, 0),
    "a curve by day": (curve, 0),
    "fewer at weekends": (lambda at: 100 if at.weekday() < 5 else 20, 0),
    "nothing at weekends": (lambda at: 100 if at.weekday() < 5 else 0, 1),
    "nothing at night": (lambda at: 100 if 7 <= at.hour < 20 else 0, 1),
    "counted since midnight": (lambda at: 2 + 20 * (at.hour + at.minute / 60), 0),
}


@pytest.mark.parametrize("name", LIVES)
def test_the_same_thing_wakes_nobody_twice(name: str) -> None:
    counts, episodes = LIVES[name]
    life = Life(counts).lives(MONDAY + 13 * DAY)

    assert len(life.episodes) == episodes, life.episodes


@pytest.mark.parametrize("name", LIVES)
@pytest.mark.parametrize("left", [0.5, 0])
def test_what_is_lost_in_the_fifth_week_is_noticed_with_the_second_run(
    name: str, left: float
) -> None:
    counts, _ = LIVES[name]
    life = Life(counts).lived(MONDAY + 4 * WEEK + timedelta(days=2, hours=4))

    assert life.noticed(lambda at: left * counts(at), life.at)


@pytest.mark.parametrize("left", [0.5, 0])
def test_what_is_lost_in_the_last_hour_of_a_day_is_noticed_though_the_one_after_is_empty(
    left: float,
) -> None:
    night = LIVES["nothing at night"][0]
    life = Life(night).lived(MONDAY + 4 * WEEK + timedelta(days=1, hours=11))  # at seven

    assert life.noticed(lambda at: left * night(at), life.at)


def test_a_day_that_begins_late_once_wakes_nobody() -> None:
    night = LIVES["nothing at night"][0]
    late = MONDAY + 4 * WEEK + timedelta(days=1, hours=-1)
    life = Life(night).lived(late)

    assert not life.noticed(lambda _: 0, late)
    assert life.lives(late + DAY).episodes == []


def test_a_clock_that_is_changed_wakes_nobody() -> None:
    night = LIVES["nothing at night"][0]
    life = Life(night, Quick(BERLIN)).lived(MONDAY + 26 * DAY)

    assert life.lives(MONDAY + 30 * DAY).episodes == []


def test_what_goes_by_five_percent_a_day_is_noticed_after_three_weeks() -> None:
    life = Life(lambda at: 1000 * 0.95 ** ((at - MONDAY) / DAY), noise=0)

    assert life.lived(MONDAY + 3 * WEEK).lives(MONDAY + 3 * WEEK + DAY).episodes
