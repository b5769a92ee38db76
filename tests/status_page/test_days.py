"""What each bar shows and says: known time is judged, unknown time is never dressed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from status_page import Component, Condition, DayBar
from status_page.index import bars, days
from status_page.index.past import Watched, watched
from status_page.tongue import tongue
from tests.status_page.examples import DAY, MINUTE, SO_FAR, TODAY, WINDOW, ago, component
from tests.status_page.reading import plain

NONE = timedelta()
HOUR = 60 * MINUTE
EN = tongue("en")


def last(found: Component) -> tuple[str, str]:
    read = days.read(found, TODAY)
    return bars.marks(read)[-1], plain(days.facts(read[-1], EN))


def told(bar: DayBar, condition: Condition = Condition.UP) -> tuple[str, str]:
    return last(replace(component(), days=(bar,), condition=condition))


@pytest.mark.parametrize(
    ("bar", "mark", "said"),
    [
        (DayBar(ago(7), DAY, NONE), "u", "No downtime"),
        (DayBar(ago(7), DAY - 14 * MINUTE, NONE), "u", "No downtime"),
        (DayBar(ago(7), DAY, 12 * MINUTE), "d1", "Down for 12 minutes"),
        (DayBar(ago(7), DAY, 30 * MINUTE), "d2", "Down for 30 minutes"),
        (DayBar(ago(7), DAY, 120 * MINUTE), "d3", "Down for 2 hours"),
        (DayBar(ago(7), DAY, DAY), "d4", "Down for 1 day"),
        (DayBar(ago(7), DAY, MINUTE / 2), "d1", "Down for less than a minute"),
        (DayBar(ago(7), DAY, NONE, True), "s", "Slow at times"),
        (DayBar(ago(7), DAY, MINUTE, True), "d1", "Down for 1 minute · Slow at times"),
        (DayBar(ago(7), NONE, NONE), "g", "Not watched"),
        (DayBar(ago(7), DAY / 2, NONE), "up", "Watched for 12 hours"),
        (DayBar(ago(7), DAY - HOUR, NONE, False, HOUR), "m", "Maintenance for 1 hour"),
        (DayBar(ago(7), NONE, NONE, False, DAY), "m0", "Maintenance for 1 day"),
        (
            DayBar(ago(7), DAY / 2, NONE, False, HOUR),
            "mp",
            "Maintenance for 1 hour · Watched for 12 hours",
        ),
    ],
)  # fmt: skip
def test_a_day_is_said_in_words(bar: DayBar, mark: str, said: str) -> None:
    assert told(bar) == (mark, said)


def test_of_today_only_what_stays_true_is_said() -> None:
    assert told(DayBar(TODAY, SO_FAR / 2, NONE)) == ("u", "No downtime")
    assert told(DayBar(TODAY, SO_FAR, 12 * MINUTE), Condition.DOWN) == ("d2", "Down")
    assert told(DayBar(TODAY, SO_FAR, 12 * MINUTE))[1] == "Down for 12 minutes"
    assert told(DayBar(TODAY, SO_FAR, NONE), Condition.UNKNOWN) == ("up", "Watched in part")
    assert told(DayBar(TODAY, SO_FAR, NONE, False, MINUTE), Condition.MAINTENANCE) == (
        "m",
        "Under maintenance",
    )


def test_right_after_midnight_today_is_no_gap() -> None:
    assert told(DayBar(TODAY, NONE, NONE))[0] == "n"
    assert told(DayBar(TODAY, NONE, NONE), Condition.UNKNOWN) == ("g", "Not watched")


def test_days_before_the_first_evidence_are_not_gaps() -> None:
    gaps = (DayBar(ago(2), NONE, NONE), DayBar(ago(1), NONE, NONE), DayBar(TODAY, SO_FAR, NONE))
    read = days.read(replace(component(), days=gaps, first_seen=ago(1)), TODAY)
    assert [days.facts(day, EN) for day in read] == [
        "Not watched yet",
        "Not watched",
        "No downtime",
    ]


def test_days_that_stand_out_are_told_newest_first_and_neighbours_as_one() -> None:
    past = tuple(DayBar(ago(back), NONE, NONE) for back in (3, 2, 1))
    read = days.read(replace(component(), days=(*past, DayBar(TODAY, SO_FAR, MINUTE))), TODAY)
    assert [(s.first, s.last, plain(s.when), plain(s.what)) for s in days.stretches(read, EN)] == [
        (89, 89, "21 Nov", "Down for 1 minute"),
        (86, 88, "18 Nov to 20 Nov", "Not watched"),
    ]


def test_the_same_words_on_days_apart_are_told_apart() -> None:
    past = (DayBar(ago(2), NONE, NONE), DayBar(ago(1), DAY, NONE), DayBar(TODAY, NONE, NONE))
    found = replace(component("Uploads", Condition.UNKNOWN), days=past)
    read = days.read(found, TODAY)
    assert [plain(s.when) for s in days.stretches(read, EN)] == ["21 Nov", "19 Nov"]


def test_a_quiet_history_has_nothing_that_stands_out() -> None:
    assert list(days.stretches(days.read(component(), TODAY), EN)) == []
    assert watched(component(), TODAY) is Watched.WHOLLY


def test_only_the_last_ninety_days_of_a_year_are_shown_and_the_last_is_today() -> None:
    year = tuple(DayBar(ago(back), DAY, NONE) for back in reversed(range(366)))
    read = days.read(replace(component(), days=year), TODAY)
    assert (len(read), read[-1].bar.day) == (WINDOW, TODAY)


def test_a_row_of_bars_is_a_handful_of_paths_and_ends_with_today() -> None:
    drawn = bars.paths(bars.marks(days.read(component(), TODAY)))
    assert drawn.count("<path") == 1
    assert drawn.count("M") == WINDOW
    assert bars.paths(("u",)) == '<path class="u" d="M89.5 31V10"/>'
