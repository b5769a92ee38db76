"""What each bar shows and says: known time is judged, unknown time is never dressed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from status_page import Component, DayBar
from status_page.index import days
from tests.status_page.examples import DAY, MINUTE, NOW, SO_FAR, TODAY, WINDOW, ago, component
from tests.status_page.test_words import plain

NONE = timedelta()


def last(found: Component, now: datetime = NOW) -> tuple[str, str]:
    day = days.read(found, now)[-1].day
    return day.mark, plain(day.words)


def told(bar: DayBar) -> tuple[str, str]:
    return last(replace(component(), days=(bar,)))


@pytest.mark.parametrize(
    ("bar", "mark", "said"),
    [
        (DayBar(ago(7), DAY, NONE), "u", "14 Nov: no downtime"),
        (DayBar(ago(7), DAY - 14 * MINUTE, NONE), "u", "14 Nov: no downtime"),
        (DayBar(ago(7), DAY, 12 * MINUTE), "d1", "14 Nov: down for 12 minutes"),
        (DayBar(ago(7), DAY, 30 * MINUTE), "d2", "14 Nov: down for 30 minutes"),
        (DayBar(ago(7), DAY, 120 * MINUTE), "d3", "14 Nov: down for 2 hours"),
        (DayBar(ago(7), DAY, DAY), "d4", "14 Nov: down for 1 day"),
        (DayBar(ago(7), DAY, MINUTE / 2), "d1", "14 Nov: down for less than a minute"),
        (DayBar(ago(7), DAY, NONE, True), "s", "14 Nov: slow at times, no downtime"),
        (DayBar(ago(7), DAY, MINUTE, True), "d1", "14 Nov: down for 1 minute, slow at times"),
        (DayBar(ago(7), NONE, NONE), "g", "14 Nov: not watched"),
        (DayBar(ago(7), DAY / 2, NONE), "u p", "14 Nov: no downtime, watched for 12 hours"),
    ],
)
def test_a_day_is_said_in_words(bar: DayBar, mark: str, said: str) -> None:
    assert told(bar) == (mark, said)


def test_today_is_whole_when_everything_so_far_was_watched() -> None:
    assert told(DayBar(TODAY, SO_FAR, NONE)) == ("u", "21 Nov: no downtime")
    assert told(DayBar(TODAY, SO_FAR / 2, NONE))[0] == "u p"


def test_right_after_midnight_today_is_no_gap() -> None:
    midnight = NOW - SO_FAR + 5 * MINUTE
    found = replace(component(), days=(DayBar(TODAY, NONE, NONE),))
    assert last(found, midnight) == ("n", "21 Nov: the day has just begun")
    assert last(found, NOW) == ("g", "21 Nov: not watched")


def test_days_before_the_first_evidence_are_not_gaps() -> None:
    found = component("API", *(), says="")
    bars = (DayBar(ago(2), NONE, NONE), DayBar(ago(1), NONE, NONE), DayBar(TODAY, SO_FAR, NONE))
    read = days.read(replace(found, days=bars, first_seen=ago(1)), NOW)
    assert [day.what for day in read] == ["not watched yet", "not watched", "no downtime"]


def test_days_that_stand_out_are_told_newest_first_and_neighbours_as_one() -> None:
    gaps = tuple(DayBar(ago(back), NONE, NONE) for back in (41, 40, 39))
    read = days.read(replace(component(), days=(*gaps, DayBar(TODAY, SO_FAR, MINUTE))), NOW)
    assert [(plain(s.when), plain(s.what)) for s in days.stretches(read)] == [
        ("21 Nov", "down for 1 minute"),
        ("11 Oct to 13 Oct", "not watched"),
    ]
    assert days.rest(read) == ""


def test_a_long_list_of_bad_days_is_cut_and_says_so() -> None:
    bars = tuple(DayBar(ago(back), DAY, back * MINUTE) for back in reversed(range(1, WINDOW)))
    read = days.read(replace(component(), days=bars), NOW)
    assert len(days.stretches(read)) == days.MOST_STRETCHES
    assert days.rest(read) == "The bars tell the days before that."


def test_a_quiet_history_has_nothing_that_stands_out() -> None:
    read = days.read(component(), NOW)
    assert days.stretches(read) == ()
    assert days.wholly_watched(read)
