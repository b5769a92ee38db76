"""How much may go wrong: windows as long as they really are, and how fast a budget burns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor import budget
from monitor.budget import Budget, Slice, Window, burn, evenly, paces

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(key) for key in ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu")]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FINE_US = 300_000_000
AT = datetime(2026, 3, 14, 2, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # parts are a date and a time


def test_the_month_in_which_clocks_go_forward_is_an_hour_shorter_and_the_other_an_hour_longer() -> (
    None
):
    march = budget.window("month", BERLIN, utc(2026, 3, 29, 12))
    assert march == Window(utc(2026, 2, 28, 23), utc(2026, 3, 31, 22))
    assert march.length == 31 * DAY - HOUR
    october = budget.window("month", BERLIN, utc(2026, 10, 25, 0, 59))
    assert october.length == 31 * DAY + HOUR


def test_a_leap_year_has_a_day_more_and_allows_more_of_it() -> None:
    common, leap = (budget.window("year", BERLIN, utc(year, 6, 1)) for year in (2027, 2028))
    assert (common.length, leap.length) == (365 * DAY, 366 * DAY)
    assert budget.allowed(0.001, leap.length) - budget.allowed(0.001, common.length) == DAY * 0.001


def test_what_was_promised_in_minutes_is_that_in_every_year() -> None:
    fifteen = timedelta(minutes=15)
    lengths = [budget.window("year", BERLIN, utc(year, 6, 1)).length for year in (2027, 2028)]
    assert [budget.allowed(fifteen / (365 * DAY), each, fifteen) for each in lengths] == [
        fifteen
    ] * 2


@pytest.mark.parametrize(
    ("of", "since", "until"),
    [
        ("week", utc(2026, 3, 8, 23), utc(2026, 3, 15, 23)),
        ("month", utc(2026, 2, 28, 23), utc(2026, 3, 31, 22)),
        ("quarter", utc(2025, 12, 31, 23), utc(2026, 3, 31, 22)),
        ("year", utc(2025, 12, 31, 23), utc(2026, 12, 31, 23)),
        (30 * DAY, AT - 30 * DAY, AT),
    ],
)
def test_a_window_begins_where_the_calendar_of_its_zone_says(
    of: timedelta | str, since: datetime, until: datetime
) -> None:
    assert budget.window(of, BERLIN, AT) == Window(since, until)


def test_in_berlin_the_new_year_begins_an_hour_before_it_does_in_utc() -> None:
    assert budget.window("year", BERLIN, utc(2026, 12, 31, 23)).since_at == utc(2026, 12, 31, 23)
    assert budget.window("year", ZONES[0], utc(2026, 12, 31, 23)).since_at == utc(2026, 1, 1)


def test_a_day_whose_midnight_is_left_out_begins_with_its_first_instant() -> None:
    month = budget.window("week", ZoneInfo("Africa/Cairo"), utc(2024, 4, 26, 12))
    assert month.length == 7 * DAY - HOUR


@given(
    some.integers(800_000_000, 2_100_000_000),
    some.sampled_from(["week", "month", "quarter", "year"]),
    some.sampled_from(ZONES),
)
def test_windows_follow_each_other_without_a_gap_and_hold_the_instant(
    second: int, of: str, zone: ZoneInfo
) -> None:
    at = datetime.fromtimestamp(second, UTC)
    found = budget.window(of, zone, at)
    assert found.since_at <= at < found.until_at
    assert found.length >= budget.least(of)
    assert budget.window(of, zone, found.until_at).since_at == found.until_at
    assert budget.window(of, zone, found.since_at) == found


def a_budget(spent: timedelta, known: timedelta, at: datetime = AT) -> Budget:
    of = Window(AT - 15 * DAY, AT + 15 * DAY)
    return Budget(window=of, at=at, allowed=HOUR, spent=spent, known=known)


def test_more_than_everything_may_be_spent_and_then_less_than_nothing_is_left() -> None:
    found = a_budget(3 * HOUR, 15 * DAY)
    assert (found.left, found.share) == (-2 * HOUR, -2.0)


def test_it_is_the_budget_of_the_whole_window_however_little_of_it_is_known() -> None:
    found = a_budget(HOUR / 4, DAY)
    assert (found.left, found.passed) == (HOUR * 3 / 4, 15 * DAY)
    assert found.projected == HOUR / 4 + 15 * HOUR / 4  # as in the one day that is known
    assert a_budget(timedelta(), timedelta()).projected is None


def slices(letters: str, probe: int = 1, runs: int = 5) -> list[Slice]:
    """One of five minutes for each letter: so many of its runs failed, none ran in a space."""
    return [
        Slice(number * FINE_US, probe, runs, int(letter))
        for number, letter in enumerate(letters)
        if letter != " "
    ]


def test_one_failed_run_in_sixty_is_seventeen_times_too_many_for_three_nines() -> None:
    rate = burn(slices("010000000000"), 0.001)
    assert rate.times == pytest.approx(1000 / 60)
    assert (rate.failed, rate.runs) == (1, 60)


def test_probes_that_fail_at_the_same_time_count_once_and_at_different_times_both() -> None:
    once = burn(slices("100000000000"), 0.001)
    assert burn(slices("100000000000") + slices("100000000000", probe=2), 0.001) == once
    apart = burn(slices("100000000000") + slices("000001000000", probe=2), 0.001)
    assert apart.times == pytest.approx(2 * once.times)
    assert apart.failed == 2


def test_a_probe_that_is_seldom_asked_is_not_thinned_out_by_one_that_is_asked_often() -> None:
    seldom = [Slice(0, 2, 1, 1)]
    assert burn(slices("0" * 12) + seldom, 0.01).times == pytest.approx(100)


def test_time_that_nobody_watched_is_neither_good_nor_bad() -> None:
    assert burn([], 0.001).times == 0
    assert burn(slices("1  " * 4), 0.001).times == burn(slices("1111"), 0.001).times


@given(
    some.lists(some.tuples(some.integers(0, 40), some.integers(0, 5)), max_size=30),
    some.floats(0.00001, 0.5),
)
def test_nothing_burns_faster_than_as_if_everything_failed(
    found: list[tuple[int, int]], share: float
) -> None:
    rate = burn([Slice(at * FINE_US, at % 3, 5, failed) for at, failed in found], share)
    assert 0 <= rate.times <= 1 / share * 1.000001
    assert (rate.times > 0) == (rate.failed > 0)


def test_two_failed_runs_are_no_fire_and_three_are() -> None:
    at_us = 24 * FINE_US
    two = paces(slices("0" * 20 + "0011"), share=0.001, at_us=at_us, grain_us=FINE_US)
    three = paces(slices("0" * 20 + "0111"), share=0.001, at_us=at_us, grain_us=FINE_US)
    assert [pace.burns for pace in two] == [False] * 3
    assert [pace.burns for pace in three] == [True] * 3


def test_what_was_an_hour_ago_still_weighs_and_does_not_go_on() -> None:
    found = paces(slices("5" * 3 + "0" * 9), share=0.001, at_us=12 * FINE_US, grain_us=FINE_US)
    assert not found[0].burns
    assert not found[0].rests
    later = paces(slices("5" * 3 + "0" * 22), share=0.001, at_us=25 * FINE_US, grain_us=FINE_US)
    assert later[0].rests


def test_an_outage_burns_no_faster_because_it_was_looked_at_closely() -> None:
    """Three minutes in an hour, once a minute; or every ten seconds from the fortieth on."""
    once = slices("000000000300")
    closely = [*slices("00000000"), Slice(8 * FINE_US, 1, 30, 0), Slice(9 * FINE_US, 1, 30, 18)]
    closely += [each._replace(starts_us=each.starts_us + 10 * FINE_US) for each in slices("00")]
    assert burn(evenly(closely, {1: 5}), 0.01) == burn(once, 0.01)
