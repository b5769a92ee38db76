"""Nine weeks of an office that works by the clock on the wall, over both changes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.baselines import Calendar, expected, judge
from monitor.store.baselines import Hour
from tests.monitor.baselines.counted import BERLIN, an_hour
from tests.monitor.baselines.lives import Quick

HOUR = timedelta(hours=1)
CHANGES = {
    "forward": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "back": datetime(2026, 10, 25, 1, tzinfo=UTC),
}


def open_orders(at: datetime) -> int:
    """Many from eight to five, few in the evening, none at night; fewer at weekends."""
    local = at.astimezone(BERLIN)
    busy = 60 if 8 <= local.hour < 17 else 12 if 17 <= local.hour < 22 else 0
    return busy if local.weekday() < 5 else busy // 4


def history(around: datetime) -> list[Hour]:
    since = around - timedelta(weeks=8)
    return [an_hour(since + n * HOUR, open_orders(since + n * HOUR)) for n in range(9 * 7 * 24)]


def false_alarms(around: datetime, calendar: Calendar) -> list[str]:
    known, said = history(around), []
    for number in range(-24, 5 * 24):
        at = around + number * HOUR
        before = [each for each in known if each.hour_at < at]
        usual = expected(before, at, calendar)
        assert usual is not None, at
        assert usual.known, at
        wrong = judge(open_orders(at), usual, 0.3)
        said += [f"{at}: {wrong}"] if wrong else []
    return said


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_is_woken_by_a_clock_that_was_changed(change: str) -> None:
    assert false_alarms(CHANGES[change], Quick(BERLIN)) == []


def test_an_hour_is_compared_with_those_of_its_own_zone() -> None:
    monday = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)  # half past eight, and half past seven before
    known = [each for each in history(CHANGES["forward"]) if each.hour_at < monday]
    usual = [expected(known, monday, Calendar(zone)) for zone in (BERLIN, ZoneInfo("UTC"))]

    assert [each and each.usual for each in usual] == [60, 0]
