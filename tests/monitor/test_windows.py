"""Maintenance is when the clock on the wall says so, however the clocks change."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.windows import Ahead, Cron, Once, Repeating, Span, Window, at_the_wall, joined

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def wall(*parts: int) -> datetime:
    return utc(*parts).replace(tzinfo=None)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # a tuple of parts


SUNDAYS = Ahead(Repeating("FREQ=WEEKLY;BYDAY=SU", wall(2026, 10, 1, 2), BERLIN, 2 * HOUR))


def held(spans: object, at: datetime) -> Span | None:
    return Window("w", "W", spans=spans).holds(at)  # type: ignore[arg-type]  # any of the callables


def test_work_that_is_once_is_over_when_it_is_over() -> None:
    once = Once(utc(2026, 12, 1, 2), utc(2026, 12, 1, 4))

    assert once(utc(2026, 11, 1)) == (utc(2026, 12, 1, 2), utc(2026, 12, 1, 4))
    assert held(once, utc(2026, 12, 1, 3, 59)) is not None
    assert held(once, utc(2026, 12, 1, 1, 59)) is None
    assert once(utc(2026, 12, 1, 4)) is None


def test_every_sunday_at_two_is_another_hour_in_utc_after_the_clocks_went_back() -> None:
    assert SUNDAYS(utc(2026, 10, 17)) == (utc(2026, 10, 18, 0), utc(2026, 10, 18, 2))
    assert SUNDAYS(utc(2026, 10, 27)) == (utc(2026, 11, 1, 1), utc(2026, 11, 1, 3))
    assert held(SUNDAYS, utc(2026, 11, 1, 2, 59)) is not None
    assert held(SUNDAYS, utc(2026, 11, 1, 3)) is None


def test_a_time_that_the_spring_leaves_out_comes_an_hour_later() -> None:
    assert at_the_wall(wall(2026, 3, 29, 2, 30), BERLIN) == utc(2026, 3, 29, 1, 30)


def test_cron_is_read_on_the_wall_of_its_zone() -> None:
    nights = Ahead(Cron("0 3 * * 0", BERLIN, HOUR))

    assert nights(utc(2026, 7, 1)) == (utc(2026, 7, 5, 1), utc(2026, 7, 5, 2))
    assert nights(utc(2026, 12, 1)) == (utc(2026, 12, 6, 2), utc(2026, 12, 6, 3))
    assert held(nights, utc(2026, 12, 6, 2, 30)) is not None


def test_the_end_of_a_rule_is_kept_and_a_count_too() -> None:
    start = wall(2026, 12, 1, 2)
    until = Ahead(Repeating("FREQ=DAILY", start, BERLIN, HOUR, until=wall(2026, 12, 3, 2)))
    count = Ahead(Repeating("FREQ=DAILY;COUNT=3", start, BERLIN, HOUR))
    for spans in (until, count):
        assert spans(utc(2026, 12, 2, 12)) == (utc(2026, 12, 3, 1), utc(2026, 12, 3, 2))
        assert spans(utc(2026, 12, 3, 2)) is None


def test_an_interval_keeps_its_step_however_long_ago_it_began() -> None:
    fortnights = Ahead(Repeating("FREQ=WEEKLY;INTERVAL=2", wall(2001, 1, 1, 2), BERLIN, HOUR))
    span = fortnights(utc(2026, 11, 21))

    assert span is not None
    days = (span[0].astimezone(BERLIN).date() - wall(2001, 1, 1).date()).days
    assert days % 14 == 0


def test_two_that_repeat_alike_are_equal_whatever_they_have_worked_out() -> None:
    again = Ahead(Repeating("FREQ=WEEKLY;BYDAY=SU", wall(2026, 10, 1, 2), BERLIN, 2 * HOUR))
    SUNDAYS(utc(2026, 10, 17))

    assert again == SUNDAYS
    assert Window("w", "W", spans=again) == Window("w", "W", spans=SUNDAYS)


def test_spans_that_overlap_or_meet_are_one() -> None:
    at = [utc(2026, 1, 1, hour) for hour in range(9)]
    assert list(joined([(at[0], at[2]), (at[1], at[3]), (at[3], at[4]), (at[6], at[7])])) == [
        (at[0], at[4]),
        (at[6], at[7]),
    ]


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29"])
def test_an_hourly_rule_from_long_ago_keeps_nobody_waiting(rule: str) -> None:
    rule_ = Repeating(rule, wall(2000, 1, 1, 0, 30), BERLIN, timedelta(minutes=5))
    hourly = Ahead(rule_, rule_.far)
    began = time.process_time()
    for day in range(100):
        hourly(utc(2026, 1, 1) + timedelta(days=day))

    assert time.process_time() - began < 2


def test_what_cannot_be_worked_out_again_leaves_what_was_known() -> None:
    asked: list[datetime] = []

    def breaks_later(since: datetime, _until: datetime) -> list[Span]:
        asked.append(since)
        if len(asked) > 1:
            raise OverflowError
        return [(utc(2026, 1, 9), utc(2026, 1, 10))]

    spans = Ahead(breaks_later, timedelta(days=10))
    assert spans(utc(2026, 1, 1)) == spans(utc(2026, 1, 8)) == (utc(2026, 1, 9), utc(2026, 1, 10))
    assert spans(utc(2026, 1, 8, 1)) is not None
    assert len(asked) == 2


@settings(max_examples=50, deadline=None)
@given(
    st.datetimes(wall(2026, 1, 1), wall(2028, 1, 1)),
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=-1"]),
)
def test_the_next_span_is_never_over_and_none_lies_before_it(at: datetime, rule: str) -> None:
    expand = Repeating(rule, wall(2025, 6, 1, 2, 30), BERLIN, 3 * HOUR)
    moment = at.replace(tzinfo=UTC)
    span = Ahead(expand)(moment)

    assert span is not None
    assert moment < span[1]
    assert span[1] - span[0] == 3 * HOUR
    before = Ahead(expand)(moment - timedelta(days=40))
    assert before is not None
    assert before <= span


def test_a_window_without_probes_and_tags_is_about_everything() -> None:
    assert Window("w", "W").concerns("web", frozenset())
    assert not Window("w", "W", probes=frozenset({"api"})).concerns("web", frozenset({"edge"}))
    assert Window("w", "W", tags=frozenset({"edge"})).concerns("web", frozenset({"edge"}))
