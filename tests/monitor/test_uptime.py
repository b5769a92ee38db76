"""Days of probes put together into days of a component."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.uptime import DAY, Day, component_days, together, window

HOUR = timedelta(hours=1)
TODAY = date(2026, 3, 14)


def test_a_window_ends_today() -> None:
    assert window(TODAY, 3) == [date(2026, 3, 12), date(2026, 3, 13), TODAY]


def test_a_component_is_down_as_long_as_its_worst_part() -> None:
    day = together([Day(DAY, HOUR), Day(DAY, 2 * HOUR)], at_most=DAY)
    assert (day.known, day.down) == (DAY, 2 * HOUR)


def test_a_component_is_known_only_as_far_as_all_its_parts_are() -> None:
    assert together([Day(DAY), Day(3 * HOUR)], at_most=DAY).known == 3 * HOUR


def test_time_that_was_down_is_known_whatever_the_other_parts_say() -> None:
    assert together([Day(HOUR), Day(DAY, 5 * HOUR)], at_most=DAY) == Day(5 * HOUR, 5 * HOUR)


def test_a_probe_added_later_does_not_take_away_the_past() -> None:
    yesterday = TODAY - timedelta(days=1)
    days = component_days(
        [{yesterday: Day(DAY), TODAY: Day(HOUR)}, {TODAY: Day(HOUR)}],
        window(TODAY, 2),
        today_so_far=2 * HOUR,
    )
    assert days == [(yesterday, Day(DAY)), (TODAY, Day(HOUR))]


def test_a_day_nobody_watched_is_unknown_and_today_is_no_longer_than_it_is_yet() -> None:
    days = component_days([{TODAY: Day(DAY)}], window(TODAY, 2), today_so_far=2 * HOUR)
    assert days[0][1].known == timedelta()
    assert days[1][1].known == 2 * HOUR
