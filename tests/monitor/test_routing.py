"""Who is told, when again, and until when the quiet hours last."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.routing import (
    ALL_WEEK,
    Hours,
    Routing,
    Severity,
    Stage,
    everyone,
    next_escalation,
    next_reminder,
)

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Hours("night", frozenset({0, 1, 2, 3, 4, 6}), time(22), time(7), BERLIN)
OFFICE = Hours("office", frozenset(range(5)), time(9), time(17), BERLIN)
HOUR = timedelta(hours=1)


def berlin(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """In December 2026 the first is a Tuesday."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (berlin(1, 21, 59), None),
        (berlin(1, 22), berlin(2, 7)),
        (berlin(2, 3), berlin(2, 7)),
        (berlin(2, 6, 59), berlin(2, 7)),
        (berlin(2, 7), None),
        (berlin(5, 6), berlin(5, 7)),  # Saturday: what began on Friday
        (berlin(5, 23), None),  # Saturday night is free
        (berlin(6, 6), None),
        (berlin(6, 23), berlin(7, 7)),
    ],
)
def test_a_night_belongs_to_the_day_it_begins_on(at: datetime, ends: datetime | None) -> None:
    assert NIGHT.end_of(at) == ends


def test_a_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    begins, ends = berlin(25, 0, month=10) - 2 * HOUR, berlin(25, 7, month=10)
    night = Hours("night", ALL_WEEK, time(22), time(7), BERLIN)

    assert night.end_of(begins) == ends
    assert ends - begins == 10 * HOUR


def test_the_same_time_twice_is_the_whole_day_and_days_that_meet_are_one_span() -> None:
    weekend = Hours("weekend", frozenset({5, 6}), zone=BERLIN)

    assert weekend.end_of(berlin(5, 12)) == berlin(7, 0)
    assert weekend.end_of(berlin(7, 0)) is None
    assert weekend.end_of(berlin(4, 23, 59)) is None


def test_hours_that_never_end_are_followed_for_a_week_and_no_longer() -> None:
    always = Hours("always").end_of(berlin(1, 12))
    assert always is not None
    assert timedelta(days=7) <= always - berlin(1, 12) <= timedelta(days=8)


def test_the_end_is_told_in_utc() -> None:
    end = NIGHT.end_of(berlin(1, 23))
    assert end is not None
    assert end.tzinfo is UTC


def test_other_hours_have_other_channels_and_the_first_that_hold_count() -> None:
    routing = Routing(
        channels=everyone("oncall"), during=((OFFICE, ("desk",)), (Hours("always"), ("phone",)))
    )
    assert routing.channels_at(Severity.CRITICAL, berlin(1, 12)) == ("desk",)
    assert routing.channels_at(Severity.INFO, berlin(1, 8)) == ("phone",)
    assert routing.everybody == {"oncall", "desk", "phone"}


def test_who_has_no_list_for_a_severity_is_not_told() -> None:
    routing = Routing(channels=MappingProxyType({Severity.CRITICAL: ("oncall",)}))

    assert routing.channels_at(Severity.CRITICAL, berlin(1, 1)) == ("oncall",)
    assert routing.channels_at(Severity.WARNING, berlin(1, 1)) == ()


def test_reminders_come_after_twice_as_long_each_time_up_to_a_day() -> None:
    at, waits = berlin(1, 0), []
    for reminders in range(6):
        due = next_reminder(Routing(remind=4 * HOUR), reminders, at)
        assert due is not None
        waits.append((due - at) / HOUR)

    assert waits == [4, 8, 16, 24, 24, 24]
    assert next_reminder(Routing(remind=None), 0, at) is None


def test_who_is_reminded_every_two_days_is_not_reminded_sooner() -> None:
    at = berlin(1, 0)
    assert next_reminder(Routing(remind=48 * HOUR), 3, at) == at + 48 * HOUR


@given(st.integers(min_value=0, max_value=10**9))
def test_no_number_of_reminders_is_too_many(reminders: int) -> None:
    due = next_reminder(Routing(), reminders, berlin(1, 0))
    assert due is not None
    assert due - berlin(1, 0) <= timedelta(days=1)


def test_stages_are_told_one_after_the_other_and_the_last_one_again_and_again() -> None:
    phone = Stage(timedelta(minutes=10), ("phone",), timedelta(minutes=10))
    chief = Stage(timedelta(minutes=30), ("chief",), timedelta(minutes=15))
    routing, told_at = Routing(escalation=(phone, chief)), berlin(1, 2)
    minute = timedelta(minutes=1)

    assert next_escalation(routing, 0, told_at, None) == (told_at + 10 * minute, phone)
    assert next_escalation(routing, 1, told_at, told_at + 10 * minute) == (
        told_at + 30 * minute,
        chief,
    )
    assert next_escalation(routing, 2, told_at, told_at + 31 * minute) == (
        told_at + 46 * minute,
        chief,
    )
    assert next_escalation(Routing(), 0, told_at, None) is None
