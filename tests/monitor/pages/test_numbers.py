"""Days, windows and months as a page tells them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from monitor.config.model import Component
from status_page import Condition
from status_page.component import Uptime
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import DAY, HOUR, MINUTE, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

NO_TIME = timedelta()
TODAY = NIGHT.date()
NOON = NIGHT.replace(hour=12, minute=40)
MIDNIGHT = NIGHT.replace(hour=0)


def test_24_hours_end_with_the_last_hour_that_is_over(stored: Stored) -> None:
    end = NOON.replace(minute=0)
    stored.hours(end - 30 * HOUR, 6, down=HOUR)  # yesterday, before the window
    stored.hours(end - 24 * HOUR, 1, down=6 * MINUTE)  # its very first hour
    stored.hours(end - 23 * HOUR, 23)
    windows = dict(stored.component(NOON).uptime)
    assert windows["24h"] == Uptime(DAY, DAY, 6 * MINUTE)
    assert windows["7d"] == Uptime(7 * DAY, 30 * HOUR, 6 * HOUR + 6 * MINUTE)
    assert windows["7d"].unknown == 7 * DAY - 30 * HOUR


def test_what_is_down_now_counts_at_once(stored: Stored) -> None:
    end = NOON.replace(minute=0)
    stored.hours(end - DAY, 24)
    stored.sql(
        "INSERT INTO rollup_5m (probe, location, starts_at, down_us) VALUES (?, 'here', ?, ?)",
        stored.keys["web"],
        int(NOON.timestamp()) * 1_000_000,
        12 * 60_000_000,
    )
    assert dict(stored.component(NOON + 12 * MINUTE).uptime)["24h"].down == 12 * MINUTE


def test_an_hour_that_is_not_folded_yet_is_counted_from_what_there_is(stored: Stored) -> None:
    start = int((NOON.replace(minute=0) - HOUR).timestamp()) * 1_000_000
    for number in range(12):
        stored.sql(
            "INSERT INTO rollup_5m (probe, location, starts_at, known_us, histogram)"
            " VALUES (?, 'here', ?, 300000000, '{\"98000\":5}')",
            stored.keys["web"],
            start + number * 300_000_000,
        )
    found = stored.component(NOON)
    assert dict(found.uptime)["24h"].known == HOUR
    assert dict(found.speed)["24h"].runs == 60


def test_long_windows_and_months_are_made_of_days(stored: Stored) -> None:
    for back in range(70):
        stored.day(TODAY - back * DAY, down=HOUR if back == 40 else NO_TIME)
    stored.day(TODAY, known=12 * HOUR + 40 * MINUTE)
    found = stored.component(NOON)
    windows = dict(found.uptime)
    assert windows["30d"] == Uptime(29 * DAY + 12 * HOUR, 29 * DAY + 12 * HOUR, NO_TIME)
    assert windows["90d"].known == 69 * DAY + 12 * HOUR
    assert windows["90d"].down == windows["365d"].down == HOUR
    assert windows["365d"].unknown == 364 * DAY - 69 * DAY
    assert "24h" not in windows
    months = {month.first: month.uptime for month in found.months}
    assert len(months) == 13
    assert months[date(2026, 2, 1)].down == HOUR
    assert months[date(2026, 3, 1)].whole == 13 * DAY + 12 * HOUR
    assert found.availability == windows["90d"].share


def test_a_year_with_no_data_is_unknown_and_no_window_claims_anything(stored: Stored) -> None:
    found = stored.component(NOON)
    assert found.condition is Condition.UNKNOWN
    assert len(found.days) == 366
    assert not any(bar.known or bar.down or bar.planned for bar in found.days)
    assert (found.uptime, found.speed, found.chart, found.availability) == ((), (), (), None)
    assert all(month.uptime.share is None for month in found.months)


def test_what_has_not_been_watched_for_long_has_ninety_days_and_no_older_months(
    make: Make,
) -> None:
    stored = make(since=NIGHT - 20 * DAY)
    found = stored.component(NOON)
    assert len(found.days) == 90
    assert found.first_seen == TODAY - 20 * DAY
    assert [month.first for month in found.months] == [date(2026, 3, 1), date(2026, 2, 1)]


def test_a_clock_that_was_wrong_makes_no_day_longer_than_it_is(stored: Stored) -> None:
    stored.day(TODAY + 3 * DAY)  # in the future
    stored.day(TODAY, known=20 * HOUR, down=18 * HOUR)  # more than is over
    stored.day(TODAY - DAY, known=30 * HOUR, down=-HOUR)
    stored.day(TODAY - 2 * DAY, known=-HOUR, down=NO_TIME)
    stored.hours(NOON.replace(minute=0) + 5 * HOUR, 3)
    stored.outage(NOON + DAY, NOON)  # it ended before it began
    found = stored.component(NOON)
    today, yesterday, before = found.days[-1], found.days[-2], found.days[-3]
    assert today.day == TODAY
    assert today.known == today.down == 12 * HOUR + 40 * MINUTE
    assert (yesterday.known, yesterday.down) == (DAY, NO_TIME)
    assert (before.known, before.down) == (NO_TIME, NO_TIME)
    assert "24h" not in dict(found.uptime)


def test_probes_that_were_down_together_count_once_and_one_after_the_other_twice(
    make: Make,
) -> None:
    both = Component(id="both", name="Both", probes=("home", "tour"))
    stored = make(probes=(a_probe("home"), a_probe("tour")), changes={"components": {"both": both}})
    for day, later in ((TODAY - DAY, NO_TIME), (TODAY - 2 * DAY, 5 * HOUR)):
        began = datetime.combine(day, datetime.min.time(), UTC) + 3 * HOUR
        for probe, moved in (("home", NO_TIME), ("tour", later)):
            stored.day(day, down=HOUR, probe=probe)
            stored.outage(began + moved, began + moved + HOUR, probe=probe)
    found = stored.component(NOON)
    assert [bar.down for bar in found.days[-3:-1]] == [2 * HOUR, HOUR]


def test_a_monitor_that_slept_through_an_outage_says_unknown_not_down(stored: Stored) -> None:
    began = MIDNIGHT - 22 * HOUR
    stored.outage(began, began + 10 * HOUR)
    stored.day(TODAY - DAY, known=16 * HOUR, down=2 * HOUR)  # it slept for eight hours of it
    bar = stored.component(NOON).days[-2]
    assert (bar.known, bar.down) == (16 * HOUR, 2 * HOUR)


def test_an_outage_over_the_change_of_clocks_lasts_as_long_as_it_lasted(stored: Stored) -> None:
    """In Berlin it was from half past one to half past three, on the wall."""
    began = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    stored.day(date(2026, 3, 29), down=HOUR)
    stored.hours(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), 2, down=30 * MINUTE)
    stored.outage(began, began + HOUR)
    page = stored.page(datetime(2026, 3, 30, 0, 10, tzinfo=UTC))
    [component] = page.components
    [incident] = page.incidents
    assert component.days[-2].down == dict(component.uptime)["24h"].down == HOUR
    assert incident.lasted(page.made_at) == HOUR


def test_a_probe_that_was_renamed_keeps_its_past_and_one_that_left_takes_it(make: Make) -> None:
    stored = make(probes=(a_probe("old"), a_probe("other")))
    stored.day(TODAY - DAY, probe="old")
    stored.configure(a_probe("new", renamed_from="old"))
    page = stored.page(NOON)
    assert [component.id for component in page.components] == ["new"]
    assert page.components[0].days[-2].known == DAY


def test_a_component_whose_probes_vanished_is_unknown_and_one_without_any_is_unwatched(
    make: Make,
) -> None:
    components = {
        "gone": Component(id="gone", name="Gone", probes=("nobody",)),
        "bare": Component(id="bare", name="Bare", probes=()),
    }
    stored = make(changes={"components": components})
    gone, bare = stored.page(NOON).components
    assert gone.condition is Condition.UNKNOWN
    assert bare.condition is Condition.UNWATCHED
    assert (bare.availability, bare.first_seen, len(bare.days)) == (None, None, 90)


def test_the_longest_interval_of_its_probes_is_its_resolution(make: Make) -> None:
    both = Component(id="both", name="Both", probes=("quick", "slow"))
    probes = (a_probe("quick"), a_probe("slow", every=5 * MINUTE))
    stored = make(probes=probes, changes={"components": {"both": both}})
    assert stored.component(NOON).resolution == 5 * MINUTE


def test_a_window_that_reaches_back_before_the_first_run_begins_with_it(make: Make) -> None:
    end = NOON.replace(minute=0)
    stored = make(since=end - 2 * HOUR)
    stored.hours(end - 2 * HOUR, 2)
    stored.day(TODAY, known=2 * HOUR)
    windows = dict(stored.component(NOON).uptime)
    assert {each.unknown for each in windows.values()} == {NO_TIME}
    assert {each.whole for each in windows.values()} == {2 * HOUR}
