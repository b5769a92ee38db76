"""How many there usually are: by the clock on the wall, whatever happened in one week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.baselines import Calendar, Early, Expected, early, expected, judge
from monitor.store.baselines import Hour
from tests.monitor.baselines.counted import (
    BERLIN,
    DAY,
    HOUR,
    UTC_CALENDAR,
    an_hour,
    below,
    berlin,
    weeks_before,
)

TUESDAY = datetime(2026, 3, 17, 14, 20, tzinfo=UTC)
COUNTS = st.integers(0, 10_000)
FALLS = st.floats(0.01, 0.99)


def usual(hours: list[Hour], at: datetime = TUESDAY, calendar: Calendar = UTC_CALENDAR) -> Expected:
    found = expected(sorted(hours), at, calendar)
    assert found is not None
    return found


def known(hours: list[Hour], at: datetime, calendar: Calendar) -> bool:
    found = expected(sorted(hours), at, calendar)
    return found is not None and found.known


def test_the_emptied_list_of_a_tuesday_afternoon_is_far_below_the_tuesdays_before() -> None:
    found = usual(weeks_before(TUESDAY, [48, 47, 50, 48, 49, 46, 48, 51]))

    assert judge(0, found, 0.3) == "found nothing, usually 48 on Tuesdays at 14:00 UTC"
    assert judge(12, found, 0.3) == (
        "found 12, usually 48 on Tuesdays at 14:00 UTC: more than 30 % fewer"
    )
    assert judge(34, found, 0.3) is None


def test_one_holiday_in_eight_weeks_moves_nothing() -> None:
    found = usual(weeks_before(TUESDAY, [48, 48, 2, 48, 48, 48, 48, 48]))

    assert (found.usual, found.spread) == (48, 0)


def test_what_goes_up_and_down_by_itself_may_go_down_further() -> None:
    steady = usual(weeks_before(TUESDAY, [100] * 8))
    restless = usual(weeks_before(TUESDAY, [100, 60, 140, 100, 70, 130, 100, 80]))

    assert steady.least(0.3) == pytest.approx(70)
    assert restless.least(0.3) < 40


def test_before_three_such_weekdays_working_days_are_compared_with_working_days() -> None:
    days = [an_hour(TUESDAY - DAY * number, 40) for number in (1, 4, 5, 6)]
    weekend = [an_hour(TUESDAY - DAY * number, 3) for number in (2, 3, 9)]
    found = usual([*days, *weekend])
    saturday = usual([*days, *weekend], TUESDAY + 4 * DAY)

    assert (found.usual, found.when) == (40, "on working days at 14:00 UTC")
    assert (saturday.usual, saturday.when) == (3, "on weekends at 14:00 UTC")


def test_on_the_first_day_only_a_list_that_is_empty_at_once_is_wrong() -> None:
    hours = [an_hour(TUESDAY - timedelta(hours=1), 50), an_hour(TUESDAY, 40, runs=2)]
    found = usual(hours)

    assert judge(0, found, 0.3) == "found nothing, and there were 40 on Tuesday at 14:00 UTC"
    assert judge(1, found, 0.3) is None
    assert expected(hours, TUESDAY + timedelta(hours=5), UTC_CALENDAR) is None
    declining = Hour(an_hour(TUESDAY, 0).hour_at, runs=3, total=24, lowest=3, highest=12)
    assert expected([*hours[:1], declining], TUESDAY, UTC_CALENDAR) is None


def test_an_emptied_list_stays_wrong_until_entries_come_back() -> None:
    hours = [an_hour(TUESDAY - DAY, 50), an_hour(TUESDAY, 50)]
    hours += [below(TUESDAY + number * HOUR, 0) for number in range(50)]

    for number in range(1, 50):
        assert judge(0, usual(hours, TUESDAY + number * HOUR), 0.3), number
    assert judge(50, usual(hours, TUESDAY + 50 * HOUR), 0.3) is None


def test_the_second_day_knows_which_hours_were_never_empty() -> None:
    hours = [an_hour(TUESDAY - DAY, 50), an_hour(TUESDAY - DAY + 6 * HOUR, 0)]

    said = judge(0, usual(hours), 0.3)
    assert said == "found nothing, and there were 50 at 14:00 UTC of days before"
    for hour in (5, 6, 7):
        assert expected(hours, TUESDAY + hour * HOUR, UTC_CALENDAR) is None


def test_what_was_too_few_and_came_back_on_three_days_is_no_news() -> None:
    days = [an_hour(TUESDAY - number * DAY, 100) for number in range(4, 40)]
    days += [an_hour(TUESDAY - number * DAY + 3 * HOUR, 100) for number in range(1, 40)]
    few = [below(TUESDAY - number * DAY, 40) for number in (1, 4, 5)]

    assert judge(40, usual([*days, *few[:2]]), 0.3)
    assert judge(40, usual([*days, *few]), 0.3) is None
    assert judge(20, usual([*days, *few]), 0.3)


def test_a_week_without_an_end_is_one_time_and_not_seven() -> None:
    days = [an_hour(TUESDAY - number * DAY, 100) for number in range(9, 40)]
    few = [below(TUESDAY - number * DAY, 0) for number in range(1, 9)]
    back = an_hour(TUESDAY - timedelta(hours=2), 100)

    assert judge(0, usual([*days, *few]), 0.3)
    assert judge(0, usual([*days, *few, back]), 0.3)


@pytest.mark.parametrize("weeks", [(100, 160, 220), (40, 100, 130), (300, 90, 200)])
def test_three_weeks_that_differ_let_nobody_get_away_with_next_to_nothing(
    weeks: tuple[int, ...],
) -> None:
    assert usual(weeks_before(TUESDAY, weeks)).least(0.3) >= 35


def test_the_end_of_an_hour_is_not_held_against_its_mean() -> None:
    evening = [
        Hour(an_hour(TUESDAY - number * DAY, 0).hour_at, runs=12, total=102, lowest=5, highest=12)
        for number in range(1, 8)
    ]

    assert judge(4, usual(evening), 0.3) is None
    assert judge(3, usual(evening), 0.3)


def evenings(days: int, at: datetime = TUESDAY, before: int = 100) -> list[Hour]:
    """A hundred in that hour, nothing after, for so many days."""
    known = []
    for number in range(1, days + 1):
        last = at - number * DAY
        known += [an_hour(last, 100), an_hour(last - HOUR, before), an_hour(last + HOUR, 0)]
    return known


def test_the_last_hour_of_a_day_is_held_to_itself_after_eight_days_alike() -> None:
    assert judge(50, usual(evenings(11)), 0.3) is None  # seven working days

    found = usual(evenings(12))
    assert judge(50, found, 0.3) == (
        "found 50, usually 100 on working days at 14:00 UTC: more than 30 % fewer"
    )
    assert judge(71, found, 0.3) is None


def test_the_first_hour_of_a_day_is_not_for_it_may_begin_late() -> None:
    assert judge(50, usual(evenings(12, before=50)), 0.3)
    assert judge(0, usual(evenings(12, before=49)), 0.3) is None


def test_where_days_differ_more_may_be_missing_in_the_last_hour() -> None:
    known = evenings(12)
    assert judge(69, usual(known), 0.3)
    known[0] = an_hour(known[0].hour_at, 80)  # 20 below the others, so 60 are sure

    assert judge(43, usual(known), 0.3) is None
    assert judge(41, usual(known), 0.3)


def test_a_day_that_ended_early_of_late_is_no_news_at_that_hour() -> None:
    early_once = [below(TUESDAY - 20 * DAY, 0), *evenings(19)]

    assert judge(0, usual(early_once), 0.3) is None
    assert judge(50, usual(early_once[1:]), 0.3)


def test_days_before_a_clock_was_changed_say_nothing_of_the_last_hour() -> None:
    monday = berlin(date(2026, 3, 30), 8)  # the clock was changed the day before
    known = sorted(evenings(20, berlin(date(2026, 3, 28), 8)))

    found = expected(known, monday, Calendar(BERLIN))
    assert found is not None
    assert judge(0, found, 0.3) is None
    before = expected(known, berlin(date(2026, 3, 27), 8), Calendar(BERLIN))
    assert before is not None
    assert judge(0, before, 0.3)


def test_three_runs_have_to_be_good_before_anything_is_expected() -> None:
    assert expected([an_hour(TUESDAY, 40, runs=2)], TUESDAY, UTC_CALENDAR) is None
    assert expected([], TUESDAY, UTC_CALENDAR) is None


def test_a_list_that_was_empty_from_the_start_is_no_beginning() -> None:
    assert early([an_hour(TUESDAY, 0)], UTC_CALENDAR) == Early()
    assert expected([an_hour(TUESDAY, 0)], TUESDAY, UTC_CALENDAR) is None
    mixed = Hour(TUESDAY, runs=5, total=96, lowest=0, highest=48)
    assert early([mixed], UTC_CALENDAR) == Early(5, 48)


def test_nights_on_which_there_is_nothing_are_as_usual() -> None:
    assert judge(0, usual(weeks_before(TUESDAY, [0, 0, 1, 0])), 0.3) is None


def test_when_clocks_go_back_the_hour_on_the_wall_counts_and_the_doubled_one_once() -> None:
    sunday = date(2026, 10, 25)  # 02:00 comes twice
    after = sunday + 7 * DAY
    calendar = Calendar(BERLIN)
    hours = [
        an_hour(berlin(sunday - 7 * DAY, 2), 30),
        an_hour(berlin(sunday, 2, fold=0), 20),
        an_hour(berlin(sunday, 2, fold=1), 40),
        an_hour(berlin(sunday - 14 * DAY, 2), 30),
    ]
    assert len({each.hour_at for each in hours}) == 4

    found = usual(hours, berlin(after, 2), calendar)
    assert (found.usual, found.when) == (30, "on Sundays at 02:00 CET")
    assert not known(hours[1:3], berlin(after, 2), calendar)
    assert not known(hours, berlin(after, 3), calendar)


def test_when_clocks_go_forward_the_missing_hour_has_no_count_and_the_others_keep_theirs() -> None:
    sunday = date(2026, 3, 29)  # after 01:59 comes 03:00
    calendar = Calendar(BERLIN)
    hours = [
        an_hour(berlin(sunday - 7 * number * DAY, hour), 10 * hour)
        for number in (0, 1, 2, 3)
        for hour in (1, 3)
    ]
    next_sunday = sunday + 7 * DAY

    assert usual(hours, berlin(next_sunday, 3), calendar).usual == 30
    assert usual(hours, berlin(next_sunday, 1), calendar).usual == 10
    assert not known(hours, berlin(next_sunday, 2), calendar)


def test_a_public_holiday_is_like_a_sunday_and_teaches_nothing() -> None:
    holiday = date(2026, 3, 17)  # a Tuesday
    calendar = Calendar(UTC_CALENDAR.zone, frozenset((holiday,)))
    sundays = weeks_before(TUESDAY - 2 * DAY + 7 * DAY, [5, 5, 6, 5])
    tuesdays = weeks_before(TUESDAY, [48] * 6)

    found = usual([*sundays, *tuesdays], TUESDAY, calendar)
    assert (found.usual, found.when) == (5, "on Sundays at 14:00 UTC")
    assert judge(4, found, 0.3) is None

    next_week = [an_hour(TUESDAY, 4), *tuesdays]
    assert usual(next_week, TUESDAY + 7 * DAY, calendar).usual == 48
    assert early([an_hour(TUESDAY, 4)], calendar) == Early()


@given(st.lists(COUNTS, min_size=3, max_size=8), FALLS)
def test_nobody_has_to_be_more_than_usual(counts: list[int], fall: float) -> None:
    found = usual(weeks_before(TUESDAY, counts))

    assert 0 <= found.least(fall) <= max(found.usual, 0)
    assert judge(round(found.usual + 0.5), found, fall) is None
    often_empty = found.few is not None and found.few < 1
    assert (judge(0, found, fall) is not None) == (found.usual >= 1 and not often_empty)


@given(st.lists(st.integers(90, 110), min_size=7, max_size=7), COUNTS)
def test_one_week_that_was_like_no_other_changes_little(counts: list[int], odd: int) -> None:
    plain = usual(weeks_before(TUESDAY, counts))
    with_it = usual(weeks_before(TUESDAY, [*counts, odd]))

    assert abs(plain.usual - with_it.usual) <= 20
    assert 90 <= with_it.usual <= 110


@given(st.lists(COUNTS, min_size=3, max_size=8), COUNTS, FALLS)
def test_fewer_are_never_better(counts: list[int], count: int, fall: float) -> None:
    found = usual(weeks_before(TUESDAY, counts))

    if judge(count, found, fall) is None:
        assert judge(count + 1, found, fall) is None
