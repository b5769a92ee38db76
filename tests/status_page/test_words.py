"""What the public is told, word for word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from status_page import Condition, words

NOW = datetime(2026, 11, 21, 14, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def plain(said: object) -> str:
    return str(said).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "less than a minute"),
        (-MINUTE, "less than a minute"),
        (timedelta(seconds=59.9), "less than a minute"),
        (MINUTE, "1 minute"),
        (12 * MINUTE + timedelta(seconds=59), "12 minutes"),
        (60 * MINUTE, "1 hour"),
        (65 * MINUTE, "1 hour 5 minutes"),
        (timedelta(hours=23, minutes=59), "23 hours 59 minutes"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, minutes=5), "1 day"),
        (timedelta(days=3, hours=4, minutes=5), "3 days 4 hours"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units_and_never_rounded_up(
    span: timedelta, said: str
) -> None:
    assert plain(words.duration(span)) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW - 12 * MINUTE, "14:03 UTC"),
        (NOW - timedelta(hours=15), "20 November, 23:15 UTC"),
        (NOW - timedelta(days=365), "21 November 2025, 14:15 UTC"),
        (NOW.astimezone(timezone(timedelta(hours=13))), "14:15 UTC"),
    ],
)
def test_a_moment_names_its_day_when_it_is_not_today(at: datetime, said: str) -> None:
    assert plain(words.moment(at, NOW)) == said


@pytest.mark.parametrize(
    ("condition", "since", "said"),
    [
        (Condition.UP, NOW - MINUTE, "Works"),
        (Condition.DOWN, NOW - 12 * MINUTE, "Down since 14:03 UTC, for 12 minutes"),
        (Condition.DEGRADED, NOW - 2 * MINUTE, "Slow since 14:13 UTC, for 2 minutes"),
        (Condition.UNKNOWN, NOW - 60 * MINUTE, "Unknown since 13:15 UTC, for 1 hour"),
        (Condition.DOWN, None, "Down"),
        (Condition.UNKNOWN, None, "Not watched yet"),
    ],
)
def test_a_verdict_says_since_when_and_for_how_long(
    condition: Condition, since: datetime | None, said: str
) -> None:
    assert plain(words.verdict(condition, since, NOW)) == said


@pytest.mark.parametrize(
    ("down", "said"),
    [
        (timedelta(), "100 %"),
        (timedelta(microseconds=1), "99.99 %"),
        (timedelta(seconds=1), "99.99 %"),
        (30 * MINUTE, "99.97 %"),
        (timedelta(days=45), "50.00 %"),
        (timedelta(days=90), "0.00 %"),
        (timedelta(days=91), "0.00 %"),
    ],
)
def test_a_share_is_a_hundred_only_when_nothing_was_down(down: timedelta, said: str) -> None:
    assert plain(words.share(timedelta(days=90), down)) == said


def test_days_are_named_in_english_whatever_the_machine_speaks() -> None:
    assert plain(words.short_day(date(2026, 3, 9))) == "9 Mar"
    assert plain(words.long_day(date(2026, 3, 9))) == "Monday, 9 March 2026"
    assert plain(words.stamp(NOW)) == "14:15:00 UTC on 21 November 2026"


def test_names_are_listed_as_people_list_them() -> None:
    assert words.listed(()) == ""
    assert words.listed(("A",)) == "A"
    assert words.listed(("A", "B")) == "A and B"
    assert words.listed(("A", "B", "C")) == "A, B and C"


def test_invisible_mischief_is_taken_out_and_letters_stay() -> None:
    assert words.tidy(" a\u202eb\x00c\n\td\ud800 ") == "a b c d"
    assert words.tidy("تسجيل الدخول 👩‍🚀 é") == "تسجيل الدخول 👩‍🚀 é"


def test_what_is_shortened_says_so() -> None:
    assert words.shorten("short", 5) == "short"
    assert words.shorten("a longer one", 9) == "a longer…"
